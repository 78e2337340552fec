"""How far the municipalities below a Landkreis or Gemeindeverband are."""

from flask import Response, render_template, request, send_file
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy
from kooperation.accounts.guard import current_user, guarded
from kooperation.base.db import BERLIN, today
from kooperation.base.export import Cell, as_csv, as_xlsx
from kooperation.base.i18n import _
from kooperation.base.paging import page_number
from kooperation.base.text import N_
from kooperation.base.web import query_url
from kooperation.cockpit.forms import read_reach_filter
from kooperation.cockpit.queries import reach as queries
from kooperation.cockpit.queries.reach import ABOVE, Below, Lack, ReachFilter
from kooperation.cockpit.routes.blueprint import bp
from kooperation.parties.models import Municipality
from kooperation.parties.queries import municipality_by_key
from kooperation.register.rules.labels import kind_label

PAGE = "/kommunen/<digits:key>-<name>/stand/"

LACKS = {
    Lack.MANAGER: N_("von niemandem verwaltet"),
    Lack.ENTRY: N_("ohne Eintrag"),
    Lack.ANSWER: N_("mit wartender Anfrage"),
}
EXPORT_HEADING = ("Schlüssel", "Name", "Art", "Verwaltung", "Eintrag", "Wartende Anfragen", "Älteste Anfrage vom")


def _load(key: str, name: str, extension: str = "") -> Municipality | None:
    municipality = municipality_by_key(key)
    if municipality is None or municipality.slug != name or municipality.level not in ABOVE:
        return None
    return municipality


@bp.get(PAGE)
@guarded(policy.looks_after, load=_load, see=policy.looks_after)
def state_below(municipality: Municipality) -> ResponseReturnValue:
    """The municipalities in reach: who is managed by somebody of their own, who has an entry, who waits."""
    wanted = read_reach_filter(request.args)
    return render_template(
        "cockpit/reach.html",
        municipality=municipality,
        wanted=wanted,
        page=queries.municipalities_below(municipality, wanted, page_number(request.args)),
        lacks=[(lack.value, _(label)) for lack, label in LACKS.items()],
        chips_chosen=_chips(wanted),
        may_enter=policy.is_editor(current_user(), municipality),
        # Where nobody manages, those of the municipality above decide: policy.decides_at, without asking row by row.
        may_invite=policy.manages(current_user(), municipality),
    )


@bp.get(f"{PAGE}export.<any(csv, xlsx):extension>")
@guarded(policy.looks_after, load=_load, see=policy.looks_after)
def export_below(municipality: Municipality) -> ResponseReturnValue:
    """Exactly the municipalities that the list shows, on all its pages."""
    extension = (request.view_args or {})["extension"]
    rows = [_export_row(row) for row in queries.all_below(municipality, read_reach_filter(request.args))]
    name = f"stand-{municipality.slug}-{today():%Y-%m-%d}.{extension}"
    if extension == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(EXPORT_HEADING, rows), mimetype="text/csv", headers=headers)
    return send_file(as_xlsx("Stand", EXPORT_HEADING, rows), download_name=name, as_attachment=True)


def _chips(wanted: ReachFilter) -> list[tuple[str, str]]:
    chips = [(_("Name enthält „%(name)s“", name=wanted.name), query_url(name=None))] if wanted.name else []
    return chips + ([(_(LACKS[wanted.lack]), query_url(stand=None))] if wanted.lack else [])


def _export_row(row: Below) -> tuple[Cell, ...]:
    entry = (
        _("eingetragen von %(name)s", name=row.entered_by)
        if row.entered_by
        else _("ja")
        if row.has_entry
        else _("nein")
    )
    return (
        row.key,
        row.name,
        _(kind_label(row.level, row.text_code, row.key)),
        _("ja") if row.is_managed else _("niemand"),
        entry,
        row.waiting,
        row.waiting_since.astimezone(BERLIN).date() if row.waiting_since else None,
    )
