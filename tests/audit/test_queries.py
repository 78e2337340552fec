"""Reading the log: filters, order, pages from either end, and portions."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from kooperation.audit import queries
from kooperation.audit.models import AuditEntry
from kooperation.audit.queries import LogFilter
from kooperation.base.db import db

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fill(number, **values):
    rows = [
        {
            "at": BEGIN + timedelta(minutes=place // 3),  # several at the same instant
            "actor_id": None,
            "actor_name": "Kommandozeile",
            "event": "user.created",
            "subject_kind": "User",
            "subject_id": place,
            "subject_label": f"Nummer {place}",
            "is_own": False,
        }
        | values
        for place in range(number)
    ]
    db.session.execute(insert(AuditEntry), rows)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("oldest_first", [True, False])
def test_pages_from_either_end_are_one_list_without_gaps(oldest_first):
    fill(230)
    wanted = LogFilter(oldest_first=oldest_first)
    pages = [queries.page_of(wanted, number) for number in range(1, 6)]
    shown = [entry.subject_id for page in pages for entry in page.items]
    assert shown == sorted(range(230), reverse=not oldest_first)
    assert [len(page.items) for page in pages] == [50, 50, 50, 50, 30]
    assert {page.total for page in pages} == {230}
    assert queries.page_of(wanted, 99) == pages[-1]


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("oldest_first", [True, False])
def test_an_export_reads_the_same_in_portions(oldest_first, monkeypatch):
    monkeypatch.setattr(queries, "PORTION", 7)
    fill(50)
    portions = list(queries.all_of(LogFilter(oldest_first=oldest_first)))
    assert max(map(len, portions)) == 7
    assert [one.subject_id for some in portions for one in some] == sorted(range(50), reverse=not oldest_first)


@pytest.mark.usefixtures("context")
def test_an_empty_log_has_one_empty_page():
    page = queries.page_of(LogFilter(), 3)
    assert (page.items, page.number, page.total) == ([], 1, 0)
    assert list(queries.all_of(LogFilter())) == []


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (LogFilter(), 7),
        (LogFilter(actor=5), 1),
        (LogFilter(actor="Gebietsreform"), 1),
        (LogFilter(actor="gelöschtes Konto"), 0),
        (LogFilter(event="user.renamed"), 1),
        (LogFilter(keeper_id=9), 2),
        (LogFilter(keeper_id=9, without_own=True), 1),
        (LogFilter(hidden_kinds=("Post",)), 6),
        (LogFilter(record=("User", 0)), 6),
        (LogFilter(record=("Post", 0)), 1),
        (LogFilter(actor="Kommandozeile", event="user.created", keeper_id=9), 2),
    ],
)
def test_each_filter_lets_its_entries_through(wanted, expected):
    for values in (
        {},
        {"actor_id": 5, "actor_name": "Gebietsreform"},
        {"actor_name": "Gebietsreform"},
        {"event": "user.renamed"},
        {"keeper_id": 9},
        {"keeper_id": 9, "is_own": True},
        {"subject_kind": "Post"},
    ):
        fill(1, **values)
    assert queries.page_of(wanted, 1).total == queries.count(wanted) == expected


@pytest.mark.usefixtures("context")
def test_days_are_those_of_germany_and_both_ends_count():
    fill(1, at=datetime(2026, 6, 30, 21, 59, tzinfo=UTC))  # 23:59 in Germany
    fill(1, at=datetime(2026, 6, 30, 22, 0, tzinfo=UTC))  # midnight
    june, july = date(2026, 6, 30), date(2026, 7, 1)
    assert queries.count(LogFilter(since=june, until=june)) == 1
    assert queries.count(LogFilter(since=july)) == 1
    assert queries.count(LogFilter(since=june, until=july)) == 2


@pytest.mark.usefixtures("context")
def test_a_record_and_a_person_have_their_entries():
    fill(3)
    fill(1, actor_id=4, subject_kind="Post")
    assert [one.subject_id for one in queries.of_record("User", 2)] == [2]
    assert [one.subject_kind for one in queries.by_actor(4)] == ["Post"]
    assert {(one.subject_kind, one.subject_id) for one in queries.about({("User", 1), ("Post", 0)})} == {
        ("User", 1),
        ("Post", 0),
    }
    assert queries.about(set()) == []
