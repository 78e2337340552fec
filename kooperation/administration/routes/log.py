"""The whole log."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from flask import Response, abort, redirect, render_template, request, send_file, stream_with_context
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy, queries
from kooperation.accounts.forms import LogForm, actor_candidates, actor_label
from kooperation.accounts.guard import current_user, guarded
from kooperation.administration.routes.blueprint import bp
from kooperation.audit import queries as log
from kooperation.audit.forms import NEWEST_FIRST, OLDEST_FIRST, read_filter
from kooperation.audit.queries import LogFilter
from kooperation.audit.rules import Sight
from kooperation.audit.telling import Told, all_words, event_choices, period_chips, tell
from kooperation.base.db import BERLIN, db, today
from kooperation.base.export import Cell, as_csv, as_xlsx
from kooperation.base.hooks import LogWords
from kooperation.base.i18n import _, number
from kooperation.base.paging import Page, page_number
from kooperation.base.web import query_url
from kooperation.parties.queries import municipality_by_key, named

MOST_IN_WORKBOOK = 20_000
"""Entries that become a workbook while somebody waits for it; CSV goes out as it is written, however many there are."""

EXPORT_HEADING = ("Wann", "Wer", "Was", "Art des Datensatzes", "Datensatz", "Kommune", "Schlüssel", "Änderung")


class Wanted(NamedTuple):
    """What the address asks for, as a filter, as chips that take a part away, and what could not be read."""

    filter: LogFilter
    chips: list[tuple[str, str]]
    problems: list[str]


@bp.get("/verwaltung/protokoll/")
@guarded(policy.administers)
def log_page() -> ResponseReturnValue:
    """The log, filtered, sorted and paged."""
    form = LogForm(request.args)
    target = _with_choices(form)
    return redirect(target) if target else _page(form)


@bp.get("/verwaltung/protokoll/personen")
@guarded(policy.administers)
def log_actors() -> ResponseReturnValue:
    """The items of a list box: who is meant by what is being typed."""
    return render_template("administration/_actors.html", candidates=actor_candidates(request.args.get("q", "")))


@bp.get("/verwaltung/protokoll/export.<any(csv, xlsx):extension>")
@guarded(policy.administers)
def export_log(extension: str) -> ResponseReturnValue:
    """Exactly the entries that the filtered log shows, on all its pages."""
    words = all_words()
    wanted = _wanted(words)
    rows = _rows(wanted.filter, _sight(), words)
    name = f"protokoll-{today():%Y-%m-%d}.{extension}"
    if extension == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        body = stream_with_context(as_csv(EXPORT_HEADING, rows))
        return Response(body, mimetype="text/csv", headers=headers)
    if log.count(wanted.filter) > MOST_IN_WORKBOOK:
        return _page(LogForm(request.args), _too_many()), 400
    return send_file(as_xlsx("Protokoll", EXPORT_HEADING, rows), download_name=name, as_attachment=True)


def _page(form: LogForm, *problems: str) -> str:
    words = all_words()
    wanted = _wanted(words)
    page = log.page_of(wanted.filter, page_number(request.args))
    return render_template(
        "administration/log.html",
        page=Page(tell(page.items, _sight(), named, words), page.number, page.total),
        form=form,
        wanted=wanted.filter,
        problems=[*wanted.problems, *problems],
        chips_chosen=wanted.chips,
        events=event_choices(words, words.events),
        sort=OLDEST_FIRST if wanted.filter.oldest_first else NEWEST_FIRST,
        too_many=_too_many() if page.total > MOST_IN_WORKBOOK else None,
    )


def _with_choices(form: LogForm) -> str | None:
    """The address with what was chosen by typing; None where nothing was, or it is not clear what is meant."""
    if not form.is_filled or not form.validate():
        return None
    typed = [name for name in request.args if name.startswith((form.who.name, form.place.name))]
    chosen = {name: value for name, value in (("wer", form.who.data), ("kommune", form.place.data)) if value}
    return query_url(**dict.fromkeys(typed), **chosen)


def _wanted(words: LogWords) -> Wanted:
    asked = read_filter(request.args, words)
    wanted, chips = asked.filter, []
    who = request.args.get("wer", "")
    if label := actor_label(who):
        wanted = replace(wanted, actor=int(who) if who.isdigit() else who)
        chips.append((_("Wer: %(name)s", name=label), query_url(wer=None)))
    place = municipality_by_key(request.args.get("kommune", ""))
    if place is not None:
        wanted = replace(wanted, keeper_id=place.id)
        chips.append((_("Kommune: %(name)s", name=place.display_name), query_url(kommune=None)))
    return Wanted(wanted, chips + period_chips(wanted, words), asked.problems)


def _sight() -> Sight:
    user = current_user()
    if user is None:
        abort(404)
    return queries.sight_of(user)


def _rows(wanted: LogFilter, sight: Sight, words: LogWords) -> Iterator[Sequence[Cell]]:
    for portion in log.all_of(wanted):
        yield from [_row(told) for told in tell(portion, sight, named, words)]
        # A slow reader holds no transaction open.
        db.session.rollback()


def _row(told: Told) -> tuple[Cell, ...]:
    return (
        f"{told.at.astimezone(BERLIN):%d.%m.%Y %H:%M:%S}",
        told.actor,
        told.event,
        told.kind,
        told.record,
        told.keeper.display_name if told.keeper else None,
        told.keeper.key if told.keeper else None,
        told.changes_in_words,
    )


def _too_many() -> str:
    return _(
        "Eine Excel-Datei entsteht aus höchstens %(most)s Einträgen. Nehmen Sie CSV, oder setzen Sie Filter.",
        most=number(MOST_IN_WORKBOOK),
    )
