"""No address leads away from the site, however it is spelled; asked of what a browser makes of it (WHATWG URL)."""

import re
from itertools import cycle, islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kooperation.accounts.guard import safe_target
from tests.databases import LONG
from tests.security.test_forged_requests import token_of
from tests.security.test_sessions import post, sign_in
from tests.security.walk import known_pages

PIECES = [
    "/",
    "\\",
    ":",
    "//",
    "..",
    ".",
    "@",
    "?",
    "#",
    "%2f",
    "%5c",
    "%09",
    "\t",
    "\n",
    "\r",
    " ",
    "\0",
    "\x7f",
    "\xa0",
]
PIECES += [
    "http",
    "https:",
    "javascript:",
    "data:",
    "evil.example",
    "localhost",
    "konto",
    "\u2028",
    "\u3002",
    "／",
    "＼",
    "[",
    "]",
    ";",
]

SPELLINGS = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https:evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "evil.example",
    ".evil.example",
    "@evil.example",
    "http://localhost@evil.example/",
    "http://localhost.evil.example/",
    "//[::1]@evil.example",
    "/\x00/evil.example",
    "\x0b//evil.example",
]


def as_a_browser_reads(target):
    """The host that a browser on https://ours.example/ goes to; None where it stays, or runs no request."""
    text = re.sub(r"[\t\n\r]", "", target.strip("".join(map(chr, range(33)))))
    scheme = re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", text)
    if scheme:
        return scheme.group()
    text = text.replace("\\", "/")
    return text.lstrip("/") or "nowhere" if text.startswith("//") else None


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=30))
@example("/konto/")
def test_what_is_taken_for_a_path_here_is_one_for_every_browser(target):
    taken = safe_target(target)
    assert taken is None or (taken == target and as_a_browser_reads(target) is None and target.startswith("/"))


def test_paths_of_ours_are_taken():
    for path in ("/", "/konto/", "/kommunen/liste/?name=a%20b&seite=2", "/suche/?q=//x", "/x/../y", "/a:b"):
        assert safe_target(path) == path


@pytest.mark.parametrize("target", SPELLINGS)
def test_neither_the_sign_in_nor_any_other_page_leads_away(app, enter, world, target):
    signed_in = enter("manager@muster.example")
    found = [
        sign_in(app.test_client(), weiter=target),
        signed_in.get("/anmelden/", query_string={"weiter": target}),
        post(signed_in, "/konto/handeln-fuer/", municipality="08001001", weiter=target),
    ]
    for answer in found:
        assert answer.status_code == 302
        assert answer.location in {"/", "/konto/"}, answer.location


def test_no_parameter_of_any_page_becomes_a_redirect(app, enter, world):
    who = "manager@muster.example"
    client = enter(who)
    names = ["weiter", "next", "url", "ziel", "zurueck", "redirect", "return_to", "continue"]
    targets = cycle(SPELLINGS)
    for path, html in known_pages(app, client, who):
        parameters = {*names, *re.findall(r'name="([^"]+)"', html)} - {"csrf_token"}
        for target in islice(targets, 3 if LONG else 1):
            with client.get(path.partition("?")[0], query_string=dict.fromkeys(parameters, target)) as answer:
                assert as_a_browser_reads(answer.location or "/") is None, (path, answer.location)


@pytest.mark.parametrize(
    "path", ["//evil.example/konto", "/\\evil.example/konto", "//evil.example/%2e%2e", "/kommunen//evil.example"]
)
def test_adding_a_slash_stays_here(enter, world, path):
    answer = enter("").get(path)
    assert as_a_browser_reads(answer.location or "/") is None, answer.location
    assert token_of(enter(""))
