"""Importing an edition: plan it against what is stored, then apply the plan in one short transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kooperation.audit import services as audit
from kooperation.base import hooks, index
from kooperation.base.db import db, refresh_statistics
from kooperation.parties.models import Municipality
from kooperation.register.models import Edition
from kooperation.register.parse import EditionFile
from kooperation.register.queries.documents import unit_documents
from kooperation.register.queries.state import Imports, as_record, imports_so_far, known_bodies, known_events
from kooperation.register.queries.units import latest_edition
from kooperation.register.rules.bodies import EditionBodies, KnownBody, Successor
from kooperation.register.rules.description import bodies_of
from kooperation.register.rules.planning import ensure_newer, known_after, plan_edition
from kooperation.register.rules.plans import EditionPlan
from kooperation.register.rules.warnings import Latest, edition_warnings
from kooperation.register.services.history import history_of_plan
from kooperation.register.services.storing import Placed, Progress, insert_bodies, place_bodies, update_bodies
from kooperation.register.services.successions import link_successions
from kooperation.register.services.turns import take_turn


@dataclass(frozen=True, slots=True)
class PlannedEdition:
    """An edition, what it describes, and what applying it would do to the register as it was when planned."""

    file: EditionFile
    described: EditionBodies
    plan: EditionPlan
    is_known: bool
    known: Sequence[KnownBody]
    made_on: Imports
    warnings: Sequence[str]

    @property
    def work(self) -> int:
        """How many rows applying writes: the measure of its progress."""
        return len(self.plan.new) + len(self.plan.changed)


def plan_import(file: EditionFile, *, force: bool = False) -> PlannedEdition:
    """Work out what importing an edition would do; writes nothing and holds no lock.

    Refuses an edition older than the newest one that was imported, unless forced (RuleViolation).
    """
    # Asked first: what another import changes while this is read makes the plan void, not wrong.
    made_on = imports_so_far()
    latest = latest_edition()
    ensure_newer(latest.edition_date if latest else None, file.edition_date, force)
    known = known_bodies()
    described = bodies_of(file)
    events = [as_record(event) for event in known_events()]
    is_known = latest is not None and latest.sha256 == file.sha256
    plan = plan_edition(known, described, events)
    stands = Latest(latest.edition_date, latest.format, latest.sha256) if latest else None
    return PlannedEdition(file, described, plan, is_known, known, made_on, edition_warnings(file, plan, stands))


def apply_edition(planned: PlannedEdition, *, actor: audit.Actor, progress: Progress = lambda _rows: None) -> Edition:
    """Do what the plan says. The caller commits.

    Refuses a plan that the register has moved on from since (RuleViolation): it has to be made anew.
    An edition that was imported already and changes nothing is not remembered a second time.
    """
    take_turn(planned.made_on)
    latest = latest_edition()
    if planned.is_known and planned.plan.is_empty and latest is not None:
        return latest
    edition = _remember(planned)
    ids = {one.body.ref: one.id for one in planned.known}
    first = latest is None
    for change in planned.plan.changed:
        ids.pop(change.before.ref, None)
        ids[change.after.ref] = change.id
    # Re-keyed and revived rows first: a new body may get the key that one of them gives up.
    update_bodies([Placed(change.id, change.after) for change in planned.plan.changed], progress)
    insert_bodies(planned.plan.new, ids, progress)
    place_bodies(planned.plan.bodies, ids)
    gone = _dissolve(planned.plan)
    if not first:
        db.session.add_all(history_of_plan(planned.plan, ids, edition.id))
    db.session.flush()
    db.session.expire_all()
    known = known_after(planned.known, planned.plan, ids, is_first=first)
    successors = link_successions(known, _proposals(planned.plan))
    for municipality in gone:
        hooks.party_dissolved(municipality, successors.get(municipality.id, []))
    hooks.register_applied(planned.plan)
    index.put(unit_documents())
    refresh_statistics("party", "municipality")
    audit.record(actor, "edition.imported", edition, label=edition.file_name, after={"counts": planned.plan.counts})
    return edition


def _remember(planned: PlannedEdition) -> Edition:
    file = planned.file
    edition = Edition(
        format=file.format.value,
        edition_date=file.edition_date,
        population_date=file.population_date,
        file_name=file.name[:200],
        sha256=file.sha256,
        counts={
            "records": file.counts,
            "bodies": {level.value: count for level, count in planned.described.counts.items()},
            "plan": planned.plan.counts,
        },
    )
    db.session.add(edition)
    db.session.flush()
    return edition


def _dissolve(plan: EditionPlan) -> list[Municipality]:
    dates = {gone.id: gone.dissolved_on for gone in plan.dissolved}
    if not dates:
        return []
    municipalities = list(
        db.session.scalars(select(Municipality).where(Municipality.id.in_(dates)).order_by(Municipality.id))
    )
    for municipality in municipalities:
        municipality.dissolved_on = dates[municipality.id]
    return municipalities


def _proposals(plan: EditionPlan) -> dict[int, list[Successor]]:
    """What the plan proposes, where no official change tells, by the number of the dissolved unit."""
    return {gone.id: [one for one in gone.successors if not one.official] for gone in plan.dissolved}
