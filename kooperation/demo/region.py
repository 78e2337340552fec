"""The invented Land with its units: names, keys and figures as a table that one can read.

The region lies in the open North Sea, north of the East Frisian islands: the map of Germany shows it whole, and
no real place is near enough to be mixed up with it. Postal codes begin with 00, which Germany does not assign.
"""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from kooperation.parties.rules import Level
from kooperation.register.rules.bodies import Body
from kooperation.register.rules.description import bodies_of
from kooperation.register.rules.records import EditionFile, EditionFormat, RegisterRecord, Satzart

LAND_NAME = "Musterland"
POPULATION_DATE = date(2024, 12, 31)


class Kind(StrEnum):
    """What a unit is, as the Textkennzeichen of the register."""

    LAND = ""
    LANDKREIS = "44"
    VERBANDSGEMEINDE = "53"
    CONTRACT = "58"
    MARKT = "60"
    KREISFREI = "61"
    STADT = "63"
    GEMEINDE = "64"
    UNINHABITED = "66"
    GROSSE_KREISSTADT = "67"


class Above(NamedTuple):
    """A unit above the Gemeinden; its figures follow from theirs. The seat of a contract does the work for it."""

    key: str
    satzart: Satzart
    kind: Kind
    name: str
    seat: str


class Place(NamedTuple):
    """A Gemeinde or kreisfreie Stadt. ``association`` are the four digits that its ARS has more than its AGS."""

    key: str
    association: str
    kind: Kind
    name: str
    population: int
    male: int
    area_km2: float
    postal_code: str | None
    latitude: float
    longitude: float


class Ending(NamedTuple):
    """A dissolved Gemeinde, and the AGS of those that took its place."""

    place: Place
    dissolved_on: date
    successors: tuple[str, ...]
    reason: str


UPPER = (
    Above("99", Satzart.LAND, Kind.LAND, LAND_NAME, "Wennelburg"),
    Above("99001", Satzart.KREIS, Kind.LANDKREIS, "Silmetal", "Auenfurt a. d. Silme"),
    Above("99002", Satzart.KREIS, Kind.LANDKREIS, "Kranzwald-Wennel", "Hohenkranz"),
    Above("990015001", Satzart.GEMEINDEVERBAND, Kind.VERBANDSGEMEINDE, "Obere Silme", "Weißensilm"),
    Above("990015002", Satzart.GEMEINDEVERBAND, Kind.VERBANDSGEMEINDE, "Torfwiesen", "Torfhagenau"),
    Above("990025001", Satzart.GEMEINDEVERBAND, Kind.VERBANDSGEMEINDE, "Kranzwald", "Kranzbrück"),
    Above("990025002", Satzart.GEMEINDEVERBAND, Kind.CONTRACT, "Neuhallen, Stadt", "Neuhallen"),
)

# fmt: off
PLACES = (
    # Kreisfrei
    Place("99003000", "0000", Kind.KREISFREI, "Wennelburg", 128_450, 62_790, 142.37, "00100", 54.571, 6.914),
    # Landkreis Silmetal, without an association
    Place(
        "99001001", "0001", Kind.GROSSE_KREISSTADT, "Auenfurt a. d. Silme",
        61_240, 29_880, 96.41, "00210", 54.583, 6.628,
    ),
    Place("99001002", "0002", Kind.STADT, "Tannenbrück", 23_870, 11_655, 81.06, "00214", 54.617, 6.778),
    Place("99001003", "0003", Kind.STADT, "Schloßwinden", 12_460, 6_092, 74.58, "00217", 54.541, 6.741),
    Place("99001004", "0004", Kind.MARKT, "Silmhausen", 8_940, 4_398, 58.23, "00221", 54.642, 6.539),
    Place("99001005", "0005", Kind.MARKT, "Bärnlauben", 6_780, 3_371, 63.94, "00223", 54.596, 6.498),
    Place("99001006", "0006", Kind.GEMEINDE, "Öhrlingsmoor", 5_310, 2_664, 71.12, "00226", 54.527, 6.547),
    # Verbandsgemeinde Obere Silme
    Place("99001010", "5001", Kind.STADT, "Weißensilm", 7_310, 3_574, 52.77, "00230", 54.723, 6.652),
    Place("99001011", "5001", Kind.GEMEINDE, "Krähenrode-Silmlauben", 3_420, 1_709, 44.90, "00231", 54.761, 6.558),
    Place("99001012", "5001", Kind.GEMEINDE, "Mönchswiel", 2_105, 1_040, 31.36, "00230", 54.742, 6.741),
    Place("99001013", "5001", Kind.GEMEINDE, "Übersilm", 1_388, 702, 27.83, "00231", 54.781, 6.671),
    Place("99001014", "5001", Kind.GEMEINDE, "Heidlingsfelde", 912, 467, 33.05, "00230", 54.698, 6.571),
    Place("99001015", "5001", Kind.GEMEINDE, "Kaltenwiel", 468, 241, 24.61, "00231", 54.713, 6.487),
    Place("99001016", "5001", Kind.GEMEINDE, "Distelaue", 264, 133, 18.19, "00230", 54.669, 6.689),
    # Verbandsgemeinde Torfwiesen
    Place("99001020", "5002", Kind.MARKT, "Torfhagenau", 4_860, 2_385, 55.48, "00240", 54.446, 6.634),
    Place("99001021", "5002", Kind.GEMEINDE, "Großenwiel", 2_960, 1_463, 47.72, "00241", 54.478, 6.729),
    Place("99001022", "5002", Kind.GEMEINDE, "Kleinenwiel", 1_742, 871, 29.17, "00241", 54.461, 6.803),
    Place("99001023", "5002", Kind.GEMEINDE, "Binsenloh", 1_120, 569, 36.84, "00240", 54.418, 6.712),
    Place("99001024", "5002", Kind.GEMEINDE, "St. Gerwin", 655, 322, 28.50, "00243", 54.403, 6.571),
    Place("99001025", "5002", Kind.GEMEINDE, "Äschenbruck", 187, 98, 22.06, "00243", 54.481, 6.523),
    Place("99001026", "5002", Kind.GEMEINDE, "Neuhallen", 1_930, 957, 34.29, "00240", 54.377, 6.658),
    # In no Gemeinde
    Place("99001454", "9454", Kind.UNINHABITED, "Krähenforst", 0, 0, 39.75, None, 54.655, 6.437),
    # Landkreis Kranzwald-Wennel, without an association
    Place("99002001", "0001", Kind.STADT, "Hohenkranz", 34_810, 16_972, 88.93, "00310", 54.604, 7.117),
    Place("99002002", "0002", Kind.STADT, "Großwennel", 20_150, 9_914, 67.40, "00314", 54.498, 7.012),
    Place("99002003", "0003", Kind.GEMEINDE, "Mühlenried-Kaltbrunn", 9_870, 4_869, 49.68, "00317", 54.641, 6.969),
    Place("99002004", "0004", Kind.MARKT, "Fuchslauben", 5_640, 2_790, 60.35, "00321", 54.558, 7.218),
    Place("99002005", "0005", Kind.GEMEINDE, "Grünwerth", 3_980, 1_978, 41.27, "00322", 54.519, 7.131),
    Place("99002006", "0006", Kind.STADT, "Bad Quellried", 11_240, 5_371, 57.81, "00325", 54.641, 7.238),
    Place("99002007", "0007", Kind.GEMEINDE, "Süßenlohe", 4_450, 2_213, 45.02, "00327", 54.462, 6.921),
    Place("99002008", "0008", Kind.GEMEINDE, "Jägerswiel", 2_480, 1_242, 53.14, "00328", 54.451, 7.087),
    Place("99002009", "0009", Kind.GEMEINDE, "Kirchwennel", 3_160, 1_571, 48.66, "00329", 54.683, 7.124),
    # Verbandsgemeinde Kranzwald
    Place("99002020", "5001", Kind.STADT, "Kranzbrück", 5_920, 2_894, 51.09, "00330", 54.731, 7.089),
    Place("99002021", "5001", Kind.GEMEINDE, "Oberkranz", 2_340, 1_177, 43.58, "00331", 54.771, 7.172),
    Place("99002022", "5001", Kind.GEMEINDE, "Niederkranz", 1_510, 758, 30.92, "00331", 54.738, 7.231),
    Place("99002023", "5001", Kind.GEMEINDE, "Rößlingsfeld", 876, 430, 26.47, "00330", 54.774, 7.031),
    Place("99002024", "5001", Kind.GEMEINDE, "Haselgrundau", 539, 275, 21.70, "00330", 54.728, 6.994),
    Place("99002025", "5001", Kind.GEMEINDE, "Steinwiel a. d. Wennel", 143, 74, 19.33, "00331", 54.692, 7.207),
    # Verwaltungsgemeinschaft Neuhallen
    Place("99002030", "5002", Kind.STADT, "Neuhallen", 10_380, 5_089, 62.24, "00340", 54.402, 6.958),
    Place("99002031", "5002", Kind.GEMEINDE, "Ulmenrodau", 2_690, 1_345, 38.81, "00341", 54.371, 6.873),
    Place("99002032", "5002", Kind.GEMEINDE, "Weidlingsbrück", 1_240, 611, 32.16, "00342", 54.359, 7.021),
    Place("99002033", "5002", Kind.GEMEINDE, "Erlenwörth", 590, 301, 23.45, "00342", 54.417, 7.038),
)

ENDINGS = (
    Ending(
        Place("99001017", "5001", Kind.GEMEINDE, "Silmlauben", 731, 368, 15.22, "00231", 54.776, 6.531),
        date(2022, 1, 1), ("99001011",), "Eingemeindung (erfunden)",
    ),
    Ending(
        Place("99002010", "0010", Kind.GEMEINDE, "Wennelgrund", 402, 204, 17.94, "00329", 54.678, 7.172),
        date(2023, 7, 1), ("99002009", "99002025"), "Aufteilung (erfunden)",
    ),
)
# fmt: on


class Entry(NamedTuple):
    """What a unit says about itself, or what its Landkreis says for it. Nobody has the numbers (they are for films)."""

    level: Level
    key: str
    website: str | None
    email: str | None
    phone: str | None
    text: str
    entered_by: str | None = None


ENTRIES = (
    Entry(
        Level.LANDKREIS,
        "99001",
        "https://landkreis-silmetal.example",
        "poststelle@landkreis-silmetal.example",
        "040 66969-100",
        "Der Landkreis Silmetal koordiniert die Digitalisierung mit seinen Städten und Gemeinden.\n\n"
        "- Digitalstammtisch **jeden ersten Dienstag**\n- gemeinsames Rechenzentrum\n- Schulungen für Digitallotsen",
    ),
    Entry(
        Level.GEMEINDE,
        "99001001",
        "https://auenfurt.example",
        "rathaus@auenfurt.example",
        "040 66969-200",
        "",
    ),
    Entry(Level.GEMEINDE, "99001002", "https://tannenbrueck.example", None, None, "", entered_by="99001"),
    Entry(
        Level.GEMEINDE,
        "99002010",
        "https://wennelgrund.example",
        None,
        "040 66969-300",
        "Wennelgrund ist eine Gemeinde am Deich.",
    ),
)
"""What the page of a unit shows: a whole entry, one with gaps, one to be confirmed, one of a dissolved unit."""

_PRINTED_BEHIND = {
    Kind.MARKT: ", M",
    Kind.KREISFREI: ", Stadt",
    Kind.STADT: ", Stadt",
    Kind.UNINHABITED: ", gemfr. Gebiet",
    Kind.GROSSE_KREISSTADT: ", GKSt",
}
_TRAVEL_REGIONS = {"99001": "Silmetal", "99002": "Kranzwald", "99003": "Wennelburg"}


def bodies() -> tuple[Body, ...]:
    """All units of the region, parents before children, those that were dissolved last."""
    ended = {ending.place.key for ending in ENDINGS}
    as_they_were = _described(*PLACES, *(ending.place for ending in ENDINGS))
    return (*_described(*PLACES), *(body for body in as_they_were if body.key in ended))


def _described(*places: Place) -> tuple[Body, ...]:
    """What the register makes of these places: parents, names as people say them, sums."""
    edition = EditionFile(
        format=EditionFormat.AUSZUG_GV,
        edition_date=POPULATION_DATE,
        population_date=POPULATION_DATE,
        sha256="",
        name=LAND_NAME,
        sheet=None,
        records=(*map(_upper, UPPER), *map(_lowest, places)),
    )
    return bodies_of(edition).bodies


def _upper(above: Above) -> RegisterRecord:
    key = above.key
    parts = (key[:2], key[2:3], key[3:5], key[5:], "")
    return RegisterRecord(above.satzart, above.kind.value, *parts, name=above.name, line=0, seat=above.seat)


def _lowest(place: Place) -> RegisterRecord:
    key = place.key
    return RegisterRecord(
        *(Satzart.GEMEINDE, place.kind.value, key[:2], key[2], key[3:5], place.association, key[5:]),
        name=place.name + _PRINTED_BEHIND.get(place.kind, ""),
        line=0,
        area_ha=round(place.area_km2 * 100),
        population=place.population,
        male=place.male,
        plz=place.postal_code,
        lon=place.longitude,
        lat=place.latitude,
        travel_region=_TRAVEL_REGIONS[key[:5]],
        urbanisation=_urbanisation(place.population),
    )


def _urbanisation(population: int) -> str:
    if population > 50_000:
        return "dicht besiedelt"
    return "mittlere Besiedlungsdichte" if population > 10_000 else "gering besiedelt"
