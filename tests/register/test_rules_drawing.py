import gzip
import math
import random
import re
from itertools import pairwise

import pytest

from kooperation.parties.rules import Level, PopulationClass
from kooperation.register.rules.mapping.drawing import (
    FINE,
    MOST_LINKED,
    STEPS,
    Place,
    label_of,
    path_through,
    select_places,
    steps_of,
)
from kooperation.register.rules.mapping.drawing import (
    draw as draw_selection,
)
from kooperation.register.rules.mapping.labelling import Lettering, Spot, labels_beside, width_of
from kooperation.register.rules.mapping.projection import (
    LARGEST_HEIGHT,
    LARGEST_WIDTH,
    frame_around,
    project,
    unproject,
)

FLENSBURG, MUENCHEN, AACHEN = (9.4333, 54.7833), (11.5755, 48.1372), (6.0838, 50.7756)


def place(name="Musterdorf", at=(10.0, 51.0), population=1_000, key="09184001", level=Level.GEMEINDE):
    return Place(key, level, name, *at, population)


def draw(places, ground, digits):
    return draw_selection(select_places(places), ground, digits)


def scattered(number, prefix="09"):
    """So many places all over Germany, always the same."""
    chance = random.Random(1)
    return [
        place(
            f"Ort {at}",
            (chance.uniform(6.0, 15.0), chance.uniform(47.3, 55.0)),
            int(chance.paretovariate(0.8) * 300),
            f"{prefix}{at:06}",
        )
        for at in range(number)
    ]


def kilometres(one, other):
    (east, other_east), (south, other_south) = project(*zip(one, other, strict=True))
    return math.hypot(east - other_east, south - other_south)


def points_of(path):
    """The points that a path of relative steps goes through."""
    x = y = 0
    for across, down in re.findall(r"m(-?\d+) ?(-?\d+)h0", path):
        x, y = x + int(across), y + int(down)
        yield x, y


# ---------------------------------------------------------------- projection and frame


@pytest.mark.parametrize(("one", "other", "real"), [(FLENSBURG, MUENCHEN, 753), (AACHEN, MUENCHEN, 494)])
def test_distances_on_the_map_are_those_on_the_ground(one, other, real):
    assert kilometres(one, other) == pytest.approx(real, rel=0.005)


@pytest.mark.parametrize("place", [FLENSBURG, MUENCHEN, AACHEN, (15.04, 51.27)])
def test_a_point_of_the_map_leads_back_to_its_degrees(place):
    (east,), (south,) = project([place[0]], [place[1]])
    assert unproject(east, south) == pytest.approx(place)


def test_the_pole_of_the_projection_is_no_error():
    assert unproject(0, 0)[1] == pytest.approx(90, abs=0.1)


def test_north_is_up_and_east_is_right():
    east, south = project([FLENSBURG[0], MUENCHEN[0]], [FLENSBURG[1], MUENCHEN[1]])
    assert south[0] < south[1]
    assert east[0] < east[1]


@pytest.mark.parametrize("size", [(1, 1), (640, 870), (900, 40), (3, 500)])
def test_everything_lies_inside_the_frame(size):
    east, south = [100, 100 + size[0]], [5_000, 5_000 + size[1]]
    frame = frame_around(east, south)
    across, down = frame.place(east, south)
    assert frame.width <= LARGEST_WIDTH
    assert frame.height <= LARGEST_HEIGHT
    assert 0 < across[0] < across[1] < frame.width
    assert 0 < down[0] < down[1] < frame.height


@pytest.mark.parametrize(("width", "kilometres"), [(640, 100), (100, 20), (30, 5), (1, 2)])
def test_the_scale_bar_has_a_round_length_that_fits(width, kilometres):
    frame = frame_around([0, width], [0, width])
    assert frame.bar_km == kilometres
    assert frame.bar_km * frame.scale <= frame.width / 5


# ---------------------------------------------------------------- what is drawn


def row(key="09184001", level="gemeinde", name="Ort", longitude=11.0, latitude=48.0, population=100):
    return key, level, name, longitude, latitude, population


def test_places_are_drawn_and_what_they_lie_in_is_left_to_maps_of_its_own():
    selection = select_places(
        [row(), row("09162000", "kreisfreie_stadt"), row("09", "land"), row("09184", "landkreis", longitude=None)]
    )
    assert [one.key for one in selection.drawn] == ["09184001", "09162000"]
    assert selection.left_out == {Level.LAND: 1, Level.LANDKREIS: 1}
    assert not selection.unplaced


def test_without_places_the_next_level_is_drawn():
    selection = select_places([row("09", "land"), row("09184", "landkreis")])
    assert [one.key for one in selection.drawn] == ["09184"]


def test_a_unit_without_coordinates_is_named():
    selection = select_places([row(), row("09184002", name="Nirgendwo", latitude=None)])
    assert [unit.name for unit in selection.unplaced] == ["Nirgendwo"]


def test_the_invented_region_is_drawn_only_where_there_is_no_other():
    assert [one.key for one in select_places([row("99001001"), row()]).drawn] == ["09184001"]
    assert select_places([row("99001001"), row()]).sample_left_out == 1
    alone = select_places([row("99001001")])
    assert alone.is_sample
    assert alone.sample_left_out == 0


def test_nothing_at_all_is_drawn_as_nothing():
    selection = select_places([])
    assert not selection.drawn
    assert not selection.left_out


# ---------------------------------------------------------------- signs


def test_the_classes_of_places_are_those_of_the_lists():
    assert [step.size for step in STEPS[Level.GEMEINDE][1:]] == list(PopulationClass)


@pytest.mark.parametrize("level", Level)
def test_the_classes_follow_each_other_without_a_gap(level):
    steps = STEPS[level]
    assert steps[0].upper == 0
    assert all(upper.lower == lower.upper + 1 for lower, upper in pairwise(steps))
    assert steps[-1].upper is None
    assert [step.radius for step in steps] == sorted(step.radius for step in steps)


def test_a_population_belongs_to_the_class_whose_bounds_hold_it():
    classes = STEPS[Level.GEMEINDE]
    for population in (0, 1, 5_000, 5_001, 10_000, 100_000, 100_001, 3_782_202):
        (number,) = steps_of([population], classes)
        upper = classes[number].upper
        assert classes[number].lower <= population
        assert upper is None or population <= upper


def test_each_of_a_few_is_a_link_the_largest_first():
    picture = draw([place("Klein", population=10), place("Groß", MUENCHEN, 90_000)], [], 5)
    assert [dot.place.name for dot in picture.dots] == ["Groß", "Klein"]
    assert not picture.is_dense
    assert [entry.units for entry in picture.legend] == [1, 1]


def test_neighbours_share_the_room_between_them_so_that_a_finger_meets_the_nearer_one():
    dots = draw([place("A", (10, 51)), place("B", (10.02, 51)), place("C", (10.6, 51.3))], [], 5).dots
    first, second, third = (dot.spot for dot in dots)
    between = math.hypot(first.x - second.x, first.y - second.y)
    assert dots[0].target == dots[1].target == pytest.approx(between / 2)
    assert dots[2].target > between / 2
    assert third.x > second.x


def test_two_places_at_one_point_are_drawn():
    picture = draw([place("A"), place("B")], [], 5)
    assert all(dot.target >= dot.spot.radius for dot in picture.dots)


def test_of_many_only_those_with_a_name_are_links():
    picture = draw(scattered(MOST_LINKED + 1), [], 2)
    assert picture.is_dense
    assert 0 < len(picture.dots) <= 34
    assert all(dot.wide or dot.narrow for dot in picture.dots)


def test_every_dot_of_many_is_in_the_path_of_its_class():
    places = scattered(2_000)
    picture = draw(places, [], 2)
    assert sum(entry.units for entry in picture.legend) == 2_000
    drawn = [point for swarm in picture.swarms for point in points_of(swarm.path)]
    assert len(drawn) == 2_000
    width, height = picture.frame.width * FINE, picture.frame.height * FINE
    assert all(0 < x < width and 0 < y < height for x, y in drawn)


def test_a_path_goes_through_exactly_its_points():
    points = {(3, 5), (3, 29), (700, 2), (0, 0), (8_000, 3_000)}
    ordinals = [((y // 24) << 13 | x) * 24 + y % 24 for x, y in points]
    assert set(points_of(path_through(ordinals))) == points


def test_germany_stays_small_enough_for_an_old_line():
    picture = draw(scattered(11_000), [], 2)
    drawn = "".join(part.path for part in (*picture.swarms, *picture.areas)).encode()
    assert len(drawn) <= 150_000
    assert len(gzip.compress(drawn)) <= 50_000


def test_an_unchanged_picture_is_remembered_and_a_changed_one_drawn_anew():
    places = scattered(MOST_LINKED + 1)
    picture = draw(places, [], 2)
    assert draw(list(places), [], 2) is picture
    assert draw([place("Neu", population=9_000_000), *places], [], 2).dots[0].place.name == "Neu"


# ---------------------------------------------------------------- ground


def test_each_land_has_its_own_ground():
    picture = draw([place(key="09184001"), place(key="01001000", at=FLENSBURG)], [], 2)
    assert [area.key for area in picture.areas] == ["01", "09"]


def test_a_kreisfreie_stadt_is_its_own_area_in_a_land():
    city = place("München", MUENCHEN, key="09162000", level=Level.KREISFREIE_STADT)
    areas = draw([city, place()], [], 5).areas
    assert [(area.key, area.city) for area in areas] == [("09162", city), ("09184", None)]


def test_a_few_are_drawn_on_the_ground_of_all():
    ground = [("01", *FLENSBURG), ("09", *MUENCHEN), ("05", *AACHEN)]
    alone, on_ground = draw([place()], [], 2), draw([place()], ground, 2)
    assert [area.key for area in on_ground.areas] == ["01", "05", "09"]
    assert on_ground.frame.scale < alone.frame.scale


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "level", "label"),
    [
        ("Landkreis München", Level.LANDKREIS, "München"),
        ("Kreis Kleve", Level.LANDKREIS, "Kleve"),
        ("Rhein-Sieg-Kreis", Level.LANDKREIS, "Rhein-Sieg-Kreis"),
        ("Regierungsbezirk Köln", Level.REGIERUNGSBEZIRK, "Köln"),
        ("Markt Schwaben", Level.GEMEINDE, "Markt Schwaben"),
        ("Amt Neuhaus", Level.GEMEINDE, "Amt Neuhaus"),
    ],
)
def test_what_all_names_of_a_level_begin_with_needs_no_room(name, level, label):
    assert label_of(place(name, level=level)) == label


def boxes(spots, labels, size):
    for number, label in labels.items():
        length = width_of(spots[number].name, size)
        left = {"start": label.x, "middle": label.x - length / 2, "end": label.x - length}[label.anchor]
        yield left, label.y - 0.7 * size, left + length, label.y


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_no_name_covers_another_one_or_a_dot_or_leaves_the_picture():
    chance = random.Random(2)
    spots = [Spot(chance.uniform(10, 590), chance.uniform(10, 390), 4, f"Ort {at}" * (1 + at % 3)) for at in range(90)]
    labels = labels_beside(spots, spots, Lettering(13, 90, 90), 600, 400)
    assert len(labels) > 20
    found = list(boxes(spots, labels, 13))
    dots = [(spot.x - 3, spot.y - 3, spot.x + 3, spot.y + 3) for spot in spots]
    assert not [1 for at, one in enumerate(found) for other in found[at + 1 :] if overlap(one, other)]
    assert not [1 for one in found for dot in dots if overlap(one, dot)]
    assert all(box[0] >= 0 and box[1] >= 0 and box[2] <= 600 and box[3] <= 400 for box in found)


def test_the_more_important_name_gets_the_room():
    spots = [Spot(100, 100, 4, "Hauptstadt"), Spot(104, 100, 4, "Nebenort" * 9)]
    assert list(labels_beside(spots, spots, Lettering(13, 2, 2), 200, 200)) == [0]


def test_a_name_that_is_needed_may_cover_dots_but_no_name():
    crowd = [Spot(x, y, 4, "") for x in range(0, 200, 8) for y in range(0, 200, 8)]
    spots = [Spot(100, 100, 4, "Großstadt")]
    assert not labels_beside(spots, crowd, Lettering(13, 1, 1), 200, 200)
    assert labels_beside(spots, crowd, Lettering(13, 1, 1, needed=1), 200, 200)


def test_at_the_right_edge_a_name_stands_on_the_left():
    spots = [Spot(190, 100, 4, "Görlitz")]
    (label,) = labels_beside(spots, spots, Lettering(13, 1, 1), 200, 200).values()
    assert label.anchor == "end"


def test_places_without_people_have_no_name_where_people_live():
    dots = draw([place("Wald", population=0), place("Dorf", (10.2, 51))], [], 5).dots
    assert {dot.place.name: bool(dot.wide) for dot in dots} == {"Dorf": True, "Wald": False}
    assert draw([place("Wald", population=0)], [], 5).dots[0].wide
