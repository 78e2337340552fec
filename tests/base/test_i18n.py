"""Numbers and dates are written as Germans write them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kooperation.base import i18n
from kooperation.base.db import today


def test_numbers_have_german_separators(context):
    assert i18n.number(84_669_326) == "84.669.326"
    assert i18n.number(-1_234) == "−1.234"
    assert i18n.number(None) == "–"
    assert i18n.decimal(1234.5) == "1.234,50"
    assert i18n.decimal(0.4, 0) == "0"
    assert i18n.decimal(None) == "–"


def test_a_moment_is_shown_in_german_time(context):
    assert i18n.moment(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "02.07.2026, 00:30 Uhr"
    assert i18n.moment(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "en") == "2 July 2026, 00:30 (German time)"


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0, "heute"),
        (1, "gestern"),
        (2, "vor 2 Tagen"),
        (90, "vor 3 Monaten"),
        (800, "vor 2 Jahren"),
        (-5, "in 5 Tagen"),
        (-1, "morgen"),
        (-100, "in 3 Monaten"),
    ],
)
def test_a_day_is_shown_relative_and_absolute(context, days, text):
    day = today() - timedelta(days=days)
    assert i18n.relative(day) == f"{text}, {day:%d.%m.%Y}"


def test_no_date_is_a_dash(context):
    assert i18n.german_date(None) == i18n.relative(None) == i18n.moment(None) == "–"
    assert i18n.german_date(date(2024, 12, 31)) == "31.12.2024"
