"""The map of Germany: how long the server draws, how long a page takes, and how much goes over the wire."""

import gzip
import re
import statistics
from collections.abc import Callable, Iterator
from time import perf_counter

from bench import Figure
from bench.data import Instance
from bench.pages import measured, server
from kooperation.base.db import reading
from kooperation.register.queries.lists import UnitFilter
from kooperation.register.queries.mapping import unit_map
from kooperation.register.rules.mapping import drawing

LIMIT_DRAWING, LIMIT_PAGE = 0.040, 0.045
LIMIT_PLAIN, LIMIT_PACKED = 200.0, 60.0
ROUNDS = 15

GERMANY = {
    "Germany": "/kommunen/karte/",
    "a Land, 2,200 places": "/kommunen/karte/?land=09",
    "a Land, 420 links": "/kommunen/karte/?land=06",
    "a Kreis, 234 links": "/kommunen/karte/?land=07&kreis=07232",
    "all Landkreise": "/kommunen/karte/?ebene=landkreis",
    "cities over 100,000": "/kommunen/karte/?groesse=mehr",
    "the place under the pointer": "/kommunen/karte/naechste?x=50&y=4800",
}
SAMPLE = {"the demonstration region": "/kommunen/karte/"}


def figures(instance: Instance) -> Iterator[Figure]:
    """The national picture drawn anew and when it was drawn before; its size; p95 of pages over HTTP."""
    with instance.app.app_context(), reading():
        germany = unit_map(UnitFilter())
        anew = _median(_drawn_anew)
        again = _median(lambda: unit_map(UnitFilter()))
    count = len(germany.selection.drawn)
    yield Figure(f"map: {count:,} places, first drawn", anew * 1000, "ms", anew / LIMIT_DRAWING, "limit 40 ms")
    yield Figure(f"map: {count:,} places, unchanged", again * 1000, "ms", again / LIMIT_DRAWING, "limit 40 ms")
    picture, page = _sizes(instance)
    for name, text in (("picture", picture), ("page", page)):
        plain, packed = len(text) / 1000, len(gzip.compress(text, 6)) / 1000
        yield Figure(f"map: {name}", plain, "KB", plain / LIMIT_PLAIN, "limit 200 KB")
        yield Figure(f"map: {name}, packed", packed, "KB", packed / LIMIT_PACKED, "limit 60 KB")
    with server(instance.environment) as port:
        for name, address in (GERMANY if instance.has_register else SAMPLE).items():
            p95 = statistics.quantiles(measured(port, address), n=20)[-1]
            yield Figure(f"map, p95: {name}", p95 * 1000, "ms", p95 / LIMIT_PAGE, "limit 45 ms")


def _drawn_anew() -> object:
    drawing._select_remembered.cache_clear()
    drawing._draw_remembered.cache_clear()
    return unit_map(UnitFilter())


def _sizes(instance: Instance) -> tuple[bytes, bytes]:
    page = instance.app.test_client().get("/kommunen/karte/").data
    found = re.search(rb'<svg class="k-map".*?</svg>', page, re.DOTALL)
    assert found is not None
    return found.group(), page


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        begin = perf_counter()
        work()
        times.append(perf_counter() - begin)
    return statistics.median(times)
