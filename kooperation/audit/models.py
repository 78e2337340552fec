"""The log: one row a change, never altered."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from kooperation.base.db import Base, now


class AuditEntry(Base):
    """Who changed what and when, with what was there before and after."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_kind", "subject_id", "at"),
        Index("ix_audit_entry_keeper", "keeper_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_name: Mapped[str] = mapped_column(String(200))
    event: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    subject_label: Mapped[str] = mapped_column(String(200))
    keeper_id: Mapped[int | None]
    """The number of the municipality that keeps the record; None for what belongs to none. Rows outlive records, so
    this is no foreign key."""
    is_own: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the record is of the visibility ``own``: its values are for those who see the record."""
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
