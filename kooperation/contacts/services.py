"""Entering and confirming what a municipality says about itself, and what a reform does to it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update

from kooperation.accounts import policy
from kooperation.accounts import rules as accounts_rules
from kooperation.accounts.models import User
from kooperation.accounts.rules import ensure_takes_part
from kooperation.audit import services as audit
from kooperation.base.db import db
from kooperation.base.errors import Outdated, RuleViolation, RuleViolations
from kooperation.base.html import from_markdown
from kooperation.contacts import queries, rules
from kooperation.contacts.models import Profile
from kooperation.parties.models import Municipality

REFORM = audit.SystemActor(accounts_rules.REFORM)

_READ: dict[str, Callable[[str], str | None]] = {
    "website": rules.website,
    "email": rules.mailbox,
    "phone": rules.phone,
    "text": rules.paragraphs,
}


def save(
    municipality: Municipality,
    values: Mapping[str, str],
    *,
    version: int,
    user: User,
    at: datetime,
    origin: Municipality | None = None,
) -> Profile:
    """Store the entry of a municipality as it was typed. The caller commits.

    ``version`` is the one that the user had before them, 0 for none; ``origin`` the dissolved municipality whose
    entry was taken over. From above it counts as entered for the municipality, by one of its own as confirmed.
    Refuses an address or number that is none, an entry that says nothing, a municipality that was dissolved or has
    no people (RuleViolation; several fields at once), and a version that is not the newest (Outdated).
    """
    ensure_takes_part(municipality.display_name, municipality.dissolved_on, municipality.inhabited)
    new = _normal(values)
    profile = queries.profile_after_turn(municipality)
    if (profile.version if profile else 0) != version:
        raise Outdated
    event, before = "profile.edited", _columns(profile) if profile else {}
    if profile is None:
        event = "profile.entered"
        profile = Profile(municipality_id=municipality.id, version=0, origin_id=origin.id if origin else None)
        db.session.add(profile)
    caretaker = policy.caretaker_for(user, municipality)
    for name, value in new.items():
        setattr(profile, name, value)
    profile.entered_by_id = caretaker.id if caretaker else None
    if (after := _columns(profile)) == before:
        return profile
    profile.text_html = str(from_markdown(profile.text))
    _note(profile, municipality, event, user, at, before=before, after=after)
    return profile


def confirm(profile: Profile, *, version: int, user: User, at: datetime) -> None:
    """Make what was entered from above the municipality's own. The caller commits.

    Refuses a version that is not the newest (Outdated): one confirms what one has read. Once confirmed, nothing
    happens.
    """
    municipality = profile.municipality
    if (current := queries.profile_after_turn(municipality)) is None or current.version != version:
        raise Outdated
    if current.entered_by_id is None:
        return
    before = {"entered_by_id": current.entered_by_id}
    current.entered_by_id = None
    _note(current, municipality, "profile.confirmed", user, at, before=before, after={"entered_by_id": None})


def inherit(gone: Municipality, successors: Sequence[Municipality], *, at: datetime) -> None:
    """Let the only successor of a dissolved municipality begin with its entry, unless it has one. The caller commits.

    The dissolved one keeps its own, as it last was. With several successors nothing happens: their editors decide.
    """
    profile = queries.profile_of(gone)
    if profile is None or len(successors) != 1 or queries.profile_of(successors[0]) is not None:
        return
    (heir,) = successors
    copy = Profile(
        municipality_id=heir.id,
        version=0,
        origin_id=profile.origin_id or gone.id,
        text_html=profile.text_html,
        **{name: value for name, value in _columns(profile).items() if name != "entered_by_id"},
    )
    # Somebody else spoke for the dissolved one, or it spoke for itself: neither is the successor's word yet.
    copy.entered_by_id = profile.entered_by_id or gone.id
    db.session.add(copy)
    _note(copy, heir, "profile.inherited", REFORM, at, before={}, after=_columns(copy))


def merge(from_id: int, into_id: int, *, at: datetime) -> None:
    """Two rows turned out to be one body: of two entries the one changed last stays. The caller commits.

    What the other said stands in the log.
    """
    kept = db.session.get_one(Municipality, into_id)
    young = queries.profile_of(db.session.get_one(Municipality, from_id))
    old = queries.profile_of(kept)
    if young is not None and old is not None:
        stays, goes = (young, old) if young.changed_at >= old.changed_at else (old, young)
        before, after = _columns(goes), _columns(stays)
        db.session.delete(goes)
        db.session.flush()
        stays.version = max(stays.version, goes.version)
        stays.municipality_id = into_id
        _note(stays, kept, "profile.merged", REFORM, at, before=before, after=after)
    elif young is not None:
        young.municipality_id = into_id
    db.session.flush()
    for column in (Profile.entered_by_id, Profile.origin_id):
        db.session.execute(update(Profile).where(column == from_id).values({column: into_id}))
    # No municipality enters for itself, or inherits from itself.
    for column in (Profile.entered_by_id, Profile.origin_id):
        itself = update(Profile).where(Profile.municipality_id == into_id, column == into_id)
        db.session.execute(itself.values({column: None}))


def _normal(values: Mapping[str, str]) -> dict[str, str | None]:
    new: dict[str, str | None] = {}
    refusals = []
    for name, read in _READ.items():
        try:
            new[name] = read(values[name])
        except RuleViolation as refusal:
            refusals.append(refusal)
    if refusals:
        raise RuleViolations(refusals)
    if not any(new.values()):
        raise RuleViolation("Bitte machen Sie mindestens eine Angabe.")
    return new


def _columns(profile: Profile) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in (*rules.FIELDS, "entered_by_id")}


def _note(
    profile: Profile,
    municipality: Municipality,
    event: str,
    actor: audit.Actor,
    at: datetime,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Count a change and write it down, with the columns that it changed."""
    profile.version += 1
    profile.changed_at = at
    db.session.flush()
    changed = [name for name, value in after.items() if before.get(name) != value]
    audit.record(
        actor,
        event,
        profile,
        label=municipality.display_name,
        kept=audit.Kept(municipality.id),
        before=_written(before, changed) if before else None,
        after=_written(after, changed),
    )


def _written(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Some values as the log keeps them: a municipality by its key, which says to people which one it was."""
    written = {name: values.get(name) for name in names}
    if (number := written.get("entered_by_id")) is not None:
        place = db.session.get_one(Municipality, number)
        written["entered_by_id"] = place.key or place.display_name
    return written
