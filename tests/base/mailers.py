"""A process that is killed in the middle of a mail: ``python -m tests.base.mailers WHERE NUMBER``."""

import os
import signal
import sys
from typing import Any, NoReturn

from jinja2 import DictLoader

from kooperation.app import create_app
from kooperation.base import mail
from kooperation.base.db import db
from kooperation.base.mail import sending, writing

SHEET = "{% block subject %}Mail {{ number }}{% endblock %}\n\nGuten Tag\n"


def killed(*_arguments: Any) -> NoReturn:
    """What SIGKILL does: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def main(where: str, number: int) -> None:
    """Post so many mails and be killed after the commit ("posting"), or send and be killed before the mark."""
    app = create_app()
    app.jinja_env.loader = DictLoader({"mail/test.txt": SHEET})
    with app.app_context():
        if where == "posting":
            writing.send_mails = killed  # type: ignore[assignment]
            for one in range(number):
                mail.post(f"person{one}@muster.example", "test", number=one)
            db.session.commit()
        else:
            sending._mark_sent = killed
            sending.send_due(app.extensions["kooperation"])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
