"""Telling users by mail what happened, and their choice of how often and of what."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from kooperation.accounts.models import User
from kooperation.audit import services as audit
from kooperation.base import hooks, mail
from kooperation.base.db import db
from kooperation.base.hooks import News
from kooperation.cockpit.models import DigestSetting
from kooperation.cockpit.queries import digest as queries
from kooperation.cockpit.rules import (
    ALL,
    DEFAULT_RHYTHM,
    KINDS,
    Rhythm,
    Subscription,
    is_signed,
    last_morning,
    read,
    sign,
)

MOST_EACH = 10
"""News of a kind that a mail lists; the others are counted."""
FIRST = timedelta(days=7)
"""How far back the first mail looks."""


@dataclass(frozen=True, slots=True)
class Section:
    """The news of one kind in a mail, and the token of the link that ends mails about them."""

    kind: str
    label: str
    news: list[News]
    more: int
    token: str


def send_digest(number: int, *, until: datetime, secret: str, public_url: str) -> bool:
    """Write a user the mail of what is new up to an instant, and remember that; gives whether there was anything.

    Both in the caller's transaction, who commits: nobody is told twice, and nobody is left out. Nothing happens
    for a user who is not due (any more), or whom another worker is at.
    """
    user = queries.user_in_turn(number, waits=False)
    if user is None:
        return False
    setting = queries.setting_of(user) or DigestSetting(user_id=user.id, rhythm=DEFAULT_RHYTHM, without=[])
    morning = last_morning(setting.rhythm, until)
    if morning is None or (setting.told_until or user.created_at) >= morning:
        return False
    since = setting.told_until or max(user.created_at, until - FIRST)
    db.session.add(setting)
    setting.told_until = until
    news = [one for some in hooks.digest_for(user, since) for one in some if since < one.at <= until]
    sections = _sections(user, [one for one in news if one.kind not in setting.without], secret)
    if not sections:
        return False
    whole = sign(Subscription(user.id, ALL), _account(user), secret)
    mail.post(
        user.email,
        "cockpit/digest",
        language=user.mail_language,
        headers=_headers(mail.link("cockpit.unsubscribe", token=whole)),
        name=user.name,
        sections=sections,
        count=sum(len(one.news) + one.more for one in sections),
        rhythm=setting.rhythm.value,
        site=public_url,
        token=whole,
    )
    return True


def choose(user: User, rhythm: Rhythm, without: Collection[str], *, at: datetime) -> None:
    """Change how often and of what not a user is told. The caller commits.

    Whoever begins again is told of what happens from now on.
    """
    locked = queries.user_in_turn(user.id, waits=True)
    assert locked is not None, "who may not sign in chooses nothing"
    setting = queries.setting_of(user)
    if setting is None:
        setting = DigestSetting(user_id=user.id, rhythm=DEFAULT_RHYTHM, without=[])
        db.session.add(setting)
    before = {"rhythm": setting.rhythm.value, "without": list(setting.without)}
    after = {"rhythm": rhythm.value, "without": [kind for kind in KINDS if kind in without]}
    if setting.rhythm is Rhythm.NEVER and rhythm is not Rhythm.NEVER:
        setting.told_until = at
    setting.rhythm, setting.without = rhythm, list(after["without"])
    db.session.flush()
    if before != after:
        changed = [name for name in after if before[name] != after[name]]
        audit.record(
            user,
            "digest.changed",
            user,
            label=user.name,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


def subscriber(token: str, *, secret: str) -> tuple[User, str] | None:
    """Whom a link in a mail was sent to, and the kind of news that it ends; None for one that leads nowhere.

    A token that nobody signed is answered as one whose account is gone.
    """
    subscription = read(token)
    user = db.session.get(User, subscription.user_id) if subscription else None
    if subscription is None or user is None or not user.is_active or not is_signed(token, _account(user), secret):
        return None
    return user, subscription.kind


def end(user: User, kind: str, *, at: datetime) -> None:
    """Tell a user no more of a kind of news, or of nothing at all. The caller commits."""
    rhythm, without = chosen(user)
    if kind == ALL:
        choose(user, Rhythm.NEVER, without, at=at)
    else:
        choose(user, rhythm, {*without, kind}, at=at)


def begin_again(user: User, kind: str, rhythm: Rhythm, *, at: datetime) -> None:
    """Undo ``end``; with the rhythm that there was before, where all had been ended. The caller commits."""
    now_chosen, without = chosen(user)
    if kind == ALL:
        choose(user, rhythm, without, at=at)
    else:
        choose(user, now_chosen, {*without} - {kind}, at=at)


def chosen(user: User) -> tuple[Rhythm, Collection[str]]:
    """How often a user is told, and of what not."""
    setting = queries.setting_of(user)
    return (setting.rhythm, setting.without) if setting else (DEFAULT_RHYTHM, [])


def _sections(user: User, news: list[News], secret: str) -> list[Section]:
    sections = []
    for kind, label in KINDS.items():
        of_kind = sorted((one for one in news if one.kind == kind), key=lambda one: one.at, reverse=True)
        if of_kind:
            token = sign(Subscription(user.id, kind), _account(user), secret)
            sections.append(Section(kind, label, of_kind[:MOST_EACH], len(of_kind[MOST_EACH:]), token))
    return sections


def _headers(address: str) -> dict[str, str]:
    """What lets a mail program offer a button (RFC 2369); with one click only over HTTPS (RFC 8058)."""
    headers = {"List-Unsubscribe": f"<{address}>"}
    if address.startswith("https:"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _account(user: User) -> str:
    # SQLite gives the number of a removed row anew; the instant it was made is the account's own.
    return user.created_at.isoformat()
