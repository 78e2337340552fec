"""Sets names beside the dots of a map: the more important first, none over another or over a dot."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_EDGE = 4
_BUCKET = 64

# Widths of letters in Fira Sans, in parts of the letters' size; all others are about as wide as an o.
_WIDTHS = {
    **dict.fromkeys("fijlrtI.,:;-()'’/ ", 0.33),
    **dict.fromkeys("mwMW", 0.87),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZÄÖÜ", 0.64),
}
_OTHER_WIDTH = 0.56


class Spot(NamedTuple):
    """A dot in the picture, with the name that would stand beside it."""

    x: float
    y: float
    radius: float
    name: str


class Label(NamedTuple):
    """Where a name stands: the point and the SVG text-anchor, which says on which side of it the name lies."""

    x: float
    y: float
    anchor: str


class Lettering(NamedTuple):
    """How names are set: the size of the letters, how many dots are tried, and how many names at most.

    So many of the first names as ``needed`` may cover dots where there is no free room.
    """

    size: float
    tried: int
    most: int
    needed: int = 0


Box = tuple[float, float, float, float]


def width_of(text: str, size: float) -> float:
    """About how wide a text is."""
    return size * sum(_WIDTHS.get(letter, _OTHER_WIDTH) for letter in text)


def labels_beside(
    spots: Sequence[Spot], obstacles: Iterable[Spot], lettering: Lettering, width: float, height: float
) -> dict[int, Label]:
    """Labels for as many of the first spots as find room inside the picture, by their place in the sequence.

    The spots come by importance: an earlier one takes the room that a later one would have needed.
    """
    dots, names = _Taken(), _Taken()
    for spot in obstacles:
        dots.add((spot.x - spot.radius, spot.y - spot.radius, spot.x + spot.radius, spot.y + spot.radius))

    def room_for(spot: Spot, *, is_needed: bool) -> tuple[Label, Box] | None:
        covering = None
        for label, box in _positions(spot, lettering.size):
            if not _is_inside(box, width, height) or names.meets(box):
                continue
            if not dots.meets(box):
                return label, box
            covering = covering or (label, box)
        return covering if is_needed else None

    labels: dict[int, Label] = {}
    for number, spot in enumerate(spots[: lettering.tried]):
        if len(labels) == lettering.most:
            break
        if room := room_for(spot, is_needed=number < lettering.needed):
            labels[number] = room[0]
            names.add(room[1])
    return labels


def _is_inside(box: Box, width: float, height: float) -> bool:
    left, top, right, bottom = box
    return left >= _EDGE and top >= _EDGE and right <= width - _EDGE and bottom <= height - _EDGE


def _positions(spot: Spot, size: float) -> Iterator[tuple[Label, Box]]:
    """Where the name may stand, the best first: beside the dot, above and below it, at its corners."""
    x, y, radius, name = spot
    length, gap = width_of(name, size), 1 + size / 6
    far, near = radius + gap, 0.7 * radius + gap
    half, deep = size / 2, 0.35 * size
    for side in (1, -1):
        edge = x + side * far
        left = edge if side == 1 else edge - length
        yield _label(edge, y + deep, side), (left, y - half, left + length, y + half)
    for baseline in (y - far - 0.2 * size, y + far + 0.75 * size):
        top = baseline - 0.8 * size
        yield Label(x, baseline, "middle"), (x - length / 2, top, x + length / 2, top + size)
    for side in (1, -1):
        edge = x + side * near
        left = edge if side == 1 else edge - length
        for baseline in (y - near + 0.2 * size, y + near + 0.5 * size):
            top = baseline - 0.8 * size
            yield _label(edge, baseline, side), (left, top, left + length, top + size)


def _label(x: float, y: float, side: int) -> Label:
    return Label(x, y, "start" if side == 1 else "end")


class _Taken:
    """The boxes that are taken already, in buckets, so that a box is compared with its neighbours alone."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[int, int], list[Box]] = {}

    def add(self, box: Box) -> None:
        for bucket in _buckets_of(box):
            self._buckets.setdefault(bucket, []).append(box)

    def meets(self, box: Box) -> bool:
        left, top, right, bottom = box
        for bucket in _buckets_of(box):
            for other in self._buckets.get(bucket, ()):
                if left < other[2] and other[0] < right and top < other[3] and other[1] < bottom:
                    return True
        return False


def _buckets_of(box: Box) -> list[tuple[int, int]]:
    columns = range(int(box[0]) // _BUCKET, int(box[2]) // _BUCKET + 1)
    rows = range(int(box[1]) // _BUCKET, int(box[3]) // _BUCKET + 1)
    return [(column, row) for column in columns for row in rows]
