"""Levels, keys and size classes."""

import pytest

from kooperation.parties.rules import KEY_LENGTH, Level, PopulationClass, is_demo


@pytest.mark.parametrize(
    ("population", "expected"),
    [
        (0, PopulationClass.UP_TO_5000),
        (5_000, PopulationClass.UP_TO_5000),
        (5_001, PopulationClass.UP_TO_10000),
        (10_000, PopulationClass.UP_TO_10000),
        (10_001, PopulationClass.UP_TO_20000),
        (20_001, PopulationClass.UP_TO_50000),
        (50_000, PopulationClass.UP_TO_50000),
        (100_000, PopulationClass.UP_TO_100000),
        (100_001, PopulationClass.MORE),
        (5_000_000, PopulationClass.MORE),
    ],
)
def test_a_number_of_people_lies_in_one_class_which_includes_its_upper_bound(population, expected):
    holding = [
        one
        for one in PopulationClass
        if one.bounds[0] <= population and (one.bounds[1] is None or population <= one.bounds[1])
    ]
    assert holding == [expected]


@pytest.mark.parametrize(("key", "expected"), [("99", True), ("99001010", True), ("09", False), ("19999", False)])
def test_the_invented_region_is_told_by_its_land(key, expected):
    assert is_demo(key) is expected


def test_the_length_of_a_key_tells_its_level_but_for_gemeinden_and_cities():
    assert KEY_LENGTH[Level.GEMEINDE] == KEY_LENGTH[Level.KREISFREIE_STADT] == 8
    others = [length for level, length in KEY_LENGTH.items() if length != 8]
    assert len(others) == len(set(others)) == 4
