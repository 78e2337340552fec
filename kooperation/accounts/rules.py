"""Roles, visibility and passwords: what is decided from plain values."""

from datetime import date
from enum import IntEnum, StrEnum
from ipaddress import IPv4Address, ip_address, ip_network

from kooperation.base.errors import RuleViolation
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


ROLES = {Role.READER: N_("liest mit"), Role.EDITOR: N_("bearbeitet"), Role.MANAGER: N_("verwaltet")}
"""What a member may do, in a word."""


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
