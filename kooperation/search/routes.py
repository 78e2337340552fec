"""The page of results and the suggestions while typing."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from kooperation.accounts.guard import public
from kooperation.base import index
from kooperation.base.i18n import _, number
from kooperation.base.index import Found
from kooperation.base.paging import page_number
from kooperation.base.web import query_url
from kooperation.parties.queries import any_municipality
from kooperation.search import queries
from kooperation.search.rules import KINDS, only_meant

bp = Blueprint("search", __name__)


@bp.get("/suche/")
@public
def results() -> ResponseReturnValue:
    """A page of what was found; straight to the one thing that has the code which was asked for."""
    text = request.args.get("q", "")
    kind = _kind()
    shown = queries.results(text, kind, page_number(request.args))
    if hit := only_meant(shown.found):
        return redirect(hit.path)
    return render_template(
        "search/results.html",
        found=shown.found,
        page=shown.page,
        views=_views(shown.found, kind),
        marked=index.marked,
        has_register=bool(shown.found.per_kind) or any_municipality(),
    )


@bp.get("/suche/vorschlaege")
@public
def suggestions() -> ResponseReturnValue:
    """The items of a list box: what is being typed may become."""
    kind = _kind()
    found = index.suggest(request.args.get("q", ""), kinds=None if kind is None else (kind,))
    return render_template("search/_suggestions.html", found=found, marked=index.marked)


def _views(found: Found, kind: str | None) -> list[tuple[str, str, bool]]:
    """The kinds to choose from, with their numbers of hits; none where all hits are of one kind."""
    if len(found.per_kind) < 2 and kind is None:
        return []
    counts: list[tuple[str | None, str, int]] = [(None, _("Alle"), sum(found.per_kind.values()))]
    counts += [(name, _(label), found.per_kind[name]) for name, label in KINDS.items() if name in found.per_kind]
    return [(f"{label} ({number(count)})", query_url(art=name), name == kind) for name, label, count in counts]


def _kind() -> str | None:
    kind = request.args.get("art", "")
    return kind if kind in KINDS else None
