"""Who may do what: the one place that decides reach and visibility.

Each rule is a function of user and municipality, and the same thing as a condition in SQL, so that a list and a page
never disagree. None stands for somebody who is not signed in.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Integer, and_, exists, false, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from kooperation.accounts.models import Consent, Invitation, JoinRequest, Membership, User
from kooperation.accounts.rules import Role, Visibility
from kooperation.base.db import db
from kooperation.parties.models import Municipality, municipality_table, party_table

_unit = municipality_table.c
_party = party_table.c

IdColumn = ColumnElement[int] | InstrumentedAttribute[int]


def is_member(user: User | None) -> bool:
    """Whether the user has a membership anywhere; without one a user is a guest and sees what the public sees."""
    return user is not None and bool(user.memberships)


def is_admin(user: User | None) -> bool:
    """Whether the user looks after the instance."""
    return user is not None and user.is_admin


def administers(user: User | None, _subject: object = None) -> bool:
    """``is_admin`` for the guard: whatever is looked after, it is the instance's administrators who may."""
    return is_admin(user)


def manages(user: User | None, municipality: Municipality) -> bool:
    """Whether the user is a manager there: approves accounts, gives consent."""
    return user is not None and (user.role_at(municipality.id) or 0) >= Role.MANAGER


def is_editor(user: User | None, municipality: Municipality) -> bool:
    """Whether the user is an editor of the municipality itself, not from above: confirms what others entered."""
    return _has_role(user, municipality, Role.EDITOR)


def edits(user: User | None, municipality: Municipality) -> bool:
    """Whether the user may enter and edit for the municipality: as its editor, or as its caretaker."""
    return _has_role(user, municipality, Role.EDITOR) or is_caretaker(user, municipality)


def is_caretaker(user: User | None, municipality: Municipality) -> bool:
    """Whether the user may act for the municipality from above.

    An editor of its Landkreis or Gemeindeverband may, while it has no manager of its own or has given consent.
    """
    caretakers = _caretakers(user, municipality, Role.EDITOR)
    if not caretakers:
        return False
    return not has_manager(municipality) or _has_consented(municipality, caretakers)


def caretaker_for(user: User, municipality: Municipality) -> Municipality | None:
    """The municipality above that somebody who edits enters for this one as; None for its own members."""
    if _has_role(user, municipality, Role.EDITOR):
        return None
    above = _caretakers(user, municipality, Role.EDITOR)
    return next((one.municipality for one in user.memberships if one.municipality_id in above), None)


def looks_after(user: User | None, municipality: Municipality) -> bool:
    """Whether the user may look at what is shared in the municipality's circle: member there or above it."""
    return _has_role(user, municipality, Role.READER) or bool(_caretakers(user, municipality, Role.READER))


def sees_own(user: User | None, municipality: Municipality) -> bool:
    """Whether the user sees what the municipality keeps to itself: its editors, and above it only by consent."""
    if _has_role(user, municipality, Role.EDITOR):
        return True
    return _has_consented(municipality, _caretakers(user, municipality, Role.EDITOR))


def sees(user: User | None, visibility: Visibility, keeper: Municipality, involved: Collection[Municipality]) -> bool:
    """Whether the user sees a record of this visibility that one municipality keeps and others are involved in."""
    match visibility:
        case Visibility.PUBLIC:
            return True
        case Visibility.MEMBERS:
            return is_member(user) or is_admin(user)
        case Visibility.CIRCLE:
            return is_admin(user) or any(looks_after(user, one) for one in (keeper, *involved))
        case Visibility.OWN:
            return sees_own(user, keeper)


def has_manager(municipality: Municipality) -> bool:
    """Whether somebody who may sign in manages the municipality."""
    return bool(db.session.scalar(select(_managed(Municipality.id)).where(Municipality.id == municipality.id)))


def decides_at(user: User | None, municipality: Municipality, *, but: int | None = None) -> bool:
    """Whether the user decides who belongs to the municipality.

    Its managers do; where it has none, those of its Gemeindeverband and its Landkreis; where there is none either,
    an administrator. ``but`` is the number of a user who does not count as a manager above: whoever asks.
    """
    if user is None:
        return False
    if has_manager(municipality):
        return manages(user, municipality)
    if _caretakers(user, municipality, Role.MANAGER):
        return user.id != but
    return user.is_admin and not db.session.scalar(
        select(_managed_above(literal(municipality.id), literal(but, Integer)))
    )


def sees_members(user: User | None, municipality: Municipality) -> bool:
    """Whether the user may know who belongs to the municipality."""
    return looks_after(user, municipality) or decides_at(user, municipality)


def decides_over(user: User | None, membership: Membership) -> bool:
    """Whether the user may change a membership or end it."""
    return decides_at(user, membership.municipality)


def sees_membership(user: User | None, membership: Membership) -> bool:
    """Whether the user may know of a membership."""
    return sees_members(user, membership.municipality)


def kinds_hidden_from(user: User | None, municipality: Municipality) -> tuple[str, ...]:
    """The kinds of a municipality's records in the log that the user does not learn of, since they name people.

    Whoever decides who belongs to it knows of all, whoever edits for it not of requests and invitations, and a reader
    not of accounts either.
    """
    if decides_at(user, municipality):
        return ()
    waiting = (JoinRequest.__name__, Invitation.__name__)
    return waiting if edits(user, municipality) else (*waiting, User.__name__)


def waits_to_choose(user: User | None, municipality: Municipality) -> bool:
    """Whether the user belonged to the municipality until it was dissolved, and may go on elsewhere."""
    return municipality.dissolved_on is not None and _has_role(user, municipality, Role.READER)


def decides_about(user: User | None, request: JoinRequest) -> bool:
    """Whether the user decides about a request.

    Nobody does about their own, but for an administrator where nobody else could: neither a manager there or above
    nor another administrator.
    """
    if user is None:
        return False
    if user.id == request.user_id:
        return user.is_admin and not _anybody_else(user, request.municipality)
    return decides_at(user, request.municipality, but=request.user_id)


def decided_by(user: User | None) -> ColumnElement[bool]:
    """``decides_about`` as a condition on JoinRequest."""
    if user is None:
        return false()
    of = JoinRequest.municipality_id
    ids = _ids(user, Role.MANAGER)
    allowed = [_member_at(ids, of), _below(ids, of, ~_managed(_unit.id))]
    if not user.is_admin:
        return and_(JoinRequest.user_id != user.id, or_(*allowed))
    unmanaged = left_to_admins()
    own = and_(JoinRequest.user_id == user.id, unmanaged, ~_other_admin(user))
    return or_(and_(JoinRequest.user_id != user.id, or_(*allowed, unmanaged)), own)


def is_asker(user: User | None, request: JoinRequest) -> bool:
    """Whether the request is the user's own."""
    return user is not None and user.id == request.user_id


def is_own_membership(user: User | None, membership: Membership) -> bool:
    """Whether the membership is the user's own."""
    return user is not None and user.id == membership.user_id


def decides_over_invitation(user: User | None, invitation: Invitation) -> bool:
    """Whether the user may send an invitation again or withdraw it: like inviting, or as an administrator."""
    if invitation.is_admin or invitation.municipality is None:
        return is_admin(user)
    return decides_at(user, invitation.municipality)


def sees_invitation(user: User | None, invitation: Invitation) -> bool:
    """Whether the user may know whom somebody invited."""
    return decides_over_invitation(user, invitation) or (
        invitation.municipality is not None and decides_at(user, invitation.municipality)
    )


def left_to_admins() -> ColumnElement[bool]:
    """Whether nobody but an administrator decides about a request, as a condition on JoinRequest."""
    of = JoinRequest.municipality_id
    return and_(~_managed(of), ~_managed_above(of, JoinRequest.user_id))


def edited_by(user: User | None, of: IdColumn) -> ColumnElement[bool]:
    """``edits`` as a condition on the number of a municipality."""
    if user is None:
        return false()
    ids = _ids(user, Role.EDITOR)
    return or_(_member_at(ids, of), _below(ids, of, or_(~_managed(_unit.id), _agreed(ids))))


def looked_after_by(user: User | None, of: IdColumn) -> ColumnElement[bool]:
    """``looks_after`` as a condition on the number of a municipality."""
    if user is None:
        return false()
    ids = _ids(user, Role.READER)
    return or_(_member_at(ids, of), _below(ids, of, true()))


def own_seen_by(user: User | None, of: IdColumn) -> ColumnElement[bool]:
    """``sees_own`` as a condition on the number of a municipality."""
    if user is None:
        return false()
    ids = _ids(user, Role.EDITOR)
    return or_(_member_at(ids, of), _below(ids, of, _agreed(ids)))


def seen_by(
    user: User | None,
    visibility: ColumnElement[Visibility] | InstrumentedAttribute[Visibility],
    keeper: IdColumn,
    is_involved: ColumnElement[bool],
) -> ColumnElement[bool]:
    """``sees`` as a condition on a record.

    ``is_involved`` says that a municipality which the user looks after is involved in the record: an ``exists``
    over the feature's own table, made with ``looked_after_by``.
    """
    allowed = [visibility == Visibility.PUBLIC]
    if is_member(user) or is_admin(user):
        allowed.append(visibility == Visibility.MEMBERS)
    if is_admin(user):
        allowed.append(visibility == Visibility.CIRCLE)
    elif user is not None:
        allowed.append(and_(visibility == Visibility.CIRCLE, or_(looked_after_by(user, keeper), is_involved)))
    if user is not None:
        allowed.append(and_(visibility == Visibility.OWN, own_seen_by(user, keeper)))
    return or_(*allowed)


def _has_role(user: User | None, municipality: Municipality, least: Role) -> bool:
    return user is not None and (user.role_at(municipality.id) or 0) >= least


def _caretakers(user: User | None, municipality: Municipality, least: Role) -> set[int]:
    """The municipalities above, by their numbers, at which the user has at least this role."""
    if user is None or municipality.dissolved_on is not None:
        return set()
    above = {municipality.district_id, municipality.association_id} - {municipality.id}
    return {one.municipality_id for one in user.memberships if one.municipality_id in above and one.role >= least}


def _has_consented(municipality: Municipality, caretakers: Collection[int]) -> bool:
    if not caretakers:
        return False
    given = select(Consent.id).where(
        Consent.municipality_id == municipality.id,
        Consent.caretaker_id.in_(caretakers),
        Consent.withdrawn_at.is_(None),
    )
    return db.session.scalar(given.limit(1)) is not None


def _member_at(ids: Collection[int], of: IdColumn) -> ColumnElement[bool]:
    return of.in_(ids) if ids else false()


def _below(ids: Collection[int], of: IdColumn, further: ColumnElement[bool]) -> ColumnElement[bool]:
    """The municipality lies below one of these, exists today, and a further condition on it holds."""
    if not ids:
        return false()
    reached = or_(_unit.district_id.in_(ids), _unit.association_id.in_(ids))
    return of.in_(
        select(_unit.id)
        .join(party_table, _party.id == _unit.id)
        .where(reached, _unit.id.not_in(ids), _party.dissolved_on.is_(None), further)
    )


# Under names of their own, so that a statement which reads users or memberships does not take them for its own.
_manager = aliased(User)
_management = aliased(Membership)
_below_it = municipality_table.alias()
_existing = party_table.alias()


def _managed(of: IdColumn) -> ColumnElement[bool]:
    return exists().where(_management.municipality_id == of, *_is_active_management())


def _managed_above(of: IdColumn, but: IdColumn) -> ColumnElement[bool]:
    """Somebody other than one user manages what lies above the municipality, which exists today."""
    return exists().where(
        _below_it.c.id == of,
        _existing.c.id == _below_it.c.id,
        _existing.c.dissolved_on.is_(None),
        _management.municipality_id.in_((_below_it.c.district_id, _below_it.c.association_id)),
        _management.municipality_id != _below_it.c.id,
        _management.user_id.is_distinct_from(but),
        *_is_active_management(),
    )


def _other_admin(user: User) -> ColumnElement[bool]:
    return exists().where(_manager.is_admin, _manager.deactivated_at.is_(None), _manager.id != user.id)


def _anybody_else(user: User, municipality: Municipality) -> bool:
    above = _managed_above(literal(municipality.id), literal(user.id))
    return has_manager(municipality) or bool(db.session.scalar(select(or_(above, _other_admin(user)))))


def _is_active_management() -> tuple[ColumnElement[bool], ...]:
    return (
        _management.role == Role.MANAGER,
        _manager.id == _management.user_id,
        _manager.deactivated_at.is_(None),
    )


def _agreed(caretakers: Collection[int]) -> ColumnElement[bool]:
    """A consent to one of these municipalities holds, and it still lies above."""
    return exists().where(
        Consent.municipality_id == _unit.id,
        Consent.caretaker_id.in_(caretakers),
        Consent.caretaker_id.in_((_unit.district_id, _unit.association_id)),
        Consent.withdrawn_at.is_(None),
    )


def _ids(user: User, least: Role) -> list[int]:
    return [one.municipality_id for one in user.memberships if one.role >= least]
