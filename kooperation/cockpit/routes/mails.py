"""The mails that one is sent: choosing them when signed in, and ending them by the link in each."""

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts.guard import current_user, public, signed_in
from kooperation.base.db import db, now
from kooperation.base.i18n import _
from kooperation.cockpit import services
from kooperation.cockpit.forms import MailsForm
from kooperation.cockpit.routes.blueprint import bp
from kooperation.cockpit.rules import ALL, DEFAULT_RHYTHM, KINDS, RHYTHMS, Rhythm

ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What mail programs send, and the button of the page too (RFC 8058)."""


@bp.route("/konto/mails/", methods=["GET", "POST"])
@signed_in
def mails() -> ResponseReturnValue:
    """Choose how often one is told by mail, and of what."""
    user = current_user()
    assert user is not None, "the guard lets nobody else pass"
    rhythm, without = services.chosen(user)
    form = MailsForm(rhythm=rhythm, kinds=[kind for kind in KINDS if kind not in without])
    if form.validate_on_submit():
        services.choose(user, form.rhythm.data, set(KINDS) - set(form.kinds.data), at=now())
        db.session.commit()
        flash(_("Ihre Wahl ist gespeichert."), "success")
        return redirect(url_for(".mails"))
    return render_template("cockpit/mails.html", form=form)


@bp.route("/mails/abbestellen/<token>", methods=["GET", "POST"])
@public
def unsubscribe(token: str) -> ResponseReturnValue:
    """End what a link in a mail stands for, or begin it again; nothing but the link says who asks.

    Following the link changes nothing: mail scanners do that too. The answer to what a mail program sends is never
    a redirect, and needs no cookie.
    """
    found = services.subscriber(token, secret=current_app.config["SECRET_KEY"])
    if found is None:
        return render_template("cockpit/unsubscribe_gone.html"), 404
    user, kind = found
    before, _without = services.chosen(user)
    again = request.form.get("wieder", "")
    done = None
    if request.form.get(ONE_CLICK[0]) == ONE_CLICK[1]:
        services.end(user, kind, at=now())
        done = "ended"
    elif again in set(Rhythm):
        services.begin_again(user, kind, Rhythm(again), at=now())
        done = "begun"
    db.session.commit()
    rhythm, without = services.chosen(user)
    answer = make_response(
        render_template(
            "cockpit/unsubscribe.html",
            kind=kind,
            what=KINDS.get(kind),
            is_on=rhythm is not Rhythm.NEVER and (kind == ALL or kind not in without),
            is_never=rhythm is Rhythm.NEVER,
            done=done,
            rhythm=RHYTHMS[rhythm],
            again=before if before is not Rhythm.NEVER else DEFAULT_RHYTHM,
            one_click=ONE_CLICK,
        )
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
