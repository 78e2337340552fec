"""What kind of unit a unit is, in the words of its Land."""

from kooperation.base.hooks import LogColumn, LogWords
from kooperation.base.text import N_
from kooperation.parties.rules import Level
from kooperation.register.rules.uploads import STATES

LEVELS = {
    Level.LAND: N_("Land"),
    Level.REGIERUNGSBEZIRK: N_("Regierungsbezirk"),
    Level.LANDKREIS: N_("Landkreis"),
    Level.KREISFREIE_STADT: N_("Kreisfreie Stadt"),
    Level.GEMEINDEVERBAND: N_("Gemeindeverband"),
    Level.GEMEINDE: N_("Gemeinde"),
}
"""What one unit of a level is called."""

LEVELS_PLURAL = {
    Level.LAND: N_("Länder"),
    Level.REGIERUNGSBEZIRK: N_("Regierungsbezirke"),
    Level.LANDKREIS: N_("Landkreise"),
    Level.KREISFREIE_STADT: N_("Kreisfreie Städte"),
    Level.GEMEINDEVERBAND: N_("Gemeindeverbände"),
    Level.GEMEINDE: N_("Städte und Gemeinden"),
}

NO_LEVEL = {
    "statistical_region": N_("Statistische Regionen"),
    "former_regierungsbezirk": N_("frühere Regierungsbezirke"),
    "region": N_("Regionen"),
}
"""What the records are that the register has and no level here stands for."""

# The Textkennzeichen of GV-ISys; those of 54 and 56 mean another body in each Land.
_TEXT_CODES = {
    "41": N_("Kreisfreie Stadt"),
    "42": N_("Stadtkreis"),
    "43": N_("Kreis"),
    "44": N_("Landkreis"),
    "45": N_("Regionalverband"),
    "51": N_("Amt"),
    "52": N_("Samtgemeinde"),
    "53": N_("Verbandsgemeinde"),
    "54": N_("Verwaltungsgemeinschaft"),
    "55": N_("Kirchspielslandgemeinde"),
    "56": N_("Verwaltungsverband"),
    "58": N_("Erfüllende Gemeinde"),
    "60": N_("Markt"),
    "61": N_("Kreisfreie Stadt"),
    "62": N_("Stadtkreis"),
    "63": N_("Stadt"),
    "64": N_("Gemeinde"),
    "65": N_("Gemeindefreies Gebiet (bewohnt)"),
    "66": N_("Gemeindefreies Gebiet (unbewohnt)"),
    "67": N_("Große Kreisstadt"),
}
_IN_BADEN_WUERTTEMBERG = {
    "54": N_("Vereinbarte Verwaltungsgemeinschaft"),
    "56": N_("Gemeindeverwaltungsverband"),
}

_COUNTED = {
    "new": N_("neu"),
    "changed": N_("geändert"),
    "renamed": N_("umbenannt"),
    "rekeyed": N_("neuer Schlüssel"),
    "ars_changed": N_("neuer Regionalschlüssel"),
    "moved_kreis": N_("anderer Kreis"),
    "moved_verband": N_("anderer Verband"),
    "moved_other": N_("anders eingeordnet"),
    "revived": N_("wieder da"),
    "facts": N_("andere Angaben"),
    "dissolved": N_("aufgelöst"),
    "unchanged": N_("unverändert"),
    "rows": N_("Zeilen"),
    "known": N_("schon bekannt"),
    "dissolution": N_("Auflösungen"),
    "part_transfer": N_("Teilausgliederungen"),
    "key_change": N_("Schlüsseländerungen"),
    "rename": N_("Namensänderungen"),
    "merged": N_("zusammengeführt"),
}

_LOG_WORDS = LogWords(
    events={
        "edition.imported": N_("Gemeindeverzeichnis eingelesen"),
        "changes.imported": N_("Gebietsänderungen eingelesen"),
        "register_upload.received": N_("Registerdatei hochgeladen"),
        "register_upload.approved": N_("Übernahme einer Registerdatei beschlossen"),
        "register_upload.discarded": N_("Registerdatei verworfen"),
        "register_upload.restarted": N_("Registerdatei noch einmal aufgenommen"),
    },
    kinds={
        "RegisterUpload": N_("Hochgeladene Registerdatei"),
        "Edition": N_("Ausgabe des Gemeindeverzeichnisses"),
        "ChangeFile": N_("Datei der Gebietsänderungen"),
    },
    columns={
        "counts": LogColumn(N_("Einheiten und Änderungen"), _COUNTED),
        "file_name": LogColumn(N_("Datei")),
        "size": LogColumn(N_("Größe in Byte")),
        "sha256": LogColumn(N_("Prüfsumme (SHA-256)")),
        "state": LogColumn(N_("Stand"), {state.value: label for state, (label, _kind) in STATES.items()}),
    },
)


def log_words() -> LogWords:
    """What the log says of the register."""
    return _LOG_WORDS


def kind_label(level: Level, text_code: str | None, key: str) -> str:
    """What the unit is, as its Land calls it ("Markt", "Samtgemeinde"); without a Textkennzeichen, its level."""
    if text_code and key.startswith("08") and text_code in _IN_BADEN_WUERTTEMBERG:
        return _IN_BADEN_WUERTTEMBERG[text_code]
    return _TEXT_CODES.get(text_code or "", LEVELS[level])
