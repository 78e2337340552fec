"""Draws units on a map from their coordinates alone: the ground, signs by population, names.

A picture is measured in units that are pixels where there is room for it. How it looks is said by the style sheet,
how it is marked up by the template; what stands here is where things are and how large.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kooperation.parties.rules import Level, PopulationClass, is_demo
from kooperation.register.rules.mapping.labelling import Label, Lettering, Spot, labels_beside
from kooperation.register.rules.mapping.projection import FOOT, Frame, frame_around, project

MOST_LINKED = 500
"""Up to this many dots each is a link of its own; beyond, only those with a name beside them."""
FINE = 4
"""Dots that are no links stand on a grid of quarters of a unit: whole numbers keep their path short."""

# The size of letters in a picture of full size, and on a small screen, where it shrinks to about three fifths.
_WIDE, _NARROW = 13.0, 21.0
_NAMES = {2: (25, 9), 5: (40, 14)}
"""How many names a dense picture gets, wide and narrow, by the digits that tell its areas."""
_NEEDED = 6
"""So many of the largest have their name in any case, where there are more than a hundred."""
_TRIED = 90
"""The most populous places of a dense picture: among them the names are chosen, and no name covers one of them."""
_THINNED = 8
"""Of places that lie closer together one is enough for the ground."""
_LEAST_TARGET, _MOST_TARGET = 6.0, 22.0


Columns = tuple[Sequence[float], Sequence[float]]
"""The places of many points: how far right, and how far down."""


class Place(NamedTuple):
    """A unit with what a map shows of it."""

    key: str
    level: Level
    name: str
    longitude: float
    latitude: float
    population: int | None


class Unplaced(NamedTuple):
    """A unit whose coordinates the register does not know."""

    key: str
    name: str


class Step(NamedTuple):
    """A class of population and the radius of its sign: both bounds are included, None is without limit.

    ``size`` is the class that the lists filter by, where it is the same.
    """

    lower: int
    upper: int | None
    radius: float
    size: PopulationClass | None = None


_NOBODY = Step(0, 0, 1.5)
_RADII = (2.0, 2.7, 3.8, 5.2, 7.0, 9.2)


def _steps(*limits: int) -> tuple[Step, ...]:
    """A class for nobody, one up to each limit, and one for more; where there are few, the larger signs."""
    bounds = zip((1, *(limit + 1 for limit in limits)), (*limits, None), _RADII[-len(limits) - 1 :], strict=True)
    return _NOBODY, *(Step(*bound) for bound in bounds)


_SIZES = (
    _NOBODY,
    *(
        Step(max(1, size.bounds[0]), size.bounds[1], radius, size)
        for size, radius in zip(PopulationClass, _RADII, strict=True)
    ),
)
STEPS = {
    Level.GEMEINDE: _SIZES,
    Level.KREISFREIE_STADT: _SIZES,
    Level.LANDKREIS: _steps(75_000, 150_000, 250_000, 400_000),
    Level.GEMEINDEVERBAND: _SIZES,
    Level.REGIERUNGSBEZIRK: _steps(1_000_000, 2_000_000, 3_000_000, 4_000_000),
    Level.LAND: _steps(1_000_000, 3_000_000, 6_000_000, 12_000_000),
}
"""The classes of population on each level; those of places are the ones that lists filter by."""

_SAID_BY_THE_LEVEL = (
    "Landkreis ",
    "Kreis ",
    "Regierungsbezirk ",
    "Verbandsgemeinde ",
    "Samtgemeinde ",
    "Verwaltungsgemeinschaft ",
    "Gemeindeverwaltungsverband ",
    "Amt ",
)
"""How names begin that stand in a picture of nothing else: what all have in common needs no room."""

_LEVELS = {level.value: level for level in Level}
_TOGETHER = (
    (Level.GEMEINDE, Level.KREISFREIE_STADT),
    (Level.LANDKREIS,),
    (Level.GEMEINDEVERBAND,),
    (Level.REGIERUNGSBEZIRK,),
    (Level.LAND,),
)
"""The levels that one picture shows together: units that lie within each other would hide each other."""


@dataclass(frozen=True, eq=False)
class Selection:
    """What a map shows of the units that its filter lets through, and what it leaves to the table.

    Two are the same only if they are one: so it is cheap to remember what was drawn from it.
    """

    drawn: Sequence[Place]
    unplaced: Sequence[Unplaced]
    left_out: dict[Level, int]
    sample_left_out: int

    @property
    def is_sample(self) -> bool:
        """Whether the invented region is what the map shows."""
        return bool(self.drawn) and is_demo(self.drawn[0].key)


class Dot(NamedTuple):
    """A unit that is a link in the picture: its sign, the radius in which a finger meets it, its name beside it."""

    place: Place
    step: int
    spot: Spot
    target: float
    wide: Label | None
    narrow: Label | None


class Swarm(NamedTuple):
    """All dots of one class that are no links, as one path on the fine grid."""

    step: int
    diameter: float
    path: str


class Area(NamedTuple):
    """The ground of one Land or Kreis: its key, the path through its places, and a kreisfreie Stadt itself."""

    key: str
    path: str
    city: Place | None


class LegendEntry(NamedTuple):
    """A class that occurs in the picture: its number, its sign, and how many units are in it."""

    number: int
    step: Step
    radius: float
    units: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A map, ready to be marked up; ``ground`` is the width of the ground around a place, ``fine`` of the fine grid."""

    frame: Frame
    ground: int
    areas: Sequence[Area]
    swarms: Sequence[Swarm]
    dots: Sequence[Dot]
    legend: Sequence[LegendEntry]
    fine: float = 1 / FINE

    @property
    def is_dense(self) -> bool:
        """Whether there are too many dots for each to be a link."""
        return bool(self.swarms)


Unit = tuple[str, str, str, float | None, float | None, int | None]
"""Key, level, name, longitude, latitude and population of a unit."""

Surroundings = Sequence[tuple[str, float, float]]
"""Key and degrees of places that are not drawn but show the shape of the country."""


def select_places(units: Sequence[Unit]) -> Selection:
    """Choose what a map shows of units: one kind of level, and the invented region only where there is no other.

    The choice from many units is remembered, and so is the picture drawn from it, as long as none of them changes:
    to draw Germany anew takes longer than to compare twelve thousand units with those of the last time.
    """
    return _select_remembered(tuple(units)) if len(units) > MOST_LINKED else _select(units)


def _select(units: Iterable[Unit]) -> Selection:
    found: dict[Level, list[Place]] = defaultdict(list)
    nowhere: dict[Level, list[Unplaced]] = defaultdict(list)
    for key, text, name, longitude, latitude, population in units:
        level = _LEVELS[text]
        if longitude is None or latitude is None:
            nowhere[level].append(Unplaced(key, name))
        else:
            found[level].append(Place(key, level, name, longitude, latitude, population))
    together = next((levels for levels in _TOGETHER if any(level in found for level in levels)), tuple(Level))
    drawn = [place for level in together for place in found[level]]
    official = [place for place in drawn if not is_demo(place.key)] or drawn
    is_sample = bool(official) and is_demo(official[0].key)
    others: dict[Level, int] = {}
    for level in Level:
        if level not in together:
            keys = [place.key for place in found[level]] + [unit.key for unit in nowhere[level]]
            others[level] = sum(is_demo(key) == is_sample for key in keys)
    return Selection(
        drawn=official,
        unplaced=[unit for level in together for unit in nowhere[level]],
        left_out={level: count for level, count in others.items() if count},
        sample_left_out=len(drawn) - len(official),
    )


_select_remembered = lru_cache(maxsize=3)(_select)


def draw(selection: Selection, ground: Surroundings, digits: int) -> Picture:
    """The picture of a selection with at least one place.

    ``ground`` is what surrounds the places, and empty where they show the shape of the country themselves; ``digits``
    says how much of a key tells the Land or Kreis.
    """
    is_dense = len(selection.drawn) > MOST_LINKED
    return _draw_remembered(selection, tuple(ground), digits) if is_dense else _draw(selection, ground, digits)


def _draw(selection: Selection, ground: Surroundings, digits: int) -> Picture:
    # The largest first: they are drawn below the small ones and get their names before them.
    places = sorted(selection.drawn, key=lambda place: place.population or 0, reverse=True)
    east, south = project([place.longitude for place in places], [place.latitude for place in places])
    east_around, south_around = project([place[1] for place in ground], [place[2] for place in ground])
    frame = frame_around(east + east_around, south + south_around)
    at = frame.place(east, south)
    keys = [place[0] for place in ground] or [place.key for place in places]
    below = frame.place(east_around, south_around) if ground else at

    classes = STEPS[places[0].level]
    steps = steps_of([place.population or 0 for place in places], classes)
    # Larger where there are fewer, but not in the same measure: cities lie close together on an empty map, too.
    spacing = (frame.spacing(len(places)) * frame.spacing(len(keys))) ** 0.25
    zoom = min(1.4, max(0.55, 0.19 * spacing))
    radii = [step.radius * zoom for step in classes]
    dots = _dots(places, at, steps, radii, frame, digits)
    return Picture(
        frame=frame,
        ground=round(min(220.0, max(26.0, 2.8 * frame.spacing(len(keys))))),
        areas=_areas(keys, below, places, digits),
        swarms=_swarms(at, steps, radii) if len(dots) < len(places) else (),
        dots=dots,
        legend=[
            LegendEntry(number, classes[number], radii[number], steps.count(number)) for number in sorted({*steps})
        ],
    )


_draw_remembered = lru_cache(maxsize=3)(_draw)


def label_of(place: Place) -> str:
    """The name as it stands in the picture."""
    if place.level in (Level.GEMEINDE, Level.KREISFREIE_STADT):
        return place.name
    return next(
        (place.name.removeprefix(word) for word in _SAID_BY_THE_LEVEL if place.name.startswith(word)), place.name
    )


def steps_of(populations: Iterable[int], classes: Sequence[Step]) -> list[int]:
    """The number of the class that each population belongs to."""
    limits = [step.upper for step in classes if step.upper is not None]
    return [bisect_left(limits, population) for population in populations]


def _dots(
    places: Sequence[Place], at: Columns, steps: Sequence[int], radii: Sequence[float], frame: Frame, digits: int
) -> Sequence[Dot]:
    """The dots that are links: all of a few, otherwise those with a name."""
    is_dense = len(places) > MOST_LINKED
    shown = places[:_TRIED] if is_dense else places
    spots = [Spot(x, y, radii[step], label_of(place)) for place, x, y, step in zip(shown, *at, steps, strict=False)]
    # Where people live somewhere, places without people need no name.
    tried = sum(step > 0 for step in steps[: len(spots)]) or len(spots)
    most = _NAMES[digits] if is_dense else (tried, tried)
    needed = _NEEDED if len(places) > 100 else 0
    wide, narrow = (
        labels_beside(spots, spots, Lettering(size, tried, number, needed), frame.width, frame.height - FOOT)
        for size, number in zip((_WIDE, _NARROW), most, strict=True)
    )
    linked = sorted(wide.keys() | narrow.keys()) if is_dense else range(len(places))
    targets = _targets([spots[number] for number in linked])
    return [
        Dot(places[number], steps[number], spots[number], target, wide.get(number), narrow.get(number))
        for number, target in zip(linked, targets, strict=True)
    ]


def _targets(spots: Sequence[Spot]) -> Sequence[float]:
    """How far around each dot a finger meets it: half the way to its neighbour, and never less than the dot."""
    bucket = 2 * _MOST_TARGET
    buckets: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, spot in enumerate(spots):
        buckets[int(spot.x // bucket), int(spot.y // bucket)].append(number)
    targets = []
    for number, spot in enumerate(spots):
        column, row = int(spot.x // bucket), int(spot.y // bucket)
        nearest = min(
            (
                (spots[other].x - spot.x) ** 2 + (spots[other].y - spot.y) ** 2
                for beside in (-1, 0, 1)
                for above in (-1, 0, 1)
                for other in buckets.get((column + beside, row + above), ())
                if other != number
            ),
            default=bucket**2,
        )
        targets.append(max(spot.radius, _LEAST_TARGET, min(_MOST_TARGET, nearest**0.5 / 2)))
    return targets


def _swarms(at: Columns, steps: Sequence[int], radii: Sequence[float]) -> Sequence[Swarm]:
    """The dots by class, the largest class first, so that it lies below the others."""
    across, down = ([int(value * FINE) for value in column] for column in at)
    ordinals: list[list[int]] = [[] for _radius in radii]
    for step, ordinal in zip(steps, _ordinals(across, down), strict=True):
        ordinals[step].append(ordinal)
    return [
        Swarm(step, 2 * FINE * radii[step], path_through(ordinals[step]))
        for step in reversed(range(len(radii)))
        if ordinals[step]
    ]


def _areas(keys: Sequence[str], below: Columns, places: Sequence[Place], digits: int) -> Sequence[Area]:
    """The ground of each Land or Kreis, thinned out where its places lie close together."""
    across, down = ([int(value / _THINNED) * _THINNED + _THINNED // 2 for value in column] for column in below)
    through: dict[str, set[int]] = defaultdict(set)
    for key, ordinal in zip(keys, _ordinals(across, down), strict=True):
        through[key[:digits]].add(ordinal)
    cities = {place.key[:digits]: place for place in places if place.level is Level.KREISFREIE_STADT and digits == 5}
    return [Area(key, path_through(ordinals), cities.get(key)) for key, ordinals in sorted(through.items())]


# One number for a point, so that many are sorted fast: the band it lies in, then how far right, then how far down.
# The bands make the steps from one point to the next short numbers.
_BAND, _BITS = 24, 13
_ACROSS = (1 << _BITS) - 1


def _ordinals(across: Sequence[int], down: Sequence[int]) -> list[int]:
    return [(y // _BAND << _BITS | x) * _BAND + y % _BAND for x, y in zip(across, down, strict=True)]


def path_through(ordinals: Iterable[int]) -> str:
    """The SVG path with a dot at each point: a line without length, which round caps make a disc."""
    parts = []
    at_x = at_y = 0
    for ordinal in sorted(ordinals):
        rest, below_band = divmod(ordinal, _BAND)
        x, y = rest & _ACROSS, (rest >> _BITS) * _BAND + below_band
        parts.append(f"m{x - at_x}{y - at_y: d}h0")
        at_x, at_y = x, y
    return "".join(parts)
