"""What a first visit costs in bytes and requests, and how long the whole list takes as a file."""

import gzip
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from statistics import median
from time import perf_counter
from urllib.parse import urljoin

from bench import Figure
from bench.data import Instance
from bench.pages import server

LIMIT_KILOBYTES, LIMIT_REQUESTS = 200.0, 8
LIMIT_EXPORT = 2.0
ROUNDS = 5

START, MAP = "/", "/kommunen/karte/"
EXPORT = "/kommunen/liste/export"
_FETCHED = re.compile(r'(?:<link rel="stylesheet" href|<script src|<img src)="([^"]+)"')
_FACES = re.compile(r'url\("(?!data:)([^"]+)"\)')


def figures(instance: Instance) -> Iterator[Figure]:
    """Kilobytes and requests of an empty browser's first page; seconds of an export of everything."""
    with server(instance.environment) as port:
        for name, page in (("start page", START), ("map", MAP)):
            sizes = visit(port, page)
            total, count = sum(sizes.values()) / 1000, len(sizes)
            yield Figure(f"first visit: {name}, bytes", total, "KB", total / LIMIT_KILOBYTES, "limit 200 KB")
            yield Figure(f"first visit: {name}, requests", count, "", count / LIMIT_REQUESTS, "limit 8")
        for kind in ("csv", "xlsx"):
            seconds = median(_seconds(port, f"{EXPORT}.{kind}") for _ in range(ROUNDS))
            yield Figure(f"export of the whole list: {kind}", seconds, "s", seconds / LIMIT_EXPORT, "limit 2 s")


def visit(port: int, page: str) -> dict[str, int]:
    """The bytes of a page and of all that it loads, by address; what a style sheet names is loaded, too."""
    found: dict[str, int] = {}
    waiting = [page]
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        body = _get(port, address, "gzip")
        # The program packs its files, the proxy in front of it packs the pages.
        found[address] = len(gzip.compress(body, 6) if address == page else body)
        if address == page:
            waiting += [urljoin(address, one) for one in _FETCHED.findall(body.decode())]
        elif ".css" in address:
            waiting += [urljoin(address, one) for one in _FACES.findall(_get(port, address).decode())]
    return found


def _get(port: int, address: str, encoding: str = "identity") -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", address, headers={"Accept-Encoding": encoding})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status == 200, f"{address} answers {response.status}"
    return body


def _seconds(port: int, address: str) -> float:
    begin = perf_counter()
    _get(port, address)
    return perf_counter() - begin
