"""Who took the place of units: told by the territorial changes, or else proposed."""

from kooperation.register.rules.successions.stored import (
    ending_of,
    endings,
    official_successors,
    rekeys_to_merge,
    successors_today,
)

__all__ = ["ending_of", "endings", "official_successors", "rekeys_to_merge", "successors_today"]
