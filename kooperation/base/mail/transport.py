"""How a mail leaves: over SMTP, or into a folder where no server is configured."""

import logging
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from kooperation.base.config import Config, Encryption, MailServer
from kooperation.base.files import name_over, scratch_beside

log = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds that a server gets for each step."""
FOLDER = "mails"
TOO_LARGE = 552
"""What a server answers that was told the size of a mail before the mail itself (RFC 1870)."""

Carrier = Callable[[EmailMessage], None]
"""Hands one message over. Raises NotNow or Refused."""


class Refused(Exception):
    """The server refuses this mail for good. ``summary`` tells it without the address, for the log."""

    def __init__(self, code: int, answer: bytes) -> None:
        super().__init__(f"{code} {answer.decode(errors='replace')}")
        self.summary = f"refused with {code}"


class NotNow(Exception):
    """The mail did not go out and may be tried again. ``concerns_all``: others would not go out either."""

    def __init__(self, reason: str, summary: str, *, concerns_all: bool) -> None:
        super().__init__(reason)
        self.summary, self.concerns_all = summary, concerns_all


@contextmanager
def carrier(config: Config) -> Iterator[Carrier]:
    """What messages are handed to; a connection is made for the first of them and kept to the end."""
    if config.mail_server is None:
        yield _Folder(config.instance / FOLDER).put
        return
    connection = _Connection(config.mail_server, urlsplit(config.public_url).hostname or "localhost")
    try:
        yield connection.carry
    finally:
        connection.close()


class _Folder:
    """Where mails land that no server takes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, message: EmailMessage) -> None:
        """Write a message into a file of its own, named by its Message-ID, and tell the log where."""
        file = self._folder / (message["Message-ID"].strip("<>").partition("@")[0] + ".eml")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            with scratch_beside(file) as scratch:
                scratch.write_bytes(bytes(message))
                name_over(scratch, file)
        except OSError as error:
            raise NotNow(str(error), str(error), concerns_all=True) from error
        log.info("no mail server is configured (SMTP_URL): the mail is in %s", file)


class _Connection:
    """A connection to the mail server, made when it is needed and dropped after any trouble."""

    def __init__(self, server: MailServer, own_name: str) -> None:
        self._server = server
        # smtplib would ask the name service, which may take its time.
        self._own_name = own_name
        self._smtp: smtplib.SMTP | None = None

    def carry(self, message: EmailMessage) -> None:
        """Hand a message over."""
        try:
            self._smtp = self._smtp or self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise NotNow(str(error), f"the server cannot be used: {error}", concerns_all=True) from error
        try:
            self._smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            self.close()
            ((code, answer),) = error.recipients.values()
            raise _verdict(code, answer) from error
        except smtplib.SMTPDataError as error:
            self.close()
            raise _verdict(error.smtp_code, _bytes(error.smtp_error)) from error
        except smtplib.SMTPSenderRefused as error:
            self.close()
            if error.smtp_code == TOO_LARGE:
                raise _verdict(error.smtp_code, _bytes(error.smtp_error)) from error
            raise NotNow(str(error), f"the sender was refused with {error.smtp_code}", concerns_all=True) from error
        except (OSError, smtplib.SMTPException) as error:
            # The connection broke: nothing that this mail could help.
            self.close()
            raise NotNow(str(error), f"the server cannot be used: {type(error).__name__}", concerns_all=True) from error

    def close(self) -> None:
        """Say goodbye where there is somebody to say it to."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        smtp: smtplib.SMTP
        if server.encryption is Encryption.TLS:
            smtp = smtplib.SMTP_SSL(
                server.host, server.port, self._own_name, timeout=PATIENCE, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, self._own_name, timeout=PATIENCE)
        try:
            if server.encryption is Encryption.STARTTLS:
                smtp.starttls(context=ssl.create_default_context())
            if server.user:
                smtp.login(server.user, server.password)
        except (OSError, smtplib.SMTPException):
            smtp.close()
            raise
        return smtp


def _verdict(code: int, answer: bytes) -> NotNow | Refused:
    if code >= 500:
        return Refused(code, answer)
    return NotNow(f"{code} {answer.decode(errors='replace')}", f"put off with {code}", concerns_all=False)


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()
