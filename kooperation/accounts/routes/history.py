"""What was changed in what belongs to a municipality."""

from dataclasses import replace

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy, queries
from kooperation.accounts.guard import guarded
from kooperation.accounts.models import JoinRequest
from kooperation.accounts.routes.blueprint import bp, me, municipality_at
from kooperation.audit import queries as log
from kooperation.audit.forms import read_filter
from kooperation.audit.telling import all_words, event_choices, period_chips, tell
from kooperation.base.paging import Page, page_number
from kooperation.parties.models import Municipality
from kooperation.parties.queries import named


@bp.get("/kommunen/<digits:key>-<name>/verlauf/")
@guarded(policy.edits, load=municipality_at, see=policy.looks_after)
def history(municipality: Municipality) -> ResponseReturnValue:
    """The entries of the log about what belongs to the municipality, as far as the user may know of them."""
    words, sight = all_words(), queries.sight_of(me())
    asked = read_filter(request.args, words)
    # Who asks to be let in is known to those alone who decide about it.
    hidden = () if policy.decides_at(me(), municipality) else (JoinRequest.__name__,)
    wanted = replace(
        asked.filter,
        keeper_id=municipality.id,
        record=None,
        hidden_kinds=hidden,
        without_own=municipality.id not in sight.own,
    )
    page = log.page_of(wanted, page_number(request.args))
    return render_template(
        "accounts/history.html",
        municipality=municipality,
        page=Page(tell(page.items, sight, named, words), page.number, page.total),
        wanted=wanted,
        problems=asked.problems,
        chips_chosen=period_chips(wanted, words),
        events=event_choices(words, log.events_of(wanted)),
    )
