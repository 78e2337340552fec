"""What the kinds of things that can be found are called, and what a found one leads to."""

from kooperation.base.index import Found, Hit, Rank
from kooperation.base.text import N_

KINDS = {"municipality": N_("Kommunen")}
"""The kinds in the order in which they are offered as filters, and what several of one are called."""


def only_meant(found: Found) -> Hit | None:
    """The one hit that the query can mean: it has just this code, and nothing else begins with it; otherwise None."""
    if found.total != 1 or not found.hits:
        return None
    (hit,) = found.hits
    return hit if hit.rank is Rank.EXACT and hit.code is not None else None
