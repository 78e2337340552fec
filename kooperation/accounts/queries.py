"""Reading users, sessions and memberships."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload, selectinload

from kooperation.accounts import policy
from kooperation.accounts.models import (
    Consent,
    FailedSignIn,
    Inheritance,
    JoinRequest,
    MailToken,
    Membership,
    User,
    UserSession,
)
from kooperation.accounts.rules import MailPurpose, RequestState, Role
from kooperation.base.db import db
from kooperation.parties.models import Municipality

# A municipality is always there: the database is told so, since it would look through all of them for an outer join.
_SESSION = (
    select(UserSession)
    .join(UserSession.user)
    .options(
        joinedload(UserSession.user).selectinload(User.memberships).joinedload(Membership.municipality, innerjoin=True)
    )
)

_REQUESTS = select(JoinRequest).options(
    joinedload(JoinRequest.user, innerjoin=True).selectinload(User.memberships),
    joinedload(JoinRequest.municipality, innerjoin=True),
)

_MEMBERSHIPS = (
    select(Membership)
    .join(Membership.user)
    .options(contains_eager(Membership.user), joinedload(Membership.municipality, innerjoin=True))
)
_CONSENTS = (
    select(Consent)
    .options(joinedload(Consent.municipality, innerjoin=True), joinedload(Consent.caretaker, innerjoin=True))
    .order_by(Consent.given_at.desc(), Consent.id.desc())
)


def session_by_hash(token_hash: str, at: datetime) -> UserSession | None:
    """The sign-in that this hash belongs to, with its user and memberships; None for one that no longer holds."""
    return db.session.scalar(
        _SESSION.where(UserSession.token_hash == token_hash, UserSession.expires_at > at, User.deactivated_at.is_(None))
    )


def sessions_of(user: User, at: datetime) -> list[UserSession]:
    """The sign-ins of a user that hold, the newest first."""
    mine = select(UserSession).where(UserSession.user_id == user.id, UserSession.expires_at > at)
    return list(db.session.scalars(mine.order_by(UserSession.created_at.desc(), UserSession.id.desc())))


def user_by_address(address: str) -> User | None:
    """The user with this folded mail address, deactivated ones too; None without one."""
    return db.session.scalar(select(User).where(User.email == address).options(selectinload(User.memberships)))


def user_by_mail_token(token_hash: str, purpose: MailPurpose, at: datetime) -> User | None:
    """The user whom a link in a mail was sent to; None for one that no longer holds."""
    return db.session.scalar(
        select(User)
        .join(MailToken, MailToken.user_id == User.id)
        .where(
            MailToken.token_hash == token_hash,
            MailToken.purpose == purpose,
            MailToken.used_at.is_(None),
            MailToken.expires_at > at,
            User.deactivated_at.is_(None),
        )
    )


def failures(counted_for: str, since: datetime) -> int:
    """How many sign-ins failed for a counted key since an instant."""
    return (
        db.session.scalar(select(func.count()).where(FailedSignIn.counted_for == counted_for, FailedSignIn.at > since))
        or 0
    )


def active_admins() -> int:
    """How many users that may sign in look after the instance."""
    return (
        db.session.scalar(select(func.count()).where(User.is_admin, User.deactivated_at.is_(None)).select_from(User))
        or 0
    )


def open_request(user: User, municipality: Municipality) -> JoinRequest | None:
    """What a user asks of a municipality and waits for; None without."""
    return db.session.scalar(
        select(JoinRequest).where(
            JoinRequest.user_id == user.id,
            JoinRequest.municipality_id == municipality.id,
            JoinRequest.state == RequestState.OPEN,
        )
    )


def request_by_id(number: int) -> JoinRequest | None:
    """A request with who asks and of whom; None without one of this number."""
    return db.session.scalar(_REQUESTS.where(JoinRequest.id == number))


def requests_of(user: User) -> list[JoinRequest]:
    """What a user asked for and was not granted, the newest first."""
    mine = _REQUESTS.where(JoinRequest.user_id == user.id, JoinRequest.state != RequestState.GRANTED)
    return list(db.session.scalars(mine.order_by(JoinRequest.asked_at.desc(), JoinRequest.id.desc())))


def requests_decided(user: User, since: datetime) -> list[JoinRequest]:
    """What a user asked for and was answered since an instant, the oldest first."""
    mine = _REQUESTS.where(JoinRequest.user_id == user.id, JoinRequest.decided_at > since)
    return list(db.session.scalars(mine.order_by(JoinRequest.decided_at, JoinRequest.id)))


def requests_for(user: User) -> list[JoinRequest]:
    """The open requests that a user decides about, the oldest first."""
    waiting = _REQUESTS.where(JoinRequest.state == RequestState.OPEN, policy.decided_by(user))
    return list(db.session.scalars(waiting.order_by(JoinRequest.asked_at, JoinRequest.id)))


class WaitingRequest(NamedTuple):
    """What a list of tasks says of an open request."""

    number: int
    name: str
    place: str
    role: Role
    asked_at: datetime


def requests_in_short(user: User) -> list[WaitingRequest]:
    """``requests_for`` as lists show them: without the objects, which take longer to make than to find."""
    columns = (JoinRequest.id, User.name, Municipality.display_name, JoinRequest.role, JoinRequest.asked_at)
    waiting = select(*columns).join(JoinRequest.user).join(JoinRequest.municipality)
    open_ones = waiting.where(JoinRequest.state == RequestState.OPEN, policy.decided_by(user))
    return [
        WaitingRequest(*row) for row in db.session.execute(open_ones.order_by(JoinRequest.asked_at, JoinRequest.id))
    ]


def requests_counted_for(user: User) -> ScalarSelect[int]:
    """How many open requests a user decides about, as a part of a statement."""
    waiting = select(func.count(JoinRequest.id)).where(JoinRequest.state == RequestState.OPEN)
    return waiting.where(policy.decided_by(user)).scalar_subquery()


def total(counts: Iterable[ScalarSelect[int]]) -> int:
    """The sum of counts, in one statement; none at all where there is nothing to count."""
    parts = list(counts)
    return db.session.scalar(select(sum(parts[1:], parts[0]))) or 0 if parts else 0


def members_of(municipality: Municipality) -> list[Membership]:
    """The members of a municipality with their users, managers first, then by name."""
    theirs = _MEMBERSHIPS.where(Membership.municipality_id == municipality.id)
    return list(db.session.scalars(theirs.order_by(Membership.role.desc(), User.name, User.id)))


def membership_at(municipality: Municipality, user_id: int) -> Membership | None:
    """The membership of a user at a municipality; None without one."""
    return db.session.scalar(
        _MEMBERSHIPS.where(Membership.municipality_id == municipality.id, Membership.user_id == user_id)
    )


def is_last_manager(membership: Membership) -> bool:
    """Whether nobody who may sign in would manage the municipality without this member."""
    if membership.role is not Role.MANAGER or not membership.user.is_active:
        return False
    others = _MEMBERSHIPS.where(
        Membership.municipality_id == membership.municipality_id,
        Membership.user_id != membership.user_id,
        Membership.role == Role.MANAGER,
        User.deactivated_at.is_(None),
    )
    return db.session.scalar(others.limit(1)) is None


def open_consent(municipality: Municipality, caretaker: Municipality) -> Consent | None:
    """The consent of a municipality to one above it that holds; None without one."""
    return db.session.scalar(
        select(Consent).where(
            Consent.municipality_id == municipality.id,
            Consent.caretaker_id == caretaker.id,
            Consent.withdrawn_at.is_(None),
        )
    )


def consents_from(municipality: Municipality) -> list[Consent]:
    """What a municipality consented to, the newest first; what it took back too."""
    return list(db.session.scalars(_CONSENTS.where(Consent.municipality_id == municipality.id)))


def consents_to(caretaker: Municipality) -> list[Consent]:
    """What municipalities consented to for this one, the newest first; what they took back too."""
    return list(db.session.scalars(_CONSENTS.where(Consent.caretaker_id == caretaker.id)))


def successors_to_choose(dissolved: Municipality) -> list[Municipality]:
    """Where the members of a dissolved municipality may go on, by name."""
    found = select(Municipality).join(Inheritance, Inheritance.successor_id == Municipality.id)
    return list(
        db.session.scalars(
            found.where(Inheritance.dissolved_id == dissolved.id).order_by(Municipality.sort_name, Municipality.id)
        )
    )


def choices_of(user: User) -> list[Municipality]:
    """The dissolved municipalities of a user that several took the place of, by name."""
    mine = select(Municipality).where(_waits_for(user, Municipality.id))
    return list(db.session.scalars(mine.order_by(Municipality.sort_name, Municipality.id)))


def choices_counted_for(user: User) -> ScalarSelect[int]:
    """How many of them there are, as a part of a statement."""
    return select(func.count(Municipality.id)).where(_waits_for(user, Municipality.id)).scalar_subquery()


def _waits_for(user: User, of: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    mine = [one.municipality_id for one in user.memberships]
    return and_(of.in_(mine), of.in_(select(Inheritance.dissolved_id)))
