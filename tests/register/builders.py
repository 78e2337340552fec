"""Small official files: an edition in both formats, and territorial changes, with every layer that a real one has."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from openpyxl import Workbook
from openpyxl.utils import coordinate_to_tuple

FIRST_ROW = 7
"""The row of the first record in a sheet, as in the official ones."""

SOURCE = "© Daten (im Auftrag der Herausgebergemeinschaft)", "     Statistisches Bundesamt (Destatis), 2025"
PERIOD = "Gebietsänderungen vom 01.01. - 31.12.2024"

_HEADER = (
    "Satz-art|Text-kenn-zeichen|Amtlicher Regionalschlüssel (ARS)|||||Gemeindename|Fläche km2 1)|Bevölkerung2)||||"
    "Postleit-zahl3)|Geografische Mittelpunktkoordinaten||Reisegebiete||Grad der Verstädterung|",
    "||Land|RB|Kreis|VB|Gem|||insgesamt|männlich|weiblich|je km2||Längengrad|Breitengrad||||",
)
_CHANGES_HEADER = (
    "Kennziffer|Regionaleinheit|Abgebende / Aufgelöste Gemeinde||||||Aufnehmende / Neugebildete Gemeinde|||"
    "Wirksamkeitsdatum|",
    "||Amtlicher Regionalschlüssel (ARS)|Amtlicher Gemeinde-schlüssel (AGS)|Name|Änderungs-art 1)|Fläche qm|Einwohner|"
    "Amtlicher Regionalschlüssel (ARS)|Amtlicher Gemeinde-schlüssel (AGS)|Name|juristisch|statistisch",
)


@dataclass(frozen=True)
class Row:
    """A record as a sheet prints it."""

    satzart: str
    key: str
    name: str
    code: str = ""
    area: object = ""
    population: object = ""
    male: object = ""
    plz: object = ""
    lon: object = ""
    lat: object = ""
    seat: str = ""

    def but(self, **changes: object) -> "Row":
        """The same record with other fields."""
        return replace(self, **changes)

    @property
    def parts(self) -> list[str]:
        """Land, RB, Kreis, VB, Gem."""
        kreis = self.key[3:4] if self.satzart == "30" else self.key[3:5]
        return [self.key[:2], self.key[2:3], kreis, self.key[5:9], self.key[9:]]

    @property
    def cells(self) -> list[object]:
        """The twenty cells."""
        known = self.satzart == "60"
        female = self.population - self.male if isinstance(self.population, int) and isinstance(self.male, int) else ""
        return [
            *(self.satzart, self.code, *self.parts, self.name, self.area, self.population, self.male, female, ""),
            *(self.plz, self.lon, self.lat),
            *(("F02", "Ostsee", "03", "gering besiedelt") if known else ("", "", "", "")),
        ]


def land(key: str, name: str) -> Row:
    return Row("10", key, name)


def bezirk(key: str, name: str) -> Row:
    return Row("20", key, name)


def region(key: str, name: str) -> Row:
    return Row("30", key, name)


def kreis(key: str, name: str, code: str = "44", seat: str = "") -> Row:
    return Row("40", key, name, code, seat=seat)


def verband(key: str, name: str, code: str = "51", seat: str = "") -> Row:
    return Row("50", key, name, code, seat=seat)


def gemeinde(key: str, name: str, code: str = "64", **more: object) -> Row:
    """A Gemeinde of 10 km² with 1,000 people, whose place follows from its Land and its number."""
    figures = {"area": 10.0, "population": 1000, "male": 490, "plz": "24937"}
    figures |= {"lon": f"{8 + int(key[:2]) / 5:.6f}".replace(".", ",")}
    figures |= {"lat": f"{48 + int(key[9:]) / 1000:.6f}".replace(".", ",")}
    return Row("60", key, name, code, **(figures | more))


def alone(key: str, name: str, code: str = "63", **more: object) -> list[Row]:
    """A verbandsfreie Gemeinde: two records."""
    return [verband(key[:9], name, "50"), gemeinde(key, name, code, **more)]


def city(key: str, name: str, code: str = "61", **more: object) -> list[Row]:
    """A kreisfreie Stadt by its Kreis key: three records."""
    kind = "41" if code == "61" else "42"
    return [kreis(key, name, kind, seat=name.partition(",")[0]), *alone(f"{key}0000000", name, code, **more)]


LANDS = (
    "Schleswig-Holstein|Hamburg|Niedersachsen|Bremen|Nordrhein-Westfalen|Hessen|Rheinland-Pfalz|Baden-Württemberg|"
    "Bayern|Saarland|Berlin|Brandenburg|Mecklenburg-Vorpommern|Sachsen|Sachsen-Anhalt|Thüringen"
).split("|")


def germany(*rows: Row | Sequence[Row]) -> list[Row]:
    """A whole Germany: the given records, and for each Land that they leave out one kreisfreie Stadt."""
    given = [one for row in rows for one in ([row] if isinstance(row, Row) else row)]
    whole: list[Row] = []
    for number, name in enumerate(LANDS, 1):
        key = f"{number:02}"
        own = [row for row in given if row.key[:2] == key]
        whole.append(land(key, name))
        whole += own or city(f"{key}001", f"Hauptort {name}, Stadt")
    return whole


def sample() -> list[Row]:
    """A Germany with a case of everything: levels skipped and missing, contracts, areas without a Gemeinde."""
    return germany(
        city("01001", "Flensburg, Stadt"),
        kreis("01059", "Schleswig-Flensburg", "43", seat="Schleswig"),
        verband("010595919", "Hürup", "51", seat="Hürup"),
        gemeinde("010595919126", "Hürup"),
        gemeinde("010595919101", "Tastrup"),
        alone("010590045045", "Kappeln, Stadt"),
        bezirk("031", "Statistische Region Braunschweig"),
        city("03101", "Braunschweig, Stadt"),
        bezirk("051", "Reg.-Bez. Düsseldorf"),
        kreis("05154", "Kleve", "43", seat="Kleve"),
        alone("051540036036", "Kleve, Stadt"),
        bezirk("071", "früher: Reg.-Bez. Koblenz"),
        gemeinde("070009999999", "Gemeinsames Hoheitsgebiet", "66", population=0, male=0, plz="", lon="0", lat="0"),
        kreis("07131", "Ahrweiler", "44", seat="Bad Neuenahr-Ahrweiler"),
        alone("071310007007", "Bad Neuenahr-Ahrweiler, Stadt"),
        bezirk("081", "Reg.-Bez. Stuttgart"),
        region("0811", "Region Stuttgart"),
        city("08111", "Stuttgart, Landeshauptstadt", "62"),
        kreis("08115", "Böblingen", "44"),
        verband("081155001", "VVG der Stadt Herrenberg", "54", seat="Herrenberg"),
        gemeinde("081155001021", "Herrenberg, Stadt", "67"),
        gemeinde("081155001034", "Nufringen"),
        bezirk("096", "Unterfranken"),
        kreis("09672", "Bad Kissingen", "44"),
        verband("096725606", "Bad Brückenau (VGem)", "54", seat="Bad Brückenau"),
        gemeinde("096725606145", "Riedenberg"),
        gemeinde("096725606149", "Schondra, M", "60"),
        alone("096720163163", "Wildflecken, M", "60"),
        alone("096729457457", "Großer Auersberg", "66", population=0, male=0, plz=""),
        kreis("14521", "Erzgebirgskreis", "44"),
        verband("145215115", "Lugau-Niederwürschnitz", "54", seat="Lugau"),
        gemeinde("145215115380", "Lugau/Erzgeb., Stadt", "63"),
        gemeinde("145215115440", "Niederwürschnitz"),
        kreis("16061", "Eichsfeld", "44"),
        verband("160615051", "EG Uder", "58"),
        gemeinde("160615051119", "Uder"),
        gemeinde("160615051002", "Asbach-Sickenberg"),
    )


def edition_xlsx(
    rows: Iterable[Row],
    *,
    day: str = "31.12.2024",
    people: str = "31.12.2023",
    footer: bool = True,
    cells: Mapping[str, object] | None = None,
) -> bytes:
    """An edition as AuszugGV; ``cells`` replaces single cells ("J12")."""
    book = Workbook()
    cover = book.active
    cover.title = "Inhalt"
    cover["A9"] = "Gemeindeverzeichnis"
    sheet = book.create_sheet("Onlineprodukt_Gemeinden")
    sheet.append([f"Gemeinden in Deutschland nach Fläche, Bevölkerung und Postleitzahl am {day} (4. Quartal)"])
    sheet.append([])
    for line in _HEADER:
        sheet.append(line.split("|"))
    sheet.append(["", "", f"Gebietsstand am {day} (4. Quartal)", "", "", "", "", "", f"{people} (Jahr)"])
    sheet.append([])
    for row in rows:
        sheet.append(row.cells)
    sheet.append([])
    for line in SOURCE if footer else ():
        sheet.append([line])
    return saved(book, cells)


def changes_xlsx(
    rows: Iterable[Sequence[object]],
    *,
    title: str = PERIOD,
    footer: bool = True,
    cells: Mapping[str, object] | None = None,
) -> bytes:
    """Territorial changes; each row has the thirteen official cells (``change`` makes one)."""
    book = Workbook()
    book.active.title = "Deckblatt"
    book.active["A10"] = title
    sheet = book.create_sheet("Gebietsaenderungen")
    sheet.append([title])
    for line in _CHANGES_HEADER:
        sheet.append(line.split("|"))
    sheet.append([])
    for row in rows:
        sheet.append(row)
    sheet.append([])
    sheet.append(["1) Änderungsart:"])
    for line in SOURCE if footer else ():
        sheet.append([line])
    sheet.append(["P"])
    return saved(book, cells)


def change(
    kinds: object,
    ars_from: str,
    name_from: str,
    ars_to: str,
    name_to: str,
    *,
    reference: str = "16/2024/0001-R",
    day: object = "01.01.2024",
    legal: object = None,
    area: object = "",
    people: object = "",
    unit: str = "",
) -> list[object]:
    """One row of territorial changes; the unit follows from the length of its key."""
    unit = unit or {12: "Gemeinde", 9: "Gemeindeverband"}.get(len(ars_from), "Kreis")
    ags_from, ags_to = (ars[:5] + ars[9:] if len(ars) == 12 else "" for ars in (ars_from, ars_to))
    legal = day if legal is None else legal
    return [reference, unit, ars_from, ags_from, name_from, kinds, area, people, ars_to, ags_to, name_to, legal, day]


def gv100ad(rows: Iterable[Row], *, day: str = "20231130") -> str:
    """An edition as GV100AD: lines of 220 characters, the last one ended too."""
    return "".join(_line(row, day) + "\n" for row in rows)


def _line(row: Row, day: str) -> str:
    land, rb, kreis, vb, gem = row.parts
    line = f"{row.satzart}{day}{land}{rb:1}{kreis:2}{gem:3}{vb:4}{row.name[:50]:50}{row.seat[:50]:50}{row.code:2}    "
    if row.satzart == "60":
        hectares = round(float(str(row.area)) * 100)
        line += f"{hectares:011}{row.population:011}{row.male:011}    {row.plz!s:5}"
    return f"{line:220}"


def saved(book: Workbook, cells: Mapping[str, object] | None = None) -> bytes:
    """The bytes of a workbook, after single cells of its last sheet were replaced."""
    sheet = book.worksheets[-1]
    for place, value in (cells or {}).items():
        row, column = coordinate_to_tuple(place)
        sheet.cell(row, column).value = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def row_of(rows: Sequence[Row], key: str, satzart: str = "60") -> int:
    """The row in the sheet that a record comes to stand in."""
    return FIRST_ROW + next(at for at, row in enumerate(rows) if (row.satzart, row.key) == (satzart, key))
