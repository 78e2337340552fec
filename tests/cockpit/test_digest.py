"""Who is told what and when: one mail a person, only what is new, and nothing twice."""

import re
from datetime import timedelta

import pytest
from flask import current_app

from kooperation.accounts.rules import Role
from kooperation.accounts.services import joining, users
from kooperation.audit.models import AuditEntry
from kooperation.audit.services import SHELL
from kooperation.base import hooks, mail
from kooperation.base.db import db
from kooperation.cockpit import jobs, services
from kooperation.cockpit.hooks import erase, personal_data_of, users_merged
from kooperation.cockpit.models import DigestSetting
from kooperation.cockpit.queries.digest import users_due
from kooperation.cockpit.rules import DEFAULT_RHYTHM, KINDS, Rhythm
from tests.cockpit.conftest import MONDAY, SECRET, SITE, changed, outbox

DAY = timedelta(days=1)


def tell(user, until=MONDAY):
    with current_app.test_request_context():
        return services.send_digest(user.id, until=until, secret=SECRET, public_url=SITE)


def due(until=MONDAY):
    return users_due(until, most=10, with_examples=True)


def test_what_is_new_comes_in_one_mail_a_week_and_only_once(make, erika, dorf):
    joining.ask(make.user("Gerd Gast"), dorf, role=Role.READER, note="", at=MONDAY - DAY)
    erika.memberships[0].role = Role.MANAGER
    db.session.flush()
    changed(dorf, MONDAY - DAY)
    assert erika.id in due()
    assert tell(erika)
    (sent,) = outbox()
    assert (sent.recipient, sent.subject) == ("erika@muster.example", "Neues für Sie: 2 Meldungen")
    assert "Gerd Gast möchte zu Dorf" in sent.text
    assert f"{SITE}/aufgaben/anfragen/" in sent.text
    assert "Eintrag geändert: Dorf" in sent.text
    assert "jeden Montag" in sent.text
    assert erika.id not in due()
    assert not tell(erika)
    changed(dorf, MONDAY + DAY)
    assert not tell(erika, MONDAY + 2 * DAY)
    assert not tell(erika, MONDAY + 6 * DAY)
    assert tell(erika, MONDAY + 7 * DAY)
    assert len(outbox()) == 2


def test_without_news_there_is_no_mail_and_the_week_is_over_all_the_same(erika, dorf):
    assert not tell(erika)
    changed(dorf, MONDAY - DAY)
    assert erika.id not in due()
    assert not tell(erika, MONDAY + DAY)
    assert outbox() == []


def test_a_worker_that_was_down_for_weeks_catches_up_once(erika, dorf):
    tell(erika)
    for week in range(1, 4):
        changed(dorf, MONDAY + week * 7 * DAY)
    late = MONDAY + 25 * DAY
    assert due(late) == [erika.id]
    assert tell(erika, late)
    assert outbox()[0].subject == "Neues für Sie: 3 Meldungen"
    assert due(late + DAY) == []


def test_what_is_too_young_waits_for_the_next_mail_and_is_not_lost(erika, dorf):
    changed(dorf, MONDAY + timedelta(minutes=1))
    assert not tell(erika)
    assert tell(erika, MONDAY + 7 * DAY)


def test_the_first_mail_looks_back_a_week(erika, dorf):
    changed(dorf, MONDAY - 8 * DAY)
    assert not tell(erika)


def test_ones_own_changes_are_no_news(erika, dorf):
    changed(dorf, MONDAY - DAY, by=erika)
    assert not tell(erika)


def test_a_reader_is_not_told_of_what_the_municipality_keeps_to_itself(make, erika, dorf):
    reader = make.member(dorf, Role.READER, make.user(created_at=MONDAY - 9 * DAY))
    changed(dorf, MONDAY - DAY, is_own=True, label="Geheim")
    changed(make.municipality("Anderswo"), MONDAY - DAY)
    assert not tell(reader)
    assert tell(erika)
    assert "Geheim" in outbox()[0].text


def test_who_asks_to_be_let_in_is_told_to_those_alone_who_decide(make, dorf):
    editor, manager = (
        make.member(dorf, role, make.user(created_at=MONDAY - 9 * DAY)) for role in (Role.EDITOR, Role.MANAGER)
    )
    changed(dorf, MONDAY - DAY, event="request.made", kind="JoinRequest", label="Heimlicher Gast")
    assert not tell(editor)
    assert tell(manager)
    assert "Heimlicher Gast" in outbox()[0].text


def test_who_belongs_to_it_is_told_to_those_alone_who_edit(make, dorf):
    reader, editor = (
        make.member(dorf, role, make.user(created_at=MONDAY - 9 * DAY)) for role in (Role.READER, Role.EDITOR)
    )
    changed(dorf, MONDAY - DAY, event="membership.granted", kind="User", label="Nina Neu, Dorf")
    assert not tell(reader)
    assert tell(editor)
    assert "Nina Neu" in outbox()[0].text


def test_who_chose_daily_is_told_each_morning_and_who_chose_never_is_not(erika, dorf):
    services.choose(erika, Rhythm.DAILY, [], at=MONDAY - 9 * DAY)
    for day in range(3):
        changed(dorf, MONDAY + day * DAY - timedelta(hours=3))
        assert tell(erika, MONDAY + day * DAY)
        assert not tell(erika, MONDAY + day * DAY + timedelta(hours=5))
    assert "jeden Morgen" in outbox()[0].text
    services.choose(erika, Rhythm.NEVER, [], at=MONDAY + 3 * DAY)
    changed(dorf, MONDAY + 3 * DAY)
    assert due(MONDAY + 30 * DAY) == []
    assert not tell(erika, MONDAY + 30 * DAY)
    services.choose(erika, Rhythm.WEEKLY, [], at=MONDAY + 30 * DAY)
    assert not tell(erika, MONDAY + 35 * DAY), "what happened while one wanted nothing is old"


def test_a_kind_that_one_does_not_want_is_left_out(erika, dorf):
    services.choose(erika, Rhythm.WEEKLY, ["changes"], at=MONDAY - 9 * DAY)
    changed(dorf, MONDAY - DAY)
    assert not tell(erika)


def test_the_deactivated_and_the_invented_are_not_told(make, erika, dorf):
    changed(dorf, MONDAY - DAY)
    real = make.member(dorf, Role.READER, make.user(email="a@kommune.invalid", created_at=MONDAY - 9 * DAY))
    assert users_due(MONDAY, most=10, with_examples=False) == [real.id]
    users.deactivate(erika, actor=SHELL, at=MONDAY)
    assert due() == [real.id]
    assert not tell(erika)


def test_who_came_this_morning_is_told_the_next_time(make):
    newcomer = make.user(created_at=MONDAY)
    assert due() == []
    assert not tell(newcomer)


def test_many_news_are_counted_not_listed(erika, dorf):
    for _ in range(13):
        changed(dorf, MONDAY - DAY)
    assert tell(erika)
    assert outbox()[0].subject == "Neues für Sie: 13 Meldungen"
    assert "und 3 weitere" in outbox()[0].text


def test_a_mail_cannot_be_made_to_say_something_else_by_a_name(make, erika, dorf):
    changed(dorf, MONDAY - DAY, label="Dorf\r\n\r\nIhr Konto ist gesperrt: https://evil.example")
    assert tell(erika)
    assert "\nIhr Konto" not in outbox()[0].text


def test_each_kind_can_be_ended_by_itself_and_all_by_the_header(erika, dorf):
    changed(dorf, MONDAY - DAY)
    tell(erika)
    (sent,) = outbox()
    assert len(set(re.findall(r"/mails/abbestellen/(\d+\.\w+)\.", sent.text))) == 2
    assert re.fullmatch(rf"<http\S+/mails/abbestellen/{erika.id}\.alles\.[\w-]+>", sent.headers["List-Unsubscribe"])


@pytest.mark.parametrize("rhythm", ["daily", "weekly"])
@pytest.mark.parametrize("kind", KINDS)
def test_it_can_be_read_in_english(context, kind, rhythm):
    one = hooks.News(kind, "Titel", "", "/x", MONDAY)
    section = services.Section(kind, "", [one], 2, "12.tasks.x")
    values = {"name": "Erika", "sections": [section], "count": 3, "rhythm": rhythm, "site": SITE, "token": "12.alles.x"}
    written = mail.compose("erika@muster.example", "cockpit/digest.en", **values)
    assert written.subject == "3 items of news for you"
    assert f"- Titel\n  {SITE}/x" in written.text
    assert "and 2 more" in written.text


def test_the_job_tells_everybody_and_one_who_cannot_be_told_holds_up_nobody(make, dorf, monkeypatch, caplog):
    people = [make.member(dorf, Role.READER, make.user(created_at=MONDAY - 9 * DAY)) for _ in range(5)]
    changed(dorf, MONDAY - DAY)
    people[1].email = "keine adresse"
    db.session.commit()
    monkeypatch.setattr(jobs, "now", lambda: MONDAY + jobs.SETTLED)
    monkeypatch.setattr(jobs, "MOST_A_ROUND", 2)
    numbers = [one.id for one in people]
    jobs.send_digests.call_local()
    told = [one.recipient for one in outbox()]
    assert len(told) == len(set(told)) == 4
    assert f"the digest of user {numbers[1]} was not written" in caplog.text
    jobs.send_digests.call_local()
    assert len(outbox()) == 4


def test_a_choice_is_in_the_log_and_in_what_is_stored_about_the_person(erika):
    never_chose = {"rhythm": "jeden Montagmorgen", "without": "", "told_until": None}
    assert personal_data_of(erika)[0].rows == [never_chose]
    services.choose(erika, Rhythm.DAILY, ["tasks"], at=MONDAY)
    services.choose(erika, Rhythm.DAILY, ["tasks"], at=MONDAY)
    (entry,) = db.session.query(AuditEntry).filter_by(event="digest.changed")
    assert entry.after == {"rhythm": "daily", "without": ["tasks"]}
    (held,) = personal_data_of(erika)
    assert set(held.labels) == set(held.rows[0]) == {"rhythm", "without", "told_until"}
    assert held.rows[0]["rhythm"] == "jeden Morgen"
    erase(erika)
    assert personal_data_of(erika)[0].rows == [never_chose]


@pytest.mark.parametrize("has_own", [True, False])
def test_of_two_accounts_that_are_one_the_choice_of_the_one_that_stays_holds(make, has_own):
    goes, stays = make.user(), make.user()
    services.choose(goes, Rhythm.NEVER, [], at=MONDAY)
    if has_own:
        services.choose(stays, Rhythm.DAILY, [], at=MONDAY)
    users_merged(goes.id, stays.id)
    users_merged(goes.id, stays.id)
    (left,) = db.session.query(DigestSetting)
    assert (left.user_id, left.rhythm) == (stays.id, Rhythm.DAILY if has_own else Rhythm.NEVER)
    assert DEFAULT_RHYTHM is Rhythm.WEEKLY
