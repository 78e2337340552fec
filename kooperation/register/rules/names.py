"""Names as people say them, made of the names as the register prints them.

The register adds what a unit is behind a comma ("Flensburg, Stadt", "Wildflecken, M") and leaves out what kind a
Kreis or Verband is. Where it is not certain what people say, the printed name stays: never wrong is better than
pretty. The official name is kept beside it in any case.
"""

import re

from kooperation.parties.rules import Level

_BAYERN, _HESSEN = "09", "06"
_KREISE_OF_HESSEN = frozenset({"Bergstraße", "Groß-Gerau"})
"""They call themselves Kreis, though their Textkennzeichen says Landkreis."""

# A word that says already that it is a Kreis: Rhein-Erft-Kreis, Ortenaukreis, Eifelkreis Bitburg-Prüm.
_SAYS_KREIS = re.compile(r"(?:^|[\s-])Kreis\b|kreis\b|^(?:Region|Städteregion|Regionalverband|StädteRegion)\s")
_STATUS_OF_SEAT = re.compile(r",\s*(?:Stadt|St|M|GKSt|Flecken)$")
_IN_FRONT = frozenset({"Lutherstadt", "Kirchspiel"})
"""What follows the comma and is part of the name: Lutherstadt Wittenberg; Kirchspiel Garding beside Garding."""

_ASSOCIATIONS = {
    "51": "Amt",
    "52": "Samtgemeinde",
    "53": "Verbandsgemeinde",
    "54": "Verwaltungsgemeinschaft",
    "55": "Kirchspielslandgemeinde",
    "56": "Verwaltungsverband",
    "58": "Erfüllende Gemeinde",
}
_SHORT_FORMS = (
    ("VVG der ", "Vereinbarte Verwaltungsgemeinschaft der "),
    ("GVV Nachbarschaftsverband ", "Nachbarschaftsverband "),
    ("GVV ", "Gemeindeverwaltungsverband "),
    ("EG ", "Erfüllende Gemeinde "),
)

# In Bayern these abbreviations are printed without blanks and mean the same everywhere; elsewhere they belong to
# the official spelling (Limburg a. d. Lahn) and stay. The longer ones come first.
_ABBREVIATIONS = tuple(
    (re.compile(rf"(?<=\s){short}"), long)
    for short, long in (
        (r"i\.d\.OPf\.", "in der Oberpfalz"),
        (r"i\.Bay\.", "in Bayern"),
        (r"i\.OFr\.", "in Oberfranken"),
        (r"i\.UFr\.", "in Unterfranken"),
        (r"i\.Schw\.", "in Schwaben"),
        (r"i\.OB\b", "in Oberbayern"),
        (r"i\.NB\b", "in Niederbayern"),
        (r"b\.Hl\.Blut\b", "beim Heiligen Blut"),
        (r"a\.d\.(?=[A-ZÄÖÜ])", "an der "),
        (r"i\.d\.(?=[A-ZÄÖÜ])", "in der "),
        (r"v\.d\.(?=[A-ZÄÖÜ])", "vor der "),
        (r"a\.(?=[A-ZÄÖÜ])", "am "),
        (r"i\.(?=[A-ZÄÖÜ])", "im "),
        (r"b\.(?=[A-ZÄÖÜ])", "bei "),
    )
)


def display_name(official_name: str, level: Level, text_code: str | None, land_key: str) -> str:
    """The name as people say it.

    Takes the name as printed, the level, the Textkennzeichen (41 to 67, None for Land and Regierungsbezirk) and the
    two digits of the Land: "Kleve" with 43 gives "Kreis Kleve", "Wildflecken, M" in Bayern "Markt Wildflecken".
    """
    name = _tidy(official_name)
    if land_key == _BAYERN:
        name = _spelled_out(name)
    if level is Level.REGIERUNGSBEZIRK:
        return f"Regierungsbezirk {name.removeprefix('Reg.-Bez. ')}"
    if level is Level.LANDKREIS:
        return _kreis_name(name, text_code, land_key)
    if level is Level.GEMEINDEVERBAND:
        return _association_name(name, text_code)
    if level is Level.LAND:
        return name
    return _gemeinde_name(name, text_code, land_key)


def bare_name(official_name: str) -> str:
    """The name without what the register adds behind the comma: "Kiel, Landeshauptstadt" gives "Kiel"."""
    return _tidy(official_name).partition(",")[0].strip()


def seat_of_contract(official_name: str) -> str:
    """The place that the name of a contract association names: "VVG der Stadt Bühl" gives "Bühl"."""
    name = _STATUS_OF_SEAT.sub("", _tidy(official_name))
    for beginning in ("VVG der Stadt ", "VVG der Gemeinde ", "EG "):
        name = name.removeprefix(beginning)
    return name


def _kreis_name(name: str, text_code: str | None, land_key: str) -> str:
    if _SAYS_KREIS.search(name) or name.startswith(("Landkreis ", "Kreis ")):
        return name
    is_kreis = text_code == "43" or (land_key == _HESSEN and name in _KREISE_OF_HESSEN)
    return f"{'Kreis' if is_kreis else 'Landkreis'} {name}"


def _association_name(name: str, text_code: str | None) -> str:
    name = _STATUS_OF_SEAT.sub("", name).removesuffix(" (VGem)")
    for short, long in _SHORT_FORMS:
        if name.startswith(short):
            return long + name.removeprefix(short)
    kind = _ASSOCIATIONS.get(text_code or "")
    return name if kind is None or name.startswith(f"{kind} ") else f"{kind} {name}"


def _gemeinde_name(name: str, text_code: str | None, land_key: str) -> str:
    bare, _, addition = (part.strip() for part in name.partition(","))
    if text_code in ("65", "66"):
        kind = "gemeindefreier Bezirk" if addition.endswith("Bezirk") else "gemeindefreies Gebiet"
        place = bare.removesuffix(" (Forstgutsbez.)")
        return f"{place[:-1]}, {kind})" if place.endswith(")") else f"{place} ({kind})"
    if addition in _IN_FRONT:
        return f"{addition} {bare}"
    if text_code == "60" and land_key == _BAYERN and not bare.startswith("Markt "):
        return f"Markt {bare}"
    return bare


def _tidy(name: str) -> str:
    """One blank between words, none behind a slash that has none before it ("Boizenburg/ Elbe")."""
    return re.sub(r"(?<=\S)/\s+(?=\S)", "/", " ".join(name.split()))


def _spelled_out(name: str) -> str:
    """The name with its abbreviations spelled out, if that can be done with all of them."""
    spelled = name
    for short, long in _ABBREVIATIONS:
        spelled = short.sub(long, spelled)
    return name if "." in spelled.replace("Reg.-Bez.", "").replace("St.", "") else spelled
