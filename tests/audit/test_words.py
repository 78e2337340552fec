"""Every event that the code records has its label, and so has every column and kind of record."""

import ast
from collections.abc import Iterator

import pytest

from kooperation.app import create_app
from kooperation.audit.telling import all_words
from kooperation.base import hooks
from kooperation.base.config import ROOT
from kooperation.base.db import Base
from tests.conftest import configuration


@pytest.fixture(scope="module", autouse=True)
def _wired(tmp_path_factory):
    create_app(configuration(tmp_path_factory.mktemp("words")))


def records(source: str) -> Iterator[ast.Call]:
    """The calls of audit.record(actor, event, subject, …)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
            yield node


def events(source: str) -> Iterator[str]:
    """The events that a source records; one that is put together is written as it stands."""
    for call in records(source):
        event = call.args[1]
        yield event.value if isinstance(event, ast.Constant) else ast.unparse(event)


def columns(source: str) -> Iterator[str]:
    """The columns whose values a source records, where they are written out."""
    for call in records(source):
        for argument in call.keywords:
            if argument.arg in {"before", "after"}:
                for part in ast.walk(argument.value):
                    if isinstance(part, ast.Dict):
                        yield from (key.value for key in part.keys if isinstance(key, ast.Constant))


SOURCES = {path: path.read_text("utf-8") for path in sorted((ROOT / "kooperation").rglob("*.py"))}


def test_every_event_has_a_label_and_every_label_an_event():
    recorded = {event for source in SOURCES.values() for event in events(source)}
    assert recorded == set(all_words().events)


def test_every_column_has_a_label():
    recorded = {column for source in SOURCES.values() for column in columns(source)}
    assert recorded
    assert recorded - set(all_words().columns) == set()


def test_every_kind_is_a_model_or_the_demonstration():
    models = {mapper.class_.__name__ for mapper in Base.registry.mappers}
    assert set(all_words().kinds) - models == {"DemoRegion"}


def test_the_log_is_written_under_its_name():
    """Otherwise the guard would not find what is recorded."""
    assert not [path for path, source in SOURCES.items() if "audit.services import record" in source]


def test_two_features_do_not_call_the_same_thing_differently():
    for part in ("events", "kinds", "columns"):
        said = [(name, str(label)) for words in hooks.log_words() for name, label in getattr(words, part).items()]
        assert len(dict(said)) == len(set(said))


def test_labels_are_german_words():
    words = all_words()
    for label in (*words.events.values(), *words.kinds.values(), *(one.label for one in words.columns.values())):
        assert label[0].isupper()
        assert "_" not in label


def test_the_guard_finds_what_is_recorded():
    source = (
        'audit.record(me, "post.changed", post, label="x", before={"name": 1} if a else None, after={"b": {"c": 1}})'
    )
    assert list(events(source)) == ["post.changed"]
    assert list(columns(source)) == ["name", "b", "c"]
    assert list(events("audit.record(me, f'{x}.changed', post)")) == ["f'{x}.changed'"]


def test_nothing_but_erasure_and_mergers_alters_the_log():
    writers = {
        str(path.relative_to(ROOT))
        for path, source in SOURCES.items()
        if "AuditEntry" in source and any(word in source for word in ("update(", "delete(", "insert("))
    }
    assert writers == {"kooperation/audit/services.py"}
    assert "delete(" not in SOURCES[ROOT / "kooperation/audit/services.py"]
