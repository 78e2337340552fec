"""Mails: sent by a real SMTP server's word, tried again, given up; no header of somebody else's choice."""

import stat
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select

from kooperation.base import mail
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.base.mail.models import OutgoingMail
from kooperation.base.mail.sending import CLAIM, PAUSES, send_due
from tests.conftest import configuration
from tests.mailserver import smtp_server

SHEET = """{% block subject %}{{ _("Grüße für %(name)s", name=name) }}{% endblock %}

{{ _("Guten Tag %(name)s,", name=name) }}
{{ link("search.results", q="Köln & Umland") }}
"""


@pytest.fixture(autouse=True)
def _sheet(app, monkeypatch):
    loader = ChoiceLoader([DictLoader({"mail/test/greeting.txt": SHEET}), app.jinja_env.loader])
    monkeypatch.setattr(app.jinja_env, "loader", loader)


@pytest.fixture
def mailbox():
    with smtp_server() as running:
        yield running


@pytest.fixture
def config(app, mailbox, monkeypatch):
    changed = replace(app.extensions["kooperation"], mail_server=mailbox.server)
    monkeypatch.setitem(app.extensions, "kooperation", changed)
    return changed


def write(to="erika@muster.example", name="Jörg Müßig", **more):
    """A mail that waits, without the worker being told."""
    one = mail.compose(to, "test/greeting", name=name, **more)
    db.session.add(one)
    db.session.commit()
    return one


def later(*, minutes):
    at = now() + timedelta(minutes=minutes)
    return lambda: at


@pytest.mark.usefixtures("context")
def test_a_mail_goes_out_as_soon_as_its_transaction_is_committed(config, mailbox):
    mail.post("erika@muster.example", "test/greeting", name="Jörg Müßig", headers={"List-Unsubscribe": "<https://x/>"})
    assert mailbox.mails == []
    db.session.commit()
    (arrived,) = mailbox.mails
    assert arrived["To"] == "erika@muster.example"
    assert arrived["From"] == "kooperation <kooperation@localhost>"
    assert arrived["Subject"] == "Grüße für Jörg Müßig"
    assert arrived["List-Unsubscribe"] == "<https://x/>"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived.get_content().splitlines() == [
        "Guten Tag Jörg Müßig,",
        "http://127.0.0.1:8000/suche/?q=K%C3%B6ln+%26+Umland",
    ]
    assert mailbox.raw[0].isascii()
    stored = db.session.scalar(select(OutgoingMail))
    assert arrived["Message-ID"] == stored.message_id
    assert stored.sent_at is not None
    assert (stored.text, stored.next_attempt_at, stored.attempts) == (None, None, 1)
    assert not send_due(config)
    assert len(mailbox.mails) == 1


@pytest.mark.usefixtures("context")
def test_what_is_rolled_back_is_never_sent(config, mailbox):
    mail.post("erika@muster.example", "test/greeting", name="Erika")
    db.session.rollback()
    db.session.commit()
    assert not send_due(config, later(minutes=10_000))
    assert mailbox.mails == []


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("answer", ["451 Bitte später", "421 Schließt gerade"])
def test_a_server_that_puts_off_is_asked_again_later_with_the_same_message_id(config, mailbox, answer):
    one = write()
    mailbox.answers = [answer]
    send_due(config)
    assert mailbox.mails == []
    assert one.sent_at is None
    assert answer[:3] in (one.last_error or "")
    send_due(config)
    assert mailbox.mails == []
    send_due(config, later(minutes=1.1))
    assert [arrived["Message-ID"] for arrived in mailbox.mails] == [one.message_id]
    assert (one.attempts, one.last_error) == (2, None)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("at_recipient", [True, False])
def test_a_mail_that_is_refused_is_given_up_at_once_and_others_go_out(config, mailbox, caplog, at_recipient):
    refused, other = write("weg@muster.example"), write()
    if at_recipient:
        mailbox.recipients_refused["weg@muster.example"] = "550 weg@muster.example gibt es nicht"
    else:
        mailbox.answers = ["554 Spam"]
    send_due(config)
    assert refused.failed_at is not None
    assert refused.next_attempt_at is None
    assert refused.last_error is not None
    assert refused.last_error.startswith("55")
    assert other.sent_at is not None
    assert "given up: refused with 55" in caplog.text
    assert "weg@muster.example" not in caplog.text


@pytest.mark.usefixtures("context")
def test_without_an_answer_it_is_tried_after_growing_pauses_and_then_given_up(config, mailbox):
    dead = replace(config, mail_server=replace(mailbox.server, port=1))
    one, second = write(), write()
    at = now()
    for tried, pause in enumerate((*PAUSES, None), start=1):
        assert not send_due(dead, lambda at=at: at)
        assert (one.attempts, one.last_error is not None) == (tried, True)
        if pause is not None:
            assert one.next_attempt_at == at + pause
            second.next_attempt_at = at + timedelta(days=9)
            db.session.commit()
            at += pause
    assert one.failed_at == at
    assert second.attempts <= 1


@pytest.mark.usefixtures("context")
def test_a_claimed_mail_is_nobody_elses_until_the_claim_has_run_out(config, mailbox, monkeypatch):
    one = write()
    at = now()

    def killed(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("kooperation.base.mail.sending._mark_sent", killed)
        with pytest.raises(KeyboardInterrupt):
            send_due(config, lambda: at)
    db.session.rollback()
    assert len(mailbox.mails) == 1
    send_due(config, lambda: at + CLAIM - timedelta(seconds=1))
    assert len(mailbox.mails) == 1
    send_due(config, lambda: at + CLAIM)
    assert [arrived["Message-ID"] for arrived in mailbox.mails] == [one.message_id] * 2
    assert one.sent_at is not None


@pytest.mark.usefixtures("context")
def test_many_mails_leave_room_for_other_jobs(config, mailbox, monkeypatch):
    monkeypatch.setattr("kooperation.base.mail.sending.MOST_A_ROUND", 2)
    for _ in range(3):
        write()
    assert send_due(config)
    assert len(mailbox.mails) == 2
    assert not send_due(config)
    assert len(mailbox.mails) == 3


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    "address",
    [
        "erika@muster.example\nBcc: alle@muster.example",
        "erika@muster.example\r\n",
        "erika@muster.example, otto@muster.example",
        "Erika <erika@muster.example>",
        "erika",
        "erika@muster",
        "@muster.example",
        "erika@@muster.example",
        "erika@muster..example",
        "erika@-muster.example",
        "er ika@muster.example",
        "érika@muster.example",
        ".erika@muster.example",
        f"{'e' * 65}@muster.example",
        f"erika@{'m.' * 130}example",
        "",
    ],
)
def test_only_a_mail_address_is_written_to(address):
    with pytest.raises(RuleViolation, match="keine E-Mail-Adresse"):
        mail.post(address, "test/greeting", name="Erika")


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("name", ["Erika\nBcc: alle@muster.example", "Erika\r\n\r\nText", "Erika\x00", "Erika\u2028x"])
def test_a_subject_cannot_begin_another_header(name):
    with pytest.raises(RuleViolation, match="keine Zeilenumbrüche"):
        mail.post("erika@muster.example", "test/greeting", name=name)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("headers", [{"X": "a\r\nBcc: b@c.example"}, {"X\nBcc": "b@c.example"}])
def test_nor_can_a_header(headers):
    with pytest.raises(RuleViolation, match="keine Zeilenumbrüche"):
        mail.post("erika@muster.example", "test/greeting", name="Erika", headers=headers)


@pytest.mark.usefixtures("context")
def test_without_a_server_a_mail_lands_in_a_folder_and_the_log_names_the_file(app, tmp_path, caplog, monkeypatch):
    caplog.set_level("INFO", logger="kooperation")
    config = replace(configuration(tmp_path), mail_server=None)
    one = write()
    send_due(config)
    (file,) = (tmp_path / "mails").iterdir()
    assert str(file) in caplog.text
    assert file.suffix == ".eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (message["Subject"], message["Message-ID"]) == ("Grüße für Jörg Müßig", one.message_id)


def test_a_link_begins_with_the_configured_address_whatever_the_request_calls_the_host(app: Flask):
    with app.test_request_context("/", base_url="https://evil.example/", headers={"X-Forwarded-Host": "evil.example"}):
        assert mail.link("cockpit.start") == "http://127.0.0.1:8000/"


@pytest.mark.usefixtures("context")
def test_a_commit_holds_although_the_worker_cannot_be_told(config, monkeypatch, caplog):
    def unreachable():
        raise OSError("die Warteschlange antwortet nicht")

    monkeypatch.setattr("kooperation.base.mail.writing.send_mails", unreachable)
    mail.post("erika@muster.example", "test/greeting", name="Erika")
    db.session.commit()
    assert "will find it by itself" in caplog.text
    assert db.session.scalar(select(OutgoingMail.next_attempt_at)) is not None
