"""What needs attention, and the ways to everything that administrators look after."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy
from kooperation.accounts.guard import guarded
from kooperation.administration.queries.attention import Attention, attention
from kooperation.administration.routes.blueprint import bp, way_to
from kooperation.administration.rules import LEGAL_PAGES, LegalKind
from kooperation.base.config import Mode
from kooperation.base.db import today
from kooperation.base.i18n import _, german_date, number
from kooperation.base.text import N_

WAYS = (
    (
        "administration.users",
        N_("Konten"),
        N_("Wer sich anmelden kann, zu welcher Kommune jemand gehört und was er darf"),
    ),
    ("administration.invitations", N_("Einladungen"), N_("Menschen einladen, die hier noch kein Konto haben")),
    ("register.uploads", N_("Gemeindeverzeichnis"), N_("Die amtlichen Dateien einlesen und erneuern")),
    ("administration.topics", N_("Themen"), N_("Die Wörter, mit denen alle dasselbe meinen")),
    (
        "administration.legal_pages",
        N_("Rechtliche Seiten"),
        N_("Impressum, Datenschutz, Erklärung zur Barrierefreiheit"),
    ),
    ("administration.feedback", N_("Rückmeldungen"), N_("Gemeldete Barrieren und andere Hinweise")),
    ("administration.mails", N_("Mails"), N_("Was wartet, gesendet wurde oder nicht ankam")),
    ("administration.jobs", N_("Aufträge"), N_("Was im Hintergrund läuft")),
    ("administration.log_page", N_("Protokoll"), N_("Wer was wann geändert hat")),
    ("administration.system", N_("System"), N_("Version, Datenbank und Zustand, zum Kopieren für eine Anfrage")),
)
"""What there is to look after; what another feature brings is shown once it is there."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that needs an administrator: how much, what, and where to do it."""

    kind: str
    title: str
    text: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One of the things that an empty instance needs, in their order."""

    title: str
    text: str
    url: str | None
    done: bool


@bp.get("/verwaltung/")
@guarded(policy.administers)
def overview() -> ResponseReturnValue:
    """What needs attention first, then the ways to everything that administrators look after."""
    state = attention()
    steps = list(_steps(state))
    ways = [(url, _(title), _(text)) for endpoint, title, text in WAYS if (url := _way(endpoint))]
    return render_template(
        "administration/overview.html",
        notices=list(_notices(state)),
        steps=[] if all(step.done for step in steps) else steps,
        ways=ways,
    )


def _way(endpoint: str) -> str | None:
    if endpoint == "administration.topics":
        return url_for("administration.vocabulary", slug="themen")
    return way_to(endpoint)


def _notices(state: Attention) -> Iterator[Notice]:
    if not state.worker_alive:
        yield Notice(
            "danger",
            _("Der Hintergrunddienst meldet sich nicht"),
            _("Mails und lange Aufträge bleiben liegen. Starten Sie „kooperation serve“ oder „kooperation worker“."),
            url_for(".jobs"),
        )
    if state.failed_mails:
        yield Notice(
            "danger",
            _("%(count)s Mails sind nicht angekommen", count=number(state.failed_mails))
            if state.failed_mails > 1
            else _("Eine Mail ist nicht angekommen"),
            _("Die Liste nennt die Gründe. Senden Sie sie noch einmal, oder geben Sie sie auf."),
            url_for(".mails", stand="gescheitert"),
        )
    if _without_mail_server():
        yield Notice(
            "warning",
            _("Kein Mailserver ist eingestellt"),
            _("Mails landen in einem Ordner der Instanz. Setzen Sie SMTP_URL."),
            url_for(".system"),
        )
    if state.left_requests:
        yield Notice(
            "warning",
            _("%(count)s Anfragen um Aufnahme warten auf Sie", count=number(state.left_requests))
            if state.left_requests > 1
            else _("Eine Anfrage um Aufnahme wartet auf Sie"),
            _("Diese Kommunen verwaltet noch niemand, auch niemand über ihnen."),
            url_for("accounts.tasks"),
        )
    yield from _about_texts(state)


def _about_texts(state: Attention) -> Iterator[Notice]:
    if state.edition_date is not None and state.edition_is_old(today()):
        yield Notice(
            "warning",
            _("Das Gemeindeverzeichnis ist älter als ein Jahr"),
            _("Gebietsstand %(date)s. Lesen Sie den neuesten ein.", date=german_date(state.edition_date)),
            way_to("register.uploads"),
        )
    if state.unfilled_pages:
        yield Notice(
            "warning",
            _("Auf rechtlichen Seiten fehlen Angaben"),
            _names(state.unfilled_pages),
            url_for(".legal_pages"),
        )
    if state.open_feedback:
        yield Notice(
            "info",
            _("%(count)s Rückmeldungen sind offen", count=number(state.open_feedback))
            if state.open_feedback > 1
            else _("Eine Rückmeldung ist offen"),
            _("Wer eine Barriere meldet, wartet auf Abhilfe oder Antwort."),
            url_for(".feedback", stand="offen"),
        )


def _steps(state: Attention) -> Iterator[Step]:
    yield Step(
        _("Gemeindeverzeichnis einlesen"),
        _(
            "Ohne das amtliche Verzeichnis kann niemand seine Kommune finden. Sie laden die Datei beim "
            "Statistischen Bundesamt und hier wieder hoch; die Seite sagt, welche es ist."
        ),
        way_to("register.uploads"),
        state.edition_date is not None,
    )
    yield Step(
        _("Rechtliche Seiten ausfüllen"),
        _("Noch mit dem mitgelieferten Text: %(names)s", names=_names(state.supplied_pages))
        if state.supplied_pages
        else _("Impressum, Datenschutz und Barrierefreiheit sind bearbeitet."),
        url_for(".legal_pages"),
        not state.supplied_pages,
    )
    yield Step(
        _("Die ersten Menschen aufnehmen"),
        _(
            "Laden Sie für eine Kommune jemanden ein, der sie verwaltet, "
            "oder geben Sie einem vorhandenen Konto eine Rolle."
        ),
        url_for(".invitations"),
        state.has_members,
    )


def _without_mail_server() -> bool:
    config = current_app.extensions["kooperation"]
    return config.mail_server is None and config.mode is Mode.PRODUCTION


def _names(kinds: list[LegalKind]) -> str:
    return ", ".join(_(LEGAL_PAGES[kind]) for kind in kinds)
