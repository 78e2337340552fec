"""What users are told by mail, and what is stored about that."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete

from kooperation.accounts import policy
from kooperation.accounts.models import User
from kooperation.accounts.rules import Role
from kooperation.audit.telling import all_words
from kooperation.base import hooks
from kooperation.base.db import db
from kooperation.base.hooks import News, StoredData
from kooperation.base.i18n import _
from kooperation.cockpit.models import DigestSetting
from kooperation.cockpit.queries.digest import setting_of
from kooperation.cockpit.queries.recent import changes_by_others
from kooperation.cockpit.rules import DEFAULT_RHYTHM, KINDS, RHYTHMS
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
    known = {number: policy.kinds_hidden_from(user, place) for number, place in places.items()}
    words = all_words().events
    for change in changes_by_others(user.id, places=known, editor_of=editor_of, since=since):
        assert change.keeper_id is not None
        place = places[change.keeper_id]
        yield News(
            "changes",
            _("%(what)s: %(label)s", what=_(words.get(change.event, change.event)), label=change.subject_label),
            _("von %(name)s", name=change.actor_name),
            unit_url(place.key or "", place.display_name),
            change.at,
        )


def personal_data_of(person: object) -> list[StoredData]:
    """How often a user is told by mail, and of what not; what holds for whoever never chose is said as well."""
    if not isinstance(person, User):
        return []
    setting = setting_of(person)
    labels = {"rhythm": _("Wie oft"), "without": _("Worüber nicht"), "told_until": _("Benachrichtigt bis")}
    row = {
        "rhythm": _(RHYTHMS[setting.rhythm if setting else DEFAULT_RHYTHM]),
        "without": ", ".join(_(KINDS[kind]) for kind in (setting.without if setting else []) if kind in KINDS),
        "told_until": setting.told_until if setting else None,
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
