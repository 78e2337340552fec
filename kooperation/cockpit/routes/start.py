"""The start page: for visitors what this is, for whoever is signed in what concerns their municipality."""

from heapq import merge
from itertools import islice
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy
from kooperation.accounts import queries as accounts
from kooperation.accounts.guard import acting_for, current_user, public
from kooperation.accounts.models import User
from kooperation.audit.telling import all_words
from kooperation.base import hooks
from kooperation.cockpit.queries import reach, recent
from kooperation.cockpit.routes.blueprint import bp
from kooperation.parties.models import Municipality
from kooperation.register.queries import lists

FIRST_TASKS = 5


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    """What this is, the search, and the Länder to browse; for the signed-in what waits for them."""
    user = current_user()
    if user is None:
        return render_template("cockpit/start.html", laender=lists.laender())
    # One more than is shown tells whether there are more: the number of all stands in the header.
    oldest = merge(*hooks.tasks_for(user), key=lambda task: task.since)
    tasks = list(islice(oldest, FIRST_TASKS + 1))
    shown = {
        "tasks": tasks[:FIRST_TASKS],
        "more_tasks": len(tasks) > FIRST_TASKS,
        "requests": accounts.requests_of(user),
    }
    municipality = acting_for()
    if municipality is None:
        return render_template("cockpit/guest.html", laender=lists.laender(), **shown)
    return render_template("cockpit/home.html", **shown, **_home(user, municipality))


def _home(user: User, municipality: Municipality) -> dict[str, Any]:
    slots = (slot for slot in hooks.home_slot(user, municipality) if slot is not None)
    return {
        "municipality": municipality,
        "slots": sorted(slots, key=lambda slot: slot.position),
        "changes": recent.latest_changes(
            municipality.id,
            with_own=policy.sees_own(user, municipality),
            but=policy.kinds_hidden_from(user, municipality),
        ),
        "events": all_words().events,
        "may_see_history": policy.edits(user, municipality),
        "sums": reach.sums_below(municipality),
        "is_manager": policy.manages(user, municipality),
    }
