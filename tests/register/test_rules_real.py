"""The official files: what they contain, as counted, and what the rules make of them."""

from collections import Counter, defaultdict
from datetime import date

import pytest

from kooperation.parties.rules import Level
from kooperation.register.rules.bodies import KnownBody, NoticeKind
from kooperation.register.rules.names import bare_name
from kooperation.register.rules.planning import plan_edition
from kooperation.register.rules.plans import ChangeType
from kooperation.register.rules.records import ChangeKind
from kooperation.register.rules.successions import endings, successors_today
from tests.register.test_rules_plan import applied

PLACES = (Level.GEMEINDE, Level.KREISFREIE_STADT)

EDITIONS = {
    # Records by Satzart, population, day of the edition, day of the population.
    "2021": ((16, 29, 12, 400, 4_606, 10_997), 83_237_124, date(2021, 12, 31), date(2021, 12, 31)),
    "2023": ((16, 29, 12, 400, 4_597, 10_981), 84_669_326, date(2023, 12, 31), date(2023, 12, 31)),
    "2024": ((16, 29, 12, 400, 4_596, 10_959), 84_669_326, date(2024, 12, 31), date(2023, 12, 31)),
    "fixed": ((16, 29, 12, 400, 4_597, 10_981), 84_358_845, date(2023, 11, 30), None),
}


@pytest.mark.parametrize(("name", "expected"), EDITIONS.items(), ids=EDITIONS)
def test_an_edition_is_read_whole(official, name, expected):
    edition = official(name)
    found = tuple(edition.counts.values()), edition.population, edition.edition_date, edition.population_date
    assert found == expected


def test_every_record_has_its_row(official):
    lines = [record.line for record in official("2024").records]
    assert lines == list(range(7, 7 + 16_012))


@pytest.mark.parametrize(("name", "rows", "year"), [("changes 2023", 58, 2023), ("changes 2024", 82, 2024)])
def test_the_changes_are_read_whole(official, name, rows, year):
    changes = official(name)
    assert len(changes.records) == rows
    assert (changes.starts_on, changes.ends_on) == (date(year, 1, 1), date(year, 12, 31))
    assert all(changes.starts_on <= one.statistical_on <= changes.ends_on for one in changes.records)


def test_the_edition_of_2024_has_so_many_bodies_on_each_level(described):
    edition = described("2024")
    assert tuple(edition.counts.values()) == (16, 19, 294, 106, 1_203, 10_853)
    assert len(edition.bodies) == 12_491
    assert edition.population == 84_669_326


def test_each_of_the_records_is_accounted_for(described):
    accounting = described("2024").accounting
    assert accounting.balanced
    assert accounting.records == 16_012
    assert accounting.repeated == {"40": 106, "50": 3_393}
    assert accounting.no_level == {"region": 12, "former_regierungsbezirk": 6, "statistical_region": 4}


def test_every_association_has_several_members(described):
    for name in ("2021", "2023", "2024", "fixed"):
        edition = described(name)
        members = Counter(body.parent for body in edition.bodies if body.level is Level.GEMEINDE)
        associations = [body.ref for body in edition.bodies if body.level is Level.GEMEINDEVERBAND]
        assert all(members[ref] > 1 for ref in associations)
        if name == "2024":
            assert sum(members[ref] for ref in associations) == 7_566


def test_every_body_but_a_land_has_its_parent_in_the_edition(described):
    bodies = {body.ref: body for body in described("2024").bodies}
    orphans = [body for body in bodies.values() if body.parent not in bodies]
    assert [body.level for body in orphans] == [Level.LAND] * 16
    direct = [
        body
        for body in bodies.values()
        if body.level in (Level.LANDKREIS, Level.KREISFREIE_STADT) and body.parent.level is Level.LAND
    ]
    assert len(direct) == 181


def test_gemeindefreie_gebiete_are_known(described):
    areas = [body for body in described("2024").bodies if body.text_code in ("65", "66")]
    assert len(areas) == 207
    assert sum(not body.inhabited for body in areas) == 205
    assert all(body.inhabited for body in described("2024").bodies if body.population)


def test_contract_associations_are_known(described):
    contracts = [body for body in described("2024").bodies if body.is_contract]
    assert Counter((body.key[:2], body.text_code) for body in contracts) == {
        ("08", "54"): 156,
        ("14", "54"): 64,
        ("16", "58"): 38,
        ("12", "58"): 1,
    }


def test_the_fixed_width_format_tells_who_does_the_work(described):
    bodies = {body.ref: body for body in described("fixed").bodies}
    contracts = [body for body in bodies.values() if body.is_contract]
    members = defaultdict(list)
    for body in bodies.values():
        name = bare_name(body.official_name)
        members[body.parent] += {name, name.split("/")[0]}
    assert len(contracts) == 259
    # The seat is a member's name, with or without its region (Lugau/Erzgeb.).
    assert sum(members[body.ref].count(body.seat) == 1 for body in contracts) == 248
    # Five more have a Sorbian half, others tell it by the association's own name.
    named = [body for body in contracts if body.fulfilling]
    assert len(named) == 257
    assert all(bodies[body.fulfilling].parent == body.ref for body in named)


def test_name_and_seat_never_tell_of_different_gemeinden(described):
    sheet, fixed = (
        {body.key: body.fulfilling for body in described(name).bodies if body.fulfilling} for name in ("2023", "fixed")
    )
    assert len(sheet) == 245
    assert all(fixed[key] == ref for key, ref in sheet.items() if key in fixed)


def test_what_the_reader_should_know_is_noticed(described):
    notices = described("2024").notices
    assert Counter(notice.kind for notice in notices) == {
        NoticeKind.NO_KREIS: 2,
        NoticeKind.NO_FULFILLING: 15,
        NoticeKind.LEVEL_SKIPPED: 1,
        NoticeKind.NO_LEVEL: 1,
    }
    assert {notice.ref.key for notice in notices if notice.kind is NoticeKind.NO_KREIS} == {"07000999", "13000999"}


def test_both_formats_of_one_time_have_the_same_keys_and_hierarchy(described):
    sheet, fixed = ({body.ref: body for body in described(name).bodies} for name in ("2023", "fixed"))
    assert sheet.keys() == fixed.keys()
    assert all((one.ars, one.parent) == (fixed[ref].ars, fixed[ref].parent) for ref, one in sheet.items())
    names = {one.key for ref, one in sheet.items() if one.official_name != fixed[ref].official_name}
    assert Counter(len(key) for key in names) == {8: 2, 9: 2}
    codes = [
        (one.key, fixed[ref].text_code, one.text_code)
        for ref, one in sheet.items()
        if one.text_code != fixed[ref].text_code
    ]
    assert codes == [("120735051", "51", "58")]
    assert sum(one.population != fixed[ref].population for ref, one in sheet.items() if ref.level in PLACES) == 10_517


@pytest.fixture(scope="session")
def history(official, described):
    """What is stored after 2021, 2023 and 2024 with their changes, and the plans of 2023 and 2024."""
    events = [*official("changes 2023").records, *official("changes 2024").records]
    known = [KnownBody(number, body) for number, body in enumerate(described("2021").bodies, 1)]
    plans = {}
    for name in ("2023", "2024"):
        plans[name] = plan_edition(known, described(name), events)
        known = applied(known, plans[name])
    return known, plans, events


def ags(bodies):
    return [body for body in bodies if body.level in PLACES]


COUNTED = {"2023": (17, 1, 13, 15), "2024": (24, 2, 8, 5)}


@pytest.mark.parametrize(("name", "expected"), COUNTED.items(), ids=COUNTED)
def test_gone_new_renamed_and_with_another_ars_are_as_counted(history, name, expected):
    plan = history[1][name]
    changed = [[one.after for one in plan.of_type(kind)] for kind in (ChangeType.RENAMED, ChangeType.ARS_CHANGED)]
    lists = [[gone.body for gone in plan.dissolved], plan.new, *changed]
    assert tuple(len(ags(bodies)) for bodies in lists) == expected
    assert not plan.of_type(ChangeType.REKEYED)


def test_the_same_edition_again_changes_nothing(history, described):
    known, _, events = history
    again = plan_edition(known, described("2024"), events)
    assert again.is_empty
    assert again.unchanged == 12_491


def test_nothing_is_lost(history, described):
    known = history[0]
    living = {one.body.ref for one in known if one.dissolved_on is None}
    assert living == {body.ref for body in described("2024").bodies}
    assert {one.body.ref for one in known} >= {body.ref for body in described("2021").bodies}


def test_every_dissolved_unit_that_a_change_file_explains_leads_to_its_successors(history, official):
    known, _, events = history
    rows = {one.body.key: one for one in known}
    found = successors_today(known, events)
    living = {one.body.ref for one in known if one.dissolved_on is None}
    explained = {one.ags_from for one in events if ChangeKind.DISSOLUTION in one.kinds and one.ags_from}
    assert len(explained) == 37
    for key in sorted(explained):
        successors = found[rows[key].id]
        assert all(one.official and one.ref in living for one in successors), key
    targets = {one.ref.key for one in found[rows["16064055"].id]}
    assert targets == {"16061118", "16064046"}


def test_the_day_of_the_end_is_the_legal_one_whenever_the_changes_came(history, described):
    events = history[2]
    known = [KnownBody(number, body) for number, body in enumerate(described("2021").bodies, 1)]
    for name in ("2023", "2024"):
        known = applied(known, plan_edition(known, described(name), []))
    late = {known[number - 1].body.ref: day for number, day in endings(known, events).items()}
    early = {one.body.ref: one.dissolved_on for one in history[0] if one.body.ref in late}
    assert late == early
    assert late[Level.GEMEINDE, "13071017"] == date(2024, 6, 9)


def test_the_changes_may_come_after_the_editions(history, described):
    events = history[2]
    known = [KnownBody(number, body) for number, body in enumerate(described("2021").bodies, 1)]
    for name in ("2023", "2024"):
        known = applied(known, plan_edition(known, described(name), []))
    late = {number: found for number, found in successors_today(known, events).items() if found[0].official}
    early = successors_today(history[0], events)
    keys = [{one.id: one.body.ref for one in rows} for rows in (known, history[0])]
    assert {keys[0][number]: found for number, found in late.items()} == {
        keys[1][number]: found for number, found in early.items() if found[0].official
    }


def test_most_proposals_without_the_changes_are_what_the_changes_say(history, described):
    known = [KnownBody(number, body) for number, body in enumerate(described("2021").bodies, 1)]
    right = wrong = 0
    for name in ("2023", "2024"):
        official = {gone.body.ref: gone.successors for gone in history[1][name].dissolved if gone.event}
        plan = plan_edition(known, described(name), [])
        for gone in plan.dissolved:
            if gone.body.ref in official and gone.successors:
                hit = gone.successors[0].ref in {one.ref for one in official[gone.body.ref]}
                right, wrong = right + hit, wrong + (not hit)
        assert not any(one.official for gone in plan.dissolved for one in gone.successors)
        known = applied(known, plan)
    assert right >= 38
    assert wrong <= 3
