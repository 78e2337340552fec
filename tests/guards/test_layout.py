"""The house keeps its layout: small files and functions, each in the place of its role; every endpoint behaves."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from kooperation.base.config import ROOT
from kooperation.base.db import db
from kooperation.base.headers import HEADERS
from kooperation.base.web import HEADERS_WITH_TOKEN
from kooperation.parties.rules import Level

PACKAGE = ROOT / "kooperation"
FILES = sorted(path for path in PACKAGE.rglob("*.py"))

LONGEST_FILE = 400
LONGEST_FUNCTION = 50

SHARED = {"base"}
"""What no feature owns is named by what it is about."""
ROLES = {
    *("models", "rules", "graph", "parse", "policy", "queries", "services"),
    *("forms", "jobs", "routes", "cli", "hooks"),
    "guard",  # of accounts: the only door
}
WITHOUT_A_ROLE = {
    "accounts/stored",  # what a person's copy of their data holds, in words
    "audit/telling",  # what an entry of the log says, in words
    "demo/accounts",  # the invented people
    "demo/region",  # what the invented region consists of
    "register/comparison",  # what the page of a comparison shows, in words
    "register/filters",  # what the filters of the list and the map say
    "register/zoom",  # the links of the map
}
"""Each of these answers for itself; the next one needs as good a reason."""
NO_HOME = re.compile(r"(util|helper|common|misc|tool|shared|stuff)(itie)?s?")


def test_no_file_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def functions(source: str) -> Iterator[tuple[str, int]]:
    """Each function of a module with its number of lines, decorators not counted."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_function_is_too_long() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {name} has {length} lines"
        for path in FILES
        for name, length in functions(path.read_text("utf-8"))
        if length > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_module_is_called_by_what_it_is_not() -> None:
    parts = {part for path in FILES for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert [part for part in sorted(parts) if NO_HOME.fullmatch(part)] == []


def misplaced(path: Path) -> bool:
    """Whether a file below a feature is none of the roles; a role that has become a package is free inside."""
    feature, *inside = path.with_suffix("").parts
    if not inside or feature in SHARED or inside == ["__init__"]:
        return False
    return inside[0] not in ROLES and f"{feature}/{'/'.join(inside)}" not in WITHOUT_A_ROLE


def test_a_feature_consists_of_roles() -> None:
    assert [str(path) for path in (file.relative_to(PACKAGE) for file in FILES) if misplaced(path)] == []
    assert all((PACKAGE / f"{name}.py").is_file() for name in WITHOUT_A_ROLE)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("app.py", False),
        ("base/paging.py", False),
        ("register/rules/names.py", False),
        ("register/names.py", True),
        ("register/mixed/names.py", True),
    ],
)
def test_the_guard_knows_the_roles(name: str, expected: bool) -> None:
    assert misplaced(Path(name)) is expected


def test_the_guard_counts_the_lines_of_functions() -> None:
    assert list(functions("class A:\n  @x\n  def a(\n    self\n  ):\n    return 1\n")) == [("a", 4)]


# ---------------------------------------------------------------- endpoints

UNIT = "/kommunen/08001001-ahausen/"
ADDRESSES = {
    "health.healthz": ["/healthz"],
    "health.readyz": ["/readyz"],
    "administration.accessibility": ["/barrierefreiheit/"],
    "administration.change_membership": ["/verwaltung/konten/1/kommunen/08001001/"],
    "administration.deactivate_user": ["/verwaltung/konten/1/sperren/"],
    "administration.delete_term": ["/verwaltung/themen/1/loeschen/"],
    "administration.edit_legal_page": ["/verwaltung/seiten/impressum/"],
    "administration.end_membership": ["/verwaltung/konten/1/kommunen/08001001/beenden/"],
    "administration.export_mails": ["/verwaltung/mails/export.csv"],
    "administration.export_users": ["/verwaltung/konten/export.csv"],
    "administration.feedback": ["/verwaltung/rueckmeldungen/"],
    "administration.erase_user": ["/verwaltung/konten/1/loeschen/"],
    "administration.invitations": ["/verwaltung/einladungen/"],
    "administration.invite": ["/verwaltung/einladungen/neu/"],
    "administration.merge_user": ["/verwaltung/konten/1/zusammenfuehren/"],
    "administration.withdraw_invitation": ["/verwaltung/einladungen/1/zurueckziehen/"],
    "administration.jobs": ["/verwaltung/auftraege/"],
    "administration.legal_page": ["/impressum/"],
    "administration.legal_pages": ["/verwaltung/seiten/"],
    "administration.mails": ["/verwaltung/mails/"],
    "administration.merge_term": ["/verwaltung/themen/1/zusammenfuehren/"],
    "administration.overview": ["/verwaltung/"],
    "administration.set_admin": ["/verwaltung/konten/1/administration/"],
    "administration.show_user": ["/verwaltung/konten/1/"],
    "administration.system": ["/verwaltung/system/"],
    "administration.term": ["/verwaltung/themen/1/"],
    "administration.users": ["/verwaltung/konten/"],
    "administration.vocabulary": ["/verwaltung/themen/"],
    "administration.log_page": ["/verwaltung/protokoll/"],
    "administration.log_actors": ["/verwaltung/protokoll/personen?q=a"],
    "administration.export_log": ["/verwaltung/protokoll/export.csv"],
    "cockpit.export_below": ["/kommunen/08001-landkreis/stand/export.csv"],
    "cockpit.mails": ["/konto/mails/"],
    "cockpit.start": ["/"],
    "cockpit.state_below": ["/kommunen/08001-landkreis/stand/"],
    "cockpit.unsubscribe": ["/mails/abbestellen/1.alles.keiner"],
    "contacts.edit_profile": [f"{UNIT}eintrag/"],
    "search.results": ["/suche/", "/suche/?q=ahausen", "/suche/?q=aahusen", "/suche/?q=08001001"],
    "search.suggestions": ["/suche/vorschlaege?q=aha"],
    "register.browse": ["/kommunen/"],
    "register.listing": ["/kommunen/liste/", "/kommunen/liste/?land=08&ebene=gemeinde&name=a"],
    "register.map_": ["/kommunen/karte/", "/kommunen/karte/?land=08"],
    "register.nearest": ["/kommunen/karte/naechste?x=300&y=300", "/kommunen/karte/naechste"],
    "register.export": ["/kommunen/liste/export.csv", "/kommunen/liste/export.xlsx"],
    "register.uploads": ["/verwaltung/register/"],
    "register.upload": ["/verwaltung/register/hochladen/"],
    "register.show_upload": ["/verwaltung/register/1/"],
    "register.show_section": ["/verwaltung/register/1/0/", "/verwaltung/register/1/0/?seite=2"],
    "register.export_section": ["/verwaltung/register/1/0/export.csv", "/verwaltung/register/1/0/export.xlsx"],
    "register.discard_upload": ["/verwaltung/register/1/verwerfen/"],
    "register.show": [UNIT, "/kommunen/08001001-anders/"],
    "register.by_key": ["/kommunen/08001001/", "/kommunen/08001009/"],
    "register.compare": [f"{UNIT}vergleich/", f"{UNIT}vergleich/?mit=08001002&neu=ahausen"],
    "accounts.sign_in": ["/anmelden/", "/anmelden/?weiter=/konto/"],
    "accounts.register": ["/registrieren/"],
    "accounts.resend_confirmation": ["/registrieren/bestaetigung/"],
    "accounts.confirm_registration": ["/registrieren/bestaetigung/keines"],
    "accounts.invitation": ["/einladung/keine"],
    "accounts.decline_invitation": ["/einladung/keine/ablehnen/"],
    "accounts.forgotten_password": ["/kennwort/vergessen/"],
    "accounts.reset_password": ["/kennwort/neu/keines"],
    "accounts.account": ["/konto/"],
    "accounts.confirm_address": ["/konto/adresse/keines"],
    "accounts.leave": ["/konto/kommunen/08001001/verlassen/"],
    "accounts.withdraw_request": ["/konto/anfragen/1/zuruecknehmen/"],
    "accounts.ask": ["/konto/kommune/"],
    "accounts.own_data": ["/konto/daten/"],
    "accounts.own_data_file": ["/konto/daten/daten.json"],
    "accounts.delete_account": ["/konto/loeschen/"],
    "accounts.tasks": ["/aufgaben/"],
    "accounts.show_request": ["/aufgaben/anfragen/1/"],
    "accounts.choose_successor": ["/aufgaben/nachfolge/08001001/"],
    "accounts.history": [f"{UNIT}verlauf/"],
    "accounts.members": [f"{UNIT}mitglieder/"],
    "accounts.invite": [f"{UNIT}mitglieder/einladen/"],
    "accounts.withdraw_invitation": [f"{UNIT}mitglieder/einladungen/1/zurueckziehen/"],
    "accounts.change_role": [f"{UNIT}mitglieder/1/"],
    "accounts.remove_member": [f"{UNIT}mitglieder/1/entfernen/"],
}
"""Every endpoint with addresses that show what it can do; a new one is entered here."""

READING = re.compile(
    r"\s*(SELECT|WITH|BEGIN|SAVEPOINT|RELEASE|ROLLBACK|SHOW)\b|PRAGMA ([a-z_]+$|(main\.)?table_info\()", re.IGNORECASE
)


@pytest.fixture
def somewhere(prepared) -> None:
    """A Land with a Landkreis and two Gemeinden."""

    def fill(make) -> None:
        land = make.municipality("Land", level=Level.LAND, key="08")
        kreis = make.municipality("Landkreis", level=Level.LANDKREIS, key="08001", parent=land)
        at = {"longitude": 9.0, "latitude": 48.5}
        make.municipality("Ahausen", key="08001001", parent=kreis, **at)
        make.municipality("Behausen", key="08001002", parent=kreis, **at)

    prepared(fill)


def test_every_endpoint_is_looked_at(app: Flask) -> None:
    read = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert read == ADDRESSES.keys()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("address", [address for addresses in ADDRESSES.values() for address in addresses])
def test_an_endpoint_answers_without_writing_and_with_the_safe_headers(app, client, somewhere, address, method) -> None:
    with app.app_context():
        engine = db.engine
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        with client.open(address, method=method) as answer:
            assert answer.status_code in {200, 302, 404}
            for name, value in HEADERS.items():
                assert answer.headers.getlist(name) in ([value], [HEADERS_WITH_TOKEN.get(name)])
            assert answer.headers["Cache-Control"] in {"no-cache", "no-store"}
            # A form's token lives in the session; nothing else begins one.
            assert "Set-Cookie" not in answer.headers or b'name="csrf_token"' in answer.get_data() or method == "HEAD"
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert [statement for statement in statements if not READING.match(statement)] == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_endpoint_takes_no_method_it_was_not_made_for(app, client, method) -> None:
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()):
            for address in ADDRESSES.get(rule.endpoint, ()):
                assert client.open(address, method=method).status_code == 405


@pytest.mark.parametrize(
    ("statement", "reads"),
    [
        ("SELECT 1", True),
        ("\n  with a AS (SELECT 1) SELECT * FROM a", True),
        ("PRAGMA foreign_keys", True),
        ('PRAGMA main.table_info("party")', True),
        ("PRAGMA foreign_keys = OFF", False),
        ("INSERT INTO party VALUES (1)", False),
        ("ANALYZE party", False),
        ("DELETE FROM party", False),
    ],
)
def test_the_guard_knows_what_only_reads(statement: str, reads: bool) -> None:
    assert bool(READING.match(statement)) is reads
