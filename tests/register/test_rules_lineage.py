"""What became of units: the territorial changes as steps, followed over several reforms."""

from datetime import date

import pytest

from kooperation.parties.rules import Level
from kooperation.register.rules.bodies import BodyRef
from kooperation.register.rules.records import ChangeKind, ChangeRecord
from kooperation.register.rules.successions.lineage import Lineage, ref_of

GONE, PART, KEY, NAME = ChangeKind


def event(kinds, origin, target, year=2024, *, people=None, area=None, reference="", unit="", legal=None):
    """One row of changes between two keys; an AGS of 8 digits stands for a Gemeinde of some Verband."""
    kinds = frozenset(kinds if isinstance(kinds, tuple) else (kinds,))
    unit = unit or {9: "Gemeindeverband", 8: "Gemeinde"}.get(len(origin), "Kreis")
    ars_from, ars_to = (f"{key[:5]}5001{key[5:]}" if len(key) == 8 else key for key in (origin, target))
    ags = [key if len(key) == 8 else None for key in (origin, target)]
    day = date(year, 1, 1)
    return ChangeRecord(
        reference or f"16/{year}/0001-R", unit, ars_from, ags[0], f"Ort {origin}", kinds, area, people, ars_to, ags[1],
        f"Ort {target}", legal or day, day,
    )  # fmt: skip


def gemeinde(key):
    return BodyRef(Level.GEMEINDE, key)


def verband(key):
    return BodyRef(Level.GEMEINDEVERBAND, key)


def heirs(events, origin, existing, year=2024, until=None):
    """The keys of the heirs of a unit dissolved in a year."""
    lineage = Lineage(events, until=until)
    step = lineage.ending(ref_of(*_keys(origin)), date(year, 1, 1))
    refs = {ref_of(*_keys(key)) for key in existing}
    return [heir.ref.key for heir in lineage.heirs(step, refs)] if step else None


def _keys(key):
    return (key, key) if len(key) == 8 else (key, None)


REFERENCES = {
    "a Gemeinde by its ARS": ("160615051119", None, Level.GEMEINDE, "16061119"),
    "a Gemeinde by its AGS": ("160615051119", "16061119", Level.GEMEINDE, "16061119"),
    "a kreisfreie Stadt": ("064150000000", "06415000", Level.KREISFREIE_STADT, "06415000"),
    "a Verband": ("010585896", None, Level.GEMEINDEVERBAND, "010585896"),
    "a Gemeinde by itself, told as a Verband": ("066350005", None, Level.GEMEINDE, "06635005"),
    "an area without a Gemeinde, told as a Verband": ("093749451", None, Level.GEMEINDE, "09374451"),
    "a kreisfreie Stadt, told as a Verband": ("010010000", None, Level.KREISFREIE_STADT, "01001000"),
    "a Landkreis": ("06435", None, Level.LANDKREIS, "06435"),
    "a Regierungsbezirk": ("064", None, Level.REGIERUNGSBEZIRK, "064"),
    "a Land": ("06", None, Level.LAND, "06"),
}


@pytest.mark.parametrize(("ars", "ags", "level", "key"), REFERENCES.values(), ids=REFERENCES)
def test_a_key_means_one_body(ars, ags, level, key):
    assert ref_of(ars, ags) == (level, key)


def test_a_kreis_key_means_a_city_where_one_is_known():
    city = BodyRef(Level.KREISFREIE_STADT, "16056000")
    change = event(GONE, "16056", "16063", unit="Kreis")
    assert Lineage([], [city]).origin_of(change) == city
    assert Lineage([]).origin_of(change) == BodyRef(Level.LANDKREIS, "16056")
    assert Lineage([]).origin_of(event(GONE, "16056", "16063", unit="Kreisfreie Stadt")) == city


def test_a_dissolved_gemeinde_leads_to_its_successor():
    assert heirs([event(GONE, "16061007", "16061119")], "16061007", {"16061119"}) == ["16061119"]


def test_of_several_successors_the_one_with_most_people_comes_first():
    events = [
        event(GONE, "16064073", "16064071", people=1126),
        event(GONE, "16064073", "16064046", people=313),
        event(GONE, "16064073", "16061118", people=1699),
    ]
    assert heirs(events, "16064073", {"16064071", "16064046", "16061118"}) == ["16061118", "16064071", "16064046"]


def test_where_nobody_lives_the_larger_area_comes_first():
    events = [
        event(GONE, "09672457", "09672163", people=0, area=1902750),
        event(GONE, "09672457", "09672145", people=0, area=2769088),
    ]
    assert heirs(events, "09672457", {"09672163", "09672145"}) == ["09672145", "09672163"]


def test_a_gemeinde_by_itself_is_told_twice_and_the_row_of_the_gemeinde_counts():
    events = [
        event(GONE, "093749451", "093745326"),
        event(GONE, "09374451", "09374129", people=0, area=3965780),
    ]
    assert heirs(events, "09374451", {"09374129", "093745326"}) == ["09374129"]


def test_a_part_transfer_and_its_remainder_end_nobody():
    events = [event(PART, "08425108", "08425020"), event(PART, "08425108", "08425108")]
    assert heirs(events, "08425108", {"08425020", "08425108"}) is None


def test_a_mere_rename_ends_nobody():
    assert heirs([event(NAME, "146260110", "146260110")], "14626110", {"14626110"}) is None


def test_the_chain_is_followed_over_several_reforms():
    events = [
        event(GONE, "16061007", "16061119", 2020),
        event(GONE, "16061119", "16061200", 2022),
        event(GONE, "16061200", "16061300", 2024),
    ]
    assert heirs(events, "16061007", {"16061300"}, 2020) == ["16061300"]


def test_a_chain_that_divides_and_meets_again_names_each_heir_once():
    events = [
        event(GONE, "16061001", "16061002", 2020, people=9),
        event(GONE, "16061001", "16061003", 2020, people=1),
        event(GONE, "16061002", "16061004", 2022),
        event(GONE, "16061003", "16061004", 2023),
    ]
    assert heirs(events, "16061001", {"16061004"}, 2020) == ["16061004"]


def test_a_circle_does_not_hang():
    events = [
        event(GONE, "16061001", "16061002", 2020),
        event(GONE, "16061002", "16061001", 2020),
        event(GONE, "16061002", "16061001", 2022),
        event(GONE, "16061001", "16061002", 2024),
    ]
    assert heirs(events, "16061001", {"16061002"}, 2020) == ["16061002"]
    assert heirs(events, "16061001", set(), 2020) == []


def test_where_the_trace_is_lost_there_is_no_heir():
    assert heirs([event(GONE, "16061001", "16061002")], "16061001", {"16061003"}) == []


def test_a_key_used_again_is_another_unit():
    events = [
        event(GONE, "16061001", "16061002", 2018),
        event(GONE, "16061001", "16061003", 2024),
    ]
    existing = {"16061002", "16061003"}
    assert heirs(events, "16061001", existing, 2018) == ["16061002"]
    assert heirs(events, "16061001", existing, 2024) == ["16061003"]


def test_a_successor_whose_key_was_used_again_is_followed_by_its_date():
    events = [
        event(GONE, "16061001", "16061002", 2020),
        event(GONE, "16061002", "16061003", 2022),
    ]
    # 16061002 exists again since 2023, but that is not who took over in 2020.
    assert heirs(events, "16061001", {"16061002", "16061003"}, 2020) == ["16061003"]


def test_an_event_that_has_not_happened_yet_is_left_out():
    events = [
        event(GONE, "16061001", "16061002", 2024),
        event(GONE, "16061002", "16061003", 2026),
    ]
    existing = {"16061002", "16061003"}
    assert heirs(events, "16061001", existing, until=date(2024, 12, 31)) == ["16061002"]
    # Without a day, what is followed must at least exist.
    assert heirs(events, "16061001", {"16061002"}) == ["16061002"]


def test_changes_of_one_day_happen_at_once():
    events = [event(KEY, "16061001", "16061002"), event(KEY, "16061002", "16061001")]
    lineage = Lineage(events)
    assert lineage.rekeyed(lineage.ending(gemeinde("16061001"), date(2024, 1, 1))) == gemeinde("16061002")
    assert lineage.rekeyed(lineage.ending(gemeinde("16061002"), date(2024, 1, 1))) == gemeinde("16061001")


def rekeyed(events, ref, year=2024):
    lineage = Lineage(events)
    step = lineage.ending(ref, date(year, 12, 31))
    return lineage.rekeyed(step) if step else None


def test_a_key_change_of_one_unit_to_one_key_is_the_same_body():
    target = BodyRef(Level.KREISFREIE_STADT, "06415000")
    assert rekeyed([event(KEY, "06435014", "06415000")], gemeinde("06435014")) == target


def test_several_key_changes_in_a_row_are_the_same_body():
    events = [
        event(KEY, "010581111"[:5] + "5111", "010585222", 2022),
        event((KEY, NAME), "010585222", "010585333", 2023),
    ]
    assert rekeyed(events, verband("010585111"), 2022) == verband("010585333")


def test_two_that_take_one_key_have_merged():
    events = [event((KEY, NAME), "010585830", "010585896"), event((KEY, NAME), "010585859", "010585896")]
    assert rekeyed(events, verband("010585830")) is None
    assert heirs(events, "010585830", {"010585896"}) == ["010585896"]


def test_a_key_change_to_several_keys_is_a_dissolution():
    events = [event(KEY, "010585830", "010585831"), event(KEY, "010585830", "010585832")]
    assert rekeyed(events, verband("010585830")) is None


def test_a_gemeinde_that_is_dissolved_into_a_rekeyed_one_does_not_hinder_it():
    events = [event(GONE, "16064055", "16064099", people=1), event(KEY, "16064074", "16064099")]
    assert rekeyed(events, gemeinde("16064074")) == gemeinde("16064099")
    assert rekeyed(events, gemeinde("16064055")) is None


def test_a_new_ars_with_the_ags_kept_is_no_step():
    kept = ChangeRecord(
        "01/2023/0005-R", "Gemeinde", "010585830019", "01058019", "Böhnhusen", frozenset({KEY}), None, None,
        "010585896019", "01058019", "Böhnhusen", date(2023, 6, 1), date(2023, 6, 1),
    )  # fmt: skip
    assert rekeyed([kept], gemeinde("01058019"), 2023) is None


def test_the_legal_day_may_differ_from_the_day_of_the_statistics():
    lineage = Lineage([event(GONE, "13071017", "13071006", legal=date(2024, 6, 9))])
    step = lineage.ending(gemeinde("13071017"), date(2024, 6, 9))
    assert (step.on, step.legal_on) == (date(2024, 1, 1), date(2024, 6, 9))
