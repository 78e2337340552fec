"""Who took the place of dissolved units, worked out anew from all events whenever either of them changes."""

from sqlalchemy import delete

from kooperation.base.db import db
from kooperation.parties.models import Municipality
from kooperation.register.models import Succession
from kooperation.register.queries.state import as_record, known_bodies, known_events
from kooperation.register.rules import successors_today


def link_successions() -> dict[int, list[Municipality]]:
    """Write down the successors of all dissolved units.

    Gives, by the number of the dissolved unit, its official successors that exist today; units whose successors
    are only proposed or unknown are not in it.
    """
    bodies = known_bodies()
    ids = {body.body.ref: body.id for body in bodies if body.dissolved_on is None}
    found = successors_today(bodies, [as_record(event) for event in known_events()])
    db.session.execute(delete(Succession))
    official: dict[int, list[Municipality]] = {}
    for predecessor, successors in found.items():
        for successor in successors:
            number = ids[successor.ref]
            db.session.add(
                Succession(
                    predecessor_id=predecessor,
                    successor_id=number,
                    is_official=successor.official,
                    reason=successor.reason[:300],
                )
            )
            if successor.official:
                official.setdefault(predecessor, []).append(db.session.get_one(Municipality, number))
    db.session.flush()
    return official
