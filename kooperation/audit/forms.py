"""What the address of a page of the log says, read with good will."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kooperation.audit.queries import LogFilter
from kooperation.base.db import today
from kooperation.base.forms import parse_date
from kooperation.base.hooks import LogWords
from kooperation.base.i18n import _

FIRST_YEAR, LAST_YEAR = 1900, 2199
NEWEST_FIRST, OLDEST_FIRST = "-wann", "wann"


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter that an address describes, and sentences about what could not be read."""

    filter: LogFilter
    problems: list[str]


def read_filter(arguments: Mapping[str, str], words: LogWords) -> Asked:
    """Event, record, period and order that an address asks for; unknown values count as not given."""
    problems: list[str] = []
    event = arguments.get("was", "")
    return Asked(
        LogFilter(
            event=event if event in words.events else None,
            record=_record(arguments.get("datensatz", ""), words),
            since=_day(arguments.get("von", ""), problems),
            until=_day(arguments.get("bis", ""), problems),
            oldest_first=arguments.get("sortierung") == OLDEST_FIRST,
        ),
        problems,
    )


def _record(text: str, words: LogWords) -> tuple[str, int] | None:
    kind, _dash, number = text.partition("-")
    is_one = kind in words.kinds and number.isascii() and number.isdigit() and len(number) < 10
    return (kind, int(number)) if is_one else None


def _day(text: str, problems: list[str]) -> date | None:
    if not text.strip():
        return None
    try:
        day = parse_date(text, today().year)
    except ValueError as error:
        problems.append(str(error))
        return None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        problems.append(_("So alt oder neu ist kein Eintrag: %(text)s.", text=text.strip()))
        return None
    return day
