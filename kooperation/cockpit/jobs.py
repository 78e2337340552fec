"""The worker's look at who is to be told by mail."""

import logging

from flask import current_app
from huey import crontab

from kooperation.base.config import Config, Mode
from kooperation.base.db import db, now
from kooperation.base.jobs import huey
from kooperation.cockpit import services
from kooperation.cockpit.queries.digest import users_due
from kooperation.cockpit.rules import SETTLED

log = logging.getLogger(__name__)

MOST_A_ROUND = 200
"""Users after whom other jobs have their turn."""


# Often, not once in the morning: whoever was missed while no worker ran is found as soon as one does.
@huey.periodic_task(crontab(minute="*/10"))
def send_digests(after: int = 0) -> None:
    """Write to each user for whom a morning has come, each in a transaction of their own.

    ``after`` is the number of the user whom the last round ended with.
    """
    config: Config = current_app.extensions["kooperation"]
    until = now() - SETTLED
    # Invented people are told where somebody tries out or tests, not where they are shown or where others are real.
    with_examples = config.mode in {Mode.TEST, Mode.DEVELOPMENT}
    due = users_due(until, most=MOST_A_ROUND, after=after, with_examples=with_examples)
    db.session.rollback()
    for number in due:
        try:
            # Features make addresses of pages, which takes a request; what it calls this host is not used.
            with current_app.test_request_context(base_url=config.public_url):
                services.send_digest(number, until=until, secret=config.secret_key, public_url=config.public_url)
            db.session.commit()
        except Exception:
            db.session.rollback()
            log.exception("the digest of user %s was not written and is tried again", number)
    if len(due) == MOST_A_ROUND:
        send_digests(due[-1])
