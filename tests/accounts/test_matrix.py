"""Every endpoint × kind of user × inside and outside what the user belongs to: what the guard answers.

A row gives for each place the answers to nobody, guest, reader, editor, manager, an editor of the Landkreis without
and with consent, and an administrator. 404: may not know of it. 403: sees it, may not do it. 302 to the sign-in is
written "login"; where the guard lets somebody pass, "ok" stands for the page, or for a form that was not filled in.
"""

from datetime import date

import pytest
from sqlalchemy import select

from kooperation.accounts.guard import WITHOUT_GUARD
from kooperation.accounts.models import Invitation, JoinRequest, User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import invitations, joining, users
from kooperation.administration.models import Feedback
from kooperation.base import mail
from kooperation.base.db import db, now
from kooperation.base.mail.models import OutgoingMail
from kooperation.parties.queries import municipality_by_key
from kooperation.parties.rules import Level
from kooperation.register.models import RegisterUpload
from tests.accounts.conftest import send
from tests.register.uploading import make_upload

KINDS = ("nobody", "guest", "reader", "editor", "manager", "coordinator", "trusted", "admin")
PLACES = {"inside": "08001001", "trusting": "08001002", "outside": "08002001"}
"""The Gemeinde that everybody belongs to, the one that gave its Landkreis consent, and one elsewhere."""

GONE = {"inside": "08001009", "outside": "08002009"}
"""Dissolved: one that the members of the Gemeinde inside belonged to as well, and one elsewhere."""

OPEN = ("ok",) * len(KINDS)
SIGNED_IN = ("login",) + ("ok",) * (len(KINDS) - 1)
NEVER = ("login",) + (404,) * (len(KINDS) - 1)
OF_ADMIN = ("login",) + (403,) * (len(KINDS) - 2) + ("ok",)
SEEN_BY_ADMIN = ("login",) + (404,) * (len(KINDS) - 2) + ("ok",)
OF_MANAGER = ("login", 404, 404, 404, "ok", 404, 404, 404)

OF_GUEST = ("login", "ok", 404, 404, 404, 404, 404, 404)

MANAGED = ("login", 404, 403, 403, "ok", 403, 403, 404)

EDITED = ("login", 404, 403, "ok", "ok", 403, "ok", 404)
COORDINATORS = ("login", 404, 404, 404, 404, "ok", "ok", 404)

EDITORS_THERE = ("login", 403, 403, "ok", "ok", 403, 403, 403)
EDITORS = ("login", 403, 403, "ok", "ok", 403, "ok", 403)
FORBIDDEN = ("login",) + (403,) * (len(KINDS) - 1)

MEMBERS_ONLY = ("login", 404, "ok", "ok", "ok", 404, 404, 404)

WITHOUT_PLACE = {
    "accounts.account": ("GET", "/konto/", SIGNED_IN),
    "accounts.ask": ("GET", "/konto/kommune/", SIGNED_IN),
    "accounts.change_address": ("POST", "/konto/adresse/", SIGNED_IN),
    "accounts.change_password": ("POST", "/konto/kennwort/", SIGNED_IN),
    "accounts.choose_language": ("POST", "/konto/sprache/", SIGNED_IN),
    "accounts.confirm_address": ("GET", "/konto/adresse/unbekannt", (404,) * len(KINDS)),
    "accounts.confirm_registration": ("GET", "/registrieren/bestaetigung/unbekannt", (404,) * len(KINDS)),
    "accounts.decline_invitation": ("GET", "/einladung/unbekannt/ablehnen/", (404,) * len(KINDS)),
    "accounts.forgotten_password": ("GET", "/kennwort/vergessen/", OPEN),
    "accounts.invitation": ("GET", "/einladung/unbekannt", (404,) * len(KINDS)),
    "accounts.delete_account": ("GET", "/konto/loeschen/", SIGNED_IN),
    "accounts.own_data": ("GET", "/konto/daten/", SIGNED_IN),
    "accounts.own_data_file": ("GET", "/konto/daten/daten.json", SIGNED_IN),
    "accounts.register": ("GET", "/registrieren/", OPEN),
    "accounts.rename": ("POST", "/konto/name/", SIGNED_IN),
    "accounts.resend_confirmation": ("GET", "/registrieren/bestaetigung/", OPEN),
    "accounts.reset_password": ("GET", "/kennwort/neu/unbekannt", (404,) * len(KINDS)),
    "accounts.sign_in": ("GET", "/anmelden/", OPEN),
    "accounts.sign_out": ("POST", "/abmelden/", OPEN),
    "accounts.sign_out_everywhere": ("POST", "/konto/ueberall-abmelden/", SIGNED_IN),
    "accounts.switch": ("POST", "/konto/handeln-fuer/", SIGNED_IN),
    "accounts.tasks": ("GET", "/aufgaben/", SIGNED_IN),
    "administration.accessibility": ("GET", "/barrierefreiheit/", OPEN),
    "administration.bring_back_term": ("POST", "/verwaltung/themen/1/zurueckholen/", SEEN_BY_ADMIN),
    "administration.delete_term": ("GET", "/verwaltung/themen/1/loeschen/", SEEN_BY_ADMIN),
    "administration.edit_legal_page": ("GET", "/verwaltung/seiten/impressum/", OF_ADMIN),
    "administration.export_mails": ("GET", "/verwaltung/mails/export.csv", OF_ADMIN),
    "administration.export_users": ("GET", "/verwaltung/konten/export.csv", OF_ADMIN),
    "administration.feedback": ("GET", "/verwaltung/rueckmeldungen/", OF_ADMIN),
    "administration.invitations": ("GET", "/verwaltung/einladungen/", OF_ADMIN),
    "administration.invite": ("GET", "/verwaltung/einladungen/neu/", OF_ADMIN),
    "administration.jobs": ("GET", "/verwaltung/auftraege/", OF_ADMIN),
    "administration.legal_page": ("GET", "/impressum/", OPEN),
    "administration.legal_pages": ("GET", "/verwaltung/seiten/", OF_ADMIN),
    "administration.mails": ("GET", "/verwaltung/mails/", OF_ADMIN),
    "administration.merge_term": ("GET", "/verwaltung/themen/1/zusammenfuehren/", SEEN_BY_ADMIN),
    "administration.move_term_down": ("POST", "/verwaltung/themen/1/runter/", SEEN_BY_ADMIN),
    "administration.move_term_up": ("POST", "/verwaltung/themen/1/hoch/", SEEN_BY_ADMIN),
    "administration.export_log": ("GET", "/verwaltung/protokoll/export.csv", OF_ADMIN),
    "administration.log_actors": ("GET", "/verwaltung/protokoll/personen?q=a", OF_ADMIN),
    "administration.log_page": ("GET", "/verwaltung/protokoll/", OF_ADMIN),
    "administration.overview": ("GET", "/verwaltung/", OF_ADMIN),
    "administration.retire_term": ("POST", "/verwaltung/themen/1/stilllegen/", SEEN_BY_ADMIN),
    "administration.send_test_mail": ("POST", "/verwaltung/mails/probe/", OF_ADMIN),
    "administration.system": ("GET", "/verwaltung/system/", OF_ADMIN),
    "administration.term": ("GET", "/verwaltung/themen/1/", SEEN_BY_ADMIN),
    "administration.users": ("GET", "/verwaltung/konten/", OF_ADMIN),
    "administration.vocabulary": ("GET", "/verwaltung/themen/", OF_ADMIN),
    "demo.sign_in": ("POST", "/anmelden/beispiel/", (404,) * len(KINDS)),
    "register.apply_upload": ("POST", "/verwaltung/register/{upload}/uebernehmen/", SEEN_BY_ADMIN),
    "register.browse": ("GET", "/kommunen/", OPEN),
    "register.discard_upload": ("GET", "/verwaltung/register/{upload}/verwerfen/", SEEN_BY_ADMIN),
    "register.export_section": ("GET", "/verwaltung/register/{upload}/0/export.csv", SEEN_BY_ADMIN),
    "register.export": ("GET", "/kommunen/liste/export.csv", OPEN),
    "register.listing": ("GET", "/kommunen/liste/", OPEN),
    "register.map_": ("GET", "/kommunen/karte/", OPEN),
    "register.nearest": ("GET", "/kommunen/karte/naechste", (404,) * len(KINDS)),
    "register.restart_upload": ("POST", "/verwaltung/register/{upload}/erneut/", SEEN_BY_ADMIN),
    "register.show_section": ("GET", "/verwaltung/register/{upload}/0/", SEEN_BY_ADMIN),
    "register.show_upload": ("GET", "/verwaltung/register/{upload}/", SEEN_BY_ADMIN),
    "register.upload": ("GET", "/verwaltung/register/hochladen/", OF_ADMIN),
    "register.uploads": ("GET", "/verwaltung/register/", OF_ADMIN),
    "search.results": ("GET", "/suche/", OPEN),
    "cockpit.mails": ("GET", "/konto/mails/", SIGNED_IN),
    "cockpit.start": ("GET", "/", OPEN),
    "cockpit.unsubscribe": ("POST", "/mails/abbestellen/1.alles.keiner", (404,) * len(KINDS)),
    "search.suggestions": ("GET", "/suche/vorschlaege", OPEN),
}
"""Endpoints that are about no municipality: the same answer inside and outside."""

AT_PLACE = {
    "accounts.approve": ("POST", "/aufgaben/anfragen/{request}/aufnehmen/", OF_MANAGER, NEVER),
    "accounts.change_role": ("GET", "/kommunen/{key}-dorf/mitglieder/{member}/", MANAGED, NEVER),
    "accounts.choose_successor": ("GET", "/aufgaben/nachfolge/{gone}/", MEMBERS_ONLY, NEVER),
    "accounts.decline": ("POST", "/aufgaben/anfragen/{request}/ablehnen/", OF_MANAGER, NEVER),
    "accounts.give_consent": ("POST", "/kommunen/{key}-dorf/mitglieder/einwilligung/erteilen/", MANAGED, NEVER),
    "accounts.invite": ("GET", "/kommunen/{key}-dorf/mitglieder/einladen/", MANAGED, NEVER),
    "accounts.leave": ("GET", "/konto/kommunen/{key}/verlassen/", MEMBERS_ONLY, NEVER),
    "accounts.history": ("GET", "/kommunen/{key}-dorf/verlauf/", EDITED, NEVER),
    "accounts.members": ("GET", "/kommunen/{key}-dorf/mitglieder/", MANAGED, NEVER),
    "accounts.remove_member": ("GET", "/kommunen/{key}-dorf/mitglieder/{member}/entfernen/", MANAGED, NEVER),
    "accounts.resend_invitation": (
        "POST",
        "/kommunen/{key}-dorf/mitglieder/einladungen/{invitation}/noch-einmal/",
        OF_MANAGER,
        NEVER,
    ),
    "accounts.show_request": ("GET", "/aufgaben/anfragen/{request}/", OF_MANAGER, NEVER),
    "accounts.withdraw_consent": (
        "POST",
        "/kommunen/{key}-dorf/mitglieder/einwilligung/zuruecknehmen/",
        MANAGED,
        NEVER,
    ),
    "accounts.withdraw_invitation": (
        "GET",
        "/kommunen/{key}-dorf/mitglieder/einladungen/{invitation}/zurueckziehen/",
        OF_MANAGER,
        NEVER,
    ),
    "accounts.withdraw_request": ("GET", "/konto/anfragen/{own_request}/zuruecknehmen/", OF_GUEST, NEVER),
    "administration.change_membership": (
        "GET",
        "/verwaltung/konten/{member}/kommunen/{key}/",
        SEEN_BY_ADMIN,
        SEEN_BY_ADMIN,
    ),
    "administration.deactivate_user": ("GET", "/verwaltung/konten/{member}/sperren/", SEEN_BY_ADMIN, SEEN_BY_ADMIN),
    "administration.end_membership": (
        "GET",
        "/verwaltung/konten/{member}/kommunen/{key}/beenden/",
        SEEN_BY_ADMIN,
        SEEN_BY_ADMIN,
    ),
    "administration.end_sessions": ("POST", "/verwaltung/konten/{member}/abmelden/", SEEN_BY_ADMIN, SEEN_BY_ADMIN),
    "administration.erase_user": ("GET", "/verwaltung/konten/{member}/loeschen/", SEEN_BY_ADMIN, SEEN_BY_ADMIN),
    "administration.finish_feedback": (
        "POST",
        "/verwaltung/rueckmeldungen/{feedback}/erledigt/",
        SEEN_BY_ADMIN,
        SEEN_BY_ADMIN,
    ),
    "administration.give_up_mail": ("POST", "/verwaltung/mails/{mail}/aufgeben/", SEEN_BY_ADMIN, SEEN_BY_ADMIN),
    "administration.grant": ("POST", "/verwaltung/konten/{member}/kommunen/", SEEN_BY_ADMIN, SEEN_BY_ADMIN),
    "administration.merge_user": (
        "GET",
        "/verwaltung/konten/{member}/zusammenfuehren/",
        SEEN_BY_ADMIN,
        SEEN_BY_ADMIN,
    ),
    "administration.reactivate_user": ("POST", "/verwaltung/konten/{member}/freigeben/", SEEN_BY_ADMIN, SEEN_BY_ADMIN),
    "administration.reopen_feedback": (
        "POST",
        "/verwaltung/rueckmeldungen/{feedback}/offen/",
        SEEN_BY_ADMIN,
        SEEN_BY_ADMIN,
    ),
    "administration.resend_invitation": (
        "POST",
        "/verwaltung/einladungen/{invitation}/noch-einmal/",
        SEEN_BY_ADMIN,
        SEEN_BY_ADMIN,
    ),
    "administration.withdraw_invitation": (
        "GET",
        "/verwaltung/einladungen/{invitation}/zurueckziehen/",
        SEEN_BY_ADMIN,
        SEEN_BY_ADMIN,
    ),
    "administration.retry_mail": ("POST", "/verwaltung/mails/{mail}/senden/", SEEN_BY_ADMIN, SEEN_BY_ADMIN),
    "administration.send_reset": ("POST", "/verwaltung/konten/{member}/kennwort-link/", SEEN_BY_ADMIN, SEEN_BY_ADMIN),
    "administration.set_admin": ("GET", "/verwaltung/konten/{member}/administration/", SEEN_BY_ADMIN, SEEN_BY_ADMIN),
    "administration.show_user": ("GET", "/verwaltung/konten/{member}/", SEEN_BY_ADMIN, SEEN_BY_ADMIN),
    "cockpit.export_below": ("GET", "/kommunen/{kreis}/stand/export.csv", COORDINATORS, NEVER),
    "cockpit.state_below": ("GET", "/kommunen/{kreis}/stand/", COORDINATORS, NEVER),
    "contacts.confirm_profile": ("POST", "/kommunen/{key}-dorf/eintrag/bestaetigen/", EDITORS_THERE, FORBIDDEN),
    "contacts.edit_profile": ("GET", "/kommunen/{key}-dorf/eintrag/", EDITORS, FORBIDDEN),
    "register.by_key": ("GET", "/kommunen/{key}/", OPEN, OPEN),
    "register.compare": ("GET", "/kommunen/{key}-dorf/vergleich/", OPEN, OPEN),
    "register.show": ("GET", "/kommunen/{key}-dorf/", OPEN, OPEN),
}
"""Endpoints about a municipality: the answers inside, and outside."""

CASES = [
    *((name, method, address, "inside", answers) for name, (method, address, answers) in WITHOUT_PLACE.items()),
    *((name, method, address, "inside", inside) for name, (method, address, inside, _) in AT_PLACE.items()),
    *((name, method, address, "outside", outside) for name, (method, address, _, outside) in AT_PLACE.items()),
]


@pytest.fixture
def world(prepared):
    """Two Landkreise; every Gemeinde has a manager of its own and somebody who asks to be let in."""

    def fill(make):
        kreis = make.municipality("Kreis", level=Level.LANDKREIS, key="08001")
        other = make.municipality("Nachbarkreis", level=Level.LANDKREIS, key="08002")
        places = {
            name: make.municipality("Dorf", key=key, parent=other if name == "outside" else kreis)
            for name, key in PLACES.items()
        }
        gone = {
            name: make.municipality("Altdorf", key=key, dissolved_on=date(2024, 1, 1)) for name, key in GONE.items()
        }
        for name, unit in places.items():
            manager = make.member(unit, Role.MANAGER, make.user(email=f"manager-{name}@muster.example"))
            make.member(unit, Role.READER, make.user(email=f"member-{name}@muster.example"))
            joining.ask(make.user(email=f"asks-{name}@muster.example"), unit, role=Role.READER, note="", at=now())
            invitations.invite(f"invited-{name}@muster.example", unit, Role.EDITOR, actor=manager, at=now())
            if name == "trusting":
                users.give_consent(unit, kreis, actor=manager, at=now())
        mail.post("irgendwer@muster.example", "administration/test", name="Irgendwer")
        db.session.add(Feedback(what="Zu klein"))
        guest = make.user(email="guest@muster.example")
        joining.ask(guest, places["inside"], role=Role.READER, note="", at=now())
        make_upload(make.user(email="admin@muster.example", is_admin=True))
        for role in Role:
            name = role.name.lower()
            user = make.member(places["inside"], role, make.user(email=f"{name}@muster.example"))
            make.member(gone["inside"], role, user)
        for name in ("coordinator", "trusted"):
            make.member(kreis, Role.EDITOR, make.user(email=f"{name}@muster.example"))

    prepared(fill)


def address_of(app, pattern, place):
    """The address that a pattern gives at a place."""
    with app.app_context():
        unit = municipality_by_key(PLACES[place])
        member = db.session.scalar(select(User.id).where(User.email == f"member-{place}@muster.example"))
        requests = select(JoinRequest.id).join(JoinRequest.user).where(JoinRequest.municipality_id == unit.id)
        numbers = {
            "member": member,
            "request": db.session.scalar(requests.where(User.email == f"asks-{place}@muster.example")),
            "own_request": db.session.scalar(requests.order_by(User.email.desc())),
            "invitation": db.session.scalar(select(Invitation.id).where(Invitation.municipality_id == unit.id)),
        }
        gone = GONE["outside" if place == "outside" else "inside"]
        models = {"mail": OutgoingMail, "feedback": Feedback, "upload": RegisterUpload}
        numbers |= {name: db.session.scalar(select(model.id).limit(1)) for name, model in models.items()}
        kreis = "08002-nachbarkreis" if place == "outside" else "08001-kreis"
        return pattern.format(key=unit.key, kreis=kreis, gone=gone, **numbers)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[3]}")
def test_the_guard_answers_each_kind_of_user(app, enter, world, case):
    _name, method, pattern, place, answers = case
    found = []
    for kind in KINDS:
        where = "trusting" if (kind, place) == ("trusted", "inside") else place
        address = address_of(app, pattern, where)
        client = enter("" if kind == "nobody" else f"{kind}@muster.example")
        answer = client.get(address) if method == "GET" else send(client, address)
        found.append(_meaning(answer))
    assert found == list(answers)


def test_every_endpoint_has_its_row(app):
    rows = set(WITHOUT_PLACE) | set(AT_PLACE)
    assert rows == set(app.view_functions) - WITHOUT_GUARD
    for rule in app.url_map.iter_rules():
        if rule.endpoint in rows:
            method = (WITHOUT_PLACE.get(rule.endpoint) or AT_PLACE[rule.endpoint])[0]
            assert method in rule.methods


def _meaning(answer):
    if answer.status_code == 302:
        return "login" if answer.headers["Location"].startswith("/anmelden/") else "ok"
    return "ok" if answer.status_code == 200 else answer.status_code
