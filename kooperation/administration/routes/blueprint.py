"""The blueprint that all pages of the administration belong to."""

from flask import Blueprint

bp = Blueprint("administration", __name__)
