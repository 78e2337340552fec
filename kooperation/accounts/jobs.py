"""What the worker does for accounts by itself."""

import logging

from huey import crontab

from kooperation.accounts.services import registering
from kooperation.base.db import db, now
from kooperation.base.jobs import huey

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(minute="17"))
def forget_stale() -> None:
    """Remove what was registered and never confirmed, and what ended long ago."""
    count = registering.forget_stale(at=now())
    db.session.commit()
    if count:
        log.info("%s registrations were never confirmed and are removed", count)
