"""Rendering of macros and a small reader of HTML, for tests that ask what a component says, not how it looks."""

from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import gettempdir
from xml.etree.ElementTree import Element, SubElement

from flask import Flask, render_template_string

from tests.browser.gallery import gallery_app

VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = SubElement(self._open[-1], tag, {name: value or "" for name, value in attrs})
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if len(self._open[-1]):
            last = self._open[-1][-1]
            last.tail = (last.tail or "") + data
        else:
            self._open[-1].text = (self._open[-1].text or "") + data


def parse(html: str) -> Element:
    """The elements of a piece of HTML; a tag that is not closed, or closes another, fails."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader._open) == 1, f"<{reader._open[-1].tag}> stays open"
    return reader.root


def text(element: Element) -> str:
    """All its words, with single spaces."""
    return " ".join("".join(element.itertext()).split())


def one(root: Element, path: str) -> Element:
    """The only element that an ElementPath finds, such as .//a[@aria-current='page']."""
    found = root.findall(path)
    assert len(found) == 1, f"{len(found)} × {path}"
    return found[0]


@cache
def kit() -> Flask:
    """An app of the page kit alone."""
    return gallery_app(Path(gettempdir()))


def render(source: str, at: str = "/kommunen/liste/", **values: object) -> Element:
    """What a piece of template yields on the page of an address."""
    with kit().test_request_context(at):
        return parse(render_template_string(source, **values))
