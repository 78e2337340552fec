"""Where German municipalities find each other and keep what they share alive."""

from importlib.metadata import version

__version__ = version("kooperation")
