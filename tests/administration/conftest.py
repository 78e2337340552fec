"""Two administrators, a municipality with a manager, and a guest."""

import pytest
from sqlalchemy import select

from kooperation.accounts.models import User
from kooperation.accounts.rules import Role
from kooperation.base.db import db

ADMIN = "admin@muster.example"


@pytest.fixture
def office(prepared):
    def fill(make):
        village = make.municipality("Musterdorf", key="08001001")
        make.municipality("Ödhausen", key="08001002")
        make.user("Ada Amt", email=ADMIN, is_admin=True)
        make.user("Adam Zweiter", email="zweiter@muster.example", is_admin=True)
        make.member(village, Role.MANAGER, make.user("Vera Größer", email="vera@muster.example"))
        make.user("Gero Gast", email="gast@muster.example")

    prepared(fill)


@pytest.fixture
def admin(enter, office):
    """The browser of an administrator."""
    return enter(ADMIN)


@pytest.fixture
def number(app, office):
    """The number of the user with this beginning of an address."""

    def find(local):
        with app.app_context():
            return db.session.scalar(select(User.id).where(User.email == f"{local}@muster.example"))

    return find
