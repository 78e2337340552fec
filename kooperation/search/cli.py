"""`kooperation search`: build the index anew."""

from itertools import repeat
from time import perf_counter

import click
from flask.cli import AppGroup

from kooperation.base.db import db
from kooperation.base.i18n import _, decimal, number
from kooperation.search import services
from kooperation.search.rules import KINDS

search_cli = AppGroup("search", help="Den Suchindex neu aufbauen.")


@search_cli.command("rebuild")
def rebuild() -> None:
    """Den Suchindex leeren und aus dem Bestand neu aufbauen."""
    begin = perf_counter()
    # How many there will be, nobody knows beforehand: the bar counts.
    with click.progressbar(repeat(None), label="Suchindex", show_percent=False, show_eta=False, show_pos=True) as bar:
        counts = services.rebuild(bar.update)
        db.session.commit()
    for kind, count in sorted(counts.items()):
        click.echo(f"{_(KINDS[kind]) if kind in KINDS else kind}: {number(count)}")
    click.echo(f"{number(counts.total())} Einträge in {decimal(perf_counter() - begin, 1)} s.")
