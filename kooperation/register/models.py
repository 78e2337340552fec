"""What is remembered of the official register: editions, territorial changes, and what became of units."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kooperation.accounts.models import User
from kooperation.base.db import Base, choice, now
from kooperation.register.rules.uploads import Summary, UploadState


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


class RegisterUpload(Base):
    """A register file that an administrator uploaded, and how far it has come.

    ``run`` is the number of the run that may write here, and of its progress: what an earlier one still brings is
    left aside. ``plan`` is what the page shows of the plan, ``fingerprint`` tells whether it would still be the same.
    """

    __tablename__ = "register_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    uploaded_at: Mapped[datetime]
    file_name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str | None] = mapped_column(String(40))
    """The name of the file in the folder of uploads; None once it is removed."""
    state: Mapped[UploadState] = mapped_column(choice(UploadState), index=True)
    state_since: Mapped[datetime]
    run: Mapped[str | None] = mapped_column(String(40))
    message: Mapped[str | None] = mapped_column(String(500))
    problems: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    change_file_id: Mapped[int | None] = mapped_column(ForeignKey("change_file.id"))

    uploaded_by: Mapped[User | None] = relationship(foreign_keys=[uploaded_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def summary(self) -> Summary | None:
        """What is shown of the plan; None where there is none, or no longer."""
        return Summary.from_json(self.plan) if self.plan else None

    @property
    def title(self) -> str:
        """What the file is, once it was read; else its name."""
        return self.summary.title if self.summary else self.file_name


class RegisterUploadRow(Base):
    """A row of the plan of an upload, as it is shown: by section, from 0, and position in it, from 0."""

    __tablename__ = "register_upload_row"

    upload_id: Mapped[int] = mapped_column(ForeignKey("register_upload.id", ondelete="CASCADE"), primary_key=True)
    section: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
