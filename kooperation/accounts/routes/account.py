"""One's own account."""

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField

from kooperation.accounts import policy, queries
from kooperation.accounts.forms import (
    ActingForm,
    AddressForm,
    EmptyForm,
    LanguageForm,
    NameForm,
    PasswordForm,
    RemoveForm,
)
from kooperation.accounts.guard import (
    act_for,
    begin_writing,
    current_session,
    enter,
    guarded,
    safe_target,
    signed_in,
)
from kooperation.accounts.models import Membership
from kooperation.accounts.routes.blueprint import bp, me
from kooperation.accounts.services import members, signing_in, users
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation, refusals_shown_on
from kooperation.base.forms import BaseForm
from kooperation.base.i18n import _
from kooperation.base.web import reads_first
from kooperation.parties.queries import municipality_by_key


@bp.get("/konto/")
@signed_in
def account() -> ResponseReturnValue:
    """One's own account: name, memberships, sign-ins that hold."""
    return account_page()


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
    return account_page(name_form=form)


@bp.post("/konto/kennwort/")
@signed_in
@reads_first
def change_password() -> ResponseReturnValue:
    """Change the password; all sign-ins end but this one, which begins anew."""
    form = PasswordForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            password_hash = users.hash_new(form.password.data, address=me().email, name=me().name)
            if is_proven(form.current):
                users.set_password(me(), password_hash=password_hash, actor=me())
                token = signing_in.open_session(me(), browser=request.user_agent.string, at=now())
                db.session.commit()
                enter(me(), token)
                flash(_("Ihr Kennwort ist geändert. Alle anderen Anmeldungen sind beendet."), "success")
                return redirect(url_for(".account"))
    return account_page(password_form=form)


@bp.post("/konto/sprache/")
@signed_in
def choose_language() -> ResponseReturnValue:
    """Choose the language of one's mails."""
    form = LanguageForm()
    if form.validate_on_submit():
        users.choose_language(me(), form.language.data, actor=me())
        db.session.commit()
        flash(_("Die Sprache Ihrer Mails ist geändert."), "success")
        return redirect(url_for(".account"))
    return account_page(language_form=form)


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


def _load_mine(key: str) -> Membership | None:
    municipality = municipality_by_key(key)
    return queries.membership_at(municipality, me().id) if municipality else None


@bp.route("/konto/kommunen/<digits:key>/verlassen/", methods=["GET", "POST"])
@guarded(policy.is_own_membership, load=_load_mine, see=policy.is_own_membership)
def leave(membership: Membership) -> ResponseReturnValue:
    """Ask once, then end one's own membership."""
    form = RemoveForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            name = membership.municipality.display_name
            members.remove(membership, actor=me(), confirmed=form.confirmed.data)
            db.session.commit()
            flash(_("Sie gehören nicht mehr zu %(name)s.", name=name), "success")
            return redirect(url_for(".account"))
    is_last = queries.is_last_manager(membership)
    return render_template("accounts/leave.html", membership=membership, form=form, is_last=is_last)


def is_proven(field: PasswordField) -> bool:
    """Whether the password in the field is the user's; otherwise the field says so. What failed is counted.

    The view has only read before this (``reads_first``), and may write after it.
    """
    secret = current_app.config["SECRET_KEY"]
    try:
        password = signing_in.check_own(me(), field.data, secret=secret, at=now())
        begin_writing()
        signing_in.prove(me(), password, secret=secret, at=now())
    except RuleViolation as refusal:
        db.session.commit()
        field.errors = [*field.errors, _(refusal.message)]
        return False
    return True


def account_page(**sent: BaseForm) -> str:
    """The page of one's own account; a form that was sent stands in the place of its empty one."""
    user = me()
    forms = {
        "name_form": NameForm(formdata=None, name=user.name),
        "password_form": PasswordForm(formdata=None),
        "address_form": AddressForm(formdata=None),
        "language_form": LanguageForm(formdata=None, language=user.mail_language.value),
    }
    return render_template(
        "accounts/account.html",
        **forms | sent,
        button_form=EmptyForm(formdata=None),
        sessions=queries.sessions_of(user, now()),
        this_session=current_session(),
        requests=queries.requests_of(user),
    )
