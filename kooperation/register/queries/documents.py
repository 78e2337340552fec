"""What the search knows of the register's units."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from math import log10

from sqlalchemy import or_, select

from kooperation.base.db import db
from kooperation.base.index import Document
from kooperation.base.text import slug
from kooperation.parties.models import body_join, municipality_table, party_table
from kooperation.parties.rules import Level
from kooperation.register.models import HistoryEntry, HistoryKind
from kooperation.register.rules.labels import kind_label
from kooperation.register.rules.names import bare_name

_party = party_table.c
_unit = municipality_table.c

_land = party_table.alias("land")
_district = party_table.alias("district")

KIND = "municipality"

# Of two units that a query fits equally, the one that more people live in is meant; ten thousand times as many
# people are worth one.
_DIGITS_OF_GERMANY = 8
# How the statistics shorten Stadt, Markt and Große Kreisstadt; "St" would be found as Sankt.
_ABBREVIATED_STATUS = frozenset({"St", "M", "GKSt"})


def unit_documents(changed: Collection[int] | None = None) -> Iterator[Document]:
    """A document for every unit of the register, dissolved ones too: found by its names, keys, ARS and PLZ.

    With the numbers of ``changed`` units only theirs, and those that name them as their Land or Landkreis.
    """
    former = _former()
    columns = (_party.id, _unit.land_id, _unit.district_id)
    wanted = [] if changed is None else [or_(*(column.in_(changed) for column in columns))]
    rows = db.session.execute(
        select(
            *(
                _party.id,
                _party.key,
                _party.level,
                _party.display_name,
                _party.dissolved_on,
            ),
            *(
                _unit.official_name,
                _unit.ars,
                _unit.text_code,
                _unit.postal_code,
                _unit.population,
            ),
            _land.c.display_name.label("land"),
            _district.c.display_name.label("district"),
        )
        .select_from(body_join)
        .outerjoin(_land, _land.c.id == _unit.land_id)
        .outerjoin(_district, _district.c.id == _unit.district_id)
        .where(*wanted)
        .order_by(_party.id)
    )
    for row in rows:
        names, codes = former[row.id]
        above = [name for name in (row.district, row.land) if name and name != row.display_name]
        yield Document(
            kind=KIND,
            subject_id=row.id,
            title=row.display_name,
            detail=" · ".join(filter(None, (kind_label(row.level, row.text_code, row.key), ", ".join(above)))),
            path=unit_path(row.key, row.display_name),
            names=_names(row.level, row.display_name, row.official_name),
            former=tuple(name for name in _distinct(names) if name not in (row.display_name, row.official_name)),
            codes=_distinct(filter(None, (row.key, row.ars, row.postal_code, *codes))),
            weight=log10((row.population or 0) + 1) / _DIGITS_OF_GERMANY,
            ended=row.dissolved_on is not None,
        )


def _names(level: Level, display_name: str, official_name: str) -> tuple[str, ...]:
    """The names that a unit is found by, that by which people call it first."""
    statistical = official_name.partition(", ")[2] in _ABBREVIATED_STATUS
    official = bare_name(official_name) if statistical else official_name
    # "Markt Wildflecken" is asked for as Wildflecken; a Landkreis, though, is not asked for by its town's name.
    said = (bare_name(official_name),) if level is Level.GEMEINDE else ()
    return _distinct((*said, display_name, official))


def unit_path(key: str, name: str) -> str:
    """The address of a unit's page on this site."""
    return f"/kommunen/{key}-{slug(name)}/"


def _former() -> defaultdict[int, tuple[list[str], list[str]]]:
    """By the number of a unit, the names and the keys that it once had."""
    found: defaultdict[int, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    kinds = (HistoryKind.RENAMED, HistoryKind.REKEYED, HistoryKind.ARS_CHANGED)
    entries = select(HistoryEntry.municipality_id, HistoryEntry.kind, HistoryEntry.before)
    for number, kind, before in db.session.execute(
        entries.where(HistoryEntry.kind.in_(kinds), HistoryEntry.before.is_not(None)).order_by(HistoryEntry.id)
    ):
        names, codes = found[number]
        if before:
            (names if kind is HistoryKind.RENAMED else codes).append(before)
    return found


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
