"""Reading parties: which municipality is meant, and which lie below one."""

from collections.abc import Sequence

from sqlalchemy import select

from kooperation.base.db import db
from kooperation.parties.models import Municipality, municipality_table


def municipality_by_key(key: str) -> Municipality | None:
    """The municipality with this public key (2, 3, 5, 8 or 9 digits), dissolved ones too; None without one."""
    return db.session.scalar(select(Municipality).where(Municipality.key == key).order_by(Municipality.id).limit(1))


def parents_of(municipality: Municipality) -> Sequence[Municipality]:
    """The units above a municipality, the Land first; one statement whatever the number."""
    unit = municipality_table
    above = select(unit.c.id, unit.c.parent_id).where(unit.c.id == municipality.parent_id).cte(recursive=True)
    step = unit.alias()
    above = above.union(select(step.c.id, step.c.parent_id).join(above, step.c.id == above.c.parent_id))
    found = db.session.scalars(select(Municipality).where(Municipality.id.in_(select(above.c.id)))).all()
    # The keys grow from the Land downwards: 2, 3, 5 and 9 digits.
    return sorted(found, key=lambda parent: len(parent.key or ""))
