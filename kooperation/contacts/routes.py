"""Entering and confirming what a municipality says about itself."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy
from kooperation.accounts.guard import guarded, safe_target
from kooperation.accounts.routes.blueprint import me
from kooperation.base.db import db, now
from kooperation.base.errors import Outdated, refusals_shown_on
from kooperation.base.forms import Meanwhile
from kooperation.base.i18n import _
from kooperation.contacts import queries, services
from kooperation.contacts.forms import ConfirmForm, ProfileForm
from kooperation.contacts.models import Profile
from kooperation.contacts.rules import FIELDS
from kooperation.parties.models import Municipality
from kooperation.parties.queries import municipality_by_key
from kooperation.register.routes import unit_url

bp = Blueprint("contacts", __name__)

PAGE = "/kommunen/<digits:key>-<name>/eintrag/"


def _load(key: str, name: str) -> Municipality | None:
    municipality = municipality_by_key(key)
    return municipality if municipality is not None and municipality.slug == name and municipality.inhabited else None


def _refused(municipality: Municipality) -> ResponseReturnValue:
    """Why somebody may not edit here; a form that was sent is shown again, so that nothing typed is lost."""
    form = ProfileForm() if request.method == "POST" else None
    above = policy.caretaker_for(me(), municipality)
    return render_template("contacts/refused.html", municipality=municipality, form=form, caretaker=above)


@bp.route(PAGE, methods=["GET", "POST"])
@guarded(policy.edits, load=_load, refused=_refused)
def edit_profile(municipality: Municipality) -> ResponseReturnValue:
    """Enter or change the entry of a municipality, as its editor or as its caretaker."""
    profile = queries.profile_of(municipality)
    left = [] if profile else queries.left_to(municipality)
    origin = {one.municipality.key: one for one in left}.get(request.values.get("origin") or request.args.get("von"))
    form = ProfileForm.opened(profile.version if profile else 0, _texts(profile or origin))
    if not form.is_submitted():
        form.origin.data = origin.municipality.key if origin else None
        form.weiter.data = request.args.get("weiter")
    inherited = origin.municipality if origin else None
    changes: list[Meanwhile] = []
    if form.validate_on_submit():
        is_saved = _saved(form, municipality, inherited)
        if not is_saved and not form.errors:
            profile = queries.profile_of(municipality)
            changes = form.catch_up(profile.version if profile else 0, _texts(profile))
            # Somebody confirmed it meanwhile, or wrote the same: there is nothing to be told.
            is_saved = not changes and _saved(form, municipality, inherited)
        if is_saved:
            flash(_("Der Eintrag ist gespeichert."), "success")
            return redirect(_way_back(form, municipality))
    return _page(form, municipality, profile, changes=changes, left=left), 409 if changes else 200


@bp.post(f"{PAGE}bestaetigen/")
@guarded(policy.is_editor, load=_load)
def confirm_profile(municipality: Municipality) -> ResponseReturnValue:
    """Make what was entered from above the municipality's own."""
    form = ConfirmForm()
    profile = queries.profile_of(municipality)
    if profile is not None and form.validate_on_submit():
        sent = form.version.data or ""
        try:
            services.confirm(profile, version=int(sent) if sent.isdecimal() else 0, user=me(), at=now())
        except Outdated:
            db.session.rollback()
            flash(_("Der Eintrag ist inzwischen ein anderer. Bitte lesen Sie ihn noch einmal."), "warning")
            return redirect(unit_url(municipality.key or "", municipality.display_name, "contacts.edit_profile"))
        db.session.commit()
        flash(_("Der Eintrag ist bestätigt."), "success")
    return redirect(unit_url(municipality.key or "", municipality.display_name))


def _saved(form: ProfileForm, municipality: Municipality, origin: Municipality | None) -> bool:
    """Whether the entry is stored; else it is refused with errors on the form, or not the newest version."""
    values = {name: form[name].data or "" for name in FIELDS}
    try:
        with refusals_shown_on(form):
            services.save(municipality, values, version=form.opened_version, user=me(), at=now(), origin=origin)
            db.session.commit()
            return True
    except Outdated:
        db.session.rollback()
    return False


def _way_back(form: ProfileForm, municipality: Municipality) -> str:
    """The page that one came from, where that was said; else the municipality's own."""
    return safe_target(form.weiter.data) or unit_url(municipality.key or "", municipality.display_name)


def _page(
    form: ProfileForm,
    municipality: Municipality,
    profile: Profile | None,
    *,
    changes: Sequence[Meanwhile],
    left: Sequence[Profile],
) -> str:
    user = me()
    may_confirm = profile is not None and profile.entered_by_id is not None and policy.is_editor(user, municipality)
    return render_template(
        "contacts/edit.html",
        form=form,
        municipality=municipality,
        caretaker=policy.caretaker_for(user, municipality),
        confirm_form=ConfirmForm(formdata=None, version=profile.version) if profile and may_confirm else None,
        changes=changes,
        changed_by=queries.changed_by(profile) if profile and changes else None,
        left=left,
        profile=profile,
        back_url=_way_back(form, municipality),
    )


def _texts(profile: Profile | None) -> dict[str, str]:
    return {name: getattr(profile, name) or "" if profile else "" for name in FIELDS}
