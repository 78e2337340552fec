"""Signing in and out, and one's own account."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy, queries
from kooperation.accounts.forms import EmptyForm, NameForm, PasswordForm, SignInForm
from kooperation.accounts.guard import (
    current_session,
    current_user,
    enter,
    leave,
    public,
    redirect_after_sign_in,
    signed_in,
)
from kooperation.accounts.models import User
from kooperation.accounts.services import signing_in, users
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation, refusals_shown_on
from kooperation.base.i18n import _

bp = Blueprint("accounts", __name__)


@bp.route("/anmelden/", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Sign in with address and password."""
    form = SignInForm(weiter=request.args.get("weiter", ""))
    if current_user() is not None and request.method == "GET":
        return redirect_after_sign_in(form.weiter.data)
    if form.validate_on_submit():
        try:
            user, token = signing_in.sign_in(
                form.email.data,
                form.password.data,
                place=request.remote_addr or "",
                browser=request.user_agent.string,
                secret=current_app.config["SECRET_KEY"],
                at=now(),
            )
        except RuleViolation as refusal:
            # What was counted has to stay, so the refusal is committed too.
            db.session.commit()
            form.form_errors.append(_(refusal.message))
            status = 429 if isinstance(refusal, signing_in.Throttled) else 200
            return render_template("accounts/sign_in.html", form=form), status
        db.session.commit()
        enter(user, token)
        return redirect_after_sign_in(form.weiter.data)
    return render_template("accounts/sign_in.html", form=form)


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
    return redirect(url_for("search.start"))


@bp.get("/konto/")
@signed_in
def account() -> ResponseReturnValue:
    """One's own account: name, memberships, sign-ins that hold."""
    return _account_page(NameForm(name=_me().name), PasswordForm())


@bp.post("/konto/name/")
@signed_in
def rename() -> ResponseReturnValue:
    """Change how one is called."""
    form = NameForm()
    if form.validate_on_submit():
        users.rename(_me(), form.name.data, actor=_me())
        db.session.commit()
        flash(_("Ihr Name ist geändert."), "success")
        return redirect(url_for(".account"))
    return _account_page(form, PasswordForm(formdata=None))


@bp.post("/konto/kennwort/")
@signed_in
def change_password() -> ResponseReturnValue:
    """Change the password; all sign-ins end but this one, which begins anew."""
    form = PasswordForm()
    user = _me()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            if not signing_in.verify(user.password_hash, form.current.data):
                raise RuleViolation(_("Das ist nicht Ihr bisheriges Kennwort."), "current")
            users.set_password(user, form.password.data, actor=user)
            token = signing_in.open_session(user, browser=request.user_agent.string, at=now())
            db.session.commit()
            enter(user, token)
            flash(_("Ihr Kennwort ist geändert. Alle anderen Anmeldungen sind beendet."), "success")
            return redirect(url_for(".account"))
    return _account_page(NameForm(formdata=None, name=user.name), form)


@bp.post("/konto/ueberall-abmelden/")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sign-ins but this one."""
    if EmptyForm().validate_on_submit():
        signing_in.sign_out_everywhere(_me(), but=current_session())
        db.session.commit()
        flash(_("Alle anderen Anmeldungen sind beendet."), "success")
    return redirect(url_for(".account"))


def _account_page(name_form: NameForm, password_form: PasswordForm) -> str:
    return render_template(
        "accounts/account.html",
        name_form=name_form,
        password_form=password_form,
        button_form=EmptyForm(formdata=None),
        sessions=queries.sessions_of(_me(), now()),
        this_session=current_session(),
        is_member=policy.is_member(_me()),
    )


def _me() -> User:
    user = current_user()
    assert user is not None, "the guard lets nobody else pass"
    return user
