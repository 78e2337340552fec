"""The whole log: for administrators, filtered in the address, and exported as it is shown."""

import csv
import io
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select

from kooperation.accounts.models import User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import users
from kooperation.accounts.services.erasure import forget
from kooperation.administration.routes import log as routes
from kooperation.audit import queries
from kooperation.audit import services as audit
from kooperation.audit.models import AuditEntry
from kooperation.base import index
from kooperation.base.db import db
from kooperation.parties.models import Municipality
from kooperation.parties.rules import Level
from kooperation.register.queries.documents import unit_documents
from tests.accounts.conftest import statements

PAGE = "/verwaltung/protokoll/"
ADMIN = "admin@muster.example"


@pytest.fixture
def village(prepared):
    """Musterdorf with an editor, an own record and a renamed user."""

    def fill(make):
        land = make.municipality("Musterland", level=Level.LAND, key="08")
        village = make.municipality("Musterdorf", key="08001001", parent=land)
        make.municipality("Musterdörfchen", key="08001002", parent=land)
        index.put(unit_documents())
        make.user("Ada Admin", email=ADMIN, is_admin=True)
        erika = make.member(village, Role.EDITOR, make.user("Erika Muster", email="erika@muster.example"))
        users.grant(make.user("Otto Anders", email="otto@muster.example"), village, Role.READER, actor=erika)
        users.rename(erika, "=Erika", actor=erika)
        audit.record(
            audit.SHELL,
            "consent.given",
            village,
            label="Geheime Akte",
            kept=audit.Kept(village.id, is_own=True),
            after={"to": "vertraulich"},
        )

    prepared(fill)


def text(client, address=PAGE, status=200):
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def number_of(app, model, **values):
    with app.app_context():
        return db.session.scalar(select(model.id).filter_by(**values))


def rows(client, query=""):
    answer = client.get(f"{PAGE}export.csv{query}")
    assert answer.status_code == 200
    body = answer.get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body), delimiter=";"))


def test_an_administrator_finds_it_and_reads_who_changed_what(enter, village):
    admin = enter(ADMIN)
    assert PAGE in text(admin, "/verwaltung/")
    page = text(admin)
    for said in ("3</strong> Einträge", "Erika Muster", "Rolle vergeben", "Otto Anders, Musterdorf", "liest mit"):
        assert said in page


def test_neither_page_nor_export_shows_what_is_personal_or_own(enter, village):
    admin = enter(ADMIN)
    page, exported = text(admin), str(rows(admin))
    for shown in (page, exported):
        assert "(persönlich)" in shown
        assert "(nur für Musterdorf sichtbar)" in shown
        for hidden in ("Geheim", "vertraulich"):
            assert hidden not in shown
    with admin.get(f"{PAGE}export.xlsx") as answer:
        book = load_workbook(io.BytesIO(answer.get_data()), read_only=True)
    cells = [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row]
    assert "(nur für Musterdorf sichtbar)" in cells
    assert not any("Geheim" in cell or "vertraulich" in cell for cell in cells)
    book.close()


def test_an_administrator_who_edits_there_sees_it(app, enter, village):
    with app.app_context():
        admin = db.session.scalar(select(User).where(User.email == ADMIN))
        admin.memberships.clear()
        users.grant(admin, db.session.scalar(select(Municipality).filter_by(key="08001001")), Role.EDITOR, actor=admin)
        db.session.commit()
    page = text(enter(ADMIN))
    assert "Geheime Akte" in page
    assert "vertraulich" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?was=user.renamed", ["Name geändert"]),
        ("?kommune=08001001", ["Einwilligung erteilt", "Rolle vergeben"]),
        ("?wer=Kommandozeile", ["Einwilligung erteilt"]),
        ("?wer={erika}", ["Name geändert", "Rolle vergeben"]),
        ("?wer={erika}&kommune=08001001", ["Rolle vergeben"]),
        ("?datensatz=User-{erika}", ["Name geändert"]),
        ("?bis=1.1.2020", []),
        ("?von=1.1.2020&sortierung=wann", ["Rolle vergeben", "Name geändert", "Einwilligung erteilt"]),
        (
            "?wer=99999&was=unsinn&datensatz=Unsinn-1",
            ["Einwilligung erteilt", "Name geändert", "Rolle vergeben"],
        ),
    ],
)
def test_filters_stand_in_the_address_and_the_export_holds_the_same(app, enter, village, query, expected):
    admin = enter(ADMIN)
    query = query.format(erika=number_of(app, User, email="erika@muster.example"))
    assert [row["Was"] for row in rows(admin, query)] == expected
    page = text(admin, PAGE + query)
    if expected:
        assert f"<strong>{len(expected)}</strong>" in page
    else:
        assert "Kein Eintrag passt zu diesen Filtern" in page


def test_chips_take_a_filter_away_again(app, enter, village):
    erika = number_of(app, User, email="erika@muster.example")
    page = text(
        enter(ADMIN), f"{PAGE}?wer={erika}&kommune=08001001&was=membership.granted&von=1.1.2020&datensatz=User-1"
    )
    for chip in ("Wer: =Erika (erika@muster.example)", "Kommune: Musterdorf", "ab 01.01.2020", "Konto 1"):
        assert chip in page


def test_who_and_where_are_found_by_typing_without_javascript(app, enter, village):
    admin = enter(ADMIN)
    erika = number_of(app, User, email="erika@muster.example")
    found = admin.get(f"{PAGE}?wer-suche=erika&kommune-suche=&was=user.renamed")
    assert found.headers["Location"] == f"{PAGE}?wer={erika}&was=user.renamed"
    assert admin.get(f"{PAGE}?kommune-suche=08001002&von=1.1.2020").headers["Location"] == (
        f"{PAGE}?kommune=08001002&von=1.1.2020"
    )
    assert admin.get(f"{PAGE}?wer-suche=kommandoz").headers["Location"] == f"{PAGE}?wer=Kommandozeile"
    many = text(admin, f"{PAGE}?wer-suche=muster.example")
    assert "ist nicht eindeutig" in many
    assert 'name="wer-suche-auswahl"' in many
    chosen = admin.get(f"{PAGE}?wer-suche=muster.example&wer-suche-auswahl={erika}")
    assert chosen.headers["Location"] == f"{PAGE}?wer={erika}"
    assert "wurde nicht gefunden" in text(admin, f"{PAGE}?wer-suche=niemand+dieses+Namens")


def test_while_typing_people_and_actors_without_an_account_are_suggested(enter, village):
    admin = enter(ADMIN)
    assert "Kommandozeile" in text(admin, f"{PAGE}personen?q=komm")
    assert "otto@muster.example" in text(admin, f"{PAGE}personen?q=otto")
    assert text(admin, f"{PAGE}personen?q=%25_").strip() == ""
    assert text(admin, f"{PAGE}personen?q=").strip() == ""


@pytest.mark.parametrize("address", ["", "personen?q=a", "export.csv", "export.xlsx"])
def test_nobody_else_reads_it(enter, village, address):
    assert enter("").get(PAGE + address).status_code == 302
    assert enter("erika@muster.example").get(PAGE + address).status_code == 403


def test_nobody_changes_it(app):
    found = [rule for rule in app.url_map.iter_rules() if "protokoll" in rule.rule or "verlauf" in rule.rule]
    assert {"administration.log_page", "administration.export_log", "accounts.history"} <= {
        rule.endpoint for rule in found
    }
    assert all(rule.methods <= {"GET", "HEAD", "OPTIONS"} for rule in found)


def test_an_exported_cell_begins_no_formula(enter, village):
    values = [value for row in rows(enter(ADMIN)) for value in row.values()]
    assert "'=Erika" in values
    assert not [value for value in values if value.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    "query",
    [
        "?von=31.13.2026",
        "?bis=%00",
        "?wer=%00",
        "?kommune=%00",
        "?datensatz=User-99999999999999",
        "?datensatz=User-",
        "?wer=99999999999999",
        "?seite=99",
        "?von=1.1.0001&bis=31.12.9999",
        "?wer-suche=%00",
        "?wer=²",
    ],
)
def test_no_address_breaks_it(enter, village, query):
    text(enter(ADMIN), PAGE + query)
    rows(enter(ADMIN), query)


@pytest.fixture
def many(app, village):
    """A hundred more entries, of a hundred records."""
    with app.app_context():
        place = db.session.scalar(select(Municipality.id).filter_by(key="08001001"))
        same = {
            "at": datetime(2026, 1, 1, tzinfo=UTC),
            "actor_name": "Kommandozeile",
            "event": "membership.granted",
            "subject_kind": "User",
            "subject_label": "Jemand",
            "keeper_id": place,
            "is_own": False,
            "after": {"role": "reader", "municipality": "08001002"},
        }
        db.session.execute(insert(AuditEntry), [same | {"subject_id": 1_000 + number} for number in range(100)])
        db.session.commit()


def test_the_number_of_statements_does_not_grow(app, enter, village, request):
    admin = enter(ADMIN)
    text(admin)
    with statements(app) as few:
        text(admin)
    request.getfixturevalue("many")
    with statements(app) as more:
        assert "1–50" in text(admin)
    assert len(more) == len(few)
    with statements(app) as last:
        text(admin, f"{PAGE}?seite=3")
    assert len(last) == len(few)


def test_an_export_in_portions_holds_every_entry_once(app, enter, many, monkeypatch):
    monkeypatch.setattr(queries, "PORTION", 10)
    exported = rows(enter(ADMIN))
    assert len(exported) == 103
    assert exported[50]["Änderung"] == "Rolle: – → liest mit; Kommune: – → Musterdörfchen"


def test_what_is_too_much_for_a_workbook_is_told_before_and_after(enter, many, monkeypatch):
    monkeypatch.setattr(routes, "MOST_IN_WORKBOOK", 100)
    admin = enter(ADMIN)
    page = text(admin)
    assert "export.csv" in page
    assert "export.xlsx" not in page
    assert "Eine Excel-Datei entsteht aus höchstens 100 Einträgen" in page
    assert "Eine Excel-Datei entsteht" in text(admin, f"{PAGE}export.xlsx", status=400)
    assert "export.xlsx" in text(admin, f"{PAGE}?wer=Kommandozeile&von=1.2.2026")


def test_who_is_erased_is_found_under_that(app, enter, village):
    with app.app_context():
        forget(db.session.scalar(select(User).where(User.email == "erika@muster.example")))
        db.session.commit()
    admin = enter(ADMIN)
    exported = rows(admin, "?wer=gelöschtes+Konto")
    assert [row["Wer"] for row in exported] == ["gelöschtes Konto"] * 2
    assert "Erika" not in str(rows(admin))
