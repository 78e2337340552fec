"""Addresses and numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kooperation.base.errors import RuleViolation
from kooperation.contacts import rules


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", None),
        ("  ", None),
        ("www.auenfurt.example", "https://www.auenfurt.example"),
        (" Auenfurt.Example/ ", "https://auenfurt.example"),
        ("http://auenfurt.example/rathaus?seite=1#oben", "http://auenfurt.example/rathaus?seite=1#oben"),
        ("HTTPS://Auenfurt.example/Rathaus", "https://auenfurt.example/Rathaus"),
        ("https://übersilm.example", "https://übersilm.example"),
        ("auenfurt.example:8443/x", "https://auenfurt.example:8443/x"),
        ("\u200bauenfurt.example", "https://auenfurt.example"),
    ],
)
def test_a_website_gets_its_scheme_and_loses_what_stands_around_it(typed, stored):
    assert rules.website(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "rathaus",
        "localhost",
        "192.168.0.1",
        "javascript:alert(1)",
        "javascript://auenfurt.example/%0aalert(1)",
        "data:text/html,x",
        "ftp://auenfurt.example",
        "https://geheim@auenfurt.example",
        "mailto:rathaus@auenfurt.example",
        "https://",
        "https://[",
        "https://auenfurt.example:99999",
        "https://auenfurt.example/ x",
        'https://auenfurt.example/"onclick=',
        "https://auenfurt.example\\@evil.example",
        "a" * 300 + ".example",
        "auenfurt.example/" + "a" * 300,
    ],
)
def test_what_is_no_website_is_refused_with_a_sentence(typed):
    with pytest.raises(RuleViolation, match="Adresse") as refusal:
        rules.website(typed)
    assert refusal.value.field == "website"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("", None), (" Rathaus@auenfurt.example ", "Rathaus@auenfurt.example"), ("mailto:a@b.example", "a@b.example")],
)
def test_a_mailbox_loses_what_stands_around_it(typed, stored):
    assert rules.mailbox(typed) == stored


@pytest.mark.parametrize(
    "typed", ["rathaus", "a@b", "a@b.example, c@d.example", "Rathaus <a@b.example>", "a\n@b.example"]
)
def test_what_is_no_mailbox_is_refused(typed):
    with pytest.raises(RuleViolation, match=r"poststelle@kommune\.de"):
        rules.mailbox(typed)


@pytest.mark.parametrize(
    ("typed", "stored", "dialled"),
    [
        ("09131 86-0", "09131 86-0", "+499131860"),
        ("09131 / 86 – 0", "09131 / 86-0", "+499131860"),
        ("(09131)  86-0", "(09131) 86-0", "+499131860"),
        ("(0 91 31) 86 0", "(0 91 31) 86 0", "+499131860"),
        ("+49 9131 86-0", "+49 9131 86-0", "+499131860"),
        ("+49 (0) 9131 86-0", "+49 (0) 9131 86-0", "+499131860"),
        ("+49 09131 86-0", "+49 09131 86-0", "+499131860"),
        ("0049 9131 86-0", "0049 9131 86-0", "+499131860"),
        ("0049 (0)9131/860", "0049 (0)9131/860", "+499131860"),
        ("Tel.: 09131 86-0", "09131 86-0", "+499131860"),
        ("Telefon 09131.86.0", "09131.86.0", "+499131860"),
        ("+43 1 4000", "+43 1 4000", "+4314000"),
        ("040\u00a066969\u2011100", "040 66969-100", "+494066969100"),
        ("115", "115", "115"),
    ],
)
def test_a_telephone_number_stays_as_it_was_typed_and_can_be_dialled(typed, stored, dialled):
    number = rules.phone(typed)
    assert number == stored
    assert rules.dialled(number) == dialled


@pytest.mark.parametrize(
    "typed",
    [
        "86-0",
        "Rathaus",
        "09131 86-0 oder 115",
        "0",
        "+",
        "0049",
        "+49 1",
        "0" * 30,
        "09131 86-0 App. 5",
        "++49 9131 860",
    ],
)
def test_a_number_that_nobody_could_dial_is_refused(typed):
    with pytest.raises(RuleViolation, match="Vorwahl"):
        rules.phone(typed)


def test_nothing_is_no_number():
    assert rules.phone(" Tel.: ") is None


@pytest.mark.parametrize("rule", [rules.website, rules.mailbox, rules.phone, rules.paragraphs])
@given(text=st.text(max_size=400))
def test_whatever_is_typed_is_answered_by_a_value_or_a_sentence(rule, text):
    try:
        once = rule(text)
    except RuleViolation:
        return
    assert once is None or rule(once) == once


def test_a_text_counts_as_people_count_it():
    assert rules.paragraphs(" a\r\n\r\nb\rc ") == "a\n\nb\nc"
    assert len(rules.paragraphs("ä\r\n" * 1_000)) == 1_999
    with pytest.raises(RuleViolation, match="es sind 2001"):
        rules.paragraphs("x" * 2_001)
