"""What kind of unit a unit is, in the words of its Land."""

from kooperation.base.text import N_
from kooperation.parties.rules import Level

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


def kind_label(level: Level, text_code: str | None, key: str) -> str:
    """What the unit is, as its Land calls it ("Markt", "Samtgemeinde"); without a Textkennzeichen, its level."""
    if text_code and key.startswith("08") and text_code in _IN_BADEN_WUERTTEMBERG:
        return _IN_BADEN_WUERTTEMBERG[text_code]
    return _TEXT_CODES.get(text_code or "", LEVELS[level])
