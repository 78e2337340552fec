"""What the log says of the register."""

from kooperation.base.hooks import LogColumn, LogWords
from kooperation.base.text import N_
from kooperation.register.rules.uploads import STATES

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
