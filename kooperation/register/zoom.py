"""The ways through the map: from Germany into a Land, from a Land into a Landkreis, and back; and to a place of it."""

import math
from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from kooperation.base.i18n import _
from kooperation.base.web import query_url
from kooperation.parties.rules import Level
from kooperation.register.queries.lists import UnitFilter
from kooperation.register.rules.mapping.projection import unproject

_IN_A_KREIS = (Level.GEMEINDEVERBAND, Level.GEMEINDE)


class Way(NamedTuple):
    """A link of the map to another part of the country."""

    name: str
    url: str
    note: None = None


class Zoom(NamedTuple):
    """The ways in, by the key of the area, and the ways back."""

    into: Mapping[str, Way]
    out: Sequence[Way]


def zoom_of(
    wanted: UnitFilter,
    laender: Sequence[tuple[str, str]],
    districts: Sequence[tuple[str, str]],
    drawn: Container[str],
) -> Zoom:
    """The ways into the areas that are drawn, and out of the one that is chosen; the other filters go along."""
    chosen = wanted.district or wanted.association
    out = []
    inside = chosen or wanted.bezirk
    if inside and (land := dict(laender).get(inside[:2])):
        out.append(Way(land, query_url(land=inside[:2], bezirk=None, kreis=None, verband=None)))
    if inside or wanted.land:
        out.append(Way(_("Ganz Deutschland"), query_url(land=None, bezirk=None, kreis=None, verband=None)))
    if chosen:
        return Zoom({}, out)
    # A level that does not lie within the area would leave nothing there.
    if wanted.land or wanted.bezirk:
        level = wanted.level if wanted.level in _IN_A_KREIS else None
        parameter, targets = "kreis", districts
    else:
        level = wanted.level if wanted.level is not Level.LAND else None
        parameter, targets = "land", laender
    kept = level.value if level else None
    return Zoom(
        {key: Way(name, query_url(**{parameter: key, "ebene": kept})) for key, name in targets if key in drawn}, out
    )


def read_point(arguments: Mapping[str, str]) -> tuple[float, float] | None:
    """Longitude and latitude of the point that an address names in kilometres of the map; None without a point."""
    try:
        east, south = float(arguments["x"]), float(arguments["y"])
    except (KeyError, ValueError):
        return None
    return unproject(east, south) if math.isfinite(east) and math.isfinite(south) else None
