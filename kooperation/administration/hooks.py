"""What the administration holds about a person, and how it lets go of it."""

from collections.abc import Iterator
from typing import Any

from kooperation.accounts.models import User
from kooperation.accounts.queries import addresses_of, user_by_id
from kooperation.administration import queries
from kooperation.base.hooks import StoredData
from kooperation.base.i18n import _


def personal_data_of(person: Any) -> Iterator[StoredData]:
    """What somebody reported with a mail address that is or was the account's."""
    rows = queries.feedback_from(addresses_of(person)) if isinstance(person, User) else []
    if rows:
        yield StoredData(
            table="feedback",
            label=_("Rückmeldungen"),
            labels={"what": _("Was"), "page": _("Seite"), "address": _("E-Mail-Adresse"), "created_at": _("Gemeldet")},
            rows=[
                {"what": one.what, "page": one.page, "address": one.address, "created_at": one.created_at.isoformat()}
                for one in rows
            ],
        )


def erase(person: Any) -> None:
    """Remove what somebody reported with a mail address of the account, and send no reports there any more."""
    if not isinstance(person, User):
        return
    addresses = addresses_of(person)
    for one in queries.feedback_from(addresses):
        one.address, one.what = None, ""
    for page in queries.pages_with_contact(addresses):
        page.contact = None


def users_merged(from_id: int, into_id: int) -> None:
    """What was reported with a mail address of the account that goes is the other's, and so is what was sent there."""
    gone, stays = user_by_id(from_id), user_by_id(into_id)
    assert gone is not None, "an account is removed after this"
    assert stays is not None, "an account is removed after this"
    addresses = addresses_of(gone)
    for one in queries.feedback_from(addresses):
        one.address = stays.email
    for page in queries.pages_with_contact(addresses):
        page.contact = stays.email
