"""Who took the place of dissolved units, worked out anew from all events whenever either of them changes."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select

from kooperation.base.db import db
from kooperation.parties.models import Municipality, party_table
from kooperation.parties.queries import municipalities
from kooperation.register.models import Succession
from kooperation.register.queries.state import (
    as_record,
    has_dissolved,
    is_official,
    known_events,
    stored_proposals,
)
from kooperation.register.queries.units import latest_edition
from kooperation.register.rules.bodies import KnownBody, Successor
from kooperation.register.rules.successions import endings, successors_today


def link_successions(
    known: Sequence[KnownBody], proposed: Mapping[int, Sequence[Successor]] | None = None
) -> dict[int, list[Municipality]]:
    """Write down the successors of all dissolved units, and the day that an official change names for the end.

    ``known`` are all stored bodies of the official register, as they are now. ``proposed`` are the proposals that a
    plan has just made, by the number of the dissolved unit: it sees by how much a neighbour grew. They stay, as those
    stored before do, until something official is known.

    Gives, by the number of the dissolved unit, its official successors that exist today; units whose successors
    are only proposed or unknown are not in it.
    """
    proposals = {**stored_proposals(), **(proposed or {})}
    ours = select(party_table.c.id).where(is_official())
    db.session.execute(delete(Succession).where(Succession.predecessor_id.in_(ours)))
    if not has_dissolved():
        return {}
    ids = {body.body.ref: body.id for body in known if body.dissolved_on is None}
    edition = latest_edition()
    as_of = edition.edition_date if edition else None
    events = [as_record(event) for event in known_events()]
    found = successors_today(known, events, as_of, proposals)
    days = endings(known, events, as_of)
    for body in known:
        if (day := days.get(body.id, body.dissolved_on)) != body.dissolved_on:
            db.session.get_one(Municipality, body.id).dissolved_on = day
    db.session.add_all(
        Succession(
            predecessor_id=number,
            successor_id=ids[successor.ref],
            is_official=successor.official,
            reason=successor.reason[:300],
        )
        for number, successors in found.items()
        for successor in successors
    )
    db.session.flush()
    official = {
        number: [ids[successor.ref] for successor in successors if successor.official]
        for number, successors in found.items()
    }
    heirs = {
        heir.id: heir for heir in municipalities(sorted({one for several in official.values() for one in several}))
    }
    return {number: [heirs[one] for one in several] for number, several in official.items() if several}
