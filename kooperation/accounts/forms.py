"""The forms of one's own account, of joining and of deciding about it."""

import re
from collections.abc import Mapping
from typing import Any

from flask import url_for
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length, Regexp, ValidationError

from kooperation.accounts import queries
from kooperation.accounts.rules import LANGUAGES, LONGEST_PASSWORD, SHORTEST_PASSWORD, MailLanguage, Role
from kooperation.audit.telling import all_words
from kooperation.base import index
from kooperation.base.forms import BaseForm, Candidate, TypeaheadField
from kooperation.base.i18n import _
from kooperation.base.text import N_, fold
from kooperation.parties.queries import ancestors, municipalities, municipality_by_key

MUNICIPALITY = "municipality"
"""What the search calls the municipalities that it finds."""
MOST_CANDIDATES = 8
LONGEST_NOTE = 500
_LIKE_A_LINK = re.compile(r"://|www\.|@", re.IGNORECASE)


def a_name(_form: BaseForm, field: StringField) -> None:
    """Refuse what would let a name be a message of its own: mails begin with it, also to people who never asked."""
    if not (field.data or "").isprintable() or _LIKE_A_LINK.search(field.data or ""):
        raise ValidationError(_("Ein Name enthält keine Verweise und keine Zeilenumbrüche."))


class SignInForm(BaseForm):
    """Address and password."""

    email = EmailField(
        N_("E-Mail-Adresse"),
        [InputRequired(N_("Bitte geben Sie Ihre Adresse ein.")), Length(max=254)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        N_("Kennwort"),
        [InputRequired(N_("Bitte geben Sie Ihr Kennwort ein.")), Length(max=1_000)],
        render_kw={"autocomplete": "current-password"},
    )
    weiter = HiddenField()


class NameForm(BaseForm):
    """How one is called."""

    name = StringField(N_("Name"), [InputRequired(N_("Bitte geben Sie Ihren Namen ein.")), Length(max=120), a_name])


_LONG_ENOUGH = (
    Length(min=SHORTEST_PASSWORD, message=N_("Das Kennwort braucht mindestens %(min)d Zeichen.")),
    Length(max=LONGEST_PASSWORD),
)


class PasswordForm(BaseForm):
    """A new password, with the old one to show who asks."""

    current = PasswordField(
        N_("Bisheriges Kennwort"),
        [InputRequired(N_("Bitte geben Sie Ihr bisheriges Kennwort ein."))],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        N_("Neues Kennwort"),
        [InputRequired(N_("Bitte geben Sie ein neues Kennwort ein.")), *_LONG_ENOUGH],
        description=N_("Mindestens 12 Zeichen; am besten mehrere Wörter, die nichts miteinander zu tun haben."),
        render_kw={"autocomplete": "new-password", "minlength": SHORTEST_PASSWORD},
    )
    repeated = PasswordField(
        N_("Neues Kennwort wiederholen"),
        [
            InputRequired(N_("Bitte geben Sie es noch einmal ein.")),
            EqualTo("password", N_("Die beiden Kennwörter sind verschieden.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class NewPasswordForm(PasswordForm):
    """A new password, for whoever came by a link."""

    current = None


class ForgottenForm(BaseForm):
    """Where the link to a new password goes."""

    email = EmailField(
        N_("E-Mail-Adresse"),
        [InputRequired(N_("Bitte geben Sie Ihre Adresse ein.")), Length(max=254)],
        description=N_("Die Adresse, mit der Sie sich anmelden."),
        render_kw={"autocomplete": "username"},
    )


_AS_ADDRESS = Regexp(
    # No two parts can take the same sign: what does not match takes time by the length, not its square.
    r"\s*[^@\s]+@[^@\s.]+(\.[^@\s.]+)+\s*$",
    message=N_("Bitte schreiben Sie die Adresse so: name@kommune.de."),
)


def address_field(label: str, missing: str, **more: Any) -> EmailField:
    """A mail address that somebody types in for the first time."""
    return EmailField(label, [InputRequired(missing), Length(max=254), _AS_ADDRESS], **more)


class AddressForm(BaseForm):
    """Another address for one's account, with the password to show who asks."""

    email = address_field(
        N_("Neue E-Mail-Adresse"),
        N_("Bitte geben Sie die neue Adresse ein."),
        description=N_("Dorthin geht eine Mail mit einem Link. Bis Sie ihm folgen, gilt Ihre bisherige Adresse."),
        render_kw={"autocomplete": "email"},
    )
    current = PasswordField(
        N_("Ihr Kennwort"),
        [InputRequired(N_("Bitte geben Sie Ihr Kennwort ein."))],
        id="adresse-kennwort",
        render_kw={"autocomplete": "current-password"},
    )


def _language(value: Any) -> MailLanguage | None:
    return MailLanguage(str(value)) if str(value) in set(MailLanguage) else None


class LanguageForm(BaseForm):
    """In which language one gets mails."""

    language = RadioField(
        N_("Sprache der Mails"),
        [InputRequired(N_("Bitte wählen Sie eine Sprache."))],
        coerce=_language,
        choices=[
            SelectChoice(MailLanguage.GERMAN.value, LANGUAGES[MailLanguage.GERMAN]),
            SelectChoice(MailLanguage.ENGLISH.value, LANGUAGES[MailLanguage.ENGLISH]),
        ],
        description=N_("Die Seiten selbst gibt es nur auf Deutsch."),
    )


class ResendForm(BaseForm):
    """Where the link that confirms an address goes once more."""

    email = EmailField(
        N_("E-Mail-Adresse"),
        [InputRequired(N_("Bitte geben Sie Ihre Adresse ein.")), Length(max=254)],
        description=N_("Die Adresse, mit der Sie sich registriert haben."),
        render_kw={"autocomplete": "username"},
    )


class ConfirmForm(BaseForm):
    """The password that one registered with, to show that it was oneself."""

    password = PasswordField(
        N_("Kennwort"),
        [InputRequired(N_("Bitte geben Sie Ihr Kennwort ein.")), Length(max=1_000)],
        description=N_("Das Kennwort, das Sie beim Registrieren gewählt haben."),
        render_kw={"autocomplete": "current-password"},
    )


class DeleteAccountForm(BaseForm):
    """The end of one's own account."""

    password = PasswordField(
        N_("Ihr Kennwort"),
        [InputRequired(N_("Bitte geben Sie Ihr Kennwort ein.")), Length(max=1_000)],
        render_kw={"autocomplete": "current-password"},
    )
    confirmed = BooleanField(N_("Danach soll niemand mehr diese Kommunen verwalten"))


class EmptyForm(BaseForm):
    """A button: nothing but the token."""


def _candidates(text: str) -> list[Candidate]:
    hits = index.find(text, kinds=(MUNICIPALITY,), limit=MOST_CANDIDATES).hits
    found = municipalities([hit.subject_id for hit in hits])
    above = ancestors(found)
    candidates = []
    for unit in found:
        places = [above[number].display_name for number in (unit.district_id, unit.land_id) if number in above]
        candidates.append(Candidate(unit.key or "", ", ".join(dict.fromkeys([unit.display_name, *places]))))
    return candidates


def _name_of(key: str) -> str | None:
    unit = municipality_by_key(key)
    return unit.display_name if unit else None


def actor_candidates(text: str) -> list[Candidate]:
    """Who may be meant as the one who changed something: users, and actors without an account."""
    if not text.strip():
        return []
    without = [name for name in all_words().actors if fold(text.strip()) in fold(name)]
    users = queries.users_like(text.strip(), MOST_CANDIDATES)
    named = [Candidate(str(user.id), f"{user.name} ({user.email})") for user in users]
    return [*(Candidate(name, name) for name in without), *named][:MOST_CANDIDATES]


def actor_label(value: str) -> str | None:
    """How the log's filter calls an actor: by a user's number, or by the name of one without an account."""
    if value in all_words().actors:
        return value
    is_number = value.isascii() and value.isdigit() and len(value) < 10
    user = queries.user_by_id(int(value)) if is_number else None
    return f"{user.name} ({user.email})" if user else None


def _role(value: Any) -> Role | None:
    text = str(int(value)) if isinstance(value, Role) else str(value)
    return Role(int(text)) if text in {str(int(role)) for role in Role} else None


def role_field(label: str, **more: Any) -> RadioField:
    """One of the roles, each with what it may do."""
    return RadioField(
        label,
        [InputRequired(N_("Bitte wählen Sie eine Rolle."))],
        coerce=_role,
        choices=[
            SelectChoice(Role.READER, N_("liest mit: sieht, was alle Mitglieder sehen")),
            SelectChoice(Role.EDITOR, N_("bearbeitet: trägt für die Kommune ein und ändert")),
            SelectChoice(Role.MANAGER, N_("verwaltet: entscheidet außerdem, wer dazugehört")),
        ],
        **more,
    )


# Fields stand in a form, and its errors in the summary, in the order in which they were made.
class _NewNameForm(BaseForm):
    name = StringField(
        N_("Vor- und Nachname"),
        [InputRequired(N_("Bitte geben Sie Ihren Namen ein.")), Length(max=120), a_name],
        render_kw={"autocomplete": "name"},
    )


class _NewAddressForm(BaseForm):
    email = address_field(
        N_("Dienstliche E-Mail-Adresse"),
        N_("Bitte geben Sie Ihre Adresse ein."),
        render_kw={"autocomplete": "username"},
    )


class NewAccountForm(_NewNameForm):
    """A name and a password."""

    password = PasswordField(
        N_("Kennwort"),
        [InputRequired(N_("Bitte geben Sie ein Kennwort ein.")), *_LONG_ENOUGH],
        description=N_("Mindestens 12 Zeichen; am besten mehrere Wörter, die nichts miteinander zu tun haben."),
        render_kw={"autocomplete": "new-password", "minlength": SHORTEST_PASSWORD},
    )
    repeated = PasswordField(
        N_("Kennwort wiederholen"),
        [
            InputRequired(N_("Bitte wiederholen Sie das Kennwort.")),
            EqualTo("password", N_("Die beiden Kennwörter sind verschieden.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class InviteForm(BaseForm):
    """Who is invited, to which role, with which words."""

    email = address_field(
        N_("E-Mail-Adresse"),
        N_("Bitte geben Sie die Adresse ein."),
        description=N_("Die Einladung gilt nur für diese Adresse."),
        render_kw={"autocomplete": "off"},
    )
    role = role_field(N_("Rolle"), default=Role.EDITOR)
    message = TextAreaField(
        N_("Nachricht"),
        [Length(max=LONGEST_NOTE)],
        description=N_("Sie steht in der Mail."),
        render_kw={"maxlength": LONGEST_NOTE, "rows": 3},
    )


def municipality_field(label: str, *validators: Any) -> TypeaheadField:
    """A municipality that takes part, by its key."""
    return TypeaheadField(
        label,
        list(validators),
        source=lambda: url_for("search.suggestions", art=MUNICIPALITY),
        find=_candidates,
        label_of=_name_of,
        description=N_("Gemeinde, Stadt, Gemeindeverband oder Landkreis: Name, AGS oder Postleitzahl"),
    )


class AskForm(BaseForm):
    """Which municipality one wants to belong to, and as what."""

    municipality = municipality_field(
        N_("Kommune"), InputRequired(N_("Bitte nennen Sie Ihre Kommune: Name, AGS oder Postleitzahl."))
    )
    role = role_field(N_("Gewünschte Rolle"), default=Role.EDITOR)
    note = TextAreaField(
        N_("Nachricht"),
        [Length(max=LONGEST_NOTE)],
        description=N_(
            "Zum Beispiel Ihre Stelle und wofür Sie zuständig sind. Sie liest, wer über die Anfrage entscheidet."
        ),
        render_kw={"maxlength": LONGEST_NOTE, "rows": 3},
    )


class RegisterForm(NewAccountForm, _NewAddressForm, AskForm):
    """A new account, and the municipality that it wants to belong to."""


class ApproveForm(BaseForm):
    """As what somebody is let in."""

    role = role_field(N_("Aufnehmen als"))


class DeclineForm(BaseForm):
    """Why somebody is not let in."""

    reason = TextAreaField(
        N_("Begründung"),
        [InputRequired(N_("Bitte begründen Sie die Ablehnung.")), Length(max=LONGEST_NOTE)],
        description=N_("Die Begründung wird der Person gezeigt."),
        render_kw={"maxlength": LONGEST_NOTE, "rows": 3},
    )


class RoleForm(BaseForm):
    """Another role for a member."""

    role = role_field(N_("Rolle"))
    confirmed = BooleanField(N_("Danach soll niemand mehr die Kommune verwalten"))


class RemoveForm(BaseForm):
    """Taking a member out."""

    confirmed = BooleanField(N_("Danach soll niemand mehr die Kommune verwalten"))


class ChoiceForm(BaseForm):
    """At which of the successors one goes on; the view brings the choices."""

    successor = RadioField(N_("Dort geht es für mich weiter"), [InputRequired(N_("Bitte wählen Sie eine Kommune."))])


class ConsentForm(BaseForm):
    """Which municipality above is meant."""

    caretaker = HiddenField(validators=[InputRequired()])


class ActingForm(BaseForm):
    """For which of one's municipalities one acts, and the page to go back to."""

    municipality = HiddenField(validators=[InputRequired()])
    weiter = HiddenField()


class LogForm(BaseForm):
    """Who and whose in the log. It changes nothing, so it is sent by GET and needs no token."""

    who = TypeaheadField(
        N_("Wer"),
        source=lambda: url_for("administration.log_actors"),
        find=actor_candidates,
        label_of=actor_label,
        name="wer-suche",
    )
    place = TypeaheadField(
        N_("Kommune"),
        source=lambda: url_for("search.suggestions", art=MUNICIPALITY),
        find=_candidates,
        label_of=_name_of,
        name="kommune-suche",
    )

    def __init__(self, arguments: Mapping[str, str]) -> None:
        super().__init__(arguments, meta={"csrf": False})
        self.is_filled = bool(arguments.get(self.who.name) or arguments.get(self.place.name))
