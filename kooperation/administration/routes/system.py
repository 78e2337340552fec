"""What the program runs on, to be read and to be sent to whoever helps."""

from collections.abc import Iterator

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy
from kooperation.accounts.guard import guarded
from kooperation.administration.queries.system import System, system
from kooperation.administration.routes.blueprint import bp
from kooperation.base.config import Mode
from kooperation.base.i18n import _, decimal, german_date, moment, number
from kooperation.base.text import N_

MODES = {
    Mode.PRODUCTION: N_("wirklicher Betrieb"),
    Mode.DEMONSTRATION: N_("Vorführung"),
    Mode.DEVELOPMENT: N_("Entwicklung"),
    Mode.TEST: N_("Test"),
}
CHECKS = {
    "database": N_("Datenbank antwortet"),
    "migrations": N_("Datenbank hat den Stand des Programms"),
    "worker": N_("Hintergrunddienst läuft"),
}
GIGABYTE = 1e9
MEGABYTE = 1e6


@bp.get("/verwaltung/system/", endpoint="system")
@guarded(policy.administers)
def show_system() -> ResponseReturnValue:
    """Version, database, health and machine; the same once more as text to copy."""
    found = system(current_app.extensions["kooperation"])
    parts = [(title, list(rows)) for title, rows in _parts(found)]
    lines = [line for title, rows in parts for line in ("", title, *(f"  {term}: {value}" for term, value in rows))]
    return render_template("administration/system.html", parts=parts, text="\n".join(lines).strip(), system=found)


def _parts(found: System) -> Iterator[tuple[str, Iterator[tuple[str, str]]]]:
    yield _("Programm"), _program(found)
    yield (
        _("Zustand"),
        ((_(CHECKS.get(name, name)), _("ja") if good else _("nein")) for name, good in found.health.items()),
    )
    yield _("Datenbank"), _database(found)
    yield _("Mail"), _mail(found)
    yield _("Gemeindeverzeichnis"), _register(found)
    yield _("Bibliotheken"), iter(found.libraries.items())


def _program(found: System) -> Iterator[tuple[str, str]]:
    yield _("kooperation"), found.version
    yield _("Betriebsart"), _(MODES[Mode(found.mode)])
    yield _("Adresse"), found.public_url
    yield _("Arbeitsprozesse"), number(found.workers)
    yield _("Vorgeschaltete Proxys"), number(found.proxies)
    yield _("Python"), found.python
    yield _("Betriebssystem"), found.platform
    yield (
        _("Freier Speicherplatz"),
        _(
            "%(free)s von %(total)s GB",
            free=decimal(found.disk_free / GIGABYTE, 1),
            total=decimal(found.disk_total / GIGABYTE, 1),
        ),
    )


def _database(found: System) -> Iterator[tuple[str, str]]:
    yield _("Art"), found.database
    yield _("Größe"), _("%(size)s MB", size=decimal(found.database_bytes / MEGABYTE, 1))
    yield _("Stand"), found.schema
    yield _("Stand des Programms"), found.newest_schema
    yield _("Letzte Sicherung"), moment(found.last_backup) if found.last_backup else _("nicht bekannt")


def _mail(found: System) -> Iterator[tuple[str, str]]:
    yield _("Mailserver"), found.mail_server or _("keiner; Mails landen in einem Ordner der Instanz")
    yield _("Absender"), found.mail_from


def _register(found: System) -> Iterator[tuple[str, str]]:
    if not found.editions:
        yield _("Gebietsstand"), _("noch keiner eingelesen")
    for edition in found.editions:
        yield (
            _("Gebietsstand %(date)s", date=german_date(edition.edition_date)),
            _("%(file)s, eingelesen %(at)s", file=edition.file_name, at=moment(edition.imported_at)),
        )
    for changes in found.change_files:
        yield (
            _("Gebietsänderungen bis %(date)s", date=german_date(changes.ends_on)),
            _("%(file)s, eingelesen %(at)s", file=changes.file_name, at=moment(changes.imported_at)),
        )
