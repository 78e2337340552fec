"""The pages that the law asks for, and what visitors report on one of them."""

import pytest
from sqlalchemy import func, select

from kooperation.accounts.services.signing_in import COUNTED_FOR
from kooperation.administration import hooks
from kooperation.administration.models import Feedback, LegalPage
from kooperation.administration.rules import LegalKind
from kooperation.administration.services import feedback, legal
from kooperation.audit.models import AuditEntry
from kooperation.audit.services import SHELL
from kooperation.base.db import db, now
from kooperation.base.errors import Outdated, RuleViolation
from kooperation.base.mail.models import OutgoingMail
from tests.accounts.conftest import send

EDIT = "/verwaltung/seiten/impressum/"
REPORT = {"what": "Der Kontrast ist zu schwach.", "page": "/kommunen/", "address": ""}


@pytest.mark.parametrize("kind", LegalKind)
def test_everybody_reads_the_pages_before_anybody_wrote_them(client, office, kind):
    page = client.get(f"/{kind}/").get_data(as_text=True)
    assert "noch nicht eingetragen" in page
    assert "[[" not in page
    assert "fehlen Angaben" not in page


def test_administrators_are_told_what_is_missing(admin):
    page = admin.get("/impressum/").get_data(as_text=True)
    assert "fehlen Angaben" in page
    assert EDIT in page


def test_every_page_leads_to_the_legal_pages_and_takes_its_address_along(client, office):
    page = client.get("/kommunen/liste/?name=größe").get_data(as_text=True)
    for address in ("/impressum/", "/datenschutz/", "/barrierefreiheit/"):
        assert f'href="{address}"' in page
    assert "/barrierefreiheit/?von=/kommunen/liste/?name%3Dgr%C3%B6%C3%9Fe#melden" in page
    asked = client.get("/barrierefreiheit/?von=/kommunen/liste/?name%3Da").get_data(as_text=True)
    assert 'value="/kommunen/liste/?name=a"' in asked


def test_a_page_is_looked_at_before_it_is_stored(app, client, admin):
    text = "## Anbieter\n\nStadt **Muster**, [[Ort]], <script>alert(1)</script>"
    seen = send(admin, EDIT, {"text": text, "version": "0", "vorschau": "ja"}).get_data(as_text=True)
    assert "<strong>Muster</strong>, noch nicht eingetragen" in seen
    assert "<script>alert" not in seen
    with app.app_context():
        assert db.session.scalar(select(func.count(LegalPage.id))) == 0
    assert send(admin, EDIT, {"text": text, "version": "0"}).status_code == 302
    assert "<h2>Anbieter</h2>" in client.get("/impressum/").get_data(as_text=True)


def test_the_second_of_two_is_told_what_changed_and_loses_nothing(app, admin, enter):
    second = enter("zweiter@muster.example")
    send(admin, EDIT, {"text": "Alt\nStraße 1", "version": "0"})
    assert 'name="version" type="hidden" value="1"' in second.get(EDIT).get_data(as_text=True)
    send(admin, EDIT, {"text": "Alt\nStraße 2", "version": "1"})
    said = send(second, EDIT, {"text": "Alt\nStraße 1\nTelefon", "version": "1"}).get_data(as_text=True)
    assert "Ada Amt hat diese Seite inzwischen geändert" in said
    assert "Die Seite wurde inzwischen geändert." in said
    assert "<del>Straße 1</del>" in said
    assert "<ins>Straße 2</ins>" in said
    assert "Straße 1\r\nTelefon" in said or "Straße 1\nTelefon" in said
    assert 'name="version" type="hidden" value="2"' in said
    assert send(second, EDIT, {"text": "Alt\nStraße 2\nTelefon", "version": "2"}).status_code == 302
    with app.app_context():
        versions = [entry.after["version"] for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
        assert versions == [1, 2, 3]


def test_a_text_that_did_not_change_is_no_new_version(context):
    page = legal.rewrite(LegalKind.IMPRINT, "a", 0, actor=SHELL, at=now())
    legal.rewrite(LegalKind.IMPRINT, "a\r\n\r\n", 1, actor=SHELL, at=now())
    assert page.version == 1
    with pytest.raises(Outdated):
        legal.rewrite(LegalKind.IMPRINT, "b", 0, actor=SHELL, at=now())


@pytest.mark.parametrize("version", ["-1", "x", "99999999999", "", "1\n2"])
def test_a_version_that_nobody_had_is_refused(admin, version):
    assert send(admin, EDIT, {"text": "a", "version": version}).status_code == 200


def recipients(app):
    with app.app_context():
        return sorted(db.session.scalars(select(OutgoingMail.recipient)))


def test_feedback_goes_to_all_administrators_until_an_address_is_named(app, client, admin):
    answer = send(client, "/barrierefreiheit/", REPORT, page="/barrierefreiheit/")
    assert answer.status_code == 302
    assert "Vielen Dank" in client.get("/barrierefreiheit/").get_data(as_text=True)
    assert recipients(app) == ["admin@muster.example", "zweiter@muster.example"]
    assert "keine E-Mail-Adresse" in send(admin, "/verwaltung/seiten/", {"contact": "a b"}).get_data(as_text=True)
    send(admin, "/verwaltung/seiten/", {"contact": "postfach@muster.example"})
    send(client, "/barrierefreiheit/", REPORT, page="/barrierefreiheit/")
    assert recipients(app).count("postfach@muster.example") == 1
    assert len(recipients(app)) == 3
    with app.app_context():
        assert not any("Kontrast" in (mail.text or "") for mail in db.session.scalars(select(OutgoingMail)))


def test_feedback_is_listed_done_and_opened_again(app, client, admin):
    send(client, "/barrierefreiheit/", {**REPORT, "address": "leser@muster.example"}, page="/barrierefreiheit/")
    page = admin.get("/verwaltung/rueckmeldungen/").get_data(as_text=True)
    assert "Der Kontrast ist zu schwach." in page
    assert "mailto:leser@muster.example" in page
    with app.app_context():
        number = db.session.scalar(select(Feedback.id))
    send(admin, f"/verwaltung/rueckmeldungen/{number}/erledigt/")
    assert "Kontrast" not in admin.get("/verwaltung/rueckmeldungen/?stand=offen").get_data(as_text=True)
    assert "Kontrast" in admin.get("/verwaltung/rueckmeldungen/?stand=erledigt").get_data(as_text=True)
    send(admin, f"/verwaltung/rueckmeldungen/{number}/offen/")
    assert "Kontrast" in admin.get("/verwaltung/rueckmeldungen/?stand=offen").get_data(as_text=True)


@pytest.mark.parametrize("page", ["//evil.example", "javascript:alert(1)", "https://evil.example/"])
def test_a_page_elsewhere_is_no_link(client, admin, page):
    send(client, "/barrierefreiheit/", {**REPORT, "page": page}, page="/barrierefreiheit/")
    assert f'href="{page}' not in admin.get("/verwaltung/rueckmeldungen/").get_data(as_text=True)


def test_too_much_from_one_place_is_held_off_and_nothing_typed_is_lost(client, office):
    for _ in range(feedback.MOST_FROM_PLACE):
        assert send(client, "/barrierefreiheit/", REPORT, page="/barrierefreiheit/").status_code == 302
    held_off = send(client, "/barrierefreiheit/", REPORT, page="/barrierefreiheit/")
    assert held_off.status_code == 429
    assert "Der Kontrast ist zu schwach." in held_off.get_data(as_text=True)


def test_the_throttle_lets_go_after_a_while(make):
    at = now()
    for _ in range(feedback.MOST_FROM_PLACE):
        feedback.report("a", "", "", place="1", secret="x", at=at)
    feedback.report("a", "", "", place="2", secret="x", at=at)
    with pytest.raises(RuleViolation, match="Viertelstunde"):
        feedback.report("a", "", "", place="1", secret="x", at=at)
    feedback.report("a", "", "", place="1", secret="x", at=at + 2 * COUNTED_FOR)


def test_without_a_token_nothing_is_reported(app, client, office):
    client.post("/barrierefreiheit/", data=REPORT)
    with app.app_context():
        assert db.session.scalar(select(func.count(Feedback.id))) == 0


def test_what_somebody_reported_is_among_their_data_and_goes_with_them(make):
    user = make.user(email="leser@muster.example")
    mine = feedback.report("Zu klein", "/", "Leser@muster.example", place="1", secret="x", at=now())
    other = feedback.report("Anders", "/", "wer@muster.example", place="1", secret="x", at=now())
    (stored,) = hooks.personal_data_of(user)
    assert [row["what"] for row in stored.rows] == ["Zu klein"]
    hooks.erase(user)
    assert (mine.what, mine.address, other.what) == ("", None, "Anders")
