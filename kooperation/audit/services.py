"""Writing the log."""

from dataclasses import dataclass
from typing import Any, Protocol

from kooperation.audit.models import AuditEntry
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
