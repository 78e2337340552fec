"""Templates keep the house's rules: every visible word can be translated, nothing inline, looks belong to macros."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from kooperation.base.config import ROOT

TEMPLATES = ROOT / "templates"
# Mails are plain text to the eye of a browser and have sheets of their own.
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "mail" not in path.relative_to(TEMPLATES).parts)
LOOKS_LIVE_HERE = {"layout", "macros"}
# What a page may say about the arrangement of its parts, and nothing else.
ALLOWED_CLASSES = re.compile(r"(k-(note|no-print|buttons)|kern-(row|col(-\w+)*|sr-only))")
TRANSLATED = {"alt", "aria-label", "aria-description", "content", "placeholder", "title", "label"}
WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{2,}")
# Names that are the same in every language.
SAME_EVERYWHERE = {"width=device-width, initial-scale=1"}
# A digit may stand in a name, a class and a text, and is no word.
MARK = "1"


def markup_only(source: str) -> str:
    """A template as the browser's eye sees it: each piece of Jinja becomes one mark, translated blocks as well."""
    source = re.sub(r"{%-?\s*trans\b.*?endtrans\s*-?%}", lambda found: blank(found.group()), source, flags=re.S)
    kept = []
    for _line, token, value in Environment(extensions=["jinja2.ext.i18n"]).lex(source):
        if token == "data":
            kept.append(value)
        elif token.endswith("_end"):
            kept.append(MARK)
        # The lines stay, so that a finding names its own.
        kept.append("\n" * value.count("\n") if token != "data" else "")
    return "".join(kept)


def blank(text: str) -> str:
    """As many lines, and a mark."""
    return MARK + "\n" * text.count("\n")


class Finder(HTMLParser):
    """Collects what offends, each with its line."""

    def __init__(self, may_look: bool) -> None:
        super().__init__()
        self.may_look = may_look
        self.findings: list[str] = []

    def note(self, what: str) -> None:
        """Remember a finding at the place of the parser."""
        self.findings.append(f"line {self.getpos()[0]}: {what}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check the attributes, and that a script or a style comes from a file."""
        names = {name for name, _value in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.note(f"inline <{tag}>")
        for name, value in attrs:
            text = value or ""
            if name == "style" or name.startswith("on") or name.startswith("hx-on"):
                self.note(f"inline {name}=")
            if text.strip().lower().startswith("javascript:"):
                self.note("javascript: address")
            if name == "class" and not self.may_look and not all(map(ALLOWED_CLASSES.fullmatch, text.split())):
                self.note(f'class="{text}" outside macros and layout')
            if name in TRANSLATED and text not in SAME_EVERYWHERE and "{" not in text and WORD.search(text):
                self.note(f'{name}="{text}" is not translated')

    def handle_data(self, data: str) -> None:
        """Every word between tags comes from gettext."""
        words = data
        if WORD.search(words) and self.lasttag != "kbd":
            self.note(f"„{' '.join(words.split())}“ is not translated")


def findings(source: str, may_look: bool = False) -> Iterator[str]:
    """What offends in the source of a template."""
    finder = Finder(may_look)
    finder.feed(markup_only(source))
    finder.close()
    yield from finder.findings


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_keeps_the_rules(path: Path) -> None:
    may_look = path.relative_to(TEMPLATES).parts[0] in LOOKS_LIVE_HERE
    source = path.read_text(encoding="utf-8").replace(" – kooperation</title>", "</title>")

    assert list(findings(source, may_look)) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_is_no_longer_than_a_file_may_be(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize(
    ("source", "offence"),
    [
        ("<p>Hallo {{ name }}</p>", "Hallo"),
        ("{% if x %}\n<p>Ja</p>{% endif %}", "line 2"),
        ("<style>p {}</style>", "inline <style>"),
        ("<script>1</script>", "inline <script>"),
        ('<p style="color: red"></p>', "inline style="),
        ('<a href="/x" onclick="f()"></a>', "inline onclick="),
        ('<a href="javascript:f()"></a>', "javascript:"),
        ('<img alt="Wappen">', 'alt="Wappen"'),
        ('<p class="k-fact"></p>', 'class="k-fact"'),
        ('<p class="k-{{ x }}"></p>', "class="),
    ],
)
def test_the_guard_finds_what_offends(source: str, offence: str) -> None:
    assert any(offence in finding for finding in findings(source))


@pytest.mark.parametrize(
    "source",
    [
        '<p>{{ _("Hallo") }}</p>',
        "<p>{% trans %}Hallo{% endtrans %}</p>",
        "{# Bemerkung #}<p>{{ name }} – {{ 1 }} %</p>",
        '<script src="/x.js"></script>',
        '<p class="k-note"></p>',
        "<img alt=\"{{ _('Wappen') }}\">",
    ],
)
def test_the_guard_lets_pass_what_is_right(source: str) -> None:
    assert list(findings(source)) == []


def test_a_class_is_free_in_macros() -> None:
    assert list(findings('<p class="k-{{ x }}"></p>', may_look=True)) == []


# ---------------------------------------------------------------- mails

MAILS = sorted(path for path in (TEMPLATES / "mail").rglob("*.txt") if not path.name.endswith(".en.txt"))
RULE = (
    "every mail is there twice, with the same values: <name>.txt in German, through gettext, "
    'and <name>.en.txt in plain English, which says "The pages of kooperation are in German."'
)


def english_of(path: Path) -> Path:
    """The English twin of a German mail."""
    return path.with_suffix(".en.txt")


def values_in(path: Path) -> set[str]:
    """The values that a mail's template uses, but for what every template has."""
    syntax = Environment(extensions=["jinja2.ext.i18n"]).parse(path.read_text(encoding="utf-8"))
    return meta.find_undeclared_variables(syntax) - {"_", "link", "ROLES"}


@pytest.mark.parametrize("path", MAILS, ids=lambda path: str(path.relative_to(TEMPLATES / "mail")))
def test_a_mail_is_there_in_german_and_in_english_with_the_same_values(path: Path) -> None:
    twin = english_of(path)
    assert twin.is_file(), f"{twin.relative_to(TEMPLATES)} is missing: {RULE}"
    assert values_in(path) == values_in(twin), RULE
    assert "The pages of kooperation are in German." in twin.read_text(encoding="utf-8"), RULE
    for sheet in (path, twin):
        assert sheet.read_text(encoding="utf-8").startswith("{% block subject %}"), "the first line is the subject"


@pytest.mark.parametrize("path", MAILS, ids=lambda path: str(path.relative_to(TEMPLATES / "mail")))
def test_every_word_of_a_german_mail_can_be_translated(path: Path) -> None:
    assert not WORD.search(markup_only(path.read_text(encoding="utf-8"))), RULE


def test_no_english_mail_stands_alone() -> None:
    alone = [
        path for path in (TEMPLATES / "mail").rglob("*.en.txt") if path.with_name(path.name[:-7] + ".txt") not in MAILS
    ]
    assert alone == [], RULE
