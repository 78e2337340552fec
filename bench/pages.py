"""How fast pages are: p95 over HTTP on two gunicorn workers, and beside the same template with ready-made values."""

import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from time import perf_counter, sleep
from typing import Any

from flask import Flask, template_rendered
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench import Figure
from bench.data import Instance
from kooperation.base.config import ROOT

LIMIT = 0.045
SHARE = 0.60
REQUESTS = 150
ROUNDS = 120

GERMANY = {
    "start": "/",
    "browse": "/kommunen/",
    "list": "/kommunen/liste/",
    "list, last page": "/kommunen/liste/?seite=250",
    "list, a Land's Gemeinden by population": "/kommunen/liste/?ebene=gemeinde&land=09&sortierung=-einwohner",
    "list, by a part of the name": "/kommunen/liste/?name=neu",
    "Land": "/kommunen/09-bayern/",
    "Landkreis": "/kommunen/07232-eifelkreis-bitburg-pruem/",
    "Gemeinde": "/kommunen/09162000-muenchen/",
    "comparison": "/kommunen/09162000-muenchen/vergleich/",
    "search results": "/suche/?q=neustadt",
}
FOUND_BY_SEARCHING = ("search results",)
"""A page of results has its own limit; what it takes is the search, not the page."""
SAMPLE = {"start": "/", "browse": "/kommunen/", "list": "/kommunen/liste/"}


def figures(instance: Instance) -> Iterator[Figure]:
    """For each page: p95 over HTTP, requests a second, and its share of the bare template's requests a second."""
    addresses = GERMANY if instance.has_register else SAMPLE
    with server(instance.environment) as port:
        for name, address in addresses.items():
            times = measured(port, address)
            p95 = statistics.quantiles(times, n=20)[-1]
            yield Figure(f"page, p95: {name}", p95 * 1000, "ms", p95 / LIMIT, "limit 45 ms")
            yield Figure(f"page, in a row on two workers: {name}", throughput(port, address), "requests/s")
    for name, address in addresses.items():
        if name in FOUND_BY_SEARCHING:
            continue
        whole, bare = whole_and_bare(instance.app, address)
        yield Figure(f"page, share of the bare template: {name}", bare / whole, "", bare / whole / SHARE, "limit .60")


@contextmanager
def server(environment: dict[str, str]) -> Iterator[int]:
    """Two gunicorn workers on the instance; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-c", "python:kooperation.base.gunicorn_conf", "wsgi:app"]
    # As behind the proxy of docs/betrieb.md.
    settings = {"PATH": "/usr/bin:/bin", "PORT": str(port), "KOOPERATION_WORKERS": "2", "KOOPERATION_PROXIES": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=settings | environment)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def measured(port: int, address: str) -> list[float]:
    """Seconds of requests one after the other, warm."""
    for _ in range(10):
        _get(port, address)
    return [_get(port, address) for _ in range(REQUESTS)]


def throughput(port: int, address: str) -> float:
    """Requests a second with four of them under way at a time."""
    with ThreadPoolExecutor(4) as pool:
        begin = perf_counter()
        list(pool.map(lambda _: _get(port, address), range(REQUESTS)))
        return REQUESTS / (perf_counter() - begin)


def _get(port: int, address: str) -> float:
    begin = perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", address)
    response = connection.getresponse()
    response.read()
    connection.close()
    assert response.status == 200, f"{address} answers {response.status}"
    return perf_counter() - begin


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            _get(port, "/healthz")
        except OSError:
            sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not start")


def whole_and_bare(app: Flask, address: str, headers: Mapping[str, str] | None = None) -> tuple[float, float]:
    """Seconds of a request in the process, whole and with the values of the template at hand, in turn."""
    caught: list[tuple[Any, dict[str, Any]]] = []

    def catch(_app: Flask, template: Any, context: dict[str, Any]) -> None:
        caught.append((template, context))

    with template_rendered.connected_to(catch, app), app.app_context():
        request_seconds(app, address, headers)
        template, context = caught[-1]

        def answer() -> str:
            return str(template.render(context))

        hooks = app.before_request_funcs.setdefault(None, [])
        whole: list[float] = []
        bare: list[float] = []
        for _ in range(ROUNDS):
            whole.append(request_seconds(app, address, headers))
            hooks.insert(0, answer)
            bare.append(request_seconds(app, address, headers))
            hooks.remove(answer)
    return statistics.median(whole), statistics.median(bare)


def request_seconds(app: Flask, address: str, headers: Mapping[str, str] | None = None) -> float:
    """Seconds of one request in the process, without HTTP."""
    path, _, query = address.partition("?")
    environment = EnvironBuilder(path=path, query_string=query, headers=headers).get_environ()
    begin = perf_counter()
    body, status, _headers = run_wsgi_app(app, environment, buffered=True)
    b"".join(body)
    assert status.startswith("200"), f"{address} answers {status}"
    return perf_counter() - begin
