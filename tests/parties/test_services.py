"""The words of a vocabulary."""

import pytest
from sqlalchemy import Column, ForeignKey, Integer, Table, insert, select

from kooperation.audit.models import AuditEntry
from kooperation.audit.services import SHELL
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.parties import queries, services
from kooperation.parties.models import Topic
from kooperation.parties.rules import TopicKind


def add(name, kind=TopicKind.FIELD):
    return services.add_term(Topic, name, kind=kind, actor=SHELL)


def names():
    return [one.name for one in queries.terms(Topic)]


@pytest.fixture
def used(context):
    """A table that refers to topics, each in a list only once."""
    table = Table(
        "topic_use",
        db.metadata,
        Column("list", Integer, primary_key=True),
        Column("topic_id", ForeignKey("topic.id"), primary_key=True),
    )
    table.create(db.session.connection())
    yield table
    db.metadata.remove(table)


def test_the_fourteen_themenfelder_are_supplied(context):
    supplied = [one.name for one in queries.terms(Topic) if one.kind is TopicKind.OZG]
    assert len(supplied) == 14
    assert supplied[0] == "Arbeit & Ruhestand"
    assert supplied[-1] == "Unternehmensführung & -entwicklung"


def test_a_word_is_added_at_the_end_and_told_to_the_log(context):
    add("  Digitale   Zwillinge ")
    assert names()[-1] == "Digitale Zwillinge"
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.event == "term.added"))
    assert entry.after == {"name": "Digitale Zwillinge", "kind": "field"}


@pytest.mark.parametrize("name", ["umwelt", "UMWELT ", "Steuern und Zoll &", "Mobilitat & Reisen"])
def test_a_name_that_differs_in_spelling_alone_is_refused(context, name):
    if "und" in name:
        add(name)
        name = "steuern-und-zoll"
    with pytest.raises(RuleViolation, match="gibt es schon"):
        add(name)


def test_a_name_without_letters_is_refused(context):
    with pytest.raises(RuleViolation, match="Buchstaben"):
        add("– & –")


def test_a_word_keeps_its_name_in_another_spelling(context):
    term = add("Open data")
    services.change_term(term, "Open Data", kind=TopicKind.FIELD, actor=SHELL)
    assert names()[-1] == "Open Data"
    with pytest.raises(RuleViolation, match="gibt es schon"):
        services.change_term(term, "Umwelt", kind=TopicKind.FIELD, actor=SHELL)


def test_a_word_changes_places_with_the_next_one_that_is_offered(context):
    first, second, third = queries.terms(Topic)[:3]
    services.retire_term(second, actor=SHELL, at=now())
    services.move_term(third, up=True, actor=SHELL)
    assert [one for one in queries.terms(Topic) if not one.retired_at][:2] == [third, first]
    services.move_term(third, up=True, actor=SHELL)
    assert queries.terms(Topic)[0] is third
    with pytest.raises(RuleViolation, match="stillgelegt"):
        services.move_term(second, up=False, actor=SHELL)


def test_a_retired_word_comes_back_at_the_end(context):
    first = queries.terms(Topic)[0]
    services.retire_term(first, actor=SHELL, at=now())
    with pytest.raises(RuleViolation, match="stillgelegt"):
        services.retire_term(first, actor=SHELL, at=now())
    services.bring_back_term(first, actor=SHELL)
    assert queries.terms(Topic)[-1] is first


def test_a_word_that_is_used_is_not_deleted(used):
    term = add("Benutzt")
    db.session.execute(insert(used).values(list=1, topic_id=term.id))
    assert queries.uses(Topic) == {term.id: 1}
    with pytest.raises(RuleViolation, match="1-mal benutzt"):
        services.delete_term(term, actor=SHELL)
    db.session.execute(used.delete())
    services.delete_term(term, actor=SHELL)
    assert "Benutzt" not in names()


def test_merged_words_are_one_wherever_they_are_used_and_never_twice(used):
    gone, kept = add("KI"), add("Maschinelles Lernen")
    pairs = [(1, gone.id), (2, gone.id), (2, kept.id), (3, kept.id)]
    db.session.execute(insert(used), [{"list": number, "topic_id": topic} for number, topic in pairs])
    services.merge_terms(gone, kept, actor=SHELL)
    assert set(db.session.execute(select(used))) == {(1, kept.id), (2, kept.id), (3, kept.id)}
    assert "KI" not in names()


def test_a_word_is_not_merged_with_itself_nor_with_a_retired_one(context):
    first, second = queries.terms(Topic)[:2]
    with pytest.raises(RuleViolation, match="anderen"):
        services.merge_terms(first, first, actor=SHELL)
    services.retire_term(second, actor=SHELL, at=now())
    with pytest.raises(RuleViolation, match="stillgelegt"):
        services.merge_terms(first, second, actor=SHELL)
