"""Lists in pages of fifty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from kooperation.base.db import db

PER_PAGE = 50

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list: its items, which page it is (from 1) and how many items there are in all."""

    items: Sequence[T]
    number: int
    total: int
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """The place of the first item shown, from 1; 0 where there is none."""
        return (self.number - 1) * self.per_page + 1 if self.items else 0

    @property
    def last(self) -> int:
        """The place of the last item shown."""
        return self.first + len(self.items) - 1 if self.items else 0

    @property
    def has_previous(self) -> bool:
        """Whether a page comes before this one."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether a page follows this one."""
        return self.number < self.pages


def page_number(arguments: Mapping[str, str]) -> int:
    """The number of the page that an address asks for ("seite=3"); 1 where it asks for none, or for nonsense."""
    text = arguments.get("seite", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def paged(
    statement: Select[Any], number: int, per_page: int = PER_PAGE, *, counted: Select[int] | None = None
) -> Page[Any]:
    """Run a statement for one of its pages: two statements, whatever the number of rows.

    ``counted`` counts the rows where that takes less than running the statement without its limit.
    A page behind the last one gives the last, so that an old link still shows something.
    """
    if counted is None:
        counted = select(func.count()).select_from(statement.order_by(None).subquery())
    total = db.session.scalar(counted) or 0
    number = min(max(1, number), max(1, -(-total // per_page)))
    rows = db.session.execute(statement.limit(per_page).offset((number - 1) * per_page)).all() if total else []
    return Page(rows, number, total, per_page)
