"""Which documents match a query, and how well, as SQL that both databases read alike.

The functions give statements with two columns, a document's id and the rank of the match; a document may occur in
several of them, and its best rank counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations, islice, product

from sqlalchemy import Select, and_, case, func, literal, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.elements import ColumnElement

from kooperation.base.index.models import SearchDocument, SearchName, SearchPosting, SearchWord
from kooperation.base.index.words import SHORTEST_PART, Query

Matches = Select[int, int]
Condition = Callable[[type[SearchPosting]], ColumnElement[bool]]

LAST = "\U0010ffff"
"""Sorts behind every character of a word: the end of a range of beginnings."""

SHORTEST_BEGINNING = 2
"""Letters that a query needs, to find by the beginning of a word."""

SHORTEST_WITHOUT_ZERO = 4
"""Digits of a code that lost its zero: a postal code has four then, the key of a Kreis as well."""

MOST_AROUND_A_NAME = 5
"""Words of a query in which a name is looked for with its detail around it ("Gemeinde Neustadt in Sachsen")."""

MOST_READINGS = 64
"""Names that a query with typos is compared with, where its words may each have been meant in several ways."""


class Rank(IntEnum):
    """How well a document matches, the best first."""

    EXACT = 0
    """The query is the document's own name, an addition like "(Saale)" left out or not, or one of its codes."""
    OTHER_NAME = 1
    """The query is another name of it, perhaps a former one."""
    NAME_STARTS = 2
    """Its own name begins with the query and goes on with a further word."""
    OTHER_NAME_STARTS = 3
    WORDS = 4
    """All words of the query are words of its names."""
    NAME_AND_DETAIL = 5
    """A part of the query is its own name, and the other words are in its detail."""
    NAME_CONTINUES = 6
    """Its own name goes on in the middle of a word; or a code begins with the query."""
    OTHER_NAME_CONTINUES = 7
    BEGINNINGS = 8
    """All words of the query are beginnings of words of its names."""
    NARROWED = 9
    """The same, but for some words that are in its detail."""
    PARTS = 10
    """The same, but for some words that are inside of others."""
    TYPO_NAME = 11
    """The query is its own name but for a typo in a word."""
    TYPO = 12
    """The query matches but for a typo in a word."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word of the query, and those of the vocabulary that it may have been meant for."""

    word: str
    meant: tuple[str, ...] = ()


def any_meant(wanted: Sequence[Wanted]) -> bool:
    """Whether at least one of the words may have been meant for another one."""
    return any(item.meant for item in wanted)


def starting(column: InstrumentedAttribute[str], beginning: str) -> ColumnElement[bool]:
    """The column begins with this: a range, which an index answers."""
    return and_(column >= beginning, column < beginning + LAST)


def containing(word: str) -> ColumnElement[bool]:
    """The word of the vocabulary has this one inside."""
    return SearchWord.word.contains(word, autoescape=True)


def by_name(query: Query) -> list[Matches]:
    """Documents with a name that is the query or begins with it, however either is cut into words."""
    return [_by_name(spelling) for spelling in dict.fromkeys((query.name, query.literal_name)) if spelling]


def _by_name(spelling: str) -> Matches:
    joined = spelling.replace(" ", "")
    own = SearchName.position == 0
    whole = or_(SearchName.joined == joined, SearchName.head == joined)
    next_word = func.substr(SearchName.spaced, 1, len(spelling) + 1) == spelling + " "
    rank = case(
        (and_(whole, own), int(Rank.EXACT)),
        (whole, int(Rank.OTHER_NAME)),
        (and_(next_word, own), int(Rank.NAME_STARTS)),
        (next_word, int(Rank.OTHER_NAME_STARTS)),
        (own, int(Rank.NAME_CONTINUES)),
        else_=int(Rank.OTHER_NAME_CONTINUES),
    )
    return select(SearchName.document_id, rank.label("rank")).where(_whole_or_starting(SearchName.joined, joined))


def by_name_and_detail(query: Query) -> list[Matches]:
    """Documents whose own name is a part of the query in a row, and whose detail has its other words."""
    words = query.name.split()
    if not 1 < len(words) <= MOST_AROUND_A_NAME:
        return []
    runs = [
        (words[start:end], words[:start] + words[end:])
        for start, end in combinations(range(len(words) + 1), 2)
        if end - start < len(words)
    ]
    meant = [
        and_(
            or_(SearchName.joined == "".join(name), SearchName.head == "".join(name)),
            *(_in_detail(word) for word in others),
        )
        for name, others in runs
    ]
    found = select(SearchName.document_id, literal(int(Rank.NAME_AND_DETAIL)).label("rank"))
    own = found.join(SearchDocument, SearchDocument.id == SearchName.document_id).where(SearchName.position == 0)
    names = ["".join(name) for name, _ in runs]
    return [own.where(or_(SearchName.joined.in_(names), SearchName.head.in_(names)), or_(*meant))]


def by_code(code: str) -> list[Matches]:
    """Documents with a code that is this one or begins with it, or is this one but for a zero in front."""
    rank = case((SearchPosting.word.in_(_spellings(code)), int(Rank.EXACT)), else_=int(Rank.NAME_CONTINUES))
    return [select(SearchPosting.document_id, rank.label("rank")).where(is_code(code))]


def is_code(code: str) -> ColumnElement[bool]:
    """The posting is the code that is meant, or begins with what was typed of it."""
    return or_(_whole_or_starting(SearchPosting.word, code), SearchPosting.word.in_(_spellings(code)))


def _spellings(code: str) -> tuple[str, ...]:
    """The code, and with the zero in front that a spreadsheet took for none."""
    return (code, f"0{code}") if len(code) >= SHORTEST_WITHOUT_ZERO else (code,)


def _whole_or_starting(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    return starting(column, text) if len(text) >= SHORTEST_BEGINNING else column == text


def by_words(words: Sequence[str]) -> list[Matches]:
    """Documents that have all these words in their names."""
    return [_having_all([_whole(word) for word in _rarest_first(words)], Rank.WORDS)]


def by_beginnings(words: Sequence[str]) -> list[Matches]:
    """Documents that have words in their names which begin with these."""
    ordered = _rarest_first(words)
    # One letter alone begins the names of half of all documents: it may confirm, but not find.
    if len(ordered[0]) < SHORTEST_BEGINNING:
        return []
    return [_having_all([_beginning(word) for word in ordered], Rank.BEGINNINGS)]


def _rarest_first(words: Sequence[str]) -> list[str]:
    """The order in which a statement looks words up: long ones are rare, as a rule."""
    return sorted(words, key=lambda word: (-len(word), word))


def _having_all(conditions: Sequence[Condition], rank: Rank) -> Matches:
    found = select(SearchPosting.document_id, literal(int(rank)).label("rank")).where(conditions[0](SearchPosting))
    return found.where(*(_has(SearchPosting.document_id, condition) for condition in conditions[1:]))


def _has(document_id: ColumnElement[int] | InstrumentedAttribute[int], condition: Condition) -> ColumnElement[bool]:
    """The document has such a word in its names."""
    posting = aliased(SearchPosting)
    return _some(select(literal(1)).where(posting.document_id == document_id, condition(posting)))


def _some(rows: Select[int]) -> ColumnElement[bool]:
    """There is such a row."""
    # Not EXISTS: PostgreSQL would rather collect all rows with the word first, however many, than look up the few
    # documents that are asked about.
    return rows.limit(1).scalar_subquery().is_not(None)


def by_words_and_detail(words: Sequence[str]) -> list[Matches]:
    """Documents that have some of several words in their names, and the others in their detail."""
    return _narrowed([(word, _beginning(word)) for word in words], Rank.NARROWED) if len(words) > 1 else []


def by_part(word: str) -> list[Matches]:
    """Documents that have a word in their names with this one inside; one pass over the vocabulary."""
    if len(word) < SHORTEST_PART:
        return []
    compounds = select(SearchWord.word).where(containing(word))
    found = select(SearchPosting.document_id, literal(int(Rank.PARTS)).label("rank"))
    return [found.where(SearchPosting.word.in_(compounds))]


def by_parts(wanted: Sequence[Wanted]) -> list[Matches]:
    """Documents that have each word, or one with it inside, in their names or detail."""
    return _narrowed([(item.word, _meant(item)) for item in wanted], Rank.PARTS) if any_meant(wanted) else []


def by_meant(wanted: Sequence[Wanted]) -> list[Matches]:
    """Documents that match with what the words may have been meant for; none where no word has such."""
    if not any_meant(wanted):
        return []
    readings = ("".join(reading) for reading in product(*((*item.meant, item.word) for item in wanted)))
    found = select(SearchName.document_id, literal(int(Rank.TYPO_NAME)).label("rank")).where(
        SearchName.position == 0, SearchName.head.in_(list(islice(readings, MOST_READINGS)))
    )
    return [found, *_narrowed([(item.word, _meant(item)) for item in wanted], Rank.TYPO)]


def _narrowed(words: Sequence[tuple[str, Condition]], rank: Rank) -> list[Matches]:
    finding = [condition for word, condition in words if len(word) >= SHORTEST_BEGINNING]
    if not finding:
        return []
    parts = [select(SearchPosting.document_id).where(condition(SearchPosting)) for condition in finding]
    some = union(*parts).subquery()
    found = select(some.c.document_id, literal(int(rank)).label("rank"))
    if len(words) > 1:
        found = found.where(*(_has_anywhere(some.c.document_id, word, condition) for word, condition in words))
    return [found]


def _has_anywhere(document_id: ColumnElement[int], word: str, condition: Condition) -> ColumnElement[bool]:
    """The document has such a word in its names, or this one in its detail."""
    detail = _some(select(literal(1)).where(SearchDocument.id == document_id, _in_detail(word)))
    return or_(_has(document_id, condition), detail)


def _in_detail(word: str) -> ColumnElement[bool]:
    return SearchDocument.context.contains(" " + word, autoescape=True)


def _whole(word: str) -> Condition:
    return lambda posting: posting.word == word


def _beginning(word: str) -> Condition:
    return lambda posting: starting(posting.word, word)


def _meant(item: Wanted) -> Condition:
    if not item.meant:
        return _beginning(item.word)
    return lambda posting: or_(starting(posting.word, item.word), posting.word.in_(item.meant))
