"""Requests that another site sends in somebody's name: refused at every address, with nothing changed."""

import re
from itertools import cycle

import pytest

from tests.databases import LONG
from tests.security.conftest import PEOPLE
from tests.security.walk import address, forms, pages, stored, unsafe_rules

EXEMPT = frozenset({"cockpit.unsubscribe"})
"""Endpoints that take a request without a token: ending mails with one click (RFC 8058), which a mail program sends
without a cookie; it does nothing but what its signed link stands for, and asks for no sign-in."""

REFUSED = "Diese Anfrage war nicht verständlich"


def token_of(client):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/anmelden/?").get_data(as_text=True)) or (
        re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/konto/").get_data(as_text=True))
    )


@pytest.mark.parametrize("who", PEOPLE)
def test_without_a_token_of_ones_own_every_address_refuses(app, enter, world, who):
    victim = enter(who)
    own, foreign = token_of(victim).group(1), token_of(enter("reader@muster.example")).group(1)
    wrong = cycle(("", "x", foreign, own[:-2]))
    rules = [(rule, method) for rule, method in unsafe_rules(app) if rule.endpoint not in EXEMPT]
    before = stored(app)
    for rule, method in rules:
        path = address(app, rule)
        for token in ("", "x", foreign, own[:-2]) if LONG else (next(wrong),):
            for form in ({}, {"csrf_token": token}):
                answer = victim.open(path, method=method, data={"name": "Gekapert", "confirmed": "y", **form})
                assert (answer.status_code, REFUSED in answer.get_data(as_text=True)) == (400, True), (path, form)
    assert stored(app) == before
    for rule, method in rules:
        client = enter(who)
        headers = {"X-CSRFToken": token_of(client).group(1)}
        accepted = client.open(address(app, rule), method=method, headers=headers, data={})
        assert accepted.status_code != 400, f"{rule} refuses its own token: what was refused before proves nothing"


@pytest.mark.parametrize("who", PEOPLE)
def test_every_form_of_every_page_is_refused_without_its_token_and_changes_nothing(app, enter, world, who):
    client = enter(who)
    found = forms(app, client, who)
    assert all("csrf_token" in form.values for form in found)
    before = stored(app)
    for form in found:
        assert client.post(form.action, data=form.filled() | {"csrf_token": ""}).status_code == 400, form.action
    assert stored(app) == before


def test_the_views_without_a_token_are_those_that_are_known(app):
    protection = app.extensions["csrf"]
    named = {name: f"{view.__module__}.{view.__name__}" for name, view in app.view_functions.items()}
    assert {named[name] for name in EXEMPT} == protection._exempt_views
    assert not protection._exempt_blueprints
    assert app.config["WTF_CSRF_CHECK_DEFAULT"]
    assert app.config["WTF_CSRF_METHODS"] == {"POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.parametrize("who", PEOPLE)
def test_looking_at_pages_changes_nothing(app, enter, world, who):
    client = enter(who)
    before = stored(app)
    paths = [path for path, _ in pages(app, client)]
    for path in paths:
        client.head(path).close()
        client.options(path).close()
    assert len(paths) > 15
    assert stored(app) == before


def test_another_method_in_a_header_or_a_field_counts_for_nothing(app, enter, world):
    client = enter("manager@muster.example")
    before = stored(app)
    for rule, method in unsafe_rules(app):
        path = address(app, rule)
        hidden = {"X-HTTP-Method-Override": method, "X-HTTP-Method": method, "X-Method-Override": method}
        query = {"_method": method, "name": "Gekapert", "confirmed": "y"}
        client.get(path, headers=hidden, query_string=query).close()
    assert stored(app) == before
