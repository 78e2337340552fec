"""The forms of one's own account, of joining and of deciding about it."""

import re
from typing import Any

from flask import url_for
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length, Regexp, ValidationError

from kooperation.accounts.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD, Role
from kooperation.base import index
from kooperation.base.forms import BaseForm, Candidate, TypeaheadField
from kooperation.base.i18n import _
from kooperation.base.text import N_
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


class PasswordForm(BaseForm):
    """A new password, with the old one to show who asks."""

    current = PasswordField(
        N_("Bisheriges Kennwort"),
        [InputRequired(N_("Bitte geben Sie Ihr bisheriges Kennwort ein."))],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        N_("Neues Kennwort"),
        [InputRequired(N_("Bitte geben Sie ein neues Kennwort ein.")), Length(max=LONGEST_PASSWORD)],
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


class AskForm(BaseForm):
    """Which municipality one wants to belong to, and as what."""

    municipality = TypeaheadField(
        N_("Kommune"),
        [InputRequired(N_("Bitte nennen Sie Ihre Kommune: Name, AGS oder Postleitzahl."))],
        source=lambda: url_for("search.suggestions", art=MUNICIPALITY),
        find=_candidates,
        label_of=_name_of,
        description=N_("Gemeinde, Stadt, Gemeindeverband oder Landkreis: Name, AGS oder Postleitzahl"),
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


class RegisterForm(AskForm):
    """A new account, and the municipality that it wants to belong to."""

    name = StringField(
        N_("Vor- und Nachname"),
        [InputRequired(N_("Bitte geben Sie Ihren Namen ein.")), Length(max=120), a_name],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        N_("Dienstliche E-Mail-Adresse"),
        [
            InputRequired(N_("Bitte geben Sie Ihre Adresse ein.")),
            Length(max=254),
            Regexp(
                # No two parts can take the same sign: what does not match takes time by the length, not its square.
                r"\s*[^@\s]+@[^@\s.]+(\.[^@\s.]+)+\s*$",
                message=N_("Bitte schreiben Sie die Adresse so: name@kommune.de."),
            ),
        ],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        N_("Kennwort"),
        [InputRequired(N_("Bitte geben Sie ein Kennwort ein.")), Length(max=LONGEST_PASSWORD)],
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
