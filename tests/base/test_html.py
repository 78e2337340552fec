"""Formatted texts: what stays, what goes, and that nothing harmful is left, whatever was written."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kooperation.base.html import SCHEMES, TAGS, from_markdown, sanitise

REL = 'rel="nofollow noopener noreferrer"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ein **wichtiges** *Wort*", "<p>Ein <strong>wichtiges</strong> <em>Wort</em></p>"),
        ("erste\nzweite", "<p>erste<br>\nzweite</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("# Nr. 1 & mehr", "<p># Nr. 1 &amp; mehr</p>"),
        ("1 < 2 <b>fett</b>", "<p>1 &lt; 2 &lt;b&gt;fett&lt;/b&gt;</p>"),
        ("", ""),
    ],
)
def test_what_people_write_is_shown_as_they_meant_it(text, expected):
    assert from_markdown(text).strip() == expected


@pytest.mark.parametrize(
    ("text", "href", "label"),
    [
        ("www.kehl.de", "https://www.kehl.de", "www.kehl.de"),
        ("(siehe https://kehl.de/a?b=1).", "https://kehl.de/a?b=1", "https://kehl.de/a?b=1"),
        ("http://kehl.de/", "http://kehl.de/", "http://kehl.de/"),
        ("http://www.kehl.de", "http://www.kehl.de", "http://www.kehl.de"),
        ("it@kehl.de,", "mailto:it@kehl.de", "it@kehl.de"),
        ("[Seite](https://kehl.de)", "https://kehl.de", "Seite"),
    ],
)
def test_addresses_become_links(text, href, label):
    assert f'<a href="{href}" {REL}>{label}</a>' in from_markdown(text)


@pytest.mark.parametrize("text", ["`www.kehl.de`", "z.B. der Stand.Das", "a@b", "13.45@7", "ftp://kehl.de"])
def test_what_only_looks_like_an_address_stays_text(text):
    assert "<a" not in from_markdown(text)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<p onclick=alert(1)>x</p>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="jav&#x09;ascript:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>',
        '<a href="//evil.example">x</a>',
        "<svg><style><img src=x onerror=alert(1)>",
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<form action=//evil.example><button>x</button></form>",
        '<p style="background:url(//evil.example)">x</p>',
        "<base href=//evil.example>",
        "<!--><img src=x onerror=alert(1)>-->",
    ],
)
def test_nothing_harmful_is_left(html):
    ensure_harmless(sanitise(html))


def test_the_text_of_tags_that_go_stays():
    assert sanitise("<h1>Titel</h1><table><tr><td>Zelle</td></tr></table>").split() == ["Titel", "Zelle"]


class Tags(HTMLParser):
    """Collects the tags with their attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_comment(self, data):
        self.found.append(("!--", {}))

    def handle_decl(self, decl):
        self.found.append(("!", {}))


def ensure_harmless(html):
    for tag, attributes in Tags(html).found:
        assert tag in TAGS
        assert set(attributes) <= {"a": {"href", "rel"}, "ol": {"start"}}.get(tag, set())
        if "href" in attributes:
            assert attributes["href"].partition(":")[0].lower() in SCHEMES
        if tag == "a":
            assert f'rel="{attributes["rel"]}"' == REL


PIECES = st.sampled_from(
    [
        *("<", ">", '"', "'", "&", "/", "=", " ", "\n", "\n\n", "`", "*", "_", "[", "]", "(", ")", "!", "#", "&#0;"),
        *("<a href=", "<p ", "</p>", "<script>", "</script>", "<svg>", "<math>", "<style>", "<!--", "-->", "<![CDATA["),
        *("javascript:", "https://kehl.de", "www.kehl.de", "it@kehl.de", "onerror=", "- ", "1. ", "> ", "&colon;"),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=25).map("".join)


@given(TEXTS)
@example("www.kehl.de" * 500)
@example("a@" * 2_000)
def test_no_text_makes_anything_harmful(text):
    ensure_harmless(from_markdown(text))
    ensure_harmless(sanitise(text))


@given(TEXTS)
def test_what_is_clean_stays_as_it_is(text):
    html = from_markdown(text)
    assert sanitise(html) == html
