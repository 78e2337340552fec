"""Writing the log. It is never altered, but for what erasure blanks and what a merger of two rows points elsewhere."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Text, cast, or_, select, update

from kooperation.audit.models import AuditEntry, is_personal
from kooperation.audit.rules import FORGOTTEN
from kooperation.base.db import db


class Actor(Protocol):
    """Whoever changes something: a user, or the shell."""

    @property
    def id(self) -> int | None:
        """The user's number; None for the shell and the worker."""

    @property
    def name(self) -> str:
        """What the log calls the actor."""


class Subject(Protocol):
    """A stored record with a number."""

    @property
    def id(self) -> Any:
        """The record's number; it must have been flushed."""


@dataclass(frozen=True, slots=True)
class SystemActor:
    """An actor without an account."""

    name: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Whose record was changed: the number of the municipality, and whether it keeps the record to itself."""

    by_id: int
    is_own: bool = False


SHELL = SystemActor("Kommandozeile")


def record(
    actor: Actor,
    event: str,
    subject: Subject,
    *,
    label: str,
    kept: Kept | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write down a change in the transaction of the change; the caller commits.

    ``event`` is "noun.verb", ``before`` and ``after`` hold the changed values by column name, fit for JSON.
    ``kept`` says whose record it is, where it is a municipality's. The subject must have its number already
    (ValueError).
    """
    if subject.id is None:
        raise ValueError("flush the subject before its change is recorded")
    entry = AuditEntry(
        actor_id=actor.id,
        actor_name=actor.name,
        event=event,
        subject_kind=type(subject).__name__,
        subject_id=subject.id,
        subject_label=label[:200],
        keeper_id=kept.by_id if kept else None,
        is_own=kept.is_own if kept else False,
        before=before,
        after=after,
    )
    db.session.add(entry)
    return entry


def forget_actor(number: int) -> None:
    """Let the log say "gelöschtes Konto" wherever a user acted. The caller commits."""
    db.session.execute(
        update(AuditEntry).where(AuditEntry.actor_id == number).values(actor_id=None, actor_name=FORGOTTEN)
    )


def forget_records(kind: str, numbers: Collection[int]) -> None:
    """Blank what the log says of records that are erased: their names, their numbers and all personal values.

    The numbers become 0, since SQLite gives the number of a removed row anew. The caller commits.
    """
    about = (AuditEntry.subject_kind == kind, AuditEntry.subject_id.in_(numbers))
    for entry in db.session.scalars(select(AuditEntry).where(*about)) if numbers else ():
        entry.subject_label, entry.subject_id = FORGOTTEN, 0
        entry.before, entry.after = _without_personal(kind, entry.before), _without_personal(kind, entry.after)
    db.session.flush()


def forget_address(address: str) -> None:
    """Blank every value and name of the log that holds a mail address, whatever the record. The caller commits."""
    # Not within a longer address, which is another person's.
    whole = re.compile(rf"(?<![\w.%+-]){re.escape(address)}(?!\.?[\w-])")
    held = (AuditEntry.subject_label, cast(AuditEntry.before, Text), cast(AuditEntry.after, Text))
    mentions = or_(*(column.contains(address, autoescape=True) for column in held))
    for entry in db.session.scalars(select(AuditEntry).where(mentions)):
        entry.subject_label = whole.sub(FORGOTTEN, entry.subject_label)[:200]
        entry.before, entry.after = _without(whole, entry.before), _without(whole, entry.after)
    db.session.flush()


def repoint_actor(from_number: int, into_number: int) -> None:
    """Two users are one person: what the one did, the other did. The caller commits."""
    db.session.execute(update(AuditEntry).where(AuditEntry.actor_id == from_number).values(actor_id=into_number))


def repoint_records(kind: str, from_number: int, into_number: int) -> None:
    """Two records are one: what happened to the one, happened to the other. The caller commits."""
    theirs = update(AuditEntry).where(AuditEntry.subject_kind == kind, AuditEntry.subject_id == from_number)
    db.session.execute(theirs.values(subject_id=into_number))


def repoint_keeper(from_number: int, into_number: int) -> None:
    """Two rows turned out to be one municipality: the one that stays keeps what both kept. The caller commits."""
    db.session.execute(update(AuditEntry).where(AuditEntry.keeper_id == from_number).values(keeper_id=into_number))
    repoint_records("Municipality", from_number, into_number)


def forget_keepers(numbers: Collection[int]) -> None:
    """Let no municipality be told of the changes of some that are removed: SQLite gives their numbers anew."""
    db.session.execute(update(AuditEntry).where(AuditEntry.keeper_id.in_(numbers)).values(keeper_id=None))


def _without_personal(kind: str, values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {name: None if is_personal(kind, name) else value for name, value in values.items()}


def _without(pattern: re.Pattern[str], values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {name: None if pattern.search(str(value)) else value for name, value in values.items()}
