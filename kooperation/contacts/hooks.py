"""What entries do and say when others call: the section on a municipality's page, tasks, and reforms."""

from collections.abc import Iterator, Sequence
from typing import Any

from kooperation.accounts import policy
from kooperation.accounts.guard import current_user
from kooperation.accounts.models import User
from kooperation.accounts.rules import Role
from kooperation.base.db import now
from kooperation.base.hooks import PageSlot, Task
from kooperation.base.i18n import _
from kooperation.contacts import queries, services
from kooperation.parties.models import Municipality, Party
from kooperation.register.routes import unit_url


def unit_slot(party: Party) -> PageSlot | None:
    """On the page of a municipality its entry; without one the invitation to whoever may enter it."""
    if not isinstance(party, Municipality) or not party.inhabited:
        return None
    profile, user = queries.profile_of(party), current_user()
    may_edit = user is not None and party.dissolved_on is None and policy.edits(user, party)
    if profile is None and not may_edit:
        return None
    return PageSlot("contacts/_profile.html", {"profile": profile, "may_edit": may_edit}, position=10)


def home_slot(user: User, municipality: Municipality) -> PageSlot | None:
    """On the start page of whoever acts for a municipality: its entry, and what is missing in it."""
    profile = queries.profile_of(municipality)
    values = {"profile": profile, "may_edit": policy.is_editor(user, municipality)}
    return PageSlot("contacts/_home.html", values, position=10)


def tasks(user: User) -> Iterator[Task]:
    """What others entered for the user's municipalities, and entries that dissolved ones left to them."""
    if not _edits_somewhere(user):
        return
    for profile in queries.to_confirm(user):
        place, by = profile.municipality, profile.entered_by
        assert by is not None
        yield Task(
            title=_("%(by)s hat für %(place)s eingetragen", by=by.display_name, place=place.display_name)
            if profile.entered_by_id != profile.origin_id
            else _("%(place)s hat den Eintrag von %(by)s", by=by.display_name, place=place.display_name),
            text=_("Prüfen Sie Website, Postfach, Telefon und Text, und bestätigen Sie sie."),
            url=unit_url(place.key or "", place.display_name, "contacts.edit_profile"),
            since=profile.changed_at,
        )
    for place, profile in queries.to_take_over(user):
        gone, to = profile.municipality, place.display_name
        yield Task(
            title=_("Der Eintrag von %(gone)s liegt für %(place)s bereit", gone=gone.display_name, place=to),
            text=_(
                "Mehrere sind an die Stelle der aufgelösten Kommune getreten. "
                "Übernehmen Sie ihn, oder schreiben Sie einen eigenen."
            ),
            url=unit_url(place.key or "", place.display_name, "contacts.edit_profile", von=gone.key),
            since=profile.changed_at,
        )


def tasks_counted(user: User) -> Any:
    """How many tasks the user has, as a part of a statement; None where there can be none."""
    if not _edits_somewhere(user):
        return None
    return queries.to_confirm_counted(user) + queries.to_take_over_counted(user)


def party_dissolved(party: Party, successors: Sequence[Municipality]) -> None:
    """Let the only successor begin with the entry, in the transaction of the reform."""
    if isinstance(party, Municipality):
        services.inherit(party, successors, at=now())


def party_merged(from_id: int, into_id: int) -> None:
    """Point entries at the row that stays."""
    services.merge(from_id, into_id, at=now())


def _edits_somewhere(user: User) -> bool:
    return any(one.role >= Role.EDITOR for one in user.memberships)
