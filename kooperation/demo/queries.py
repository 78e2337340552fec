"""Reading the demonstration region: whether it is there, and what refers to it."""

from collections.abc import Sequence

from sqlalchemy import and_, func, not_, or_, select

from kooperation.base.db import Base, db
from kooperation.parties.models import Party, municipality_table, party_table
from kooperation.parties.rules import DEMO_LAND
from kooperation.register.models import Succession

_PARTIES = (party_table, municipality_table)
_OWN = (*_PARTIES, Succession.__table__)
"""The tables that the region has rows in."""


def region_ids() -> Sequence[int]:
    """The numbers of the region's units, dissolved ones too, in the order in which they were stored."""
    return db.session.scalars(select(Party.id).where(Party.key.startswith(DEMO_LAND)).order_by(Party.id)).all()


def is_empty() -> bool:
    """Whether nobody at all is stored yet."""
    return db.session.scalar(select(Party.id).limit(1)) is None


def references_to(ids: Sequence[int]) -> dict[str, int]:
    """How many rows of each table refer to these parties without being a part of the region, by the table's name.

    Reads the foreign keys of all tables, so that what a later feature stores is found without knowing the feature.
    """
    counts = {}
    for table in Base.metadata.sorted_tables:
        referring = [
            column for column in table.columns if any(key.column.table in _PARTIES for key in column.foreign_keys)
        ]
        if not referring:
            continue
        condition = or_(*(column.in_(ids) for column in referring))
        if table in _OWN:
            condition &= not_(and_(*(column.in_(ids) for column in table.primary_key)))
        if count := db.session.scalar(select(func.count()).select_from(table).where(condition)):
            counts[table.name] = count
    return counts
