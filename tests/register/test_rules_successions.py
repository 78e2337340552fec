"""What the changes say about bodies that are stored: successors, days, and rows that are one body."""

from datetime import date

import pytest

from kooperation.parties.rules import Level
from kooperation.register.rules.bodies import BodyRef, Successor
from kooperation.register.rules.planning import plan_edition
from kooperation.register.rules.successions import endings, rekeys_to_merge, successors_today
from tests.register.builders import change
from tests.register.test_rules_plan import (
    DAY,
    amt,
    applied,
    edition,
    events,
    rendsburg,
    stored,
    without,
)


def dissolving():
    """Tastrup goes into Hürup in 2023, Hürup into Kappeln in 2024."""
    return events(
        change(1, "010595919101", "Tastrup", "010595919126", "Hürup", day="01.03.2023", reference="01/2023/0004-R"),
        change(1, "010595919126", "Hürup", "010590045045", "Kappeln", day="01.03.2024", reference="01/2024/0004-R"),
    )


def three_editions(told):
    known = stored(edition(day="31.12.2022"))
    known = applied(known, plan_edition(known, edition(without("010595919101"), DAY), told))
    last = without("010595919", "010595919101", "010595919126")
    return applied(known, plan_edition(known, edition(last), told))


def told_of(known, told, **how):
    keys = {one.id: one.body.key for one in known}
    return {
        keys[number]: [(one.ref.key, one.official) for one in found]
        for number, found in successors_today(known, told, **how).items()
    }


@pytest.mark.parametrize("when", ["before the editions", "after the editions"])
def test_successors_are_followed_over_several_editions_whenever_the_changes_came(when):
    known = three_editions(dissolving() if when == "before the editions" else [])
    assert told_of(known, dissolving())["01059101"] == [("01059045", True)]
    assert told_of(known, dissolving())["01059126"] == [("01059045", True)]


def test_changes_that_come_later_tell_the_day_of_the_end():
    known = three_editions([])
    days = {known[number - 1].body.key: day for number, day in endings(known, dissolving()).items()}
    assert days == {"01059101": date(2023, 3, 1), "01059126": date(2024, 3, 1)}


def test_a_proposal_made_earlier_is_kept_until_something_official_is_known():
    known = three_editions([])
    number = next(one.id for one in known if one.body.key == "01059101")
    kappeln = Successor(BodyRef(Level.GEMEINDE, "01059045"), False, "Kappeln wuchs zur selben Zeit")
    assert successors_today(known, [], proposed={number: [kappeln]})[number] == (kappeln,)
    assert successors_today(known, dissolving(), proposed={number: [kappeln]})[number][0].official


def test_a_merger_is_no_pair_of_rows_to_be_made_one():
    before = rendsburg(amt("010585830", "Flintbek", "019"), amt("010585859", "Molfsee", "018"))
    after = rendsburg(amt("010585896", "Eidertal", "018", "019"))
    known = stored(edition(before, DAY))
    known = applied(known, plan_edition(known, edition(after), []))
    told = events(
        change("3, 4", "010585830", "Flintbek", "010585896", "Eidertal"),
        change("3, 4", "010585859", "Molfsee", "010585896", "Eidertal"),
    )
    assert rekeys_to_merge(known, told) == []
    assert rekeys_to_merge(known, told[:1]) != []


def test_a_living_body_that_was_there_before_is_not_made_one_with_another():
    before = rendsburg(amt("010585830", "Flintbek", "019"), amt("010585859", "Molfsee", "018"))
    after = rendsburg(amt("010585859", "Molfsee", "018", "019"))
    known = stored(edition(before, DAY))
    known = applied(known, plan_edition(known, edition(after), []))
    assert rekeys_to_merge(known, events(change(3, "010585830", "Flintbek", "010585859", "Molfsee"))) == []
