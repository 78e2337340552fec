"""The log: one row a change, never altered."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from kooperation.base.db import Base, now


class AuditEntry(Base):
    """Who changed what and when, with what was there before and after."""

    __tablename__ = "audit_entry"
    # Each holds what the filters of the log ask for, so that counting and turning pages reads no rows.
    __table_args__ = (
        Index("ix_audit_entry_at", "at", "id", "event", "actor_id", "keeper_id"),
        Index("ix_audit_entry_event", "event", "at", "id", "actor_id", "keeper_id"),
        Index("ix_audit_entry_actor", "actor_id", "at", "id", "event", "keeper_id", "actor_name"),
        Index("ix_audit_entry_keeper", "keeper_id", "at", "id", "event", "actor_id", "is_own", "subject_kind"),
        Index("ix_audit_entry_subject", "subject_kind", "subject_id", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None]
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


@cache
def personal_columns() -> Mapping[str, Mapping[str, bool]]:
    """Of each model, by the name of its class, the columns, and whether they hold personal data, as they say it."""
    return {
        mapper.class_.__name__: {
            attribute.key: bool(attribute.columns[0].info.get("personal")) for attribute in mapper.column_attrs
        }
        for mapper in Base.registry.mappers
    }


@cache
def is_personal(kind: str, column: str) -> bool:
    """Whether a value that the log holds of a kind of record is personal.

    What is no column of the record (any more) counts as personal where a column of that name is personal anywhere.
    """
    models = personal_columns()
    if column in models.get(kind, {}):
        return models[kind][column]
    return any(columns.get(column, False) for columns in models.values())
