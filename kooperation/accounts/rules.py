"""Roles, visibility and passwords: what is decided from plain values."""

from datetime import date
from enum import IntEnum, StrEnum
from ipaddress import IPv4Address, ip_address, ip_network

from kooperation.base.errors import RuleViolation
from kooperation.base.hooks import LogColumn, LogWords
from kooperation.base.text import N_

SHORTEST_PASSWORD = 12
"""Characters that a password needs at least (OWASP ASVS 5.0, 6.2.1 asks for 8 and recommends 15)."""
LONGEST_PASSWORD = 128
"""Characters of a password that are taken; hashing more would only cost time."""

# zxcvbn's scale from 0 to 4; 2 withstands guessing over the network (10^8 guesses).
_WEAKEST_SCORE = 2


class Role(IntEnum):
    """What a member may do at a municipality; each role may do all that a lower one may."""

    READER = 1
    EDITOR = 2
    MANAGER = 3


class MailPurpose(StrEnum):
    """What a link in a mail lets its reader do."""

    PASSWORD_RESET = "password_reset"  # nosec B105 (the name of a purpose)
    ADDRESS_CHANGE = "address_change"


class MailLanguage(StrEnum):
    """In which language somebody gets mails; the pages are German."""

    GERMAN = "de"
    ENGLISH = "en"


class Visibility(StrEnum):
    """Who sees a record."""

    PUBLIC = "public"
    MEMBERS = "members"
    CIRCLE = "circle"
    OWN = "own"


class RequestState(StrEnum):
    """What became of a request to be let in."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class InvitationState(StrEnum):
    """What became of an invitation; an open one may have expired, and is valid again once it is sent again."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


ROLES = {Role.READER: N_("liest mit"), Role.EDITOR: N_("bearbeitet"), Role.MANAGER: N_("verwaltet")}
"""What a member may do, in a word."""

LANGUAGES = {MailLanguage.GERMAN: N_("Deutsch"), MailLanguage.ENGLISH: N_("Englisch")}
"""What the languages of mails are called."""


REGISTRATION, REFORM = "Registrierung", "Gebietsreform"
"""What the log calls who acts without an account."""

_LOG_WORDS = LogWords(
    events={
        "user.created": N_("Konto angelegt"),
        "user.renamed": N_("Name geändert"),
        "user.password_set": N_("Kennwort geändert"),
        "user.deactivated": N_("Konto gesperrt"),
        "user.reactivated": N_("Konto freigegeben"),
        "user.admin_set": N_("Verwaltung der Instanz vergeben oder genommen"),
        "user.made_admin": N_("Verwaltung der Instanz durch Einladung erhalten"),
        "user.signed_out": N_("Überall abgemeldet"),
        "user.reset_sent": N_("Link für ein neues Kennwort gesendet"),
        "user.address_changed": N_("E-Mail-Adresse geändert"),
        "user.language_chosen": N_("Sprache der Mails gewählt"),
        "user.merged": N_("Konten zusammengeführt"),
        "user.erased": N_("Konto gelöscht"),
        "membership.granted": N_("Rolle vergeben"),
        "membership.changed": N_("Rolle geändert"),
        "membership.removed": N_("Mitgliedschaft beendet"),
        "membership.moved": N_("Mitgliedschaft nach Gebietsreform verlegt"),
        "membership.merged": N_("Mitgliedschaft von zusammengeführtem Konto übernommen"),
        "request.made": N_("Aufnahme angefragt"),
        "request.granted": N_("Anfrage um Aufnahme angenommen"),
        "request.declined": N_("Anfrage um Aufnahme abgelehnt"),
        "request.granted_to_oneself": N_("Eigene Anfrage um Aufnahme angenommen"),
        "request.fulfilled": N_("Anfrage um Aufnahme auf anderem Weg erledigt"),
        "request.withdrawn": N_("Anfrage um Aufnahme zurückgenommen"),
        "invitation.made": N_("Eingeladen"),
        "invitation.sent_again": N_("Einladung noch einmal gesendet"),
        "invitation.accepted": N_("Einladung angenommen"),
        "invitation.declined": N_("Einladung abgelehnt"),
        "invitation.withdrawn": N_("Einladung zurückgezogen"),
        "invitation.closed": N_("Einladung durch Gebietsreform beendet"),
        "invitation.replaced": N_("Einladung durch eine neue ersetzt"),
        "request.closed": N_("Anfrage um Aufnahme ohne Entscheidung geschlossen"),
        "consent.given": N_("Einwilligung erteilt"),
        "consent.withdrawn": N_("Einwilligung zurückgenommen"),
        "consent.ended": N_("Einwilligung durch Gebietsreform beendet"),
    },
    kinds={
        "User": N_("Konto"),
        "JoinRequest": N_("Anfrage um Aufnahme"),
        "Invitation": N_("Einladung"),
        "Municipality": N_("Kommune"),
    },
    columns={
        "name": LogColumn(N_("Name")),
        "email": LogColumn(N_("E-Mail-Adresse")),
        "role": LogColumn(N_("Rolle"), {role.name.lower(): label for role, label in ROLES.items()}),
        "municipality": LogColumn(N_("Kommune"), is_place=True),
        "to": LogColumn(N_("Eintragen darf"), is_place=True),
        "is_admin": LogColumn(N_("Verwaltet die Instanz")),
        "mail_language": LogColumn(N_("Sprache der Mails"), {one.value: label for one, label in LANGUAGES.items()}),
    },
    actors=(REGISTRATION, REFORM),
)


def log_words() -> LogWords:
    """What the log says of accounts."""
    return _LOG_WORDS


def ensure_password(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Refuse (RuleViolation) a password that is short, common or easily guessed.

    ``about`` are words that others know of the person: name, address. The list of common passwords and the
    estimate are those of zxcvbn.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise RuleViolation(f"Das Kennwort braucht mindestens {SHORTEST_PASSWORD} Zeichen.", "password")
    if len(password) > LONGEST_PASSWORD:
        raise RuleViolation(f"Das Kennwort darf höchstens {LONGEST_PASSWORD} Zeichen haben.", "password")
    from zxcvbn import zxcvbn  # noqa: PLC0415 (its lists of words are read only where a password is chosen)

    # The estimate takes time that grows faster than the length; what is weak shows at the beginning.
    if zxcvbn(password[:64], user_inputs=[word for word in about if word])["score"] < _WEAKEST_SCORE:
        raise RuleViolation(
            "Dieses Kennwort ist verbreitet oder leicht zu erraten. Nehmen Sie zum Beispiel vier Wörter, "
            "die nichts miteinander zu tun haben.",
            "password",
        )


def network_of(place: str) -> str:
    """What attempts from a network address are counted for: of IPv6 the /64, in which one visitor has all addresses."""
    try:
        address = ip_address(place)
    except ValueError:
        return place
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address.packed, 64), strict=False))


def ensure_takes_part(name: str, dissolved_on: date | None, inhabited: bool) -> None:
    """Refuse (RuleViolation) a municipality that nobody can belong to: a dissolved one, and one without people."""
    if dissolved_on is not None:
        raise RuleViolation(f"{name} ist seit dem {dissolved_on:%d.%m.%Y} aufgelöst.", "municipality")
    if not inhabited:
        raise RuleViolation(f"{name} ist ein Gebiet ohne Bevölkerung.", "municipality")


def is_example_address(address: str) -> bool:
    """Whether a folded address can be nobody's: the domain .example is reserved for invented ones (RFC 2606)."""
    return address.endswith(".example")


def fold_address(address: str) -> str:
    """A mail address in the form in which it is stored and compared: without spaces around it, in lower case."""
    return address.strip().lower()
