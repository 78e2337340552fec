"""Importing territorial changes: remember the events, then let dissolved units lead to their successors."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select, update

from kooperation.audit import services as audit
from kooperation.base import hooks, index
from kooperation.base.db import db
from kooperation.parties.models import Municipality, municipality_table, party_table
from kooperation.register.models import ChangeEvent, ChangeFile, HistoryEntry, HistoryKind, Succession
from kooperation.register.parse import ChangeKind, ChangeRecord, ChangesFile
from kooperation.register.queries.documents import KIND, unit_documents
from kooperation.register.queries.state import (
    OWN_COLUMNS,
    Imports,
    as_record,
    imports_so_far,
    known_bodies,
    known_events,
)
from kooperation.register.rules.bodies import KnownBody
from kooperation.register.rules.plans import ChangeType
from kooperation.register.rules.successions import rekeys_to_merge
from kooperation.register.services.history import history_of_change
from kooperation.register.services.successions import link_successions
from kooperation.register.services.turns import take_turn

_party = party_table.c
_unit = municipality_table.c

_REFERRING = ("parent_id", "land_id", "bezirk_id", "district_id", "association_id", "fulfilling_id")
_TAKEN = (*OWN_COLUMNS, *_REFERRING, "level", "key", "display_name", "sort_name")


@dataclass(frozen=True, slots=True)
class PlannedChanges:
    """A file of territorial changes and what importing it would do.

    ``merged`` are pairs of a dissolved body and the one that an edition brought under its new key: one body.
    """

    file: ChangesFile
    new: Sequence[ChangeRecord]
    made_on: Imports
    known: Sequence[KnownBody]
    merged: Sequence[tuple[KnownBody, KnownBody]] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Numbers for the summary: rows by what is done with them, new rows by kind of change, merged bodies."""
        by_kind = {kind.name.lower(): sum(kind in record.kinds for record in self.new) for kind in ChangeKind}
        return {
            "rows": len(self.file.records),
            "new": len(self.new),
            "known": len(self.file.records) - len(self.new),
            **by_kind,
            "merged": len(self.merged),
        }

    @property
    def is_empty(self) -> bool:
        """Whether importing it would change nothing."""
        return not self.new


def plan_changes(file: ChangesFile) -> PlannedChanges:
    """Work out which rows of the file are new and what they explain; writes nothing and holds no lock."""
    made_on = imports_so_far()
    stored = [as_record(event) for event in known_events()]
    known_rows = {_identity(record) for record in stored}
    new: dict[tuple[str, str, str, str, str], ChangeRecord] = {}
    for record in file.records:
        if _identity(record) not in known_rows:
            new.setdefault(_identity(record), record)
    bodies = known_bodies()
    by_id = {body.id: body for body in bodies}
    merges = rekeys_to_merge(bodies, [*stored, *new.values()])
    merged = [(by_id[old], by_id[young]) for old, young in merges]
    return PlannedChanges(file, list(new.values()), made_on, bodies, merged)


def apply_changes(planned: PlannedChanges, *, actor: audit.Actor) -> ChangeFile | None:
    """Remember the file and its events, and link dissolved units to their successors. The caller commits.

    Gives None where the file holds nothing new. Refuses a plan that another import overtook (RuleViolation).
    """
    if planned.is_empty:
        return None
    take_turn(planned.made_on)
    file = ChangeFile(
        starts_on=planned.file.starts_on,
        ends_on=planned.file.ends_on,
        file_name=planned.file.name[:200],
        sha256=planned.file.sha256,
        rows=len(planned.file.records),
    )
    db.session.add(file)
    db.session.flush()
    db.session.add_all(_event(record, file) for record in planned.new)
    for old, young in planned.merged:
        _merge(old, young)
    db.session.flush()
    db.session.expire_all()
    before = {row.predecessor_id for row in db.session.scalars(select(Succession).where(Succession.is_official))}
    successors = link_successions(known_bodies() if planned.merged else planned.known)
    for number in sorted(successors.keys() - before):
        municipality = db.session.get_one(Municipality, number)
        hooks.party_dissolved(municipality, successors[number])
    # What else a change file explains, no document says.
    if planned.merged:
        index.put(unit_documents([old.id for old, _young in planned.merged]))
    audit.record(actor, "changes.imported", file, label=file.file_name, after={"counts": planned.counts})
    return file


def _merge(old: KnownBody, young: KnownBody) -> None:
    """Make two rows one: the older keeps its number and takes what the younger says."""
    hooks.party_merged(young.id, old.id)
    for name in _REFERRING:
        db.session.execute(update(municipality_table).where(_unit[name] == young.id).values({name: old.id}))
    gone = db.session.get_one(Municipality, young.id)
    taken = {name: getattr(gone, name) for name in _TAKEN}
    kept = db.session.get_one(Municipality, old.id)
    _merge_history(old, young, has_moved=kept.parent_id != gone.parent_id)
    both = Succession.predecessor_id.in_((old.id, young.id)) | Succession.successor_id.in_((old.id, young.id))
    db.session.execute(delete(Succession).where(both))
    index.remove(KIND, [young.id])
    db.session.delete(gone)
    # Level and key are free only when the younger row is gone.
    db.session.flush()
    for name, value in taken.items():
        setattr(kept, name, value)
    kept.dissolved_on = None


def _merge_history(old: KnownBody, young: KnownBody, *, has_moved: bool) -> None:
    """The end of the one row and the arrival of the other become one change of a body that went on."""
    arrival = db.session.scalar(
        select(HistoryEntry).where(HistoryEntry.municipality_id == young.id, HistoryEntry.kind == HistoryKind.NEW)
    )
    if arrival is not None:
        types = {ChangeType.REKEYED}
        if old.body.official_name != young.body.official_name:
            types.add(ChangeType.RENAMED)
        if has_moved:
            types.add(ChangeType.MOVED_OTHER)
        db.session.add_all(history_of_change(old.id, arrival.edition_id, types, old.body, young.body))
        db.session.delete(arrival)
    ending = HistoryEntry.kind == HistoryKind.DISSOLVED
    db.session.execute(delete(HistoryEntry).where(HistoryEntry.municipality_id == old.id, ending))
    db.session.flush()
    db.session.execute(
        update(HistoryEntry).where(HistoryEntry.municipality_id == young.id).values(municipality_id=old.id)
    )


def _event(record: ChangeRecord, file: ChangeFile) -> ChangeEvent:
    return ChangeEvent(
        change_file_id=file.id,
        reference=record.reference,
        unit_kind=record.unit_kind,
        kinds=_kinds(record),
        ars_from=record.ars_from,
        ags_from=record.ags_from,
        name_from=record.name_from,
        ars_to=record.ars_to,
        ags_to=record.ags_to,
        name_to=record.name_to,
        area_m2=record.area_m2,
        inhabitants=record.inhabitants,
        legal_on=record.legal_on,
        statistical_on=record.statistical_on,
    )


def _identity(record: ChangeRecord) -> tuple[str, str, str, str, str]:
    return record.reference, record.unit_kind, record.ars_from, record.ars_to, _kinds(record)


def _kinds(record: ChangeRecord) -> str:
    return ",".join(str(kind.value) for kind in sorted(record.kinds))
