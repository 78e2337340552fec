"""``python -m kooperation`` is the command ``kooperation``."""

from kooperation.cli import main

main()
