"""What can go wrong in a way that a person may read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kooperation.base.db import db

if TYPE_CHECKING:
    from wtforms import Form


class RuleViolation(Exception):
    """A rule of the domain refuses what was asked for; the message is a sentence for the person who asked.

    ``field`` names the form field that the sentence belongs to, where there is one.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    @property
    def each(self) -> Sequence["RuleViolation"]:
        """The refusals, one by one: this one alone."""
        return (self,)


class RuleViolations(RuleViolation):
    """Several refusals of one input, so that they are told at once."""

    def __init__(self, refusals: Sequence[RuleViolation]) -> None:
        super().__init__(" ".join(one.message for one in refusals))
        self._refusals = refusals

    @property
    def each(self) -> Sequence[RuleViolation]:
        """The refusals, one by one."""
        return self._refusals


class Gone(RuleViolation):
    """What was to be changed was removed meanwhile, so that no page of it is left to say so on."""


class Outdated(Exception):
    """Somebody else changed the record after the form was opened; nothing may be stored over that unseen."""


@contextmanager
def refusals_shown_on(form: "Form") -> Iterator[None]:
    """Turn a RuleViolation in the block into an error on the form and undo what the block changed.

    One that says that something is gone is told on the start page (``base/web.py``).
    """
    try:
        yield
    except Gone:
        raise
    except RuleViolation as refusal:
        db.session.rollback()
        for one in refusal.each:
            if one.field and one.field in form:
                field = form[one.field]
                field.errors = [*field.errors, one.message]
            else:
                form.form_errors.append(one.message)
