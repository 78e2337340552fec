"""The forms of one's own account."""

from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from kooperation.accounts.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD
from kooperation.base.forms import BaseForm
from kooperation.base.text import N_


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

    name = StringField(N_("Name"), [InputRequired(N_("Bitte geben Sie Ihren Namen ein.")), Length(max=120)])


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
        [EqualTo("password", N_("Die beiden Kennwörter sind verschieden."))],
        render_kw={"autocomplete": "new-password"},
    )


class EmptyForm(BaseForm):
    """A button: nothing but the token."""
