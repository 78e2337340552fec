"""The pages under /kommunen/."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts.guard import public
from kooperation.base import hooks
from kooperation.base.db import today
from kooperation.base.export import Cell, as_csv, as_xlsx
from kooperation.base.i18n import _, german_date, number
from kooperation.base.paging import page_number
from kooperation.base.text import N_, slug
from kooperation.base.web import query_url
from kooperation.parties.models import Municipality
from kooperation.parties.queries import ancestors, municipalities, municipality_by_key, parents_of
from kooperation.parties.rules import DEMO_LAND, Level, PopulationClass, is_demo
from kooperation.register.comparison import comparison
from kooperation.register.forms import CompareForm, read_filter
from kooperation.register.models import HistoryKind
from kooperation.register.queries import lists, units
from kooperation.register.queries.lists import Status, UnitFilter, UnitRow
from kooperation.register.queries.mapping import nearest_place, unit_map
from kooperation.register.queries.state import as_record
from kooperation.register.queries.units import Remembered
from kooperation.register.rules.labels import LEVELS, LEVELS_PLURAL, kind_label
from kooperation.register.rules.mapping.projection import project
from kooperation.register.rules.stories import HISTORY, Story, stories_of
from kooperation.register.zoom import read_point, zoom_of

MOST_COMPARED = 6
"""Units beside which a unit is shown; more columns nobody reads."""

bp = Blueprint("register", __name__, url_prefix="/kommunen")

STATUSES = {
    Status.CURRENT: N_("heute bestehende"),
    Status.DISSOLVED: N_("aufgelöste"),
    Status.ALL: N_("heutige und aufgelöste"),
}
EXPORT_HEADING = (
    "Schlüssel",
    "Name",
    "Ebene",
    "Art",
    "Kreis",
    "Land",
    "Bevölkerung",
    "Fläche in km²",
    "PLZ des Verwaltungssitzes",
    "Aufgelöst zum",
)


@bp.record_once
def _add_globals(state: Any) -> None:
    app: Flask = state.app
    app.jinja_env.globals.update(
        unit_url=unit_url,
        kind_label=kind_label,
        is_demo=is_demo,
        DEMO_LAND=DEMO_LAND,
        LEVELS=LEVELS,
        LEVELS_PLURAL=LEVELS_PLURAL,
    )


def unit_url(key: str, name: str, endpoint: str = "register.show", **values: Any) -> str:
    """The address of a unit's page, or of another page about it."""
    return url_for(endpoint, key=key, name=slug(name), **values)


@bp.get("/")
@public
def browse() -> ResponseReturnValue:
    """The Länder, and how many units of each level there are."""
    return render_template(
        "register/browse.html",
        laender=lists.laender(),
        counts=lists.counts_by_level(),
        edition=units.latest_edition(),
    )


@bp.get("/liste/")
@public
def listing() -> ResponseReturnValue:
    """Units filtered, sorted and paged."""
    wanted = read_filter(request.args)
    page = lists.units(wanted, page_number(request.args))
    return render_template("register/list.html", page=page, edition=units.latest_edition(), **filter_values(wanted))


@bp.get("/karte/")
@public
def map_() -> ResponseReturnValue:
    """The units of the filtered list as a map."""
    wanted = read_filter(request.args)
    drawn, values = unit_map(wanted), filter_values(wanted)
    areas = {area.key for area in drawn.picture.areas} if drawn.picture else set()
    zoom = zoom_of(wanted, values["laender"], values["districts"], areas)
    return render_template("register/map.html", map=drawn, zoom=zoom, edition=units.latest_edition(), **values)


@bp.get("/karte/naechste")
@public
def nearest() -> ResponseReturnValue:
    """The place nearest to a point of the map, as JSON, for a pointer that rests there."""
    point = read_point(request.args)
    place = nearest_place(read_filter(request.args), *point) if point else None
    if place is None:
        abort(404)
    (east,), (south,) = project([place.longitude], [place.latitude])
    return {"name": place.name, "url": unit_url(place.key, place.name), "x": east, "y": south}


@bp.get("/liste/export.<any(csv, xlsx):extension>")
@public
def export(extension: str) -> ResponseReturnValue:
    """Exactly the units that the filtered list shows, on all its pages."""
    wanted = read_filter(request.args)
    # Read at once: a slow client should not hold a transaction open.
    rows = [_export_row(row) for row in lists.all_units(wanted)]
    name = f"kommunen-{today():%Y-%m-%d}.{extension}"
    if extension == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(EXPORT_HEADING, rows), mimetype="text/csv", headers=headers)
    return send_file(as_xlsx("Kommunen", EXPORT_HEADING, rows), download_name=name, as_attachment=True)


@bp.get("/<digits:key>-<name>/")
@public
def show(key: str, name: str) -> ResponseReturnValue:
    """The page of a unit: facts, parents, members, history, and who took its place."""
    unit = municipality_by_key(key)
    if unit is None or unit.slug != name:
        return by_key(key)
    history = units.history_of(unit)
    slots = sorted(filter(None, hooks.page_slot(unit)), key=lambda slot: slot.position)
    return render_template(
        "register/unit.html",
        unit=unit,
        population_note=_population_note(unit),
        parents=parents_of(unit),
        members=[] if unit.level in _WITHOUT_MEMBERS else lists.members_of(unit.id),
        similar=units.similar_to(unit),
        changes=_events(unit, history),
        history=_history(history),
        successions=units.successions_of(unit) if unit.dissolved_on else [],
        predecessors=units.predecessors_of(unit),
        fulfilling=units.fulfilled_by(unit),
        edition=units.latest_edition(),
        slots=slots,
        lists_of_all=_lists_of_all(unit),
    )


@bp.get("/<digits:key>/")
@public
def by_key(key: str) -> ResponseReturnValue:
    """Lead any key to a unit's page: today's keys, ARS and keys that it once had, dissolved units' keys as well."""
    unit = municipality_by_key(key) or units.unit_by_former_key(key)
    if unit is None:
        former = units.former_unit(key)
        if former is None:
            abort(404)
        if len(former.successors) != 1:
            return render_template("register/former.html", former=former)
        unit = former.successors[0]
    return redirect(unit_url(unit.key or "", unit.display_name))


@bp.get("/<digits:key>-<name>/vergleich/")
@public
def compare(key: str, name: str) -> ResponseReturnValue:
    """The unit beside others: those that were chosen, or else those like it."""
    unit = municipality_by_key(key)
    if unit is None or unit.slug != name:
        abort(404)
    chosen = _chosen(unit)
    form = CompareForm(request.args)
    if form.other.name in request.args and form.validate():
        keys = dict.fromkeys([other.key for other in chosen] + [form.other.data])
        return redirect(unit_url(key, unit.display_name, "register.compare", mit=[one for one in keys if one]))
    others = chosen or municipalities([one.id for one in units.similar_to(unit, each_side=2)])
    above = ancestors([unit, *others])
    return render_template(
        "register/compare.html",
        unit=unit,
        others=others,
        chosen=chosen,
        most_compared=MOST_COMPARED,
        chosen_chips=[(other.display_name, _without(other, chosen)) for other in chosen],
        rows=comparison([unit, *others], above),
        form=form,
        edition=units.latest_edition(),
        parents=parents_of(unit, above),
    )


def _chosen(unit: Municipality) -> list[Municipality]:
    keys = dict.fromkeys(key for key in request.args.getlist("mit") if key != unit.key)
    found = (municipality_by_key(key) for key in list(keys)[:MOST_COMPARED])
    return [other for other in found if other is not None]


def _population_note(unit: Municipality) -> str | None:
    if unit.population is None or unit.is_demo:
        return None
    if unit.population_date is None:
        return _("Stand in der Datei nicht genannt")
    return _("am %(date)s", date=german_date(unit.population_date))


def _without(one: Municipality, chosen: Sequence[Municipality]) -> str:
    return query_url(mit=[other.key for other in chosen if other is not one], neu=None)


_WITHOUT_MEMBERS = (Level.GEMEINDE, Level.KREISFREIE_STADT)
_FILTER_OF_LEVEL = {Level.LAND: "land", Level.LANDKREIS: "kreis", Level.GEMEINDEVERBAND: "verband"}


def _lists_of_all(unit: Municipality) -> tuple[str, str] | None:
    """The addresses of the list and the map of all units in a Land, Landkreis or Verband; None for the others."""
    name = _FILTER_OF_LEVEL.get(unit.level) if unit.level else None
    if name is None:
        return None
    below: dict[str, Any] = {name: unit.key}
    return url_for(".listing", **below), url_for(".map_", **below)


def _all_keys(unit: Municipality, history: Sequence[Remembered]) -> list[str]:
    """Whatever a territorial change may call the unit: today's key and ARS, and those it once had."""
    former = [entry.before for entry in history if entry.kind in units.KEY_KINDS and entry.before]
    return list(dict.fromkeys(filter(None, (unit.key, unit.ars, *former))))


def _events(unit: Municipality, history: Sequence[Remembered]) -> list[tuple[Story, list[Story]]]:
    """The official changes about a unit, each as its first sentence and all its sentences."""
    keys = _all_keys(unit, history)
    told = stories_of([as_record(event) for event in units.events_about(keys)], keys)
    # As the unit is called today, where it still exists: the official change prints "Wildflecken, M".
    names = lists.names_of([story.other[0] for story in told if story.other])
    stories = [
        replace(story, other=(story.other[0], names.get(*story.other))) if story.other else story for story in told
    ]
    grouped = groupby(stories, key=lambda story: (story.when, story.reference))
    return [(together[0], together) for together in (list(group) for _key, group in grouped)]


def _history(history: Sequence[Remembered]) -> list[Story]:
    """The entries of a unit's history as sentences; units are named, where only their keys are remembered."""
    moves = [entry for entry in history if entry.kind is HistoryKind.MOVED]
    names = lists.names_of([key for entry in moves for key in (entry.before, entry.after) if key])
    stories = []
    for entry in history:
        before, after = entry.before or "–", entry.after or "–"
        values = {"before": names.get(before, before), "after": names.get(after, after)}
        stories.append(Story(entry.edition_date, HISTORY[entry.kind.value], values))
    return stories


def filter_values(wanted: UnitFilter) -> dict[str, Any]:
    """What the filter bar of a list or map offers, what is chosen in it, and a chip for each choice."""
    districts = lists.choices(Level.LANDKREIS, wanted.land) if wanted.land else []
    above = lists.names_of([key for key in (wanted.land, wanted.district, wanted.association) if key])
    if wanted.district and wanted.district not in dict(districts):
        districts = [(wanted.district, above.get(wanted.district, wanted.district)), *districts]
    return {
        "wanted": wanted,
        "chips_chosen": [(label, query_url(**{name: None})) for name, label in _chosen_filters(wanted, above)],
        "levels": [(level.value, _(LEVELS_PLURAL[level])) for level in Level],
        "laender": lists.choices(Level.LAND),
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
    for name, key in (("land", wanted.land), ("kreis", wanted.district), ("verband", wanted.association)):
        if key:
            yield name, above.get(key, key)
    if wanted.population_class:
        yield "groesse", _("Bevölkerung %(size)s", size=class_label(wanted.population_class))
    if wanted.status is not Status.CURRENT:
        yield "stand", _(STATUSES[wanted.status])


def _export_row(row: UnitRow) -> tuple[Cell, ...]:
    return (
        row.key,
        row.name,
        _(LEVELS[row.level]),
        _(kind_label(row.level, row.text_code, row.key)),
        row.district,
        row.land,
        row.population,
        row.area_km2,
        row.postal_code,
        row.dissolved_on,
    )
