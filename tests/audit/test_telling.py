"""What an entry of the log says in words, and to whom."""

import pytest

from kooperation.accounts import queries
from kooperation.accounts.rules import Role
from kooperation.accounts.services import users
from kooperation.audit import queries as log
from kooperation.audit import services as audit
from kooperation.audit.models import is_personal, personal_columns
from kooperation.audit.queries import LogFilter
from kooperation.audit.rules import Sight
from kooperation.audit.telling import tell
from kooperation.base.db import db, now
from kooperation.parties.queries import named
from kooperation.parties.rules import Level
from tests.accounts.conftest import statements


def told(viewer, **wanted):
    db.session.flush()
    entries = log.page_of(LogFilter(**wanted), 1).items
    return tell(entries, queries.sight_of(viewer) if viewer else Sight(), named)


def values(entry):
    return [(one.label, one.before, one.after) for one in entry.changes]


def test_events_columns_and_values_are_told_in_german(make):
    village = make.municipality("Musterdorf")
    vera, edda = make.member(village, Role.MANAGER), make.member(village, Role.READER, make.user("Edda Eifrig"))
    users.grant(edda, village, Role.EDITOR, actor=vera)
    (entry,) = told(None, event="membership.granted")
    assert (entry.event, entry.kind, entry.record) == ("Rolle vergeben", "Konto", "Edda Eifrig, Musterdorf")
    assert entry.keeper.display_name == "Musterdorf"
    assert values(entry) == [("Rolle", "liest mit", "bearbeitet")]
    assert entry.changes_in_words == "Rolle: liest mit → bearbeitet"


def test_what_was_empty_and_is_empty_is_not_told(make):
    village = make.municipality("Musterdorf")
    audit.record(
        make.user(), "village.changed", village, label="", before={"name": None, "text": ""}, after={"text": None}
    )
    (entry,) = told(None, event="village.changed")
    assert values(entry) == []


def test_a_consent_names_the_municipality(make):
    kreis = make.municipality("Landkreis Muster", level=Level.LANDKREIS)
    village = make.municipality(parent=kreis)
    consent = users.give_consent(village, kreis, actor=make.user(), at=now())
    users.withdraw_consent(consent, village, actor=make.user(), at=now())
    (given,), (withdrawn,) = told(None, event="consent.given"), told(None, event="consent.withdrawn")
    assert values(given) == [("Eintragen darf", "–", "Landkreis Muster")]
    assert values(withdrawn) == [("Eintragen darf", "Landkreis Muster", "–")]


def test_a_name_is_shown_to_the_person_and_not_to_the_administrator(make):
    erika, admin = make.user("Erika"), make.user(is_admin=True)
    users.rename(erika, "Erika Neu", actor=erika)
    (mine,), (theirs,) = told(erika, event="user.renamed"), told(admin, event="user.renamed")
    assert values(mine) == [("Name", "Erika", "Erika Neu")]
    assert values(theirs) == [("Name", "(persönlich)", "(persönlich)")]


@pytest.fixture
def secret(make):
    """An entry about what Musterdorf keeps to itself."""
    village = make.municipality("Musterdorf")
    audit.record(
        audit.SHELL,
        "user.renamed",
        village,
        label="Geheime Akte",
        kept=audit.Kept(village.id, is_own=True),
        before={"weight": 1},
        after={"weight": 5},
    )
    return village


def test_an_own_record_is_shown_to_its_editors_alone(make, secret):
    editor, reader = make.member(secret, Role.EDITOR), make.member(secret, Role.READER)
    admin = make.user(is_admin=True)
    (shown,) = told(editor)
    assert (shown.record, values(shown)) == ("Geheime Akte", [("weight", "1", "5")])
    for viewer in (reader, admin, None):
        (entry,) = told(viewer)
        assert "Geheim" not in str(entry)
        hidden = "(nur für Musterdorf sichtbar)"
        assert (entry.record, values(entry)) == (hidden, [("weight", hidden, hidden)])


def test_what_is_personal_is_read_from_the_columns():
    assert is_personal("User", "name")
    assert not is_personal("User", "is_admin")
    assert is_personal("JoinRequest", "note")
    assert not is_personal("Municipality", "display_name")
    assert personal_columns()["OutgoingMail"]["recipient"]


def test_what_is_no_column_of_its_record_is_personal_where_it_is_anywhere():
    assert is_personal("GoneModel", "email")
    assert is_personal("Municipality", "note")
    assert not is_personal("User", "role")


def test_counts_are_told_without_what_was_none(make):
    audit.record(
        audit.SHELL,
        "edition.imported",
        make.municipality(),
        label="datei.xlsx",
        after={"counts": {"new": 12_491, "changed": 0, "dissolved": 3}, "units": [1, True, None, "x"]},
    )
    (entry,) = told(None)
    assert values(entry)[0] == ("Einheiten und Änderungen", "–", "neu: 12.491, aufgelöst: 3")


def test_telling_costs_one_statement_whatever_the_number(app, make):
    village = make.municipality()
    for _ in range(5):
        users.grant(make.user(), village, Role.READER, actor=audit.SHELL)
    db.session.flush()
    entries = log.page_of(LogFilter(), 1).items
    with statements(app) as few:
        tell(entries[:1], Sight(), named)
    with statements(app) as many:
        tell(entries, Sight(), named)
    assert len(few) == len(many) == 1
