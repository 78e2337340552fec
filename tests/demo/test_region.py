"""The table of invented units: whole, plausible, and like no real place."""

from collections import Counter

import pytest

from kooperation.demo import region
from kooperation.parties.rules import Level, PopulationClass, is_demo
from kooperation.register.parse import read_register_file
from kooperation.register.rules.names import bare_name
from tests.conftest import REGISTER_FILES

ENDED = {ending.place.key for ending in region.ENDINGS}
LOWEST = (Level.GEMEINDE, Level.KREISFREIE_STADT)


@pytest.fixture(scope="module")
def bodies():
    return region.bodies()


@pytest.fixture(scope="module")
def living(bodies):
    return [body for body in bodies if body.key not in ENDED]


def test_the_region_has_every_level_that_it_promises(living):
    assert Counter(body.level for body in living) == {
        Level.LAND: 1,
        Level.LANDKREIS: 2,
        Level.KREISFREIE_STADT: 1,
        Level.GEMEINDEVERBAND: 4,
        Level.GEMEINDE: 40,
    }


def test_every_key_is_of_the_land_that_does_not_exist_and_used_once(bodies):
    assert all(is_demo(body.key) and is_demo(body.ars) for body in bodies)
    assert len({body.ref for body in bodies}) == len(bodies)


def test_every_unit_but_the_land_stands_behind_its_parent(bodies):
    seen = set()
    for body in bodies:
        assert (body.parent is None) == (body.level is Level.LAND)
        assert body.parent is None or body.parent in seen
        seen.add(body.ref)


@pytest.mark.parametrize("field", ["population", "population_male", "area_km2"])
def test_the_figures_above_are_the_sums_of_the_gemeinden_that_exist(living, field):
    for above in (body for body in living if body.level not in LOWEST):
        below = [body for body in living if body.level in LOWEST and body.ars.startswith(above.key)]
        assert getattr(above, field) == pytest.approx(sum(getattr(body, field) for body in below))


def test_a_gemeinde_of_every_population_class_is_there(living):
    people = [body.population for body in living if body.level in LOWEST and body.inhabited]
    for population_class in PopulationClass:
        lower, upper = population_class.bounds
        assert any(lower <= count <= (upper or count) for count in people), population_class


def test_every_inhabited_unit_has_plausible_figures(bodies):
    for body in bodies:
        if body.inhabited:
            assert 0.46 < body.population_male / body.population < 0.54, body.display_name
            assert 5 < body.population / body.area_km2 < 1_000, body.display_name


def test_every_unit_has_a_place_in_the_sea_and_no_two_the_same(bodies):
    assert all(54.2 < body.latitude < 54.9 and 6.3 < body.longitude < 7.4 for body in bodies)
    assert len({(body.latitude, body.longitude) for body in bodies}) == len(bodies)


def test_postal_codes_begin_with_00_which_germany_does_not_assign(bodies):
    lowest = [body for body in bodies if body.level in LOWEST]
    assert all(len(body.postal_code) == 5 and body.postal_code.startswith("00") for body in lowest if body.inhabited)


def test_one_gemeindefreies_gebiet_has_no_people_and_no_postal_code(living):
    (empty,) = (body for body in living if not body.inhabited)
    assert (empty.population, empty.postal_code) == (0, None)


def test_one_association_is_a_contract_whose_work_one_member_does(living):
    (contract,) = (body for body in living if body.is_contract)
    fulfilling = next(body for body in living if body.ref == contract.fulfilling)
    assert fulfilling.parent == contract.ref


def test_one_name_stands_in_both_landkreise(living):
    names = Counter(body.display_name for body in living if body.level is Level.GEMEINDE)
    (twice,) = (name for name, count in names.items() if count > 1)
    assert {body.key[:5] for body in living if body.display_name == twice} == {"99001", "99002"}


def test_the_names_are_written_in_all_the_ways_that_german_names_are(living):
    names = " ".join(body.display_name for body in living)
    assert all(sign in names for sign in ("ä", "ö", "ü", "Ä", "Ö", "Ü", "ß", "-", "a. d. ", "St. ", "Bad "))


def test_dissolved_gemeinden_went_to_units_that_exist(living):
    keys = {body.key for body in living}
    assert sorted(len(ending.successors) for ending in region.ENDINGS) == [1, 2]
    assert all(keys.issuperset(ending.successors) for ending in region.ENDINGS)


def test_no_real_unit_has_one_of_the_names(bodies, register_dir):
    path = register_dir / REGISTER_FILES["2024"]
    real = {bare_name(record.name).casefold() for record in read_register_file(path.read_bytes(), path.name).records}
    assert {bare_name(body.official_name).casefold() for body in bodies}.isdisjoint(real)
    assert {body.display_name.casefold() for body in bodies}.isdisjoint(real)
