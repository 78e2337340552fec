"""What is kept for a while only is removed once a night."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from kooperation.accounts.models import FailedSignIn, MailToken, UserSession
from kooperation.accounts.rules import MailPurpose
from kooperation.accounts.services import mail_tokens, signing_in
from kooperation.base import housekeeping, mail
from kooperation.base.db import db, now
from kooperation.base.mail.forgetting import KEPT_FOR
from kooperation.base.mail.models import OutgoingMail


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_what_is_old_goes_and_what_still_counts_stays(make):
    user = make.user()
    old, new = now() - timedelta(days=40), now()
    for at in (old, new):
        signing_in.open_session(user, browser="Test", at=at)
        mail_tokens.issue(user, MailPurpose.PASSWORD_RESET, lasts=timedelta(hours=1), at=at)
        db.session.add(FailedSignIn(counted_for="x", at=at))
    used = mail_tokens.issue(user, MailPurpose.PASSWORD_RESET, lasts=timedelta(hours=1), at=new)
    mail_tokens.redeem(used, MailPurpose.PASSWORD_RESET, at=new)
    db.session.commit()
    housekeeping.clean_up.call_local()
    assert (count(UserSession), count(MailToken), count(FailedSignIn)) == (1, 1, 1)


@pytest.mark.usefixtures("context")
def test_mails_that_are_done_with_go_after_thirty_days_and_those_that_wait_stay():
    def letter(**values):
        one = mail.compose("erika@muster.example", "accounts/password_changed", name="Erika")
        db.session.add(one)
        db.session.flush()
        for name, value in values.items():
            setattr(one, name, value)
        db.session.flush()
        return one.id

    done, recent = now() - KEPT_FOR - timedelta(hours=1), now() - KEPT_FOR + timedelta(hours=1)
    letter(sent_at=done, next_attempt_at=None)
    letter(failed_at=done, next_attempt_at=None)
    stay = {
        letter(sent_at=recent, next_attempt_at=None),
        letter(failed_at=recent, next_attempt_at=None),
        letter(created_at=done, next_attempt_at=now() + timedelta(hours=1)),
    }
    housekeeping.clean_up.call_local()
    assert set(db.session.scalars(select(OutgoingMail.id))) == stay


@pytest.mark.usefixtures("context")
def test_what_fails_stops_nobody_else(monkeypatch, caplog):
    done = []

    def fails(_at):
        raise OperationalError("DELETE", {}, Exception("locked"))

    monkeypatch.setattr(housekeeping.removal, "_functions", [fails, done.append])
    housekeeping.clean_up.call_local()
    assert len(done) == 1
    assert "could not remove what is old" in caplog.text


@pytest.mark.usefixtures("app")
def test_mails_sign_ins_and_links_take_part():
    assert {function.__module__ for function in housekeeping.removal} >= {
        "kooperation.accounts.services.cleaning",
        "kooperation.base.mail.forgetting",
    }
