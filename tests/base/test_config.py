"""The configuration: what may be started, and what is answered to the operator where it may not."""

import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from kooperation.app import create_app
from kooperation.base.config import ROOT, ConfigError, Encryption, MailServer, Mode, from_environment
from kooperation.base.db import db

STRONG = "0123456789abcdef0123456789abcdef"
ADDRESS = "https://kooperation.example.de"


def read(instance: Path, **values: str):
    given = {"KOOPERATION_INSTANCE": str(instance), "SECRET_KEY": STRONG, "KOOPERATION_URL": ADDRESS, **values}
    return from_environment(given)


@pytest.mark.parametrize(
    ("mode", "key", "starts"),
    [
        ("production", STRONG, True),
        ("production", "", False),
        ("production", "kurz", False),
        ("production", STRONG[:31], False),
        ("production", "a" * 64, False),
        ("production", "passwort" * 8, False),
        ("demonstration", "", True),
        ("demonstration", "kurz", True),
        ("development", "", True),
        ("development", "kurz", True),
        ("test", "", True),
        ("test", "kurz", True),
    ],
)
def test_only_production_insists_on_a_strong_key(tmp_path, mode, key, starts):
    values = {"KOOPERATION_MODE": mode, "SECRET_KEY": key}
    if starts:
        config = read(tmp_path, **values)
        assert config.secret_key == key or len(config.secret_key) == 64
    else:
        with pytest.raises(ConfigError, match=r"SECRET_KEY (fehlt|ist zu schwach).*secrets\.token_hex"):
            read(tmp_path, **values)


def test_without_a_mode_it_is_production(tmp_path):
    with pytest.raises(ConfigError, match="SECRET_KEY fehlt"):
        from_environment({"KOOPERATION_INSTANCE": str(tmp_path)})
    assert read(tmp_path).mode is Mode.PRODUCTION


@pytest.mark.parametrize("mode", Mode)
def test_only_production_keeps_cookies_to_https(tmp_path, mode):
    assert read(tmp_path, KOOPERATION_MODE=mode).secure_cookies == (mode is Mode.PRODUCTION)


def test_a_generated_key_stays_and_is_its_owners_alone(tmp_path):
    instance = tmp_path / "instance"
    first = read(instance, KOOPERATION_MODE="demonstration", SECRET_KEY="")
    assert read(instance, KOOPERATION_MODE="demonstration", SECRET_KEY="").secret_key == first.secret_key
    assert len(first.secret_key) == 64
    assert stat.S_IMODE((instance / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE(instance.stat().st_mode) == 0o700
    assert [file.name for file in instance.iterdir()] == ["secret_key"]


@pytest.mark.parametrize(
    ("mode", "host", "starts"),
    [
        ("demonstration", "127.0.0.1", True),
        ("demonstration", "::1", True),
        ("demonstration", "localhost", True),
        ("demonstration", "", True),
        ("demonstration", "0.0.0.0", False),
        ("demonstration", "192.168.1.5", False),
        ("demonstration", "::", False),
        ("production", "0.0.0.0", True),
        ("development", "0.0.0.0", True),
    ],
)
def test_a_demonstration_is_not_reachable_from_other_machines(tmp_path, mode, host, starts):
    values = {"KOOPERATION_MODE": mode, "HOST": host}
    if starts:
        assert read(tmp_path, **values).host == (host or "127.0.0.1")
    else:
        with pytest.raises(ConfigError, match=f"HOST={host}: Der Vorführbetrieb ist nur vom eigenen Rechner aus"):
            read(tmp_path, **values)


@pytest.mark.parametrize(
    ("name", "field", "default", "least", "most"),
    [
        ("PORT", "port", 8000, 1, 65_535),
        ("KOOPERATION_WORKERS", "workers", 2, 1, 64),
        ("KOOPERATION_PROXIES", "proxies", 0, 0, 8),
        ("KOOPERATION_ACCESS_LOG", "access_log", 0, 0, 1),
    ],
)
def test_numbers_have_bounds(tmp_path, name, field, default, least, most):
    for text, value in [("", default), (str(least), least), (str(most), most)]:
        assert getattr(read(tmp_path, **{name: text}), field) == value
    for wrong in [str(least - 1), str(most + 1), "acht", "8.0", " 8", "+8", "٣", "1e3"]:
        with pytest.raises(ConfigError, match=re.escape(f"{name}={wrong}: Geben Sie eine ganze Zahl von {least} bis")):
            read(tmp_path, **{name: wrong})


@pytest.mark.parametrize(
    ("given", "used", "is_postgresql"),
    [
        ("", "sqlite:///{instance}/kooperation.sqlite", False),
        ("sqlite:////srv/k.sqlite", "sqlite:////srv/k.sqlite", False),
        ("postgres://a:b@c/d", "postgresql+psycopg://a:b@c/d", True),
        ("postgresql://a:b@c/d", "postgresql+psycopg://a:b@c/d", True),
        ("postgresql+psycopg://a:b@c/d", "postgresql+psycopg://a:b@c/d", True),
    ],
)
def test_the_database_is_a_file_or_a_postgresql_server(tmp_path, given, used, is_postgresql):
    config = read(tmp_path, DATABASE_URL=given)
    assert config.database_url == used.format(instance=tmp_path)
    assert config.is_postgresql == is_postgresql


@pytest.mark.parametrize("wrong", ["mysql://a:geheim@c/d", "kooperation.sqlite", "postgresql+psycopg2://a:geheim@c/d"])
def test_another_database_is_refused_without_repeating_its_password(tmp_path, wrong):
    with pytest.raises(ConfigError, match="DATABASE_URL beginnt mit") as refusal:
        read(tmp_path, DATABASE_URL=wrong)
    assert "geheim" not in str(refusal.value)


def test_an_unknown_mode_is_answered_with_the_known_ones(tmp_path):
    with pytest.raises(ConfigError, match=r"produktiv gibt es nicht\. Möglich sind: production, demonstration"):
        read(tmp_path, KOOPERATION_MODE="produktiv")


def test_hosts_are_a_list_with_commas(tmp_path):
    config = read(tmp_path, KOOPERATION_HOSTS="kooperation.example.de, .kreis.example.de,")
    assert config.trusted_hosts == ("kooperation.example.de", ".kreis.example.de")


def test_without_a_list_production_answers_to_its_public_name_alone(tmp_path):
    assert read(tmp_path).trusted_hosts == (ADDRESS.removeprefix("https://"),)
    assert read(tmp_path, KOOPERATION_MODE="development").trusted_hosts == ()


@pytest.mark.parametrize(
    ("mode", "given", "used"),
    [
        ("production", "https://kooperation.example.de", "https://kooperation.example.de"),
        ("production", "https://kooperation.example.de/", "https://kooperation.example.de"),
        ("production", "https://kooperation.example.de:8443", "https://kooperation.example.de:8443"),
        ("production", "", None),
        ("production", "http://kooperation.example.de", None),
        ("production", "kooperation.example.de", None),
        ("production", "https://", None),
        ("production", "https://example.de/pfad", None),
        ("production", "https://example.de/?a=b", None),
        ("production", "https://a:b@example.de", None),
        ("production", "https://example.de\nx", None),
        ("production", "javascript:alert(1)", None),
        ("demonstration", "", "http://127.0.0.1:8123"),
        ("development", "", "http://127.0.0.1:8123"),
        ("development", "http://localhost:8000", "http://localhost:8000"),
        ("test", "", "http://127.0.0.1:8123"),
    ],
)
def test_links_in_mails_begin_with_a_configured_address(tmp_path, mode, given, used):
    values = {"KOOPERATION_MODE": mode, "KOOPERATION_URL": given, "PORT": "8123"}
    if used is None:
        with pytest.raises(ConfigError, match=r"(?s)KOOPERATION_URL.*https://kooperation\.example\.de"):
            read(tmp_path, **values)
    else:
        assert read(tmp_path, **values).public_url == used


@pytest.mark.parametrize(
    ("given", "server"),
    [
        ("", None),
        ("smtp://localhost", MailServer(Encryption.NONE, "localhost", 25, "", "")),
        ("smtp://a:b@127.0.0.1:2525", MailServer(Encryption.NONE, "127.0.0.1", 2525, "a", "b")),
        ("smtp://relay.kreis.example", MailServer(Encryption.NONE, "relay.kreis.example", 25, "", "")),
        ("smtp+starttls://mail.example", MailServer(Encryption.STARTTLS, "mail.example", 587, "", "")),
        (
            "smtp+starttls://k%40kreis.example:p%3Aw%2F%C3%A4@mail.example:25/",
            MailServer(Encryption.STARTTLS, "mail.example", 25, "k@kreis.example", "p:w/ä"),
        ),
        ("smtps://a:b@mail.example", MailServer(Encryption.TLS, "mail.example", 465, "a", "b")),
    ],
)
def test_the_mail_server_is_one_address_that_says_how_it_is_protected(tmp_path, given, server):
    assert read(tmp_path, SMTP_URL=given, MAIL_FROM="k@muster.example").mail_server == server


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("mail.example", "keine Adresse eines Mailservers"),
        ("https://a:geheim@mail.example", "keine Adresse eines Mailservers"),
        ("smtps://a:geheim@", "keine Adresse eines Mailservers"),
        ("smtps://a:geheim@mail.example:viele", "keine Adresse eines Mailservers"),
        ("smtps://a:geheim@mail.example/pfad", "keine Adresse eines Mailservers"),
        ("smtp://a:geheim@mail.example", "unverschlüsselt durch das Netz"),
    ],
)
def test_a_mail_server_that_will_not_do_is_refused_without_repeating_its_password(tmp_path, given, said):
    with pytest.raises(ConfigError, match=said) as refusal:
        read(tmp_path, SMTP_URL=given, MAIL_FROM="k@muster.example")
    assert "geheim" not in str(refusal.value)


def test_mails_that_are_sent_need_a_sender(tmp_path):
    with pytest.raises(ConfigError, match="MAIL_FROM fehlt"):
        read(tmp_path, SMTP_URL="smtp://localhost")
    for wrong in ("kooperation", "a@b.example\nBcc: c@d.example", "Kreis <a@b.example>"):
        with pytest.raises(ConfigError, match="ist keine E-Mail-Adresse"):
            read(tmp_path, MAIL_FROM=wrong)
    assert read(tmp_path, MAIL_FROM="k@muster.example").mail_from == "k@muster.example"
    assert read(tmp_path).mail_from == "kooperation@localhost"


def test_secrets_do_not_show_when_a_configuration_is_printed(tmp_path):
    shown = repr(
        read(
            tmp_path,
            DATABASE_URL="postgresql://a:geheim@c/d",
            SMTP_URL="smtps://a:geheim@c.example",
            MAIL_FROM="k@muster.example",
        )
    )
    assert STRONG not in shown
    assert "geheim" not in shown


def test_nobody_else_can_read_the_database_in_a_folder_that_was_there_before(tmp_path):
    tmp_path.chmod(0o755)
    app = create_app(read(tmp_path, KOOPERATION_MODE="test"))
    with app.app_context():
        db.session.execute(sa.text("CREATE TABLE secret (id INTEGER)"))
        db.session.commit()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
        db.engine.dispose()
    assert modes.keys() >= {"kooperation.sqlite", "kooperation.sqlite-wal"}
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize(("mode", "told"), [("production", False), ("development", True)])
def test_production_logs_no_values_of_statements(tmp_path, mode, told):
    app = create_app(read(tmp_path, KOOPERATION_MODE=mode))
    with app.app_context(), pytest.raises(SQLAlchemyError) as failure:
        db.session.execute(sa.text("SELECT 1 FROM nothing WHERE name = :name"), {"name": "Erika Musterfrau"})
    with app.app_context():
        db.engine.dispose()
    assert ("Erika Musterfrau" in str(failure.value)) is told


@pytest.mark.parametrize("mode", [*Mode])
def test_no_mode_and_no_variable_of_flask_turns_the_debugger_on(tmp_path, monkeypatch, mode):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert create_app(read(tmp_path, KOOPERATION_MODE=mode)).debug is False


class Recorder(Mapping[str, str]):
    """An environment that writes down what is asked of it."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values_, self.asked = values, set[str]()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self.values_[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


def test_the_operators_document_names_exactly_the_variables_that_are_read(tmp_path):
    values = {"SECRET_KEY": STRONG, "KOOPERATION_INSTANCE": str(tmp_path), "KOOPERATION_URL": ADDRESS}
    environment = Recorder(values)
    from_environment(environment)
    table = (ROOT / "docs" / "betrieb.md").read_text().partition("## Environment")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)) == environment.asked
