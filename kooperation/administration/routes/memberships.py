"""What a user is at municipalities, changed by administrators."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy, queries
from kooperation.accounts.forms import RemoveForm, RoleForm
from kooperation.accounts.guard import guarded
from kooperation.accounts.models import Membership, User
from kooperation.accounts.routes.blueprint import me
from kooperation.accounts.services import members
from kooperation.administration.forms import GrantForm
from kooperation.administration.routes.blueprint import bp
from kooperation.administration.routes.users import PAGE, load_user, user_page
from kooperation.administration.services import memberships
from kooperation.base.db import db
from kooperation.base.errors import refusals_shown_on
from kooperation.base.i18n import _
from kooperation.parties.queries import municipality_by_key

AT = f"{PAGE}kommunen/<digits:key>/"


def _load(number: int, key: str) -> Membership | None:
    municipality = municipality_by_key(key)
    if municipality is None or number >= 2**31:
        return None
    return queries.membership_at(municipality, number)


@bp.post(f"{PAGE}kommunen/")
@guarded(policy.administers, load=load_user, see=policy.administers)
def grant(user: User) -> ResponseReturnValue:
    """Make a user a member of a municipality."""
    form = GrantForm()
    if form.validate_on_submit():
        municipality = municipality_by_key(form.municipality.data or "")
        assert municipality is not None, "the type-ahead lets only known ones pass"
        with refusals_shown_on(form):
            memberships.grant(user, municipality, form.role.data, actor=me())
            db.session.commit()
            flash(_("%(name)s gehört jetzt zu %(place)s.", name=user.name, place=municipality.display_name), "success")
            return redirect(url_for(".show_user", number=user.id))
    return user_page(user, form)


@bp.route(AT, methods=["GET", "POST"])
@guarded(policy.administers, load=_load, see=policy.administers)
def change_membership(membership: Membership) -> ResponseReturnValue:
    """Give a user another role at a municipality."""
    form, user = RoleForm(role=membership.role), membership.user
    if form.validate_on_submit():
        with refusals_shown_on(form):
            members.change_role(membership, form.role.data, actor=me(), confirmed=form.confirmed.data)
            db.session.commit()
            flash(_("Die Rolle von %(name)s ist geändert.", name=user.name), "success")
            return redirect(url_for(".show_user", number=user.id))
    return render_template(
        "administration/membership.html", membership=membership, form=form, is_last=queries.is_last_manager(membership)
    )


@bp.route(f"{AT}beenden/", methods=["GET", "POST"])
@guarded(policy.administers, load=_load, see=policy.administers)
def end_membership(membership: Membership) -> ResponseReturnValue:
    """Ask once, then end a membership."""
    form, user, municipality = RemoveForm(), membership.user, membership.municipality
    if form.validate_on_submit():
        with refusals_shown_on(form):
            members.remove(membership, actor=me(), confirmed=form.confirmed.data)
            db.session.commit()
            said = _("%(name)s gehört nicht mehr zu %(place)s.", name=user.name, place=municipality.display_name)
            flash(said, "success")
            return redirect(url_for(".show_user", number=user.id))
    return render_template(
        "administration/end_membership.html",
        membership=membership,
        form=form,
        is_last=queries.is_last_manager(membership),
    )
