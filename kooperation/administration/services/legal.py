"""Changing the legal pages."""

from datetime import datetime

from kooperation.administration import queries
from kooperation.administration.models import LegalPage
from kooperation.administration.rules import LEGAL_PAGES, LegalKind, tidy, without_placeholders
from kooperation.audit import services as audit
from kooperation.base.db import db, wait_for_turn
from kooperation.base.errors import Outdated, RuleViolation
from kooperation.base.html import page_from_markdown
from kooperation.base.text import is_mail_address


def rewrite(kind: LegalKind, text: str, version: int, *, actor: audit.Actor, at: datetime) -> LegalPage:
    """Give a legal page another text, rendered for showing. The caller commits.

    ``version`` is the one that the writer began with. Refuses where it is not the present one any more (Outdated).
    """
    page = _page(kind)
    if page.version != version:
        raise Outdated
    before, after = queries.text_of(kind, page), tidy(text)
    if before == after:
        return page
    page.text, page.html = after, str(page_from_markdown(without_placeholders(after)))
    page.version, page.updated_at = version + 1, at
    db.session.flush()
    audit.record(
        actor,
        "legal_page.changed",
        page,
        label=LEGAL_PAGES[kind],
        before={"text": before, "version": version},
        after={"text": after, "version": version + 1},
    )
    return page


def set_contact(kind: LegalKind, address: str, *, actor: audit.Actor) -> LegalPage:
    """Say where reports on a page are sent; an empty address means all administrators. The caller commits.

    Refuses what is no mail address (RuleViolation).
    """
    address = address.strip()
    if address and not is_mail_address(address):
        raise RuleViolation("Das ist keine E-Mail-Adresse.", "contact")
    page = _page(kind)
    before = page.contact
    if (before or "") != address:
        page.contact = address or None
        audit.record(
            actor,
            "legal_page.contact_set",
            page,
            label=LEGAL_PAGES[kind],
            before={"contact": before},
            after={"contact": page.contact},
        )
    return page


def _page(kind: LegalKind) -> LegalPage:
    """The page's row, made where there is none, while nobody else changes it."""
    wait_for_turn(f"legal page {kind}")
    page = queries.legal_page(kind)
    if page is None:
        page = LegalPage(kind=kind)
        db.session.add(page)
    else:
        db.session.refresh(page)
    db.session.flush()
    return page
