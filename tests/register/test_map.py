"""The map of the register: the same filters as the list, drawn by the server."""

import re
from datetime import date

import pytest
from sqlalchemy import event

from kooperation.audit.services import SHELL
from kooperation.base.db import db, reading
from kooperation.parties.rules import Level
from kooperation.register.models import Edition
from kooperation.register.queries.lists import UnitFilter
from kooperation.register.queries.mapping import nearest_place, unit_map
from kooperation.register.rules.mapping.projection import project
from kooperation.register.services.editions import apply_edition, plan_import


@pytest.fixture
def country(prepared):
    """Two Länder with a Landkreis each, a kreisfreie Stadt, a place without coordinates, and the invented region."""

    def fill(make):
        db.session.add(
            Edition(
                format="AuszugGV", edition_date=date(2024, 12, 31), file_name="x", sha256="0", counts={"bodies": {}}
            )
        )
        bayern = make.municipality("Bayern", level=Level.LAND, key="09", longitude=11.4, latitude=48.9)
        kreis = make.municipality(
            "Landkreis Muster", level=Level.LANDKREIS, key="09184", parent=bayern, longitude=11.6, latitude=48.1
        )
        make.municipality(
            "München", level=Level.KREISFREIE_STADT, key="09162000", parent=bayern, longitude=11.5755,
            latitude=48.1372, population=1_500_000,
        )  # fmt: skip
        make.municipality("Haar", key="09184123", parent=kreis, longitude=11.73, latitude=48.11, population=24_000)
        make.municipality("Wald", key="09184452", parent=kreis, longitude=11.6, latitude=48.0, population=0)
        make.municipality("Nirgendwo", key="09184999", parent=kreis)
        norden = make.municipality("Nordland", level=Level.LAND, key="01", longitude=9.5, latitude=54.5)
        make.municipality("Flensburg", key="01001000", parent=norden, longitude=9.4333, latitude=54.7833)
        demo = make.municipality("Musterland", level=Level.LAND, key="99", longitude=6.8, latitude=54.3)
        make.municipality("Beispielstadt", key="99001001", parent=demo, longitude=6.8, latitude=54.3)

    prepared(fill)


def page_of(client, path=""):
    answer = client.get(f"/kommunen/karte/{path}")
    assert answer.status_code == 200
    return answer.text


def dots_of(page):
    """The titles of the links in the picture that have a sign."""
    return re.findall(r"<a [^>]*><title>([^<]*)</title><circle", page)


def test_every_place_is_a_link_with_its_population(client, country):
    page = page_of(client)
    assert dots_of(page) == [
        "München, 1.500.000 Einwohner",
        "Haar, 24.000 Einwohner",
        "Flensburg, 1.000 Einwohner",
        "Wald, unbewohnt",
    ]
    assert '<a href="/kommunen/09162000-muenchen/">' in page


def test_the_filters_are_those_of_the_list(client, country):
    assert dots_of(page_of(client, "?land=09&groesse=mehr")) == ["München, 1.500.000 Einwohner"]
    assert dots_of(page_of(client, "?name=haar")) == ["Haar, 24.000 Einwohner"]
    assert dots_of(page_of(client, "?kreis=09184")) == ["Haar, 24.000 Einwohner", "Wald, unbewohnt"]
    assert dots_of(page_of(client, "?ebene=landkreis")) == ["Landkreis Muster, 1.000 Einwohner"]
    assert dots_of(page_of(client, "?ebene=unsinn&land=xx")) == dots_of(page_of(client))


def test_the_table_with_the_same_filters_is_its_twin(client, country):
    assert '<a href="/kommunen/liste/?land=09&amp;name=haar">' in page_of(client, "?land=09&name=haar")


def test_the_page_keeps_the_strict_policy(client, country):
    page = page_of(client)
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


def test_its_source_and_edition_are_named(client, country):
    assert "© Statistisches Bundesamt (Destatis), GV-ISys, Gebietsstand 31.12.2024" in page_of(client)


def test_what_is_not_drawn_is_said(client, country):
    page = page_of(client)
    assert re.search(r"Nirgendwo</a>: Das Verzeichnis nennt keine Koordinaten", page)
    assert re.search(r'ebene=land">Länder</a> \(2\)', page)
    assert "Beispieldaten</a> (1)" in page


def test_the_ways_in_and_out_keep_the_other_filters(client, country):
    assert 'href="/kommunen/karte/?land=09&amp;groesse=mehr"' in page_of(client, "?groesse=mehr")
    inside = page_of(client, "?land=09&name=a")
    assert 'href="/kommunen/karte/?kreis=09184&amp;land=09&amp;name=a"' in inside
    assert 'href="/kommunen/karte/?name=a"' in inside
    closest = page_of(client, "?land=09&kreis=09184")
    assert re.search(r'href="/kommunen/karte/\?land=09">.*Bayern', closest)
    assert "Ausschnitt wählen" not in closest


def test_a_level_that_does_not_lie_within_the_area_is_let_go(client, country):
    assert 'href="/kommunen/karte/?land=09"><title>Bayern' in page_of(client, "?ebene=land")
    assert 'href="/kommunen/karte/?kreis=09184&amp;land=09"><title>Landkreis' in page_of(
        client, "?land=09&ebene=landkreis"
    )


def test_the_invented_region_is_drawn_on_request_and_says_so(client, country):
    page = page_of(client, "?land=99")
    assert dots_of(page) == ["Beispielstadt, 1.000 Einwohner"]
    assert "Beispieldaten, frei erfunden." in page
    assert "Diese Region ist erfunden" in page
    assert "Diese Region ist erfunden" not in page_of(client)


def test_alone_the_invented_region_is_the_map(client, prepared):
    prepared(lambda make: make.municipality("Beispielstadt", key="99001001", longitude=6.8, latitude=54.3) and None)
    assert dots_of(page_of(client)) == ["Beispielstadt, 1.000 Einwohner"]


def test_an_empty_map_says_what_to_do(client, country):
    assert "Keine Kommune passt zu diesen Filtern" in page_of(client, "?name=xyzxyz")
    assert "Ohne Koordinaten keine Karte" in page_of(client, "?name=nirgendwo")


def test_without_a_register_the_page_says_so(client):
    assert "Noch kein Verzeichnis eingelesen" in page_of(client)


def test_the_signs_lead_to_the_map_of_their_class(client, country):
    assert re.search(r'groesse=mehr">über 100\.000</a></dt>\s*<dd>1</dd>', page_of(client))


def test_a_map_costs_the_same_statements_whatever_it_shows(app, client, prepared):
    def counted():
        statements = []
        engine = db._app_engines[app][None]
        listener = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        try:
            page_of(client, "?ebene=gemeinde")
        finally:
            event.remove(engine, "before_cursor_execute", listener)
        return len(statements)

    def fill(make):
        for at in range(40):
            make.municipality(f"Ort {at}", key=f"09184{at:03}", longitude=9 + at / 100, latitude=50.0)

    prepared(lambda make: make.municipality("Ort", key="09184999", longitude=9.0, latitude=50.0) and None)
    few = counted()
    prepared(fill)
    assert counted() == few <= 6


# ---------------------------------------------------------------- the place under the pointer


def nearest(client, longitude, latitude, **values):
    (east,), (south,) = project([longitude], [latitude])
    return client.get("/kommunen/karte/naechste", query_string={"x": east, "y": south, **values})


def test_the_place_nearest_to_a_point_is_named(client, country):
    answer = nearest(client, 11.7, 48.1).get_json()
    assert (answer["name"], answer["url"]) == ("Haar", "/kommunen/09184123-haar/")
    (east,), (south,) = project([11.73], [48.11])
    assert (answer["x"], answer["y"]) == pytest.approx((east, south))


def test_the_nearest_place_is_one_of_those_on_the_map(client, country):
    assert nearest(client, 11.7, 48.1, groesse="mehr").get_json()["name"] == "München"
    assert nearest(client, 11.7, 48.1, ebene="landkreis").get_json()["name"] == "Landkreis Muster"


@pytest.mark.parametrize("query", ["", "?x=1", "?x=a&y=b", "?x=nan&y=1", "?x=inf&y=1", "?x=1e999&y=2", "?x=1&y="])
def test_without_a_point_there_is_no_nearest_place(client, country, query):
    assert client.get(f"/kommunen/karte/naechste{query}").status_code == 404


@pytest.mark.parametrize("query", ["?x=0&y=0", "?x=-1e300&y=1e300", "?x=5&y=-7000"])
def test_a_point_anywhere_is_no_error(client, country, query):
    assert client.get(f"/kommunen/karte/naechste{query}").status_code == 200


# ---------------------------------------------------------------- the real register


def test_germany_is_drawn_whole_and_stays_small(context, official):
    apply_edition(plan_import(official("2024")), actor=SHELL)
    db.session.flush()
    with reading():
        germany = unit_map(UnitFilter())
        neighbour = nearest_place(UnitFilter(), 11.5755, 48.1372)
    assert germany.picture is not None
    assert neighbour is not None
    assert neighbour.key == "09162000"
    assert {unit.key for unit in germany.selection.unplaced} == {"07000999", "10042999", "13000999"}
    assert len(germany.selection.drawn) == 10_853 + 106 - 3
    assert len(germany.picture.areas) == 16
    assert {"Berlin", "Hamburg", "München", "Köln"} <= {dot.place.name for dot in germany.picture.dots if dot.wide}
    assert sum(dot.wide is not None for dot in germany.picture.dots) == 25
    assert sum(len(part.path) for part in (*germany.picture.swarms, *germany.picture.areas)) < 130_000
