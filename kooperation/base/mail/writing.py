"""Writing mails: a template becomes a row of the outbox, in the transaction of what it tells."""

import logging
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from kooperation.base.config import Config
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation
from kooperation.base.jobs import UNREACHABLE
from kooperation.base.mail.jobs import send_mails
from kooperation.base.mail.models import OutgoingMail
from kooperation.base.text import is_mail_address

log = logging.getLogger(__name__)

LONGEST_SUBJECT = 200
SOURCE_LANGUAGE = "de"
_POSTED = "mail_posted"


def post(
    to: str,
    template: str,
    headers: Mapping[str, str] | None = None,
    language: str = SOURCE_LANGUAGE,
    **values: Any,
) -> OutgoingMail:
    """Put a mail into the outbox: it is sent once the caller has committed, and never when that did not happen.

    ``template`` is the name below templates/mail without its ending ("accounts/password_reset"); every mail is there
    in German (.txt) and in English (.en.txt). Refuses (RuleViolation) what ``compose`` refuses.
    """
    mail = compose(to, template, headers, language, **values)
    db.session.add(mail)
    db.session.info[_POSTED] = True
    return mail


def compose(
    to: str,
    template: str,
    headers: Mapping[str, str] | None = None,
    language: str = SOURCE_LANGUAGE,
    **values: Any,
) -> OutgoingMail:
    """Write a mail without sending it: the first line of the template, its block ``subject``, is the subject.

    The template knows its values and ``link``, nothing of the running request. Refuses (RuleViolation) what is no
    mail address, and a line break in subject or headers: it would begin a header of somebody else's choice.
    """
    if not is_mail_address(to):
        raise RuleViolation("Das ist keine E-Mail-Adresse.", "email")
    ending = "txt" if language == SOURCE_LANGUAGE else f"{language}.txt"
    sheet = current_app.jinja_env.get_template(f"mail/{template}.{ending}")
    context = sheet.new_context({"link": link, **values})
    # What begins an encoded word would be decoded when the message is built, line breaks in it too.
    subject = "".join(sheet.blocks["subject"](context)).strip().replace("=?", "= ?")
    for line in (subject, *(headers or {}), *(headers or {}).values()):
        if not line.isprintable() or "=?" in line:
            raise RuleViolation("Betreff und Kopfzeilen einer Mail dürfen keine Zeilenumbrüche enthalten.")
    config: Config = current_app.extensions["kooperation"]
    return OutgoingMail(
        message_id=f"<{secrets.token_hex(16)}@{config.mail_from.partition('@')[2]}>",
        recipient=to,
        subject=subject[:LONGEST_SUBJECT],
        text=sheet.render(link=link, **values).partition("\n")[2].strip() + "\n",
        headers=dict(headers or {}),
    )


def link(endpoint: str, /, **values: Any) -> str:
    """The absolute address of a page for a mail.

    It begins with the configured address: what a request calls this host is the choice of whoever sends it.
    """
    config: Config = current_app.extensions["kooperation"]
    parts = urlsplit(config.public_url)
    return current_app.url_map.bind(parts.netloc, url_scheme=parts.scheme).build(endpoint, values, force_external=True)


def nudge() -> None:
    """Let the worker look into the outbox now; where its queue does not answer, it will look by itself."""
    try:
        send_mails()
    except UNREACHABLE as error:
        log.warning("the worker could not be told of a mail and will find it by itself: %s", error)


@event.listens_for(Session, "after_commit")
def _nudge_after_commit(session: Session) -> None:
    if not session.in_nested_transaction() and session.info.pop(_POSTED, False):
        nudge()


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_POSTED, None)
