"""Inviting by mail: what is refused, how it is accepted and declined, and what the inviter never learns."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from kooperation.accounts import policy, queries
from kooperation.accounts.models import Invitation, JoinRequest, Membership, User
from kooperation.accounts.rules import InvitationState, MailLanguage, RequestState, Role
from kooperation.accounts.services import invitations, joining, reform, signing_in, users
from kooperation.audit.models import AuditEntry
from kooperation.audit.services import SHELL
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.parties.queries import municipality_by_key
from kooperation.parties.rules import Level
from tests.accounts.conftest import link_to, send, statements

PAGE = "/kommunen/08001001-musterdorf/mitglieder/"
FORM = f"{PAGE}einladen/"
NEW = {"email": "nina@muster.example", "role": "2", "message": "Wir brauchen Sie <hier>."}
ACCOUNT = {
    "name": "Nina Neu",
    "password": "Vier Woerter gehen durch die Tuer",
    "repeated": "Vier Woerter gehen durch die Tuer",
}


@pytest.fixture
def village(prepared):
    """A Gemeinde with a manager and an editor in a Landkreis with a manager, a guest, and an administrator."""

    def fill(make):
        kreis = make.municipality("Landkreis Muster", level=Level.LANDKREIS, key="08001")
        village = make.municipality("Musterdorf", key="08001001", parent=kreis)
        make.municipality("Ohnedorf", key="08001002", parent=kreis)
        make.member(village, Role.MANAGER, make.user("Vera Verwalterin", email="vera@muster.example"))
        make.member(village, Role.EDITOR, make.user("Edda Eifrig", email="edda@muster.example"))
        make.member(kreis, Role.MANAGER, make.user("Karl Kreis", email="karl@muster.example"))
        make.user("Gerd Gast", email="gerd@muster.example")
        make.user("Ada Admin", email="ada@muster.example", is_admin=True)

    prepared(fill)


def invite(client, **changes):
    return send(client, FORM, NEW | changes, page=FORM)


def roles(app):
    with app.app_context():
        found = select(User.email, Membership.role).join(Membership.user)
        return {email.partition("@")[0]: role for email, role in db.session.execute(found)}


def states(app):
    with app.app_context():
        return list(db.session.scalars(select(Invitation.state).order_by(Invitation.id)))


def test_whoever_has_no_account_sets_name_and_password_and_is_in(app, client, enter, village, arrived):
    vera = enter("vera@muster.example")
    assert FORM in vera.get(PAGE).get_data(as_text=True)
    assert invite(vera, email=" NINA@muster.example ").headers["Location"] == PAGE
    page = vera.get(PAGE).get_data(as_text=True)
    assert "Offene Einladungen" in page
    assert "nina@muster.example" in page
    (mail,) = arrived()
    assert (mail["To"], mail["Subject"]) == ("nina@muster.example", "Einladung zu Musterdorf")
    assert "Vera Verwalterin" in mail.get_content()
    assert "Wir brauchen Sie <hier>." in mail.get_content()

    link = link_to("/einladung/", mail)
    for method in ("get", "head"):
        answer = getattr(client, method)(link)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert states(app) == [InvitationState.OPEN]
    assert "Wir brauchen Sie &lt;hier&gt;." in client.get(link).get_data(as_text=True)
    weak = send(client, link, ACCOUNT | {"password": "kurz", "repeated": "kurz"}, page=link)
    assert "mindestens 12 Zeichen" in weak.get_data(as_text=True)
    assert send(client, link, ACCOUNT, page=link).status_code == 302
    assert roles(app)["nina"] is Role.EDITOR
    page = client.get("/konto/").get_data(as_text=True)
    assert "Musterdorf" in page[: page.index("<main")]
    assert client.get(link).status_code == 404
    assert "Offene Einladungen" not in vera.get(PAGE).get_data(as_text=True)
    with app.app_context():
        log = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [(one.event, one.actor_name) for one in log] == [
            ("invitation.made", "Vera Verwalterin"),
            ("user.created", "Eingeladene Person"),
            ("membership.granted", "Vera Verwalterin"),
            ("invitation.accepted", "Nina Neu"),
        ]
        assert {log[0].keeper_id, log[3].keeper_id} == {municipality_by_key("08001001").id}


def test_whoever_has_an_account_signs_in_comes_back_and_accepts(app, client, enter, village, arrived):
    invite(enter("vera@muster.example"), email="gerd@muster.example", role="1")
    link = link_to("/einladung/", arrived()[0])
    page = client.get(link).get_data(as_text=True)
    assert f"/anmelden/?weiter={link}" in page
    assert 'name="password"' not in page
    assert send(client, link, ACCOUNT, page=link and "/anmelden/").headers["Location"].startswith("/anmelden/")
    gerd = enter("gerd@muster.example")
    assert "Einladung annehmen" in gerd.get(link).get_data(as_text=True)
    assert send(gerd, link).status_code == 302
    assert roles(app)["gerd"] is Role.READER


def test_an_invitation_holds_for_its_address_alone(app, enter, village, arrived):
    invite(enter("vera@muster.example"))
    link = link_to("/einladung/", arrived()[0])
    edda = enter("edda@muster.example")
    page = edda.get(link).get_data(as_text=True)
    assert "ging an eine andere Adresse" in page
    assert "nina@muster.example" not in page
    assert "Einladung annehmen" not in page
    for address in (link, f"{link}/ablehnen/"):
        assert "ging an eine andere Adresse" in send(edda, address, ACCOUNT).get_data(as_text=True)
    assert states(app) == [InvitationState.OPEN]
    assert roles(app)["edda"] is Role.EDITOR


@pytest.mark.parametrize("who", ["", "gerd@muster.example"])
def test_one_declines_after_one_question(app, enter, village, arrived, who):
    invite(enter("vera@muster.example"), email="gerd@muster.example")
    link = link_to("/einladung/", arrived()[0])
    client = enter(who)
    asked = f"{link}/ablehnen/"
    assert "Einladung ablehnen?" in client.get(asked).get_data(as_text=True)
    assert send(client, asked, page=asked).status_code == 302
    assert states(app) == [InvitationState.DECLINED]
    assert client.get(link).status_code == client.get(asked).status_code == 404
    assert "gerd" not in roles(app)


def test_sent_again_the_new_link_holds_and_the_old_one_ends(app, client, enter, village, arrived):
    vera = enter("vera@muster.example")
    invite(vera)
    with app.app_context():
        held = db.session.scalars(select(Invitation)).one()
        held.expires_at = now()
        number = held.id
        db.session.commit()
    page = vera.get(PAGE).get_data(as_text=True)
    assert "abgelaufen" in page
    first = link_to("/einladung/", arrived()[0])
    assert client.get(first).status_code == 404
    assert send(vera, f"{PAGE}einladungen/{number}/noch-einmal/").status_code == 302
    assert "abgelaufen" not in vera.get(PAGE).get_data(as_text=True)
    second = link_to("/einladung/", arrived()[1])
    assert [client.get(link).status_code for link in (first, second)] == [404, 200]


def test_withdrawn_after_one_question_its_link_ends(app, client, enter, village, arrived):
    vera = enter("vera@muster.example")
    invite(vera)
    with app.app_context():
        number = db.session.scalar(select(Invitation.id))
    address = f"{PAGE}einladungen/{number}/zurueckziehen/"
    assert "nina@muster.example zurückziehen?" in vera.get(address).get_data(as_text=True)
    assert send(vera, address).status_code == 302
    assert client.get(link_to("/einladung/", arrived()[0])).status_code == 404
    assert states(app) == [InvitationState.WITHDRAWN]
    assert vera.get(address).status_code == 404
    assert invite(vera).status_code == 302


def test_an_invitation_outlives_the_right_of_whoever_sent_it(app, client, enter, village, arrived):
    invite(enter("vera@muster.example"))
    with app.app_context():
        vera = db.session.scalar(select(User).where(User.email == "vera@muster.example"))
        vera.memberships.clear()
        db.session.commit()
    link = link_to("/einladung/", arrived()[0])
    assert send(client, link, ACCOUNT, page=link).status_code == 302
    assert roles(app)["nina"] is Role.EDITOR


def test_the_inviter_learns_nothing_of_accounts(app, enter, village, arrived):
    pages = []
    vera = enter("vera@muster.example")
    for address in ("nina@muster.example", "gerd@muster.example", "ada@muster.example"):
        answer = invite(vera, email=address, message="")
        page = vera.get(answer.headers["Location"]).get_data(as_text=True)
        row = re.search(rf'<th scope="row">{address}.*?</tr>', page, re.DOTALL).group()
        pages.append((answer.status_code, re.sub(r'name="csrf_token"[^>]*>|\d+', "", row.replace(address, ""))))
    assert len(set(pages)) == 1
    assert len(arrived()) == 3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "vera@muster.example"}, "Sich selbst laden Sie nicht ein."),
        ({"email": "EDDA@muster.example", "role": "2"}, "Edda Eifrig gehört schon zu Musterdorf."),
        ({"email": "schon@muster.example"}, "Diese Adresse ist schon eingeladen."),
        ({"email": "keine adresse"}, "name@kommune.de"),
        ({"email": "ümläut@muster.example"}, "Das ist keine E-Mail-Adresse."),
        ({"email": ""}, "Bitte geben Sie die Adresse ein."),
        ({"role": ""}, "Bitte wählen Sie eine Rolle."),
        ({"message": "x" * 501}, "länger als 500"),
    ],
)
def test_what_will_not_do_is_answered_with_a_sentence(app, enter, village, arrived, changes, sentence):
    vera = enter("vera@muster.example")
    invite(vera, email="schon@muster.example")
    answer = invite(vera, **changes)
    assert answer.status_code == 200
    assert sentence in answer.get_data(as_text=True)
    assert len(states(app)) == len(arrived()) == 1


@pytest.mark.parametrize("closed", [{"dissolved_on": date(2023, 1, 1)}, {"inhabited": False}])
def test_nobody_is_invited_to_what_nobody_can_belong_to(make, closed):
    manager, village = make.user(), make.municipality(**closed)
    with pytest.raises(RuleViolation, match=r"aufgelöst|ohne Bevölkerung"):
        invitations.invite("a@muster.example", village, Role.READER, actor=manager, at=now())


@pytest.mark.parametrize(
    ("place", "role", "is_admin", "sentence"),
    [
        (False, None, False, "nennen Sie die Kommune"),
        (True, None, True, "eine Rolle"),
        (False, 1, True, "eine Kommune"),
    ],
)
def test_a_role_and_a_municipality_belong_together(make, place, role, is_admin, sentence):
    village, role = make.municipality() if place else None, Role(role) if role else None
    with pytest.raises(RuleViolation, match=sentence):
        invitations.invite("a@muster.example", village, role, is_admin=is_admin, actor=make.user(), at=now())


def test_an_expired_one_gives_way_to_a_new_one(make):
    village, vera, at = make.municipality(), make.user(), now()
    old = invitations.invite("a@muster.example", village, Role.READER, actor=vera, at=at - timedelta(days=14))
    new = invitations.invite("a@muster.example", village, Role.EDITOR, actor=vera, at=at)
    assert (old.state, new.state) == (InvitationState.CLOSED, InvitationState.OPEN)
    assert queries.invitations_of(village) == [new]


def test_too_many_a_day_are_held_off_by_user_municipality_and_address(make, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_BY_USER", 6)
    monkeypatch.setattr(invitations, "MOST_AT_MUNICIPALITY", 4)
    monkeypatch.setattr(invitations, "MOST_TO_ADDRESS", 2)
    first, second, vera, other, at = make.municipality(), make.municipality(), make.user(), make.user(), now()

    def send_to(name, place, actor, at=at):
        return invitations.invite(f"{name}@muster.example", place, Role.READER, actor=actor, at=at)

    once = send_to("a", first, vera)
    invitations.resend(once, actor=vera, at=at)
    with pytest.raises(RuleViolation, match="An diese Adresse"):
        invitations.resend(once, actor=vera, at=at)
    invitations.withdraw(once, actor=vera, at=at)
    with pytest.raises(RuleViolation, match="An diese Adresse"):
        send_to("a", first, other)
    send_to("b", first, vera)
    send_to("c", first, vera)
    with pytest.raises(RuleViolation, match="Zu Musterdorf"):
        send_to("d", first, other)
    send_to("a", second, vera)
    send_to("b", second, vera)
    with pytest.raises(RuleViolation, match="Sie haben heute"):
        send_to("c", second, vera)
    assert send_to("c", second, other)
    assert send_to("d", first, vera, at + timedelta(days=1, seconds=1))


def test_accepting_fulfils_what_was_asked_and_never_lowers_a_role(make):
    village, vera, gerd, at = make.municipality(), make.user(), make.user(), now()
    request = joining.ask(gerd, village, role=Role.MANAGER, note="", at=at)
    invitation = invitations.invite(gerd.email, village, Role.EDITOR, actor=vera, at=at)
    users.grant(gerd, village, Role.MANAGER, actor=SHELL)
    invitations.accept(invitation, gerd, at=at)
    assert gerd.role_at(village.id) is Role.MANAGER
    assert (request.state, request.decided_at) == (RequestState.GRANTED, at)
    with pytest.raises(RuleViolation, match="gilt nicht mehr"):
        invitations.accept(invitation, gerd, at=at)


def test_an_administrator_is_invited_without_a_municipality_and_only_administrators_look_after_it(make):
    ada, vera, at = make.user(is_admin=True), make.user(), now()
    village = make.municipality()
    make.member(village, Role.MANAGER, vera)
    invitation = invitations.invite("nina@muster.example", None, None, is_admin=True, actor=ada, at=at)
    both = invitations.invite("nora@muster.example", village, Role.READER, is_admin=True, actor=ada, at=at)
    plain = invitations.invite("nele@muster.example", village, Role.READER, actor=vera, at=at)
    assert set(queries.open_invitations().items) == {invitation, both, plain}
    assert [policy.decides_over_invitation(vera, one) for one in (invitation, both, plain)] == [False, False, True]
    assert [policy.sees_invitation(vera, one) for one in (invitation, both, plain)] == [False, True, True]
    assert [policy.decides_over_invitation(ada, one) for one in (invitation, both, plain)] == [True, True, False]
    with pytest.raises(RuleViolation, match="schon eingeladen"):
        invitations.invite("nina@muster.example", None, None, is_admin=True, actor=ada, at=at)
    nina = invitations.accept_anew(invitation, "Nina Neu", password_hash="", at=at)
    nora = invitations.accept_anew(both, "Nora Neu", password_hash="", at=at)
    assert (nina.is_admin, nina.memberships) == (True, [])
    assert (nora.is_admin, nora.role_at(village.id)) == (True, Role.READER)
    with pytest.raises(RuleViolation, match="verwaltet die Instanz schon"):
        invitations.invite("nina@muster.example", None, None, is_admin=True, actor=ada, at=at)
    invitations.withdraw(plain, actor=vera, at=at)
    for refused in (invitations.withdraw, invitations.resend):
        with pytest.raises(RuleViolation, match="gilt nicht mehr"):
            refused(plain, actor=vera, at=at)


def test_a_link_that_ended_while_it_was_looked_at_is_refused(make):
    village, vera, gerd, at = make.municipality(), make.user(), make.user(), now()
    invitation = invitations.invite(gerd.email, village, Role.EDITOR, actor=vera, at=at)
    sent_again = update(Invitation).values(token_hash=signing_in.hash_token("another"))
    db.session.execute(sent_again, execution_options={"synchronize_session": False})
    with pytest.raises(RuleViolation, match="gilt nicht mehr"):
        invitations.accept(invitation, gerd, at=at)


def test_the_database_holds_no_link_once_the_mail_is_sent(app, enter, village, arrived):
    invite(enter("vera@muster.example"))
    token = link_to("/einladung/", arrived()[0]).rpartition("/")[2]
    with app.app_context():
        held = db.session.scalars(select(Invitation)).one()
        assert token not in repr(vars(held))
        assert held.token_hash == signing_in.hash_token(token)


def test_a_mail_comes_in_the_language_of_whoever_has_an_account(app, enter, village, arrived, prepared):
    def choose(make):
        gerd = db.session.scalar(select(User).where(User.email == "gerd@muster.example"))
        users.choose_language(gerd, MailLanguage.ENGLISH, actor=gerd)

    prepared(choose)
    invite(enter("vera@muster.example"), email="gerd@muster.example")
    (mail,) = arrived()
    assert mail["Subject"] == "Invitation to Musterdorf"
    assert "are in German" in mail.get_content()


def test_whoever_decides_from_above_invites_where_nobody_manages(app, enter, village, arrived):
    address = "/kommunen/08001002-ohnedorf/mitglieder/einladen/"
    karl = enter("karl@muster.example")
    assert send(karl, address, NEW | {"role": "3"}, page=address).status_code == 302
    assert len(arrived()) == 1


def test_without_a_token_against_forged_requests_nothing_happens(app, client, enter, village, arrived):
    vera = enter("vera@muster.example")
    vera.post(FORM, data=NEW)
    assert states(app) == []
    invite(vera)
    link = link_to("/einladung/", arrived()[0])
    for address in (link, f"{link}/ablehnen/"):
        client.post(address, data=ACCOUNT)
    assert states(app) == [InvitationState.OPEN]
    assert "nina" not in roles(app)


def test_the_list_costs_the_same_however_many_are_invited(app, enter, village, prepared):
    vera = enter("vera@muster.example")

    def fill(make, count=1):
        village = municipality_by_key("08001001")
        for number in range(count):
            actor = make.user(f"Wer {number}", email=f"wer{count}-{number}@muster.example")
            invitations.invite(f"i{count}-{number}@muster.example", village, Role.READER, actor=actor, at=now())

    prepared(fill)
    with statements(app) as few:
        vera.get(PAGE)
    prepared(lambda make: fill(make, 20))
    with statements(app) as many:
        vera.get(PAGE)
    assert len(many) == len(few)


# ---------------------------------------------------------------- reforms


def test_an_invitation_follows_to_a_single_successor(make):
    gone, successor, vera, at = make.municipality("Alt"), make.municipality("Neu"), make.user(), now()
    one = invitations.invite("a@muster.example", gone, Role.READER, actor=vera, at=at)
    both = invitations.invite("b@muster.example", gone, Role.READER, actor=vera, at=at)
    kept = invitations.invite("b@muster.example", successor, Role.EDITOR, actor=vera, at=at)
    gone.dissolved_on = at.date()
    user = make.user(email="a@muster.example")
    with pytest.raises(RuleViolation, match="aufgelöst"):
        invitations.accept(one, user, at=at)
    with pytest.raises(RuleViolation, match="aufgelöst"):
        invitations.resend(one, actor=vera, at=at)
    reform.follow(gone, [successor], at=at)
    assert (one.state, one.municipality) == (InvitationState.OPEN, successor)
    assert (both.state, kept.state) == (InvitationState.CLOSED, InvitationState.OPEN)
    invitations.accept(one, user, at=at)
    assert user.role_at(successor.id) is Role.READER


def test_an_invitation_ends_where_several_take_the_place(make):
    gone, first, second, vera, at = (
        make.municipality("Alt"),
        make.municipality(),
        make.municipality(),
        make.user(),
        now(),
    )
    invitation = invitations.invite("a@muster.example", gone, Role.READER, actor=vera, at=at)
    gone.dissolved_on = at.date()
    reform.follow(gone, [first, second], at=at)
    assert (invitation.state, invitation.ended_at) == (InvitationState.CLOSED, at)
    closed = db.session.scalars(select(AuditEntry).filter_by(event="invitation.closed")).one()
    assert (closed.actor_name, closed.keeper_id) == ("Gebietsreform", gone.id)


def test_two_rows_that_are_one_body_have_each_invitation_once(make):
    young, kept, vera, at = make.municipality(), make.municipality(), make.user(), now()
    moved = invitations.invite("a@muster.example", young, Role.READER, actor=vera, at=at)
    twice = invitations.invite("b@muster.example", young, Role.READER, actor=vera, at=at)
    stays = invitations.invite("b@muster.example", kept, Role.READER, actor=vera, at=at)
    reform.merge(young.id, kept.id, at=at)
    assert {one.municipality_id for one in (moved, twice, stays)} == {kept.id}
    assert queries.invitations_of(kept) in ([stays, moved], [moved, stays])


def test_requests_closed_by_a_reform_are_told(make, app, arrived):
    gone, gerd = make.municipality("Altdorf"), make.user()
    joining.ask(gerd, gone, role=Role.READER, note="", at=now())
    gone.dissolved_on = now().date()
    reform.follow(gone, [make.municipality("Adorf"), make.municipality("Bdorf")], at=now())
    assert db.session.scalars(select(JoinRequest)).one().state is RequestState.DECLINED
    db.session.commit()
    (mail,) = arrived()
    assert "Adorf, Bdorf" in mail.get_content()


def test_nobody_invites_themselves(app, enter, village, arrived):
    answer = invite(enter("vera@muster.example"), email=" VERA@muster.example ")
    assert "Sich selbst laden Sie nicht ein." in answer.get_data(as_text=True)
    assert states(app) == []
    assert arrived() == []


def test_nobody_accepts_what_they_sent_not_even_after_a_change_of_address(make):
    kreis = make.municipality("Kreis", level=Level.LANDKREIS)
    below = make.municipality("Dorf", parent=kreis)
    karl = make.member(kreis, Role.MANAGER, make.user(email="karl@muster.example"))
    at = now()
    invitation = invitations.invite("andere@muster.example", below, Role.MANAGER, actor=karl, at=at)
    karl.email = "andere@muster.example"
    with pytest.raises(RuleViolation, match="Über die eigene Aufnahme entscheidet jemand anderes"):
        invitations.accept(invitation, karl, at=at)
    assert karl.role_at(below.id) is None


@pytest.mark.parametrize("end", ["gone", "deactivated", "no admin"])
def test_an_invitation_to_look_after_the_instance_ends_with_the_right_of_whoever_sent_it(make, end):
    ada, gerd, at = make.user(is_admin=True), make.user(email="gerd@muster.example"), now()
    make.user(is_admin=True)
    invitation = invitations.invite(gerd.email, None, None, is_admin=True, actor=ada, at=at)
    db.session.flush()
    changes = {"gone": None, "deactivated": {"deactivated_at": at}, "no admin": {"is_admin": False}}[end]
    if changes is None:
        db.session.execute(update(Invitation).values(invited_by_id=None))
        db.session.expire(invitation)
    else:
        # As somebody else changed it, unseen by what was loaded here.
        theirs = update(User).where(User.id == ada.id).values(changes)
        db.session.execute(theirs, execution_options={"synchronize_session": False})
    with pytest.raises(RuleViolation, match="gilt nicht mehr"):
        invitations.accept(invitation, gerd, at=at)
    assert not gerd.is_admin
