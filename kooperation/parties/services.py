"""Vocabularies: adding words, renaming and ordering them, and taking them out of use."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Column, PrimaryKeyConstraint, Table, UniqueConstraint, and_, delete, exists, update

from kooperation.audit import services as audit
from kooperation.base.db import db, wait_for_turn
from kooperation.base.errors import RuleViolation
from kooperation.base.text import sort_key
from kooperation.parties import queries
from kooperation.parties.models import Term

T = TypeVar("T", bound=Term)


def add_term(vocabulary: type[T], name: str, *, actor: audit.Actor, **more: Any) -> T:
    """Add a word at the end of a vocabulary; ``more`` is what its words say beside their name. The caller commits.

    Refuses a name that another word has, however it is spelled (RuleViolation).
    """
    _take_turn(vocabulary)
    cleaned = _free_name(vocabulary, name)
    last = max((one.position for one in queries.terms(vocabulary)), default=0)
    term = vocabulary(name=cleaned, position=last + 1, **more)
    db.session.add(term)
    db.session.flush()
    audit.record(actor, "term.added", term, label=term.name, after={"name": cleaned, **_plain(more)})
    return term


def change_term(term: Term, name: str, *, actor: audit.Actor, **more: Any) -> None:
    """Rename a word, and change what else it says; whatever uses it goes along. The caller commits.

    Refuses a name that another word has, however it is spelled (RuleViolation).
    """
    _take_turn(type(term))
    wanted = {"name": _free_name(type(term), name, but=term), **more}
    before = {key: getattr(term, key) for key in wanted if getattr(term, key) != wanted[key]}
    if not before:
        return
    for key in before:
        setattr(term, key, wanted[key])
    db.session.flush()
    audit.record(
        actor,
        "term.changed",
        term,
        label=term.name,
        before=_plain(before),
        after=_plain({key: wanted[key] for key in before}),
    )


def move_term(term: Term, *, up: bool, actor: audit.Actor) -> None:
    """Let a word change places with the one before or behind it that is in use; nothing at the end. The caller commits.

    Refuses a retired word (RuleViolation).
    """
    _take_turn(type(term))
    _ensure_in_use(term)
    order = [one for one in queries.terms(type(term)) if one.retired_at is None]
    place = order.index(term)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    before = term.position
    for position, one in enumerate(order, 1):
        one.position = position
    db.session.flush()
    audit.record(
        actor, "term.moved", term, label=term.name, before={"position": before}, after={"position": term.position}
    )


def retire_term(term: Term, *, actor: audit.Actor, at: datetime) -> None:
    """Offer a word no more; where it is used it stays. Refuses a retired one (RuleViolation). The caller commits."""
    _take_turn(type(term))
    _ensure_in_use(term)
    term.retired_at = at
    db.session.flush()
    audit.record(actor, "term.retired", term, label=term.name)


def bring_back_term(term: Term, *, actor: audit.Actor) -> None:
    """Offer a retired word again, at the end; nothing for one that is offered. The caller commits."""
    _take_turn(type(term))
    if term.retired_at is None:
        return
    term.retired_at = None
    term.position = max(one.position for one in queries.terms(type(term))) + 1
    db.session.flush()
    audit.record(actor, "term.brought_back", term, label=term.name)


def delete_term(term: Term, *, actor: audit.Actor) -> None:
    """Delete a word that nothing uses. Refuses one that is used (RuleViolation). The caller commits."""
    _take_turn(type(term))
    count = queries.uses(type(term)).get(term.id, 0)
    if count:
        raise RuleViolation(
            f"„{term.name}“ wird {count}-mal benutzt und kann deshalb nicht gelöscht werden. "
            "Legen Sie es still, oder führen Sie es mit einem anderen zusammen."
        )
    audit.record(actor, "term.deleted", term, label=term.name, before={"name": term.name})
    db.session.delete(term)
    db.session.flush()


def merge_terms(gone: T, kept: T, *, actor: audit.Actor) -> None:
    """Let everything that uses one word use another one, and delete the first. The caller commits.

    Refuses a word with itself, and one that is retired as the one to stay (RuleViolation).
    """
    _take_turn(type(gone))
    if gone.id == kept.id:
        raise RuleViolation("Wählen Sie einen anderen Begriff.", "into")
    if kept.retired_at is not None:
        raise RuleViolation(f"„{kept.name}“ ist stillgelegt. Nehmen Sie es zuerst wieder in Gebrauch.", "into")
    for column in queries.references(type(gone)):
        _repoint(column, gone.id, kept.id)
    audit.record(actor, "term.merged", gone, label=gone.name, before={"name": gone.name}, after={"into": kept.name})
    db.session.delete(gone)
    db.session.flush()


def _repoint(column: Column[Any], gone: int, kept: int) -> None:
    """Change what a table refers to; a row that would say the same as another one goes."""
    table = column.table
    assert isinstance(table, Table)
    for others in _unique_with(table, column):
        twin = table.alias()
        says_the_same = and_(twin.c[column.name] == kept, *(twin.c[one.name] == one for one in others))
        db.session.execute(delete(table).where(column == gone, exists().where(says_the_same)))
    db.session.execute(update(table).where(column == gone).values({column.name: kept}))


def _unique_with(table: Table, column: Column[Any]) -> Iterator[Sequence[Column[Any]]]:
    """For each constraint that lets the column stand only once with others: the others."""
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint) and column in constraint.columns.values():
            yield [one for one in constraint.columns.values() if one is not column]


def _take_turn(vocabulary: type[Term]) -> None:
    wait_for_turn(vocabulary.__tablename__)


def _free_name(vocabulary: type[Term], name: str, *, but: Term | None = None) -> str:
    cleaned = " ".join(name.split())
    folded = sort_key(cleaned)
    if not folded:
        raise RuleViolation("Der Name braucht Buchstaben oder Ziffern.", "name")
    other = queries.term_by_name(vocabulary, folded)
    if other is not None and other is not but:
        retired = " (stillgelegt)" if other.retired_at else ""
        raise RuleViolation(f"Das gibt es schon: „{other.name}“{retired}.", "name")
    return cleaned


def _ensure_in_use(term: Term) -> None:
    db.session.flush()
    db.session.refresh(term)
    if term.retired_at is not None:
        raise RuleViolation(f"„{term.name}“ ist stillgelegt.")


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value if value is None else str(value) for key, value in values.items()}
