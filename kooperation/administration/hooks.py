"""What the administration holds about a person, and how it lets go of it."""

from collections.abc import Iterator
from typing import Any

from kooperation.administration import queries
from kooperation.base.hooks import StoredData
from kooperation.base.i18n import _


def personal_data_of(person: Any) -> Iterator[StoredData]:
    """What somebody reported with the mail address of the account."""
    address = getattr(person, "email", None)
    rows = queries.feedback_from(address) if address else []
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
    """Remove what somebody reported with the mail address of the account."""
    address = getattr(person, "email", None)
    for one in queries.feedback_from(address) if address else ():
        one.address, one.what = None, ""
