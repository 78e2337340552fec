"""When a morning has come, and what a link proves."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from kooperation.cockpit.rules import ALL, KINDS, Rhythm, Subscription, is_signed, last_morning, read, sign

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("rhythm", "until", "morning"),
    [
        (Rhythm.DAILY, "2026-03-04T06:00", "2026-03-04T06:00"),
        (Rhythm.DAILY, "2026-03-04T05:59", "2026-03-03T06:00"),
        (Rhythm.WEEKLY, "2026-03-04T12:00", "2026-03-02T06:00"),
        (Rhythm.WEEKLY, "2026-03-02T06:00", "2026-03-02T06:00"),
        (Rhythm.WEEKLY, "2026-03-02T05:59", "2026-02-23T06:00"),
        # The days on which the clocks change.
        (Rhythm.DAILY, "2026-03-29T05:59", "2026-03-28T06:00"),
        (Rhythm.DAILY, "2026-03-29T06:00", "2026-03-29T06:00"),
        (Rhythm.DAILY, "2026-10-25T06:00", "2026-10-25T06:00"),
        (Rhythm.WEEKLY, "2026-01-01T00:00", "2025-12-29T06:00"),
    ],
)
def test_the_last_morning_is_at_six_in_berlin(rhythm, until, morning):
    assert last_morning(rhythm, berlin(until)) == berlin(morning)


def test_never_has_no_morning():
    assert last_morning(Rhythm.NEVER, berlin("2026-03-02T12:00")) is None


@pytest.mark.parametrize("kind", [*KINDS, ALL])
def test_a_token_says_what_it_stands_for_and_proves_it(kind):
    token = sign(Subscription(12, kind), "2026", "secret")
    assert read(token) == Subscription(12, kind)
    assert is_signed(token, "2026", "secret")
    assert token.replace(".", "").replace("-", "").replace("_", "").isalnum(), "fit for an address"


def test_a_token_for_one_thing_proves_nothing_else():
    token = sign(Subscription(12, "tasks"), "2026", "secret")
    signature = token.rpartition(".")[2]
    for other in (f"13.tasks.{signature}", f"12.alles.{signature}", token[:-1], f"{token}x", "12.tasks.", ""):
        assert not is_signed(other, "2026", "secret")
    assert not is_signed(token, "2027", "secret"), "a later account with the same number"
    assert not is_signed(token, "2026", "other secret")


@pytest.mark.parametrize(
    "token", ["", "x", "12", "12.", "12.nichts.x", "-1.tasks.x", "\u0663.tasks.x", "9" * 30 + ".tasks.x"]
)
def test_what_is_no_token_stands_for_nothing(token):
    assert read(token) is None
