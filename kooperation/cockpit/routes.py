"""The start page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kooperation.accounts.guard import public
from kooperation.register.queries import lists

bp = Blueprint("cockpit", __name__)


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    """What this is, the search, and the Länder to browse."""
    return render_template("cockpit/start.html", laender=lists.laender())
