"""A refusal is told where the person typed, and undoes what was begun."""

import pytest
from sqlalchemy import func, select
from wtforms import Form, StringField

from kooperation.base.db import db
from kooperation.base.errors import RuleViolation, refusals_shown_on
from kooperation.parties.models import Party


class Entry(Form):
    """A form with one field."""

    name = StringField("Name")


@pytest.mark.parametrize(
    ("field", "at_field", "at_form"),
    [("name", ["So nicht."], []), (None, [], ["So nicht."]), ("other", [], ["So nicht."])],
)
def test_a_refusal_stands_at_its_field_or_above_the_form_and_nothing_is_stored(make, field, at_field, at_form):
    db.session.commit()
    form = Entry()
    with refusals_shown_on(form):
        make.municipality()
        raise RuleViolation("So nicht.", field)
    assert list(form.name.errors) == at_field
    assert list(form.form_errors) == at_form
    assert db.session.scalar(select(func.count()).select_from(Party)) == 0


def test_other_errors_are_not_hidden(context):
    with pytest.raises(ZeroDivisionError), refusals_shown_on(Entry()):
        raise ZeroDivisionError
