"""Who took the place of dissolved units, worked out anew from all events whenever either of them changes."""

from sqlalchemy import delete, select

from kooperation.base.db import db
from kooperation.parties.models import Municipality, party_table
from kooperation.register.models import Succession
from kooperation.register.queries.state import as_record, has_dissolved, is_official, known_bodies, known_events
from kooperation.register.queries.units import latest_edition
from kooperation.register.rules.lineage import Lineage
from kooperation.register.rules.successions import successors_today


def link_successions() -> dict[int, list[Municipality]]:
    """Write down the successors of all dissolved units, and the day that an official change names for the end.

    Gives, by the number of the dissolved unit, its official successors that exist today; units whose successors
    are only proposed or unknown are not in it.
    """
    ours = select(party_table.c.id).where(is_official())
    db.session.execute(delete(Succession).where(Succession.predecessor_id.in_(ours)))
    if not has_dissolved():
        return {}
    bodies = known_bodies()
    ids = {body.body.ref: body.id for body in bodies if body.dissolved_on is None}
    edition = latest_edition()
    as_of = edition.edition_date if edition else None
    events = [as_record(event) for event in known_events()]
    lineage = Lineage(events, {body.body.ref for body in bodies}, as_of)
    found = successors_today(bodies, events, as_of)
    official: dict[int, list[Municipality]] = {}
    for gone in bodies:
        successors = found.get(gone.id, ())
        for successor in successors:
            db.session.add(
                Succession(
                    predecessor_id=gone.id,
                    successor_id=ids[successor.ref],
                    is_official=successor.official,
                    reason=successor.reason[:300],
                )
            )
        if gone.dissolved_on is None or not any(successor.official for successor in successors):
            continue
        official[gone.id] = [db.session.get_one(Municipality, ids[successor.ref]) for successor in successors]
        step = lineage.ending(gone.body.ref, gone.dissolved_on)
        if step is not None:
            db.session.get_one(Municipality, gone.id).dissolved_on = step.legal_on
    db.session.flush()
    return official
