"""The command `kooperation` as a whole."""

import os
import subprocess
import sys

import pytest

from kooperation.base.config import ROOT


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with nothing but this in its environment."""
    command = [sys.executable, "-m", "kooperation", *words]
    return subprocess.run(
        command, cwd=ROOT, env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "words", [("--help",), ("register", "--help"), ("register", "import", "--help"), ("serve", "--help")]
)
def test_help_needs_no_configuration(words):
    result = run(*words)
    assert result.returncode == 0
    assert "Usage: kooperation" in result.stdout


def test_without_a_configuration_a_sentence_says_what_is_missing():
    result = run("register", "status")
    assert result.returncode == 78
    assert result.stderr.startswith("kooperation: SECRET_KEY fehlt.")
    assert "Traceback" not in result.stderr
