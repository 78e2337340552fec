"""Who may have taken the place of a dissolved unit, where no official change tells: proposals, never facts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import cos, hypot, radians

from kooperation.parties.rules import Level
from kooperation.register.rules.bodies import Body, BodyRef, Successor
from kooperation.register.rules.names import bare_name, seat_of_contract

SAME_PLACE_KM = 15.0
"""So near two units of one name are taken for the same place."""

_MOST_OF = 0.8
"""A unit that was divided grew its neighbours by less than its whole area."""

_KM_A_DEGREE = 111.2
_PLACES = (Level.GEMEINDE, Level.KREISFREIE_STADT)


@dataclass(slots=True)
class Proposals:
    """Finds the likely successors among the bodies that exist.

    ``new`` are those that came when the others went; ``grown`` says by how many km² a body grew then, as far as
    that is known.
    """

    living: Iterable[Body]
    new: frozenset[BodyRef]
    grown: Mapping[BodyRef, float] = field(default_factory=dict)
    _by_name: dict[str, list[Body]] = field(default_factory=dict)
    _by_kreis: dict[str, list[Body]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for body in self.living:
            self._by_name.setdefault(_name(body), []).append(body)
            self._by_kreis.setdefault(body.key[:5], []).append(body)

    def of(self, gone: Body) -> tuple[Successor, ...]:
        """At most one proposal for a dissolved body, with the reason: the surest that there is."""
        if gone.level is Level.GEMEINDEVERBAND:
            proposal = self._of_arrivals(gone) or self._of_same_name(gone)
        else:
            proposal = self._of_same_name(gone) or self._of_arrivals(gone) or self._of_nearest(gone)
        return (proposal,) if proposal else ()

    def _of_same_name(self, gone: Body) -> Successor | None:
        """One of the same name in the same Kreis; elsewhere it must have come when the other went."""
        alike = [
            body
            for body in self._by_name.get(_name(gone), [])
            if _may_follow(gone, body) and _same_place(gone, body)
            if body.key[:5] == gone.key[:5] or body.ref in self.new
        ]
        if not alike:
            return None
        # A unit of the same kind first, then the nearest.
        best = min(alike, key=lambda body: (body.level is not gone.level, distance_km(gone, body) or 0.0, body.key))
        where = "im selben Kreis" if best.key[:5] == gone.key[:5] else "am selben Ort"
        return Successor(best.ref, False, f"{best.display_name} trägt denselben Namen {where}")

    def _of_arrivals(self, gone: Body) -> Successor | None:
        """The nearest that came into being or grew at the time, by most of what the dissolved one had."""
        near = [
            (kilometres, body.key, body)
            for body in self._by_kreis.get(gone.key[:5], [])
            if body.level is gone.level
            and self._gain(body) >= _MOST_OF * (gone.area_km2 or 0.0)
            and (kilometres := self._near(gone, body)) is not None
        ]
        if not near:
            return None
        kilometres, _, best = min(near)
        if best.ref in self.new:
            how = "entstand zur selben Zeit"
        else:
            how = f"wuchs zur selben Zeit um {self._gain(best):.2f} km²".replace(".", ",")
        return Successor(best.ref, False, f"{best.display_name} {how}, {_told(kilometres)} entfernt")

    def _gain(self, body: Body) -> float:
        """The km² that a body came to have; nothing for one of which none is known."""
        if body.ref in self.new:
            return body.area_km2 or 0.0
        return self.grown.get(body.ref, -1.0)

    def _near(self, gone: Body, body: Body) -> float | None:
        kilometres = distance_km(gone, body)
        return kilometres if kilometres is not None and kilometres <= SAME_PLACE_KM else None

    def _of_nearest(self, gone: Body) -> Successor | None:
        """The nearest Gemeinde of the Kreis that has people; members of its Verband first."""
        if gone.level not in _PLACES:
            return None
        near = [
            (body.parent != gone.parent, kilometres, body.key, body)
            for body in self._by_kreis.get(gone.key[:5], [])
            if body.level in _PLACES and body.inhabited and (kilometres := self._near(gone, body)) is not None
        ]
        if not near:
            return None
        elsewhere, kilometres, _, best = min(near)
        in_verband = not elsewhere and gone.parent is not None and gone.parent.level is Level.GEMEINDEVERBAND
        where = "im selben Verband" if in_verband else "im selben Kreis"
        return Successor(best.ref, False, f"{best.display_name} liegt {where} am nächsten ({_told(kilometres)})")


def distance_km(one: Body, other: Body) -> float | None:
    """Kilometres between the middles of two bodies, good to a per cent within Germany; None without coordinates."""
    if one.longitude is None or one.latitude is None or other.longitude is None or other.latitude is None:
        return None
    middle = radians((one.latitude + other.latitude) / 2)
    east = (one.longitude - other.longitude) * cos(middle)
    return hypot(east, one.latitude - other.latitude) * _KM_A_DEGREE


def _name(body: Body) -> str:
    name = bare_name(body.official_name).removesuffix(" (VGem)")
    return seat_of_contract(name) if body.level is Level.GEMEINDEVERBAND else name


def _may_follow(gone: Body, body: Body) -> bool:
    """A Gemeinde is followed by one or by a kreisfreie Stadt; a Verband also by a Gemeinde."""
    if gone.level in _PLACES:
        return body.level in _PLACES
    if gone.level is Level.GEMEINDEVERBAND:
        return body.level in (*_PLACES, Level.GEMEINDEVERBAND)
    return body.level is gone.level


def _same_place(gone: Body, body: Body) -> bool:
    kilometres = distance_km(gone, body)
    if kilometres is None:
        return body.key[:5] == gone.key[:5]
    limit = SAME_PLACE_KM if gone.level in (*_PLACES, Level.GEMEINDEVERBAND) else 3 * SAME_PLACE_KM
    return kilometres <= limit


def _told(kilometres: float) -> str:
    return f"{kilometres:.1f} km".replace(".", ",")
