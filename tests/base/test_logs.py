"""The log: one line an event, also for a traceback or for what a visitor made up, with the request's reference."""

import logging
import re
from datetime import timedelta

from flask import Flask

from kooperation.accounts.rules import MailPurpose
from kooperation.accounts.services import mail_tokens
from kooperation.base.db import now
from kooperation.base.logs import OneLine, reference, without_tokens


def line(message: str, *values: object, error: BaseException | None = None) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    return OneLine().format(logging.LogRecord("kooperation.probe", logging.ERROR, __file__, 1, message, values, info))


def test_an_event_is_one_line_with_time_level_process_and_origin():
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} ERROR \[\d+\] kooperation\.probe: ganz kurz", line("ganz kurz")
    )


def test_a_traceback_is_on_the_same_line():
    try:
        raise LookupError("nicht\nda")
    except LookupError as error:
        text = line("gescheitert", error=error)
    assert len(text.splitlines()) == 1
    assert "gescheitert | Traceback" in text
    assert text.endswith("LookupError: nicht | da")


def test_a_visitor_cannot_write_a_line_of_their_own():
    for newline in ("\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"):
        assert len(line("GET %s", f"/{newline}2026-01-01 ERROR erfunden").splitlines()) == 1


def test_within_a_request_each_line_carries_the_same_reference():
    with Flask("probe").test_request_context():
        number = reference()
        assert re.fullmatch(r"[0-9a-f]{8}", number)
        assert f"kooperation.probe [{number}]: eins" in line("eins")
        assert f"kooperation.probe [{number}]: zwei" in line("zwei")
    with Flask("probe").test_request_context():
        assert reference() != number


def test_the_secret_of_a_link_is_in_no_line(make):
    for _ in range(50):
        token = mail_tokens.issue(make.user(), MailPurpose.PASSWORD_RESET, lasts=timedelta(hours=1), at=now())
        for text in (
            f"/kennwort/neu/{token}",
            f"Exception on /einladung/{token} [GET]",
            f"/adresse/{token}/x",
            f"{token}.",
        ):
            shown = line("%s", text)
            assert token not in shown
            assert "…" in shown


def test_what_is_no_secret_stays():
    for text in (
        "/kommunen/990015001-verbandsgemeinde-am-unteren-ende-des-langen-flusses/",
        "a" * 64,
        "9f2c61ab" * 8,
        "kooperation.base.processes._a_function_with_quite_a_long_name_in_a_traceback",
    ):
        assert without_tokens(text) == text
