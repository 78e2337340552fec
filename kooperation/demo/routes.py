"""Signing in without typing, in the demonstration alone."""

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue

from kooperation.accounts.guard import enter, public, redirect_after_sign_in
from kooperation.accounts.services import signing_in
from kooperation.base.config import Config, Mode
from kooperation.base.db import db, now
from kooperation.base.hooks import SignInExample
from kooperation.base.i18n import _
from kooperation.demo import accounts
from kooperation.demo.forms import ExampleForm

bp = Blueprint("demo", __name__)


def sign_in_examples() -> list[SignInExample]:
    """The invented people that the page of the sign-in lists; none outside the demonstration."""
    if not _is_demonstration():
        return []
    return [SignInExample(one.email, one.name, _(one.what), accounts.PASSWORD) for one in accounts.EXAMPLES]


@bp.post("/anmelden/beispiel/")
@public
def sign_in() -> ResponseReturnValue:
    """Sign in as one of the invented people; there is no such page outside the demonstration."""
    form = ExampleForm()
    if not _is_demonstration() or not form.validate_on_submit():
        abort(404)
    user = accounts.example_by_address(form.email.data)
    if user is None or not user.is_active:
        abort(404)
    token = signing_in.open_session(user, browser=request.user_agent.string, at=now())
    db.session.commit()
    enter(user, token)
    return redirect_after_sign_in(form.weiter.data)


def _is_demonstration() -> bool:
    config: Config = current_app.extensions["kooperation"]
    return config.mode is Mode.DEMONSTRATION
