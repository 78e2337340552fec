"""The worker's look into the outbox."""

from flask import current_app
from huey import crontab

from kooperation.base.jobs import huey


# Whoever posts a mail calls it at once. Every minute, and when a worker comes up, it finds what is to be tried again
# and what somebody posted who was killed before he could call.
@huey.periodic_task(crontab(minute="*"))
def send_mails() -> None:
    """Send the mails that are due; where there are very many, other jobs have their turn in between."""
    # Writing messages takes a twentieth of a second to load, and only the worker does.
    from kooperation.base.mail.sending import send_due  # noqa: PLC0415

    if send_due(current_app.extensions["kooperation"]):
        send_mails()
