"""One import at a time: a plan is applied to the register that it was made on, or not at all."""

from kooperation.base.db import wait_for_turn
from kooperation.base.errors import RuleViolation
from kooperation.register.queries.state import Imports, imports_so_far


def take_turn(made_on: Imports) -> None:
    """Wait for other imports and keep them out to the end of the transaction.

    Refuses where one of them came in between (RuleViolation): the plan has to be made anew.
    """
    wait_for_turn("import")
    if imports_so_far() != made_on:
        raise RuleViolation(
            "Das Register hat sich geändert, seit der Plan entstand. Bitte lesen Sie die Datei neu ein."
        )
