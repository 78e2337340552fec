"""Folding, sorting and addresses of text."""

import pytest

from kooperation.base.text import fold, slug, sort_key


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("München", "munchen"),
        ("Großer Auersberg", "grosser auersberg"),
        ("Łódź", "lodz"),
        ("Mu\u0308nchen", "munchen"),
        ("STRAẞE", "strasse"),
    ],
)
def test_folding_leaves_no_accents(text, folded):
    assert fold(text) == folded


def test_names_sort_as_in_a_german_dictionary():
    names = ["Ahaus", "Äpfingen", "Aßlar", "Astheim", "Ärzen", "Zell", "Ober-Olm", "Oberau"]
    assert sorted(names, key=sort_key) == [
        "Ahaus",
        "Äpfingen",
        "Ärzen",
        "Aßlar",
        "Astheim",
        "Ober-Olm",
        "Oberau",
        "Zell",
    ]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Landkreis Fürstenfeldbruck", "landkreis-fuerstenfeldbruck"),
        ("Halle (Saale)", "halle-saale"),
        ("Weiden i.d.OPf.", "weiden-i-d-opf"),
        ("Groß-Umstadt", "gross-umstadt"),
    ],
)
def test_an_address_is_readable(name, address):
    assert slug(name) == address
