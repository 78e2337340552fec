"""What importing does to the database, on small editions."""

from datetime import date

import pytest
from sqlalchemy import func, select

from kooperation.audit.models import AuditEntry
from kooperation.audit.services import SHELL
from kooperation.base import hooks
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation
from kooperation.base.hooks import Hook
from kooperation.parties.models import Municipality
from kooperation.parties.queries import municipality_by_key, parents_of
from kooperation.parties.rules import Level
from kooperation.register.models import ChangeEvent, ChangeFile, Edition, HistoryEntry, HistoryKind
from kooperation.register.parse import read_register_file
from kooperation.register.queries.state import register_state
from kooperation.register.queries.units import former_unit, history_of, successions_of, unit_by_former_key
from kooperation.register.services.changes import apply_changes, plan_changes
from kooperation.register.services.editions import apply_edition, plan_import
from tests.register.builders import alone, change, changes_xlsx, city, edition_xlsx, gemeinde, germany, kreis, verband


def edition(*rows, day="31.12.2023", **more):
    return read_register_file(edition_xlsx(germany(*rows), day=day, **more), "ausgabe.xlsx")


def changes(*rows):
    return read_register_file(changes_xlsx(rows), "aenderungen.xlsx")


def load(*files, force=False):
    for file in files:
        if hasattr(file, "edition_date"):
            apply_edition(plan_import(file, force=force), actor=SHELL)
        else:
            apply_changes(plan_changes(file), actor=SHELL)
        db.session.flush()
        db.session.expire_all()


HANAU_BEFORE = [kreis("06435", "Main-Kinzig-Kreis"), *alone("064350014014", "Hanau, Brüder-Grimm-Stadt")]
HANAU_AFTER = [
    kreis("06435", "Main-Kinzig-Kreis"),
    *alone("064350001001", "Bad Orb, Stadt"),
    *city("06415", "Hanau, Brüder-Grimm-Stadt"),
]
BAD_ORB = alone("064350001001", "Bad Orb, Stadt")
HANAU = change("3", "064350014014", "Hanau, Brüder-Grimm-Stadt", "064150000000", "Hanau, Brüder-Grimm-Stadt")


@pytest.mark.parametrize("changes_first", [True, False], ids=["changes first", "edition first"])
def test_a_town_that_leaves_its_kreis_is_the_same_body_under_a_new_key(context, changes_first):
    load(edition(*HANAU_BEFORE, *BAD_ORB))
    number = municipality_by_key("06435014").id
    later, events = edition(*HANAU_AFTER, day="31.12.2024"), changes(HANAU)
    load(*((events, later) if changes_first else (later, events)))
    hanau = municipality_by_key("06415000")
    assert (hanau.id, hanau.level, hanau.dissolved_on) == (number, Level.KREISFREIE_STADT, None)
    assert municipality_by_key("06435014") is None
    assert unit_by_former_key("06435014").id == number
    assert unit_by_former_key("064350014014").id == number
    assert parents_of(hanau)[-1].display_name == "Hessen"
    assert hanau.district_id is None
    kinds = {entry.kind for entry in history_of(hanau)}
    assert HistoryKind.REKEYED in kinds
    assert not kinds & {HistoryKind.NEW, HistoryKind.DISSOLVED}


def test_features_are_told_when_two_rows_turn_out_to_be_one_body(context, monkeypatch):
    told = []
    merged = Hook()
    merged.register(lambda young, old: told.append((young, old)))
    monkeypatch.setattr(hooks, "party_merged", merged)
    load(edition(*HANAU_BEFORE, *BAD_ORB), edition(*HANAU_AFTER, day="31.12.2024"))
    old, young = municipality_by_key("06435014").id, municipality_by_key("06415000").id
    load(changes(HANAU))
    assert told == [(young, old)]


AMT = [
    kreis("01059", "Schleswig-Flensburg", "43"),
    verband("010595919", "Hürup"),
    gemeinde("010595919126", "Hürup"),
    gemeinde("010595919142", "Husby"),
    gemeinde("010595919101", "Tastrup"),
]
WITHOUT_TASTRUP = AMT[:-1]
TASTRUP = change("1", "010595919101", "Tastrup", "010595919126", "Hürup", legal="01.03.2024", day="01.03.2024")


def test_a_unit_that_is_gone_is_dissolved_and_keeps_its_row(context):
    load(edition(*AMT))
    number = municipality_by_key("01059101").id
    load(changes(TASTRUP), edition(*WITHOUT_TASTRUP, day="31.12.2024"))
    tastrup = municipality_by_key("01059101")
    assert (tastrup.id, tastrup.dissolved_on) == (number, date(2024, 3, 1))
    (succession,) = successions_of(tastrup)
    assert (succession.key, succession.is_official) == ("01059126", True)
    assert "01059101" not in [
        row.key for row in db.session.scalars(select(Municipality).where(Municipality.dissolved_on.is_(None)))
    ]


def test_a_proposal_that_rests_on_what_a_plan_saw_outlives_later_imports(context):
    # Only a plan sees by how much Hürup grew; nothing that is stored tells.
    grown = [row.but(area=20.0) if row.name == "Hürup" and row.satzart == "60" else row for row in WITHOUT_TASTRUP]
    load(edition(*AMT), edition(*grown, day="30.06.2024"))
    (proposal,) = successions_of(municipality_by_key("01059101"))
    assert (proposal.key, proposal.is_official) == ("01059126", False)
    assert "wuchs zur selben Zeit um 10,00 km²" in proposal.reason
    load(edition(*grown, day="31.12.2024"), changes(change("4", "010595919142", "Husby", "010595919142", "Husby (S)")))
    assert successions_of(municipality_by_key("01059101")) == [proposal]
    load(changes(TASTRUP))
    (official,) = successions_of(municipality_by_key("01059101"))
    assert (official.key, official.is_official) == ("01059126", True)


def test_what_belongs_to_a_dissolved_unit_is_handed_over_once(context, monkeypatch):
    told = []
    dissolved = Hook()
    dissolved.register(lambda party, successors: told.append((party.key, [one.key for one in successors])))
    monkeypatch.setattr(hooks, "party_dissolved", dissolved)
    load(edition(*AMT), edition(*WITHOUT_TASTRUP, day="31.12.2024"))
    assert told == [("01059101", [])]
    load(changes(TASTRUP))
    assert told == [("01059101", []), ("01059101", ["01059126"])]
    load(changes(change("4", "010595919126", "Hürup", "010595919126", "Hürup, Flecken", reference="01/2024/0009-R")))
    assert len(told) == 2


def test_successors_follow_several_reforms_in_a_row(context):
    husby = change("1", "010595919126", "Hürup", "010595919142", "Husby", reference="01/2025/0001-R", day="01.01.2025")
    later = [row for row in WITHOUT_TASTRUP if row.name != "Hürup" or row.satzart == "50"]
    load(edition(*AMT), changes(TASTRUP), edition(*WITHOUT_TASTRUP, day="31.12.2024"))
    load(changes(husby), edition(*later, day="31.12.2025"))
    assert [one.key for one in successions_of(municipality_by_key("01059101"))] == ["01059142"]


def test_a_unit_gone_before_the_first_edition_leads_on_through_the_change_file(context):
    load(changes(TASTRUP), edition(*WITHOUT_TASTRUP, day="31.12.2024"))
    assert municipality_by_key("01059101") is None
    for key in ("01059101", "010595919101"):
        former = former_unit(key)
        assert (former.name, [unit.key for unit in former.successors]) == ("Tastrup", ["01059126"])
    assert former_unit("99999999") is None


def test_a_change_file_twice_changes_nothing(context):
    load(edition(*AMT), changes(TASTRUP))
    planned = plan_changes(changes(TASTRUP))
    assert planned.is_empty
    assert apply_changes(planned, actor=SHELL) is None
    assert db.session.scalar(select(func.count()).select_from(ChangeEvent)) == 1
    assert db.session.scalar(select(func.count()).select_from(ChangeFile)) == 1


def test_a_plan_that_another_import_overtook_is_refused(context):
    load(edition(*AMT))
    planned = plan_import(edition(*WITHOUT_TASTRUP, day="31.12.2024"))
    load(edition(*AMT, day="30.06.2024"))
    with pytest.raises(RuleViolation, match="seit der Plan entstand"):
        apply_edition(planned, actor=SHELL)
    events = plan_changes(changes(TASTRUP))
    load(changes(TASTRUP))
    with pytest.raises(RuleViolation, match="seit der Plan entstand"):
        apply_changes(events, actor=SHELL)


def test_a_gemeinde_that_leaves_its_verband_leaves_its_reach_in_the_same_transaction(context):
    load(edition(*AMT))
    verband_id = municipality_by_key("010595919").id
    assert municipality_by_key("01059142").association_id == verband_id
    moved = [*AMT[:3], *alone("010590142142", "Husby"), AMT[4]]
    load(edition(*moved, day="31.12.2024"))
    husby = municipality_by_key("01059142")
    assert husby.association_id is None
    assert husby.parent_id == husby.district_id == municipality_by_key("01059").id
    assert {entry.kind for entry in history_of(husby)} == {HistoryKind.ARS_CHANGED, HistoryKind.MOVED}


def test_a_unit_that_comes_back_gets_its_old_row(context):
    load(edition(*AMT))
    number = municipality_by_key("01059101").id
    load(edition(*WITHOUT_TASTRUP, day="30.06.2024"), edition(*AMT, day="31.12.2024"))
    tastrup = municipality_by_key("01059101")
    assert (tastrup.id, tastrup.dissolved_on) == (number, None)
    assert successions_of(tastrup) == []
    assert HistoryKind.REVIVED in {entry.kind for entry in history_of(tastrup)}


def test_the_first_edition_writes_no_history_and_every_import_one_line_of_log(context):
    load(edition(*AMT))
    assert db.session.scalar(select(func.count()).select_from(HistoryEntry)) == 0
    load(edition(*WITHOUT_TASTRUP, day="31.12.2024"), changes(TASTRUP))
    events = db.session.scalars(select(AuditEntry.event).order_by(AuditEntry.id)).all()
    assert events == ["edition.imported", "edition.imported", "changes.imported"]


def test_an_edition_is_remembered_with_its_source(context):
    file = edition(*AMT, people="31.12.2022")
    load(file)
    kept = db.session.scalar(select(Edition))
    assert (kept.edition_date, kept.population_date) == (date(2023, 12, 31), date(2022, 12, 31))
    assert (kept.file_name, kept.sha256, kept.format) == ("ausgabe.xlsx", file.sha256, "AuszugGV")
    assert kept.counts["bodies"]["land"] == 16


def test_the_state_counts_official_units_only(make):
    land = make.municipality("Musterland", level=Level.LAND, key="99")
    make.municipality("Musterdorf", parent=land, population=5_000)
    load(edition(*AMT))
    state = register_state()
    assert state.bodies[Level.LAND] == 16
    assert state.population == 18_000
    assert state.without_parent == 0
    assert (state.dissolved_with_successor, state.dissolved_with_proposal, state.dissolved_without_successor) == (
        0,
        0,
        0,
    )
    assert municipality_by_key("99").dissolved_on is None
