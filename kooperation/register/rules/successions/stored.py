"""What the events say about bodies that are stored: successors of dissolved ones, and bodies stored twice."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from kooperation.register.rules.bodies import Body, BodyRef, KnownBody, Successor
from kooperation.register.rules.names import bare_name
from kooperation.register.rules.records import ChangeRecord
from kooperation.register.rules.successions.lineage import Heir, Lineage, Step
from kooperation.register.rules.successions.proposals import Proposals

_ABOUT_A_YEAR = timedelta(days=400)


def successors_today(
    known: Sequence[KnownBody],
    events: Iterable[ChangeRecord],
    as_of: date | None = None,
    proposed: Mapping[int, Sequence[Successor]] | None = None,
) -> dict[int, tuple[Successor, ...]]:
    """The successors of the dissolved bodies, by their row: those that exist today, over all reforms in between.

    Official ones where the events tell, otherwise at most one proposal; a body without either is not in it.
    ``as_of`` is the date of the newest edition: later events have not reached the stored bodies yet. ``proposed``
    are proposals made earlier, by row: a plan sees by how much a neighbour grew, which is not stored. They stay as
    long as they exist and nothing official is known.
    """
    living = {one.body.ref: one for one in known if one.dissolved_on is None}
    lineage = Lineage(events, {one.body.ref for one in known}, as_of)
    names = {ref: one.body.display_name for ref, one in living.items()}
    proposals: dict[date, Proposals] = {}
    found: dict[int, tuple[Successor, ...]] = {}
    for one in known:
        if one.dissolved_on is None:
            continue
        step = ending_of(lineage, one, one.dissolved_on)
        successors = official_successors(lineage, step, names) if step else ()
        if not successors:
            successors = tuple(earlier for earlier in (proposed or {}).get(one.id, ()) if earlier.ref in living)
        if not successors:
            if one.dissolved_on not in proposals:
                proposals[one.dissolved_on] = _proposals(living.values(), one.dissolved_on)
            successors = proposals[one.dissolved_on].of(one.body)
        if successors:
            found[one.id] = successors
    return found


def endings(known: Sequence[KnownBody], events: Iterable[ChangeRecord], as_of: date | None = None) -> dict[int, date]:
    """The legal day on which dissolved bodies ended, by their row, of those that the events tell of.

    An edition that comes before the changes knows only by which day a unit was gone. ``as_of`` as above; no day is
    later than it.
    """
    lineage = Lineage(events, {one.body.ref for one in known}, as_of)
    found: dict[int, date] = {}
    for one in known:
        step = None if one.dissolved_on is None else ending_of(lineage, one, one.dissolved_on)
        if step is not None:
            found[one.id] = min(step.legal_on, as_of or step.legal_on)
    return found


def ending_of(lineage: Lineage, one: KnownBody, until: date) -> Step | None:
    """The step by which a body ended under its key, seen from a day: not one from before it had the key."""
    step = lineage.ending(one.body.ref, until)
    return step if step and (one.first_seen is None or step.on > one.first_seen) else None


def official_successors(lineage: Lineage, step: Step, names: Mapping[BodyRef, str]) -> tuple[Successor, ...]:
    """Who has the place of the unit that ended with a step, of those in ``names`` (display names of what exists)."""
    return tuple(Successor(heir.ref, True, _told(heir, names[heir.ref])) for heir in lineage.heirs(step, names.keys()))


def rekeys_to_merge(known: Sequence[KnownBody], events: Iterable[ChangeRecord]) -> list[tuple[int, int]]:
    """Pairs of rows (dissolved, living) that are one body: an official key change leads from one to the other.

    They come about where an edition was imported before the changes that explain it. A key that several took at
    once is a merger, so it is in no pair; neither is a living body that was there before the change.
    """
    lineage = Lineage(events, {one.body.ref for one in known})
    living = {one.body.ref: one for one in known if one.dissolved_on is None}
    pairs: list[tuple[int, int]] = []
    for one in known:
        step = None if one.dissolved_on is None else ending_of(lineage, one, one.dissolved_on)
        target = None if step is None else lineage.rekeyed(step)
        young = living.get(target) if target else None
        if step is not None and young is not None and _came_with(young, one.body, step.on):
            pairs.append((one.id, young.id))
    claims = Counter(young for _, young in pairs)
    return sorted(pair for pair in pairs if claims[pair[1]] == 1)


def _came_with(young: KnownBody, old: Body, on: date) -> bool:
    """Whether a living body came with the change; where that is not known, whether it has the name."""
    if young.first_seen is None:
        return bare_name(young.body.official_name) == bare_name(old.official_name)
    return young.first_seen >= on


def _proposals(living: Iterable[KnownBody], dissolved_on: date) -> Proposals:
    bodies = list(living)
    new = frozenset(
        one.body.ref
        for one in bodies
        if one.first_seen is not None and dissolved_on <= one.first_seen <= dissolved_on + _ABOUT_A_YEAR
    )
    return Proposals([one.body for one in bodies], new)


def _told(heir: Heir, name: str) -> str:
    step = heir.first_step
    return f"{name}, laut Gebietsänderung {step.reference} zum {step.legal_on:%d.%m.%Y}"
