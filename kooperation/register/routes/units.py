"""The page of a unit, its address by any key, and the unit beside others."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts.guard import public
from kooperation.base import hooks
from kooperation.base.i18n import _, german_date
from kooperation.base.web import query_url
from kooperation.parties.models import Municipality
from kooperation.parties.queries import ancestors, municipalities, municipality_by_key, parents_of
from kooperation.parties.rules import Level
from kooperation.register.comparison import comparison
from kooperation.register.forms import CompareForm
from kooperation.register.models import HistoryKind
from kooperation.register.queries import lists, units
from kooperation.register.queries.state import as_record
from kooperation.register.queries.units import Remembered
from kooperation.register.routes.blueprint import bp, unit_url
from kooperation.register.rules.stories import HISTORY, Story, stories_of

MOST_COMPARED = 6
"""Units beside which a unit is shown; more columns nobody reads."""


@bp.get("/kommunen/<digits:key>-<name>/")
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


@bp.get("/kommunen/<digits:key>/")
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


@bp.get("/kommunen/<digits:key>-<name>/vergleich/")
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
_FILTER_OF_LEVEL = {
    Level.LAND: "land",
    Level.REGIERUNGSBEZIRK: "bezirk",
    Level.LANDKREIS: "kreis",
    Level.GEMEINDEVERBAND: "verband",
}


def _lists_of_all(unit: Municipality) -> tuple[str, str] | None:
    """The addresses of the list and the map of all units in a Land, Bezirk, Kreis or Verband; None for the others."""
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
