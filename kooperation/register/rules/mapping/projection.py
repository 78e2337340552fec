"""From degrees to a place in a picture: the projection of official maps of Germany, and the frame of a picture."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Lambert's conformal conic projection with the parameters of EPSG:4839, on a sphere: over the whole country that
# is less than a pixel away from the ellipsoid.
_EARTH_KM = 6371.0
_MERIDIAN = 10.5
_PARALLELS = (math.radians(48 + 2 / 3), math.radians(53 + 2 / 3))
_QUARTER = math.pi / 4
_CONE = math.log(math.cos(_PARALLELS[0]) / math.cos(_PARALLELS[1])) / math.log(
    math.tan(_QUARTER + _PARALLELS[1] / 2) / math.tan(_QUARTER + _PARALLELS[0] / 2)
)
_REACH = _EARTH_KM * math.cos(_PARALLELS[0]) * math.tan(_QUARTER + _PARALLELS[0] / 2) ** _CONE / _CONE

LARGEST_WIDTH, LARGEST_HEIGHT = 720, 860
MARGIN = 34
"""Units between the outermost places and the edge."""
FOOT = 30
"""Units below that for the scale bar."""
SMALLEST_KM = 12.0
"""A single place is shown with about its surroundings, not as the whole picture."""


def project(longitudes: Iterable[float], latitudes: Iterable[float]) -> tuple[list[float], list[float]]:
    """Kilometres eastwards and southwards from an arbitrary point, of degrees.

    Many at once and in two columns: a picture of Germany has eleven thousand points, and as many pairs would keep
    the garbage collector busy.
    """
    reach, cone, tan, sin, cos = _REACH, _CONE, math.tan, math.sin, math.cos
    turn, half = _CONE * math.pi / 180, math.pi / 360
    east, south = [], []
    for longitude, latitude in zip(longitudes, latitudes, strict=True):
        distance = reach / tan(_QUARTER + latitude * half) ** cone
        angle = (longitude - _MERIDIAN) * turn
        east.append(distance * sin(angle))
        south.append(distance * cos(angle))
    return east, south


def unproject(east: float, south: float) -> tuple[float, float]:
    """Degrees of longitude and latitude, of what ``project`` gives."""
    distance = max(math.hypot(east, south), 1.0)
    longitude = _MERIDIAN + math.degrees(math.atan2(east, south) / _CONE)
    return longitude, math.degrees(2 * (math.atan((_REACH / distance) ** (1 / _CONE)) - _QUARTER))


@dataclass(frozen=True, slots=True)
class Frame:
    """Which part of the country a picture shows: kilometres at its upper left corner, and units a kilometre."""

    west: float
    north: float
    scale: float
    width: int
    height: int

    def place(self, east: Iterable[float], south: Iterable[float]) -> tuple[list[float], list[float]]:
        """Where in the picture projected points lie."""
        west, north, scale = self.west, self.north, self.scale
        return [(value - west) * scale for value in east], [(value - north) * scale for value in south]

    def spacing(self, count: int) -> float:
        """About how many units lie between neighbours when so many places fill the picture.

        A region fills some three fifths of the rectangle around it.
        """
        inside = (self.width - 2 * MARGIN) * (self.height - 2 * MARGIN - FOOT)
        return math.sqrt(0.6 * inside / count)

    @property
    def bar_km(self) -> int:
        """The length of the scale bar: a round number of kilometres, up to a fifth of the picture's width."""
        longest = self.width / 5 / self.scale
        power = int(10 ** max(0, math.floor(math.log10(longest))))
        return max((step * power for step in (1, 2, 5) if step * power <= longest), default=1)


def frame_around(east: Sequence[float], south: Sequence[float]) -> Frame:
    """The frame around projected points: as large as fits, never closer than the smallest extent."""
    width = max(max(east) - min(east), SMALLEST_KM)
    height = max(max(south) - min(south), SMALLEST_KM)
    scale = min((LARGEST_WIDTH - 2 * MARGIN) / width, (LARGEST_HEIGHT - 2 * MARGIN - FOOT) / height)
    # A slim region gets room around it: for its names, and so that the picture is no stripe.
    shown_width = max(width * scale + 2 * MARGIN, 0.75 * LARGEST_WIDTH)
    shown_height = max(height * scale + 2 * MARGIN, 0.5 * LARGEST_WIDTH)
    return Frame(
        west=(max(east) + min(east)) / 2 - shown_width / 2 / scale,
        north=(max(south) + min(south)) / 2 - shown_height / 2 / scale,
        scale=scale,
        width=round(shown_width),
        height=round(shown_height) + FOOT,
    )
