"""One's own account."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import queries
from kooperation.accounts.forms import ActingForm, EmptyForm, NameForm, PasswordForm
from kooperation.accounts.guard import act_for, current_session, enter, safe_target, signed_in
from kooperation.accounts.routes.blueprint import bp, me
from kooperation.accounts.services import signing_in, users
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation, refusals_shown_on
from kooperation.base.i18n import _


@bp.get("/konto/")
@signed_in
def account() -> ResponseReturnValue:
    """One's own account: name, memberships, sign-ins that hold."""
    return _account_page(NameForm(name=me().name), PasswordForm())


@bp.post("/konto/name/")
@signed_in
def rename() -> ResponseReturnValue:
    """Change how one is called."""
    form = NameForm()
    if form.validate_on_submit():
        users.rename(me(), form.name.data, actor=me())
        db.session.commit()
        flash(_("Ihr Name ist geändert."), "success")
        return redirect(url_for(".account"))
    return _account_page(form, PasswordForm(formdata=None))


@bp.post("/konto/kennwort/")
@signed_in
def change_password() -> ResponseReturnValue:
    """Change the password; all sign-ins end but this one, which begins anew."""
    form = PasswordForm()
    user = me()
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
        signing_in.sign_out_everywhere(me(), but=current_session())
        db.session.commit()
        flash(_("Alle anderen Anmeldungen sind beendet."), "success")
    return redirect(url_for(".account"))


@bp.post("/konto/handeln-fuer/")
@signed_in
def switch() -> ResponseReturnValue:
    """Choose for which of one's municipalities one acts, and go on where one was."""
    form = ActingForm()
    if form.validate_on_submit():
        mine = {one.municipality.key: one.municipality for one in me().memberships}
        if form.municipality.data not in mine:
            abort(404)
        act_for(mine[form.municipality.data])
    return redirect(safe_target(form.weiter.data) or url_for(".account"))


def _account_page(name_form: NameForm, password_form: PasswordForm) -> str:
    return render_template(
        "accounts/account.html",
        name_form=name_form,
        password_form=password_form,
        button_form=EmptyForm(formdata=None),
        sessions=queries.sessions_of(me(), now()),
        this_session=current_session(),
        requests=queries.requests_of(me()),
    )
