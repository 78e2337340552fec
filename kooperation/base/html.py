"""Texts with a little formatting: what people write as Markdown becomes HTML that may be shown as it is.

Made when a text is stored, not when it is shown. bleach cleans and makes addresses into links; nh3 has the last word,
since bleach itself is promised no more security fixes.
"""

import re
from collections.abc import Iterator, MutableMapping, Sequence, Set
from functools import partial
from typing import Any

import nh3
from bleach.linkifier import LinkifyFilter
from bleach.sanitizer import Cleaner
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

TAGS = frozenset({"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "a"})
"""What a text may consist of. No headings, whose level only the page knows; no pictures, which would be fetched."""

HEADINGS = frozenset({"h2", "h3"})
"""The headings of a text that is a page of its own, below the page's."""

SCHEMES = frozenset({"http", "https", "mailto"})

_ATTRIBUTES = {"a": ["href"], "ol": ["start"]}
_REL = "nofollow noopener noreferrer"

# Our own, since bleach's take time by the square of the text's length: twenty thousand letters hold it for ten seconds.
_URL = re.compile(r"(?<![\w@./-])(?:https?://|www\.)[^\s<>\"“„]+", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\b")

# How bleach names the attributes of a link, and the text that it found.
_Attributes = MutableMapping[tuple[str | None, str], str]
_HREF: tuple[str | None, str] = (None, "href")
_TEXT: Any = "_text"

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})
_markdown.disable(["heading", "lheading", "image", "hr", "reference", "html_block", "html_inline"])
_pages = MarkdownIt("commonmark", {"html": False, "breaks": True})
_pages.disable(["lheading", "image", "hr", "reference", "html_block", "html_inline"])


def from_markdown(text: str) -> Markup:
    """What a person wrote, as safe HTML; HTML in it is shown as it was typed. Never an error, whatever it is."""
    return sanitise(_markdown.render(text))


def page_from_markdown(text: str) -> Markup:
    """The same of a text that is a page of its own: its headings begin below the page's, and none is skipped."""
    tokens = _pages.parse(text)
    deepest = 1
    for opening, closing in _headings(tokens):
        deepest = min(max(int(opening.tag[1]), 2), 3, deepest + 1)
        opening.tag = closing.tag = f"h{deepest}"
    return sanitise(_pages.renderer.render(tokens, _pages.options, {}), tags=TAGS | HEADINGS)


def _headings(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    """The tokens around each heading; between them stands its text alone."""
    for opening, closing in zip(tokens, tokens[2:], strict=False):
        if opening.type == "heading_open":
            yield opening, closing


def sanitise(html: str, tags: Set[str] = TAGS) -> Markup:
    """The HTML with nothing but harmless tags, and with addresses as links; of other tags only the text stays."""
    return Markup(  # nosec B704 (this is where HTML becomes safe)
        nh3.clean(
            _cleaner(tags).clean(html),
            tags=set(tags),
            attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
            url_schemes=set(SCHEMES),
            url_relative="deny",
            link_rel=_REL,
        )
    )


def _cleaner(tags: Set[str]) -> Cleaner:
    # One for each text: a cleaner keeps its parser's state and may not be shared by threads.
    links = partial(
        LinkifyFilter,
        callbacks=[_encrypted],
        skip_tags={"code", "pre"},
        parse_email=True,
        url_re=_URL,
        email_re=_EMAIL,
    )
    return Cleaner(tags=frozenset(tags), attributes=_ATTRIBUTES, protocols=SCHEMES, strip=True, filters=[links])


def _encrypted(attributes: _Attributes, new: bool = False, /) -> _Attributes:
    """Lead to https where an address was written without its scheme."""
    href = attributes.get(_HREF, "")
    if new and href.startswith("http://www.") and not attributes[_TEXT].lower().startswith("http:"):
        attributes[_HREF] = "https://" + href.removeprefix("http://")
    return attributes
