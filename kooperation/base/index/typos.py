"""What a word may have been meant for, out of the vocabulary: compounds that it is a part of, and words a typo away.

A typo is a letter too many, missing or wrong, or two neighbours swapped. It lies in the first half of the word or in
the second, so the other half stands there unharmed: two ranges, of beginnings and of endings, hold all candidates,
but for the one with the two letters in the middle swapped. That needs no table of its own and no extension of the
database, and what is a typo is decided here, the same on both.
"""

from collections.abc import Sequence
from itertools import islice

from rapidfuzz.distance import OSA
from sqlalchemy import func, or_, select, union

from kooperation.base.db import db
from kooperation.base.index.matching import Wanted, containing, starting
from kooperation.base.index.models import SearchWord
from kooperation.base.index.words import SHORTEST_PART

SHORTEST_WORD = 4
"""Letters that a word needs, to be taken for mistyped; each shorter word is one typo from a dozen others."""

SHORTEST_UNFINISHED = 5
"""Letters that the last word needs, to be taken for mistyped and not finished yet."""

MOST_MEANT = 50
"""Words that one may have been meant for; the most used ones are taken."""

MOST_COMPOUNDS = 200
"""Compounds that a word among several may be a part of; the most used ones are taken."""


def compounds_with(words: Sequence[str]) -> list[Wanted]:
    """Each word with the words of the vocabulary that it is a part of."""
    long = [word for word in words if len(word) >= SHORTEST_PART]
    if not long:
        return []
    found = (
        db.session.execute(
            select(SearchWord.word)
            .where(or_(*(containing(word) for word in long)))
            .order_by(SearchWord.uses.desc(), SearchWord.word)
        )
        .scalars()
        .all()
    )
    return [
        Wanted(word, tuple(islice((other for other in found if word in other), MOST_COMPOUNDS)) if word in long else ())
        for word in words
    ]


def meant_by(words: Sequence[str]) -> list[Wanted]:
    """Each word with those that it may have been meant for; the last one may be unfinished."""
    return [Wanted(word, meant_for(word, unfinished=at == len(words) - 1)) for at, word in enumerate(words)]


def meant_for(word: str, unfinished: bool) -> tuple[str, ...]:
    """The words of the vocabulary that a word may have been meant for, those first that most documents have."""
    if len(word) < SHORTEST_WORD or any(character.isdigit() for character in word):
        return ()
    half = len(word) // 2
    swapped = word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :]
    length = func.length(SearchWord.word)
    columns = select(SearchWord.word, SearchWord.uses)
    candidates = union(
        columns.where(starting(SearchWord.word, word[:half]), length >= len(word) - 1),
        columns.where(starting(SearchWord.backwards, word[half:][::-1]), length.between(len(word) - 1, len(word) + 1)),
        columns.where(SearchWord.word == swapped),
    )
    found = [(-uses, other) for other, uses in db.session.execute(candidates)]
    meant = [(order, other) for order, other in found if _is_typo(word, other)]
    if not meant and unfinished and len(word) >= SHORTEST_UNFINISHED:
        meant = [(order, other) for order, other in found if _is_unfinished(word, other)]
    return tuple(other for _, other in sorted(meant)[:MOST_MEANT])


def _is_typo(word: str, other: str) -> bool:
    return OSA.distance(word, other, score_cutoff=1) == 1


def _is_unfinished(word: str, other: str) -> bool:
    return any(_is_typo(word, other[:length]) for length in range(len(word) - 1, len(word) + 2))
