"""What administrators keep: the pages that the law asks for, and what visitors report."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kooperation.administration.rules import LegalKind
from kooperation.base.db import PERSONAL, Base, choice, now


class LegalPage(Base):
    """A page that the law asks for, from its first change on; its earlier versions are in the log."""

    __tablename__ = "legal_page"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LegalKind] = mapped_column(choice(LegalKind), unique=True)
    text: Mapped[str | None] = mapped_column(Text)
    """As it was written, in Markdown; None while the supplied text is good enough."""
    html: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=0)
    """Counts the changes of the text, so that nobody overwrites what they have not seen."""
    contact: Mapped[str | None] = mapped_column(String(254))
    """Where what visitors report on this page is sent to; None for all administrators."""
    updated_at: Mapped[datetime | None]


class Feedback(Base):
    """A barrier, or whatever else a visitor reports."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(Text, info=PERSONAL)
    page: Mapped[str] = mapped_column(String(500), default="")
    address: Mapped[str | None] = mapped_column(String(254), info=PERSONAL)
    """Where an answer goes, for whoever wants one."""
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    done_at: Mapped[datetime | None]
