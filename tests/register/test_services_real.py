"""The real register, imported edition by edition into a database."""

import pytest
from sqlalchemy import func, select

from kooperation.audit.models import AuditEntry
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation
from kooperation.parties.models import Municipality
from kooperation.parties.queries import municipality_by_key, parents_of
from kooperation.parties.rules import Level
from kooperation.register.models import ChangeEvent, Edition, HistoryEntry, HistoryKind, Succession
from kooperation.register.queries.state import register_state
from kooperation.register.queries.units import former_unit, successions_of, unit_by_former_key


def rows():
    """Every unit's stored values, without its number, by level and key."""
    columns = [column for column in Municipality.__mapper__.column_attrs if not column.key.endswith("id")]
    numbers = {unit.id: unit.key for unit in db.session.scalars(select(Municipality))}
    return {
        (unit.level, unit.key): (
            *(getattr(unit, column.key) for column in columns),
            *(numbers.get(number) for number in (unit.parent_id, unit.land_id, unit.district_id, unit.association_id)),
        )
        for unit in db.session.scalars(select(Municipality))
    }


def test_the_edition_of_2024_is_there_body_by_body(load):
    planned = load("2024")
    state = register_state()
    assert state.bodies == {
        Level.LAND: 16,
        Level.REGIERUNGSBEZIRK: 19,
        Level.LANDKREIS: 294,
        Level.KREISFREIE_STADT: 106,
        Level.GEMEINDEVERBAND: 1_203,
        Level.GEMEINDE: 10_853,
    }
    assert state.population == 84_669_326
    assert state.without_parent == 0
    assert planned.described.accounting.records == 16_012
    assert planned.described.accounting.balanced


def test_every_unit_hangs_below_a_land(load):
    load("2024")
    units = db.session.scalars(select(Municipality)).all()
    assert all(unit.land_id for unit in units)
    assert all(unit.parent_id for unit in units if unit.level is not Level.LAND)
    gerolstein = municipality_by_key("07232001")
    assert [parent.display_name for parent in parents_of(gerolstein)][:2] == [
        "Rheinland-Pfalz",
        "Eifelkreis Bitburg-Prüm",
    ]


def test_the_same_edition_twice_changes_nothing(load):
    load("2024")
    before = rows()
    planned = load("2024")
    assert planned.plan.is_empty
    assert rows() == before
    assert db.session.scalar(select(func.count()).select_from(Edition)) == 1


def test_an_older_edition_is_refused_unless_forced(load):
    load("2024")
    with pytest.raises(RuleViolation, match=r"31\.12\.2024"):
        load("2023")
    load("2023", force=True)
    assert register_state().bodies[Level.GEMEINDE] + 106 == 10_981


def test_gone_new_renamed_and_rekeyed_are_as_counted(load):
    expected = {"2023": (17, 1, 13, 15), "2024": (24, 2, 8, 5)}
    load("2021")
    for year, counts in expected.items():
        load(f"changes {year}", year)
        edition = db.session.scalar(select(func.max(Edition.id)))
        assert tuple(_changed(edition, kind) for kind in _COUNTED) == counts


_COUNTED = (HistoryKind.DISSOLVED, HistoryKind.NEW, HistoryKind.RENAMED, HistoryKind.ARS_CHANGED)


def _changed(edition, kind):
    return db.session.scalar(
        select(func.count(HistoryEntry.municipality_id.distinct()))
        .join(Municipality, Municipality.id == HistoryEntry.municipality_id)
        .where(HistoryEntry.edition_id == edition, HistoryEntry.kind == kind)
        .where(Municipality.level.in_((Level.GEMEINDE, Level.KREISFREIE_STADT)))
    )


def test_every_dissolved_ags_that_a_change_file_explains_leads_to_its_successors(load):
    load("2021", "changes 2023", "2023", "changes 2024", "2024")
    explained = db.session.scalars(
        select(ChangeEvent).where(ChangeEvent.kinds.contains("1"), ChangeEvent.ags_from.is_not(None))
    ).all()
    led = 0
    for event in explained:
        unit = municipality_by_key(event.ags_from) or unit_by_former_key(event.ars_from)
        successors = (
            [municipality_by_key(one.key) for one in successions_of(unit) if one.is_official]
            if unit is not None
            else former_unit(event.ags_from).successors
        )
        assert successors, event.name_from
        assert all(successor.dissolved_on is None for successor in successors)
        led += 1
    assert led >= 40


def test_without_the_change_file_a_successor_is_only_proposed(load):
    load("2023", "2024")
    proposals = db.session.scalars(select(Succession)).all()
    assert proposals
    assert not any(one.is_official for one in proposals)


def test_the_order_of_editions_and_change_files_does_not_matter(chains):
    results = []
    for order in (
        ("2021", "changes 2023", "2023", "changes 2024", "2024"),
        ("2021", "2023", "2024", "changes 2024", "changes 2023"),
    ):
        with chains.bound(*((name, False) for name in order)):
            results.append((rows(), _successions(), _histories()))
    assert results[0] == results[1]


def _successions():
    keys = dict(db.session.execute(select(Municipality.id, Municipality.key)).all())
    return {
        (keys[one.predecessor_id], keys[one.successor_id], one.is_official)
        for one in db.session.scalars(select(Succession))
    }


def _histories():
    keys = dict(db.session.execute(select(Municipality.id, Municipality.key)).all())
    return sorted(
        (keys[one.municipality_id], one.kind.value, one.before or "", one.after or "")
        for one in db.session.scalars(select(HistoryEntry))
    )


def test_the_fixed_width_edition_has_the_hierarchy_of_the_sheet(load):
    load("fixed")
    fixed = {key: values[-4:] for key, values in rows().items()}
    load("2023")
    assert {key: values[-4:] for key, values in rows().items()} == fixed


def test_the_fulfilling_gemeinde_that_one_format_names_outlives_the_other(load):
    load("fixed")
    named = db.session.scalar(select(func.count()).where(Municipality.fulfilling_id.is_not(None)))
    load("2023")
    assert named >= 248
    assert db.session.scalar(select(func.count()).where(Municipality.fulfilling_id.is_not(None))) >= named


def test_an_import_is_in_the_log(load):
    load("2024")
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.event == "edition.imported"))
    assert (entry.actor_name, entry.after["counts"]["new"]) == ("Kommandozeile", 12_491)


def test_the_old_ars_of_a_gemeinde_that_changed_its_verband_leads_to_it(load):
    load("2023", "2024", "changes 2024")
    assert unit_by_former_key("160645054076").key == "16064076"
