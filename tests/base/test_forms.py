"""Forms: tokens, German dates, the type-ahead with and without JavaScript, and how a field names what is wrong."""

from datetime import date
from typing import Any

import pytest
from flask import render_template_string
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from kooperation.base.forms import BaseForm, Candidate, GermanDateField, TypeaheadField, parse_date
from tests.browser.gallery import PLACES, GalleryForm, find_place
from tests.markup import kit, one, parse, text


@pytest.mark.parametrize(
    "written",
    ["31.12.2026", "31.12.26", "2026-12-31", " 31.12.2026 ", "31. 12. 2026"],
)
def test_a_day_may_be_written_in_several_ways(written: str) -> None:
    assert parse_date(written, 2026) == date(2026, 12, 31)


@pytest.mark.parametrize(("digits", "year"), [("26", 2026), ("56", 2056), ("57", 1957), ("99", 1999), ("00", 2000)])
def test_two_digits_mean_the_nearer_century(digits: str, year: int) -> None:
    assert parse_date(f"1.2.{digits}", 2026) == date(year, 2, 1)


@pytest.mark.parametrize(
    ("written", "message"),
    [("31.12", "so: 31.12.2026"), ("12/31/2026", "so: 31.12.2026"), ("30.02.2026", "gibt es im Kalender nicht")],
)
def test_what_is_no_day_is_answered_with_how_to_write_one(written: str, message: str) -> None:
    with kit().test_request_context(), pytest.raises(ValueError, match=message):
        parse_date(written, 2026)


@given(st.text())
def test_any_text_is_a_day_or_an_answer(written: str) -> None:
    message = ""
    with kit().test_request_context():
        try:
            parse_date(written, 2026)
        except ValueError as error:
            message = str(error)
    assert message == "" or "Datum" in message or "Kalender" in message


class DayForm(BaseForm):
    day = GermanDateField("Tag")


def sent(form: type[BaseForm], **values: str) -> Any:
    return form(MultiDict(values), meta={"csrf": False})


def test_a_date_field_keeps_what_could_not_be_read() -> None:
    with kit().test_request_context():
        form = sent(DayForm, day="morgen")
        assert not form.validate()
        assert 'value="morgen"' in str(form.day())
        assert sent(DayForm, day="1.2.2026").day.data == date(2026, 2, 1)
        assert sent(DayForm, day="").validate()


def test_a_date_field_shows_a_day_as_germans_write_it() -> None:
    with kit().test_request_context():
        assert 'value="01.02.2026"' in str(DayForm(None, data={"day": date(2026, 2, 1)}).day())


class PlaceForm(BaseForm):
    place = TypeaheadField("Ort", source=lambda: "/orte", find=find_place, label_of=PLACES.get)


CHOSEN = "Prüfhausen (99102002)"


def test_the_choice_of_the_script_is_taken() -> None:
    with kit().test_request_context():
        form = sent(PlaceForm, place=CHOSEN, **{"place-wert": "99102002", "place-name": CHOSEN})
        assert form.validate()
        assert form.place.data == "99102002"
        assert f'value="{CHOSEN}"' in str(form.place())


def test_without_script_one_hit_is_taken() -> None:
    with kit().test_request_context():
        form = sent(PlaceForm, place="prüfh", **{"place-wert": "", "place-name": ""})
        assert form.validate()
        assert form.place.data == "99102002"


def test_a_text_that_was_changed_without_script_is_looked_up_anew() -> None:
    with kit().test_request_context():
        form = sent(PlaceForm, place="öhrings", **{"place-wert": "99102002", "place-name": CHOSEN})
        assert form.validate()
        assert form.place.data == "99102001"


def test_several_hits_are_offered_and_one_of_them_is_taken_then() -> None:
    with kit().test_request_context():
        form = sent(PlaceForm, place="muster")
        assert not form.validate()
        assert [candidate.value for candidate in form.place.candidates] == ["99000001", "991025001"]
        assert "nicht eindeutig" in form.place.errors[0]
        assert 'value="muster"' in str(form.place())

        chosen = sent(PlaceForm, place="muster", **{"place-auswahl": "991025001"})
        assert chosen.validate()
        assert chosen.place.data == "991025001"


@pytest.mark.parametrize("forged", ["place-wert", "place-auswahl"])
def test_a_value_that_may_not_be_chosen_is_not_taken(forged: str) -> None:
    with kit().test_request_context():
        form = sent(PlaceForm, place="nirgends", **{forged: "12345678", "place-name": "nirgends"})
        assert not form.validate()
        assert form.place.errors == ["„nirgends“ wurde nicht gefunden."]
        assert form.place.data is None


def test_an_empty_type_ahead_is_no_choice() -> None:
    with kit().test_request_context():
        form = sent(PlaceForm, place=" ", **{"place-wert": "99102002", "place-name": CHOSEN})
        assert form.validate()
        assert form.place.data is None


def test_a_known_value_is_shown_by_its_name() -> None:
    with kit().test_request_context():
        assert f'value="{CHOSEN}"' in str(PlaceForm(None, data={"place": "99102002"}).place())


def test_a_form_without_its_token_is_refused() -> None:
    answer = kit().test_client().post("/formular/", data={"name": "Leitstelle"})
    assert answer.status_code == 400
    assert "ist gespeichert" not in answer.text
    assert "prüfen Sie Ihre Angaben" in answer.text


def test_the_character_nul_never_reaches_a_service() -> None:
    with kit().test_request_context():
        assert sent(DayForm, day="1.2.\x002026").values == {"day": date(2026, 2, 1)}


def test_the_values_of_a_form_are_arguments_without_the_token() -> None:
    with kit().test_request_context():
        assert sent(DayForm, day="1.2.2026").values == {"day": date(2026, 2, 1)}


def rendered(**values: str) -> Any:
    app = kit()
    with app.test_request_context("/formular/", method="POST", data=values):
        form = GalleryForm(meta={"csrf": False})
        form.validate_on_submit()
        source = """{% from "macros/form.html" import form_page, field %}{% call form_page(form, submit="Speichern") %}
        {% for item in form %}{{ field(item) }}{% endfor %}{% endcall %}"""
        return parse(render_template_string(source, form=form))


def test_every_field_has_a_label_and_every_group_a_legend() -> None:
    root = rendered()
    labelled = {label.get("for") for label in root.findall(".//label")}
    for field in [*root.findall(".//input"), *root.findall(".//select"), *root.findall(".//textarea")]:
        if field.get("type") != "hidden":
            assert field.get("id") in labelled
    assert {text(legend) for legend in root.findall(".//legend")} == {"Sichtbarkeit", "Themen (freiwillig)"}


def test_a_wrong_field_says_so_and_points_to_its_hint_and_its_error() -> None:
    root = rendered(name="Leitstelle")
    field = one(root, ".//input[@id='begins_on']")
    assert field.get("aria-invalid") == "true"
    assert field.get("aria-describedby") == "begins_on-hinweis begins_on-fehler"
    assert text(one(root, ".//p[@id='begins_on-fehler']")) == "Fehler: Bitte geben Sie an, wann es beginnt."
    right = one(root, ".//input[@id='name']")
    assert right.get("aria-invalid") is None
    assert right.get("value") == "Leitstelle"


def test_the_summary_takes_the_focus_and_leads_to_each_wrong_field() -> None:
    root = rendered(name="Leitstelle", kind="project")
    summary = one(root, ".//div[@role='group']")
    assert summary.get("tabindex") == "-1"
    assert summary.get("autofocus") is not None
    assert {link.get("href") for link in summary.findall(".//a")} == {"#begins_on", "#visibility-0"}
    ids = {element.get("id") for element in root.iter()}
    assert {"begins_on", "visibility-0"} <= ids


def test_a_form_without_errors_has_no_summary() -> None:
    app = kit()
    with app.test_request_context("/formular/"):
        source = "{% from 'macros/form.html' import error_summary %}{{ error_summary(form) }}"
        assert render_template_string(source, form=GalleryForm()).strip() == ""


def test_what_a_type_ahead_offers_is_shown_as_radios() -> None:
    root = rendered(partner="muster")
    radios = root.findall(".//input[@name='partner-auswahl']")
    assert [radio.get("value") for radio in radios] == ["99000001", "991025001"]


def test_a_label_is_escaped() -> None:
    class HostileForm(BaseForm):
        place = TypeaheadField(
            "<b>Ort</b>",
            source=lambda: "/orte",
            find=lambda text: [Candidate("1", "<i>"), Candidate("2", "<u>")],
            label_of=PLACES.get,
        )

    with kit().test_request_context():
        form = sent(HostileForm, place="x")
        form.validate()
        source = "{% from 'macros/form.html' import field %}{{ field(form.place) }}"
        root = parse(render_template_string(source, form=form))
    assert root.findall(".//b") == root.findall(".//i") == root.findall(".//u") == []
