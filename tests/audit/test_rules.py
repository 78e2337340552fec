"""Who sees the values in the log."""

import pytest

from kooperation.audit.rules import Entry, Hidden, Sight, hidden, hidden_value
from kooperation.base.db import now

KEEPER = 7
NOBODY = Sight()
EDITOR = Sight(edited={KEEPER}, own={KEEPER})
CARETAKER = Sight(edited={KEEPER})
ELSEWHERE = Sight(edited={8}, own={8})
THEMSELVES = Sight(themselves={("User", 3)})


def entry(*, keeper_id=KEEPER, is_own=False, kind="User", number=3):
    return Entry(1, now(), None, "Jemand", "user.renamed", kind, number, "Etwas", keeper_id, is_own, None, None)


@pytest.mark.parametrize(
    ("sight", "is_own", "is_personal", "expected"),
    [
        (NOBODY, False, False, None),
        (NOBODY, False, True, Hidden.PERSONAL),
        (NOBODY, True, False, Hidden.OWN),
        (NOBODY, True, True, Hidden.OWN),
        (ELSEWHERE, False, False, None),
        (ELSEWHERE, False, True, Hidden.PERSONAL),
        (ELSEWHERE, True, False, Hidden.OWN),
        (ELSEWHERE, True, True, Hidden.OWN),
        (CARETAKER, False, False, None),
        (CARETAKER, False, True, None),
        (CARETAKER, True, False, Hidden.OWN),
        (CARETAKER, True, True, Hidden.OWN),
        (EDITOR, False, False, None),
        (EDITOR, False, True, None),
        (EDITOR, True, False, None),
        (EDITOR, True, True, None),
        (THEMSELVES, False, True, None),
        (THEMSELVES, True, True, Hidden.OWN),
    ],
)
def test_who_sees_a_value(sight, is_own, is_personal, expected):
    assert hidden_value(entry(is_own=is_own), is_personal, sight) is expected


@pytest.mark.parametrize(("sight", "expected"), [(NOBODY, Hidden.OWN), (CARETAKER, Hidden.OWN), (EDITOR, None)])
def test_the_name_of_what_a_municipality_keeps_to_itself_is_hidden_along(sight, expected):
    assert hidden(entry(is_own=True), sight) is expected
    assert hidden(entry(is_own=False), sight) is None


def test_what_nobody_keeps_is_personal_to_everybody_else():
    assert hidden_value(entry(keeper_id=None), True, EDITOR) is Hidden.PERSONAL
    assert hidden_value(entry(keeper_id=None), True, THEMSELVES) is None
    assert hidden_value(entry(keeper_id=None, number=4), True, THEMSELVES) is Hidden.PERSONAL
    assert hidden_value(entry(keeper_id=None, kind="JoinRequest"), True, THEMSELVES) is Hidden.PERSONAL


def test_an_own_record_without_a_keeper_is_shown_to_nobody():
    assert hidden(entry(keeper_id=None, is_own=True), EDITOR) is Hidden.OWN
