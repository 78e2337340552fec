"""The end of an account: merging it into another one of the same person, or erasing it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy, queries
from kooperation.accounts.guard import guarded
from kooperation.accounts.models import User
from kooperation.accounts.routes.blueprint import me
from kooperation.accounts.services import erasure, merging
from kooperation.administration.forms import EraseUserForm, MergeUsersForm
from kooperation.administration.routes.blueprint import bp
from kooperation.administration.routes.users import PAGE, load_user
from kooperation.base.db import db, now
from kooperation.base.errors import refusals_shown_on
from kooperation.base.i18n import _


@bp.route(f"{PAGE}zusammenfuehren/", methods=["GET", "POST"])
@guarded(policy.administers, load=load_user, see=policy.administers)
def merge_user(user: User) -> ResponseReturnValue:
    """Choose the account that stays, look at what that means, then merge."""
    form = MergeUsersForm()
    into, preview, name = None, None, user.name
    if form.validate_on_submit():
        into = load_user(int(form.into.data or 0))
        assert into is not None, "the type-ahead lets only known ones pass"
        if "ja" not in request.form or form.seen.data != form.into.data:
            preview = merging.preview(user, into, actor=me())
            form.seen.data = form.into.data
        else:
            with refusals_shown_on(form):
                merging.merge(user, into, actor=me(), at=now())
                db.session.commit()
                flash(_("Das Konto von %(name)s ist in diesem aufgegangen.", name=name), "success")
                return redirect(url_for(".show_user", number=into.id))
    return render_template("administration/merge_user.html", user=user, form=form, into=into, preview=preview)


@bp.route(f"{PAGE}loeschen/", methods=["GET", "POST"])
@guarded(policy.administers, load=load_user, see=policy.administers)
def erase_user(user: User) -> ResponseReturnValue:
    """Ask once, then erase an account for good."""
    form, name = EraseUserForm(), user.name
    if form.validate_on_submit():
        with refusals_shown_on(form):
            erasure.erase_user(user, actor=me(), at=now(), confirmed=form.confirmed.data)
            db.session.commit()
            flash(_("Das Konto von %(name)s ist gelöscht.", name=name), "success")
            return redirect(url_for(".users"))
    return render_template(
        "administration/erase_user.html", user=user, form=form, managed_alone=queries.managed_alone_by(user)
    )
