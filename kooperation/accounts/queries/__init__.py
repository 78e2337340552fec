"""Reading users, sessions and memberships."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload, selectinload

from kooperation.accounts import policy
from kooperation.accounts.models import (
    Consent,
    FailedSignIn,
    Inheritance,
    Invitation,
    JoinRequest,
    MailToken,
    Membership,
    Registration,
    User,
    UserSession,
)
from kooperation.accounts.rules import InvitationState, MailPurpose, RequestState, Role
from kooperation.audit.models import AuditEntry
from kooperation.audit.rules import Sight
from kooperation.base.db import db
from kooperation.base.paging import Page, paged
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

_INVITATIONS = select(Invitation).options(selectinload(Invitation.municipality), joinedload(Invitation.invited_by))

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


def all_sessions_of(user: User) -> list[UserSession]:
    """The sign-ins of a user that are stored, those that hold no longer too, the newest first."""
    mine = select(UserSession).where(UserSession.user_id == user.id)
    return list(db.session.scalars(mine.order_by(UserSession.created_at.desc(), UserSession.id.desc())))


def user_by_address(address: str, *, locked: bool = False) -> User | None:
    """The user with this folded mail address, deactivated ones too; None without one. One statement for either.

    ``locked`` waits for whoever erases the user at this moment, and keeps others from it.
    """
    found = select(User).where(User.email == address)
    if locked:
        found = found.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalar(found)


def addresses_of(user: User) -> list[str]:
    """The address of a user, and those that were theirs before and are no other account's by now."""
    changes = select(AuditEntry.before).where(
        AuditEntry.subject_kind == User.__name__,
        AuditEntry.subject_id == user.id,
        AuditEntry.event == "user.address_changed",
    )
    former = {before["email"] for before in db.session.scalars(changes) if before and before.get("email")}
    taken = set(db.session.scalars(select(User.email).where(User.email.in_(former))))
    return [user.email, *sorted(former - taken - {user.email})]


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


def address_by_mail_token(token_hash: str, purpose: MailPurpose, at: datetime) -> str | None:
    """The address that a link was mailed to, where that is not the user's own; None for a link that does not hold."""
    return db.session.scalar(
        select(MailToken.address).where(
            MailToken.token_hash == token_hash,
            MailToken.purpose == purpose,
            MailToken.used_at.is_(None),
            MailToken.expires_at > at,
        )
    )


def registration_of(address: str, at: datetime) -> Registration | None:
    """What was registered last with a folded address and waits to be confirmed; None without."""
    waiting = select(Registration).where(Registration.address == address, Registration.expires_at > at)
    return db.session.scalar(waiting.order_by(Registration.id.desc()).limit(1))


def registration_by_token(token_hash: str, at: datetime, *, for_update: bool = False) -> Registration | None:
    """What a link that was mailed confirms, kept from others for an update; None for a link that does not hold."""
    found = select(Registration).where(Registration.token_hash == token_hash, Registration.expires_at > at)
    return db.session.scalar(found.with_for_update() if for_update else found)


def invitation_by_token(token_hash: str, at: datetime) -> Invitation | None:
    """The invitation that a link leads to; None for a link that does not hold."""
    found = db.session.scalar(_INVITATIONS.where(Invitation.token_hash == token_hash))
    return found if found is not None and found.holds(at) else None


def invitation_by_id(number: int) -> Invitation | None:
    """An open invitation, also an expired one; None without one of this number."""
    return db.session.scalar(_INVITATIONS.where(Invitation.id == number, Invitation.state == InvitationState.OPEN))


def invitations_of(municipality: Municipality) -> list[Invitation]:
    """The open invitations to a municipality, also expired ones, the one sent last first."""
    return list(db.session.scalars(_open_invitations().where(Invitation.municipality_id == municipality.id)))


def invitations_to(address: str) -> list[Invitation]:
    """All invitations to a folded address, whatever became of them, the one sent last first."""
    theirs = _INVITATIONS.where(Invitation.address == address)
    return list(db.session.scalars(theirs.order_by(Invitation.sent_at.desc(), Invitation.id.desc())))


def registrations_of(address: str) -> list[Registration]:
    """The registrations with a folded address that nobody confirmed, the newest first."""
    theirs = (
        select(Registration).where(Registration.address == address).options(selectinload(Registration.municipality))
    )
    return list(db.session.scalars(theirs.order_by(Registration.id.desc())))


def open_invitations(page: int = 1) -> Page[Invitation]:
    """One page of all open invitations, also expired ones, the one sent last first."""
    counted = select(func.count(Invitation.id)).where(Invitation.state == InvitationState.OPEN)
    found = paged(_open_invitations(), page, counted=counted)
    return Page([row[0] for row in found.items], found.number, found.total, found.per_page)


def open_invitation(address: str, municipality: Municipality | None) -> Invitation | None:
    """The open invitation of a folded address to a municipality, or to none; also an expired one."""
    number = municipality.id if municipality else None
    held = Invitation.municipality_id.is_not_distinct_from(number)
    return db.session.scalar(_open_invitations().where(Invitation.address == address, held).limit(1))


def invitations_sent(
    since: datetime, *, invited_by: User | None = None, at: Municipality | None = None, to: str | None = None
) -> int:
    """How many mails went out with invitations since an instant: by a user, for a municipality, to an address."""
    sent = select(func.sum(Invitation.times_sent)).where(Invitation.sent_at > since)
    if invited_by is not None:
        sent = sent.where(Invitation.invited_by_id == invited_by.id)
    if at is not None:
        sent = sent.where(Invitation.municipality_id == at.id)
    if to is not None:
        sent = sent.where(Invitation.address == to)
    return db.session.scalar(sent) or 0


def _open_invitations() -> Select[Invitation]:
    waiting = _INVITATIONS.where(Invitation.state == InvitationState.OPEN)
    return waiting.order_by(Invitation.sent_at.desc(), Invitation.id.desc())


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


def all_requests_of(user: User) -> list[JoinRequest]:
    """What a user ever asked for, the newest first."""
    mine = _REQUESTS.where(JoinRequest.user_id == user.id)
    return list(db.session.scalars(mine.order_by(JoinRequest.asked_at.desc(), JoinRequest.id.desc())))


def requests_of(user: User) -> list[JoinRequest]:
    """What a user asked for and waits for or was refused, the newest first."""
    shown = (RequestState.OPEN, RequestState.DECLINED)
    mine = _REQUESTS.where(JoinRequest.user_id == user.id, JoinRequest.state.in_(shown))
    return list(db.session.scalars(mine.order_by(JoinRequest.asked_at.desc(), JoinRequest.id.desc())))


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


def membership_by_address(municipality: Municipality, address: str) -> Membership | None:
    """The membership of the user with this folded address at a municipality; None without one."""
    return db.session.scalar(_MEMBERSHIPS.where(Membership.municipality_id == municipality.id, User.email == address))


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


def managed_alone_by(user: User) -> list[Municipality]:
    """The municipalities that nobody who may sign in would manage without this user, by name."""
    places = [one.municipality for one in user.memberships if is_last_manager(one)]
    return sorted((one for one in places if one.dissolved_on is None), key=lambda one: (one.sort_name, one.id))


def sight_of(user: User) -> Sight:
    """Whose records in the log a user sees; two statements, whatever the log holds."""
    edited = select(Municipality.id).where(policy.edited_by(user, Municipality.id))
    own = select(Municipality.id).where(policy.own_seen_by(user, Municipality.id))
    return Sight(
        edited=frozenset(db.session.scalars(edited)),
        own=frozenset(db.session.scalars(own)),
        themselves=frozenset({(User.__name__, user.id)}),
    )


def user_by_id(number: int) -> User | None:
    """The user of this number, deactivated ones too; None without one."""
    return db.session.get(User, number)


def users_like(text: str, most: int) -> list[User]:
    """Users whose name or address holds a text, by name."""
    # PostgreSQL takes no text with the character NUL.
    text = text.replace("\0", "")
    is_like = or_(User.name.icontains(text, autoescape=True), User.email.icontains(text, autoescape=True))
    return list(db.session.scalars(select(User).where(is_like).order_by(User.name, User.id).limit(most)))


def tokens_of(user: User) -> list[MailToken]:
    """The links that were sent to a user, the latest to expire first."""
    theirs = select(MailToken).where(MailToken.user_id == user.id)
    return list(db.session.scalars(theirs.order_by(MailToken.expires_at.desc(), MailToken.id.desc())))


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
