"""What people wrote, and what an address holds, is shown as text on every page: never as markup, never as a link."""

import re
from itertools import cycle

import pytest
from sqlalchemy import Enum, String, Text, select, update

from kooperation.accounts.models import User
from kooperation.accounts.services import signing_in
from kooperation.base.db import Base, db, now
from kooperation.base.html import page_from_markdown
from tests.databases import LONG
from tests.markup import parse
from tests.security.conftest import PEOPLE
from tests.security.walk import endpoint_of, known_pages, pages

HOSTILE = (
    "xss7\"'><script>xss7()</script><img src=x onerror=xss7()>{{7*191}}",
    'xss7" onmouseover="xss7()" x="',
    "javascript:xss7()//xss7",
    "xss7</textarea></title></svg><svg onload=xss7()>",
    "<!--xss7--!>\u2028]]>&#60;b&#62;",
)
TEXTS = [(text,) for text in HOSTILE] if LONG else [HOSTILE]
"""What each run has in its texts, in turn: in the full run each of them is everywhere once."""
MADE_BY_US = {"key", "ars", "path", "word", "backwards", "spaced", "joined", "head", "kinds", "kind"}
"""Texts that the program puts together from checked ones, or reads from the official files by their form."""


def is_written_by_people(column):
    texts = isinstance(column.type, String | Text) and not isinstance(column.type, Enum)
    ours = column.name in MADE_BY_US or column.name.endswith(("_hash", "message_id", "digest", "counted_for"))
    return texts and not ours and not column.foreign_keys


def spoil(app, texts):
    """Let every text that somebody wrote be one of these, and HTML what is stored for it."""
    in_turn = cycle(texts)
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if is_written_by_people(column):
                    room = getattr(column.type, "length", None) or 1_000
                    value = next(in_turn)[: room - 8]
                    if column.name.endswith("html"):
                        value = str(page_from_markdown(value))
                    unique = column.unique or column.primary_key
                    number = next(iter(table.primary_key))
                    value = (number.cast(String) + value) if unique else value
                    db.session.execute(update(table).values({column.name: value}))
        db.session.commit()


def harmless(html):
    """Fail on anything that a browser would run, or follow somewhere else."""
    for element in parse(html).iter():
        said = "".join(element.itertext()) if element.tag in {"script", "style", "template", "noscript"} else ""
        assert "xss7" not in said
        assert not (element.tag in {"img", "iframe", "svg", "object", "embed"} and "xss7" in repr(element.attrib))
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (element.tag, name, value)
            assert name != "x", (element.tag, element.attrib)
            if name in {"href", "src", "action", "formaction", "hx-get", "hx-post", "xlink:href", "data", "poster"}:
                assert value.startswith(("/", "#", "?", "data:image/", "mailto:", "https://")) or not value, value
    assert "1337" not in html


@pytest.mark.parametrize("texts", TEXTS)
def test_what_people_wrote_is_text_on_every_page(app, enter, world, texts):
    spoil(app, texts)
    shown = set()
    for who in ("", "manager@muster.example", "admin@muster.example"):
        with app.app_context():
            db.session.remove()
        client = enter_spoiled(app, who)
        for path, html in pages(app, client):
            harmless(html)
            if "xss7" in html:
                shown.add(endpoint_of(app, path))
    assert shown >= {"register.listing", "register.show", "accounts.account", "accounts.tasks", "accounts.show_request"}


def enter_spoiled(app, who):
    """Whoever had this address before it was spoiled: people keep their order."""
    client = app.test_client()
    if who:
        is_admin = who.startswith("admin")
        with app.app_context():
            user = db.session.scalar(select(User).where(User.is_admin == is_admin).order_by(User.id))
            token = signing_in.open_session(user, browser=HOSTILE[0], at=now())
            db.session.commit()
        with client.session_transaction() as session:
            session["_user_id"] = token
    return client


@pytest.mark.parametrize("texts", TEXTS)
def test_what_an_address_holds_is_text_on_every_page(app, enter, world, texts):
    reflected, in_turn = set(), cycle(texts)
    for who in PEOPLE[-2:]:
        client = enter(who)
        for path, html in known_pages(app, client, who):
            names = {*re.findall(r'name="([^"]+)"', html), "q", "name", "weiter", "seite", "land", "mit", "x", "art"}
            values = {name: next(in_turn) for name in sorted(names - {"csrf_token"})}
            answer = client.get(path.partition("?")[0], query_string=values)
            answer.close()
            if answer.mimetype == "text/html" and not answer.location:
                harmless(answer.get_data(as_text=True))
                if "xss7" in answer.get_data(as_text=True):
                    reflected.add(endpoint_of(app, path))
            assert answer.status_code < 500
            assert "xss7" not in (answer.location or "").partition("?")[0]
        for path in ("/xss7", *(f"{place}{text}" for text in texts for place in ("/kommunen/", "/kennwort/neu/"))):
            missing = client.get(path)
            assert missing.status_code == 404
            harmless(missing.get_data(as_text=True))
    assert reflected >= {"register.listing", "search.results"}
