"""What is missing in a text, how it is stored, and what changed."""

import re

import pytest

from kooperation.administration.queries import supplied_text
from kooperation.administration.rules import (
    LegalKind,
    changes,
    placeholders,
    schedule_words,
    tidy,
    without_placeholders,
)
from kooperation.base.html import page_from_markdown


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("[[Name]] und [[Ort]]", ["Name", "Ort"]),
        ("[[Name]] [[ Name ]]", ["Name"]),
        ("[Verweis](https://a.example) [x]", []),
        ("[[]] [[a\nb]]", []),
    ],
)
def test_what_is_missing_is_named_once(text, names):
    assert placeholders(text) == names


def test_visitors_read_words_and_no_brackets():
    assert without_placeholders("Telefon: [[Nummer]]") == "Telefon: noch nicht eingetragen"


@pytest.mark.parametrize("kind", LegalKind)
def test_the_supplied_texts_have_gaps_that_no_visitor_sees_as_brackets(kind):
    text = supplied_text(kind)
    html = page_from_markdown(without_placeholders(text))
    assert placeholders(text)
    assert "[" not in html
    assert "noch nicht eingetragen" in html
    assert html.count("<h2>") >= 4


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("# a", ["h2"]),
        ("### a", ["h2"]),
        ("## a\n### b\n###### c\n# d", ["h2", "h3", "h3", "h2"]),
    ],
)
def test_headings_begin_below_that_of_the_page_and_none_is_skipped(text, tags):
    assert re.findall("<(h[1-6])>", page_from_markdown(text)) == tags


def test_a_text_is_compared_as_it_is_stored():
    assert tidy(" a  \r\nb\r\n\r\n") == "a\nb\n"


def test_what_changed_is_told_line_by_line():
    assert changes("a\nb\nc\n", "a\nx\nc\n") == [(False, "b"), (True, "x")]
    assert changes("a\n", "a\n") == []


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (range(1_440), "jede Minute"),
        (range(0, 1_440, 10), "alle zehn Minuten"),
        (range(5, 1_440, 15), "alle 15 Minuten"),
        (range(17, 1_440, 60), "jede Stunde, 17 Minuten nach der vollen"),
        ([150], "jede Nacht um 2:30 Uhr"),
        ([725], "jeden Tag um 12:05 Uhr"),
        ([60, 100, 600], "3-mal am Tag"),
        ([], "0-mal am Tag"),
    ],
)
def test_when_a_task_runs_is_said_in_words(minutes, said):
    words, values = schedule_words(list(minutes))
    assert words % values == said
