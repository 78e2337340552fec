"""The pages under /kommunen/."""

import csv
import io
import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select

from kooperation.base.db import db
from kooperation.parties.queries import municipality_by_key
from kooperation.parties.rules import Level
from kooperation.register.models import ChangeEvent, ChangeFile, Edition, HistoryEntry, HistoryKind, Succession
from kooperation.register.routes.units import MOST_COMPARED


@pytest.fixture
def place(prepared):
    """A Land with a Landkreis, an association and some Gemeinden, one of them dissolved."""

    def fill(make):
        land = make.municipality("Musterland", level=Level.LAND, key="08", population=30_000)
        kreis = make.municipality(
            "Landkreis Muster", level=Level.LANDKREIS, key="08001", parent=land, population=25_000
        )
        verband = make.municipality("Amt Nord", level=Level.GEMEINDEVERBAND, key="080010001", parent=kreis)
        make.municipality(
            "Äpfelbach", key="08001001", parent=verband, population=4_000, area_km2=20.5, postal_code="01234"
        )
        make.municipality("Ahausen", key="08001002", parent=verband, population=6_000, ars="080010001002")
        make.municipality("=Zell", key="08001003", parent=kreis, population=15_000)
        gone = make.municipality("Altdorf", key="08001004", parent=kreis, dissolved_on=date(2024, 1, 1))
        heir = make.municipality("Neudorf", key="08001005", parent=kreis, population=None)
        edition = Edition(
            format="AuszugGV",
            edition_date=date(2024, 12, 31),
            file_name="x",
            sha256="0",
            counts={},
            population_date=None,
        )
        file = ChangeFile(starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31), file_name="y", sha256="1", rows=1)
        db.session.add_all([edition, file])
        db.session.flush()
        db.session.add(Succession(predecessor_id=gone.id, successor_id=heir.id, is_official=True, reason="amtlich"))
        db.session.add(
            HistoryEntry(
                municipality_id=heir.id,
                edition_id=edition.id,
                kind=HistoryKind.REKEYED,
                before="08001999",
                after="08001005",
            )
        )
        db.session.add(
            HistoryEntry(
                municipality_id=heir.id, edition_id=edition.id, kind=HistoryKind.MOVED, before="08", after="08001"
            )
        )
        db.session.add(
            ChangeEvent(
                change_file_id=file.id,
                reference="08/2024/0001-R",
                unit_kind="Gemeinde",
                kinds="1",
                ars_from="080010004004",
                ags_from="08001004",
                name_from="Altdorf",
                ars_to="080010005005",
                ags_to="08001005",
                name_to="Neudorf",
                area_m2=1_370_000,
                inhabitants=1_234,
                legal_on=date(2024, 1, 1),
                statistical_on=date(2024, 1, 1),
            )
        )

    prepared(fill)


def text(answer):
    return " ".join(answer.get_data(as_text=True).split())


def names(client, address):
    """The names in the first column of the list, in order."""
    page = client.get(address).get_data(as_text=True)
    return [part.split("</a>")[0].split(">")[-1] for part in page.split('<th scope="row">')[1:]]


def test_one_can_walk_from_the_land_to_the_gemeinde(client, place):
    assert "/kommunen/08-musterland/" in text(client.get("/kommunen/"))
    assert "/kommunen/08001-landkreis-muster/" in text(client.get("/kommunen/08-musterland/"))
    assert "/kommunen/080010001-amt-nord/" in text(client.get("/kommunen/08001-landkreis-muster/"))
    assert "/kommunen/08001002-ahausen/" in text(client.get("/kommunen/080010001-amt-nord/"))
    page = text(client.get("/kommunen/08001002-ahausen/"))
    for above in ("08-musterland", "08001-landkreis-muster", "080010001-amt-nord"):
        assert f"/kommunen/{above}/" in page


def test_without_a_register_the_pages_say_what_to_do(client):
    for address in ("/", "/kommunen/", "/kommunen/liste/", "/kommunen/karte/"):
        assert "kooperation register import" in text(client.get(address))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ebene=gemeinde", ["Ahausen", "Äpfelbach", "Neudorf", "=Zell"]),
        ("ebene=gemeinde&sortierung=-name", ["=Zell", "Neudorf", "Äpfelbach", "Ahausen"]),
        ("ebene=gemeinde&sortierung=-einwohner", ["=Zell", "Ahausen", "Äpfelbach", "Neudorf"]),
        ("ebene=gemeinde&sortierung=einwohner", ["Äpfelbach", "Ahausen", "=Zell", "Neudorf"]),
        ("groesse=10000", ["Ahausen"]),
        ("verband=080010001&ebene=gemeinde", ["Ahausen", "Äpfelbach"]),
        ("kreis=08001&land=08&ebene=gemeindeverband", ["Amt Nord"]),
        ("name=apfel", ["Äpfelbach"]),
        ("name=nord+amt", ["Amt Nord"]),
        ("stand=aufgeloest", ["Altdorf"]),
        ("stand=alle&name=dorf", ["Altdorf", "Neudorf"]),
        ("land=09", []),
        ("name=%25", ["=Zell", "Ahausen", "Amt Nord", "Äpfelbach", "Landkreis Muster", "Musterland", "Neudorf"]),
    ],
)
def test_the_list_is_filtered_and_sorted_as_its_address_says(client, place, query, expected):
    listed = names(client, f"/kommunen/liste/?{query}")
    assert sorted(listed) == sorted(expected) if query.startswith("name=%25") else listed == expected


@pytest.mark.parametrize(
    "name", ["ebene", "land", "kreis", "verband", "groesse", "name", "stand", "sortierung", "seite"]
)
@pytest.mark.parametrize(
    "rubbish", ["", "x", "'; DROP TABLE party;--", "\x00", "９９", "-1", "9" * 500, "<script>", "%"]
)
def test_rubbish_in_the_address_is_no_failure(client, place, name, rubbish):
    for path in ("/kommunen/liste/", "/kommunen/liste/export.csv", "/kommunen/karte/"):
        assert client.get(path, query_string={name: rubbish}).status_code == 200


def test_who_chooses_another_land_leaves_the_kreis_behind(client, place):
    page = text(client.get("/kommunen/liste/?land=09&kreis=08001&verband=080010001"))
    assert "Filter entfernen:</span> 09" in page
    assert "Muster" not in page.partition("k-chips")[2].partition("</ul>")[0]


@pytest.mark.parametrize("typed", ["Äpfelbach", "aepfelbach", "apfel", "AEPFELBACH"])
def test_a_name_is_found_however_its_umlauts_are_typed(client, place, typed):
    page = text(client.get("/kommunen/liste/", query_string={"name": typed}))
    assert "/kommunen/08001001-aepfelbach/" in page
    assert "<strong>1</strong> Kommune </p>" in page


@pytest.mark.parametrize("name", ["mit", "neu", "neu-wert", "neu-auswahl"])
@pytest.mark.parametrize(
    "rubbish", ["x", "\x00", "0800\x001002", "０８００１００２", "9" * 500, "\udcff", "\U0010ffff"]
)
def test_rubbish_to_compare_with_is_no_failure(client, place, name, rubbish):
    query = {"neu": "Ahausen", name: rubbish.encode("utf-8", "surrogateescape")}
    assert client.get("/kommunen/08001001-aepfelbach/vergleich/", query_string=query).status_code in {200, 302}


def test_the_export_has_exactly_what_the_list_shows(client, place):
    answer = client.get("/kommunen/liste/export.csv?ebene=gemeinde&sortierung=-einwohner")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))
    assert [row["Name"] for row in rows] == ["'=Zell", "Ahausen", "Äpfelbach", "Neudorf"]
    assert rows[2]["PLZ des Verwaltungssitzes"] == "01234"
    assert rows[2]["Fläche in km²"] == "20,5"


def test_the_spreadsheet_keeps_keys_as_text(client, place):
    with client.get("/kommunen/liste/export.xlsx?name=apfelbach") as answer:
        row = next(load_workbook(io.BytesIO(answer.get_data())).active.iter_rows(min_row=2))
    assert [cell.value for cell in row][:2] == ["08001001", "Äpfelbach"]


@pytest.mark.parametrize(
    ("key", "leads_to"),
    [
        ("08001001", "/kommunen/08001001-aepfelbach/"),
        ("080010001002", "/kommunen/08001002-ahausen/"),
        ("08001999", "/kommunen/08001005-neudorf/"),
        ("08001004", "/kommunen/08001004-altdorf/"),
        ("08001001-wie-auch-immer", "/kommunen/08001001-aepfelbach/"),
    ],
)
def test_every_key_leads_to_the_page(client, place, key, leads_to):
    answer = client.get(f"/kommunen/{key}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, leads_to)


@pytest.mark.parametrize(
    "address", ["/kommunen/99999999/", "/kommunen/1/", "/kommunen/08001001/vergleich/", "/kommunen/x-y/"]
)
def test_an_unknown_key_is_not_found(client, place, address):
    assert client.get(address).status_code == 404


def test_a_dissolved_unit_names_who_took_its_place(client, place):
    page = text(client.get("/kommunen/08001004-altdorf/"))
    assert "wurde zum 01.01.2024 aufgelöst" in page
    assert "An ihre Stelle trat:" in page
    assert "/kommunen/08001005-neudorf/" in page
    assert "Aufgelöst (1,37 km², 1.234 Personen); aufgegangen in:" in page


def test_the_heir_names_its_predecessors_and_its_history(client, place):
    page = text(client.get("/kommunen/08001005-neudorf/"))
    assert "Aufgegangen in Neudorf" in page
    assert "Aufgenommen (1,37 km², 1.234 Personen):" in page
    assert "Amtliche Gebietsänderung 08/2024/0001-R" in page
    assert "Neuer Schlüssel 08001005, vorher 08001999." in page
    assert "Gehört jetzt zu Landkreis Muster, vorher zu Musterland." in page


def test_a_gemeinde_leads_to_the_map_around_it(client, place, prepared):
    def put_on_the_map(make):
        unit = municipality_by_key("08001001")
        unit.latitude, unit.longitude = 50.5, 9.25

    prepared(put_on_the_map)
    page = text(client.get("/kommunen/08001001-aepfelbach/"))
    assert "50,5000° Nord, 9,2500° Ost" in page
    assert 'href="/kommunen/karte/?land=08&amp;kreis=08001">Karte der Umgebung' in page


def test_what_happened_stands_in_one_order_the_newest_first(client, place):
    page = text(client.get("/kommunen/08001005-neudorf/"))
    days = re.findall(r'k-timeline__when">(?:Gebietsstand )?(\d\d)\.(\d\d)\.(\d{4})<', page)
    assert len(days) > 1
    assert days == sorted(days, key=lambda day: day[::-1], reverse=True)


def test_a_change_calls_a_unit_by_the_name_that_it_has_today(client, place, prepared):
    def rename(make):
        for change in db.session.scalars(select(ChangeEvent)):
            change.name_from = "Altdorf, M"

    prepared(rename)
    page = text(client.get("/kommunen/08001005-neudorf/"))
    assert 'Aufgenommen (1,37 km², 1.234 Personen): <a href="/kommunen/08001004/">Altdorf</a>' in page


def test_nobody_lives_there_so_nothing_is_of_like_size(client, place, prepared):
    prepared(
        lambda make: make.municipality("Forst (gemeindefreies Gebiet)", key="08001009", population=0, inhabited=False)
    )
    page = text(client.get("/kommunen/08001009/", follow_redirects=True))
    assert "Dieses Gebiet ist unbewohnt." in page
    assert "Ähnlich große Einheiten" not in page


def test_a_key_known_from_changes_alone_shows_all_heirs(client, prepared):
    def fill(make):
        file = ChangeFile(starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31), file_name="y", sha256="1", rows=2)
        db.session.add(file)
        db.session.flush()
        for key, name in (("09001001", "Erben"), ("09001002", "Erbach")):
            make.municipality(name, key=key)
            db.session.add(
                ChangeEvent(
                    change_file_id=file.id,
                    reference="1",
                    unit_kind="Gemeinde",
                    kinds="1",
                    ars_from="090010009009",
                    ags_from="09001009",
                    name_from="Teilstadt",
                    ars_to=key.ljust(12, "0"),
                    ags_to=key,
                    name_to=name,
                    legal_on=date(2024, 1, 1),
                    statistical_on=date(2024, 1, 1),
                )
            )

    prepared(fill)
    page = text(client.get("/kommunen/09001009/"))
    assert "Teilstadt" in page
    assert "/kommunen/09001001-erben/" in page
    assert "/kommunen/09001002-erbach/" in page


def test_the_demonstration_region_says_what_it_is(client, prepared):
    prepared(lambda make: make.municipality("Musterland", level=Level.LAND, key="99"))
    for address in (
        "/",
        "/kommunen/",
        "/kommunen/liste/",
        "/kommunen/99-musterland/",
        "/kommunen/99-musterland/vergleich/",
    ):
        assert "Beispieldaten" in text(client.get(address)), address


def test_units_are_compared_with_those_like_them_or_with_chosen_ones(client, place):
    page = text(client.get("/kommunen/08001002-ahausen/vergleich/"))
    assert "Äpfelbach" in page
    assert "=Zell" in page
    chosen = text(client.get("/kommunen/08001002-ahausen/vergleich/?mit=08001005&mit=x&mit=08001002"))
    assert "Neudorf" in chosen
    assert "Äpfelbach" not in chosen


def test_to_add_a_unit_takes_none_of_the_proposed_ones_away(client, place):
    page = text(client.get("/kommunen/08001002-ahausen/vergleich/"))
    shown = re.findall('name="mit" value="([0-9]+)"', page)
    assert "08001001" in shown
    answer = client.get(
        "/kommunen/08001002-ahausen/vergleich/", query_string={"mit": shown, "neu": "x", "neu-auswahl": "08001005"}
    )
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["mit"] == list(dict.fromkeys([*shown, "08001005"]))


def test_the_comparison_says_when_it_is_full(client, place, prepared):
    prepared(lambda make: [_more(make, number) for number in range(MOST_COMPARED)])
    keys = [f"080011{number:02}" for number in range(MOST_COMPARED)]
    page = text(client.get("/kommunen/08001002-ahausen/vergleich/", query_string={"mit": keys}))
    assert "Mehr als 6 Einheiten stehen nicht nebeneinander" in page
    assert "Weitere Einheit" not in page


def test_a_list_page_costs_the_same_statements_whatever_it_shows(app, client, place, prepared):
    def counted(address):
        statements = []
        engine = db._app_engines[app][None]
        listener = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        try:
            assert client.get(address).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", listener)
        return len(statements)

    addresses = ["/", "/kommunen/", "/kommunen/liste/", "/kommunen/08001-landkreis-muster/"]
    few = [counted(address) for address in addresses]
    prepared(lambda make: [_more(make, number) for number in range(40)])
    assert [counted(address) for address in addresses] == few
    assert max(few) <= 12


def _more(make, number):
    kreis = municipality_by_key("08001")
    make.municipality(f"Weiler {number}", key=f"080011{number:02}", parent=kreis)


def test_a_list_is_filtered_by_regierungsbezirk_which_leads_the_choice_of_the_kreis(client, prepared):
    def fill(make):
        land = make.municipality("Land", level=Level.LAND, key="09")
        for key, name in (("091", "Oberland"), ("092", "Niederland")):
            bezirk = make.municipality(name, level=Level.REGIERUNGSBEZIRK, key=key, parent=land)
            kreis = make.municipality(f"Kreis {name}", level=Level.LANDKREIS, key=f"{key}01", parent=bezirk)
            make.municipality(f"Dorf {name}", key=f"{key}01001", parent=kreis, longitude=11.0, latitude=48.0)

    prepared(fill)
    page = client.get("/kommunen/liste/?land=09&bezirk=091&ebene=gemeinde").get_data(as_text=True)
    assert "Dorf Oberland" in page
    assert "Dorf Niederland" not in page
    assert "Filter entfernen:</span> Oberland" in page
    assert "Kreis Niederland" not in page
    other = client.get("/kommunen/liste/?bezirk=091&kreis=09201&ebene=gemeinde").get_data(as_text=True)
    assert "Dorf Oberland" in other
    assert "/kommunen/liste/?bezirk=092" in client.get("/kommunen/092-niederland/").get_data(as_text=True)
    assert "Ganz Deutschland" in client.get("/kommunen/karte/?bezirk=091").get_data(as_text=True)
