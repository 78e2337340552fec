"""Forms with more in them than was asked for: fields of the database, everything twice, all of it in the address."""

from collections import Counter
from datetime import datetime
from urllib.parse import urlencode

import pytest
from werkzeug.datastructures import MultiDict

from kooperation.base.db import Base, db
from tests.databases import LONG
from tests.security.conftest import PEOPLE
from tests.security.test_forged_requests import token_of
from tests.security.walk import endpoint_of, forms, stored

COLUMNS = {column.name for table in Base.metadata.sorted_tables for column in table.columns}
MORE = COLUMNS | {"admin", "roles", "is_active", "active", "permissions", "user", "actor", "membership", "csrf"}

AT_LEAST_EFFECTIVE = {
    "accounts.approve",
    "accounts.ask",
    "accounts.change_password",
    "accounts.decline",
    "accounts.give_consent",
    "accounts.register",
    "accounts.remove_member",
    "accounts.rename",
    "accounts.sign_in",
}
"""Endpoints whose form must have changed something here: a form that is refused anyway would prove nothing."""

TAKEN_TWICE = {"csrf_token", "kinds"}
"""Fields of which a second value counts: the token, and boxes to tick, where what is no choice refuses the form."""


@pytest.fixture
def undone(app, world):
    """Send a form, see what it changed, and undo that."""
    connection = db._app_engines[app][None]

    def effect(client, form, values, query=""):
        before = stored(app)
        savepoint = connection.begin_nested()
        try:
            kept = client.get_cookie("kooperation")
            address = form.action + (("&" if "?" in form.action else "?") + query if query else "")
            client.post(address, data=values)
            if kept is not None:
                client.set_cookie("kooperation", kept.value)
            return changes(before, stored(app))
        finally:
            savepoint.rollback()

    return effect


def changes(before, after):
    """What differs, without what differs each time: numbers of new rows, instants, secrets."""
    numbers = {value for rows in before.values() for row in rows for value in row.values() if type(value) is int}
    found = []
    for table in before:
        old, new = (Counter(_said(row, numbers) for row in rows[table]) for rows in (before, after))
        found += [(table, sign, row) for sign, rows in (("-", old - new), ("+", new - old)) for row in rows.elements()]
    return sorted(found)


def _said(row, numbers):
    secret = ("_hash", "message_id", "text", "counted_for", "token")
    return repr(
        [
            (name, "an instant" if isinstance(value, datetime) else value)
            for name, value in row.items()
            if not name.endswith(secret) and (type(value) is not int or value in numbers)
        ]
    )


def test_additional_fields_change_nothing(app, enter, undone):
    effective = set()
    for who in PEOPLE:
        for form in forms(app, enter(who), who):
            client = enter(who)
            own = form.filled() | {"csrf_token": token_of(client).group(1)}
            plain = undone(client, form, own)
            if plain:
                effective.add(endpoint_of(app, form.action, "POST"))
            extras = dict.fromkeys(MORE - own.keys(), "1")
            nested = {f"{prefix}{name}": "1" for name in MORE for prefix in ("user.", "user-", "memberships-0-")}
            twice = [(name, "3") for name in own if name not in TAKEN_TWICE]
            query = urlencode(dict.fromkeys((*MORE, *own), "3"))
            everything = MultiDict([*(own | extras | nested).items(), *twice])
            assert undone(client, form, everything, query) == plain, form.action
            if LONG:
                # One after the other: what the one does may hide what the other does.
                assert undone(client, form, own | extras) == plain, form.action
                assert undone(client, form, own | nested) == plain, form.action
                assert undone(client, form, MultiDict([*own.items(), *twice])) == plain, form.action
                assert undone(client, form, own, query) == plain, form.action
    assert effective >= AT_LEAST_EFFECTIVE


def test_the_comparison_sees_what_it_is_there_to_see(app, enter, undone):
    client = enter("manager@muster.example")
    (form,) = [one for one in forms(app, client, "manager@muster.example") if one.action == "/konto/name/"]
    own = form.filled("Eine Andere") | {"csrf_token": token_of(client).group(1)}
    changed = undone(client, form, own)
    assert any("Eine Andere" in row for _, _, row in changed)
    assert changed != undone(client, form, own | {"name": "Noch eine"})
    assert undone(client, form, own | {"name": ""}) == []
