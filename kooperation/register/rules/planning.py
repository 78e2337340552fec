"""Compares an edition with what is stored: what would be new, changed, dissolved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date

from kooperation.base.errors import RuleViolation
from kooperation.parties.rules import Level, is_demo
from kooperation.register.rules.bodies import Body, BodyRef, EditionBodies, KnownBody
from kooperation.register.rules.plans import BodyChange, ChangeType, Dissolution, EditionPlan, FieldChange
from kooperation.register.rules.records import ChangeRecord, EditionFormat
from kooperation.register.rules.successions import ending_of, official_successors
from kooperation.register.rules.successions.lineage import Lineage, Step
from kooperation.register.rules.successions.proposals import Proposals

_FIELDS = tuple(one.name for one in fields(Body))
_TOLD_BY_TYPE = frozenset({"level", "key", "ars", "official_name", "parent"})
_GV100AD_NAME = 50
_LEVELS = {level: at for at, level in enumerate(Level)}
_LEFT_OUT: Mapping[EditionFormat, tuple[str, ...]] = {
    EditionFormat.AUSZUG_GV: ("seat",),
    EditionFormat.GV100AD: ("longitude", "latitude", "travel_region", "urbanisation"),
}
"""What a format does not tell; there, nothing means unknown and what is stored stays."""


def plan_edition(known: Sequence[KnownBody], edition: EditionBodies, events: Iterable[ChangeRecord]) -> EditionPlan:
    """What applying an edition to the stored bodies would do.

    ``known`` are all stored bodies but those of the demonstration region, dissolved ones too; ``events`` all known
    territorial changes, of which those after the edition are left out. A key that an official change moved 1:1
    keeps its row (re-keyed). Refuses an edition that has the demonstration region's Land (RuleViolation).
    """
    if any(is_demo(body.key) for body in edition.bodies):
        raise RuleViolation("Die Ausgabe enthält das Land 99; dieser Schlüssel gehört den Beispieldaten.")
    return _Comparison(known, edition, events).plan()


def ensure_newer(latest: date | None, edition: date, force: bool) -> None:
    """Refuse (RuleViolation) an edition older than the newest one imported, unless forced."""
    if latest is not None and edition < latest and not force:
        raise RuleViolation(
            f"Die Ausgabe vom {edition:%d.%m.%Y} ist älter als die zuletzt eingelesene vom {latest:%d.%m.%Y}. "
            "Mit --force lesen Sie sie trotzdem ein."
        )


def known_after(
    known: Iterable[KnownBody], plan: EditionPlan, ids: Mapping[BodyRef, int], *, is_first: bool
) -> list[KnownBody]:
    """The stored bodies as they are once a plan is applied, in the order in which they are read.

    ``known`` are those before, ``ids`` the rows of the bodies that exist afterwards. Of the first edition nothing is
    remembered as new.
    """
    before = {one.id: one for one in known}
    new_keys = {change.before.ref: change.after.ref for change in plan.changed}
    rekeyed = {change.id for change in plan.changed if ChangeType.REKEYED in change.types}
    ends = {gone.id: gone.dissolved_on for gone in plan.dissolved}
    after: dict[int, KnownBody] = {}
    for body in plan.bodies:
        number = ids[body.ref]
        earlier = before.get(number)
        seen = [earlier.first_seen] if earlier and earlier.first_seen else []
        if not is_first and (earlier is None or number in rekeyed):
            seen.append(plan.edition_date)
        after[number] = KnownBody(number, body, None, max(seen, default=None))
    for number in before.keys() - after.keys():
        one = before[number]
        parent, fulfilling = (new_keys.get(ref, ref) if ref else None for ref in (one.body.parent, one.body.fulfilling))
        body = replace(one.body, parent=parent, fulfilling=fulfilling)
        after[number] = replace(one, body=body, dissolved_on=ends.get(number, one.dissolved_on))
    return sorted(after.values(), key=lambda one: (one.body.level.value, one.body.key))


@dataclass(slots=True)
class _Comparison:
    known: Sequence[KnownBody]
    edition: EditionBodies
    events: Iterable[ChangeRecord]
    _described: dict[BodyRef, Body] = field(default_factory=dict)
    _rows: dict[BodyRef, KnownBody] = field(default_factory=dict)
    _rekeyed: dict[BodyRef, tuple[BodyRef, Step]] = field(default_factory=dict)
    _new_keys: dict[BodyRef, BodyRef] = field(default_factory=dict)

    def plan(self) -> EditionPlan:
        self._described = {body.ref: body for body in self.edition.bodies}
        self._rows = {one.body.ref: one for one in self.known}
        lineage = Lineage(self.events, self._rows.keys() | self._described.keys(), self.edition.edition_date)
        self._find_rekeyed(lineage)
        origins = {target: origin for origin, (target, _) in self._rekeyed.items()}
        new: list[Body] = []
        changed: list[BodyChange] = []
        bodies: list[Body] = []
        for described in self.edition.bodies:
            row = self._rows.get(origins.get(described.ref, described.ref))
            body = described if row is None else self._completed(described, row.body)
            bodies.append(body)
            if row is None:
                new.append(body)
            elif change := self._change(row, body):
                changed.append(change)
        dissolved = self._dissolved(lineage, frozenset(body.ref for body in new), bodies)
        return EditionPlan(
            self.edition.edition_date,
            self.edition.population_date,
            tuple(bodies),
            tuple(sorted(new, key=_order)),
            tuple(sorted(changed, key=lambda change: _order(change.after))),
            tuple(sorted(dissolved, key=lambda gone: _order(gone.body))),
            len(bodies) - len(new) - len(changed),
        )

    def _find_rekeyed(self, lineage: Lineage) -> None:
        """Stored bodies that are gone under their key and live on under one that no stored body has."""
        claims: dict[BodyRef, list[tuple[BodyRef, Step]]] = {}
        for one in self.known:
            ref = one.body.ref
            if one.dissolved_on is None and ref not in self._described:
                step = ending_of(lineage, one, self.edition.edition_date)
                target = lineage.rekeyed(step) if step else None
                if step and target in self._described and target not in self._rows:
                    claims.setdefault(target, []).append((ref, step))
        for target, claimants in claims.items():
            if len(claimants) == 1:
                ref, step = claimants[0]
                self._rekeyed[ref] = (target, step)
                self._new_keys[ref] = target

    def _completed(self, described: Body, stored: Body) -> Body:
        """What the edition says, with what its format leaves out taken from what is stored."""
        kept: dict[str, object] = {
            name: getattr(stored, name)
            for name in _LEFT_OUT[self.edition.format]
            if getattr(described, name) is None and getattr(stored, name) is not None
        }
        # GV100AD cuts a name off at 50 characters.
        if described.official_name != stored.official_name and self._is_cut_off(described, stored):
            kept |= {"official_name": stored.official_name, "display_name": stored.display_name}
        # GV100AD names no date of its population; the same figures are still those of the date that is stored.
        same = (described.population, described.population_male) == (stored.population, stored.population_male)
        if same and described.population_date is None and stored.population_date is not None:
            kept["population_date"] = stored.population_date
        if described.is_contract and described.fulfilling is None and stored.fulfilling is not None:
            fulfilling = self._new_keys.get(stored.fulfilling, stored.fulfilling)
            member = self._described.get(fulfilling)
            if member is not None and member.parent == described.ref:
                kept["fulfilling"] = fulfilling
        return replace(described, **kept) if kept else described  # type: ignore[arg-type]

    def _is_cut_off(self, described: Body, stored: Body) -> bool:
        if self.edition.format is not EditionFormat.GV100AD or len(described.official_name) < _GV100AD_NAME:
            return False
        return stored.official_name.startswith(described.official_name)

    def _change(self, row: KnownBody, after: Body) -> BodyChange | None:
        """How a stored body differs from what is to be stored; None if it does not."""
        before = row.body
        if before == after and row.dissolved_on is None:
            return None
        changes = tuple(
            FieldChange(name, was, becomes)
            for name in _FIELDS
            if (was := getattr(before, name)) != (becomes := getattr(after, name)) and not self._is_same(was, becomes)
        )
        types = set(self._types(before, after, {change.field for change in changes}))
        if row.dissolved_on is not None:
            types.add(ChangeType.REVIVED)
        if not types:
            return None
        rekeyed = self._rekeyed.get(before.ref)
        return BodyChange(row.id, before, after, frozenset(types), changes, rekeyed[1].reference if rekeyed else None)

    def _is_same(self, was: object, becomes: object) -> bool:
        """Whether two references mean one body, which only has another key."""
        return isinstance(was, BodyRef) and self._new_keys.get(was) == becomes

    def _types(self, before: Body, after: Body, names: set[str]) -> Iterable[ChangeType]:
        if "official_name" in names:
            yield ChangeType.RENAMED
        if before.ref != after.ref:
            yield ChangeType.REKEYED
        elif "ars" in names:
            yield ChangeType.ARS_CHANGED
        if "parent" in names:
            yield self._move(before, after)
        # The name that people say changes with the official one, and is told by it.
        told = _TOLD_BY_TYPE | {"display_name"} if "official_name" in names else _TOLD_BY_TYPE
        if names - told:
            yield ChangeType.FACTS

    def _move(self, before: Body, after: Body) -> ChangeType:
        if after.level not in (Level.GEMEINDE, Level.GEMEINDEVERBAND) or before.level is not after.level:
            return ChangeType.MOVED_OTHER
        kreis = BodyRef(Level.LANDKREIS, before.key[:5])
        if self._new_keys.get(kreis, kreis).key != after.key[:5]:
            return ChangeType.MOVED_KREIS
        parents = {parent.level for parent in (before.parent, after.parent) if parent}
        return ChangeType.MOVED_VERBAND if Level.GEMEINDEVERBAND in parents else ChangeType.MOVED_OTHER

    def _dissolved(self, lineage: Lineage, new: frozenset[BodyRef], bodies: Sequence[Body]) -> Iterable[Dissolution]:
        names = {body.ref: body.display_name for body in bodies}
        proposals: Proposals | None = None
        for one in self.known:
            ref = one.body.ref
            if one.dissolved_on is not None or ref in self._described or ref in self._rekeyed:
                continue
            step = ending_of(lineage, one, self.edition.edition_date)
            dissolved_on = min(step.legal_on, self.edition.edition_date) if step else self.edition.edition_date
            successors = official_successors(lineage, step, names) if step else ()
            if not successors:
                proposals = proposals or Proposals(bodies, new, self._growth(bodies))
                successors = proposals.of(one.body)
            yield Dissolution(one.id, one.body, dissolved_on, step.reference if step else None, successors)

    def _growth(self, bodies: Iterable[Body]) -> dict[BodyRef, float]:
        """By how many km² bodies that are stored already are larger in the edition."""
        pairs = ((self._rows[body.ref].body, body) for body in bodies if body.ref in self._rows)
        return {after.ref: (after.area_km2 or 0.0) - (before.area_km2 or 0.0) for before, after in pairs}


def _order(body: Body) -> tuple[int, str]:
    return _LEVELS[body.level], body.key
