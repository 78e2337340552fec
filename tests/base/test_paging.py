"""Lists come in pages of fifty."""

import pytest
from sqlalchemy import event, select

from kooperation.base.db import db
from kooperation.base.paging import Page, page_number, paged
from kooperation.parties.models import Municipality


@pytest.mark.parametrize(
    ("total", "number", "pages", "first", "last", "previous", "following"),
    [
        (0, 1, 1, 0, 0, False, False),
        (50, 1, 1, 1, 50, False, False),
        (120, 1, 3, 1, 50, False, True),
        (120, 3, 3, 101, 120, True, False),
    ],
)
def test_a_page_knows_where_it_stands(total, number, pages, first, last, previous, following):
    items = list(range(min(50, max(0, total - (number - 1) * 50))))
    page = Page(items, number, total)
    assert (page.pages, page.first, page.last) == (pages, first, last)
    assert (page.has_previous, page.has_next) == (previous, following)


def test_a_page_behind_the_last_shows_the_last(make):
    for number in range(7):
        make.municipality(f"Dorf {number}")
    statement = select(Municipality.display_name).order_by(Municipality.sort_name)
    page = paged(statement, 99, per_page=3)
    assert (page.number, [name for (name,) in page.items]) == (3, ["Dorf 6"])


def test_a_page_costs_two_statements_whatever_its_length(make):
    for number in range(30):
        make.municipality(f"Dorf {number}")
    statements = []
    connection = db.session.connection()
    listener = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(connection, "before_cursor_execute", listener)
    try:
        paged(select(Municipality.id).order_by(Municipality.id), 1, per_page=5)
        paged(select(Municipality.id).order_by(Municipality.id), 1, per_page=30)
    finally:
        event.remove(connection, "before_cursor_execute", listener)
    assert len(statements) == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3", 3), ("0", 1), ("", 1), ("-2", 1), ("drei", 1), ("²", 1), ("999999", 999_999), ("9999999", 1)],
)
def test_a_page_is_asked_for_by_a_number_and_nonsense_means_the_first(text, expected):
    assert page_number({"seite": text}) == expected
    assert page_number({}) == 1
