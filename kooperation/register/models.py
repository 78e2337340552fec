"""What is remembered of the official register: editions, territorial changes, and what became of units."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kooperation.base.db import Base, choice, now


class Edition(Base):
    """One imported edition of the register (AuszugGV or GV100AD)."""

    __tablename__ = "edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[str] = mapped_column(String(20))
    edition_date: Mapped[date] = mapped_column(index=True)
    population_date: Mapped[date | None]
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the plan said: records by Satzart, bodies by level, new, changed, dissolved and the like."""
    imported_at: Mapped[datetime] = mapped_column(default=now)


class ChangeFile(Base):
    """One imported file of territorial changes (Gebietsänderungen)."""

    __tablename__ = "change_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    rows: Mapped[int]
    imported_at: Mapped[datetime] = mapped_column(default=now)


class ChangeEvent(Base):
    """A territorial change as officially reported (W3C org:ChangeEvent): one giving and one receiving unit.

    Units are kept as the file names them, by keys: the event may be older than any edition that was imported.
    """

    __tablename__ = "change_event"
    __table_args__ = (
        UniqueConstraint("reference", "unit_kind", "ars_from", "ars_to", "kinds", name="uq_change_event_row"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    change_file_id: Mapped[int] = mapped_column(ForeignKey("change_file.id"), index=True)
    reference: Mapped[str] = mapped_column(String(30))
    unit_kind: Mapped[str] = mapped_column(String(30))
    kinds: Mapped[str] = mapped_column(String(10))
    """The numbers of the kinds of change, ascending, separated by commas: "1", "3,4"."""
    ars_from: Mapped[str] = mapped_column(String(12), index=True)
    ags_from: Mapped[str | None] = mapped_column(String(8), index=True)
    name_from: Mapped[str] = mapped_column(String(200))
    ars_to: Mapped[str] = mapped_column(String(12), index=True)
    ags_to: Mapped[str | None] = mapped_column(String(8), index=True)
    name_to: Mapped[str] = mapped_column(String(200))
    area_m2: Mapped[int | None] = mapped_column(BigInteger)
    inhabitants: Mapped[int | None]
    legal_on: Mapped[date | None]
    statistical_on: Mapped[date | None]


class HistoryKind(StrEnum):
    """What an edition changed about a unit that is worth remembering."""

    NEW = "new"
    RENAMED = "renamed"
    REKEYED = "rekeyed"
    ARS_CHANGED = "ars_changed"
    MOVED = "moved"
    DISSOLVED = "dissolved"
    REVIVED = "revived"


class HistoryEntry(Base):
    """What an edition changed about a unit: the former value leads to the unit in search and addresses."""

    __tablename__ = "history_entry"
    __table_args__ = (Index("ix_history_entry_kind_before", "kind", "before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    kind: Mapped[HistoryKind] = mapped_column(choice(HistoryKind))
    before: Mapped[str | None] = mapped_column(String(200))
    after: Mapped[str | None] = mapped_column(String(200))

    edition: Mapped[Edition] = relationship()


class Succession(Base):
    """Which unit took the place of a dissolved one: officially, or proposed where no file says so."""

    __tablename__ = "succession"
    __table_args__ = (CheckConstraint("predecessor_id <> successor_id", name="two_units"),)

    predecessor_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), primary_key=True, index=True)
    is_official: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(300))
