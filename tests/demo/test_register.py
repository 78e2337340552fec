"""The official register and the region never touch each other."""

from datetime import date

import pytest
from sqlalchemy import select

from kooperation.audit.services import SHELL
from kooperation.base.db import db
from kooperation.demo import region, services
from kooperation.parties.models import Municipality, body_join, municipality_table, party_table
from kooperation.parties.queries import municipality_by_key
from kooperation.parties.rules import DEMO_LAND, Level, is_demo
from kooperation.register.models import Edition, HistoryEntry, Succession
from kooperation.register.queries.state import register_state
from kooperation.register.queries.units import successions_of
from kooperation.register.rules.records import (
    ChangeKind,
    ChangeRecord,
    ChangesFile,
    EditionFile,
    EditionFormat,
    RegisterRecord,
    Satzart,
)
from kooperation.register.services.changes import apply_changes, plan_changes
from kooperation.register.services.editions import apply_edition, plan_import

LAND = RegisterRecord(Satzart.LAND, "", "14", "", "", "", "", "Sachsen", line=1)
KREIS = RegisterRecord(Satzart.KREIS, "44", "14", "5", "22", "", "", "Mittelsachsen", line=2)
# The second Gemeinde has the name of one of the region's, and lies where one could think it its successor.
ROSSAU = RegisterRecord(
    *(Satzart.GEMEINDE, "64", "14", "5", "22", "0500", "500", "Rossau"),
    **{"line": 3, "population": 3_400, "area_ha": 5_000, "lon": 6.531, "lat": 54.776},
)
SILMLAUBEN = RegisterRecord(
    *(Satzart.GEMEINDE, "64", "14", "5", "22", "0510", "510", "Silmlauben"),
    **{"line": 4, "population": 700, "area_ha": 1_500, "lon": 6.531, "lat": 54.776},
)


def an_edition(day, *records):
    return EditionFile(EditionFormat.AUSZUG_GV, day, day, f"{day:%Y%m%d}", "edition.xlsx", "Sheet", records)


def a_change(from_, to):
    record = ChangeRecord(
        *("1", "Gemeinde", from_.ars, from_.ags, from_.name, frozenset({ChangeKind.DISSOLUTION}), None, None),
        *(to.ars, to.ags, to.name, date(2023, 7, 1), date(2023, 7, 1)),
    )
    return ChangesFile(date(2023, 1, 1), date(2023, 12, 31), "0", "changes.xlsx", "Sheet", (record,))


def stored_units():
    """All columns of the region's units."""
    return db.session.execute(
        select(*party_table.c, *municipality_table.c)
        .select_from(body_join)
        .where(party_table.c.key.startswith(DEMO_LAND))
        .order_by(party_table.c.id)
    ).all()


def stored_successions():
    """Who took the place of the region's dissolved units."""
    return db.session.execute(
        select(Succession.predecessor_id, Succession.successor_id, Succession.is_official, Succession.reason)
        .join(Municipality, Municipality.id == Succession.predecessor_id)
        .where(Municipality.key.startswith(DEMO_LAND))
        .order_by(Succession.predecessor_id, Succession.successor_id)
    ).all()


def imported(file):
    return apply_edition(plan_import(file), actor=SHELL)


@pytest.fixture
def region_stored(make):
    services.load(actor=SHELL)
    return stored_units()


def test_the_first_edition_leaves_the_region_as_it_was(region_stored):
    edition = imported(an_edition(date(2022, 12, 31), LAND, KREIS, ROSSAU, SILMLAUBEN))
    assert edition.counts["plan"]["new"] == 4
    assert edition.counts["plan"]["dissolved"] == 0
    assert stored_units() == region_stored


def test_a_later_edition_dissolves_its_own_units_only(region_stored):
    imported(an_edition(date(2022, 12, 31), LAND, KREIS, ROSSAU, SILMLAUBEN))
    imported(an_edition(date(2023, 12, 31), LAND, KREIS, ROSSAU))
    assert municipality_by_key(SILMLAUBEN.ags).dissolved_on is not None
    assert stored_units() == region_stored
    told = db.session.scalars(
        select(Municipality.key).join(HistoryEntry, HistoryEntry.municipality_id == Municipality.id)
    ).all()
    assert not any(key.startswith(DEMO_LAND) for key in told)


def test_territorial_changes_leave_the_region_as_it_was(region_stored):
    imported(an_edition(date(2022, 12, 31), LAND, KREIS, ROSSAU, SILMLAUBEN))
    imported(an_edition(date(2023, 12, 31), LAND, KREIS, ROSSAU))
    apply_changes(plan_changes(a_change(SILMLAUBEN, ROSSAU)), actor=SHELL)
    assert stored_units() == region_stored


def test_an_import_leaves_the_successors_of_invented_units_alone(make):
    services.load(actor=SHELL)
    before = stored_successions()
    imported(an_edition(date(2022, 12, 31), LAND, KREIS, ROSSAU, SILMLAUBEN))
    assert stored_successions() == before


def test_the_register_counts_itself_alone(region_stored):
    imported(an_edition(date(2022, 12, 31), LAND, KREIS, ROSSAU, SILMLAUBEN))
    state = register_state()
    assert state.bodies == {Level.LAND: 1, Level.LANDKREIS: 1, Level.GEMEINDE: 2}
    assert (state.population, state.without_parent, state.dissolved_with_successor) == (4_100, 0, 0)


def test_no_official_unit_is_thought_to_be_followed_by_an_invented_one(region_stored):
    imported(an_edition(date(2022, 12, 31), LAND, KREIS, ROSSAU, SILMLAUBEN))
    imported(an_edition(date(2023, 12, 31), LAND, KREIS, ROSSAU))
    followers = successions_of(municipality_by_key(SILMLAUBEN.ags))
    assert not any(is_demo(follower.key) for follower in followers)


def test_the_region_can_be_loaded_and_removed_beside_the_register(make):
    imported(an_edition(date(2022, 12, 31), LAND, KREIS, ROSSAU, SILMLAUBEN))
    before = register_state()
    assert services.load(actor=SHELL) == len(region.bodies())
    assert register_state() == before
    services.remove(actor=SHELL)
    assert register_state() == before
    assert db.session.scalars(select(Edition)).one().counts["plan"]["new"] == 4
    assert stored_units() == stored_successions() == []
