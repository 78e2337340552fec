"""The components of pages: layout, navigation, messages, facts, cards, sections, figures, progress, dialog."""

from itertools import pairwise

import pytest

from tests.markup import kit, one, parse, render, text


def get(path: str, status: int = 200) -> str:
    answer = kit().test_client().get(path)
    assert answer.status_code == status
    return answer.text


def test_a_page_has_landmarks_one_h1_and_a_way_past_them() -> None:
    root = parse(get("/kommunen/detail/"))
    assert one(root, ".//html").get("lang") == "de"
    assert one(root, ".//a[@class='k-skip']").get("href") == "#" + (one(root, ".//main").get("id") or "")
    assert text(one(root, ".//h1")) == "Bad Beispiel an der Probe"
    assert text(one(root, ".//title")) == "Bad Beispiel an der Probe – kooperation"
    assert len(root.findall("./html/body/header")) == len(root.findall("./html/body/footer")) == 1


def test_headings_are_never_skipped() -> None:
    for path in ("/", "/kommunen/detail/", "/kommunen/liste/", "/meldungen/"):
        levels = [int(element.tag[1]) for element in parse(get(path)).iter() if element.tag in {"h1", "h2", "h3", "h4"}]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), path


@pytest.mark.parametrize("path", ["/", "/kommunen/detail/", "/formular/", "/kommunen/liste/", "/meldungen/"])
def test_an_id_is_given_once(path: str) -> None:
    ids = [element.get("id") for element in parse(get(path)).iter() if element.get("id")]
    assert sorted(ids, key=str) == sorted(set(ids), key=str)


def test_the_entry_of_the_page_is_marked_in_the_navigation() -> None:
    for path, mark in (("/kommunen/", "page"), ("/kommunen/detail/", "true")):
        current = one(parse(get(path)), f".//nav[@aria-label='Hauptnavigation']//a[@aria-current='{mark}']")
        assert text(current) == "Kommunen"


def test_sample_data_are_called_so() -> None:
    assert "Beispieldaten" in get("/kommunen/detail/")
    assert "Beispieldaten" not in get("/formular/")


def test_the_footer_names_the_source_of_the_register() -> None:
    assert "© Statistisches Bundesamt (Destatis)" in text(one(parse(get("/")), ".//footer"))


def test_htmx_comes_only_where_a_page_asks_for_it() -> None:
    assert "htmx.min.js" in get("/kommunen/liste/")
    assert "htmx.min.js" not in get("/")


def test_a_breadcrumb_starts_at_the_start_and_ends_here() -> None:
    root = render("{% from 'macros/breadcrumb.html' import breadcrumb %}{{ breadcrumb([('A&B', '/a')], 'Hier') }}")
    assert [(text(link), link.get("href")) for link in root.findall(".//a")] == [("Startseite", "/"), ("A&B", "/a")]
    assert text(one(root, ".//span[@aria-current='page']")) == "Hier"


def test_an_alert_says_its_kind_in_words_and_is_announced_when_it_comes_later() -> None:
    source = "{% from 'macros/alert.html' import alert %}{{ alert(kind, 'Titel <x>', 'Text <y>', live=live) }}"
    root = render(source, kind="danger", live=True)
    assert text(one(root, ".//p[@class='kern-title kern-title--small']")) == "Fehler: Titel <x>"
    assert one(root, "./div").get("role") == "alert"
    assert render(source, kind="info", live=True)[0].get("role") == "status"
    assert render(source, kind="info", live=False)[0].get("role") is None


def test_facts_without_a_value_are_left_out() -> None:
    root = render(
        """{% from "macros/facts.html" import facts, fact %}{% call facts() %}{{ fact("A", "<1>", note="geschätzt") }}
        {{ fact("B") }}{{ fact("C", "") }}
        {% call fact("D") %}<a href="/d">d</a>{% endcall %}{{ fact("E", 0) }}{% endcall %}"""
    )
    assert [text(term) for term in root.findall(".//dt")] == ["A", "D", "E"]
    assert [text(value) for value in root.findall(".//dd")] == ["<1> geschätzt", "d", "0"]


def test_a_section_is_named_by_its_heading() -> None:
    root = render(
        "{% from 'macros/section.html' import section %}{% call section('Mit <g>', id='m', count=1200) %}x{% endcall %}"
    )
    part = one(root, "section")
    heading = one(part, "h2")
    assert part.get("aria-labelledby") == heading.get("id") == "m"
    assert text(heading).startswith("Mit <g> (1.200)")
    assert one(heading, ".//a[@href='#m']").get("aria-label") == "Verweis auf den Abschnitt „Mit <g>“"


def test_cards_are_a_list_of_links() -> None:
    root = render(
        "{% from 'macros/card.html' import cards, card %}"
        "{% call cards('Länder') %}{{ card('L<1>', '/l', text='t') }}{% endcall %}"
    )
    assert one(root, "ul").get("aria-label") == "Länder"
    assert text(one(root, "ul/li/h3/a")) == "L<1>"


def test_a_figure_leads_to_its_table() -> None:
    root = render(
        "{% from 'macros/figure.html' import figure %}"
        "{% call figure('Lage', '/t', 'Als Tabelle') %}<svg></svg>{% endcall %}"
    )
    assert one(root, "figure/figcaption/a").get("href") == "/t"


def test_progress_has_a_name_and_a_value_and_asks_again_only_while_it_runs() -> None:
    source = "{% from 'macros/progress.html' import progress %}{{ progress('p', 'Lesen', 300, 1200, url=url) }}"
    root = render(source, url="/stand")
    bar = one(root, ".//progress")
    assert (bar.get("value"), bar.get("max")) == ("300", "1200")
    assert one(root, ".//label").get("for") == bar.get("id")
    assert "300 von 1.200" in text(root)
    assert root[0].get("hx-trigger") == "every 1s"
    assert render(source, url=None)[0].get("hx-trigger") is None


def test_a_destructive_step_says_what_will_be_gone() -> None:
    page = get("/kommunen/detail/")
    root = parse(page)
    link = one(root, ".//a[@data-dialog='loeschen']")
    assert link.get("href") == "/loeschen/"
    dialog = one(root, ".//dialog[@id='loeschen']")
    assert dialog.get("aria-labelledby") == one(dialog, ".//h2").get("id")
    assert "12 Ansprechpersonen" in text(dialog)
    form = one(dialog, "form")
    assert (form.get("method"), form.get("action")) == ("post", "/loeschen/")
    assert one(form, ".//input[@name='csrf_token']").get("value")
    asking = parse(get("/loeschen/"))
    assert "Das lässt sich nicht rückgängig machen." in text(one(asking, ".//main"))


def test_suggestions_carry_what_a_choice_needs() -> None:
    root = render(
        "{% from 'macros/typeahead.html' import suggestion %}"
        "{{ suggestion('a', 'O<rt>', hint='Kreis', href='/o', value='1') }}"
    )
    option = one(root, "li[@role='option']")
    assert (option.get("data-label"), option.get("data-href"), option.get("data-value")) == ("O<rt>", "/o", "1")


def test_the_search_works_without_script() -> None:
    root = render("{% from 'macros/search.html' import search_box %}{{ search_box(value='<x>') }}")
    form = one(root, ".//search/form")
    assert form.get("action") == "/suche/"
    field = one(form, ".//input[@name='q']")
    assert field.get("value") == "<x>"
    assert one(form, ".//label").get("for") == field.get("id")


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 429, 500])
def test_an_error_page_says_what_happened_and_what_to_do(status: int) -> None:
    root = parse(get(f"/fehler/{status}", status))
    main = one(root, ".//main")
    assert f"Fehler {status}" in text(main)
    assert len(main.findall(".//p")) >= 3
    assert ("Nummer für Rückfragen:" in text(main)) == (status == 500)
    assert len(root.findall(".//main//search")) == (status == 404)
