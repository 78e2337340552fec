"""Comparing an edition with what is stored: new, changed, dissolved."""

from dataclasses import replace
from datetime import date

import pytest

from kooperation.base.errors import RuleViolation
from kooperation.parties.rules import Level
from kooperation.register.parse import ChangesFile, read_register_file
from kooperation.register.rules.bodies import BodyRef, KnownBody, Successor
from kooperation.register.rules.description import bodies_of
from kooperation.register.rules.planning import ensure_newer, plan_edition
from kooperation.register.rules.plans import ChangeType
from kooperation.register.rules.successions import rekeys_to_merge
from tests.register.builders import (
    alone,
    change,
    changes_xlsx,
    city,
    edition_xlsx,
    gemeinde,
    germany,
    gv100ad,
    kreis,
    sample,
    verband,
)

DAY, NEXT = "31.12.2023", "31.12.2024"


def edition(rows=None, day=NEXT):
    return bodies_of(read_register_file(edition_xlsx(sample() if rows is None else rows, day=day), "x"))


def fixed(rows=None, day="20241130"):
    return bodies_of(read_register_file(gv100ad(sample() if rows is None else rows, day=day).encode(), "x"))


def events(*rows):
    changes = read_register_file(changes_xlsx(rows), "x")
    assert isinstance(changes, ChangesFile)
    return changes.records


def stored(described):
    """The bodies of an edition as a first import would store them."""
    return [KnownBody(number, body) for number, body in enumerate(described.bodies, 1)]


def applied(known, plan):
    """What is stored after a plan was applied."""
    rows = {one.id: one for one in known}
    rows |= {one.id: KnownBody(one.id, one.after, None, rows[one.id].first_seen) for one in plan.changed}
    rows |= {gone.id: replace(rows[gone.id], dissolved_on=gone.dissolved_on) for gone in plan.dissolved}
    start = max(rows, default=0) + 1
    first_seen = plan.edition_date if known else None
    rows |= {number: KnownBody(number, body, None, first_seen) for number, body in enumerate(plan.new, start)}
    return list(rows.values())


def planned(rows, changes=(), before=None):
    return plan_edition(stored(edition(before, DAY)), edition(rows), changes)


def without(*keys):
    return [row for row in sample() if row.key not in keys]


def but(key, satzart="60", **changes):
    return [row.but(**changes) if (row.key, row.satzart) == (key, satzart) else row for row in sample()]


def only(plan):
    """The one changed Gemeinde of a plan, or whatever is the lowest that changed."""
    return max(plan.changed, key=lambda one: list(Level).index(one.after.level))


def test_into_an_empty_register_everything_is_new():
    described = edition()
    plan = plan_edition([], described, [])
    assert len(plan.new) == len(described.bodies) == plan.counts["new"]
    assert not plan.changed
    assert plan.bodies == described.bodies


def test_the_same_edition_twice_changes_nothing():
    plan = planned(sample(), before=sample())
    assert plan.is_empty
    assert plan.unchanged == len(plan.bodies)


def test_every_list_is_in_the_order_of_level_and_key():
    plan = plan_edition([], edition(), [])
    order = [(list(Level).index(body.level), body.key) for body in plan.new]
    assert order == sorted(order)


def test_a_changed_figure_is_told_field_by_field_up_to_the_land():
    plan = planned(but("160615051119", population=1001))
    assert [one.after.key for one in plan.changed] == ["16", "16061", "160615051", "16061119"]
    assert [(one.field, one.before, one.after) for one in only(plan).fields] == [("population", 1000, 1001)]
    assert {kind for one in plan.changed for kind in one.types} == {ChangeType.FACTS}


def test_a_renamed_gemeinde_is_told_with_both_names():
    plan = planned(but("096720163163", name="Wildflecken an der Sinn, M"))
    (change_,) = plan.of_type(ChangeType.RENAMED)
    assert change_.types == {ChangeType.RENAMED}
    assert [one.field for one in change_.fields] == ["official_name", "display_name"]
    assert change_.after.display_name == "Markt Wildflecken an der Sinn"


def test_a_new_status_without_a_new_name_is_a_fact():
    plan = planned(but("160615051119", name="Uder", code="63"))
    assert only(plan).types == {ChangeType.FACTS}


def test_another_verband_in_the_same_kreis_is_a_new_ars_and_a_move():
    rows = [row for row in sample() if row.key != "010595919101"]
    at = next(at for at, row in enumerate(rows) if row.key == "010590045")
    rows[at:at] = [verband("010595920", "Langballig"), gemeinde("010595920101", "Tastrup")]
    one = next(one for one in planned(rows).changed if one.after.key == "01059101")
    assert one.types == {ChangeType.ARS_CHANGED, ChangeType.MOVED_VERBAND}
    assert [field.field for field in one.fields] == ["ars", "parent"]


def test_leaving_a_verband_is_a_move_too():
    rows = [*without("010595919101"), *alone("010590101101", "Tastrup", "64")]
    one = next(one for one in planned(rows).changed if one.after.key == "01059101")
    assert {ChangeType.ARS_CHANGED, ChangeType.MOVED_VERBAND} <= one.types


HANAU = "064350014014"


def main_kinzig(*rows):
    return germany(kreis("06435", "Main-Kinzig-Kreis"), alone("064350001001", "Bad Orb, Stadt"), *rows)


def becoming_kreisfrei():
    before = main_kinzig(alone(HANAU, "Hanau, Brüder-Grimm-Stadt"))
    after = germany(city("06415", "Hanau, Stadt"), [row for row in main_kinzig() if row.key.startswith("06435")])
    told = events(
        change(3, "064350014", "Hanau", "064150000", "Hanau", reference="06/2024/0001-R"),
        change(3, HANAU, "Hanau, Brüder-Grimm-Stadt", "064150000000", "Hanau, Stadt", reference="06/2024/0001-R"),
    )
    return before, after, told


def test_a_gemeinde_that_becomes_kreisfrei_keeps_its_row_under_its_new_key():
    before, after, told = becoming_kreisfrei()
    plan = planned(after, told, before)
    assert not plan.new
    assert not plan.dissolved
    (hanau,) = plan.of_type(ChangeType.REKEYED)
    assert (hanau.before.ref, hanau.after.ref) == (
        *((Level.GEMEINDE, "06435014"), (Level.KREISFREIE_STADT, "06415000")),
    )
    assert hanau.types >= {ChangeType.REKEYED, ChangeType.MOVED_OTHER, ChangeType.RENAMED}
    assert hanau.event == "06/2024/0001-R"
    assert ChangeType.ARS_CHANGED not in hanau.types


def test_the_same_change_after_the_edition_says_which_two_rows_are_one():
    before, after, told = becoming_kreisfrei()
    known = stored(edition(before, DAY))
    plan = plan_edition(known, edition(after), [])
    (gone,), (new,) = plan.dissolved, plan.new
    assert gone.successors == (Successor(new.ref, False, "Hanau trägt denselben Namen am selben Ort"),)
    rows = applied(known, plan)
    assert rekeys_to_merge(rows, told) == [(gone.id, next(one.id for one in rows if one.body.ref == new.ref))]


def test_an_event_after_the_edition_changes_nothing_yet():
    before, _, told = becoming_kreisfrei()
    later = [replace(one, statistical_on=date(2026, 1, 1)) for one in told]
    assert planned(before, later, before).is_empty


def amt(key, name, *members):
    return [verband(key, name), *(gemeinde(f"{key}{number}", f"Ort {number}") for number in members)]


def rendsburg(*rows):
    return germany(kreis("01058", "Rendsburg-Eckernförde", "43"), *rows)


def test_a_verband_under_another_key_takes_its_members_along_without_moving_them():
    before = rendsburg(amt("010585830", "Flintbek", "019", "053"))
    after = rendsburg(amt("010585896", "Eidertal", "019", "053"))
    told = events(
        change("3, 4", "010585830", "Flintbek", "010585896", "Eidertal"),
        change(3, "010585830019", "Ort 019", "010585896019", "Ort 019"),
        change(3, "010585830053", "Ort 053", "010585896053", "Ort 053"),
    )
    plan = planned(after, told, before)
    assert not plan.new
    assert not plan.dissolved
    types = {one.after.key: one.types for one in plan.changed}
    assert types == {
        "010585896": {ChangeType.REKEYED, ChangeType.RENAMED},
        "01058019": {ChangeType.ARS_CHANGED},
        "01058053": {ChangeType.ARS_CHANGED},
    }


def test_two_verbände_that_become_one_are_dissolved_into_it():
    before = rendsburg(amt("010585830", "Flintbek", "019"), amt("010585859", "Molfsee", "018"))
    after = rendsburg(amt("010585896", "Eidertal", "018", "019"))
    told = events(
        change("3, 4", "010585830", "Flintbek", "010585896", "Eidertal", day="01.06.2024"),
        change("3, 4", "010585859", "Molfsee", "010585896", "Eidertal", day="01.06.2024"),
    )
    plan = planned(after, told, before)
    assert [body.key for body in plan.new] == ["010585896"]
    for gone in plan.dissolved:
        assert gone.dissolved_on == date(2024, 6, 1)
        assert [(one.ref.key, one.official) for one in gone.successors] == [("010585896", True)]
    assert [gone.body.key for gone in plan.dissolved] == ["010585830", "010585859"]


def test_a_key_that_another_stored_body_has_is_not_taken_over():
    before = rendsburg(amt("010585830", "Flintbek", "019"), amt("010585859", "Molfsee", "018"))
    after = rendsburg(amt("010585859", "Molfsee", "018", "019"))
    told = events(change(3, "010585830", "Flintbek", "010585859", "Molfsee"))
    plan = planned(after, told, before)
    (gone,) = plan.dissolved
    assert [(one.ref.key, one.official) for one in gone.successors] == [("010585859", True)]


def test_a_dissolved_gemeinde_has_its_official_successors_and_the_legal_day():
    told = events(
        change(1, "010595919101", "Tastrup", "010595919126", "Hürup", day="01.03.2024", legal="28.02.2024", people=395)
    )
    (gone,) = planned(without("010595919101"), told).dissolved
    assert (gone.dissolved_on, gone.event) == (date(2024, 2, 28), "16/2024/0001-R")
    assert gone.successors == (
        Successor(
            BodyRef(Level.GEMEINDE, "01059126"),
            True,
            "Hürup, laut Gebietsänderung 16/2024/0001-R zum 28.02.2024",
        ),
    )


def test_without_the_event_a_successor_is_only_proposed():
    plan = planned(without("010595919101"))
    (gone,) = plan.dissolved
    assert (gone.dissolved_on, gone.event) == (date(2024, 12, 31), None)
    assert [one.official for one in gone.successors] == [False]


def test_who_grew_by_what_another_had_is_proposed():
    rows = [row.but(area=20.0) if row.key == "010595919126" else row for row in without("010595919101")]
    (gone,) = planned(rows).dissolved
    assert "Hürup wuchs zur selben Zeit um 10,00 km²" in gone.successors[0].reason


def test_who_came_when_others_went_is_proposed():
    rows = [row for row in without("010595919101", "010595919126") if row.key != "010595919"]
    at = next(at for at, row in enumerate(rows) if row.key == "010590045")
    rows[at:at] = [verband("010595919", "Hürup"), gemeinde("010595919150", "Neu-Hürup", area=20.0)]
    plan = planned(rows)
    assert {gone.successors[0].ref.key for gone in plan.dissolved} == {"01059150"}
    assert all("entstand zur selben Zeit" in gone.successors[0].reason for gone in plan.dissolved)


def test_a_dissolved_body_that_is_there_again_is_revived():
    known = [
        replace(one, dissolved_on=date(2022, 1, 1)) if one.body.key == "01059101" else one for one in stored(edition())
    ]
    plan = plan_edition(known, edition(), [])
    (revived,) = plan.changed
    assert (revived.types, revived.after.key) == ({ChangeType.REVIVED}, "01059101")


def test_a_dissolved_body_stays_dissolved():
    known = stored(edition())
    plan = plan_edition(known, edition(without("010595919101")), [])
    again = plan_edition(applied(known, plan), edition(without("010595919101")), [])
    assert again.is_empty


def test_the_demonstration_region_is_refused():
    described = edition()
    invented = replace(described.bodies[0], key="99", ars="99")
    with pytest.raises(RuleViolation, match="Land 99"):
        plan_edition([], replace(described, bodies=(*described.bodies, invented)), [])


def test_what_the_fixed_width_format_leaves_out_stays_as_it_is_stored():
    plan = plan_edition(stored(edition()), fixed(), [])
    assert {field.field for one in plan.changed for field in one.fields} == {"seat", "fulfilling"}
    assert all(body.longitude for body in plan.bodies if body.key == "01001000")


def test_what_the_sheet_leaves_out_stays_as_it_is_stored():
    known = stored(fixed(but("145215115", "50", seat="Niederwürschnitz")))
    plan = plan_edition(known, edition(), [])
    body = next(body for body in plan.bodies if body.key == "145215115")
    assert (body.seat, body.fulfilling) == ("Niederwürschnitz", BodyRef(Level.GEMEINDE, "14521440"))
    assert not {field.field for one in plan.changed for field in one.fields} & {"seat", "fulfilling"}


def test_a_fulfilling_gemeinde_that_left_is_forgotten():
    known = stored(fixed(but("145215115", "50", seat="Niederwürschnitz")))
    plan = plan_edition(known, edition(without("145215115440")), [])
    body = next(body for body in plan.bodies if body.key == "145215115")
    assert body.fulfilling is None


def test_the_same_figures_without_a_date_are_still_those_of_the_stored_date():
    plan = plan_edition(stored(edition()), fixed(but("160615051119", population=1001)), [])
    dates = {body.key: body.population_date for body in plan.bodies}
    assert (dates["01001000"], dates["16061119"], dates["16"]) == (date(2023, 12, 31), None, None)


def test_a_name_cut_off_at_fifty_characters_is_no_new_name():
    long = "Oelsnitz/Vogtl., Bösenbrunn, Eichigt und Triebel/Vogtl."
    rows = but("145215115", "50", name=long)
    plan = plan_edition(stored(edition(rows)), fixed(rows), [])
    assert not plan.of_type(ChangeType.RENAMED)
    assert long in {body.official_name for body in plan.bodies}


def test_an_older_edition_is_refused_unless_forced():
    with pytest.raises(RuleViolation, match=r"vom 31\.12\.2023 ist älter als die zuletzt eingelesene vom 31\.12\.2024"):
        ensure_newer(date(2024, 12, 31), date(2023, 12, 31), force=False)
    ensure_newer(date(2024, 12, 31), date(2023, 12, 31), force=True)
    ensure_newer(date(2024, 12, 31), date(2024, 12, 31), force=False)
    ensure_newer(None, date(1990, 12, 31), force=False)
