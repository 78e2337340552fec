"""What the filters of a list or map of units offer, in words, and what is chosen in them."""

from collections.abc import Iterator
from typing import Any

from kooperation.base.i18n import _, number
from kooperation.base.text import N_
from kooperation.base.web import query_url
from kooperation.parties.rules import Level, PopulationClass
from kooperation.register.queries import lists
from kooperation.register.queries.lists import Status, UnitFilter
from kooperation.register.rules.labels import LEVELS_PLURAL

STATUSES = {
    Status.CURRENT: N_("heute bestehende"),
    Status.DISSOLVED: N_("aufgelöste"),
    Status.ALL: N_("heutige und aufgelöste"),
}


def filter_values(wanted: UnitFilter) -> dict[str, Any]:
    """What the filter bar of a list or map offers, what is chosen in it, and a chip for each choice."""
    around = wanted.bezirk or wanted.land
    land = wanted.land or (wanted.bezirk or "")[:2]
    bezirke = lists.choices(Level.REGIERUNGSBEZIRK, land) if land else []
    districts = lists.choices(Level.LANDKREIS, around) if around else []
    above = lists.names_of([key for key in (wanted.land, wanted.bezirk, wanted.district, wanted.association) if key])
    if wanted.district and wanted.district not in dict(districts):
        districts = [(wanted.district, above.get(wanted.district, wanted.district)), *districts]
    return {
        "wanted": wanted,
        "chips_chosen": [(label, query_url(**{name: None})) for name, label in _chosen_filters(wanted, above)],
        "levels": [(level.value, _(LEVELS_PLURAL[level])) for level in Level],
        "laender": lists.choices(Level.LAND),
        "bezirke": bezirke,
        "districts": districts,
        "classes": [(one.value, class_label(one)) for one in PopulationClass],
        "statuses": [(status.value, _(STATUSES[status])) for status in Status if status is not Status.CURRENT],
    }


def class_label(one: PopulationClass) -> str:
    """A population class as people say it: "5.001 bis 10.000"."""
    lower, upper = one.bounds
    if upper is None:
        return _("über %(number)s", number=number(lower - 1))
    if lower == 0:
        return _("bis %(number)s", number=number(upper))
    return _("%(lower)s bis %(upper)s", lower=number(lower), upper=number(upper))


def _chosen_filters(wanted: UnitFilter, above: dict[str, str]) -> Iterator[tuple[str, str]]:
    if wanted.name:
        yield "name", _("Name enthält „%(name)s“", name=wanted.name)
    if wanted.level:
        yield "ebene", _(LEVELS_PLURAL[wanted.level])
    places = {"land": wanted.land, "bezirk": wanted.bezirk, "kreis": wanted.district, "verband": wanted.association}
    for name, key in places.items():
        if key:
            yield name, above.get(key, key)
    if wanted.population_class:
        yield "groesse", _("Bevölkerung %(size)s", size=class_label(wanted.population_class))
    if wanted.status is not Status.CURRENT:
        yield "stand", _(STATUSES[wanted.status])
