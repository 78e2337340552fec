"""The units of the register as a whole: browsed, filtered as a list or a map, and exported."""

from flask import Response, abort, render_template, request, send_file
from flask.typing import ResponseReturnValue

from kooperation.accounts.guard import public
from kooperation.base.db import today
from kooperation.base.export import Cell, as_csv, as_xlsx
from kooperation.base.i18n import _
from kooperation.base.paging import page_number
from kooperation.register.filters import filter_values
from kooperation.register.forms import read_filter
from kooperation.register.queries import lists, units
from kooperation.register.queries.lists import UnitRow
from kooperation.register.queries.mapping import nearest_place, unit_map
from kooperation.register.routes.blueprint import bp, unit_url
from kooperation.register.rules.labels import LEVELS, kind_label
from kooperation.register.rules.mapping.projection import project
from kooperation.register.zoom import read_point, zoom_of

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


@bp.get("/kommunen/")
@public
def browse() -> ResponseReturnValue:
    """The Länder, and how many units of each level there are."""
    return render_template(
        "register/browse.html",
        laender=lists.laender(),
        counts=lists.counts_by_level(),
        edition=units.latest_edition(),
    )


@bp.get("/kommunen/liste/")
@public
def listing() -> ResponseReturnValue:
    """Units filtered, sorted and paged."""
    wanted = read_filter(request.args)
    page = lists.units(wanted, page_number(request.args))
    return render_template("register/list.html", page=page, edition=units.latest_edition(), **filter_values(wanted))


@bp.get("/kommunen/karte/")
@public
def map_() -> ResponseReturnValue:
    """The units of the filtered list as a map."""
    wanted = read_filter(request.args)
    drawn, values = unit_map(wanted), filter_values(wanted)
    areas = {area.key for area in drawn.picture.areas} if drawn.picture else set()
    zoom = zoom_of(wanted, values["laender"], values["districts"], areas)
    return render_template("register/map.html", map=drawn, zoom=zoom, edition=units.latest_edition(), **values)


@bp.get("/kommunen/karte/naechste")
@public
def nearest() -> ResponseReturnValue:
    """The place nearest to a point of the map, as JSON, for a pointer that rests there."""
    point = read_point(request.args)
    place = nearest_place(read_filter(request.args), *point) if point else None
    if place is None:
        abort(404)
    (east,), (south,) = project([place.longitude], [place.latitude])
    return {"name": place.name, "url": unit_url(place.key, place.name), "x": east, "y": south}


@bp.get("/kommunen/liste/export.<any(csv, xlsx):extension>")
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
