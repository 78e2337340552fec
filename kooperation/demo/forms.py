"""Signing in as an invented person."""

from wtforms import HiddenField

from kooperation.base.forms import BaseForm


class ExampleForm(BaseForm):
    """Who one wants to be, and where one wanted to go."""

    email = HiddenField()
    weiter = HiddenField()
