"""What is remembered of a change: former names and keys, by which people still look for a unit."""

from collections.abc import Collection, Iterator, Mapping

from kooperation.register.models import HistoryEntry, HistoryKind
from kooperation.register.rules.bodies import Body, BodyRef
from kooperation.register.rules.plans import ChangeType, EditionPlan

_MOVES = frozenset({ChangeType.MOVED_KREIS, ChangeType.MOVED_VERBAND, ChangeType.MOVED_OTHER})


def history_of_plan(plan: EditionPlan, ids: Mapping[BodyRef, int], edition_id: int) -> Iterator[HistoryEntry]:
    """The entries for everything that a plan changes but plain facts; ``ids`` are the rows of the edition's bodies."""
    for body in plan.new:
        yield _entry(ids[body.ref], edition_id, HistoryKind.NEW, after=body.official_name)
    for gone in plan.dissolved:
        yield _entry(gone.id, edition_id, HistoryKind.DISSOLVED, before=gone.body.official_name)
    for change in plan.changed:
        yield from history_of_change(change.id, edition_id, change.types, change.before, change.after)


def history_of_change(
    number: int, edition_id: int, types: Collection[ChangeType], before: Body, after: Body
) -> Iterator[HistoryEntry]:
    """The entries for one unit that changed in some respects."""
    if ChangeType.RENAMED in types:
        yield _entry(number, edition_id, HistoryKind.RENAMED, before.official_name, after.official_name)
    if ChangeType.REKEYED in types:
        yield _entry(number, edition_id, HistoryKind.REKEYED, before.key, after.key)
    if before.ars != after.ars:
        yield _entry(number, edition_id, HistoryKind.ARS_CHANGED, before.ars, after.ars)
    if _MOVES.intersection(types):
        parents = (body.parent.key if body.parent else None for body in (before, after))
        yield _entry(number, edition_id, HistoryKind.MOVED, *parents)
    if ChangeType.REVIVED in types:
        yield _entry(number, edition_id, HistoryKind.REVIVED, after=after.official_name)


def _entry(
    number: int, edition_id: int, kind: HistoryKind, before: str | None = None, after: str | None = None
) -> HistoryEntry:
    return HistoryEntry(municipality_id=number, edition_id=edition_id, kind=kind, before=before, after=after)
