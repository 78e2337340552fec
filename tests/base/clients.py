"""Sixteen people who sign in and write over HTTP, each noting outside of the program what it acknowledged."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException

from kooperation.accounts.rules import Role
from kooperation.app import create_app
from kooperation.base.config import from_environment
from kooperation.base.db import db
from kooperation.parties.rules import Level
from tests.factories import Make
from tests.served import Browser

CLIENTS = 16
PLACES = 40
"""Municipalities that each may ask to be let in at, and people that each invites."""


def password(number: int) -> str:
    return f"Vier Woerter gehen zum {number}. Mal durch die Tuer"


def place_key(number: int) -> str:
    return f"08002{number:03d}"


def own_key(number: int) -> str:
    return f"08001{number:03d}"


def guest(number: int, invited: int) -> str:
    return f"gast{invited}.von{number}@muster.example"


def address(number: int) -> str:
    return f"person{number}@muster.example"


def prepare(environment: dict[str, str]) -> None:
    """Put the people into the migrated instance: each manages a Gemeinde, all of these in one Landkreis."""
    app = create_app(from_environment(environment))
    with app.app_context():
        make = Make()
        kreis = make.municipality("Kreis", level=Level.LANDKREIS, key="08001")
        for number in range(PLACES):
            make.municipality("Ort", key=place_key(number))
        for number in range(CLIENTS):
            unit = make.municipality("Dorf", key=own_key(number), parent=kreis)
            make.member(unit, Role.MANAGER, make.user("Name 0", email=address(number), password=password(0)))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@dataclass
class Notes:
    """What was tried and what was acknowledged, by the kind of write."""

    tried: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    acknowledged: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


class Client(threading.Thread):
    """One of the people, writing until told to stop; a server that is gone is waited for."""

    def __init__(self, number: int, port: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.number, self.port, self.stopped = number, port, stop
        self.notes = Notes()
        self.trouble: list[str] = []
        self.browser = Browser(port)
        self.count = 0
        self.page = f"/kommunen/{own_key(number)}-dorf/mitglieder/"

    def run(self) -> None:
        writes: list[Callable[[], None]] = [self.rename, self.ask, self.consent, self.invite, self.withdraw]
        while not self.stopped.is_set():
            try:
                if self.browser.get("/konto/")[0] != 200:
                    self.sign_in()
                    continue
                self.count += 1
                if self.count % 9 == 5:
                    self.change_password()
                else:
                    writes[self.count % len(writes)]()
            except (OSError, HTTPException):
                # Killed in the middle: what was tried is known to nobody.
                time.sleep(0.05)

    def sign_in(self) -> None:
        """With the newest password that may hold: of the last change nobody may have heard."""
        known = max(self.notes.acknowledged["password"], default=0)
        for number in dict.fromkeys((*reversed(self.notes.tried["password"]), known)):
            self.browser = Browser(self.port)
            form = {"email": address(self.number), "password": password(number)}
            if self.browser.send("/anmelden/", "/anmelden/", **form)[0] == 302:
                self.current = number
                return
            if number <= known:
                break
        self.trouble.append(f"{address(self.number)} cannot sign in")
        self.stopped.wait(1)

    def write(self, kind: str, number: int, path: str, page: str, **form: str) -> bool:
        self.notes.tried[kind].append(number)
        status, headers, _ = self.browser.send(path, page, **form)
        # Put off, with nothing stored, is no failure.
        if status >= 500 and status != HTTPStatus.SERVICE_UNAVAILABLE:
            self.trouble.append(f"{path} answered {status}")
        if status != 302 or "/anmelden/" in headers["Location"]:
            return False
        self.notes.acknowledged[kind].append(number)
        return True

    def rename(self) -> None:
        self.write("name", self.count, "/konto/name/", "/konto/", name=f"Name {self.count}")

    def ask(self) -> None:
        asked = len(self.notes.tried["request"])
        if asked < PLACES:
            form = {"municipality": "Ort", "municipality-auswahl": place_key(asked), "role": "1", "note": str(asked)}
            self.write("request", asked, "/konto/kommune/", "/konto/kommune/", **form)

    def invite(self) -> None:
        invited = len(self.notes.tried["invitation"])
        if invited < PLACES:
            page = f"{self.page}einladen/"
            self.write("invitation", invited, page, page, email=guest(self.number, invited), role="1", message="")

    def consent(self) -> None:
        self.write("given", self.count, f"{self.page}einwilligung/erteilen/", self.page, caretaker="08001")

    def withdraw(self) -> None:
        self.write("withdrawn", self.count, f"{self.page}einwilligung/zuruecknehmen/", self.page, caretaker="08001")

    def change_password(self) -> None:
        new = password(self.count)
        form = {"current": password(self.current), "password": new, "repeated": new}
        if self.write("password", self.count, "/konto/kennwort/", "/konto/", **form):
            self.current = self.count
