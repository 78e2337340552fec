"""Nobody writes a header, a recipient or a message of their own into a mail of ours."""

import re
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select

from kooperation.accounts.models import User
from kooperation.base import mail
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.base.mail.models import OutgoingMail
from kooperation.base.mail.sending import build, send_due
from tests.security.test_sessions import post
from tests.security.walk import PASSWORD

BREAKS = [
    "\r\n",
    "\n",
    "\r",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
    "\0",
    "%0d%0a",
    "=0D=0A",
    "=?utf-8?q?=0D=0A?=",
    "=?utf-8?b?DQo=?=",
]
SHEET = "{% block subject %}Mail an {{ name }}{% endblock %}\n\nGuten Tag {{ name }}\n"
OURS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
]


@pytest.fixture(autouse=True)
def _sheet(app, monkeypatch):
    loader = ChoiceLoader([DictLoader({"mail/test/named.txt": SHEET}), app.jinja_env.loader])
    monkeypatch.setattr(app.jinja_env, "loader", loader)


def travelled(app, **more):
    """The mail as the recipient's program reads it; None where it was refused."""
    try:
        one = mail.compose(more.pop("to", "erika@muster.example"), "test/named", **more)
    except RuleViolation:
        return None
    one.created_at = now()
    return message_from_bytes(bytes(build(one, app.extensions["kooperation"])), policy=policy.default)


def is_ours(message, *more):
    return sorted(message.keys()) == sorted([*OURS, *more]) and message["To"] == "erika@muster.example"


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("line_break", BREAKS)
def test_a_name_begins_no_header(app, line_break):
    message = travelled(app, name=f"Erika{line_break}Bcc: opfer@muster.example{line_break}{line_break}Text")
    assert message is None or is_ours(message)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("line_break", BREAKS)
@pytest.mark.parametrize(
    "at", ["{}opfer@muster.example", "opfer{}@muster.example", "opfer@muster.example{}", "a@b.de{}Bcc: c@d.de"]
)
def test_an_address_holds_one_recipient(app, at, line_break):
    for separator in (line_break, ",", ";", " ", "<x@y.de>,"):
        address = at.format(separator)
        message = travelled(app, to=address, name="Erika")
        assert message is None or (message["To"] == address and len(message["To"].addresses) == 1)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("line_break", BREAKS)
def test_a_header_begins_no_other_one(app, line_break):
    for headers in ({"List-Unsubscribe": f"<https://x/>{line_break}Bcc: a@b.de"}, {f"X{line_break}Bcc": "a@b.de"}):
        message = travelled(app, name="Erika", headers=headers)
        assert message is None or is_ours(message, *headers)


@given(name=st.text(max_size=150))
def test_whatever_the_name_the_headers_are_ours(app, name):
    with app.app_context():
        message = travelled(app, name=name)
    assert message is None or is_ours(message)


@pytest.mark.parametrize(
    "name", ["Erika\nIhr Konto wird gelöscht", "Gewinn: https://evil.example", "Besuchen www.evil.example", "a@b.de"]
)
def test_a_name_is_no_message_to_whoever_gets_a_mail(app, enter, world, name):
    client = enter("manager@muster.example")
    answer = post(client, "/konto/name/", name=name)
    assert "Ein Name enthält keine Verweise" in answer.get_data(as_text=True)
    registered = {
        "name": name,
        "email": "opfer@muster.example",
        "password": PASSWORD,
        "repeated": PASSWORD,
        "role": "1",
    }
    post(
        app.test_client(),
        "/registrieren/",
        **registered,
        **{"municipality": "Dorf", "municipality-auswahl": "08001001"},
    )
    with app.app_context():
        assert db.session.scalar(select(User).where(User.name == name)) is None
        assert db.session.scalar(select(User).where(User.email == "opfer@muster.example")) is None


@pytest.mark.usefixtures("context")
def test_a_mail_that_cannot_be_written_keeps_no_other_one_from_going_out(app, tmp_path, caplog):
    config = replace(app.extensions["kooperation"], instance=tmp_path, mail_server=None)
    broken, other = (mail.compose("erika@muster.example", "test/named", name=name) for name in ("A", "B"))
    broken.recipient = "=?utf-8?q?=0D=0A?=@muster.example"
    db.session.add_all([broken, other])
    db.session.commit()
    assert not send_due(config)
    assert broken.failed_at is not None
    assert broken.next_attempt_at is None
    assert other.sent_at is not None
    assert "cannot be written" in caplog.text
    assert "muster.example" not in caplog.text


def test_a_forgotten_password_goes_to_the_address_that_is_stored(app, client, world):
    for address in (
        "manager@muster.example,evil@evil.example",
        "manager@muster.example\r\nBcc: evil@evil.example",
        "ＭＡＮＡＧＥＲ@muster.example",
    ):
        post(client, "/kennwort/vergessen/", email=address)
    with app.app_context():
        assert set(db.session.scalars(select(OutgoingMail.recipient))) <= {"manager@muster.example"}
        assert not re.search("evil", repr(list(db.session.scalars(select(OutgoingMail.headers)))))
