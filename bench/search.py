"""How fast the search answers: whole requests on the register, and the index alone when it has twelve times as much."""

import random
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from urllib.parse import quote_plus

from bench import Figure
from bench.data import Instance, empty_instance
from bench.pages import measured, server
from kooperation.base import index
from kooperation.base.db import db, reading
from kooperation.base.index import Document
from kooperation.register.queries.documents import unit_documents

LIMIT_TYPING, LIMIT_RESULTS, LIMIT_GROWTH = 0.030, 0.045, 1.5
NATIONAL = 150_000
ROUNDS = 5

TYPED = ("st", "mü", "münch", "neustadt", "neustadt ai", "LK Mün", "fürstenfelb", "muncehn", "803", "rathaus ei")
ASKED = (
    *("München", "neustadt", "LK München", "bruck", "neustdat aisch", "Neustadt Bayern", "803", "Rathaus Eichenau"),
    *("Bad Homburg v.d.H.", "xyzxyz"),
)


def figures(instance: Instance) -> Iterator[Figure]:
    """The slowest of twenty requests while typing and of results; putting in, rebuilding; the same with 150,000."""
    with server(instance.environment) as port:
        typing = _times_of(port, "/suche/vorschlaege?q=", TYPED)
        yield Figure("search: as you type, p95", typing * 1000, "ms", typing / LIMIT_TYPING, "limit 30 ms")
        results = _times_of(port, "/suche/?q=", ASKED)
        yield Figure("search: page of results, p95", results * 1000, "ms", results / LIMIT_RESULTS, "limit 45 ms")
    if instance.database != "SQLite":
        return
    with instance.app.app_context(), reading():
        documents = list(unit_documents())
        small = _index_times()
    with tempfile.TemporaryDirectory(prefix="kooperation-bench-") as folder:
        yield from _alone(Path(folder), documents, small)


def _alone(folder: Path, documents: Sequence[Document], small: tuple[float, float]) -> Iterator[Figure]:
    """The index by itself, on SQLite: writing it, and reading it when it holds the whole nation's data."""
    alone = empty_instance(folder)
    with alone.app.app_context():
        seconds = _timed(lambda: index.put(documents))
        yield Figure(f"search: put {len(documents):,} documents in", seconds, "s", seconds, "limit 1 s")
        again = _timed(lambda: index.put(documents))
        yield Figure("search: the same again, nothing to write", again, "s", again / seconds, "the first time")
        index.put(_others(documents, NATIONAL - len(documents)))
        db.session.commit()
        with reading():
            large = _index_times()
    alone.close()
    for name, few, many in zip(("as you type", "results"), small, large, strict=True):
        label = f"search: index alone, {name}, {NATIONAL:,} documents, p95"
        yield Figure(label, many * 1000, "ms", many / few / LIMIT_GROWTH, f"limit 1.5 x that of {len(documents):,}")


def _times_of(port: int, address: str, queries: Sequence[str]) -> float:
    return _p95([seconds for query in queries for seconds in measured(port, address + quote_plus(query))])


def _index_times() -> tuple[float, float]:
    """p95 of suggestions and of results, within the process."""
    return (
        _p95([_timed(lambda text=text: index.suggest(text)) for text in TYPED for _ in range(ROUNDS)]),
        _p95([_timed(lambda text=text: index.find(text)) for text in ASKED for _ in range(ROUNDS)]),
    )


def _timed(function: Callable[[], object]) -> float:
    begin = perf_counter()
    function()
    return perf_counter() - begin


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _others(places: Sequence[Document], count: int) -> Iterator[Document]:
    """People, organisations and cooperations in these places, invented; always the same ones."""
    chance = random.Random(1)
    syllables = (
        "ba ber bo bra dor fel gen grau hal han hart hei her hof jan kel klei kno kra lan leh lin mai mei mer mül neu "
        "nie ohl pet rau rei rich rot sand schä schmi schnei schwa sei stein stra tho ul vog wag wal wei win wol zim"
    ).split()
    names = ["".join(chance.choices(syllables, k=chance.randint(2, 4))).capitalize() for _ in range(40_000)]
    first = (
        "Anna Peter Maria Hans Sabine Ursula Thomas Andreas Petra Jürgen Günter Käthe Jörg Björn Ayşe Mehmet".split()
    )
    themes = "Digitalisierung Breitband Serviceportal Geodaten Bauantrag Energie Vergabe Schule Archiv Cloud".split()
    for number in range(count):
        place = chance.choice(places).title
        person = f"{chance.choice(first)} {chance.choice(names)}"
        title = (person, person, f"{chance.choice(names)} GmbH {place}", f"{chance.choice(themes)} {place}")[number % 4]
        yield Document("other", number, title, f"{chance.choice(themes)} · {place}", f"/{number}/")
