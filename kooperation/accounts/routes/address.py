"""Another mail address for one's own account."""

from flask import current_app, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import queries
from kooperation.accounts.forms import AddressForm, EmptyForm
from kooperation.accounts.guard import current_session, current_user, public, signed_in
from kooperation.accounts.routes import timing
from kooperation.accounts.routes.account import account_page, is_proven
from kooperation.accounts.routes.blueprint import bp, me
from kooperation.accounts.rules import MailPurpose
from kooperation.accounts.services import addresses
from kooperation.accounts.services.signing_in import hash_token
from kooperation.base.db import db, now
from kooperation.base.errors import refusals_shown_on
from kooperation.base.i18n import _
from kooperation.base.web import reads_first


@bp.post("/konto/adresse/")
@signed_in
@reads_first
def change_address() -> ResponseReturnValue:
    """Mail a link to another address; the answer is the same where that has an account."""
    form = AddressForm()
    if form.validate_on_submit() and is_proven(form.current):
        with refusals_shown_on(form), timing.steady():
            addresses.ask(me(), form.email.data, secret=current_app.config["SECRET_KEY"], at=now())
            db.session.commit()
            flash(
                _(
                    "Eine Mail an %(address)s ist unterwegs. Ihre bisherige Adresse gilt, bis Sie dem Link darin "
                    "gefolgt sind; er gilt 24 Stunden.",
                    address=form.email.data.strip(),
                ),
                "success",
            )
            return redirect(url_for(".account"))
    return account_page(address_form=form)


@bp.route("/konto/adresse/<token>", methods=["GET", "POST"])
@public
def confirm_address(token: str) -> ResponseReturnValue:
    """Take the new address by the link that was mailed there; following it changes nothing."""
    address = queries.address_by_mail_token(hash_token(token), MailPurpose.ADDRESS_CHANGE, now())
    if address is None:
        return render_template("accounts/address_expired.html"), 404
    form = EmptyForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            user = addresses.change(token, stays=current_session(), at=now())
            db.session.commit()
            flash(_("Ihre Adresse ist jetzt %(address)s. Sie melden sich damit an.", address=user.email), "success")
            return redirect(url_for(".account") if current_user() is not None else url_for(".sign_in"))
    answer = make_response(render_template("accounts/confirm_address.html", form=form, address=address))
    answer.headers["Cache-Control"] = "no-store"
    return answer
