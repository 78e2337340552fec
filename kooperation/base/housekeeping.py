"""Once a night, what is kept for a while only is removed: each feature removes its own."""

import logging
from datetime import datetime

from huey import crontab
from sqlalchemy.exc import SQLAlchemyError

from kooperation.base.db import db, now
from kooperation.base.hooks import Hook
from kooperation.base.jobs import huey

log = logging.getLogger(__name__)

removal: Hook[[datetime], None] = Hook()
"""removal(at): remove what a feature keeps for a while only and is old by now, in a transaction of its own."""


@huey.periodic_task(crontab(hour="2", minute="30"))
def clean_up() -> None:
    """Let each feature remove what is old; what fails stops nobody else and is tried again the next night."""
    for function in removal:
        try:
            function(now())
            db.session.commit()
        except SQLAlchemyError:
            db.session.rollback()
            log.exception("%s could not remove what is old", function.__module__)
