"""The invented people of the demonstration."""

import pytest
from sqlalchemy import func, select

from kooperation.accounts.models import User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import invitations, joining, registering, users
from kooperation.audit.services import SHELL
from kooperation.base.config import Mode
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.demo import accounts, services
from kooperation.parties.queries import municipality_by_key
from tests.accounts.conftest import send
from tests.demo.test_services import rows


@pytest.fixture
def demonstration(app, prepared):
    """The app as if it had been started for a demonstration, with the region and its people."""

    def fill(_make):
        services.load(actor=SHELL)
        accounts.load(actor=SHELL)

    prepared(fill)
    config = app.extensions["kooperation"]
    app.extensions["kooperation"] = _Demonstration()
    yield
    app.extensions["kooperation"] = config


class _Demonstration:
    mode = Mode.DEMONSTRATION


def test_there_is_one_of_each_kind_and_they_are_created_once(make):
    services.load(actor=SHELL)
    assert accounts.load(actor=SHELL) == len(accounts.EXAMPLES)
    assert accounts.load(actor=SHELL) == 0
    auenfurt = municipality_by_key("99001001")
    found = {user.email.partition("@")[0]: user for user in db.session.scalars(select(User))}
    assert found["verwaltung"].role_at(auenfurt.id) is Role.MANAGER
    assert found["lesen"].role_at(auenfurt.id) is Role.READER
    assert found["administration"].is_admin
    assert found["gast"].memberships == []


def test_without_the_region_there_is_nobody(make):
    with pytest.raises(RuleViolation, match="nicht geladen"):
        accounts.load(actor=SHELL)


def test_removing_takes_them_out_with_all_that_hangs_on_them(make):
    before = rows()
    services.load(actor=SHELL)
    accounts.load(actor=SHELL)
    auenfurt, kreis = municipality_by_key("99001001"), municipality_by_key("99001")
    guest = accounts.example_by_address("gast@musterland.example")
    joining.ask(guest, auenfurt, role=Role.READER, note="", at=now())
    users.give_consent(auenfurt, kreis, actor=SHELL, at=now())
    invitations.invite("nina@muster.example", auenfurt, Role.READER, actor=guest, at=now())
    wish = {"role": Role.READER, "note": "", "at": now()}
    registering.register("nora@muster.example", "Nora Neu", auenfurt, password_hash="", **wish)
    services.remove(actor=SHELL)
    # Mails are gone or on their way; nothing hangs on them.
    assert rows() | {"outgoing_mail": 0} == before


def test_somebody_real_who_belongs_to_the_region_is_not_lost(make):
    services.load(actor=SHELL)
    make.member(municipality_by_key("99001001"), Role.READER)
    with pytest.raises(RuleViolation, match="1 in membership"):
        services.remove(actor=SHELL)


def test_in_the_demonstration_one_signs_in_without_typing(enter, demonstration):
    page = enter("").get("/anmelden/").get_data(as_text=True)
    assert "Beispielzugänge" in page
    assert accounts.PASSWORD in page
    client = enter("")
    form = {"email": "landkreis@musterland.example", "weiter": "/konto/"}
    answer = send(client, "/anmelden/beispiel/", form, page="/anmelden/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/konto/")
    assert "Karsten Kühn" in client.get("/konto/").get_data(as_text=True)
    form = {"email": "landkreis@musterland.example"}
    assert enter("").post("/anmelden/beispiel/", data=form).status_code in {400, 404}


def test_nobody_else_is_signed_in_without_a_password(enter, demonstration, prepared):
    prepared(lambda make: make.user(email="real@muster.example"))
    form = {"email": "real@muster.example"}
    assert send(enter(""), "/anmelden/beispiel/", form, page="/anmelden/").status_code == 404


def test_outside_the_demonstration_nothing_of_it_is_there(app, enter, prepared):
    def fill(_make):
        services.load(actor=SHELL)
        accounts.load(actor=SHELL)

    prepared(fill)
    page = enter("").get("/anmelden/").get_data(as_text=True)
    assert "Beispielzugänge" not in page
    assert accounts.PASSWORD not in page
    form = {"email": "landkreis@musterland.example"}
    assert send(enter(""), "/anmelden/beispiel/", form, page="/anmelden/").status_code == 404


@pytest.mark.usefixtures("_isolated")
def test_the_shell_creates_them_in_the_demonstration_alone(app):
    assert app.test_cli_runner().invoke(args=["demo", "load"]).exit_code == 0
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 0
