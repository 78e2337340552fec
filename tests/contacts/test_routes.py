"""The entry on the pages: shown, edited by one and by two at once, and what hostile forms do."""

import re
from datetime import date
from html import unescape
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kooperation.accounts.models import User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import users
from kooperation.base.db import db, now
from kooperation.contacts.models import Profile
from kooperation.parties.queries import municipality_by_key
from kooperation.parties.rules import Level
from kooperation.register.models import Succession
from tests.accounts.conftest import send
from tests.contacts.conftest import TYPED, enter_profile

UNIT = "/kommunen/08001001-dorf/"
FORM = f"{UNIT}eintrag/"


@pytest.fixture
def world(prepared):
    """A Landkreis with a Gemeinde; editors of each, and a guest."""

    def fill(make):
        kreis = make.municipality("Landkreis Au", level=Level.LANDKREIS, key="08001")
        dorf = make.municipality("Dorf", key="08001001", parent=kreis)
        make.member(kreis, Role.EDITOR, make.user("Karsten Kühn", email="kreis@muster.example"))
        make.member(dorf, Role.EDITOR, make.user("Emil Ebert", email="emil@muster.example"))
        make.member(dorf, Role.EDITOR, make.user("Vera Vogt", email="vera@muster.example"))
        make.user(email="gast@muster.example")

    prepared(fill)


def page(client, address):
    return client.get(address).get_data(as_text=True)


def text(answer):
    return unescape(answer.get_data(as_text=True))


def stored(app, column="text"):
    with app.app_context():
        return db.session.scalar(select(getattr(Profile, column)))


def entered(app, address="emil@muster.example", **values):
    with app.app_context():
        user = db.session.scalar(select(User).where(User.email == address))
        enter_profile(municipality_by_key("08001001"), user, **values)
        db.session.commit()


def opened(client, address=FORM):
    """The hidden fields of the form as a browser sends them."""
    return hidden_fields(page(client, address))


def hidden_fields(source):
    return {
        name: unescape(re.search(rf'name="{name}"[^>]*value="([^"]*)"', source).group(1))
        for name in ("version", "as_opened", "csrf_token")
    }


def test_without_an_entry_the_public_sees_nothing_and_its_editors_an_invitation(client, enter, world):
    assert 'id="eintrag"' not in page(client, UNIT)
    assert 'id="eintrag"' not in page(enter("gast@muster.example"), UNIT)
    for address in ("emil@muster.example", "kreis@muster.example"):
        assert "Jetzt eintragen" in page(enter(address), UNIT)


def test_an_entry_is_shown_to_everybody_with_links_that_work(app, client, world, enter):
    emil = enter("emil@muster.example")
    answer = send(
        emil, FORM, TYPED | {"phone": "+49 (0)40 66969-100", "text": "Wir **sind** da."} | opened(emil), page=FORM
    )
    assert answer.headers["Location"] == UNIT
    shown = page(client, UNIT)
    assert 'href="https://auenfurt.example"' in shown
    assert 'href="mailto:rathaus@auenfurt.example"' in shown
    assert 'href="tel:+494066969100"' in shown
    assert "Wir <strong>sind</strong> da." in shown
    assert "Eintrag bearbeiten" not in shown
    assert "Eintrag bearbeiten" in page(emil, UNIT)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("website", "rathaus", "www.kommune.de"),
        ("email", "rathaus", "poststelle@"),
        ("phone", "86-0", "Vorwahl"),
        ("text", "x" * 2_001, "2000"),
    ],
)
def test_what_is_refused_is_told_at_its_field_and_stays_typed(app, enter, world, field, typed, said):
    emil = enter("emil@muster.example")
    answer = send(emil, FORM, TYPED | opened(emil) | {field: typed}, page=FORM)
    assert answer.status_code == 200
    assert f'id="{field}-fehler"' in text(answer)
    assert said in text(answer)
    assert typed in text(answer)
    assert stored(app) is None


def test_all_that_is_wrong_is_told_at_once(enter, world):
    emil = enter("emil@muster.example")
    wrong = {"website": "rathaus", "email": "rathaus", "phone": "86-0"}
    answer = text(send(emil, FORM, TYPED | opened(emil) | wrong, page=FORM))
    assert re.findall(r'id="(\w+)-fehler"', answer) == ["website", "email", "phone"]


def test_an_entry_that_says_nothing_is_refused_as_a_whole(enter, world):
    emil = enter("emil@muster.example")
    answer = text(send(emil, FORM, dict.fromkeys(TYPED, "") | opened(emil), page=FORM))
    assert "<li>Bitte machen Sie mindestens eine Angabe.</li>" in answer
    assert "-fehler" not in answer


def test_whoever_came_from_a_list_goes_back_to_it_and_never_elsewhere(enter, world):
    emil = enter("emil@muster.example")
    back = "/kommunen/08001-landkreis-au/stand/?stand=ohne-eintrag"
    source = page(emil, f"{FORM}?weiter={quote(back)}")
    assert f'href="{back}"' in source
    weiter = re.search(r'name="weiter"[^>]*value="([^"]*)"', source).group(1)
    saved = send(emil, FORM, TYPED | hidden_fields(source) | {"weiter": weiter}, page=FORM)
    assert saved.headers["Location"] == back
    saved = send(emil, FORM, TYPED | opened(emil) | {"phone": "115", "weiter": "//evil.example"}, page=FORM)
    assert saved.headers["Location"] == UNIT


def test_the_second_of_two_is_told_what_changed_and_loses_nothing(app, enter, world):
    entered(app)
    emil, vera = enter("emil@muster.example"), enter("vera@muster.example")
    form = opened(vera)
    send(emil, FORM, TYPED | opened(emil) | {"phone": "115", "text": "Von Emil"}, page=FORM)
    second = TYPED | form | {"website": "dorf.example", "text": "Von Vera"}
    answer = vera.post(FORM, data=second)
    assert answer.status_code == 409
    shown = text(answer)
    assert "Inzwischen hat Emil Ebert etwas geändert" in shown
    assert 'value="115"' in shown, "left alone by Vera, taken from Emil"
    assert 'value="dorf.example"' in shown
    assert "Von Emil" in shown
    assert ">\nVon Vera</textarea>" in answer.get_data(as_text=True).replace("\r\n", "\n")
    assert stored(app) == "Von Emil"
    again = hidden_fields(answer.get_data(as_text=True))
    answer = vera.post(FORM, data=second | again | {"phone": "115"})
    assert answer.status_code == 302
    assert (stored(app), stored(app, "phone"), stored(app, "website")) == ("Von Vera", "115", "https://dorf.example")


def test_who_opened_it_before_it_was_confirmed_is_not_bothered(app, enter, world):
    entered(app, "kreis@muster.example")
    emil, vera = enter("emil@muster.example"), enter("vera@muster.example")
    form = opened(vera)
    send(emil, f"{FORM}bestaetigen/", {"version": "1"}, page=FORM)
    assert vera.post(FORM, data=TYPED | form | {"text": "Neu"}).status_code == 302
    assert stored(app) == "Neu"


@pytest.mark.parametrize("as_opened", ["", "[]", "{", "[" * 5_000, '{"text": 3}'])
@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 40, "\u0663"])
def test_nonsense_about_the_version_only_asks_once_more(app, enter, world, version, as_opened):
    entered(app)
    emil = enter("emil@muster.example")
    form = TYPED | {"version": version, "as_opened": as_opened, "text": "Anders"}
    assert send(emil, FORM, form, page=FORM).status_code == 409
    assert stored(app) == "Hallo"


def test_an_entry_from_above_says_so_until_it_is_confirmed(app, client, enter, world):
    kreis = enter("kreis@muster.example")
    send(kreis, FORM, TYPED | opened(kreis), page=FORM)
    assert "eingetragen von Landkreis Au" in page(client, UNIT)
    emil = enter("emil@muster.example")
    assert "Landkreis Au hat für Dorf eingetragen" in page(emil, "/aufgaben/")
    assert "Stimmt so: bestätigen" in page(emil, FORM)
    assert "Stimmt so" not in page(kreis, FORM)
    send(emil, f"{FORM}bestaetigen/", {"version": "0"}, page=FORM)
    assert "eingetragen von" in page(client, UNIT), "one confirms what one has read"
    send(emil, f"{FORM}bestaetigen/", {"version": "1"}, page=FORM)
    assert "eingetragen von" not in page(client, UNIT)
    assert "hat für Dorf" not in page(emil, "/aufgaben/")


def test_once_managed_the_landkreis_reads_why_not_and_finds_what_it_typed(app, enter, world, prepared):
    kreis = enter("kreis@muster.example")
    form = opened(kreis)

    def first_manager(make):
        dorf = municipality_by_key("08001001")
        make.member(dorf, Role.MANAGER, make.user(email="chefin@muster.example"))

    prepared(first_manager)
    assert kreis.get(FORM).status_code == 403
    assert "nur noch mit Einwilligung" in page(kreis, FORM)
    answer = kreis.post(FORM, data=TYPED | form | {"text": "Mühsam getippt"})
    assert answer.status_code == 403
    assert "Mühsam getippt" in text(answer)
    assert "Noch einmal versuchen" in text(answer)
    assert stored(app) is None
    with app.app_context():
        dorf, above = municipality_by_key("08001001"), municipality_by_key("08001")
        users.give_consent(dorf, above, actor=db.session.scalar(select(User).limit(1)), at=now())
        db.session.commit()
    assert kreis.post(FORM, data=TYPED | form | {"text": "Mühsam getippt"}).status_code == 302
    assert stored(app) == "Mühsam getippt"


def test_a_stranger_is_told_whom_to_ask(enter, world):
    gast = enter("gast@muster.example")
    assert gast.get(FORM).status_code == 403
    assert "Aufnahme anfragen" in page(gast, FORM)


def test_without_a_token_nothing_is_stored(app, enter, world):
    emil = enter("emil@muster.example")
    assert emil.post(FORM, data=TYPED).status_code == 400
    assert emil.post(f"{FORM}bestaetigen/", data={"version": "1"}).status_code == 400
    assert stored(app) is None


@pytest.mark.parametrize("address", ["/kommunen/08001001-anders/eintrag/", "/kommunen/08001999-dorf/eintrag/"])
def test_there_is_no_entry_at_an_address_that_is_wrong(enter, world, address):
    assert enter("emil@muster.example").get(address).status_code == 404


def test_what_several_successors_inherit_is_offered_to_their_editors(app, enter, prepared):
    def fill(make):
        gone = make.municipality("Altdorf", key="08001009", dissolved_on=date(2024, 1, 1))
        for key, name in (("08001001", "Dorf"), ("08001002", "Bdorf")):
            heir = make.municipality(name, key=key)
            db.session.add(Succession(predecessor_id=gone.id, successor_id=heir.id, is_official=True, reason="x"))
            make.member(heir, Role.EDITOR, make.user(email=f"{name.lower()}@muster.example"))
        db.session.add(
            Profile(municipality_id=gone.id, text="Wir **waren** Altdorf", text_html="<p>Wir waren Altdorf</p>")
        )

    prepared(fill)
    assert "Wir waren Altdorf" in page(app.test_client(), "/kommunen/08001009-altdorf/")
    dorf = enter("dorf@muster.example")
    tasks = page(dorf, "/aufgaben/")
    assert "Der Eintrag von Altdorf liegt für Dorf bereit" in tasks
    assert ">1</span>" in tasks
    assert "Altdorf hat einen Eintrag hinterlassen" in page(dorf, FORM)
    filled = f"{FORM}?von=08001009"
    assert "Wir **waren** Altdorf" in page(dorf, filled)
    form = opened(dorf, filled) | TYPED | {"text": "Wir sind jetzt Dorf", "origin": "08001009"}
    assert send(dorf, FORM, form, page=FORM).status_code == 302
    assert "übernommen von Altdorf" in page(dorf, UNIT)
    assert "liegt für Dorf bereit" not in page(dorf, "/aufgaben/")
    assert "liegt für Bdorf bereit" in page(enter("bdorf@muster.example"), "/aufgaben/")


@pytest.mark.usefixtures("world")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.fixed_dictionaries(
        {},
        optional={
            name: st.text(max_size=300)
            for name in ("website", "email", "phone", "text", "version", "as_opened", "origin")
        },
    )
)
def test_a_hostile_form_is_answered_and_the_page_of_the_kommune_stays_whole(enter, client, form):
    emil = enter("emil@muster.example")
    assert send(emil, FORM, form, page=FORM).status_code in {200, 302, 409}
    assert client.get(UNIT).status_code == 200
