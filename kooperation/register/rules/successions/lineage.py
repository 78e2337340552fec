"""What became of units: the territorial changes as steps from one unit to others, and where they lead in the end.

Keys are used again and reforms follow one another, so every step has its day, and a unit is followed only forward
in time. Steps of the same day happen at once: they start from the keys before and lead to the keys after that day.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kooperation.parties.rules import Level
from kooperation.register.rules.bodies import BodyRef
from kooperation.register.rules.records import ChangeKind, ChangeRecord

_LEVEL_OF_LENGTH = {2: Level.LAND, 3: Level.REGIERUNGSBEZIRK, 5: Level.LANDKREIS}


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to one unit on one day.

    ``targets`` are the units that have its territory afterwards, the largest part first. ``is_rekey``: it lives on
    as the only target under another key; otherwise it was dissolved. ``on`` is the day from which the register
    has it so, ``legal_on`` the day from which it is law.
    """

    origin: BodyRef
    name: str
    on: date
    legal_on: date
    reference: str
    is_rekey: bool
    targets: tuple[BodyRef, ...]


@dataclass(frozen=True, slots=True)
class Heir:
    """A unit that has a dissolved one's place, and the step by which that one ended."""

    ref: BodyRef
    first_step: Step


class Lineage:
    """All steps of some events. ``refs`` are units known otherwise; they tell what a Kreis key of 5 digits is.

    Events after ``until`` are left out: they have not happened yet.
    """

    def __init__(
        self, events: Iterable[ChangeRecord], refs: Collection[BodyRef] = (), until: date | None = None
    ) -> None:
        self._refs = refs if isinstance(refs, set | frozenset | dict) else frozenset(refs)
        self._steps: dict[BodyRef, list[Step]] = defaultdict(list)
        for step in self._made(events, until):
            self._steps[step.origin].append(step)
        for steps in self._steps.values():
            steps.sort(key=lambda step: step.on)

    def ending(self, ref: BodyRef, dissolved_on: date) -> Step | None:
        """The step by which a unit ended that was found dissolved on a day: the last one until then, else the next."""
        steps = self._steps.get(ref, [])
        until_then = [step for step in steps if min(step.on, step.legal_on) <= dissolved_on]
        return until_then[-1] if until_then else (steps[0] if steps else None)

    def first_after(self, ref: BodyRef, after: date | None) -> Step | None:
        """The first step of a unit that took effect after a day (None: ever)."""
        return next((step for step in self._steps.get(ref, []) if after is None or step.on > after), None)

    def rekeyed(self, step: Step) -> BodyRef | None:
        """The key under which a unit lives on after a step and all that follow; None if it was dissolved."""
        seen: set[tuple[BodyRef, date]] = set()
        while step.is_rekey:
            target = step.targets[0]
            following = self.first_after(target, step.on)
            if following is None:
                return target
            if (target, following.on) in seen:
                return None
            seen.add((target, following.on))
            step = following
        return None

    def heirs(self, step: Step, existing: Collection[BodyRef]) -> tuple[Heir, ...]:
        """The existing units that a step leads to in the end, over all later ones; nothing where the trace is lost."""
        found: dict[BodyRef, None] = {}
        self._follow(step, existing, found, set())
        return tuple(Heir(ref, step) for ref in found if ref != step.origin)

    def _follow(
        self, step: Step, existing: Collection[BodyRef], found: dict[BodyRef, None], seen: set[tuple[BodyRef, date]]
    ) -> None:
        if (step.origin, step.on) in seen:
            return
        seen.add((step.origin, step.on))
        for target in step.targets:
            following = self.first_after(target, step.on)
            before = len(found)
            if following is not None:
                self._follow(following, existing, found, seen)
            # An event may be known before the edition that has it: what still exists is still the heir.
            if len(found) == before and target in existing:
                found[target] = None

    def _made(self, events: Iterable[ChangeRecord], until: date | None) -> Iterable[Step]:
        rows: dict[tuple[BodyRef, date], list[ChangeRecord]] = defaultdict(list)
        sharers: dict[tuple[BodyRef, date], set[BodyRef]] = defaultdict(set)
        for event in events:
            on = event.statistical_on or event.legal_on
            if on is None or (until is not None and on > until) or not _ends_or_rekeys(event):
                continue
            origin, target = self.origin_of(event), self.target_of(event)
            if origin == target:
                continue
            rows[origin, on].append(event)
            if ChangeKind.KEY_CHANGE in event.kinds:
                sharers[target, on].add(origin)
        for (origin, on), group in rows.items():
            yield self._step(origin, on, group, sharers)

    def _step(
        self,
        origin: BodyRef,
        on: date,
        group: Sequence[ChangeRecord],
        sharers: dict[tuple[BodyRef, date], set[BodyRef]],
    ) -> Step:
        # A Gemeinde by itself is told twice, also as its own "Verband": then the row of the Gemeinde is exact.
        own = [event for event in group if event.unit_kind != "Gemeindeverband"]
        if origin.level is not Level.GEMEINDEVERBAND and own:
            group = own
        # A unit without people is divided by area.
        by_size = sorted(group, key=lambda event: (-(event.inhabitants or 0), -(event.area_m2 or 0)))
        targets = tuple(dict.fromkeys(self.target_of(event) for event in by_size))
        only_keys = all(ChangeKind.DISSOLUTION not in event.kinds for event in group)
        # Several units that take one new key are a merger, whatever the file calls it.
        is_rekey = only_keys and len(targets) == 1 and len(sharers[targets[0], on]) == 1
        first = by_size[0]
        return Step(origin, first.name_from, on, first.legal_on or on, first.reference, is_rekey, targets)

    def origin_of(self, event: ChangeRecord) -> BodyRef:
        """The giving or dissolved unit."""
        return self._ref(event.unit_kind, event.ars_from, event.ags_from)

    def target_of(self, event: ChangeRecord) -> BodyRef:
        """The receiving or resulting unit."""
        return self._ref(event.unit_kind, event.ars_to, event.ags_to)

    def _ref(self, unit_kind: str, ars: str, ags: str | None) -> BodyRef:
        ref = ref_of(ars, ags)
        if ref.level is Level.LANDKREIS and ref not in self._refs:
            city = BodyRef(Level.KREISFREIE_STADT, f"{ars}000")
            if unit_kind == "Kreisfreie Stadt" or city in self._refs:
                return city
        return ref


def ref_of(ars: str, ags: str | None = None) -> BodyRef:
    """The body that a regional key of 2, 3, 5, 9 or 12 digits means.

    A Verband key of 9 digits whose Verband begins with 0 or 9 is no association but a Gemeinde by itself, or a
    gemeindefreies Gebiet: then its last three digits are the Gemeinde's. A Gemeinde 000 is a kreisfreie Stadt.
    """
    if len(ars) == 9 and ars[5] in "09":
        return _gemeinde(ars[:5] + ars[6:])
    if len(ars) == 9:
        return BodyRef(Level.GEMEINDEVERBAND, ars)
    if len(ars) == 12 or ags:
        return _gemeinde(ags or ars[:5] + ars[9:])
    return BodyRef(_LEVEL_OF_LENGTH[len(ars)], ars)


def _gemeinde(ags: str) -> BodyRef:
    return BodyRef(Level.KREISFREIE_STADT if ags.endswith("000") else Level.GEMEINDE, ags)


def _ends_or_rekeys(event: ChangeRecord) -> bool:
    """Part transfers and mere renames change nobody's identity."""
    return bool(event.kinds & {ChangeKind.DISSOLUTION, ChangeKind.KEY_CHANGE})
