"""A process that writes digests and is killed in the middle: ``python -m tests.cockpit.digesters WHERE NUMBER``."""

import os
import signal
import sys
from typing import Any

from kooperation.accounts.models import Membership, User
from kooperation.accounts.rules import Role
from kooperation.app import create_app
from kooperation.audit import services as audit
from kooperation.base.db import db, now
from kooperation.base.mail import writing
from kooperation.cockpit import jobs, services
from kooperation.cockpit.rules import SETTLED
from kooperation.parties.models import Municipality
from kooperation.parties.rules import Level
from tests.cockpit.conftest import MONDAY


def fill(people: int) -> None:
    """So many people of one municipality, and something new."""
    dorf = Municipality(
        display_name="Dorf", sort_name="dorf", official_name="Dorf", level=Level.GEMEINDE, key="08001001", ars="0" * 12
    )
    db.session.add(dorf)
    db.session.flush()
    for number in range(people):
        user = User(name=f"Person {number}", email=f"person{number}@muster.example", created_at=MONDAY)
        user.memberships.append(Membership(municipality_id=dorf.id, municipality=dorf, role=Role.READER))
        db.session.add(user)
    entry = audit.record(audit.SHELL, "profile.edited", dorf, label="Dorf", kept=audit.Kept(dorf.id))
    entry.at = now() - 2 * SETTLED
    db.session.commit()


def main(where: str, number: int) -> None:
    """Fill the database, or write digests and be killed before or after the commit of so many; 0 for to the end."""
    app = create_app()
    writing.send_mails = lambda: None  # type: ignore[assignment]
    send = services.send_digest
    written = 0

    def counted(*arguments: Any, **named: Any) -> bool:
        nonlocal written
        if where == "after" and written == number:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = send(*arguments, **named)
        written += 1
        if where == "before" and written == number:
            db.session.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    services.send_digest = counted  # type: ignore[assignment]
    with app.app_context():
        if where == "fill":
            fill(number)
        else:
            jobs.send_digests.call_local()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
