"""What runs in the background: whether the worker lives, what waits, and how long jobs are doing."""

from datetime import UTC, datetime, time, timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy
from kooperation.accounts.guard import guarded
from kooperation.administration.routes.blueprint import bp
from kooperation.administration.rules import schedule_words
from kooperation.base import jobs as queue
from kooperation.base import progress
from kooperation.base.db import BERLIN, today
from kooperation.base.i18n import _
from kooperation.base.jobs import TaskState
from kooperation.base.progress import Stage
from kooperation.base.text import N_

NAMES = {
    "kooperation.base.housekeeping.clean_up": N_("Nächtliches Aufräumen"),
    "kooperation.base.mail.jobs.send_mails": N_("Mails senden"),
    "kooperation.cockpit.jobs.send_digests": N_("Neuigkeiten in einer Mail zusammenfassen"),
    "kooperation.register.jobs.clear_out_uploads": N_("Hochgeladene Registerdateien entfernen"),
    "kooperation.register.jobs.work_off_uploads": N_("Registerdateien prüfen und einlesen"),
}
"""What tasks are called; one without a name is called as in the program."""
STAGES = {
    Stage.RUNNING: (N_("läuft"), "info"),
    Stage.FINISHED: (N_("fertig"), "success"),
    Stage.FAILED: (N_("gescheitert"), "danger"),
}
SILENT = (N_("meldet sich nicht mehr"), "warning")


@bp.get("/verwaltung/auftraege/", endpoint="jobs")
@guarded(policy.administers)
def list_jobs() -> ResponseReturnValue:
    """The worker's sign of life, the queue, what runs by the clock, and long jobs."""
    try:
        beat = queue.last_beat()
        values = {
            "reachable": True,
            "alive": queue.worker_alive(),
            "last_beat": _instant(beat),
            "waiting": queue.waiting(),
            "tasks": [(NAMES.get(one.name), one, _instant(one.ran_at), _schedule(one)) for one in queue.tasks()],
            "long_jobs": [
                (job, SILENT if job.is_silent else STAGES[job.stage], _instant(job.at)) for job in progress.recent()
            ],
        }
    except queue.UNREACHABLE:
        values = {"reachable": False}
    return render_template("administration/jobs.html", **values)


def _schedule(task: TaskState) -> str | None:
    if task.is_due is None:
        return None
    minutes = [datetime.combine(today(), time(), BERLIN).astimezone(UTC) + timedelta(minutes=n) for n in range(24 * 60)]
    due = [n for n, minute in enumerate(minutes) if task.is_due(minute.replace(tzinfo=None))]
    words, values = schedule_words(due)
    return _(words, **values)


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
