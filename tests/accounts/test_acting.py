"""Acting for one of several municipalities."""

import pytest
from sqlalchemy import select

from kooperation.accounts.models import Membership, User
from kooperation.accounts.rules import Role
from kooperation.base.db import db
from kooperation.parties.queries import municipality_by_key
from tests.accounts.conftest import send

ADDRESS = "erika@muster.example"


@pytest.fixture
def erika(prepared):
    """An editor of two municipalities."""

    def fill(make):
        user = make.user("Erika Muster", email=ADDRESS)
        for name, key in (("Bdorf", "08001002"), ("Adorf", "08001001")):
            make.member(make.municipality(name, key=key), Role.EDITOR, user)
        make.municipality("Cdorf", key="08001003")

    prepared(fill)


def chosen(client):
    """Which municipality the header names as chosen."""
    page = client.get("/konto/").get_data(as_text=True)
    return page.partition(" selected>")[2].partition("<")[0]


def test_one_switches_in_the_header_and_goes_on_where_one_was(enter, erika):
    client = enter(ADDRESS)
    assert chosen(client) == "Adorf"
    answer = send(client, "/konto/handeln-fuer/", {"municipality": "08001002", "weiter": "/kommunen/?x=1"})
    assert answer.headers["Location"] == "/kommunen/?x=1"
    assert chosen(client) == "Bdorf"


@pytest.mark.parametrize("key", ["08001003", "nichts"])
def test_nobody_acts_for_a_municipality_of_others(enter, erika, key):
    client = enter(ADDRESS)
    assert send(client, "/konto/handeln-fuer/", {"municipality": key}).status_code == 404
    assert chosen(client) == "Adorf"


def test_the_switch_leads_to_no_other_site(enter, erika):
    form = {"municipality": "08001002", "weiter": "//evil.example"}
    assert send(enter(ADDRESS), "/konto/handeln-fuer/", form).headers["Location"] == "/konto/"


def test_a_choice_ends_with_the_membership(app, enter, erika, prepared):
    client = enter(ADDRESS)
    send(client, "/konto/handeln-fuer/", {"municipality": "08001002"})

    def change(make):
        user = db.session.scalar(select(User).where(User.email == ADDRESS))
        db.session.delete(db.session.get(Membership, (user.id, municipality_by_key("08001002").id)))
        make.member(municipality_by_key("08001003"), Role.READER, user)

    prepared(change)
    assert chosen(client) == "Adorf"


def test_with_one_municipality_there_is_nothing_to_switch(enter, prepared):
    prepared(lambda make: make.member(make.municipality(), Role.READER, make.user(email=ADDRESS)))
    assert "Wechseln" not in enter(ADDRESS).get("/konto/").get_data(as_text=True)
