"""What the register says and does when others call: plans that wait, and what it holds about a user."""

from collections.abc import Iterator
from typing import Any

from flask import url_for
from sqlalchemy import or_, select, update

from kooperation.accounts import policy
from kooperation.accounts.models import User
from kooperation.base.db import db
from kooperation.base.hooks import StoredData, Task
from kooperation.base.i18n import _
from kooperation.register.models import RegisterUpload
from kooperation.register.queries import uploads as queries


def tasks(user: User) -> Iterator[Task]:
    """The plans that wait for the decision of an administrator."""
    for upload in queries.planned_uploads() if policy.is_admin(user) else ():
        by = upload.uploaded_by.name if upload.uploaded_by else _("jemand")
        yield Task(
            title=_("Plan ansehen: %(title)s", title=upload.title),
            text=_("%(name)s hat die Datei hochgeladen. Geändert wird erst, wenn Sie zustimmen.", name=by),
            url=url_for("register.show_upload", number=upload.id),
            since=upload.state_since,
        )


def tasks_counted(user: User) -> Any:
    """How many of them there are, as a part of a statement; None for whoever does not administer."""
    return queries.planned_counted() if policy.is_admin(user) else None


def users_merged(from_id: int, into_id: int) -> None:
    """Point uploads and decisions at the account that stays."""
    for column in (RegisterUpload.uploaded_by_id, RegisterUpload.decided_by_id):
        db.session.execute(update(RegisterUpload).where(column == from_id).values({column.key: into_id}))


def personal_data_of(person: Any) -> Iterator[StoredData]:
    """The uploads that a user sent or decided about."""
    if not isinstance(person, User):
        return
    mine = or_(RegisterUpload.uploaded_by_id == person.id, RegisterUpload.decided_by_id == person.id)
    rows = [
        {"file_name": one.file_name, "uploaded_at": one.uploaded_at.isoformat(), "state": one.state.value}
        for one in db.session.scalars(select(RegisterUpload).where(mine).order_by(RegisterUpload.id))
    ]
    labels = {"file_name": _("Datei"), "uploaded_at": _("Hochgeladen"), "state": _("Stand")}
    if rows:
        yield StoredData("register_upload", _("Registerdateien"), labels, rows)
