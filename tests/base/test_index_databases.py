"""Both databases find the same in the same order, the real register included; and how many statements it takes."""

import random
from contextlib import contextmanager

import psycopg
import pytest
from flask_migrate import upgrade
from sqlalchemy import event

from kooperation.app import create_app
from kooperation.audit.services import SHELL
from kooperation.base import index
from kooperation.base.db import db
from kooperation.register.parse import read_register_file
from kooperation.register.queries.documents import unit_documents
from kooperation.register.services.editions import apply_edition, plan_import
from tests.base.test_index import FIRST, documents
from tests.base.test_index_hostile import HOSTILE
from tests.conftest import REGISTER_FILES, configuration


def answers(queries):
    return {
        query: (
            [(hit.kind, hit.subject_id, hit.rank, hit.former, hit.code) for hit in found.hits],
            found.total,
            found.per_kind,
            found.corrected,
            found.left_out,
        )
        for query in queries
        for found in [index.find(query)]
    }


@contextmanager
def both_databases(folder, postgresql):
    """An app on SQLite and one on a new PostgreSQL database, migrated and empty."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE index_comparison")
    address = postgresql.replace("/postgres?", "/index_comparison?")
    apps = [create_app(configuration(folder / name, url)) for name, url in (("lite", ""), ("pg", address))]
    try:
        for app in apps:
            with app.app_context():
                upgrade()
        yield apps
    finally:
        for app in apps:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
        with psycopg.connect(postgresql, autocommit=True) as connection:
            connection.execute("DROP DATABASE index_comparison WITH (FORCE)")


def answers_of_both(apps, docs, queries):
    found = []
    for app in apps:
        with app.app_context():
            index.put(docs)
            db.session.commit()
            found.append(answers(queries))
            index.clear()
            db.session.commit()
    return found


def mistakes(names, number):
    """Queries as people write them: whole names, beginnings, some of the words, and typos."""
    chance = random.Random(1)
    for name in chance.sample(names, number):
        at = chance.randrange(len(name))
        yield name
        yield name[: at + 1]
        yield name[:at] + name[at + 1 :]
        yield name[:at] + name[at : at + 2][::-1] + name[at + 2 :]
        yield " ".join(chance.sample(name.split(), max(1, len(name.split()) - 1)))


@pytest.mark.postgres
def test_both_databases_find_the_same(tmp_path, postgresql):
    places = documents()
    queries = [query for query, _ in FIRST] + HOSTILE + list(mistakes([place.title for place in places], len(places)))
    with both_databases(tmp_path, postgresql) as apps:
        lite, pg = answers_of_both(apps, places, queries)
    assert lite == pg


@pytest.mark.postgres
def test_both_databases_find_the_same_in_the_real_register(tmp_path, postgresql, register_documents):
    queries = list(mistakes([document.title for document in register_documents], 40))
    with both_databases(tmp_path, postgresql) as apps:
        lite, pg = answers_of_both(apps, register_documents, queries)
    assert lite == pg


@pytest.fixture(scope="module")
def register_documents(tmp_path_factory, register_dir):
    """What the search knows of the units of the real edition of 31.12.2024."""
    app = create_app(configuration(tmp_path_factory.mktemp("register")))
    path = register_dir / REGISTER_FILES["2024"]
    with app.app_context():
        upgrade()
        apply_edition(plan_import(read_register_file(path.read_bytes(), path.name)), actor=SHELL)
        db.session.commit()
        found = list(unit_documents())
        db.session.remove()
        db.engine.dispose()
    return found


@pytest.fixture
def register_index(context, register_documents):
    index.put(register_documents)


REAL = [
    ("Muenchen", "München"),
    ("München", "München"),
    ("munchen", "München"),
    ("muncehn", "München"),
    ("80313", "München"),
    ("09162000", "München"),
    ("09 1 62 0000 000", "München"),
    ("LK München", "Landkreis München"),
    ("Neustadt Aisch", "Neustadt an der Aisch"),
    ("Neustadt", "Neustadt an der Weinstraße"),
    ("Frankfurt", "Frankfurt am Main"),
    ("Frankfurt Oder", "Frankfurt (Oder)"),
    ("Halle", "Halle (Saale)"),
    ("Bayreuth", "Bayreuth"),
    ("Bayreuht", "Bayreuth"),
    ("bayreut", "Bayreuth"),
    ("neusta", "Neustadt an der Weinstraße"),
    ("LK Unna", "Kreis Unna"),
    ("Wildflecken", "Markt Wildflecken"),
    ("Bad Homburg v.d.H.", "Bad Homburg v. d. Höhe"),
    ("VGem Uffenheim", "Verwaltungsgemeinschaft Uffenheim"),
    ("Castrop Rauxel", "Castrop-Rauxel"),
    ("Saarbruecken", "Saarbrücken"),
    ("Düseldorf", "Düsseldorf"),
]


def test_the_real_register_answers_as_a_person_expects(register_index):
    found = {query: index.find(query).hits[0].title for query, _ in REAL}
    assert found == dict(REAL)
    assert "Fürstenfeldbruck" in {hit.title for hit in index.find("bruck", limit=200).hits}


def test_of_the_real_neustadts_each_shows_where_it_is(register_index):
    hits = [hit for hit in index.find("Neustadt").hits if hit.title.startswith("Neustadt")]
    assert len(hits) > 15
    assert len({(hit.title, hit.detail) for hit in hits}) == len(hits)


def test_every_unit_of_the_real_register_is_found_by_its_name_and_its_key(register_index, register_documents):
    chance = random.Random(2)
    for document in chance.sample(register_documents, 150):
        found = index.find(document.title, limit=100).hits
        assert document.subject_id in {hit.subject_id for hit in found}, document.title
        hit = index.find(document.codes[0]).hits[0]
        assert (hit.code, hit.key) == (document.codes[0], document.codes[0])


@pytest.mark.parametrize("query", ["Neustadt", "80313", "LK München", "neustadt an der ai"])
def test_the_number_of_statements_does_not_grow_with_the_documents(context, query):
    def statements():
        seen = []

        def remember(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", remember)
        try:
            index.find(query)
        finally:
            event.remove(db.engine, "before_cursor_execute", remember)
        return len(seen)

    index.put(documents())
    few = statements()
    index.put(index.Document("place", number, f"Neustadt {number}", "", "/") for number in range(300))
    assert statements() <= few + 1
    assert few <= 4
