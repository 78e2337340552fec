"""Whatever is asked, an answer comes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kooperation.base import index
from tests.base.test_index import documents, titles


@pytest.fixture
def places(context):
    index.put(documents())


HOSTILE = [
    "",
    " ",
    "\x00",
    "Mün\x00chen",
    '"',
    "'",
    "*",
    "%",
    "_",
    "%%%%",
    "____",
    "\\",
    "münchen\\",
    "NEAR(a b)",
    "title:münchen",
    "a OR b AND NOT c",
    "'; DROP TABLE search_document; --",
    "😀",
    "😀 München 😀",
    "\u202eMünchen\u202c",
    "\u200bMün\u00adchen",
    "\ufeff",
    "ﷺ",
    "²³ ½",
    "İstanbul",
    "\U0010ffff",
    "\ud800",
    "x" * 10_000,
    "x " * 5_000,
    "München " * 1_250,
    "0" * 10_000,
    "٣٤",
    "a",
    "a b c d e f g h i j k l",
]


@pytest.mark.parametrize("query", HOSTILE, ids=ascii)
def test_hostile_queries_are_answered(places, query):
    index.find(query)
    index.suggest(query)


def test_marks_and_invisible_characters_do_not_hide_what_is_asked_for(places):
    for query in ("\u202eMünchen\u202c", "\u200bMün\u00adchen", "😀 München 😀", "«München»", "  München!  "):
        assert titles(query)[0] == "München", query


def test_a_very_long_query_is_shortened_and_says_so(places):
    found = index.find("München " * 1_250)
    assert found.query.shortened
    assert found.hits[0].title == "München"
    assert index.find("eins zwei drei vier fünf sechs sieben acht neun").query.shortened
    assert not index.find("München").query.shortened


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(st.sampled_from("neustadt mün unna st. a.d. 09 b LK sankt".split()), max_size=6).map(" ".join),
    )
)
def test_any_query_is_answered_and_the_suggestions_agree(places, query):
    found = index.find(query)
    assert found.total >= len(found.hits)
    if len(found.query.name) >= 2:
        assert index.suggest(query).hits == found.hits[: index.SUGGESTIONS]
