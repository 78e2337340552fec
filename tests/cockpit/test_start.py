"""The start page for whoever is signed in: what waits, what changed, and the same number of statements always."""

import pytest
from sqlalchemy import select

from kooperation.accounts import policy
from kooperation.accounts.models import User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import joining
from kooperation.base.db import db, now
from kooperation.contacts.models import Profile
from kooperation.parties.queries import municipality_by_key
from kooperation.parties.rules import Level
from tests.accounts.conftest import send, statements
from tests.cockpit.conftest import changed
from tests.contacts.conftest import TYPED, enter_profile


@pytest.fixture
def world(prepared):
    """A Landkreis with three Gemeinden, one of them managed; a guest and an administrator."""

    def fill(make):
        kreis = make.municipality("Landkreis Au", level=Level.LANDKREIS, key="08001")
        for number, name in enumerate(("Adorf", "Bdorf", "Cdorf"), 1):
            make.municipality(name, key=f"0800100{number}", parent=kreis)
        make.municipality("Wald", key="08001099", parent=kreis, inhabited=False)
        make.municipality("Altdorf", key="08001098", parent=kreis, dissolved_on=now().date())
        adorf = municipality_by_key("08001001")
        make.member(kreis, Role.MANAGER, make.user("Karsten Kühn", email="kreis@muster.example"))
        make.member(adorf, Role.MANAGER, make.user("Vera Vogt", email="vera@muster.example"))
        make.member(adorf, Role.READER, make.user("Lena Lorenz", email="lena@muster.example"))
        make.user("Gerd Gast", email="gast@muster.example")
        make.user("Ada Admin", email="admin@muster.example", is_admin=True)

    prepared(fill)


def page(client, address="/"):
    return client.get(address).get_data(as_text=True)


def test_a_visitor_sees_what_this_is(client, world):
    assert "Kommunen finden und zusammenarbeiten" in page(client)


def test_a_member_sees_their_kommune_with_what_to_do_next(enter, world):
    shown = page(enter("vera@muster.example"))
    for text in ("Meine Kommune", "Adorf", "Nichts wartet auf Sie", "Jetzt eintragen", "Noch keine Änderungen"):
        assert text in shown
    assert "Unsere Kommunen" not in shown
    assert "Jetzt eintragen" not in page(enter("lena@muster.example"))


def test_the_first_five_tasks_are_shown_and_the_way_to_all(enter, world, prepared):
    def seven(make):
        adorf = municipality_by_key("08001001")
        for number in range(7):
            joining.ask(make.user(f"Gast {number}"), adorf, role=Role.READER, note="", at=now())

    prepared(seven)
    shown = page(enter("vera@muster.example"))
    assert shown.count("möchte zu Adorf") == 5
    assert "Alle Aufgaben" in shown
    assert ">7</span>" in shown


def test_changes_are_told_without_values_and_own_ones_to_editors_alone(enter, world, prepared):
    def fill(make):
        adorf = municipality_by_key("08001001")
        vera = db.session.scalar(select(User).where(User.email == "vera@muster.example"))
        enter_profile(adorf, vera, text="Nur auf der Seite")
        changed(adorf, now(), is_own=True, label="Geheimes")
        changed(municipality_by_key("08001002"), now(), label="Fremdes")
        changed(adorf, now(), event="request.made", kind="JoinRequest", label="Heimlicher Gast")
        changed(adorf, now(), event="membership.granted", kind="User", label="Nina Neu, Adorf")

    prepared(fill)
    vera, lena = page(enter("vera@muster.example")), page(enter("lena@muster.example"))
    for shown in (vera, lena):
        assert "Eintrag angelegt: Adorf" in shown
        assert "von Vera Vogt" in shown
        assert "Nur auf der Seite" not in shown
        assert "Fremdes" not in shown
    for known_to_some in ("Heimlicher Gast", "Geheimes", "Nina Neu"):
        assert known_to_some in vera
        assert known_to_some not in lena


def test_the_gaps_of_the_entry_are_named(enter, world, prepared):
    def fill(make):
        adorf = municipality_by_key("08001001")
        db.session.add(Profile(municipality_id=adorf.id, website="https://adorf.example"))

    prepared(fill)
    assert "Allgemeines Postfach, Telefon, Text" in page(enter("vera@muster.example"))


def test_a_guest_is_told_to_ask_and_then_how_it_stands(enter, world):
    gast = enter("gast@muster.example")
    assert "Zu welcher Kommune gehören Sie?" in page(gast)
    send(
        gast,
        "/konto/kommune/",
        {"municipality": "Adorf", "municipality-wert": "08001001", "municipality-name": "Adorf", "role": "1"},
        page="/konto/kommune/",
    )
    shown = page(gast)
    assert "Meine Anfragen um Aufnahme" in shown
    assert "wartet" in shown
    assert "Ihre Anfrage an Adorf" in page(gast, "/aufgaben/")


def test_a_member_whose_other_request_waits_is_told(enter, world, prepared):
    def fill(make):
        vera = db.session.scalar(select(User).where(User.email == "vera@muster.example"))
        joining.ask(vera, municipality_by_key("08001002"), role=Role.READER, note="", at=now())

    prepared(fill)
    vera = enter("vera@muster.example")
    for address in ("/", "/aufgaben/"):
        shown = page(vera, address)
        assert '<a href="/konto/#anfragen">Ihre Anfrage an Bdorf</a> wartet seit heute' in shown


def test_an_administrator_finds_the_way_to_the_administration(enter, world):
    shown = page(enter("admin@muster.example"))
    assert shown.count('href="/verwaltung/"') == 2
    assert "Zu welcher Kommune" not in shown
    assert 'href="/verwaltung/"' not in page(enter("vera@muster.example"))


def test_a_landkreis_sees_how_far_its_kommunen_are(enter, world):
    kreis = enter("kreis@muster.example")
    shown = page(kreis)
    for number, label in (
        (3, "Kommunen"),
        (2, "von niemandem verwaltet"),
        (3, "ohne Eintrag"),
        (0, "mit wartender Anfrage"),
    ):
        assert f"<strong>{number}</strong> {label}" in shown


LIST = "/kommunen/08001-landkreis-au/stand/"
WHO = ("kreis", "rita")


def names(source):
    return [name for name in ("Adorf", "Bdorf", "Cdorf", "Wald", "Altdorf") if f">{name}</a>" in source]


def test_the_list_is_narrowed_to_what_is_missing(enter, world, prepared):
    def fill(make):
        kreis = db.session.scalar(select(User).where(User.email == "kreis@muster.example"))
        enter_profile(municipality_by_key("08001002"), kreis)
        joining.ask(make.user(), municipality_by_key("08001003"), role=Role.READER, note="", at=now())

    prepared(fill)
    kreis = enter("kreis@muster.example")
    assert names(page(kreis, LIST)) == ["Adorf", "Bdorf", "Cdorf"]
    assert names(page(kreis, f"{LIST}?stand=ohne-verwalter")) == ["Bdorf", "Cdorf"]
    assert names(page(kreis, f"{LIST}?stand=ohne-eintrag")) == ["Adorf", "Cdorf"]
    assert names(page(kreis, f"{LIST}?stand=wartend")) == ["Cdorf"]
    assert names(page(kreis, f"{LIST}?name=bd")) == ["Bdorf"]
    assert names(page(kreis, f"{LIST}?stand=unsinn&name=%00")) == ["Adorf", "Bdorf", "Cdorf"]
    assert "Das kann eine gute Nachricht sein" in page(kreis, f"{LIST}?name=xyz")
    assert "von Landkreis Au" in page(kreis, LIST)
    exported = kreis.get(f"{LIST}export.csv?stand=ohne-eintrag").get_data(as_text=True)
    assert [line.split(";")[1] for line in exported.splitlines()[1:]] == ["Adorf", "Cdorf"]
    with kreis.get(f"{LIST}export.xlsx") as answer:
        assert answer.status_code == 200
    assert "Bdorf" not in page(kreis, "/kommunen/08001-landkreis-au/stand/?stand=ohne-eintrag")


def test_from_the_list_those_who_decide_invite_and_an_entry_leads_back(app, enter, world, prepared):
    prepared(
        lambda make: make.member(
            municipality_by_key("08001"), Role.READER, make.user("Rita Rot", email="rita@muster.example")
        )
    )
    kreis, rita = page(enter("kreis@muster.example"), f"{LIST}?name=dorf"), page(enter("rita@muster.example"), LIST)
    assert "eintrag/?weiter=/kommunen/08001-landkreis-au/stand/?name%3Ddorf" in kreis
    with app.app_context():
        users = [db.session.scalar(select(User).where(User.email == f"{name}@muster.example")) for name in WHO]
        for user, shown in zip(users, (kreis, rita), strict=True):
            for key in ("08001001", "08001002"):
                place = municipality_by_key(key)
                may = policy.decides_at(user, place) and not policy.has_manager(place)
                assert (f"/kommunen/{key}-{place.slug}/mitglieder/einladen/" in shown) == may
    assert "mitglieder/einladen/" in kreis


@pytest.mark.parametrize("address", ["/kommunen/08001001-adorf/stand/", "/kommunen/08001-anders/stand/"])
def test_what_has_nobody_below_has_no_such_list(enter, world, address):
    assert enter("kreis@muster.example").get(address).status_code == 404


def test_the_statements_do_not_grow_with_tasks_memberships_and_municipalities(app, enter, world, prepared):
    kreis = enter("kreis@muster.example")

    def asked(address):
        with statements(app) as found:
            assert kreis.get(address).status_code == 200
        return len(found)

    def one(make):
        """One of each, since what is not there at all may need no statement."""
        make.member(make.municipality("Zdorf", key="09001999"), Role.EDITOR, _kreis())
        joining.ask(make.user(), municipality_by_key("08001002"), role=Role.READER, note="", at=now())

    prepared(one)
    few = asked("/"), asked(LIST)

    def many(make):
        above = municipality_by_key("08001")
        for number in range(60):
            dorf = make.municipality(f"Dorf {number}", key=f"080011{number:02d}", parent=above)
            asks = make.user(email=f"asks{number}@muster.example")
            joining.ask(asks, dorf, role=Role.READER, note="", at=now())
            enter_profile(dorf, _kreis())
            make.member(make.municipality(f"Zdorf {number}", key=f"090011{number:02d}"), Role.EDITOR, _kreis())
        for _ in range(20):
            changed(above, now())

    prepared(many)
    assert (asked("/"), asked(LIST)) == few
    assert few[0] <= 12


def _kreis():
    return db.session.scalar(select(User).where(User.email == "kreis@muster.example"))


def test_the_header_names_the_kommune_and_marks_where_one_is(enter, world):
    vera = enter("vera@muster.example")
    assert '<a href="/" aria-current="page">Adorf</a>' in page(vera)
    elsewhere = page(vera, "/kommunen/")
    assert '<a href="/">Adorf</a>' in elsewhere
    assert '<a href="/kommunen/" aria-current="page">' in elsewhere
    assert TYPED["text"] not in elsewhere
