"""What needs an administrator now, and what an empty instance needs first."""

from dataclasses import dataclass
from datetime import date, timedelta

from kooperation.accounts.queries.users import has_members, requests_left_to_admins
from kooperation.administration import queries
from kooperation.administration.rules import LegalKind, placeholders
from kooperation.base import jobs
from kooperation.base.mail import reading
from kooperation.base.mail.reading import MailState
from kooperation.register.queries.units import latest_edition

OLD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Attention:
    """The state of everything that may need somebody."""

    failed_mails: int
    worker_alive: bool
    left_requests: int
    edition_date: date | None
    supplied_pages: list[LegalKind]
    unfilled_pages: list[LegalKind]
    open_feedback: int
    has_members: bool

    def edition_is_old(self, today: date) -> bool:
        """Whether the newest edition of the register is older than a year."""
        return self.edition_date is not None and today - self.edition_date > OLD


def attention() -> Attention:
    """Look at everything that may need somebody; the number of statements does not grow."""
    stored = queries.legal_pages()
    texts = {kind: queries.text_of(kind, stored.get(kind)) for kind in LegalKind}
    supplied = [kind for kind, text in texts.items() if text == queries.supplied_text(kind)]
    edition = latest_edition()
    return Attention(
        failed_mails=reading.counted(MailState.FAILED),
        worker_alive=_worker_alive(),
        left_requests=requests_left_to_admins(),
        edition_date=edition.edition_date if edition else None,
        supplied_pages=supplied,
        unfilled_pages=[kind for kind, text in texts.items() if kind not in supplied and placeholders(text)],
        open_feedback=queries.open_feedback(),
        has_members=has_members(),
    )


def _worker_alive() -> bool:
    try:
        return jobs.worker_alive()
    except jobs.UNREACHABLE:
        return False
