"""The configuration: one frozen dataclass, read from the environment once at the start."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kooperation.base.files import name_new, scratch_beside
from kooperation.base.text import is_mail_address

ROOT = Path(__file__).resolve().parents[2]
"""The checkout: where templates, static, migrations and instance stand."""

WEAKEST_SECRET = 32
"""Characters that a SECRET_KEY needs at least; 32 hexadecimal ones are 128 bits."""

HOW_TO_MAKE_ONE = 'Erzeugen Sie einen mit: python3 -c "import secrets; print(secrets.token_hex(32))"'


class Mode(StrEnum):
    """What the program is started for."""

    PRODUCTION = "production"
    DEMONSTRATION = "demonstration"
    DEVELOPMENT = "development"
    TEST = "test"


class ConfigError(Exception):
    """The environment does not describe a configuration that may be started; the message says what to change."""


class Encryption(StrEnum):
    """How the connection to a mail server is protected, and how that is written in front of its address."""

    NONE = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed over."""

    encryption: Encryption
    host: str
    port: int
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that an operator may set; docs/betrieb.md explains each variable."""

    mode: Mode
    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    instance: Path
    host: str
    port: int
    workers: int
    proxies: int
    trusted_hosts: tuple[str, ...]
    access_log: bool
    register_dir: Path
    public_url: str
    mail_server: MailServer | None
    mail_from: str

    @property
    def is_postgresql(self) -> bool:
        """Whether the database is a PostgreSQL server; otherwise it is an SQLite file."""
        return self.database_url.startswith("postgresql")

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies travel over HTTPS only: always in production."""
        return self.mode is Mode.PRODUCTION


def from_environment(environ: Mapping[str, str] = os.environ) -> Config:
    """Read the configuration.

    Raises ConfigError with a sentence for the operator where a value is missing, weak or malformed.
    """
    mode = _mode(environ.get("KOOPERATION_MODE", Mode.PRODUCTION))
    instance = Path(environ.get("KOOPERATION_INSTANCE") or ROOT / "instance").resolve()
    host = environ.get("HOST") or "127.0.0.1"
    if mode is Mode.DEMONSTRATION and host not in {"127.0.0.1", "::1", "localhost"}:
        raise ConfigError(
            f"HOST={host}: Der Vorführbetrieb ist nur vom eigenen Rechner aus erreichbar (HOST=127.0.0.1). "
            "Setzen Sie für den wirklichen Betrieb KOOPERATION_MODE=production."
        )
    port = _number(environ, "PORT", 8000, 1, 65_535)
    secret_key = _secret_key(mode, environ.get("SECRET_KEY", ""), instance)
    mail_server = _mail_server(environ.get("SMTP_URL", ""))
    public_url = _public_url(mode, environ.get("KOOPERATION_URL", ""), port)
    return Config(
        mode=mode,
        secret_key=secret_key,
        database_url=_database_url(environ.get("DATABASE_URL", ""), instance),
        instance=instance,
        host=host,
        port=port,
        workers=_number(environ, "KOOPERATION_WORKERS", 2, 1, 64),
        proxies=_number(environ, "KOOPERATION_PROXIES", 0, 0, 8),
        trusted_hosts=_trusted_hosts(environ.get("KOOPERATION_HOSTS", ""), mode, public_url),
        access_log=_yes(environ, "KOOPERATION_ACCESS_LOG"),
        register_dir=Path(environ.get("KOOPERATION_REGISTER_DIR") or ROOT / "data" / "register"),
        public_url=public_url,
        mail_server=mail_server,
        mail_from=_mail_from(environ.get("MAIL_FROM", ""), is_needed=mail_server is not None),
    )


def _mode(value: str) -> Mode:
    try:
        return Mode(value)
    except ValueError:
        known = ", ".join(Mode)
        raise ConfigError(f"KOOPERATION_MODE={value} gibt es nicht. Möglich sind: {known}.") from None


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise ConfigError(f"{name}={text}: Geben Sie eine ganze Zahl von {least} bis {most} an.")
    return int(text)


def _yes(environ: Mapping[str, str], name: str) -> bool:
    return _number(environ, name, 0, 0, 1) == 1


def _secret_key(mode: Mode, value: str, instance: Path) -> str:
    if value:
        if mode is Mode.PRODUCTION and (len(value) < WEAKEST_SECRET or len(set(value)) < WEAKEST_SECRET // 4):
            raise ConfigError(
                f"SECRET_KEY ist zu schwach. Er braucht mindestens {WEAKEST_SECRET} Zeichen, die niemand erraten kann. "
                + HOW_TO_MAKE_ONE
            )
        return value
    if mode is Mode.PRODUCTION:
        raise ConfigError(
            "SECRET_KEY fehlt. Er unterschreibt Sitzungen und Links; ohne ihn startet der Betrieb nicht. "
            + HOW_TO_MAKE_ONE
        )
    return _kept_secret(instance / "secret_key")


def _kept_secret(path: Path) -> str:
    """The generated key of a demonstration or development instance, the same for each of its processes."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        with scratch_beside(path) as scratch, suppress(FileExistsError):
            scratch.write_text(secrets.token_hex(32))
            name_new(scratch, path)
    return path.read_text().strip()


def _database_url(value: str, instance: Path) -> str:
    if not value:
        # Nobody else on the machine may look in: the database holds personal data.
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        return f"sqlite:///{instance / 'kooperation.sqlite'}"
    for prefix in ("postgres://", "postgresql://"):
        if value.startswith(prefix):
            return "postgresql+psycopg://" + value.removeprefix(prefix)
    if value.startswith(("sqlite:///", "postgresql+psycopg://")):
        return value
    scheme = value.partition(":")[0]
    raise ConfigError(f"DATABASE_URL beginnt mit {scheme}: Möglich sind sqlite:/// und postgresql://.")


def _public_url(mode: Mode, value: str, port: int) -> str:
    """The address without a slash at its end. Links in mails begin with it, never with what a request calls us."""
    if not value:
        if mode is Mode.PRODUCTION:
            raise ConfigError(
                "KOOPERATION_URL fehlt. Links in Mails beginnen mit dieser Adresse, zum Beispiel "
                "https://kooperation.example.de."
            )
        return f"http://127.0.0.1:{port}"
    parts = urlsplit(value)
    schemes = {"https"} if mode is Mode.PRODUCTION else {"https", "http"}
    if (
        parts.scheme not in schemes
        or not parts.hostname
        or value.rstrip("/") != f"{parts.scheme}://{parts.netloc}"
        or "@" in parts.netloc
        or any(character.isspace() for character in value)
    ):
        raise ConfigError(
            f"KOOPERATION_URL={value}: Geben Sie die Adresse an, unter der Sie das Programm aufrufen, ohne Pfad und im "
            "wirklichen Betrieb mit https, zum Beispiel https://kooperation.example.de."
        )
    return value.rstrip("/")


def _trusted_hosts(value: str, mode: Mode, public_url: str) -> tuple[str, ...]:
    """The names that are answered to: in production at least the one in the public address, elsewhere any."""
    named = tuple(part.strip() for part in value.split(",") if part.strip())
    if named or mode is not Mode.PRODUCTION:
        return named
    host = urlsplit(public_url).hostname
    return (host,) if host else ()


_STANDARD_PORT = {Encryption.NONE: 25, Encryption.STARTTLS: 587, Encryption.TLS: 465}
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def _mail_server(value: str) -> MailServer | None:
    if not value:
        return None
    # What is refused is not repeated: there may be a password in it.
    refusal = ConfigError(
        "SMTP_URL ist keine Adresse eines Mailservers. Schreiben Sie sie so: "
        "smtp+starttls://benutzer:kennwort@mail.example.de:587, smtps://… (TLS von Anfang an) oder smtp://… "
        "(unverschlüsselt). Andere Zeichen als Buchstaben und Ziffern im Kennwort werden mit % umschrieben."
    )
    try:
        parts = urlsplit(value)
        encryption = Encryption(parts.scheme)
        port = parts.port or _STANDARD_PORT[encryption]
    except ValueError:
        raise refusal from None
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise refusal
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if password and encryption is Encryption.NONE and parts.hostname not in _THIS_MACHINE:
        raise ConfigError(
            "SMTP_URL schickt ein Kennwort unverschlüsselt durch das Netz. Nehmen Sie smtp+starttls:// oder smtps://."
        )
    return MailServer(encryption, parts.hostname, port, user, password)


def _mail_from(value: str, *, is_needed: bool) -> str:
    if not value and is_needed:
        raise ConfigError(
            "MAIL_FROM fehlt. Geben Sie die Adresse an, von der Mails kommen, zum Beispiel kooperation@example.de."
        )
    if value and not is_mail_address(value):
        raise ConfigError(f"MAIL_FROM={value} ist keine E-Mail-Adresse.")
    return value or "kooperation@localhost"
