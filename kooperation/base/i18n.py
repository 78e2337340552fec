"""Language: German is the source, dates and numbers are written as Germans write them."""

from datetime import UTC, date, datetime
from typing import Any

import babel.dates
import flask_babel
from flask import Flask
from flask_babel import Babel, format_date, format_datetime, format_decimal

from kooperation.base.db import BERLIN, today

_DAYS_A_MONTH = 30.44
_DAYS_A_YEAR = 365.25
# Below these the smaller unit says more: "vor 40 Tagen", "vor 20 Monaten".
_DAYS_TOLD = 45
_MONTHS_TOLD = 24


def init_i18n(app: Flask) -> None:
    """Set the language and time zone of the interface and add the filters of the templates."""
    app.config["BABEL_DEFAULT_LOCALE"] = "de"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/Berlin"
    Babel(app)
    app.jinja_env.filters.update(
        number=number, decimal=decimal, date=german_date, moment=moment, relative=relative, since=since
    )


def _(message: str, **values: Any) -> str:
    """The message in the language of the interface, with its values filled in."""
    return str(flask_babel.gettext(message, **values))


def number(value: int | None) -> str:
    """A whole number with German separators: 84669326 gives "84.669.326"; nothing gives a dash."""
    return "–" if value is None else f"{value:,}".replace(",", ".").replace("-", "−")


def decimal(value: float | None, digits: int = 2) -> str:
    """A number with a decimal comma and a fixed number of digits behind it; nothing gives a dash."""
    if value is None:
        return "–"
    return str(format_decimal(round(value, digits), format="#,##0." + "0" * digits if digits else "#,##0"))


def german_date(value: date | None) -> str:
    """A day as 31.12.2024; nothing gives a dash."""
    return "–" if value is None else str(format_date(value, "dd.MM.yyyy"))


def moment(value: datetime | None, language: str = "de") -> str:
    """An instant as "31.12.2024, 14:05 Uhr", in German time; nothing gives a dash.

    In English, for mails, as "31 December 2024, 14:05 (German time)".
    """
    if value is None:
        return "–"
    if language == "en":
        instant = value.replace(tzinfo=value.tzinfo or UTC)
        return babel.dates.format_datetime(instant, "d MMMM y, HH:mm '(German time)'", BERLIN, locale="en_GB")
    return str(format_datetime(value, "dd.MM.yyyy, HH:mm 'Uhr'"))


def relative(value: date | datetime | None) -> str:
    """How long ago, and the day itself: "vor 3 Monaten, 14.08.2026"; nothing gives a dash."""
    if value is None:
        return "–"
    day = value.replace(tzinfo=value.tzinfo or UTC).astimezone(BERLIN).date() if isinstance(value, datetime) else value
    days = (today() - day).days
    return f"{_distance(days)}, {german_date(day)}"


def since(value: datetime | None) -> str:
    """How long ago, and the instant: "vor 3 Monaten, 14.08.2026, 14:05 Uhr"; nothing gives a dash."""
    if value is None:
        return "–"
    return f"{_distance((today() - value.astimezone(BERLIN).date()).days)}, {moment(value)}"


def _distance(days: int) -> str:
    """How far a day lies back, or ahead where the number is negative."""
    ahead, count = days < 0, abs(days)
    if count == 0:
        return _("heute")
    if count == 1:
        return _("morgen") if ahead else _("gestern")
    if count < _DAYS_TOLD:
        return _("in %(count)d Tagen", count=count) if ahead else _("vor %(count)d Tagen", count=count)
    months = round(count / _DAYS_A_MONTH)
    if months < _MONTHS_TOLD:
        return _("in %(count)d Monaten", count=months) if ahead else _("vor %(count)d Monaten", count=months)
    years = round(count / _DAYS_A_YEAR)
    return _("in %(count)d Jahren", count=years) if ahead else _("vor %(count)d Jahren", count=years)
