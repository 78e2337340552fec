"""The only door: every page says here who may pass, and nothing is loaded for anybody else.

Whoever may not see a record gets 404, whoever sees it but may not change it gets 403, and who is not signed in
where that is needed is led to the sign-in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, g, redirect, request, session, url_for
from flask_login import LoginManager, login_user, logout_user
from flask_login import current_user as _current_user
from werkzeug.wrappers import Response

from kooperation.accounts import queries
from kooperation.accounts.models import User, UserSession
from kooperation.accounts.rules import ROLES, Role
from kooperation.accounts.services.signing_in import hash_token
from kooperation.base.db import let_write, now
from kooperation.parties.models import Municipality

View = Callable[..., Any]
V = TypeVar("V", bound=View)
Load = Callable[..., Any]
Policy = Callable[[User | None, Any], bool]

WITHOUT_GUARD = frozenset({"health.healthz", "health.readyz"})
"""Endpoints that load balancers ask; they tell nothing about anything stored."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What a view demands: a sign-in, and of the loaded object that ``see`` and ``may`` allow it."""

    needs_user: bool
    may: Policy | None = None
    see: Policy | None = None

    @property
    def name(self) -> str:
        """How the test that pins endpoints to their guards calls it."""
        if self.may is not None:
            return self.may.__name__
        return "signed_in" if self.needs_user else "public"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user as Flask-Login wants one; the browser keeps the token of the sign-in, not the user's number."""

    user: User
    token: str
    is_authenticated: bool = True
    is_anonymous: bool = False

    @property
    def is_active(self) -> bool:
        """Whether the user may sign in."""
        return self.user.is_active

    def get_id(self) -> str:
        """What the browser keeps."""
        return self.token


def public(view: V) -> V:
    """A view for everybody."""
    view.guard = Guard(needs_user=False)  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """A view for everybody who is signed in."""
    return _guarded(view, Guard(needs_user=True), None)


def guarded(
    may: Policy, *, load: Load | None = None, see: Policy | None = None, refused: View | None = None
) -> Callable[[View], View]:
    """A view for whom a policy allows it.

    ``load`` gets the parts of the address and gives the object, or None for 404; the view gets the object in their
    place. ``see`` says who may know of the object at all: others get 404. Without ``load`` the policy is asked
    about None. ``refused`` writes the page of the 403 for the object, where that can say more or has to give back
    what was typed.
    """

    def decorate(view: View) -> View:
        return _guarded(view, Guard(needs_user=True, may=may, see=see), load, refused)

    return decorate


def _guarded(view: View, guard: Guard, load: Load | None, refused: View | None = None) -> View:
    @wraps(view)
    def door(**parts: Any) -> Any:
        user = current_user()
        if user is None:
            return redirect(url_for("accounts.sign_in", weiter=_this_page()))
        if guard.may is None:
            return view(**parts)
        subject = load(**parts) if load else None
        if load is not None and (subject is None or (guard.see is not None and not guard.see(user, subject))):
            abort(404)
        if not guard.may(user, subject):
            if refused is not None:
                return refused(subject), 403
            abort(403)
        return view(subject) if load else view(**parts)

    door.guard = guard  # type: ignore[attr-defined]
    return door


def current_user() -> User | None:
    """Who is signed in, with memberships as they are in the database now; None where nobody is."""
    who = _current_user._get_current_object()
    return who.user if isinstance(who, SignedIn) else None


def current_session() -> UserSession | None:
    """The sign-in of this request."""
    current_user()
    held: UserSession | None = g.get("user_session")
    return held


def begin_writing() -> None:
    """Let a view that began by reading (``reads_first``) write; what it loaded is read anew where it is used.

    Whose sign-in ended meanwhile is led to the sign-in page.
    """
    was_signed_in = current_user() is not None
    let_write()
    for name in ("_login_user", "user_session"):
        g.pop(name, None)
    if was_signed_in and current_user() is None:
        abort(redirect(url_for("accounts.sign_in")))


def acting_for() -> Municipality | None:
    """The municipality that the user acts for: the one chosen while the membership holds, else the first by name.

    None for nobody, and for a guest.
    """
    user = current_user()
    held = [one.municipality for one in user.memberships if one.municipality.dissolved_on is None] if user else []
    mine = sorted(held, key=lambda one: (one.sort_name, one.id))
    return next((one for one in mine if one.id == session.get("acting_for")), mine[0] if mine else None)


def act_for(municipality: Municipality) -> None:
    """Keep in the session for which municipality the user acts from now on."""
    session["acting_for"] = municipality.id


def enter(user: User, token: str) -> None:
    """Let the browser keep a new sign-in; whatever the session held before is gone (no fixation)."""
    session.clear()
    login_user(SignedIn(user, token))


def leave() -> None:
    """Let the browser forget the sign-in."""
    logout_user()
    session.clear()


def safe_target(target: str | None) -> str | None:
    """A path on this site that one may be led to, None for anything else: no open redirect."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or any(ord(c) < 33 for c in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def init_guard(app: Flask) -> None:
    """Let Flask-Login find the user of a request: by a token that the database knows."""
    manager = LoginManager(app)
    # A sign-in is bound to its token; an address changes with every train.
    manager.session_protection = None
    app.context_processor(lambda: {"viewer": current_user()})
    app.jinja_env.globals.update(ROLES=ROLES, Role=Role, acting_for=acting_for)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load_user(token: str) -> SignedIn | None:
        held = queries.session_by_hash(hash_token(token), now())
        if held is None:
            return None
        g.user_session = held
        return SignedIn(held.user, token)

    @app.after_request
    def keep_nothing(response: Response) -> Response:
        """Let no browser keep what somebody saw who was signed in: at the counter the next one presses "back"."""
        if g.get("user_session") is not None:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def ensure_all_guarded(app: Flask) -> None:
    """Refuse to start (RuntimeError) with an endpoint that says nothing about who may pass."""
    open_ones = sorted(
        endpoint
        for endpoint, view in app.view_functions.items()
        if not hasattr(view, "guard") and endpoint not in WITHOUT_GUARD
    )
    if open_ones:
        raise RuntimeError(f"endpoints without a guard: {', '.join(open_ones)}")


def _this_page() -> str | None:
    if request.method != "GET":
        return None
    return request.full_path.rstrip("?")


def redirect_after_sign_in(target: str | None) -> Response:
    """Lead to where somebody wanted to go before the sign-in, or to the start page."""
    return redirect(safe_target(target) or url_for("cockpit.start"))
