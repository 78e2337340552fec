"""Reading the log: filtered and in pages, whole for an export, and of one record or one person."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_

from kooperation.audit.models import AuditEntry
from kooperation.audit.rules import Entry
from kooperation.base.db import BERLIN, db
from kooperation.base.paging import PER_PAGE, Page

PORTION = 1_000
"""Entries of an export that are read at a time."""

# Of the table, not of the class: entries are shown as they are, and loading objects takes longer than reading them.
_log = AuditEntry.__table__.c
_COLUMNS = [_log[name] for name in Entry._fields]


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which entries of the log are shown, and in what order; None shows all.

    ``actor`` is the number of a user, or the name of an actor without an account. ``since`` and ``until`` are days in
    Germany, both included. ``hidden_kinds`` are kinds of record that the viewer may not know of, ``without_own``
    leaves out what the municipality keeps to itself.
    """

    actor: int | str | None = None
    event: str | None = None
    keeper_id: int | None = None
    record: tuple[str, int] | None = None
    since: date | None = None
    until: date | None = None
    oldest_first: bool = False
    hidden_kinds: Collection[str] = ()
    without_own: bool = False


def page_of(wanted: LogFilter, number: int) -> Page[Entry]:
    """A page of the entries that the filter lets through, with three statements; one behind the last gives the last."""
    conditions = _conditions(wanted)
    total = db.session.scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0
    pages = max(1, -(-total // PER_PAGE))
    number = min(max(1, number), pages)
    first, last = (number - 1) * PER_PAGE, min(number * PER_PAGE, total)
    # From the nearer end: half as much has to be passed over for a page deep down.
    from_behind = first > total - last
    skipped = total - last if from_behind else first
    ids = select(_log.id).where(*conditions).order_by(*_order(wanted, backwards=from_behind))
    found = db.session.scalars(ids.limit(last - first).offset(skipped)).all() if total else []
    return Page(_entries(found[::-1] if from_behind else found), number, total)


def count(wanted: LogFilter) -> int:
    """How many entries the filter lets through."""
    return db.session.scalar(select(func.count()).select_from(AuditEntry).where(*_conditions(wanted))) or 0


def all_of(wanted: LogFilter) -> Iterator[Sequence[Entry]]:
    """All entries that the filter lets through, in portions; between two of them no transaction need be open."""
    conditions, compare = _conditions(wanted), "__gt__" if wanted.oldest_first else "__lt__"
    statement = select(*_COLUMNS).where(*conditions).order_by(*_order(wanted)).limit(PORTION)
    further = statement
    while portion := [Entry(*row) for row in db.session.execute(further)]:
        yield portion
        place = tuple_(_log.at, _log.id)
        further = statement.where(getattr(place, compare)((portion[-1].at, portion[-1].id)))


def events_of(wanted: LogFilter) -> list[str]:
    """What kinds of events the filter lets through, whatever one of them and whatever period it asks for."""
    conditions = _conditions(replace(wanted, event=None, since=None, until=None))
    return list(db.session.scalars(select(_log.event).where(*conditions).distinct().order_by(_log.event)))


def of_record(kind: str, number: int, most: int = PER_PAGE) -> list[Entry]:
    """The latest entries about one record, the newest first."""
    return _latest([_log.subject_kind == kind, _log.subject_id == number], most)


def by_actor(number: int) -> list[Entry]:
    """All that a user changed, the newest first."""
    return _latest([_log.actor_id == number])


def about(records: Collection[tuple[str, int]]) -> list[Entry]:
    """All that happened to some records, the newest first."""
    return _latest([tuple_(_log.subject_kind, _log.subject_id).in_(list(records))]) if records else []


def _latest(conditions: list[ColumnElement[bool]], most: int | None = None) -> list[Entry]:
    found: Select[Any] = select(*_COLUMNS).where(*conditions).order_by(*_order(LogFilter())).limit(most)
    return [Entry(*row) for row in db.session.execute(found)]


def _entries(ids: Sequence[int]) -> list[Entry]:
    if not ids:
        return []
    rows = {row.id: Entry(*row) for row in db.session.execute(select(*_COLUMNS).where(_log.id.in_(ids)))}
    return [rows[number] for number in ids if number in rows]


def _order(wanted: LogFilter, *, backwards: bool = False) -> list[ColumnElement[Any]]:
    columns: list[ColumnElement[Any]] = [_log.at, _log.id]
    if isinstance(wanted.actor, str):
        # Empty in all of them; PostgreSQL needs to be told that the index on it gives the order.
        columns = [_log.actor_id, *columns]
    return columns if wanted.oldest_first is not backwards else [column.desc() for column in columns]


def _conditions(wanted: LogFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if isinstance(wanted.actor, int):
        conditions.append(_log.actor_id == wanted.actor)
    elif wanted.actor is not None:
        conditions.append(and_(_log.actor_id.is_(None), _log.actor_name == wanted.actor))
    if wanted.event is not None:
        conditions.append(_log.event == wanted.event)
    if wanted.keeper_id is not None:
        conditions.append(_log.keeper_id == wanted.keeper_id)
    if wanted.record is not None:
        conditions += [_log.subject_kind == wanted.record[0], _log.subject_id == wanted.record[1]]
    if wanted.since is not None:
        conditions.append(_log.at >= _midnight(wanted.since))
    if wanted.until is not None:
        conditions.append(_log.at < _midnight(wanted.until + timedelta(days=1)))
    if wanted.hidden_kinds:
        conditions.append(_log.subject_kind.not_in(wanted.hidden_kinds))
    if wanted.without_own:
        conditions.append(~_log.is_own)
    return conditions


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BERLIN)
