"""What the program answers to and asks for: addresses from its map, forms from its pages, and all that is stored."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import AnyConverter, IntegerConverter, Map, Rule

from kooperation.base.db import Base, db
from tests.databases import LONG
from tests.markup import parse

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MOST_ALIKE = 3 if LONG else 2
"""Pages of one endpoint with the same parameters that are looked at."""

VALUES = {"key": "08001001", "name": "dorf", "extension": "csv"}
"""What stands for a part of an address; a part that is not here is a number where it is one, else a word."""

PASSWORD = "Vier Woerter gehen durch die Tuer"
FILLED = {
    "current": PASSWORD,
    "email": "neu@muster.example",
    "password": "Ganz anders laufen sieben Igel",
    "repeated": "Ganz anders laufen sieben Igel",
    "municipality-auswahl": "08002001",
}
"""What is typed where a form would not take any word."""


@dataclass
class Form:
    """A form that is posted, with what stands in it, and which of its fields take words."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def filled(self, text: str = "Etwas anderes") -> dict[str, str]:
        """The form as somebody would send it who types this text wherever that goes."""
        typed = {name: FILLED.get(name, text) for name in self.words}
        chosen = {f"{name}-auswahl": FILLED[f"{name}-auswahl"] for name in typed if f"{name}-auswahl" in FILLED}
        return self.values | typed | chosen


def unsafe_rules(app: Flask) -> list[tuple[Rule, str]]:
    """Every address and method that may change something."""
    rules = [(rule, method) for rule in app.url_map.iter_rules() for method in sorted(UNSAFE & (rule.methods or set()))]
    assert rules
    return rules


def address(app: Flask, rule: Rule, **values: object) -> str:
    """An address of a rule, its parts filled in."""
    parts: dict[str, object] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        usual = 1 if isinstance(converter, IntegerConverter) else VALUES.get(name, "unbekannt")
        if isinstance(converter, AnyConverter) and usual not in converter.items:
            usual = min(converter.items)
        parts[name] = values.get(name, usual)
    return adapter(app.url_map).build(rule.endpoint, parts, method=None)


def adapter(rules: Map):
    return rules.bind("localhost")


def endpoint_of(app: Flask, path: str, method: str = "GET") -> str:
    """The endpoint that answers an address."""
    return str(adapter(app.url_map).match(urlsplit(path).path, method=method)[0])


def pages(app: Flask, client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Every page that a browser comes to from the start page and from what can be typed, with its HTML."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    waiting = [address(app, rule) for rule in rules]
    seen: dict[tuple[object, ...], int] = {}
    asked = set()
    while waiting:
        path = waiting.pop(0)
        if path in asked:
            continue
        asked.add(path)
        kind = (*re.sub(r"\d+", "0", urlsplit(path).path).split("/"), *sorted(dict(parse_qsl(urlsplit(path).query))))
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] > MOST_ALIKE:
            continue
        answer = client.get(path)
        answer.close()
        assert answer.status_code < 500, path
        if answer.location:
            waiting.append(answer.location)
        if answer.mimetype != "text/html" or answer.location:
            continue
        text = answer.get_data(as_text=True)
        yield path, text
        links = (found.replace("&amp;", "&") for found in re.findall(r'href="(/[^"]*)"', text))
        waiting += [link.partition("#")[0] for link in links if not link.startswith("/static/")]


T = TypeVar("T")

_walked: dict[str, list[tuple[str, str]]] = {}
_found: dict[str, list[Form]] = {}


def known_pages(app: Flask, client: FlaskClient, who: str) -> list[tuple[str, str]]:
    """What ``pages`` gives for somebody in the untouched ``world``, asked for once.

    On SQLite its rows have the same numbers in each test; on PostgreSQL they have not, so there each test walks.
    """
    return _once(app, _walked, who, lambda: list(pages(app, client)))


def forms(app: Flask, client: FlaskClient, who: str) -> list[Form]:
    """Every form that a person may post in the untouched ``world``, one for each endpoint and set of fields."""
    return _once(app, _found, who, lambda: _forms(app, known_pages(app, client, who)))


def _once(app: Flask, kept: dict[str, T], who: str, make: Callable[[], T]) -> T:
    """What ``make`` gives, kept for the next test where rows have the same numbers again."""
    with app.app_context():
        numbers_come_again = db.engine.dialect.name == "sqlite"
    if not numbers_come_again:
        return make()
    if who not in kept:
        kept[who] = make()
    return kept[who]


def _forms(app: Flask, walked: list[tuple[str, str]]) -> list[Form]:
    found: dict[tuple[object, ...], Form] = {}
    for path, text in walked:
        for element in parse(text).iter("form"):
            if element.get("method", "").lower() == "post":
                form = _form(element, urlsplit(path).path)
                found.setdefault((endpoint_of(app, form.action, "POST"), *sorted(form.values)), form)
    return list(found.values())


def _form(element: Element, path: str) -> Form:
    form = Form(element.get("action") or path)
    for one in element.iter():
        name, kind = one.get("name"), one.get("type", "text")
        if not name:
            continue
        if one.tag == "textarea":
            form.values[name] = one.text or ""
            form.words.append(name)
        elif one.tag == "select":
            options = [option.get("value", "") for option in one.iter("option")]
            form.values[name] = options[-1] if options else ""
        elif one.tag == "input" and kind in {"radio", "checkbox"}:
            if "checked" in one.attrib or name not in form.values:
                form.values[name] = one.get("value", "y")
        elif one.tag in {"input", "button"} and kind not in {"submit", "button", "file"}:
            form.values[name] = one.get("value", "")
            if kind not in {"hidden"}:
                form.words.append(name)
    return form


def stored(app: Flask) -> dict[str, list[dict[str, object]]]:
    """All rows of all tables."""
    with app.app_context():
        return {
            table.name: [dict(row._mapping) for row in db.session.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


def without_tokens(text: str) -> str:
    """A page without what differs each time."""
    return re.sub(r'name="csrf_token"[^>]*>', "", text)
