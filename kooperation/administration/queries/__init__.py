"""Reading the legal pages and what visitors report."""

from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

from sqlalchemy import func, select

from kooperation.administration.models import Feedback, LegalPage
from kooperation.administration.rules import LegalKind, tidy, without_placeholders
from kooperation.audit.models import AuditEntry
from kooperation.base.config import ROOT
from kooperation.base.db import db
from kooperation.base.html import page_from_markdown
from kooperation.base.paging import Page, paged

SUPPLIED: Path = ROOT / "templates" / "administration" / "supplied"
"""The texts that a legal page begins with."""


def legal_page(kind: LegalKind) -> LegalPage | None:
    """What is stored of a legal page; None before anything was changed."""
    return db.session.scalar(select(LegalPage).where(LegalPage.kind == kind))


def legal_pages() -> dict[LegalKind, LegalPage]:
    """What is stored of all legal pages."""
    return {page.kind: page for page in db.session.scalars(select(LegalPage).order_by(LegalPage.id))}


@cache
def supplied_text(kind: LegalKind) -> str:
    """What a legal page says until somebody changes it."""
    return tidy((SUPPLIED / f"{kind}.md").read_text(encoding="utf-8"))


@cache
def _supplied_html(kind: LegalKind) -> str:
    return str(page_from_markdown(without_placeholders(supplied_text(kind))))


def html_of(kind: LegalKind, page: LegalPage | None) -> str:
    """What visitors read on a legal page: safe HTML, made when the text was stored."""
    return page.html if page is not None and page.html is not None else _supplied_html(kind)


def text_of(kind: LegalKind, page: LegalPage | None) -> str:
    """What a legal page says now, as it was written."""
    return page.text if page is not None and page.text is not None else supplied_text(kind)


def text_at(kind: LegalKind, version: int) -> str | None:
    """What a legal page said in an earlier version, from the log; None for one that never was."""
    if version == 0:
        return supplied_text(kind)
    page = legal_page(kind)
    if page is None:
        return None
    entries = select(AuditEntry).where(
        AuditEntry.subject_kind == "LegalPage", AuditEntry.subject_id == page.id, AuditEntry.event.endswith(".changed")
    )
    for entry in db.session.scalars(entries.order_by(AuditEntry.id.desc())):
        if entry.after and entry.after.get("version") == version:
            return str(entry.after.get("text"))
    return None


def last_change(page: LegalPage) -> AuditEntry | None:
    """The newest entry of the log about a legal page; None without one."""
    entries = select(AuditEntry).where(AuditEntry.subject_kind == "LegalPage", AuditEntry.subject_id == page.id)
    return db.session.scalar(entries.order_by(AuditEntry.id.desc()).limit(1))


def feedback(page: int, *, done: bool | None) -> Page[Feedback]:
    """One page of what visitors reported, the newest first: all of it, or what is done, or what is not."""
    statement = select(Feedback).order_by(Feedback.created_at.desc(), Feedback.id.desc())
    if done is not None:
        statement = statement.where(Feedback.done_at.is_not(None) if done else Feedback.done_at.is_(None))
    found = paged(statement, page)
    return Page([row[0] for row in found.items], found.number, found.total, found.per_page)


def feedback_by_id(number: int) -> Feedback | None:
    """What was reported under this number; None without one."""
    return db.session.get(Feedback, number)


def open_feedback() -> int:
    """How much of what visitors reported is to be done."""
    return db.session.scalar(select(func.count(Feedback.id)).where(Feedback.done_at.is_(None))) or 0


def pages_with_contact(addresses: Collection[str]) -> Sequence[LegalPage]:
    """The legal pages whose reports go to one of these folded mail addresses."""
    theirs = select(LegalPage).where(func.lower(LegalPage.contact).in_(addresses))
    return db.session.scalars(theirs.order_by(LegalPage.id)).all()


def feedback_from(addresses: Collection[str]) -> Sequence[Feedback]:
    """What was reported with one of these folded mail addresses, the oldest first."""
    theirs = select(Feedback).where(func.lower(Feedback.address).in_(addresses))
    return db.session.scalars(theirs.order_by(Feedback.created_at, Feedback.id)).all()
