"""The components of lists: filter, chips, table, count, pages, export, tabs, empty state."""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

import pytest

from kooperation.base.paging import Page
from tests.markup import one, render, text

TABLE = """{% from "macros/table.html" import table %}
{% call(row) table("Kommunen <1>", columns, rows, sort=sort) %}
<th scope="row">{{ row[0] }}</th><td>{{ row[1] }}</td>{% endcall %}"""
COLUMNS = [{"label": "Name", "sort": "name"}, {"label": "Einwohner", "sort": "einwohner", "numeric": True}]
LIST = "/kommunen/liste/"


def address(link: Element) -> tuple[str, dict[str, list[str]], str]:
    """Where a link leads: path, query and fragment."""
    parts = urlsplit(link.get("href") or "")
    return parts.path, parse_qs(parts.query), parts.fragment


def rendered_table(sort: str | None, at: str = LIST, columns: list[dict[str, Any]] = COLUMNS) -> Any:
    return render(TABLE, at, columns=columns, rows=[("<Ort>", 5)], sort=sort)


def test_a_table_is_a_named_region_that_scrolls_by_keyboard() -> None:
    root = rendered_table(None)
    region = one(root, ".//div[@role='region']")
    assert region.get("tabindex") == "0"
    caption = one(root, ".//caption")
    assert region.get("aria-labelledby") == caption.get("id")
    assert text(caption) == "Kommunen <1>"


def test_a_table_names_its_columns_and_rows_and_escapes() -> None:
    root = rendered_table(None)
    assert [text(cell) for cell in root.findall(".//thead//th[@scope='col']")] == ["Name", "Einwohner"]
    assert text(one(root, ".//tbody//th[@scope='row']")) == "<Ort>"


@pytest.mark.parametrize(
    ("sort", "states", "name_leads_to", "number_leads_to"),
    [
        (None, ["none", "none"], "name", "-einwohner"),
        ("name", ["ascending", "none"], "-name", "-einwohner"),
        ("-name", ["descending", "none"], "name", "-einwohner"),
        ("-einwohner", ["none", "descending"], "name", "einwohner"),
        ("einwohner", ["none", "ascending"], "name", "-einwohner"),
    ],
)
def test_a_head_says_how_it_is_sorted_and_leads_to_the_other_way(
    sort: str | None, states: list[str], name_leads_to: str, number_leads_to: str
) -> None:
    root = rendered_table(sort)
    heads = root.findall(".//thead//th")
    assert [head.get("aria-sort") for head in heads] == states
    links = [one(head, "a").get("href") for head in heads]
    assert links == [f"{LIST}?sortierung={value}#liste" for value in (name_leads_to, number_leads_to)]


def test_sorting_keeps_the_filters_and_leaves_the_page() -> None:
    root = rendered_table(None, LIST + "?land=99&seite=4")
    assert address(root.findall(".//thead//a")[0]) == (LIST, {"land": ["99"], "sortierung": ["name"]}, "liste")


def test_a_column_without_sort_is_no_link() -> None:
    root = rendered_table(None, columns=[{"label": "PLZ"}, {"label": "AGS"}])
    assert root.findall(".//thead//a") == []
    assert root.findall(".//*[@aria-sort]") == []


def counted(page: Page[int]) -> str:
    root = render("{% from 'macros/paging.html' import count %}{{ count(page, 'Kommunen') }}", page=page)
    return text(one(root, ".//p[@role='status']"))


def test_a_count_is_announced_in_german_numbers() -> None:
    assert counted(Page(range(50), 2, 10_853)) == "51–100 von 10.853 Kommunen"
    assert counted(Page(range(7), 1, 7)) == "7 Kommunen"
    assert counted(Page([], 1, 0)) == "Keine Kommunen gefunden"


def pages(number: int, total: int) -> Any:
    page = Page(range(50), number, total)
    return render(
        "{% from 'macros/paging.html' import pagination %}{{ pagination(page) }}", LIST + "?land=99", page=page
    )


def test_one_page_needs_no_links() -> None:
    assert len(pages(1, 50)) == 0


def test_pages_show_first_last_and_what_is_near() -> None:
    root = pages(5, 10_853)
    assert one(root, "nav").get("aria-label") == "Seiten der Liste"
    words = [text(item) for item in root.findall(".//li")]
    assert words == ["Zurück", "Seite 1", "…", "Seite 4", "Seite 5", "Seite 6", "…", "Seite 218", "Weiter"]
    assert text(one(root, ".//a[@aria-current='page']")) == "Seite 5"
    assert address(one(root, ".//a[@rel='next']")) == (LIST, {"land": ["99"], "seite": ["6"]}, "liste")


@pytest.mark.parametrize(("number", "missing"), [(1, "prev"), (3, "next")])
def test_the_ends_lead_nowhere(number: int, missing: str) -> None:
    assert pages(number, 150).findall(f".//a[@rel='{missing}']") == []


FILTER = """{% from "macros/filter.html" import filter_bar, filter_text, filter_select, filter_check %}
{% call filter_bar("/kommunen/liste/", keep={"sortierung": "-name", "leer": none}) %}
{{ filter_text("q", "Name", '"><b>') }}{{ filter_select("land", "Land", [("99", "Musterland")], 99) }}
{{ filter_check("alt", "auch aufgelöste", true) }}
{% endcall %}"""


def test_a_filter_is_a_form_that_works_by_itself_and_loses_nothing() -> None:
    root = render(FILTER)
    form = one(root, "search/form")
    assert (form.get("method"), form.get("action")) == ("get", LIST)
    hidden = root.findall(".//input[@type='hidden']")
    assert [(field.get("name"), field.get("value")) for field in hidden] == [("sortierung", "-name")]
    assert one(root, ".//button").get("type") == "submit"


def test_each_filter_has_its_label_and_value() -> None:
    root = render(FILTER)
    assert {label.get("for"): text(label) for label in root.findall(".//label")} == {
        "filter-q": "Name",
        "filter-land": "Land",
        "filter-alt": "auch aufgelöste",
    }
    assert one(root, ".//input[@id='filter-q']").get("value") == '"><b>'
    assert text(one(root, ".//option[@selected]")) == "Musterland"
    assert one(root, ".//input[@id='filter-alt']").get("checked") is not None


def test_a_chip_says_that_it_removes_a_filter() -> None:
    root = render("{% from 'macros/filter.html' import chips %}{{ chips([('Land: <99>', '/a')], reset_url='/b') }}")
    links = root.findall(".//a")
    assert [(text(link), link.get("href")) for link in links] == [
        ("Filter entfernen: Land: <99>", "/a"),
        ("Alle Filter entfernen", "/b"),
    ]


def test_chips_say_what_they_remove_where_it_is_no_filter() -> None:
    call = "chips([('Bad Muster', '/a')], '/b', heading='Gewählt', remove='Entfernen:', reset='Aufheben')"
    root = render("{% from 'macros/filter.html' import chips %}{{ " + call + " }}")
    assert text(one(root, ".//h2")) == "Gewählt"
    assert [text(link) for link in root.findall(".//a")] == ["Entfernen: Bad Muster", "Aufheben"]


def test_without_filters_there_are_no_chips() -> None:
    assert len(render("{% from 'macros/filter.html' import chips %}{{ chips([]) }}")) == 0


def test_exports_are_downloads() -> None:
    root = render("{% from 'macros/exports.html' import exports %}{{ exports('/a.csv', '/a.xlsx') }}")
    assert [link.get("href") for link in root.findall(".//a[@download]")] == ["/a.csv", "/a.xlsx"]


def test_tabs_are_named_links_and_one_is_current() -> None:
    root = render(
        "{% from 'macros/tabs.html' import tabs %}"
        "{{ tabs('Ansicht', [('Liste', '/l', true), ('Karte', '/k', false)]) }}"
    )
    assert one(root, "nav").get("aria-label") == "Ansicht"
    assert text(one(root, ".//a[@aria-current='page']")) == "Liste"


def test_an_empty_list_says_what_to_do() -> None:
    root = render(
        "{% from 'macros/empty.html' import empty %}"
        "{{ empty('Nichts <da>', 'Weil …', '/alle', 'Alle ansehen', level=3) }}"
    )
    assert text(one(root, ".//h3")) == "Nichts <da>"
    assert one(root, ".//a").get("href") == "/alle"
