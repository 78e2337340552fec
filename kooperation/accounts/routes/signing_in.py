"""Signing in and out."""

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts.forms import EmptyForm, SignInForm
from kooperation.accounts.guard import (
    begin_writing,
    current_session,
    current_user,
    enter,
    leave,
    public,
    redirect_after_sign_in,
)
from kooperation.accounts.routes.blueprint import bp
from kooperation.accounts.services import signing_in
from kooperation.base import hooks
from kooperation.base.config import Mode
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.base.i18n import _
from kooperation.base.web import reads_first


@bp.route("/anmelden/", methods=["GET", "POST"])
@public
@reads_first
def sign_in() -> ResponseReturnValue:
    """Sign in with address and password."""
    form = SignInForm(weiter=request.args.get("weiter", ""))
    if current_user() is not None and request.method == "GET":
        return redirect_after_sign_in(form.weiter.data)
    if form.validate_on_submit():
        address, place, secret = form.email.data, request.remote_addr or "", current_app.config["SECRET_KEY"]
        try:
            password = signing_in.check(address, form.password.data, place=place, secret=secret, at=now())
            begin_writing()
            user, token = signing_in.sign_in(
                address,
                password,
                place=place,
                browser=request.user_agent.string,
                secret=secret,
                at=now(),
                with_examples=current_app.extensions["kooperation"].mode is not Mode.PRODUCTION,
            )
        except RuleViolation as refusal:
            # What was counted has to stay, so the refusal is committed too.
            db.session.commit()
            form.form_errors.append(_(refusal.message))
            status = 429 if isinstance(refusal, signing_in.Throttled) else 200
            return _page(form, is_unconfirmed=isinstance(refusal, signing_in.Unconfirmed)), status
        db.session.commit()
        enter(user, token)
        return redirect_after_sign_in(form.weiter.data)
    return _page(form)


@bp.post("/abmelden/")
@public
def sign_out() -> ResponseReturnValue:
    """End this sign-in."""
    if EmptyForm().validate_on_submit():
        held = current_session()
        if held is not None:
            signing_in.sign_out(held)
            db.session.commit()
        leave()
    return redirect(url_for("cockpit.start"))


def _page(form: SignInForm, *, is_unconfirmed: bool = False) -> str:
    examples = [one for some in hooks.sign_in_examples() for one in some]
    return render_template(
        "accounts/sign_in.html",
        form=form,
        examples=examples,
        button_form=EmptyForm(formdata=None),
        is_unconfirmed=is_unconfirmed,
    )
