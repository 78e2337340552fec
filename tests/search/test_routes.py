"""The start page, the page of results and the suggestions."""

import re
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import event

from kooperation.base import index
from kooperation.base.db import db
from kooperation.base.index import Document
from kooperation.search.rules import KINDS

PLACES = [
    Document(
        "municipality",
        1,
        "München",
        "Kreisfreie Stadt · Bayern",
        "/kommunen/09162000-muenchen/",
        ("München",),
        ("09162000", "80313"),
        2,
    ),
    Document(
        "municipality",
        2,
        "Landkreis München",
        "Landkreis · Bayern",
        "/kommunen/09184-landkreis-muenchen/",
        ("Landkreis München", "München"),
        ("09184",),
        1,
    ),
    Document(
        "municipality",
        3,
        "Garching <b>",
        "Stadt · Landkreis München, Bayern",
        "/kommunen/09184119-garching/",
        ("Garching",),
        ("09184119",),
        1,
        ("Altgarching",),
        ended=True,
    ),
]


@pytest.fixture
def filled(prepared):
    prepared(lambda _make: index.put(PLACES))


def text_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", "", response.text)).split())


def test_the_start_page_has_the_search(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert 'action="/suche/"' in answer.text
    assert answer.text.count("<h1") == 1


def test_results_show_title_detail_and_what_was_searched_for(client, filled):
    answer = client.get("/suche/?q=muenchen")
    assert answer.status_code == 200
    assert '<a href="/kommunen/09162000-muenchen/"><mark>München</mark></a>' in answer.text
    assert "2 Treffer" in text_of(answer)
    assert "Suche nach „muenchen“" in text_of(answer)


@pytest.mark.parametrize("code", ["80313", "09162000", "09 162 000"])
def test_a_code_that_only_one_has_leads_straight_there(client, filled, code):
    answer = client.get("/suche/", query_string={"q": code})
    assert (answer.status_code, answer.location) == (302, "/kommunen/09162000-muenchen/")


def test_a_code_that_others_begin_with_shows_them_all(client, filled):
    answer = client.get("/suche/?q=09184")
    assert answer.status_code == 200
    assert "2 Treffer" in text_of(answer)


def test_a_typo_is_answered_with_what_was_meant(client, filled):
    answer = client.get("/suche/?q=muncehn")
    assert "Meinten Sie „München“?" in text_of(answer)
    assert "/kommunen/09162000-muenchen/" in answer.text


def test_words_that_nothing_has_are_named(client, filled):
    assert "Gesucht wurde ohne: Rathaus" in text_of(client.get("/suche/?q=Rathaus München"))


def test_a_former_name_and_an_end_are_told_and_nothing_is_markup(client, filled):
    answer = client.get("/suche/?q=Altgarching")
    assert "früher: Altgarching" in text_of(answer)
    assert "aufgelöst" in text_of(answer)
    assert "&lt;b&gt;" in answer.text
    assert "<b>" not in answer.text


def test_nothing_found_says_what_to_do_next(client, filled, prepared):
    prepared(lambda make: make.municipality())
    answer = client.get("/suche/?q=xyzxyz")
    assert answer.status_code == 200
    assert "Nichts gefunden" in text_of(answer)
    assert 'href="/kommunen/"' in answer.text


@pytest.mark.parametrize("address", ["/suche/", "/suche/?q=xyzxyz"])
def test_without_a_register_the_page_says_so(client, address):
    assert "Noch kein Verzeichnis eingelesen" in text_of(client.get(address))


def test_no_question_is_answered_with_how_to_ask(client, prepared):
    prepared(lambda make: make.municipality())
    assert "Wonach suchen Sie?" in text_of(client.get("/suche/"))


def test_a_page_behind_the_last_shows_the_last(client, prepared):
    prepared(lambda _make: index.put(Document("municipality", n, f"Neudorf {n}", "", f"/{n}/") for n in range(120)))
    answer = client.get("/suche/?q=neudorf&seite=99")
    assert "101–120 von 120 Treffer" in text_of(answer)
    assert 'start="101"' in answer.text
    for page in ("0", "-1", "x", "٣", "9" * 50):
        assert client.get("/suche/", query_string={"q": "neudorf", "seite": page}).status_code == 200


def test_kinds_are_chosen_by_links_that_keep_the_question(client, prepared, monkeypatch):
    monkeypatch.setitem(KINDS, "person", "Personen")
    prepared(lambda _make: index.put([*PLACES, Document("person", 1, "Anna München", "", "/p/")]))
    both = client.get("/suche/?q=münchen")
    assert "Alle (3) Kommunen (2) Personen (1)" in text_of(both)
    one = client.get("/suche/?q=münchen&art=person")
    assert "/p/" in one.text
    assert "/kommunen/09162000-muenchen/" not in one.text
    assert client.get("/suche/?q=münchen&art=unsinn").status_code == 200
    assert "Alle Treffer zeigen" in text_of(client.get("/suche/?q=garching&art=person"))


def test_suggestions_are_the_items_of_a_list_box_and_nothing_else(client, filled):
    answer = client.get("/suche/vorschlaege?q=mün")
    items = re.findall(r"<li .*?</li>", answer.text, re.DOTALL)
    assert len(items) == 2
    assert re.sub(r"<li .*?</li>", "", answer.text, flags=re.DOTALL).strip() == ""
    assert 'role="option"' in items[0]
    assert 'data-href="/kommunen/09162000-muenchen/"' in items[0]
    assert 'data-value="09162000"' in items[0]
    assert 'data-label="München"' in items[0]
    assert "<mark>Mün</mark>chen" in items[0]
    assert len(set(re.findall(r'id="([^"]+)"', answer.text))) == 2


def test_suggestions_stay_short_and_small(client, prepared):
    prepared(lambda _make: index.put(Document("municipality", n, f"Neudorf {n}", "", f"/{n}/") for n in range(20)))
    answer = client.get("/suche/vorschlaege?q=neu")
    assert answer.text.count('role="option"') == index.SUGGESTIONS
    assert len(answer.data) < 4_000


@pytest.mark.parametrize(
    "query", ["", "m", "\x00", "<script>alert(1)</script>", '"', "%", "x" * 10_000, "\u202e"], ids=ascii
)
@pytest.mark.parametrize("path", ["/suche/", "/suche/vorschlaege"])
def test_hostile_queries_get_a_page(client, filled, path, query):
    answer = client.get(path, query_string={"q": query})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_bytes_that_are_no_text_get_a_page(client, filled):
    assert client.get("/suche/?q=%ff%fe%00&seite=%ff&art=%00").status_code == 200


def test_a_search_only_reads(client, filled, app):
    seen = []

    def remember(_connection, _cursor, statement, *_rest):
        seen.append(statement.split()[0].upper())

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", remember)
    try:
        client.get("/suche/?q=Neustdat")
        client.get("/suche/vorschlaege?q=Neustdat")
    finally:
        event.remove(engine, "before_cursor_execute", remember)
    assert "SELECT" in seen
    assert set(seen) <= {"SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK"}


def test_the_templates_of_the_search_hold_no_style_of_their_own():
    for path in (Path(__file__).parents[2] / "templates" / "search").glob("*.html"):
        assert "style=" not in path.read_text()
