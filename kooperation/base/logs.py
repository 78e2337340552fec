"""What the processes log: one line an event on stderr, with the reference number of the request."""

import logging
import re
import secrets
import sys

from flask import g, has_request_context

LINE = "%(asctime)s %(levelname)s [%(process)d] %(name)s%(reference)s: %(message)s"
MOMENT = "%Y-%m-%dT%H:%M:%S%z"


# 32 random bytes in letters, as links in mails hold them; an address in words has no capital letter.
_TOKEN = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])[A-Za-z0-9_-]{43,}")


def without_tokens(text: str) -> str:
    """A text without the secret parts of links in mails: they let in whoever reads them."""
    return _TOKEN.sub("…", text)


class OneLine(logging.Formatter):
    """A format that puts a whole event, also a traceback, on one line.

    What a visitor sent can therefore not forge a line of its own. No line holds the secret part of a link.
    """

    def __init__(self) -> None:
        super().__init__(LINE, MOMENT)

    def format(self, record: logging.LogRecord) -> str:
        """Format the record, with the reference of the request that it was written in."""
        record.reference = f" [{reference()}]" if has_request_context() else ""
        lines = without_tokens(super().format(record)).splitlines()
        return " | ".join(line.strip() for line in lines if line.strip())


def reference() -> str:
    """The reference number of the running request: what an error page shows and its log lines carry.

    Raises RuntimeError outside a request.
    """
    if "reference" not in g:
        g.reference = secrets.token_hex(4)
    number: str = g.reference
    return number


def set_up_logging() -> None:
    """Let this process log to stderr: its own events, and the warnings of the libraries."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("kooperation").setLevel(logging.INFO)
