"""The only way upwards: a lower feature announces, an upper one has registered to act.

Each hook is a typed list of functions. ``app.py`` fills them once at the start; calling one calls each function
in the order of registration, within the caller's transaction.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Hook(Generic[P, R]):
    """A named place where upper features add what they do or have to say."""

    def __init__(self) -> None:
        self._functions: list[Callable[P, R]] = []

    def register(self, function: Callable[P, R]) -> None:
        """Add a function; the same one twice counts once, so that a second app in a process changes nothing."""
        if function not in self._functions:
            self._functions.append(function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """Call all functions and give back their answers in the order of registration."""
        return [function(*args, **kwargs) for function in self._functions]

    def __iter__(self) -> Iterator[Callable[P, R]]:
        return iter(self._functions)


@dataclass(frozen=True, slots=True)
class PageSlot:
    """A section that another feature shows on a page: a template and what it is rendered with, as ``slot.values``."""

    template: str
    values: dict[str, Any] = field(default_factory=dict)
    position: int = 100


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for a user: what it is, a sentence about it, where to do it, and since when."""

    title: str
    text: str
    url: str
    since: datetime


@dataclass(frozen=True, slots=True)
class SignInExample:
    """An invented person whom the page of the sign-in offers: with what one signs in, and as what."""

    email: str
    name: str
    what: str
    password: str


@dataclass(frozen=True, slots=True)
class News:
    """Something that a user is told of in a digest: of which kind, what, where to read it, and since when."""

    kind: str
    title: str
    text: str
    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredData:
    """What a table holds about a person: the name of the table in the interface, and its rows by column name.

    The labels of the columns are those that the interface uses; a value is a text, a number, a truth, an instant or
    nothing.
    """

    table: str
    label: str
    labels: dict[str, str]
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class LogColumn:
    """How the log calls a column: its label, the labels of its values, and whether these are keys of municipalities."""

    label: str
    values: Mapping[str, str] = field(default_factory=dict)
    is_place: bool = False


@dataclass(frozen=True, slots=True)
class LogWords:
    """What a feature says of what it writes to the log, in German, marked for translation.

    ``events`` says what happened, ``kinds`` what sort of record it happened to, ``columns`` what changed; ``actors``
    are the names of those who act without an account.
    """

    events: Mapping[str, str]
    kinds: Mapping[str, str]
    columns: Mapping[str, LogColumn]
    actors: tuple[str, ...] = ()


page_slot: Hook[[Any], PageSlot | None] = Hook()
"""page_slot(party): a section for the party's page, or None where there is nothing to show."""

home_slot: Hook[[Any, Any], PageSlot | None] = Hook()
"""home_slot(user, municipality): a card for the start page of whoever acts for the municipality, or None."""

index_documents: Hook[[], Iterable[Any]] = Hook()
"""index_documents(): all search documents of a feature, for building the index anew."""

party_dissolved: Hook[[Any, list[Any]], None] = Hook()
"""party_dissolved(party, successors): move what belongs to the party, or let it wait where there are several."""

party_merged: Hook[[int, int], None] = Hook()
"""party_merged(from_id, into_id): two rows turned out to be one body; point everything at the one that stays."""

register_applied: Hook[[Any], None] = Hook()
"""register_applied(plan): the register changed as the plan says, in this transaction."""

tasks_for: Hook[[Any], Iterable[Task]] = Hook()
"""tasks_for(user): what waits for the user in a feature, the oldest first, made one by one as they are asked for."""

tasks_counted: Hook[[Any], Any] = Hook()
"""tasks_counted(user): the number of these tasks as a scalar subquery, or None where there can be none; every page
shows the sum, so all features together cost one statement."""

sign_in_examples: Hook[[], Iterable[SignInExample]] = Hook()
"""sign_in_examples(): invented people to sign in as, where this is a demonstration."""

digest_for: Hook[[Any, datetime], Iterable[News]] = Hook()
"""digest_for(user, since): what happened since an instant that the user is told of by mail."""

personal_data_of: Hook[[Any], Iterable[StoredData]] = Hook()
"""personal_data_of(person): everything that a feature holds about a user or a person."""

erase: Hook[[Any], None] = Hook()
"""erase(person): blank or remove everything that a feature holds about a user or a person, in this transaction."""

users_merged: Hook[[int, int], None] = Hook()
"""users_merged(from_id, into_id): two accounts are one person's; point everything at the one that stays."""

log_words: Hook[[], LogWords] = Hook()
"""log_words(): what a feature's changes are called where the log is shown."""
