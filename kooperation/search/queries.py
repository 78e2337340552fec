"""Reading the index for pages."""

from dataclasses import dataclass

from kooperation.base import index
from kooperation.base.index import Found, Hit
from kooperation.base.paging import PER_PAGE, Page


@dataclass(frozen=True, slots=True)
class Results:
    """A page of results, and all that is to be said about them."""

    found: Found
    page: Page[Hit]


def results(text: str, kind: str | None, number: int) -> Results:
    """A page of what a query finds, of one kind or of all; a page behind the last one gives the last."""
    kinds = None if kind is None else (kind,)
    found = index.find(text, kinds=kinds, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    page = Page(found.hits, number, found.total)
    if number <= page.pages:
        return Results(found, page)
    found = index.find(text, kinds=kinds, limit=PER_PAGE, offset=(page.pages - 1) * PER_PAGE)
    return Results(found, Page(found.hits, page.pages, found.total))
