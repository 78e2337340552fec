"""Forms: the base of all (CSRF, accessible names), dates as Germans write them, and a type-ahead for long choices."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, SelectMultipleField, StringField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from kooperation.base.db import today

# A date is written with up to two digits for day and month; ISO dates come from browsers and from other programs.
_GERMAN = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
# Two digits of a year mean this century up to thirty years ahead, and the last one behind that.
_YEARS_AHEAD = 30
_GROUPS = frozenset({"RadioField", "CheckboxesField"})


class BaseForm(FlaskForm):  # type: ignore[misc]
    """What every form has: a token against forged requests, and fields that name their hint and their errors."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How the fields are built and rendered."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent, without the character NUL: no keyboard has it, and PostgreSQL stores no text with it."""
            sent = super().wrap_formdata(form, formdata)
            if not sent:
                return sent
            pairs = sent.items(multi=True)
            return MultiDict(
                (name, value.replace("\0", "") if isinstance(value, str) else value) for name, value in pairs
            )

        def render_field(self, field: Field, render_kw: Mapping[str, Any]) -> Markup:
            """Render a field, described by its hint and, where it is wrong, by its errors."""
            return super().render_field(field, _described(field) | dict(render_kw))  # type: ignore[no-any-return]

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, by the name of the field, without the token: the arguments of a service."""
        return {name: value for name, value in self.data.items() if name != "csrf_token"}


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A field that somebody else changed while a form was open: what is stored now, and whether that is taken.

    It is taken where the field was left as it was; otherwise the field keeps what was typed.
    """

    label: str
    stored: str
    is_taken: bool


class SharedForm(BaseForm):
    """A form on a record that several people may have open: it remembers which version it shows.

    Made by ``opened``. The service compares ``opened_version`` with the record's and raises ``Outdated``; the view
    then calls ``catch_up`` and shows the form again with the macro ``meanwhile``. Sent once more, it is on the
    version that is stored now. The fields hold text.
    """

    version = HiddenField()
    as_opened = HiddenField()

    @classmethod
    def opened(cls, version: int, values: Mapping[str, str]) -> Self:
        """The form with a record's values, or with what was sent. A record that is not stored yet has version 0."""
        return cls(data={**values, "version": str(version), "as_opened": json.dumps(dict(values))})

    @property
    def opened_version(self) -> int:
        """The version that the form was opened with."""
        sent = self.version.data or ""
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, without what the form remembers for itself."""
        return {name: value for name, value in super().values.items() if name not in {"version", "as_opened"}}

    def catch_up(self, version: int, stored: Mapping[str, str]) -> list[Meanwhile]:
        """Take over what is stored now where it was left alone here; gives what somebody else changed meanwhile."""
        before = self._before()
        found = []
        for name, now in stored.items():
            field, was = self[name], before.get(name, "")
            if _same(was, now) or _same(field.data or "", now):
                continue
            is_taken = _same(field.data or "", was)
            if is_taken:
                field.data = now
            found.append(Meanwhile(field.label.text, now, is_taken))
        self.version.data, self.as_opened.data = str(version), json.dumps(dict(stored))
        return found

    def _before(self) -> dict[str, str]:
        """The values that the form was opened with; whoever sends something else only confuses themselves."""
        try:
            found = json.loads(self.as_opened.data or "{}")
        except (ValueError, RecursionError):
            return {}
        return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def _same(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but their spaces and ends of lines, which browsers change."""
    return one.split() == other.split()


def _described(field: Field) -> dict[str, Any]:
    if field.type == "CSRFTokenField":
        return {"id": False}  # several forms may stand on one page, and an id is unique
    if field.type in _GROUPS:
        return {}
    notes = [f"{field.id}-hinweis"] if field.description else []
    attributes: dict[str, Any] = {}
    if field.errors:
        notes.append(f"{field.id}-fehler")
        attributes["aria-invalid"] = "true"
    if notes:
        attributes["aria-describedby"] = " ".join(notes)
    return attributes


def parse_date(text: str, this_year: int) -> date:
    """A day written as 31.12.2026, 31.12.26 or 2026-12-31.

    Raises ValueError with a sentence for the person who typed it.
    """
    text = text.strip()
    if match := _GERMAN.fullmatch(text):
        day, month, year = match.groups()
    elif match := _ISO.fullmatch(text):
        year, month, day = match.groups()
    else:
        raise ValueError(_("Bitte schreiben Sie das Datum so: 31.12.2026."))
    try:
        return date(_whole_year(year, this_year), int(month), int(day))
    except ValueError:
        raise ValueError(_("Diesen Tag gibt es im Kalender nicht: %(text)s.", text=text)) from None


def _whole_year(digits: str, this_year: int) -> int:
    if len(digits) == 4:
        return int(digits)
    year = this_year // 100 * 100 + int(digits)
    return year - 100 if year > this_year + _YEARS_AHEAD else year


class GermanDateField(StringField):  # type: ignore[misc]
    """A day, typed; shown as 31.12.2026. What cannot be read stays in the field as it was typed."""

    data: date | None

    def __init__(self, label: str | None = None, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        kwargs["render_kw"] = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 12} | kwargs.get(
            "render_kw", {}
        )
        super().__init__(label, validators, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day, or say how it is to be written."""
        self.data = None
        if valuelist and valuelist[0].strip():
            self.data = parse_date(valuelist[0], today().year)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime("%d.%m.%Y") if self.data else ""


class CheckboxesField(SelectMultipleField):  # type: ignore[misc]
    """Several of a few choices, as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the things that a type-ahead can choose: what is stored, and how it is called."""

    value: str
    label: str


class TypeaheadField(StringField):  # type: ignore[misc]
    """One of very many: the person types, JavaScript suggests, and the chosen value travels in a hidden input.

    Without JavaScript the typed text alone comes back; ``find`` then looks for it. One hit is taken, several are
    offered as radios below the field, none is an error. ``label_of`` names a value that is known already, or gives
    None for one that may not be chosen. ``source`` gives the address of the suggestions.
    """

    data: str | None

    def __init__(
        self,
        label: str | None = None,
        validators: Sequence[Any] = (),
        *,
        source: Callable[[], str],
        find: Callable[[str], Sequence[Candidate]],
        label_of: Callable[[str], str | None],
        **kwargs: Any,
    ) -> None:
        kwargs["render_kw"] = {"autocomplete": "off", "maxlength": 200} | kwargs.get("render_kw", {})
        super().__init__(label, validators, **kwargs)
        self._source, self._find, self._label_of = source, find, label_of
        self._typed: str | None = None
        self.candidates: Sequence[Candidate] = ()

    @property
    def source_url(self) -> str:
        """Where the suggestions come from."""
        return self._source()

    @property
    def value_text(self) -> str:
        """The chosen value as it travels in the hidden input."""
        return self.data or ""

    @property
    def value_label(self) -> str:
        """The name that the chosen value had when it was chosen: a different text means a different choice."""
        return (self._label_of(self.data) or "") if self.data else ""

    def process(self, formdata: Any, data: Any = None, **kwargs: Any) -> None:
        """Take the choice from what was sent: the radio, else the hidden value, else what was typed."""
        if formdata is None or self.name not in formdata:
            super().process(None, *([] if data is None else [data]), **kwargs)
            return
        super().process(None, **kwargs)
        self._typed = str(formdata.get(self.name, "")).strip()
        self.raw_data = [self._typed]
        self.data = self._chosen(formdata)

    def _chosen(self, formdata: Any) -> str | None:
        picked = formdata.get(f"{self.name}-auswahl")
        if picked and self._label_of(picked) is not None:
            return str(picked)
        if not self._typed:
            return None
        value = formdata.get(f"{self.name}-wert")
        if value and formdata.get(f"{self.name}-name") == self._typed and self._label_of(value) is not None:
            return str(value)
        hits = self._find(self._typed)
        if len(hits) == 1:
            return hits[0].value
        self.candidates = hits
        return None

    def pre_validate(self, form: Any) -> None:
        """Refuse a text that names nothing, or more than one thing."""
        if self._typed and self.data is None:
            if self.candidates:
                raise StopValidation(
                    _("„%(text)s“ ist nicht eindeutig. Bitte wählen Sie einen der Vorschläge.", text=self._typed)
                )
            raise StopValidation(_("„%(text)s“ wurde nicht gefunden.", text=self._typed))

    def _value(self) -> str:
        if self.data:
            return self.value_label
        return self._typed or ""
