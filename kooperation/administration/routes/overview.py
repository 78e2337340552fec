"""What there is to look after."""

from flask import render_template
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy
from kooperation.accounts.guard import guarded
from kooperation.administration.routes.blueprint import bp


@bp.get("/verwaltung/")
@guarded(policy.administers)
def overview() -> ResponseReturnValue:
    """The ways to everything that administrators look after."""
    return render_template("administration/overview.html")
