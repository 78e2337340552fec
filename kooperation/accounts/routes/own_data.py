"""What is stored about me, and the end of my account."""

import json
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import queries
from kooperation.accounts.forms import DeleteAccountForm
from kooperation.accounts.guard import leave, signed_in
from kooperation.accounts.routes.account import is_proven
from kooperation.accounts.routes.blueprint import bp, me
from kooperation.accounts.services import erasure
from kooperation.base import hooks
from kooperation.base.db import db, now, today
from kooperation.base.errors import refusals_shown_on
from kooperation.base.hooks import StoredData
from kooperation.base.i18n import _
from kooperation.base.web import reads_first

MOST_ROWS = 50
"""Rows of a table that the page shows; the file holds all of them."""


@bp.get("/konto/daten/")
@signed_in
def own_data() -> ResponseReturnValue:
    """All that is stored about me, to read."""
    return _not_kept(Response(render_template("accounts/own_data.html", stored=_stored(), most=MOST_ROWS)))


@bp.get("/konto/daten/daten.json")
@signed_in
def own_data_file() -> ResponseReturnValue:
    """All that is stored about me, for another program."""
    document = {
        "stand": now().isoformat(),
        "tabellen": [
            {"tabelle": one.table, "bezeichnung": one.label, "spalten": one.labels, "zeilen": one.rows}
            for one in _stored()
        ],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, default=_as_text)
    answer = Response(text, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="meine-daten-{today():%Y-%m-%d}.json"'
    return _not_kept(answer)


@bp.route("/konto/loeschen/", methods=["GET", "POST"])
@signed_in
@reads_first
def delete_account() -> ResponseReturnValue:
    """Ask once, with the password, then erase my account."""
    form = DeleteAccountForm()
    if form.validate_on_submit() and is_proven(form.password):
        with refusals_shown_on(form):
            erasure.erase_user(me(), actor=me(), at=now(), confirmed=form.confirmed.data)
            db.session.commit()
            leave()
            flash(_("Ihr Konto ist gelöscht."), "success")
            return redirect(url_for("cockpit.start"))
    return render_template("accounts/delete_account.html", form=form, managed_alone=queries.managed_alone_by(me()))


def _stored() -> list[StoredData]:
    return [one for some in hooks.personal_data_of(me()) for one in some]


def _as_text(value: Any) -> str:
    assert isinstance(value, datetime), f"{type(value)} is none of the values that StoredData may hold"
    return value.isoformat()


def _not_kept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
