"""The blueprint that the start page and what belongs to it are on."""

from flask import Blueprint

bp = Blueprint("cockpit", __name__)
