"""Setting a forgotten password anew."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import queries
from kooperation.accounts.forms import ForgottenForm, NewPasswordForm
from kooperation.accounts.guard import begin_writing, public
from kooperation.accounts.routes import timing
from kooperation.accounts.routes.blueprint import bp
from kooperation.accounts.rules import MailPurpose
from kooperation.accounts.services import password_reset, users
from kooperation.accounts.services.signing_in import Throttled, hash_token
from kooperation.base.db import db, now
from kooperation.base.errors import refusals_shown_on
from kooperation.base.i18n import _
from kooperation.base.web import reads_first


@bp.route("/kennwort/vergessen/", methods=["GET", "POST"])
@public
def forgotten_password() -> ResponseReturnValue:
    """Ask for a link to set the password anew; the answer is the same where there is no account."""
    form = ForgottenForm()
    if form.validate_on_submit():
        secret, place = current_app.config["SECRET_KEY"], request.remote_addr or ""
        try:
            with timing.steady():
                password_reset.ask(form.email.data, place=place, secret=secret, at=now())
                db.session.commit()
        except Throttled as refusal:
            form.form_errors.append(_(refusal.message))
            return render_template("accounts/forgotten_password.html", form=form), 429
        flash(
            _(
                "Wenn es zu dieser Adresse ein Konto gibt, ist jetzt eine Mail unterwegs. "
                "Der Link darin gilt eine Stunde."
            ),
            "success",
        )
        return redirect(url_for(".sign_in"))
    return render_template("accounts/forgotten_password.html", form=form)


@bp.route("/kennwort/neu/<token>", methods=["GET", "POST"])
@public
@reads_first
def reset_password(token: str) -> ResponseReturnValue:
    """Set a new password by a link; following it changes nothing: mail scanners do that too."""
    user = queries.user_by_mail_token(hash_token(token), MailPurpose.PASSWORD_RESET, now())
    if user is None:
        return render_template("accounts/link_expired.html"), 404
    form = NewPasswordForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            password_hash = users.hash_new(form.password.data, address=user.email, name=user.name)
            begin_writing()
            password_reset.reset(token, password_hash=password_hash, secret=current_app.config["SECRET_KEY"], at=now())
            db.session.commit()
            flash(_("Ihr Kennwort ist geändert. Melden Sie sich jetzt damit an."), "success")
            return redirect(url_for(".sign_in"))
    return render_template("accounts/reset_password.html", form=form)
