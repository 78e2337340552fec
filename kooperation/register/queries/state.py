"""The state of the register as a whole, and what an import compares a file with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select

from kooperation.base.db import db
from kooperation.parties.models import body_join, municipality_table, party_table
from kooperation.parties.rules import DEMO_LAND, Level
from kooperation.register.models import ChangeEvent, ChangeFile, Edition, HistoryEntry, HistoryKind, Succession
from kooperation.register.rules.bodies import Body, BodyRef, KnownBody, Successor
from kooperation.register.rules.records import ChangeKind, ChangeRecord

OWN_COLUMNS = (
    "official_name",
    "ars",
    "text_code",
    "area_km2",
    "population",
    "population_male",
    "population_date",
    "postal_code",
    "longitude",
    "latitude",
    "travel_region",
    "urbanisation",
    "seat",
    "inhabited",
    "is_contract",
)

"""The columns of a municipality that have the name of the field of ``Body`` that they store."""

_party = party_table.c
_unit = municipality_table.c


Imports = tuple[int, int]
"""The newest edition and change file that a plan was made on."""


def is_official() -> ColumnElement[bool]:
    """The condition that a unit stands in the official register, not in the demonstration region."""
    return ~_party.key.startswith(DEMO_LAND)


@dataclass(frozen=True, slots=True)
class RegisterState:
    """What the register holds today; the demonstration region does not count."""

    editions: Sequence[Edition]
    change_files: Sequence[ChangeFile]
    bodies: dict[Level, int]
    population: int
    without_parent: int
    dissolved_with_successor: int
    dissolved_with_proposal: int
    dissolved_without_successor: int


def register_state() -> RegisterState:
    """Count the register."""
    living = and_(is_official(), _party.dissolved_on.is_(None))
    by_level = select(_party.level, func.count()).where(living).group_by(_party.level)
    counts: dict[Level, int] = dict(db.session.execute(by_level).all())
    people = select(func.sum(_unit.population)).select_from(body_join)
    lowest = _party.level.in_((Level.GEMEINDE, Level.KREISFREIE_STADT))
    orphans = select(func.count()).select_from(body_join)
    official, proposed, none = _dissolved()
    return RegisterState(
        editions=db.session.scalars(select(Edition).order_by(Edition.edition_date, Edition.id)).all(),
        change_files=db.session.scalars(select(ChangeFile).order_by(ChangeFile.starts_on, ChangeFile.id)).all(),
        bodies={level: counts[level] for level in Level if level in counts},
        population=db.session.scalar(people.where(living, lowest)) or 0,
        without_parent=db.session.scalar(orphans.where(living, _party.level != Level.LAND, _unit.parent_id.is_(None)))
        or 0,
        dissolved_with_successor=official,
        dissolved_with_proposal=proposed,
        dissolved_without_successor=none,
    )


def _dissolved() -> tuple[int, int, int]:
    """How many dissolved units have an official successor, only a proposed one, and none."""
    is_named = exists().where(Succession.predecessor_id == _party.id)
    is_explained = is_named.where(Succession.is_official)
    gone = select(func.count()).where(is_official(), _party.dissolved_on.is_not(None))
    named = db.session.scalar(gone.where(is_named)) or 0
    explained = db.session.scalar(gone.where(is_explained)) or 0
    total = db.session.scalar(gone) or 0
    return explained, named - explained, total - named


def imports_so_far() -> Imports:
    """What was imported last: whoever plans on it may apply only as long as it stays the same."""
    edition = db.session.scalar(select(func.max(Edition.id))) or 0
    changes = db.session.scalar(select(func.max(ChangeFile.id))) or 0
    return edition, changes


def has_dissolved() -> bool:
    """Whether a unit of the official register was ever dissolved."""
    gone = select(_party.id).where(is_official(), _party.dissolved_on.is_not(None)).limit(1)
    return db.session.scalar(gone) is not None


def stored_proposals() -> dict[int, list[Successor]]:
    """The successors that were only proposed, by the number of the dissolved unit of the official register."""
    heir = party_table.alias("heir").c
    rows = db.session.execute(
        select(Succession.predecessor_id, heir.level, heir.key, Succession.reason)
        .join(party_table, _party.id == Succession.predecessor_id)
        .join(heir.id.table, heir.id == Succession.successor_id)
        .where(is_official(), ~Succession.is_official)
        .order_by(Succession.predecessor_id, Succession.successor_id)
    )
    found: dict[int, list[Successor]] = {}
    for number, level, key, reason in rows:
        found.setdefault(number, []).append(Successor(BodyRef(level, key), False, reason))
    return found


def known_events() -> Sequence[ChangeEvent]:
    """All territorial changes that were imported, in the order in which they took effect."""
    return db.session.scalars(
        select(ChangeEvent).order_by(ChangeEvent.statistical_on.nulls_last(), ChangeEvent.reference, ChangeEvent.id)
    ).all()


def known_bodies() -> list[KnownBody]:
    """Every body of the official register that is stored, dissolved ones too, as an edition is compared with it."""
    keys = {row.id: BodyRef(row.level, row.key) for row in db.session.execute(_refs())}
    since = dict(
        db.session.execute(
            select(HistoryEntry.municipality_id, func.max(Edition.edition_date))
            .join(HistoryEntry.edition)
            .where(HistoryEntry.kind.in_((HistoryKind.NEW, HistoryKind.REKEYED)))
            .group_by(HistoryEntry.municipality_id)
        ).all()
    )
    columns = [_unit[name] for name in OWN_COLUMNS]
    rows = db.session.execute(
        select(
            _party.id,
            _party.display_name,
            _party.dissolved_on,
            _unit.parent_id,
            _unit.fulfilling_id,
            *columns,
        )
        .select_from(body_join)
        .where(is_official())
        .order_by(_party.level, _party.key)
    )
    return [_known(row, keys, since) for row in rows]


def _known(row: tuple[Any, ...], keys: dict[int, BodyRef], since: dict[int, date]) -> KnownBody:
    number, name, dissolved_on, parent_id, fulfilling_id, *own = row
    body = Body(
        level=keys[number].level,
        key=keys[number].key,
        display_name=name,
        parent=keys.get(parent_id),
        fulfilling=keys.get(fulfilling_id),
        **dict(zip(OWN_COLUMNS, own, strict=True)),
    )
    return KnownBody(number, body, dissolved_on, since.get(number))


def _refs() -> Select[Any]:
    return select(_party.id, _party.level, _party.key).where(_party.kind == "municipality")


def as_record(event: ChangeEvent) -> ChangeRecord:
    """A stored event as the rules know it."""
    return ChangeRecord(
        reference=event.reference,
        unit_kind=event.unit_kind,
        ars_from=event.ars_from,
        ags_from=event.ags_from,
        name_from=event.name_from,
        kinds=frozenset(ChangeKind(int(number)) for number in event.kinds.split(",")),
        area_m2=event.area_m2,
        inhabitants=event.inhabitants,
        ars_to=event.ars_to,
        ags_to=event.ags_to,
        name_to=event.name_to,
        legal_on=event.legal_on,
        statistical_on=event.statistical_on,
    )
