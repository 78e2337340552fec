"""Two Landkreise with a Gemeinde each, and people of all kinds, one of whom has a password."""

from datetime import date

import pytest
from sqlalchemy import select

from kooperation.accounts.models import Inheritance
from kooperation.accounts.routes import timing
from kooperation.accounts.rules import Role
from kooperation.accounts.services import joining, users
from kooperation.base.db import db, now
from kooperation.parties.models import Municipality
from kooperation.parties.rules import Level
from tests.databases import LONG
from tests.security.walk import PASSWORD

EVERYBODY = ("", "guest@muster.example", "reader@muster.example", "manager@muster.example", "admin@muster.example")
PEOPLE = EVERYBODY if LONG else (EVERYBODY[0], *EVERYBODY[-2:])
"""Whom the tests walk as, in the fast run only who sees least and who sees most; an empty address is nobody."""


@pytest.fixture(autouse=True)
def _hurried(monkeypatch):
    monkeypatch.setattr(timing, "ANSWER_AFTER", 0.0)


@pytest.fixture
def world(prepared):
    """What there is to attack."""

    def fill(make):
        land = make.municipality("Land", level=Level.LAND, key="08")
        kreis = make.municipality("Kreis", level=Level.LANDKREIS, key="08001", parent=land)
        other = make.municipality("Nachbarkreis", level=Level.LANDKREIS, key="08002", parent=land)
        dorf = make.municipality("Dorf", key="08001001", parent=kreis, postal_code="01234", area_km2=2.5)
        heir = make.municipality("Dorf", key="08002001", parent=other)
        gone = make.municipality("Altdorf", key="08001009", parent=kreis, dissolved_on=date(2024, 1, 1))
        db.session.add_all(Inheritance(dissolved_id=gone.id, successor_id=unit.id) for unit in (dorf, heir))
        manager = make.user("Mara Muster", email="manager@muster.example", password=PASSWORD)
        make.member(dorf, Role.MANAGER, manager)
        make.member(gone, Role.READER, manager)
        make.member(heir, Role.READER, manager)
        make.member(dorf, Role.READER, make.user("Leon Leser", email="reader@muster.example"))
        make.member(heir, Role.MANAGER, make.user("Nora Nachbar", email="neighbour@muster.example"))
        make.user("Ada Amt", email="admin@muster.example", is_admin=True)
        make.user("Gerd Gast", email="guest@muster.example", password=PASSWORD)
        for unit in (dorf, heir):
            joining.ask(make.user("Frieda Frage"), unit, role=Role.READER, note="Bitte", at=now())
        joining.ask(manager, kreis, role=Role.READER, note="Bitte", at=now())
        users.give_consent(heir, other, actor=manager, at=now())

    prepared(fill)


@pytest.fixture
def number_of(app):
    """The number of the unit with a key."""

    def number(key):
        with app.app_context():
            return db.session.scalar(select(Municipality.id).where(Municipality.key == key))

    return number
