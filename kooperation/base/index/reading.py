"""Finding documents: the best matches first, in the same order on both databases."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from sqlalchemy import Row, Subquery, func, select, union_all

from kooperation.base.db import db
from kooperation.base.index import matching
from kooperation.base.index.matching import Matches, Rank, Wanted, any_meant
from kooperation.base.index.models import SearchDocument, SearchName, SearchPosting
from kooperation.base.index.typos import compounds_with, meant_by, meant_for
from kooperation.base.index.words import Query, found_by, split, tokens

SUGGESTIONS = 8
"""Suggestions while typing: as many as one takes in at a glance."""

MOST_TRIES = 6
"""How often words are left out of a query that finds nothing, to find what most of them find."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found. ``former`` is the former name, ``code`` the code that it was found by, if it was."""

    kind: str
    subject_id: int
    key: str
    title: str
    detail: str
    path: str
    ended: bool
    rank: Rank
    former: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found: a page of hits, how many there are in all, and how many of each kind.

    ``per_kind`` counts all kinds, whatever kinds were asked for. ``words`` are those that were found, for marking
    them. ``corrected`` is the query without its typos, where only so something was found; ``left_out`` are words
    that were left out so that the others find something.
    """

    query: Query
    hits: tuple[Hit, ...] = ()
    total: int = 0
    per_kind: Mapping[str, int] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    corrected: str | None = None
    left_out: tuple[str, ...] = ()


def find(text: str, *, kinds: Collection[str] | None = None, limit: int = 50, offset: int = 0) -> Found:
    """A page of what a query finds, of all kinds or of some; an empty or nonsensical query finds nothing."""
    return _find(Query.read(text), _Wish(kinds, limit, offset))


def suggest(text: str, limit: int = SUGGESTIONS, *, kinds: Collection[str] | None = None) -> Found:
    """The first hits of what is being typed, as ``find`` would give them; ``total`` and ``per_kind`` stay empty."""
    query = Query.read(text)
    if len(query.name) < matching.SHORTEST_BEGINNING:
        return Found(query)
    wish = _Wish(kinds, limit, 0, counted=False)
    _plan_for_few_rows()
    # Whatever else matches, matches less well: where there are enough already, nothing else is looked up.
    for matches in _best_matches(query):
        if matches and len(hits := _page(_best(matches), wish)) == limit:
            return Found(query, _explained(hits, query), words=query.words)
    return _find(query, wish)


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which part of the results is wanted, and whether their numbers are."""

    kinds: Collection[str] | None
    limit: int
    offset: int
    counted: bool = True


def _best_matches(query: Query) -> Iterator[list[Matches]]:
    """What can match best, in steps."""
    if query.code:
        yield matching.by_code(query.code)
    else:
        best = matching.by_name(query) + matching.by_name_and_detail(query) + matching.by_words(query.words)
        yield best
        yield best + matching.by_beginnings(query.words)


def _find(query: Query, wish: _Wish) -> Found:
    if not query.words:
        return Found(query)
    _plan_for_few_rows()
    found, best = _find_all_words(query, wish)
    return found if best is not None or len(query.words) == 1 else _find_most_words(query, found, wish)


def _find_all_words(query: Query, wish: _Wish) -> tuple[Found, Rank | None]:
    """What all words together find, with the best rank of all, None where nothing matches."""
    matches = list(_best_matches(query))[-1]
    several = len(query.words) > 1
    if not query.code:
        matches += matching.by_words_and_detail(query.words) if several else matching.by_part(query.words[0])
    found, best = _result(query, matches, wish)
    if several and best is None and not query.code:
        matches += matching.by_parts(compounds_with(query.words))
        found, best = _result(query, matches, wish)
    if best is not None and best < Rank.PARTS:
        return found, best
    wanted = meant_by(query.words)
    if any_meant(wanted):
        found, best = _result(query, matches + matching.by_meant(wanted), wish, wanted)
    return found, best


def _find_most_words(query: Query, nothing: Found, wish: _Wish) -> Found:
    """What as many of the words as possible find, where all of them together find nothing.

    Words that no document has go first; then, of as many that are left out, those without which the best is found.
    """
    unknown = [word for word in query.words if not _is_known(word)]
    known = [word for word in query.words if word not in unknown]
    typed = {form: word for word in query.text.split() for form in tokens(word)}
    tries = iter(range(MOST_TRIES))
    for count in range(0 if unknown else 1, len(known)):
        found: list[tuple[Rank, int, Found]] = []
        # The last words first: people say what they mean before they say where it is.
        for more, number in zip(combinations(reversed(known), count), tries, strict=False):
            left_out = {*unknown, *more}
            some, best = _find_all_words(query.without(left_out), wish)
            if best is not None:
                names = tuple(typed.get(word, word) for word in query.words if word in left_out)
                found.append((best, number, replace(some, query=query, left_out=names)))
        if found:
            return min(found, key=lambda one: one[:2])[2]
    return nothing


def _is_known(word: str) -> bool:
    """Whether some document has this word, or one that it may have been meant for."""
    meant = Wanted(word, meant_for(word, unfinished=False))
    matches = matching.by_words([word]) + matching.by_beginnings([word]) + matching.by_meant([meant])
    return db.session.execute(_best(matches).select().limit(1)).first() is not None


def _result(
    query: Query, matches: Sequence[Matches], wish: _Wish, wanted: Sequence[Wanted] = ()
) -> tuple[Found, Rank | None]:
    """What matches, as it was wished for, and the best rank of all, None where nothing matches."""
    best = _best(matches)
    hits = _page(best, wish)
    if wish.counted and (wish.offset or wish.kinds is not None or len(hits) == wish.limit):
        counts = {kind: (count, Rank(rank)) for kind, count, rank in _counts(best)}
    else:
        # All that match are on this page, or nobody wants to know.
        counts = {
            kind: (len(of_kind), min(hit.rank for hit in of_kind))
            for kind in sorted({hit.kind for _, hit in hits})
            if (of_kind := [hit for _, hit in hits if hit.kind == kind])
        }
    first = min((rank for _, rank in counts.values()), default=None)
    per_kind = {kind: count for kind, (count, _) in counts.items()} if wish.counted else {}
    found = Found(
        query,
        _explained(hits, query),
        sum(count for kind, count in per_kind.items() if wish.kinds is None or kind in wish.kinds),
        per_kind,
        (*query.words, *(other for item in wanted for other in item.meant)),
        _corrected(query, wanted, hits) if first is not None and first >= Rank.TYPO_NAME else None,
    )
    return found, first


def _plan_for_few_rows() -> None:
    """Tell PostgreSQL, for this transaction, that looking a row up is cheap and starting a helper is not.

    It expects spinning discs unless told otherwise, and reads whole tables for what an index answers.
    """
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(
            select(
                func.set_config("random_page_cost", "1.1", True),
                func.set_config("max_parallel_workers_per_gather", "0", True),
            )
        )


def _best(matches: Sequence[Matches]) -> Subquery:
    """Each document that matches, with its best rank."""
    every = union_all(*matches).subquery()
    document_id, rank = every.c
    return select(document_id.label("document_id"), func.min(rank).label("rank")).group_by(document_id).subquery()


def _counts(best: Subquery) -> Sequence[Row[str, int, int]]:
    """Of each kind how many match, and the best rank."""
    return db.session.execute(
        select(SearchDocument.kind, func.count(), func.min(best.c.rank))
        .join(best, best.c.document_id == SearchDocument.id)
        .group_by(SearchDocument.kind)
        .order_by(SearchDocument.kind)
    ).all()


def _page(best: Subquery, wish: _Wish) -> list[tuple[int, Hit]]:
    """Matching documents with their ids, in the order of results."""
    document = SearchDocument
    statement = (
        select(
            *(document.id, document.kind, document.subject_id, document.key),
            *(document.title, document.detail, document.path, document.ended, best.c.rank),
        )
        .join(best, best.c.document_id == document.id)
        .order_by(best.c.rank, document.ended, document.weight.desc(), document.sort_name, document.kind)
        .order_by(document.subject_id)
        .limit(wish.limit)
        .offset(wish.offset)
    )
    if wish.kinds is not None:
        statement = statement.where(document.kind.in_(wish.kinds))
    return [
        (id_, Hit(kind, subject_id, key, title, detail, path, ended, Rank(rank)))
        for id_, kind, subject_id, key, title, detail, path, ended, rank in db.session.execute(statement)
    ]


def _explained(hits: Sequence[tuple[int, Hit]], query: Query) -> tuple[Hit, ...]:
    """The hits, each with the code or the former name that it was found by, where its title does not show why."""
    ids = [id_ for id_, _ in hits]
    if query.code:
        codes = dict(
            db.session.execute(
                select(SearchPosting.document_id, func.min(SearchPosting.word))
                .where(SearchPosting.document_id.in_(ids), matching.is_code(query.code))
                .group_by(SearchPosting.document_id)
            ).all()
        )
        return tuple(replace(hit, code=codes.get(id_)) for id_, hit in hits)
    names: dict[int, list[tuple[str, bool]]] = {}
    for id_, name, former in db.session.execute(
        select(SearchName.document_id, SearchName.name, SearchName.former)
        .where(SearchName.document_id.in_(ids))
        .order_by(SearchName.document_id, SearchName.position)
    ):
        names.setdefault(id_, []).append((name, former))
    return tuple(replace(hit, former=_former(names.get(id_, []), query.words)) for id_, hit in hits)


def _former(names: Sequence[tuple[str, bool]], words: Sequence[str]) -> str | None:
    """The first former name that has a word which none of today's has."""
    today = {word for name, former in names if not former for word in found_by(tokens(name))}
    missing = [word for word in words if not any(word in other for other in today)]
    for name, former in names:
        if former and missing and any(word in other for other in found_by(tokens(name)) for word in missing):
            return name
    return None


def _corrected(query: Query, wanted: Sequence[Wanted], hits: Sequence[tuple[int, Hit]]) -> str | None:
    """The query with each mistyped word as the first hit writes it."""
    if not hits:
        return None
    names = db.session.scalars(
        select(SearchName.name).where(SearchName.document_id == hits[0][0]).order_by(SearchName.position)
    )
    written: dict[str, str] = {}
    for name in names:
        for token, form in split(name):
            written.setdefault(form, token)
    others = {
        item.word: next(written[other] for other in item.meant if other in written)
        for item in wanted
        if not any(form.startswith(item.word) for form in written) and not written.keys().isdisjoint(item.meant)
    }
    return query.with_words(others) if others else None
