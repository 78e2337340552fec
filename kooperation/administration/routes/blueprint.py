"""The blueprint that all pages of the administration belong to, and what several of them need."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, flash, send_file, url_for

from kooperation.base.db import db, today
from kooperation.base.errors import RuleViolation
from kooperation.base.export import Cell, as_csv, as_xlsx
from kooperation.base.i18n import _

bp = Blueprint("administration", __name__)


def way_to(endpoint: str, **values: Any) -> str | None:
    """The address of a page that another feature may bring; None where it does not."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def download(title: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]], extension: str) -> Response:
    """A list as a file: CSV, or XLSX."""
    name = f"{title.lower()}-{today():%Y-%m-%d}.{extension}"
    if extension == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(heading, rows), mimetype="text/csv", headers=headers)
    return send_file(as_xlsx(title, heading, rows), download_name=name, as_attachment=True)


def refuse(refusal: RuleViolation) -> None:
    """Say above the next page what was refused, and undo what was begun."""
    db.session.rollback()
    flash(_(refusal.message), "warning")
