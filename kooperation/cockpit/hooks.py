"""What users are told by mail, and what is stored about that."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete

from kooperation.accounts.models import User
from kooperation.accounts.rules import Role
from kooperation.base import hooks
from kooperation.base.db import db
from kooperation.base.hooks import News, StoredData
from kooperation.base.i18n import _
from kooperation.cockpit.models import DigestSetting
from kooperation.cockpit.queries.digest import setting_of
from kooperation.cockpit.queries.recent import changes_by_others
from kooperation.cockpit.rules import EVENTS, KINDS, RHYTHMS
from kooperation.register.routes import unit_url


def new_tasks(user: User, since: datetime) -> Iterator[News]:
    """The tasks that wait for the user since an instant."""
    for task in (task for some in hooks.tasks_for(user) for task in some):
        if task.since > since:
            yield News("tasks", task.title, task.text, task.url, task.since)


def changes(user: User, since: datetime) -> Iterator[News]:
    """What others changed since an instant in what belongs to the user's municipalities."""
    places = {one.municipality_id: one.municipality for one in user.memberships}
    editor_of = [one.municipality_id for one in user.memberships if one.role >= Role.EDITOR]
    for change in changes_by_others(user.id, member_of=list(places), editor_of=editor_of, since=since):
        assert change.keeper_id is not None
        place = places[change.keeper_id]
        yield News(
            "changes",
            _("%(what)s: %(label)s", what=_(EVENTS[change.event]), label=change.subject_label),
            _("von %(name)s", name=change.actor_name),
            unit_url(place.key or "", place.display_name),
            change.at,
        )


def personal_data_of(person: object) -> list[StoredData]:
    """How often a user is told by mail, and of what not."""
    setting = setting_of(person) if isinstance(person, User) else None
    if setting is None:
        return []
    labels = {"rhythm": _("Wie oft"), "without": _("Worüber nicht"), "told_until": _("Benachrichtigt bis")}
    row = {
        "rhythm": _(RHYTHMS[setting.rhythm]),
        "without": [_(KINDS[kind]) for kind in setting.without if kind in KINDS],
        "told_until": setting.told_until.isoformat() if setting.told_until else None,
    }
    return [StoredData("digest_setting", _("Mails"), labels, [row])]


def erase(person: object) -> None:
    """Forget how often a user was told."""
    if isinstance(person, User):
        db.session.execute(delete(DigestSetting).where(DigestSetting.user_id == person.id))


def users_merged(from_id: int, into_id: int) -> None:
    """What was chosen for the account that stays holds; where nothing was, what was chosen for the other."""
    young = db.session.get(DigestSetting, from_id)
    if young is None:
        return
    if db.session.get(DigestSetting, into_id) is None:
        db.session.add(
            DigestSetting(
                user_id=into_id, rhythm=young.rhythm, without=list(young.without), told_until=young.told_until
            )
        )
    db.session.delete(young)
    db.session.flush()
