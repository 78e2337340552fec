"""Signing in and out: passwords, throttling, and sessions that the database knows."""

import hashlib
import hmac
import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete

from kooperation.accounts import queries
from kooperation.accounts.models import FailedSignIn, User, UserSession
from kooperation.accounts.rules import LONGEST_PASSWORD, fold_address, is_example_address, network_of
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation

SESSION_LASTS = timedelta(hours=12)
"""A working day; after it one signs in again."""

COUNTED_FOR = timedelta(minutes=15)
MOST_FAILURES_AT_ADDRESS = 8
MOST_FAILURES_FROM_PLACE = 60
"""From one place: a town hall's whole staff may share an address behind a proxy."""

_hasher = PasswordHasher()


def _hash_of_nobody() -> str:
    """A hash that no password has, with today's parameters; put together, since computing one takes a tenth second."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}${salt}${digest}"


# Verified where there is no user, so that the answer takes as long as with one.
_NOBODY = _hash_of_nobody()

REFUSED = "Die Anmeldung ist nicht gelungen. Prüfen Sie Adresse und Kennwort."
THROTTLED = "Zu viele Versuche. Bitte warten Sie eine Viertelstunde, oder setzen Sie Ihr Kennwort neu."
UNCONFIRMED = (
    "Ihre Adresse ist noch nicht bestätigt. Öffnen Sie den Link in der Mail, die Sie nach dem Registrieren "
    "bekommen haben."
)


Matching = Mapping[str, str]
"""Stored hashes that are of a password, each with the one to store from now on."""


class Throttled(RuleViolation):
    """Too many attempts were made for an address or from a place."""


class Unconfirmed(RuleViolation):
    """Somebody with the right password, who has not shown yet that the address is theirs."""


def check(address: str, password: str, *, place: str, secret: str, at: datetime) -> Matching:
    """Compare a password with what is stored under an address, for ``sign_in``; writes nothing and takes long.

    Refuses after too many failures (Throttled), before anything is compared.
    """
    folded = fold_address(address)
    ensure_few(_counters(folded, place, secret), THROTTLED, at)
    user = queries.user_by_address(folded)
    found = matching(password, user.password_hash if user else None)
    if user is None or not found or not user.is_active:
        registration = queries.registration_of(folded, at)
        found |= matching(password, registration.password_hash if registration else None)
    return found


def sign_in(
    address: str,
    password: Matching,
    *,
    place: str,
    browser: str,
    secret: str,
    at: datetime,
    with_examples: bool = True,
) -> tuple[User, str]:
    """Sign a user in; gives the user and the token that the browser keeps. The caller commits, also a refusal.

    ``password`` is what ``check`` gave: one that was changed since is no longer the right one. ``with_examples`` says
    whether invented people may sign in, whose password everybody can read: never in production. ``place`` is the
    network address that the request came from, ``secret`` the instance's key. Refuses a wrong address or password with
    one sentence for both, a deactivated user likewise, and too many failures (Throttled). The failure has then been
    counted in the session. Whoever registered with this password and has not confirmed the address is told so
    (Unconfirmed), also where the address has another account: this is no way to learn that it has.
    """
    folded = fold_address(address)
    counters = _counters(folded, place, secret)
    # Again: of many who compared at once, no more are told what came of it.
    ensure_few(counters, THROTTLED, at)
    user = queries.user_by_address(folded, locked=True)
    renewed = password.get(user.password_hash or "") if user else None
    is_shut_out = is_example_address(folded) and not with_examples
    if user is None or renewed is None or not user.is_active or is_shut_out:
        registration = queries.registration_of(folded, at)
        if registration is not None and registration.password_hash in password:
            raise Unconfirmed(UNCONFIRMED)
        db.session.add_all(FailedSignIn(counted_for=one, at=at) for one in counters)
        raise RuleViolation(REFUSED)
    user.password_hash = renewed
    db.session.execute(delete(FailedSignIn).where(FailedSignIn.at < at - COUNTED_FOR))
    return user, open_session(user, browser=browser, at=at)


def check_own(user: User, password: str, *, secret: str, at: datetime) -> Matching:
    """Compare a password with that of somebody who is signed in, for ``prove``; writes nothing and takes long.

    Refuses after too many failures (Throttled), before anything is compared.
    """
    ensure_few({address_counter(user.email, secret): MOST_FAILURES_AT_ADDRESS}, THROTTLED, at)
    return matching(password, user.password_hash)


def prove(user: User, password: Matching, *, secret: str, at: datetime) -> None:
    """Have somebody who is signed in show that they know their password. The caller commits, also a refusal.

    ``password`` is what ``check_own`` gave. Refuses another password (RuleViolation), and too many that failed
    (Throttled): they count as sign-ins do, so that a browser left open is no place to try passwords.
    """
    counters = {address_counter(user.email, secret): MOST_FAILURES_AT_ADDRESS}
    ensure_few(counters, THROTTLED, at)
    if user.password_hash not in password:
        db.session.add_all(FailedSignIn(counted_for=one, at=at) for one in counters)
        raise RuleViolation("Das ist nicht Ihr Kennwort.")


def count(counters: Mapping[str, int], sentence: str, *, at: datetime) -> None:
    """Count an attempt under keys, each with the most that it may have in a quarter of an hour. The caller commits.

    Refuses with this sentence where one of them has its fill (Throttled).
    """
    ensure_few(counters, sentence, at)
    db.session.add_all(FailedSignIn(counted_for=one, at=at) for one in counters)


def ensure_few(counters: Mapping[str, int], sentence: str, at: datetime) -> None:
    """Refuse with this sentence (Throttled) where one of the keys has had its fill of attempts; counts nothing."""
    if any(queries.failures(one, at - COUNTED_FOR) >= most for one, most in counters.items()):
        raise Throttled(sentence)


def open_session(user: User, *, browser: str, at: datetime) -> str:
    """Begin a sign-in that holds for a working day; gives its token, of which only the hash is stored."""
    token = secrets.token_urlsafe(32)
    user.last_signed_in_at = at
    db.session.add(
        UserSession(
            token_hash=hash_token(token),
            user_id=user.id,
            browser=browser[:120],
            created_at=at,
            expires_at=at + SESSION_LASTS,
        )
    )
    db.session.flush()
    return token


def sign_out(session: UserSession) -> None:
    """End one sign-in."""
    db.session.delete(session)


def sign_out_everywhere(user: User, *, but: UserSession | None = None) -> None:
    """End all sign-ins of a user, but for one that is to stay."""
    theirs = delete(UserSession).where(UserSession.user_id == user.id)
    db.session.execute(theirs.where(UserSession.id != but.id) if but else theirs)


def hash_password(password: str) -> str:
    """A password as argon2id hash with the library's parameters (RFC 9106, low memory)."""
    return _hasher.hash(password)


def matching(password: str, password_hash: str | None) -> dict[str, str]:
    """The stored hash where it is of this password, with the one to store from now on; takes as long where not.

    It takes a tenth of a second, so it is done before a transaction writes.
    """
    if not verify(password_hash, password) or password_hash is None:
        return {}
    return {password_hash: hash_password(password) if _hasher.check_needs_rehash(password_hash) else password_hash}


def verify(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; takes as long where there is no hash."""
    try:
        _hasher.verify(password_hash or _NOBODY, password[: LONGEST_PASSWORD + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def hash_token(token: str) -> str:
    """What is stored of a secret token; it is random and long, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _counters(folded: str, place: str, secret: str) -> dict[str, int]:
    return {
        address_counter(folded, secret): MOST_FAILURES_AT_ADDRESS,
        counter(f"place {network_of(place)}", secret): MOST_FAILURES_FROM_PLACE,
    }


def address_counter(folded: str, secret: str) -> str:
    """What sign-ins that failed for a folded address are counted under."""
    return counter(f"address {folded}", secret)


def counter(what: str, secret: str) -> str:
    """What attempts are counted under: a keyed hash, so that the table names nobody."""
    return hmac.new(secret.encode(), what.encode(), hashlib.sha256).hexdigest()
