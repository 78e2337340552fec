"""When somebody is told by mail, of what, and what proves that a link came to them."""

import hashlib
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from itsdangerous import Signer

from kooperation.base.hooks import LogColumn, LogWords
from kooperation.base.text import N_

_BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 6
"""The hour of the day, in Berlin, from which mails of the day are written."""
SETTLED = timedelta(minutes=5)
"""How old news must be: what is younger may stand in a transaction that is still open, and would never be told."""


class Rhythm(StrEnum):
    """How often somebody is told."""

    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


DEFAULT_RHYTHM = Rhythm.WEEKLY

RHYTHMS = {
    Rhythm.DAILY: N_("jeden Morgen"),
    Rhythm.WEEKLY: N_("jeden Montagmorgen"),
    Rhythm.NEVER: N_("nie"),
}

KINDS = {
    "tasks": N_("Aufgaben, die neu auf mich warten"),
    "changes": N_("Änderungen anderer an dem, was meiner Kommune gehört"),
}
"""What a digest may tell of, by the kind of the news, in the order of the mail."""

ALL = "alles"
"""What a link that ends the whole digest has in the place of a kind."""

_LOG_WORDS = LogWords(
    events={"digest.changed": N_("Benachrichtigung durch Mails geändert")},
    kinds={},
    columns={
        "rhythm": LogColumn(N_("Wie oft"), {one.value: label for one, label in RHYTHMS.items()}),
        "without": LogColumn(N_("Worüber nicht"), KINDS),
    },
)


def log_words() -> LogWords:
    """What the log says of digests."""
    return _LOG_WORDS


def last_morning(rhythm: Rhythm, until: datetime) -> datetime | None:
    """The last instant up to ``until`` at which mails of this rhythm were due; None for never.

    In German time: at six also on the days on which the clocks change.
    """
    if rhythm is Rhythm.NEVER:
        return None
    here = until.astimezone(_BERLIN)
    day = here.date() if here.timetz().replace(tzinfo=None) >= time(HOUR) else here.date() - timedelta(days=1)
    if rhythm is Rhythm.WEEKLY:
        day -= timedelta(days=day.weekday())
    return datetime.combine(day, time(HOUR), _BERLIN)


class Subscription(NamedTuple):
    """What a link in a digest stands for: a user by number, and one kind of news or all of them."""

    user_id: int
    kind: str


def sign(subscription: Subscription, account: str, secret: str) -> str:
    """The token of a link: it holds as long as the account, and nobody else can make one.

    ``account`` tells the account from a later one with the same number, ``secret`` is the instance's key.
    """
    return _signer(account, secret).sign(f"{subscription.user_id}.{subscription.kind}").decode()


def read(token: str) -> Subscription | None:
    """What a token says it stands for, not yet proved; None for what is no token."""
    number, _, rest = token.partition(".")
    kind = rest.partition(".")[0]
    if not number.isascii() or not number.isdigit() or len(number) > 9 or kind not in {*KINDS, ALL}:
        return None
    return Subscription(int(number), kind)


def is_signed(token: str, account: str, secret: str) -> bool:
    """Whether a token was made for this account by this instance."""
    return _signer(account, secret).validate(token)


def _signer(account: str, secret: str) -> Signer:
    return Signer(secret, salt=f"digest {account}", digest_method=hashlib.sha256)
