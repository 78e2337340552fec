"""What is stored about a user, as their copy says it: accounts, the outbox, and the log."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kooperation.accounts import queries
from kooperation.accounts.models import Invitation, JoinRequest, Registration, User
from kooperation.accounts.rules import LANGUAGES, ROLES, MailPurpose, RequestState
from kooperation.audit import queries as log
from kooperation.audit.rules import Sight
from kooperation.audit.telling import Told, tell
from kooperation.base.hooks import StoredData
from kooperation.base.i18n import _
from kooperation.base.logs import without_tokens
from kooperation.base.mail.forgetting import mails_to
from kooperation.base.text import N_
from kooperation.parties.queries import named

STATES = {
    RequestState.OPEN: N_("wartet"),
    RequestState.GRANTED: N_("angenommen"),
    RequestState.DECLINED: N_("abgelehnt"),
    RequestState.WITHDRAWN: N_("zurückgenommen"),
}
PURPOSES: Mapping[str, str] = {
    MailPurpose.PASSWORD_RESET: N_("Kennwort neu setzen"),
    MailPurpose.ADDRESS_CHANGE: N_("Adresse ändern"),
}
NAMING_PEOPLE = frozenset({Invitation.__name__, JoinRequest.__name__, User.__name__})
"""The kinds of records that the log calls by the name or the address of a person."""


def stored_about(user: User) -> Iterator[StoredData]:
    """Everything that accounts and what lies below them hold about a user."""
    yield _account(user)
    yield from _belonging(user)
    yield from _waiting(user)
    yield from _signing_in(user)
    yield _mails(user)
    yield from _log(user)


def _account(user: User) -> StoredData:
    labels = {
        "email": _("E-Mail-Adresse"),
        "name": _("Name"),
        "has_password": _("Kennwort hinterlegt"),
        "is_admin": _("Verwaltet die Instanz"),
        "created_at": _("Angelegt"),
        "deactivated_at": _("Gesperrt"),
        "last_signed_in_at": _("Zuletzt angemeldet"),
        "email_confirmed_at": _("Adresse bestätigt"),
        "mail_language": _("Sprache der Mails"),
    }
    row = _picked(user, labels.keys() - {"has_password"}) | {
        "has_password": user.password_hash is not None,
        "mail_language": _(LANGUAGES[user.mail_language]),
    }
    return StoredData("user_account", _("Konto"), labels, [{name: row[name] for name in labels}])


def _belonging(user: User) -> Iterator[StoredData]:
    place, role = _("Kommune"), _("Rolle")
    yield StoredData(
        "membership",
        _("Mitgliedschaften"),
        {"municipality": place, "role": role, "since": _("Seit")},
        [
            {"municipality": one.municipality.display_name, "role": _(ROLES[one.role]), "since": one.since}
            for one in user.memberships
        ],
    )
    labels = {
        "municipality": place,
        "role": _("Gewünschte Rolle"),
        "note": _("Nachricht"),
        "asked_at": _("Gestellt"),
        "state": _("Stand"),
        "decided_at": _("Entschieden"),
        "reason": _("Begründung"),
    }
    yield StoredData(
        "join_request", _("Anfragen um Aufnahme"), labels, [_request(one) for one in queries.all_requests_of(user)]
    )


def _waiting(user: User) -> Iterator[StoredData]:
    """What waits for whoever has the user's address."""
    place, role, until = _("Kommune"), _("Rolle"), _("Gilt bis")
    labels = {"address": _("E-Mail-Adresse"), "municipality": place, "role": role, "message": _("Nachricht")}
    invitations = [
        _place_and_role(one) | _picked(one, ("address", "message", "sent_at", "expires_at"))
        for one in queries.invitations_to(user.email)
    ]
    yield StoredData(
        "invitation", _("Einladungen an mich"), labels | {"sent_at": _("Verschickt"), "expires_at": until}, invitations
    )
    labels = {"address": _("E-Mail-Adresse"), "name": _("Name"), "municipality": place, "role": role}
    registrations = [
        _place_and_role(one) | _picked(one, ("address", "name", "note", "expires_at"))
        for one in queries.registrations_of(user.email)
    ]
    labels |= {"note": _("Nachricht"), "expires_at": until}
    yield StoredData("registration", _("Registrierungen, die niemand bestätigt hat"), labels, registrations)


def _place_and_role(waiting: Invitation | Registration) -> dict[str, Any]:
    place = waiting.municipality
    return {
        "municipality": place.display_name if place else None,
        "role": _(ROLES[waiting.role]) if waiting.role else None,
    }


def _request(request: JoinRequest) -> dict[str, Any]:
    return {
        "municipality": request.municipality.display_name,
        "role": _(ROLES[request.role]),
        **_picked(request, ("note", "asked_at")),
        "state": _(STATES[request.state]),
        **_picked(request, ("decided_at", "reason")),
    }


def _signing_in(user: User) -> Iterator[StoredData]:
    labels = {"browser": _("Programm"), "created_at": _("Seit"), "expires_at": _("Bis")}
    sessions = [_picked(one, labels) for one in queries.all_sessions_of(user)]
    yield StoredData("user_session", _("Anmeldungen"), labels, sessions)
    labels = {
        "purpose": _("Wofür"),
        "address": _("An eine andere Adresse"),
        "expires_at": _("Gilt bis"),
        "used_at": _("Benutzt"),
    }
    links = [
        {"purpose": _(PURPOSES.get(one.purpose, one.purpose)), **_picked(one, ("address", "expires_at", "used_at"))}
        for one in queries.tokens_of(user)
    ]
    yield StoredData("mail_token", _("Verschickte Links"), labels, links)


def _mails(user: User) -> StoredData:
    labels = {
        "recipient": _("An"),
        "subject": _("Betreff"),
        "text": _("Text, solange sie wartet"),
        "created_at": _("Geschrieben"),
        "sent_at": _("Verschickt"),
        "failed_at": _("Aufgegeben"),
        "last_error": _("Antwort des Mailservers"),
    }
    rows = [_picked(one, labels) for one in mails_to(user.email)]
    for row in rows:
        # Whoever sits at a browser that is left signed in shall not find a link to a new password here.
        row["text"] = without_tokens(row["text"]) if row["text"] else None
    return StoredData("outgoing_mail", _("Mails an mich"), labels, rows)


def _log(user: User) -> Iterator[StoredData]:
    mine = {(User.__name__, user.id), *((JoinRequest.__name__, one.id) for one in queries.all_requests_of(user))}
    sight = queries.sight_of(user)
    sight = Sight(sight.edited, sight.own, mine)
    labels = {
        "at": _("Wann"),
        "actor": _("Wer"),
        "event": _("Was"),
        "record": _("Datensatz"),
        "keeper": _("Kommune"),
        "changes": _("Änderung"),
    }
    done = log.by_actor(user.id)
    consents = [entry for entry in done if entry.event == "consent.given"]
    for label, entries in (
        (_("Von mir erteilte Einwilligungen, nach dem Protokoll"), consents),
        (_("Was ich geändert habe, nach dem Protokoll"), done),
        (_("Was an meinem Konto geändert wurde, nach dem Protokoll"), log.about(mine)),
    ):
        yield StoredData(
            "audit_entry", label, labels, [_entry(told, sight, user) for told in tell(entries, sight, named)]
        )


def _entry(told: Told, sight: Sight, user: User) -> dict[str, Any]:
    """What the copy says of an entry; whoever once decided about other people takes no names of them along."""
    # By the address, not by the number: an invitation is removed, and on SQLite the next one has its number.
    is_theirs = told.subject in sight.themselves or told.record.partition(", ")[0] == user.email
    is_of_another = told.subject[0] in NAMING_PEOPLE and not is_theirs
    may_know = told.keeper is not None and told.keeper.id in sight.edited
    return {
        "at": told.at,
        "actor": told.actor,
        "event": told.event,
        "record": _("(persönlich)") if is_of_another and not may_know else told.record,
        "keeper": told.keeper.display_name if told.keeper else None,
        "changes": told.changes_in_words,
    }


def _picked(record: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}
