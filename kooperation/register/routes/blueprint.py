"""The blueprint that all pages of the register belong to, and what their templates may use."""

from typing import Any

from flask import Blueprint, Flask, url_for

from kooperation.base.text import slug
from kooperation.parties.rules import DEMO_LAND, is_demo
from kooperation.register.rules.labels import LEVELS, LEVELS_PLURAL, kind_label

bp = Blueprint("register", __name__)


@bp.record_once
def _add_globals(state: Any) -> None:
    app: Flask = state.app
    app.jinja_env.globals.update(
        unit_url=unit_url,
        kind_label=kind_label,
        is_demo=is_demo,
        DEMO_LAND=DEMO_LAND,
        LEVELS=LEVELS,
        LEVELS_PLURAL=LEVELS_PLURAL,
    )


def unit_url(key: str, name: str, endpoint: str = "register.show", **values: Any) -> str:
    """The address of a unit's page, or of another page about it."""
    return url_for(endpoint, key=key, name=slug(name), **values)
