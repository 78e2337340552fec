"""Building the index anew."""

from contextlib import suppress

import pytest

from kooperation.base import hooks, index
from kooperation.base.db import db
from kooperation.base.index import Document
from kooperation.search import services


@pytest.fixture
def features(monkeypatch):
    """What the features have to offer, instead of the real ones."""
    offered = {"documents": []}
    monkeypatch.setattr(hooks.index_documents, "_functions", [lambda: iter(offered["documents"])])
    return offered


def test_rebuilding_empties_the_index_and_puts_in_what_there_is(context, features):
    index.put([Document("municipality", 1, "Verschwunden", "", "/")])
    features["documents"] = [Document("municipality", n, f"Ort {n}", "", "/") for n in range(1_200)] + [
        Document("person", 1, "Anna Ort", "", "/")
    ]
    told = []
    counts = services.rebuild(told.append)
    assert counts == {"municipality": 1_200, "person": 1}
    assert sum(told) == 1_201
    assert index.find("Ort").total == 1_201
    assert index.find("Verschwunden").total == 0


def test_a_failing_feature_leaves_the_index_as_it_was(context, features):
    index.put([Document("municipality", 1, "Bleibt", "", "/")])
    db.session.commit()

    def fail():
        yield Document("municipality", 2, "Halb", "", "/")
        raise OSError

    features["documents"] = fail()
    with suppress(OSError):
        services.rebuild()
    db.session.rollback()
    assert [hit.title for hit in index.find("Bleibt").hits] == ["Bleibt"]
    assert index.find("Halb").total == 0


@pytest.mark.usefixtures("_isolated")
def test_the_command_says_how_many_and_how_long(app, features):
    features["documents"] = [Document("municipality", n, f"Ort {n}", "", "/") for n in range(1_200)]
    result = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert result.exit_code == 0, result.output
    assert "Kommunen: 1.200" in result.output
    assert "1.200 Einträge in" in result.output
