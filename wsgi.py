"""The application for a WSGI server."""

from kooperation.app import create_app

app = create_app()
