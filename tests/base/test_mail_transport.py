"""Handing mails over as in real life: encrypted, signed in, and only to a server that is who it says it is."""

import logging
import shutil
import ssl
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from jinja2 import ChoiceLoader, DictLoader

from kooperation.base import mail
from kooperation.base.config import Encryption, MailServer
from kooperation.base.db import db, now
from kooperation.base.mail.sending import PAUSES, send_due
from tests.databases import FULL
from tests.mailserver import smtp_server

pytestmark = [
    pytest.mark.usefixtures("context"),
    # Where TLS is there from the beginning, the server of the tests does not know of it.
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
PASSWORD = "sehr:geheim@wort"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Certificates that vouch for themselves: for this machine, and for another one."""
    if shutil.which("openssl") is None:
        pytest.fail("openssl is missing") if FULL else pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificates")
    for name, host, days in (
        ("ours", "IP:127.0.0.1", "2"),
        ("other", "DNS:mail.evil.example", "2"),
    ):
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-subj", f"/CN={name}", "-addext", f"subjectAltName={host}", "-days", days]
        command += ["-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
    return folder


def context_of(folder, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context


def options(encryption, context):
    if encryption is Encryption.TLS:
        return {"ssl_context": context, "auth_require_tls": False}
    return {"tls_context": context, "require_starttls": True}


def authenticate(_server, _session, _envelope, _mechanism, given):
    right = LoginPassword(b"kooperation", PASSWORD.encode())
    return AuthResult(success=given == right, handled=False)


SIGNED_IN = {"auth_required": True, "authenticator": authenticate}


@pytest.fixture
def send(app, monkeypatch, tmp_path):
    """Send what is due to a server, at a time."""

    def sent(mailbox, encryption, user="", password="", minutes=0.0):
        server = MailServer(encryption, "127.0.0.1", mailbox.port, user, password)
        config = replace(app.extensions["kooperation"], mail_server=server, instance=tmp_path)
        at = now() + timedelta(minutes=minutes)
        return send_due(config, lambda: at)

    return sent


@pytest.fixture
def letter(app, monkeypatch):
    sheet = "{% block subject %}Gruß{% endblock %}\n\n{{ text }}\n"
    monkeypatch.setattr(
        app.jinja_env, "loader", ChoiceLoader([DictLoader({"mail/test/gruss.txt": sheet}), app.jinja_env.loader])
    )

    def written(to="erika@muster.example", text="Guten Tag"):
        one = mail.compose(to, "test/gruss", text=text)
        db.session.add(one)
        db.session.commit()
        return one

    return written


@pytest.fixture
def trusted(certificates, monkeypatch):
    def trust(name):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates / f"{name}.pem"))
        return certificates

    return trust


ENCRYPTED = [Encryption.TLS, Encryption.STARTTLS]


@pytest.mark.parametrize("encryption", ENCRYPTED)
def test_a_mail_travels_encrypted_and_signed_in(trusted, send, letter, encryption):
    certificates = trusted("ours")
    one = letter()
    with smtp_server(**options(encryption, context_of(certificates, "ours")), **SIGNED_IN) as mailbox:
        send(mailbox, encryption, "kooperation", PASSWORD)
    assert [arrived["Message-ID"] for arrived in mailbox.mails] == [one.message_id]
    assert one.sent_at is not None


@pytest.mark.parametrize("encryption", ENCRYPTED)
@pytest.mark.parametrize(
    ("shown", "why"), [("ours", "certificate verify failed"), ("other", "not valid for '127.0.0.1'")]
)
def test_a_wrong_certificate_is_refused_and_told(trusted, send, letter, caplog, encryption, shown, why):
    certificates = trusted("other")
    one = letter()
    with smtp_server(**options(encryption, context_of(certificates, shown)), **SIGNED_IN) as mailbox:
        send(mailbox, encryption, "kooperation", PASSWORD)
    assert mailbox.mails == []
    assert one.sent_at is None
    assert one.failed_at is None, "it is tried again: a certificate may be renewed"
    assert why in (one.last_error or "")
    assert why in caplog.text
    assert PASSWORD not in caplog.text + (one.last_error or "")


def test_a_server_that_drops_the_encryption_gets_neither_password_nor_mail(send, letter, caplog):
    one = letter()
    with smtp_server(auth_require_tls=False, **SIGNED_IN) as mailbox:
        send(mailbox, Encryption.STARTTLS, "kooperation", PASSWORD)
    assert mailbox.mails == []
    assert "STARTTLS" in (one.last_error or "")
    assert "STARTTLS" in caplog.text


@pytest.mark.parametrize("encryption", ENCRYPTED)
def test_a_wrong_password_is_told_once_a_round_and_tried_again_later(trusted, send, letter, caplog, encryption):
    certificates = trusted("ours")
    letters = [letter(f"person{number}@muster.example") for number in range(5)]
    caplog.set_level(logging.INFO)
    with smtp_server(**options(encryption, context_of(certificates, "ours")), **SIGNED_IN) as mailbox:
        send(mailbox, encryption, "kooperation", "falsch")
        told = [line for line in caplog.messages if "535" in line]
        assert len(told) == 1, "the other four wait for the same server: nothing new is to be said"
        assert [one.attempts for one in letters] == [1, 0, 0, 0, 0]
        assert "falsch" not in caplog.text
        send(mailbox, encryption, "kooperation", PASSWORD)
        assert len(mailbox.mails) == 4
        send(mailbox, encryption, "kooperation", PASSWORD, minutes=PAUSES[0].total_seconds() / 60 + 0.1)
    assert len(mailbox.mails) == 5
    assert all(one.sent_at for one in letters)


def test_one_recipient_who_is_refused_holds_up_nobody(send, letter):
    letters = [letter(f"person{number}@muster.example") for number in range(3)]
    with smtp_server() as mailbox:
        mailbox.recipients_refused = {"person1@muster.example": "550 5.1.1 gibt es nicht"}
        send(mailbox, Encryption.NONE)
    assert [one.failed_at is not None for one in letters] == [False, True, False]
    assert len(mailbox.mails) == 2


def test_a_mail_that_is_too_large_for_the_server_is_given_up(send, letter):
    large, small = letter(text="x " * 40_000), letter()
    with smtp_server(data_size_limit=20_000) as mailbox:
        send(mailbox, Encryption.NONE)
    assert large.failed_at is not None
    assert (large.last_error or "").startswith("552")
    assert small.sent_at is not None


def test_a_server_that_is_not_there_is_told_without_the_password(app, send, letter, caplog):
    one = letter()
    with smtp_server() as mailbox:
        pass
    send(mailbox, Encryption.NONE, "kooperation", PASSWORD)
    assert one.failed_at is None
    assert one.attempts == 1
    assert "the server cannot be used" in caplog.text
    assert PASSWORD not in caplog.text
