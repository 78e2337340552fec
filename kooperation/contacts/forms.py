"""The forms of a municipality's entry."""

from wtforms import EmailField, HiddenField, StringField, TelField, TextAreaField
from wtforms.validators import Length

from kooperation.base.forms import BaseForm, SharedForm
from kooperation.base.text import N_
from kooperation.contacts.rules import FIELDS, LONGEST_PHONE, LONGEST_TEXT, LONGEST_WEBSITE

# The rules know the lengths of what is stored; what is typed may have more around it.
_ROOM = 2


class ProfileForm(SharedForm):
    """What a municipality says about itself."""

    website = StringField(
        FIELDS["website"],
        [Length(max=_ROOM * LONGEST_WEBSITE)],
        description=N_("Zum Beispiel www.kommune.de"),
        render_kw={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"},
    )
    email = EmailField(
        FIELDS["email"],
        [Length(max=_ROOM * 254)],
        description=N_("Ein Postfach, das auch in der Urlaubszeit gelesen wird, zum Beispiel poststelle@kommune.de"),
        render_kw={"autocomplete": "off"},
    )
    phone = TelField(
        FIELDS["phone"],
        [Length(max=_ROOM * LONGEST_PHONE)],
        description=N_("Mit Vorwahl, zum Beispiel 09131 86-0"),
        render_kw={"autocomplete": "off"},
    )
    text = TextAreaField(
        FIELDS["text"],
        # A browser sends the end of a line as two characters.
        [Length(max=_ROOM * LONGEST_TEXT)],
        description=N_(
            "Ein paar Sätze über Ihre Kommune, höchstens 2.000 Zeichen. Eine leere Zeile beginnt einen Absatz, "
            "- am Zeilenanfang eine Aufzählung, **zwei Sterne** machen fett."
        ),
        render_kw={"rows": 8, "maxlength": LONGEST_TEXT},
    )
    origin = HiddenField()
    weiter = HiddenField()


class ConfirmForm(BaseForm):
    """The version that one has read and confirms."""

    version = HiddenField()
