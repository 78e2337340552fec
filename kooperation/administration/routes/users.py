"""Everybody who signs in: the list, one user's page, and what administrators may do there."""

from collections.abc import Iterator

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy
from kooperation.accounts import queries as accounts
from kooperation.accounts.guard import guarded
from kooperation.accounts.models import User
from kooperation.accounts.queries import users as queries
from kooperation.accounts.queries.users import SignedIn, Standing, UserFilter
from kooperation.accounts.routes.blueprint import me
from kooperation.accounts.rules import ROLES, Role
from kooperation.accounts.services import password_reset, users
from kooperation.administration.forms import EmptyForm, GrantForm, read_user_filter
from kooperation.administration.routes.blueprint import bp, download, refuse
from kooperation.base.db import BERLIN, db, now
from kooperation.base.errors import RuleViolation, refusals_shown_on
from kooperation.base.export import Cell
from kooperation.base.i18n import _
from kooperation.base.paging import page_number
from kooperation.base.text import N_
from kooperation.base.web import query_url

PAGE = "/verwaltung/konten/<int:number>/"
STANDINGS = {Standing.ACTIVE: N_("kann sich anmelden"), Standing.DEACTIVATED: N_("gesperrt")}
SIGNED_IN = {SignedIn.NEVER: N_("nie angemeldet"), SignedIn.LONG_AGO: N_("seit einem Jahr nicht angemeldet")}
EXPORT_HEADING = (
    "Name",
    "E-Mail-Adresse",
    "Kommunen und Rollen",
    "Verwaltet die Instanz",
    "Gesperrt seit",
    "Angelegt am",
    "Zuletzt angemeldet am",
)


def load_user(number: int) -> User | None:
    """The user of an address; None for a number that no database has."""
    return queries.user_by_id(number) if number < 2**31 else None


@bp.get("/verwaltung/konten/", endpoint="users")
@guarded(policy.administers)
def list_users() -> ResponseReturnValue:
    """All users, filtered, sorted and paged."""
    wanted = read_user_filter(request.args)
    return render_template(
        "administration/users.html",
        page=queries.users(wanted, page_number(request.args), now()),
        wanted=wanted,
        chips_chosen=[(label, query_url(**{name: None})) for name, label in _chosen(wanted)],
        roles=[(int(role), _(label)) for role, label in ROLES.items()],
        standings=[(key.value, _(label)) for key, label in STANDINGS.items()],
        sign_ins=[(key.value, _(label)) for key, label in SIGNED_IN.items()],
    )


@bp.get("/verwaltung/konten/export.<any(csv, xlsx):extension>")
@guarded(policy.administers)
def export_users(extension: str) -> ResponseReturnValue:
    """Exactly the users that the filtered list shows, on all its pages."""
    # Read at once: a slow client should not hold a transaction open.
    rows = [_export_row(user) for user in queries.all_users(read_user_filter(request.args), now())]
    return download("Konten", EXPORT_HEADING, rows, extension)


@bp.get(PAGE)
@guarded(policy.administers, load=load_user, see=policy.administers)
def show_user(user: User) -> ResponseReturnValue:
    """One user: what they are and where, and what may be done about it."""
    return user_page(user, GrantForm(formdata=None))


def user_page(user: User, form: GrantForm) -> str:
    """The page of a user, with the form that gives a role as it was filled in."""
    return render_template(
        "administration/user.html",
        user=user,
        form=form,
        sessions=len(accounts.sessions_of(user, now())),
        requests=accounts.requests_of(user),
        button_form=EmptyForm(formdata=None),
        is_last_admin=user.is_admin and user.is_active and accounts.active_admins() == 1,
        log_url=url_for(".log_page", datensatz=f"User-{user.id}"),
    )


@bp.route(f"{PAGE}sperren/", methods=["GET", "POST"])
@guarded(policy.administers, load=load_user, see=policy.administers)
def deactivate_user(user: User) -> ResponseReturnValue:
    """Ask once, then keep a user from signing in."""
    form = EmptyForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            users.deactivate(user, actor=me(), at=now())
            db.session.commit()
            flash(_("%(name)s ist gesperrt und überall abgemeldet.", name=user.name), "success")
            return redirect(url_for(".show_user", number=user.id))
    return render_template("administration/deactivate_user.html", user=user, form=form)


@bp.post(f"{PAGE}freigeben/")
@guarded(policy.administers, load=load_user, see=policy.administers)
def reactivate_user(user: User) -> ResponseReturnValue:
    """Let a user sign in again."""
    if EmptyForm().validate_on_submit():
        users.reactivate(user, actor=me())
        db.session.commit()
        flash(_("%(name)s kann sich wieder anmelden.", name=user.name), "success")
    return redirect(url_for(".show_user", number=user.id))


@bp.route(f"{PAGE}administration/", methods=["GET", "POST"])
@guarded(policy.administers, load=load_user, see=policy.administers)
def set_admin(user: User) -> ResponseReturnValue:
    """Ask once, then let a user look after the instance, or no more."""
    form = EmptyForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            users.set_admin(user, not user.is_admin, actor=me())
            db.session.commit()
            said = (
                _("%(name)s verwaltet jetzt die Instanz.")
                if user.is_admin
                else _("%(name)s verwaltet die Instanz nicht mehr.")
            )
            flash(said % {"name": user.name}, "success")
            return redirect(url_for(".show_user", number=user.id))
    return render_template("administration/set_admin.html", user=user, form=form)


@bp.post(f"{PAGE}kennwort-link/")
@guarded(policy.administers, load=load_user, see=policy.administers)
def send_reset(user: User) -> ResponseReturnValue:
    """Send a user the link to a new password."""
    if EmptyForm().validate_on_submit():
        try:
            password_reset.send(user, actor=me(), at=now())
            db.session.commit()
            flash(_("An %(address)s geht ein Link, der eine Stunde gilt.", address=user.email), "success")
        except RuleViolation as refusal:
            refuse(refusal)
    return redirect(url_for(".show_user", number=user.id))


@bp.post(f"{PAGE}abmelden/")
@guarded(policy.administers, load=load_user, see=policy.administers)
def end_sessions(user: User) -> ResponseReturnValue:
    """End all sign-ins of a user."""
    if EmptyForm().validate_on_submit():
        users.end_sessions(user, actor=me())
        db.session.commit()
        flash(_("%(name)s ist überall abgemeldet.", name=user.name), "success")
    return redirect(url_for(".show_user", number=user.id))


def _chosen(wanted: UserFilter) -> Iterator[tuple[str, str]]:
    if wanted.text:
        yield "q", _("Gesucht: „%(text)s“", text=wanted.text)
    if wanted.role is not None:
        yield "rolle", _("Rolle: %(role)s", role=_(ROLES[Role(wanted.role)]))
    if wanted.standing is not None:
        yield "stand", _(STANDINGS[wanted.standing])
    if wanted.signed_in is not None:
        yield "anmeldung", _(SIGNED_IN[wanted.signed_in])
    if wanted.admins:
        yield "administration", _("verwaltet die Instanz")
    if wanted.without_municipality:
        yield "ohne-kommune", _("ohne Kommune")


def _export_row(user: User) -> tuple[Cell, ...]:
    held = sorted(user.memberships, key=lambda one: (one.municipality.sort_name, one.municipality_id))
    days = (user.deactivated_at, user.created_at, user.last_signed_in_at)
    return (
        user.name,
        user.email,
        ", ".join(f"{one.municipality.display_name} ({_(ROLES[one.role])})" for one in held),
        user.is_admin,
        *(day.astimezone(BERLIN).date() if day else None for day in days),
    )
