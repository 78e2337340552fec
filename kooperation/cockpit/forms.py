"""The forms of the mails that one is sent, and the filter of what lies below a municipality."""

from collections.abc import Mapping
from typing import Any

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from kooperation.base.forms import BaseForm, CheckboxesField
from kooperation.base.text import N_
from kooperation.cockpit.queries.reach import Lack, ReachFilter
from kooperation.cockpit.rules import KINDS, RHYTHMS, Rhythm

LONGEST_NAME = 100


def _rhythm(value: Any) -> Rhythm | None:
    return Rhythm(value) if value in set(Rhythm) else None


class MailsForm(BaseForm):
    """How often one is told by mail, and of what."""

    rhythm = RadioField(
        N_("Wie oft"),
        [InputRequired(N_("Bitte wählen Sie, wie oft."))],
        coerce=_rhythm,
        choices=[SelectChoice(one, label) for one, label in RHYTHMS.items()],
        description=N_("Es kommt nur eine Mail, wenn es seit der letzten etwas Neues gibt."),
    )
    kinds = CheckboxesField(N_("Worüber"), choices=[SelectChoice(kind, label) for kind, label in KINDS.items()])


def read_reach_filter(arguments: Mapping[str, str]) -> ReachFilter:
    """The filter that an address asks for; what it cannot mean is left out."""
    lack = arguments.get("stand", "")
    name = arguments.get("name", "").replace("\0", "")[:LONGEST_NAME].strip()
    return ReachFilter(name, Lack(lack) if lack in set(Lack) else None)
