"""Reading the outbox, for those who look after it; never the text of a mail."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from kooperation.base.db import db
from kooperation.base.mail.models import OutgoingMail
from kooperation.base.paging import Page, paged


class MailState(StrEnum):
    """What became of a mail."""

    WAITING = "wartet"
    SENT = "gesendet"
    FAILED = "gescheitert"
    GIVEN_UP = "aufgegeben"


@dataclass(frozen=True, slots=True)
class MailFilter:
    """Which mails a list shows; as it stands in the list's address."""

    state: MailState | None = None
    text: str = ""


class MailRow(NamedTuple):
    """What a list shows of a mail."""

    id: int
    recipient: str
    subject: str
    created_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    sent_at: datetime | None
    failed_at: datetime | None
    given_up_at: datetime | None
    last_error: str | None

    @property
    def state(self) -> MailState:
        """What became of the mail."""
        if self.sent_at:
            return MailState.SENT
        if self.given_up_at:
            return MailState.GIVEN_UP
        return MailState.FAILED if self.failed_at else MailState.WAITING


_mail = OutgoingMail
_COLUMNS = tuple(getattr(_mail, name) for name in MailRow._fields)
_WHERE: dict[MailState, ColumnElement[bool]] = {
    MailState.WAITING: and_(_mail.sent_at.is_(None), _mail.failed_at.is_(None)),
    MailState.SENT: _mail.sent_at.is_not(None),
    MailState.FAILED: and_(_mail.failed_at.is_not(None), _mail.given_up_at.is_(None), _mail.sent_at.is_(None)),
    MailState.GIVEN_UP: and_(_mail.given_up_at.is_not(None), _mail.sent_at.is_(None)),
}


def mails(wanted: MailFilter, page: int) -> Page[MailRow]:
    """One page of the mails that the filter lets through, the newest first."""
    found = paged(_list(wanted), page)
    return Page([MailRow(*row) for row in found.items], found.number, found.total, found.per_page)


def all_mails(wanted: MailFilter) -> Iterator[MailRow]:
    """All mails that the filter lets through, in its order, read in portions for an export."""
    return (MailRow(*row) for row in db.session.execute(_list(wanted).execution_options(yield_per=1_000)))


def mail_by_id(number: int) -> MailRow | None:
    """What a list shows of the mail with this number; None without one."""
    row = db.session.execute(select(*_COLUMNS).where(_mail.id == number)).one_or_none()
    return MailRow(*row) if row else None


def counted(state: MailState) -> int:
    """How many mails are in this state."""
    return db.session.scalar(select(func.count(_mail.id)).where(_WHERE[state])) or 0


def _list(wanted: MailFilter) -> Select[Any]:
    statement = select(*_COLUMNS).order_by(_mail.created_at.desc(), _mail.id.desc())
    if wanted.state:
        statement = statement.where(_WHERE[wanted.state])
    for word in wanted.text.lower().split():
        found = (func.lower(column).contains(word, autoescape=True) for column in (_mail.recipient, _mail.subject))
        statement = statement.where(or_(*found))
    return statement
