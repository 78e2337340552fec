"""What entries do and say when others call: the section on a municipality's page, tasks, and reforms."""

from collections.abc import Iterator, Sequence
from heapq import merge
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
    """What others entered for the user's municipalities, and entries that dissolved ones left; the oldest first."""
    if not _edits_somewhere(user):
        return iter(())
    return merge(_to_confirm(user), _to_take_over(user), key=lambda task: task.since)


def _to_confirm(user: User) -> Iterator[Task]:
    for entry in queries.to_confirm(user):
        yield Task(
            title=_("%(place)s hat den Eintrag von %(by)s", by=entry.by, place=entry.place)
            if entry.is_inherited
            else _("%(by)s hat für %(place)s eingetragen", by=entry.by, place=entry.place),
            text=_("Prüfen Sie Website, Postfach, Telefon und Text, und bestätigen Sie sie."),
            url=unit_url(entry.key, entry.place, "contacts.edit_profile"),
            since=entry.since,
        )


def _to_take_over(user: User) -> Iterator[Task]:
    for left in queries.to_take_over(user):
        yield Task(
            title=_("Der Eintrag von %(gone)s liegt für %(place)s bereit", gone=left.gone, place=left.place),
            text=_(
                "Mehrere sind an die Stelle der aufgelösten Kommune getreten. "
                "Übernehmen Sie ihn, oder schreiben Sie einen eigenen."
            ),
            url=unit_url(left.key, left.place, "contacts.edit_profile", von=left.gone_key),
            since=left.since,
        )


def tasks_counted(user: User) -> Any:
    """How many tasks the user has, as a part of a statement; None where there can be none."""
    if not _edits_somewhere(user):
        return None
    return queries.to_do_counted(user)


def party_dissolved(party: Party, successors: Sequence[Municipality]) -> None:
    """Let the only successor begin with the entry, in the transaction of the reform."""
    if isinstance(party, Municipality):
        services.inherit(party, successors, at=now())


def party_merged(from_id: int, into_id: int) -> None:
    """Point entries at the row that stays."""
    services.merge(from_id, into_id, at=now())


def _edits_somewhere(user: User) -> bool:
    return any(one.role >= Role.EDITOR for one in user.memberships)
