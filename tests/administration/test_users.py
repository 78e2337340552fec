"""The list of users, and what administrators do with one."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kooperation.accounts.models import Membership, User, UserSession
from kooperation.accounts.queries.users import SignedIn, Standing, UserFilter, UserSort, users
from kooperation.accounts.rules import Role
from kooperation.accounts.services import members
from kooperation.accounts.services import users as services
from kooperation.audit.models import AuditEntry
from kooperation.audit.services import SHELL
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.base.mail.models import OutgoingMail
from tests.accounts.conftest import send, statements
from tests.administration.conftest import ADMIN

LIST = "/verwaltung/konten/"
AT = now()


@pytest.fixture
def people(make):
    village = make.municipality("Großmusterdorf", key="08001001")
    make.user("Äneas Zorn", email="a@muster.example", is_admin=True, last_signed_in_at=AT)
    make.user("Bert Ähre", email="b@muster.example", deactivated_at=AT)
    make.member(village, Role.EDITOR, make.user("Carla C", email="c@x.example", last_signed_in_at=AT - timedelta(400)))
    make.member(village, Role.READER, make.user("Dora D", email="d@muster.example", created_at=AT - timedelta(400)))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "abcd"),
        ({"text": "ÄHRE"}, "b"),
        ({"text": "aneas zorn"}, "a"),
        ({"text": "grossmuster"}, "cd"),
        ({"text": "x.example"}, "c"),
        ({"text": "carla grossmuster"}, "c"),
        ({"text": "%"}, ""),
        ({"text": "_"}, ""),
        ({"role": Role.EDITOR}, "c"),
        ({"standing": Standing.ACTIVE}, "acd"),
        ({"standing": Standing.DEACTIVATED}, "b"),
        ({"signed_in": SignedIn.NEVER}, "bd"),
        ({"signed_in": SignedIn.LONG_AGO}, "cd"),
        ({"admins": True}, "a"),
        ({"without_municipality": True}, "ab"),
        ({"descending": True}, "dcba"),
        ({"sort": UserSort.ADDRESS, "descending": True}, "dcba"),
        ({"sort": UserSort.SIGNED_IN, "descending": True}, "acbd"),
    ],
)
def test_the_list_finds_and_sorts(people, wanted, found):
    page = users(UserFilter(**wanted), 1, AT)
    assert "".join(user.email[0] for user in page.items) == found
    assert page.total == len(found)


def test_the_list_asks_as_often_for_fifty_as_for_two(app, enter, prepared, office):
    def count():
        client = enter(ADMIN)
        with statements(app) as asked:
            assert client.get(LIST).status_code == 200
        return len(asked)

    few = count()

    def more(make):
        village = make.municipality("Vielhausen", key="08001009")
        for _ in range(60):
            make.member(village, Role.READER)

    prepared(more)
    assert count() == few


def test_the_address_filters_and_every_chip_takes_its_filter_away(admin):
    page = admin.get(LIST + "?q=größer&rolle=3&stand=aktiv").get_data(as_text=True)
    assert "Vera Größer" in page
    assert "Gero Gast" not in page
    assert "?rolle=3&amp;stand=aktiv" in page
    rubbish = admin.get(LIST + "?rolle=9&stand=x&anmeldung=%00&q=%00&sortierung=--&seite=999999999999")
    assert rubbish.status_code == 200


def test_the_export_holds_what_the_list_shows(admin):
    text = admin.get(LIST + "export.csv?q=größer").get_data(as_text=True)
    assert "Vera Größer;vera@muster.example;Musterdorf (verwaltet);nein" in text
    assert "Gero" not in text
    with admin.get(LIST + "export.xlsx") as workbook:
        assert workbook.data[:2] == b"PK"


def roles(app):
    with app.app_context():
        found = select(User.email, Membership.role).join(Membership.user)
        return {email.partition("@")[0]: role for email, role in db.session.execute(found)}


def events(app):
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.event).order_by(AuditEntry.id)))


def test_a_role_is_given_changed_and_taken(app, admin, number):
    guest = f"{LIST}{number('gast')}/"
    said = send(admin, guest + "kommunen/", {"municipality": "08001002", "role": "2"})
    assert said.status_code in {200, 302}
    form = {"municipality": "Ödhausen", "municipality-wert": "08001002", "municipality-name": "Ödhausen", "role": "2"}
    send(admin, guest + "kommunen/", form)
    assert roles(app)["gast"] is Role.EDITOR
    again = send(admin, guest + "kommunen/", form)
    assert "gehört schon zu Ödhausen" in again.get_data(as_text=True)
    assert send(admin, guest + "kommunen/08001002/", {"role": "1"}).status_code == 302
    assert roles(app)["gast"] is Role.READER
    assert "Gero Gast aus Ödhausen entfernen?" in admin.get(guest + "kommunen/08001002/beenden/").get_data(as_text=True)
    assert send(admin, guest + "kommunen/08001002/beenden/").status_code == 302
    assert "gast" not in roles(app)
    assert events(app) == ["membership.granted", "membership.changed", "membership.removed"]


def test_the_last_manager_goes_only_where_that_is_confirmed(app, admin, number):
    vera = f"{LIST}{number('vera')}/kommunen/08001001/"
    refused = send(admin, vera, {"role": "1"}).get_data(as_text=True)
    assert "Danach verwaltet niemand mehr Musterdorf" in refused
    assert send(admin, vera, {"role": "1", "confirmed": "y"}).status_code == 302


def test_nobody_lets_themselves_in(app, admin, number):
    form = {
        "municipality-wert": "08001001",
        "municipality-name": "Musterdorf",
        "municipality": "Musterdorf",
        "role": "2",
    }
    said = send(admin, f"{LIST}{number('admin')}/kommunen/", form).get_data(as_text=True)
    assert "Sich selbst nehmen Sie nirgends auf" in said
    assert "admin" not in roles(app)


def test_a_deactivated_user_is_out_at_once_and_comes_back(app, admin, enter, number):
    vera = enter("vera@muster.example")
    page = f"{LIST}{number('vera')}/"
    assert "Vera Größer sperren?" in admin.get(page + "sperren/").get_data(as_text=True)
    assert vera.get("/konto/").status_code == 200
    send(admin, page + "sperren/")
    assert vera.get("/konto/").status_code == 302
    assert "Konto freigeben" in admin.get(page).get_data(as_text=True)
    send(admin, page + "freigeben/")
    assert enter("vera@muster.example").get("/konto/").status_code == 200
    assert events(app) == ["user.deactivated", "user.reactivated"]


def test_the_last_administrator_stays(app, admin, number):
    send(admin, f"{LIST}{number('zweiter')}/administration/")
    page = f"{LIST}{number('admin')}/"
    assert "das letzte Konto" in admin.get(page).get_data(as_text=True)
    for step in ("administration/", "sperren/", "loeschen/"):
        assert "das letzte Konto" in send(admin, page + step).get_data(as_text=True)
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(User.is_admin)) == 1


def test_an_administrator_is_made_and_has_the_way_in_the_header(app, admin, enter, number):
    send(admin, f"{LIST}{number('gast')}/administration/")
    assert 'href="/verwaltung/"' in enter("gast@muster.example").get("/konto/").get_data(as_text=True)
    assert 'href="/verwaltung/"' not in enter("vera@muster.example").get("/konto/").get_data(as_text=True)


def test_what_changes_nothing_is_no_entry_of_the_log(make):
    erika = make.user("Erika Muster")
    make.member(make.municipality(), Role.EDITOR, erika)
    services.rename(erika, " Erika Muster ", actor=SHELL)
    services.choose_language(erika, erika.mail_language, actor=SHELL)
    members.change_role(erika.memberships[0], Role.EDITOR, actor=make.user())
    services.deactivate(erika, actor=SHELL, at=AT)
    services.deactivate(erika, actor=SHELL, at=AT + timedelta(days=1))
    assert list(db.session.scalars(select(AuditEntry.event))) == ["user.deactivated"]
    assert erika.deactivated_at == AT


def test_a_deactivated_user_gets_no_link_and_no_administration(make):
    user = make.user(deactivated_at=AT)
    with pytest.raises(RuleViolation, match="gesperrt"):
        services.set_admin(user, True, actor=SHELL)


def test_a_link_to_a_new_password_goes_to_the_user_alone(app, admin, number):
    answer = send(admin, f"{LIST}{number('gast')}/kennwort-link/")
    assert answer.status_code == 302
    with app.app_context():
        (mail,) = db.session.scalars(select(OutgoingMail))
        assert mail.recipient == "gast@muster.example"
    assert "kennwort/neu" not in admin.get("/verwaltung/mails/").get_data(as_text=True)


def test_the_sign_ins_of_a_user_end(app, admin, enter, number):
    vera = enter("vera@muster.example")
    send(admin, f"{LIST}{number('vera')}/abmelden/")
    assert vera.get("/konto/").status_code == 302
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(UserSession)) == 1


@pytest.mark.parametrize("address", ["9999/", "99999999999999999999/", "9999/sperren/", "9999/kommunen/08001001/"])
def test_a_guessed_number_is_not_found(admin, address):
    assert admin.get(LIST + address).status_code == 404


def test_whoever_is_no_administrator_does_not_learn_which_numbers_there_are(enter, office, number):
    vera = enter("vera@muster.example")
    assert {vera.get(f"{LIST}{one}/").status_code for one in (number("vera"), number("gast"), 9999)} == {404}


def test_fields_that_no_form_has_change_nothing(app, admin, number):
    extra = {
        "is_admin": "y",
        "email": "x@muster.example",
        "name": "X",
        "password_hash": "x",
        "user_id": "1",
        "actor": "2",
    }
    send(admin, f"{LIST}{number('gast')}/freigeben/", extra)
    send(admin, f"{LIST}{number('vera')}/kommunen/08001001/", {"role": "1", "confirmed": "y", **extra})
    with app.app_context():
        found = select(User.email, User.name, User.is_admin).order_by(User.id)
        rows = [tuple(row) for row in db.session.execute(found)]
    assert ("gast@muster.example", "Gero Gast", False) in rows
    assert ("vera@muster.example", "Vera Größer", False) in rows


def test_two_accounts_of_a_person_become_one_after_a_look(app, admin, number):
    page = f"{LIST}{number('vera')}/zusammenfuehren/"
    into = {"into": "gast@muster.example"}
    seen = send(admin, page, {**into, "ja": "ja"}).get_data(as_text=True)
    assert "das Konto gast@muster.example bleibt" in seen
    assert "vera" in roles(app)
    send(admin, page, {**into, "seen": str(number("gast")), "ja": "ja"})
    assert roles(app) == {"gast": Role.MANAGER}


def test_an_account_is_erased_after_one_question(app, admin, number):
    page = f"{LIST}{number('vera')}/loeschen/"
    assert "Musterdorf" in admin.get(page).get_data(as_text=True)
    assert "Danach verwaltet niemand mehr Musterdorf" in send(admin, page).get_data(as_text=True)
    assert send(admin, page, {"confirmed": "y"}).status_code == 302
    assert number("vera") is None


def test_the_name_that_lists_sort_by_follows_the_name(make):
    user = make.user("Änne Groß")
    assert user.sort_name == "anne gross"
    user.name = "Zoë"
    assert user.sort_name == "zoe"
