"""The forms of the administration, of visitors' feedback, and what the addresses of its lists say."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from flask import url_for
from wtforms import BooleanField, EmailField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp

from kooperation.accounts.forms import (
    InviteForm,
    actor_candidates,
    actor_label,
    municipality_field,
    role_field,
)
from kooperation.accounts.queries.users import SignedIn, Standing, UserFilter, UserSort
from kooperation.accounts.rules import Role
from kooperation.administration.rules import TOPIC_KINDS
from kooperation.base.forms import BaseForm, Candidate, TypeaheadField
from kooperation.base.mail.reading import MailFilter, MailState
from kooperation.base.text import N_
from kooperation.parties.rules import TopicKind

LONGEST_SEARCH = 100
LONGEST_PAGE = 100_000
"""Characters of a legal page: twenty printed pages."""
LONGEST_FEEDBACK = 5_000

Choice = TypeVar("Choice", bound=StrEnum)


class EmptyForm(BaseForm):
    """A button: nothing but the token."""


class GrantForm(BaseForm):
    """At which municipality somebody gets which role."""

    municipality = municipality_field(N_("Kommune"), InputRequired(N_("Bitte nennen Sie die Kommune.")))
    role = role_field(N_("Rolle"), default=Role.EDITOR)


class InviteAnywhereForm(BaseForm):
    """Who is invited: to a role at a municipality, to look after the instance, or to both."""

    email = InviteForm.email
    municipality = municipality_field(N_("Kommune"))
    role = role_field(N_("Rolle bei der Kommune"), default=Role.MANAGER)
    is_admin = BooleanField(N_("Soll die Instanz verwalten"))
    message = InviteForm.message


def _users(text: str) -> list[Candidate]:
    """The users that may be meant; the log knows others who act, without an account."""
    return [one for one in actor_candidates(text) if one.value.isdigit()]


def _user_label(value: str) -> str | None:
    return actor_label(value) if value.isdigit() else None


class MergeUsersForm(BaseForm):
    """Into which account another one goes."""

    into = TypeaheadField(
        N_("Dieses Konto bleibt"),
        [InputRequired(N_("Bitte nennen Sie das Konto, das bleibt."))],
        source=lambda: url_for("administration.log_actors"),
        find=_users,
        label_of=_user_label,
        description=N_("Name oder E-Mail-Adresse"),
    )
    seen = HiddenField()
    """The account that somebody has looked at already."""


class EraseUserForm(BaseForm):
    """The end of somebody's account."""

    confirmed = BooleanField(N_("Danach soll niemand mehr diese Kommunen verwalten"))


class FeedbackForm(BaseForm):
    """What a visitor reports."""

    what = TextAreaField(
        N_("Was stört Sie?"),
        [InputRequired(N_("Bitte beschreiben Sie, was Sie stört.")), Length(max=LONGEST_FEEDBACK)],
        description=N_("Zum Beispiel, was Sie tun wollten, was nicht ging, und womit Sie lesen oder bedienen."),
        render_kw={"rows": 6, "maxlength": LONGEST_FEEDBACK},
    )
    page = StringField(N_("Auf welcher Seite?"), [Length(max=500)], render_kw={"maxlength": 500})
    address = EmailField(
        N_("Ihre E-Mail-Adresse"),
        [Length(max=254)],
        description=N_("Nur wenn Sie eine Antwort möchten."),
        render_kw={"autocomplete": "email"},
    )


class LegalForm(BaseForm):
    """The text of a legal page, and the version that it was begun with."""

    text = TextAreaField(
        N_("Text"),
        [InputRequired(N_("Die Seite darf nicht leer sein.")), Length(max=LONGEST_PAGE)],
        render_kw={"rows": 28, "spellcheck": "true"},
    )
    version = HiddenField(validators=[Regexp(r"[0-9]{1,9}\Z")])


class ContactForm(BaseForm):
    """Where feedback is sent to."""

    contact = EmailField(
        N_("Rückmeldungen gehen an"),
        [Length(max=254)],
        description=N_(
            "Am besten ein Funktionspostfach. Bleibt das Feld leer, bekommen sie alle, die die Instanz verwalten."
        ),
    )


class TermForm(BaseForm):
    """A word of a vocabulary."""

    name = StringField(
        N_("Name"),
        [InputRequired(N_("Bitte geben Sie einen Namen an.")), Length(max=120)],
        render_kw={"maxlength": 120},
    )


class TopicForm(TermForm):
    """A topic."""

    kind = RadioField(
        N_("Art"),
        [InputRequired(N_("Bitte wählen Sie eine Art."))],
        choices=[SelectChoice(kind, label) for kind, label in TOPIC_KINDS.items()],
        coerce=lambda value: TopicKind(value) if value in set(TopicKind) else None,
        default=TopicKind.FIELD,
    )


class MergeForm(BaseForm):
    """Which word stays; the view brings the choices."""

    into = SelectField(N_("Zusammenführen mit"), [InputRequired(N_("Bitte wählen Sie einen Begriff."))])


def read_user_filter(arguments: Mapping[str, str]) -> UserFilter:
    """The filter that the address of the list of users describes; unknown values count as not given."""
    order = arguments.get("sortierung", "")
    role = arguments.get("rolle", "")
    return UserFilter(
        text=_text(arguments),
        role=Role(int(role)) if role in {str(int(one)) for one in Role} else None,
        standing=_choice(Standing, arguments.get("stand")),
        signed_in=_choice(SignedIn, arguments.get("anmeldung")),
        admins=arguments.get("administration") == "ja",
        without_municipality=arguments.get("ohne-kommune") == "ja",
        sort=_choice(UserSort, order.removeprefix("-")) or UserSort.NAME,
        descending=order.startswith("-"),
    )


def read_mail_filter(arguments: Mapping[str, str]) -> MailFilter:
    """The filter that the address of the list of mails describes; unknown values count as not given."""
    return MailFilter(state=_choice(MailState, arguments.get("stand")), text=_text(arguments))


def _text(arguments: Mapping[str, str]) -> str:
    # PostgreSQL takes no text with the character NUL.
    return arguments.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]


def _choice(enumeration: type[Choice], value: Any) -> Choice | None:
    return enumeration(value) if value in {one.value for one in enumeration} else None
