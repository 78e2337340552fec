"""What was changed in what belongs to a municipality, as far as the viewer may know of it."""

import pytest

from kooperation.accounts.rules import Role
from kooperation.accounts.services import joining, users
from kooperation.audit import services as audit
from kooperation.base.db import now
from kooperation.parties.queries import municipality_by_key
from kooperation.parties.rules import Level
from tests.accounts.conftest import statements

PAGE = "/kommunen/08001001-musterdorf/verlauf/"
UNIT = "/kommunen/08001001-musterdorf/"
EMPTY = "/kommunen/08001002-ohnedorf/verlauf/"


@pytest.fixture
def village(prepared):
    """Musterdorf with its people and an own record; Ohnedorf, which the Landkreis looks after."""

    def fill(make):
        kreis = make.municipality("Landkreis Muster", level=Level.LANDKREIS, key="08001")
        village = make.municipality("Musterdorf", key="08001001", parent=kreis)
        empty = make.municipality("Ohnedorf", key="08001002", parent=kreis)
        for role in Role:
            name = role.name.lower()
            make.member(village, role, make.user(f"Person {name}", email=f"{name}@muster.example"))
        coordinator = make.member(kreis, Role.EDITOR, make.user("Karl Kreis", email="karl@muster.example"))
        asks = make.user("Anja Anfrage", email="anja@muster.example")
        for place in (village, empty):
            joining.ask(asks, place, role=Role.READER, note="", at=now())
            audit.record(
                coordinator,
                "user.renamed",
                place,
                label="Geheime Akte",
                kept=audit.Kept(place.id, is_own=True),
                before={"name": "vertraulich"},
                after={"name": "streng vertraulich"},
            )
            users.give_consent(place, kreis, actor=coordinator, at=now()) if place is village else None
            users.grant(make.user("Nina Neu"), place, Role.READER, actor=coordinator)
        users.grant(make.user("Fremd"), kreis, Role.READER, actor=coordinator)

    prepared(fill)


def page(client, address=PAGE):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_an_editor_reads_who_changed_what_and_when(enter, village):
    text = page(enter("editor@muster.example"))
    for said in ("Karl Kreis: Rolle vergeben", "Nina Neu, Musterdorf", "heute, ", "Uhr", "liest mit", "Einwilligung"):
        assert said in text
    assert "streng vertraulich" in text
    assert "Fremd" not in text


def test_a_request_is_known_to_those_alone_who_decide_about_it(enter, village):
    editor, manager = page(enter("editor@muster.example")), page(enter("manager@muster.example"))
    assert "Anja" not in editor
    assert "Aufnahme angefragt" not in editor
    assert "Anja" in manager
    assert "3</strong> Einträge" in editor
    assert "4</strong> Einträge" in manager


def test_a_caretaker_does_not_learn_of_what_is_own_not_even_by_the_count(enter, village):
    text = page(enter("karl@muster.example"), EMPTY)
    assert "Geheim" not in text
    assert "vertraulich" not in text
    assert "nur für" not in text
    assert "1</strong> Eintrag" in text
    assert "Name geändert" not in text
    assert "Geheime Akte" in page(enter("karl@muster.example"))


def test_the_way_there_is_on_the_page_of_the_municipality_for_who_edits(enter, village):
    for name, shown in (
        ("editor", True),
        ("manager", True),
        ("karl", True),
        ("reader", False),
        ("anja", False),
        ("", False),
    ):
        text = page(enter(f"{name}@muster.example" if name else ""), UNIT)
        assert (PAGE in text) is shown, name


@pytest.mark.parametrize(("name", "status"), [("reader", 403), ("anja", 404), ("karl", 200)])
def test_who_may_not_is_answered_by_the_rule(enter, village, name, status):
    assert enter(f"{name}@muster.example").get(PAGE).status_code == status
    assert enter(f"{name}@muster.example").get("/kommunen/08001001-anders/verlauf/").status_code == 404


def test_event_and_period_filter_and_stand_in_the_address(enter, village):
    client = enter("editor@muster.example")
    text = page(client, f"{PAGE}?was=consent.given")
    assert "1</strong> Eintrag" in text
    assert "Filter entfernen" in text
    assert "Kein Eintrag passt" in page(client, f"{PAGE}?bis=1.1.2020")
    assert "3</strong> Einträge" in page(client, f"{PAGE}?von=1.1.2020&was=gibt.es.nicht")


@pytest.mark.parametrize("day", ["31.13.2026", "gestern", "1.1.0001", "31.12.9999"])
def test_a_day_that_is_none_is_told_and_stays_as_it_was_typed(enter, village, day):
    text = page(enter("editor@muster.example"), f"{PAGE}?von={day}&bis={day}")
    assert f'value="{day}"' in text
    assert "Warnung" in text


def test_the_filter_of_a_record_is_not_for_this_page(enter, village):
    assert "3</strong> Einträge" in page(enter("editor@muster.example"), f"{PAGE}?datensatz=JoinRequest-1")
    assert "Kein" in page(enter("editor@muster.example"), f"{PAGE}?was=request.made")


def test_the_number_of_statements_does_not_grow(app, enter, village, prepared):
    client = enter("manager@muster.example")
    page(client)
    with statements(app) as few:
        page(client)

    def more(make):
        for number in range(60):
            users.grant(
                make.user(email=f"more{number}@muster.example"),
                municipality_by_key("08001001"),
                Role.READER,
                actor=audit.SHELL,
            )

    prepared(more)
    with statements(app) as many:
        text = page(client)
    assert "1–50" in text
    assert len(many) == len(few)
