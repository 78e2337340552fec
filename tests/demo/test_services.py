"""Loading the region and taking it out again."""

from datetime import date

import pytest
from sqlalchemy import func, select

from kooperation.audit.models import AuditEntry
from kooperation.audit.services import SHELL
from kooperation.base import index
from kooperation.base.db import Base, db
from kooperation.base.errors import RuleViolation
from kooperation.demo import queries, region, services
from kooperation.parties.models import Municipality
from kooperation.parties.queries import municipality_by_key, parents_of
from kooperation.parties.rules import Level
from kooperation.register.models import Succession
from kooperation.register.queries.state import known_bodies, register_state
from kooperation.register.queries.units import predecessors_of, successions_of


def rows():
    """How many rows each table has, the log aside: it forgets nothing."""
    counts = {
        table: db.session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
    }
    return {table.name: count for table, count in counts.items() if table is not AuditEntry.__table__}


def test_loading_stores_every_unit_below_its_parents(make):
    assert services.load(actor=SHELL) == len(region.bodies())
    units = db.session.scalars(select(Municipality)).all()
    land = municipality_by_key("99")
    assert len(units) == len(region.bodies())
    assert all(unit.is_demo and unit.land_id == land.id for unit in units)
    steinwiel = municipality_by_key("99002025")
    assert [parent.display_name for parent in parents_of(steinwiel)] == [
        "Musterland",
        "Landkreis Kranzwald-Wennel",
        "Verbandsgemeinde Kranzwald",
    ]
    assert steinwiel.district_id == municipality_by_key("99002").id
    assert steinwiel.association_id == municipality_by_key("990025001").id


def test_the_gemeinde_that_works_for_its_association_is_linked(make):
    services.load(actor=SHELL)
    assert municipality_by_key("990025002").fulfilling_id == municipality_by_key("99002030").id


def test_dissolved_gemeinden_lead_to_their_successors(make):
    services.load(actor=SHELL)
    silmlauben, wennelgrund = municipality_by_key("99001017"), municipality_by_key("99002010")
    assert silmlauben.dissolved_on == date(2022, 1, 1)
    assert [one.name for one in successions_of(silmlauben)] == ["Krähenrode-Silmlauben"]
    assert [one.name for one in successions_of(wennelgrund)] == [
        "Kirchwennel",
        "Steinwiel a. d. Wennel",
    ]
    assert [one.key for one in predecessors_of(municipality_by_key("99002009"))] == [wennelgrund.key]


@pytest.mark.parametrize(
    "query", ["Steinwiel Wennel", "Krahenrode", "Schlosswinden", "99001006", "00331", "Wennelgrund"]
)
def test_the_units_are_found(make, query):
    services.load(actor=SHELL)
    assert index.find(query).total > 0


def test_loading_twice_is_refused(make):
    services.load(actor=SHELL)
    with pytest.raises(RuleViolation, match="schon geladen"):
        services.load(actor=SHELL)


def test_the_register_does_not_count_the_region(make):
    before = register_state()
    services.load(actor=SHELL)
    assert register_state() == before
    assert known_bodies() == []


def test_loading_leaves_the_ancestors_of_official_units_alone(make):
    land = make.municipality("Bayern", level=Level.LAND, key="09")
    gemeinde = make.municipality("Adelsried", key="09772111", parent=land)
    services.load(actor=SHELL)
    assert (gemeinde.parent_id, gemeinde.land_id) == (land.id, land.id)


def test_removing_leaves_nothing(make):
    before = rows()
    services.load(actor=SHELL)
    assert services.remove(actor=SHELL) == len(region.bodies())
    assert rows() == before
    assert queries.is_empty()


def test_removing_leaves_official_units_and_their_search_alone(make):
    old, new = make.municipality("Hermaringen", dissolved_on=date(2023, 1, 1)), make.municipality("Adelsried")
    db.session.add(Succession(predecessor_id=old.id, successor_id=new.id, is_official=True, reason="Eingliederung"))
    index.put([index.Document("municipality", new.id, "Adelsried", "Gemeinde", "/")])
    before = rows()
    services.load(actor=SHELL)
    services.remove(actor=SHELL)
    assert rows() == before
    assert index.find("Adelsried").total == 1


def test_what_is_not_there_cannot_be_removed(make):
    with pytest.raises(RuleViolation, match="nicht geladen"):
        services.remove(actor=SHELL)


def test_removing_is_refused_while_something_refers_to_the_region(make):
    services.load(actor=SHELL)
    make.municipality("Adelsried", key="09772111", parent=municipality_by_key("99001"))
    with pytest.raises(RuleViolation, match=r"1 in municipality"):
        services.remove(actor=SHELL)
    assert municipality_by_key("99") is not None


def test_a_succession_into_the_official_register_is_not_lost(make):
    services.load(actor=SHELL)
    outside = make.municipality("Adelsried", key="09772111")
    inside = municipality_by_key("99001017")
    db.session.add(Succession(predecessor_id=inside.id, successor_id=outside.id, is_official=False, reason=""))
    db.session.flush()
    with pytest.raises(RuleViolation, match=r"1 in succession"):
        services.remove(actor=SHELL)


def test_the_log_names_both(make):
    services.load(actor=SHELL)
    services.remove(actor=SHELL)
    db.session.flush()
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.event, entry.actor_name, entry.subject_label) for entry in entries] == [
        ("demo.loaded", "Kommandozeile", "Musterland"),
        ("demo.removed", "Kommandozeile", "Musterland"),
    ]
