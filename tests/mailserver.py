"""A real SMTP server for tests: takes mails into a list, or answers as it is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from kooperation.base.config import Encryption, MailServer

TAKEN = "250 OK"


class Mailbox:
    """What has arrived, and what is answered to the next attempts: ``answers`` are used up one by one."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.answers: list[str] = []
        self.recipients_refused: dict[str, str] = {}
        self.port = 0

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[Any]
    ) -> str:
        """Take or refuse a recipient."""
        if address in self.recipients_refused:
            return self.recipients_refused[address]
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message or refuse it."""
        answer = self.answers.pop(0) if self.answers else TAKEN
        if answer == TAKEN:
            assert isinstance(envelope.content, bytes)
            self.raw.append(envelope.content)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return answer

    @property
    def server(self) -> MailServer:
        """How the program is told to find it."""
        return MailServer(Encryption.NONE, "127.0.0.1", self.port, "", "")

    @property
    def url(self) -> str:
        """The same as a variable of the environment."""
        return f"smtp://127.0.0.1:{self.port}"


class _AnyPort(Controller):
    """On a free port, which is known once it listens."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def smtp_server(**options: Any) -> Iterator[Mailbox]:
    """A server that listens until the end of the block; the options are aiosmtpd's (ssl_context, tls_context …)."""
    mailbox = Mailbox()
    controller = _AnyPort(mailbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()
