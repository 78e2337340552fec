"""Nobody learns which addresses have an account: not by answer, status, headers, size, work or time."""

import statistics
from datetime import timedelta
from time import perf_counter

import pytest
from sqlalchemy import event

from kooperation.accounts.models import FailedSignIn
from kooperation.accounts.services import signing_in
from kooperation.base.db import db, now
from tests.security.test_forged_requests import token_of
from tests.security.walk import PASSWORD, without_tokens

ADDRESSES = {
    "known": "erika-a@muster.example",
    "unknown": "erika-b@muster.example",
    "deactivated": "erika-c@muster.example",
    "without a password": "erika-d@muster.example",
    "member": "erika-e@muster.example",
}
"""All of the same length."""


@pytest.fixture(autouse=True)
def _people(prepared):
    def fill(make):
        unit = make.municipality("Dorf", key="08001001")
        make.user(email=ADDRESSES["known"], password=PASSWORD)
        make.user(email=ADDRESSES["deactivated"], password=PASSWORD, deactivated_at=now())
        make.user(email=ADDRESSES["without a password"])
        make.member(unit, user=make.user(email=ADDRESSES["member"], password=PASSWORD))

    prepared(fill)


class Work:
    """What an answer took: hashes of passwords, and statements by what they do."""

    def __init__(self, app, monkeypatch):
        self.hashes, self.statements = 0, []
        hasher = signing_in._hasher

        class Counting(type(hasher)):
            def hash(inner, *args, **more):
                self.hashes += 1
                return super().hash(*args, **more)

            def verify(inner, *args, **more):
                self.hashes += 1
                return super().verify(*args, **more)

        monkeypatch.setattr(signing_in, "_hasher", Counting())
        with app.app_context():
            self.engine = db.engine
        event.listen(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, *_more):
        if "SAVEPOINT" not in statement:
            self.statements.append(statement)


@pytest.fixture
def work(app, monkeypatch):
    one = Work(app, monkeypatch)
    yield one
    event.remove(one.engine, "before_cursor_execute", one._note)


def sign_in_form(address):
    return "/anmelden/", {"email": address, "password": "falsch" * 3}


def reset_form(address):
    return "/kennwort/vergessen/", {"email": address}


def register_form(address):
    form = {"name": "Erika Muster", "email": address, "password": PASSWORD + "!", "repeated": PASSWORD + "!"}
    return "/registrieren/", form | {
        "municipality": "Dorf",
        "municipality-auswahl": "08001001",
        "role": "1",
        "note": "",
    }


def answered(app, form):
    """Status, headers and text of the answer and of the page after it, without what differs each time."""
    client = app.test_client()
    path, values = form
    token = token_of(client).group(1)
    begin = perf_counter()
    answer = client.post(path, data=values | {"csrf_token": token})
    seconds = perf_counter() - begin
    pages = [answer, *([client.get(answer.location)] if answer.location else [])]
    told = []
    for page in pages:
        text = without_tokens(page.get_data(as_text=True)).replace(values["email"], "")
        headers = sorted((name, value) for name, value in page.headers if name not in {"Set-Cookie", "Content-Length"})
        told.append((page.status_code, headers, len(page.headers.getlist("Set-Cookie")), text))
    return told, seconds


FORMS = [sign_in_form, reset_form, register_form]


@pytest.mark.parametrize("form", FORMS)
def test_the_answer_is_the_same_whatever_the_address(app, form):
    answers = {kind: answered(app, form(address))[0] for kind, address in ADDRESSES.items()}
    for kind, answer in answers.items():
        assert answer == answers["unknown"], kind
    assert answers["unknown"][0][0] in {200, 302}


@pytest.mark.parametrize("form", FORMS)
def test_as_many_passwords_are_hashed_whatever_the_address(app, work, form):
    hashed = {}
    for kind, address in ADDRESSES.items():
        work.hashes = 0
        answered(app, form(address))
        hashed[kind] = work.hashes
    # Signing in fails against the account and against what was registered and is not confirmed yet.
    assert set(hashed.values()) == {{sign_in_form: 2, reset_form: 0, register_form: 1}[form]}, hashed


def test_a_sign_in_that_fails_asks_the_database_the_same_whatever_the_address(app, work):
    asked = {}
    for kind, address in ADDRESSES.items():
        work.statements.clear()
        answered(app, sign_in_form(address))
        asked[kind] = list(work.statements)
    for kind, statements in asked.items():
        assert statements == asked["unknown"], kind
    assert asked["unknown"]


@pytest.mark.parametrize("form", [sign_in_form, register_form])
def test_the_time_tells_nothing_either(app, hashed_as_in_production, form):
    """Coarse, since machines are noisy: where a hash is left out, the ratio is twenty."""
    times = {kind: [] for kind in ("known", "unknown")}
    for _ in range(5):
        for kind, seconds in times.items():
            with app.app_context():
                clear_counters()
            address = (
                ADDRESSES[kind] if form is sign_in_form or kind == "known" else f"neu{len(seconds)}@muster.example"
            )
            seconds.append(answered(app, form(address))[1])
    known, unknown = (statistics.median(seconds) for seconds in times.values())
    assert 1 / 3 < known / unknown < 3


def clear_counters():
    for one in db.session.query(FailedSignIn):
        one.at -= timedelta(hours=1)
    db.session.commit()


def test_who_is_held_off_is_held_off_whether_or_not_there_is_an_account(app):
    for form, most in ((sign_in_form, signing_in.MOST_FAILURES_AT_ADDRESS), (reset_form, 3)):
        last = {}
        for kind in ("known", "unknown"):
            address = ADDRESSES[kind]
            for _ in range(most):
                assert answered(app, form(address))[0][0][0] != 429
            last[kind] = answered(app, form(address))[0]
            with app.app_context():
                clear_counters()
        assert all(answer == last["unknown"] for answer in last.values())
        assert last["unknown"][0][0] == 429
