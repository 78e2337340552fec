"""The overview, vocabularies, mails, jobs and the system; and rubbish in every field of every form."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from kooperation.accounts.models import Invitation
from kooperation.accounts.rules import Role
from kooperation.accounts.services import invitations
from kooperation.administration.models import Feedback
from kooperation.administration.queries.attention import Attention
from kooperation.audit.models import AuditEntry
from kooperation.base import jobs, mail, progress
from kooperation.base.db import db, now, today
from kooperation.base.mail import sending, writing
from kooperation.base.mail.models import OutgoingMail
from kooperation.parties.models import Topic
from kooperation.parties.queries import municipality_by_key
from kooperation.register.models import Edition
from tests.accounts.conftest import send, statements
from tests.administration.conftest import ADMIN


def text_of(client, address):
    return client.get(address).get_data(as_text=True)


def edition(days):
    return Edition(
        format="AuszugGV",
        edition_date=today() - timedelta(days=days),
        file_name="auszug.xlsx",
        sha256="0" * 64,
        counts={},
    )


def post(address, **values):
    # Composed, not posted: nobody is told of it, so that it is not sent at once.
    written = mail.compose(address, "administration/test", name="Wer")
    db.session.add(written)
    for name, value in values.items():
        setattr(written, name, value)
    db.session.flush()
    return written.id


def test_an_empty_instance_is_told_what_comes_first(enter, prepared):
    prepared(lambda make: make.user(email=ADMIN, is_admin=True))
    page = text_of(enter(ADMIN), "/verwaltung/")
    steps = [
        page.index(step) for step in ("Gemeindeverzeichnis einlesen", "Rechtliche Seiten ausfüllen", "Die ersten Men")
    ]
    assert steps == sorted(steps)
    assert page.count(">offen<") == 3


def test_the_overview_names_what_needs_somebody(app, admin, prepared):
    assert "Nichts. Mails gehen hinaus" in text_of(admin, "/verwaltung/")

    def trouble(make):
        post("a@muster.example", failed_at=now(), next_attempt_at=None)
        db.session.add(edition(400))
        db.session.add(Feedback(what="Zu klein"))

    prepared(trouble)
    page = text_of(admin, "/verwaltung/")
    for sentence in ("Eine Mail ist nicht angekommen", "älter als ein Jahr", "Eine Rückmeldung ist offen"):
        assert sentence in page


def test_a_silent_worker_is_told(admin, monkeypatch):
    monkeypatch.setattr(jobs, "worker_alive", lambda: False)
    assert "Der Hintergrunddienst meldet sich nicht" in text_of(admin, "/verwaltung/")
    assert "Der Hintergrunddienst meldet sich nicht" in text_of(admin, "/verwaltung/auftraege/")


def test_a_queue_that_does_not_answer_is_told_in_a_sentence(admin, monkeypatch):
    def fails():
        raise OSError("weg")

    monkeypatch.setattr(jobs, "last_beat", fails)
    monkeypatch.setattr(jobs, "worker_alive", fails)
    assert "Die Warteschlange antwortet nicht" in text_of(admin, "/verwaltung/auftraege/")
    assert text_of(admin, "/verwaltung/")


def test_jobs_are_shown_with_their_names_and_how_far_they_are(admin):
    progress.Progress.start("Datei wird gelesen", 12_000, title="Auszug_GV.xlsx").step(3)
    progress.Progress.start("Etwas", 1).fail("Die Datei ist kaputt")
    page = text_of(admin, "/verwaltung/auftraege/")
    for words in (
        "Mails senden",
        "noch nie",
        "Datei wird gelesen",
        "Auszug_GV.xlsx",
        "alle zehn Minuten",
        "jede Nacht um",
        "von 12.000",
        "Die Datei ist kaputt",
        "gescheitert",
    ):
        assert words in page


def test_the_system_page_says_what_it_runs_on_and_no_secret(app, admin):
    page = text_of(admin, "/verwaltung/system/")
    assert app.config["SECRET_KEY"] not in page
    for words in ("SQLite" if "sqlite" in app.config["SQLALCHEMY_DATABASE_URI"] else "PostgreSQL", "Letzte Sicherung"):
        assert words in page


def topics(app):
    with app.app_context():
        return list(db.session.scalars(select(Topic.name).order_by(Topic.position, Topic.id)))


def number_of(app, name):
    with app.app_context():
        return db.session.scalar(select(Topic.id).where(Topic.name == name))


def test_a_topic_lives_through_its_pages(app, admin):
    page = "/verwaltung/themen/"
    send(admin, page, {"name": "Zwillinge", "kind": "field", "position": "1", "retired_at": "x"})
    assert topics(app)[-1] == "Zwillinge"
    assert "gibt es schon" in send(admin, page, {"name": "zwillinge", "kind": "ozg"}).get_data(as_text=True)
    one = f"{page}{number_of(app, 'Zwillinge')}/"
    send(admin, one + "hoch/")
    assert topics(app)[-2] == "Zwillinge"
    send(admin, one + "runter/")
    assert topics(app)[-1] == "Zwillinge"
    send(admin, one, {"name": "Digitale Zwillinge", "kind": "ozg"})
    assert "Digitale Zwillinge" in text_of(admin, page)
    send(admin, one + "stilllegen/")
    assert "Wieder anbieten" in text_of(admin, page)
    send(admin, one + "zurueckholen/")
    assert "„Digitale Zwillinge“ löschen?" in text_of(admin, one + "loeschen/")
    send(admin, one + "loeschen/")
    assert "Digitale Zwillinge" not in topics(app)
    assert admin.get(one).status_code == 404


def test_two_topics_become_one(app, admin):
    gone, kept = number_of(app, "Bildung"), number_of(app, "Umwelt")
    page = f"/verwaltung/themen/{gone}/zusammenfuehren/"
    assert send(admin, page, {"into": str(gone)}).status_code == 200
    assert send(admin, page, {"into": str(kept)}).status_code == 302
    assert "Bildung" not in topics(app)


def test_the_outbox_shows_no_text_and_asks_as_often_for_fifty_as_for_one(app, admin, prepared):
    def count():
        with statements(app) as asked:
            page = text_of(admin, "/verwaltung/mails/")
        return len(asked), page

    prepared(lambda make: post("wer@muster.example"))
    few, page = count()
    assert "wer@muster.example" in page
    assert "Dass Sie sie lesen" not in page
    prepared(lambda make: [post(f"p{number}@muster.example") for number in range(60)])
    assert count()[0] == few


def mails(app):
    with app.app_context():
        return {one.recipient[0]: one for one in db.session.scalars(select(OutgoingMail))}


def test_a_mail_is_sent_again_or_given_up_and_both_are_told_to_the_log(app, admin, prepared, monkeypatch):
    monkeypatch.setattr(writing, "nudge", lambda: None)
    numbers = []

    def fill(make):
        failed = {"failed_at": now(), "next_attempt_at": None, "attempts": 6, "last_error": "550 unbekannt"}
        numbers.extend([post("a@muster.example", **failed), post("b@muster.example", **failed)])
        numbers.append(post("c@muster.example", sent_at=now(), next_attempt_at=None, text=None))

    prepared(fill)
    first, second, third = (f"/verwaltung/mails/{number}/" for number in numbers)
    assert "550 unbekannt" in text_of(admin, "/verwaltung/mails/?stand=gescheitert")
    answer = send(admin, first + "senden/", {"weiter": "/verwaltung/mails/?stand=gescheitert"})
    assert answer.headers["Location"] == "/verwaltung/mails/?stand=gescheitert"
    assert send(admin, second + "aufgeben/", {"weiter": "//evil.example"}).headers["Location"] == "/verwaltung/mails/"
    send(admin, third + "senden/")
    send(admin, third + "aufgeben/")
    found = mails(app)
    assert found["a"].failed_at is None
    assert found["b"].given_up_at is not None
    assert found["b"].text is None
    assert found["c"].given_up_at is None
    send(admin, second + "senden/")
    assert mails(app)["b"].next_attempt_at is None
    with app.app_context():
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [entry.event for entry in entries] == ["mail.retried", "mail.given_up"]
        assert not any("muster.example" in entry.subject_label for entry in entries)


def test_a_mail_that_is_given_up_while_it_is_on_its_way_does_not_come_back(app, prepared):
    numbers = []
    prepared(lambda make: numbers.append(post("a@muster.example", attempts=1)))
    with app.app_context():
        assert sending.give_up(numbers[0], now())
        db.session.commit()
        refusal = sending.NotNow("besetzt", "busy", concerns_all=False)
        sending._mark_failed(numbers[0], refusal, now(), for_good=False)
    assert mails(app)["a"].next_attempt_at is None


def test_a_mail_to_oneself_is_written(app, admin):
    send(admin, "/verwaltung/mails/probe/")
    assert mails(app)["a"].recipient == ADMIN


def test_mails_are_exported_and_filtered(admin, prepared):
    prepared(lambda make: [post("eins@muster.example"), post("zwei@muster.example")])
    text = text_of(admin, "/verwaltung/mails/export.csv?q=EINS")
    assert "eins@muster.example" in text
    assert "zwei@muster.example" not in text


def test_an_administrator_invites_and_takes_it_back(app, admin):
    page = "/verwaltung/einladungen/"
    assert "Keine offenen Einladungen" in text_of(admin, page)
    nothing = send(admin, page + "neu/", {"email": "neu@muster.example", "role": "3"}).get_data(as_text=True)
    assert "Kommune, zu der Sie einladen" in nothing
    assert send(admin, page + "neu/", {"email": "neu@muster.example", "role": "3", "is_admin": "y"}).status_code == 302
    shown = text_of(admin, page)
    assert "neu@muster.example" in shown
    number = re.search(r"einladungen/(\d+)/", shown).group(1)
    assert send(admin, f"{page}{number}/noch-einmal/").status_code == 302
    assert send(admin, f"{page}{number}/zurueckziehen/").status_code == 302
    assert "Keine offenen Einladungen" in text_of(admin, page)


def test_open_invitations_come_in_pages_that_cost_the_same_however_many_there_are(app, admin, prepared):
    page = "/verwaltung/einladungen/"

    def fill(make, numbers):
        place = municipality_by_key("08001001")
        for number in numbers:
            actor = make.user(f"Wer {number}", email=f"wer{number}@muster.example")
            address = f"i{number}@muster.example"
            invitations.invite(address, place, Role.READER, actor=actor, at=now() + timedelta(seconds=number))

    prepared(lambda make: fill(make, [0]))
    with statements(app) as few:
        assert "i0@muster.example" in text_of(admin, page)
    prepared(lambda make: fill(make, range(1, 45)))
    with app.app_context():
        db.session.execute(update(Invitation).values(sent_at=now() - timedelta(days=2)))
        db.session.commit()
    prepared(lambda make: fill(make, range(45, 52)))
    with statements(app) as many:
        first = text_of(admin, page)
    assert len(many) == len(few)
    assert first.count("@muster.example</th>") == 50
    assert "1–50</strong> von <strong>52</strong> Einladungen" in first
    assert text_of(admin, page + "?seite=2").count("@muster.example</th>") == 2


RUBBISH = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "\0", "-1", "9" * 30, "[[x]]", "<b>", "=1+1", "a@b", "ä" * 3000, "\r\n", "1e9", "true", "[[" * 99]
    ),
)
FORMS = {
    "/verwaltung/themen/": ("name", "kind"),
    "/verwaltung/themen/1/": ("name", "kind"),
    "/verwaltung/themen/1/zusammenfuehren/": ("into",),
    "/verwaltung/seiten/": ("contact",),
    "/verwaltung/seiten/datenschutz/": ("text", "version", "vorschau"),
    "/verwaltung/konten/{user}/kommunen/": ("municipality", "municipality-wert", "municipality-name", "role"),
    "/verwaltung/konten/{user}/kommunen/08001001/": ("role", "confirmed"),
    "/verwaltung/konten/{user}/zusammenfuehren/": ("into", "into-wert", "into-name", "seen", "ja"),
    "/verwaltung/einladungen/neu/": ("email", "municipality", "role", "is_admin", "message"),
    "/verwaltung/mails/1/senden/": ("weiter",),
    "/barrierefreiheit/": ("what", "page", "address"),
}


@pytest.mark.parametrize("pattern", FORMS)
def test_no_form_fails_whatever_is_in_its_fields(admin, number, pattern):
    address = pattern.format(user=number("vera"))

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.fixed_dictionaries(dict.fromkeys(FORMS[pattern], RUBBISH)))
    def try_out(form):
        assert send(admin, address, form).status_code in {200, 302, 404, 429}

    try_out()


LISTS = ("konten/", "konten/export.csv", "mails/", "mails/export.csv", "rueckmeldungen/", "einladungen/")


@pytest.mark.parametrize("page", LISTS)
def test_no_list_fails_whatever_its_address_asks(admin, page):
    names = ("q", "rolle", "stand", "anmeldung", "administration", "ohne-kommune", "sortierung", "seite")

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.fixed_dictionaries(dict.fromkeys(names, RUBBISH)))
    def try_out(query):
        assert admin.get(f"/verwaltung/{page}", query_string=query).status_code == 200

    try_out()


def test_the_day_of_an_edition_decides_whether_it_is_old():
    state = Attention(0, True, 0, date(2024, 12, 31), [], [], 0, True)
    assert not state.edition_is_old(date(2025, 12, 31))
    assert state.edition_is_old(date(2026, 1, 2))
