"""How the index reads text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kooperation.base.index import marked
from kooperation.base.index.words import Query, clean, found_by, head, spelled_out, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("München", "munchen"),
        ("Muenchen", "munchen"),
        ("Straße", "strasse"),
        ("Neuenburg", "neuenburg"),
        ("Bauer", "bauer"),
        ("Quelle", "quelle"),
        ("Treuen", "treuen"),
        ("Soest", "sost"),
        ("Łódź", "lodz"),
        ("Mün\u00adchen", "munchen"),
    ],
)
def test_words_have_one_form(text, expected):
    assert tokens(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Neustadt a.d.Aisch", "neustadt aisch"),
        ("Neustadt an der Aisch", "neustadt aisch"),
        ("LK München", "landkreis munchen"),
        ("St. Wendel", "sankt wendel"),
        ("Am Mellensee", "am mellensee"),
        ("Rothenburg/O.L.", "rothenburg oberlausitz"),
        ("an der", "an der"),
    ],
)
def test_names_are_compared_in_full_and_without_little_words(text, expected):
    assert " ".join(spelled_out(tokens(text))) == expected


def test_a_word_is_found_by_what_people_call_it():
    assert {"landkreis", "kreis", "lk", "lkr"} <= found_by(tokens("Landkreis München"))
    assert {"landkreis", "kreis", "lk"} <= found_by(tokens("Kreis Unna"))
    assert "vg" in found_by(tokens("Verbandsgemeinde Simmern"))
    assert {"sankt", "st"} <= found_by(tokens("St. Wendel"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Halle (Saale)", "halle"),
        ("Neustadt an der Orla", "neustadt"),
        ("Neustadt a.d.Aisch", "neustadt"),
        ("Rothenburg/O.L.", "rothenburg"),
        ("München, Landeshauptstadt", "munchen"),
        ("Neustadt-Glewe", "neustadtglewe"),
        ("Am Mellensee", "ammellensee"),
        ("Bad Neustadt a.d.Saale", "badneustadt"),
        ("(Ort)", "ort"),
    ],
)
def test_a_name_has_a_head_before_its_addition(name, expected):
    assert head(name) == expected


def test_digits_alone_are_a_code_however_they_are_grouped():
    assert Query.read("09 1 62 0000 000").code == "091620000000"
    assert Query.read("09-162-000").code == "09162000"
    assert Query.read("09 München").code is None


@pytest.mark.parametrize(
    ("text", "searched", "expected"),
    [
        ("Fürstenfeldbruck", ["bruck"], "Fürstenfeld[bruck]"),
        ("Fürstenfeldbruck", ["furst"], "[Fürst]enfeldbruck"),
        ("Weinstraße 3", ["weinstrass"], "[Weinstraß]e 3"),
        ("Münchenbernsdorf", ["munchen"], "[München]bernsdorf"),
        ("Mu\u0308nchen", ["munchen"], "[München]"),
        ("Neustadt an der Aisch", ["neustadt", "aisch"], "[Neustadt] an der [Aisch]"),
        ("Landkreis München", ["lk"], "[Landkreis] München"),
        ("Kulmbach", ["ulm"], "Kulmbach"),
        ("Kulmbach", [], "Kulmbach"),
    ],
)
def test_what_was_searched_for_is_marked(text, searched, expected):
    assert "".join(f"[{piece}]" if is_match else piece for piece, is_match in marked(text, searched)) == expected


@given(st.text(), st.lists(st.sampled_from(["munchen", "a", "ss", "strasse", "lk"])))
def test_marking_loses_no_letter(text, searched):
    assert "".join(piece for piece, _ in marked(text, searched)) == clean(text)


@given(st.text())
def test_reading_a_query_never_fails(text):
    query = Query.read(text)
    assert all(query.words)
    assert query.text.isprintable()
