"""The application for a WSGI server."""

import gc

# What is loaded now stays for good. Looking through it for garbage takes a fourth of the start while it is loaded,
# and later makes every tenth large page slow.
gc.disable()
from kooperation.app import create_app  # noqa: E402

app = create_app()
gc.freeze()
gc.enable()
