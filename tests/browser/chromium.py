"""Chromium for tests and pictures: how it is started, and what axe-core says about a page."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from kooperation.base.config import ROOT
from tests.databases import FULL

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# No sandbox: the tests may run as root. The rest keeps the browser from calling its maker.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

Scheme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class View:
    """How somebody looks at a page: colours and width of the window."""

    scheme: Scheme
    width: int

    def __str__(self) -> str:
        return f"{self.scheme}-{self.width}"

    def context(self, browser: Browser, **options: Any) -> BrowserContext:
        """A fresh window, with nothing stored."""
        size: Any = {"width": self.width, "height": 768}
        return browser.new_context(
            color_scheme=self.scheme, viewport=size, locale="de-DE", timezone_id="Europe/Berlin", **options
        )

    def apply(self, page: Page) -> None:
        """Look at a page that is open already."""
        page.emulate_media(color_scheme=self.scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": self.width, "height": 768})
        # Colours that still change would be measured half-way.
        page.evaluate("() => Promise.allSettled(document.getAnimations().map(each => each.finished))")


DESKTOP = View("light", 1366)
VIEWS = [View("light", 320), View("dark", 1366)]
if FULL:
    VIEWS += [View("light", 1366), View("dark", 320)]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def assert_accessible(page: Page) -> None:
    """Fail with one readable line a place that axe-core finds fault with, as the page is now."""
    findings = axe_findings(page)
    if findings:
        pytest.fail("\n".join([page.url, *findings]), pytrace=False)


def axe_findings(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is now."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return list(page.evaluate(_RUN_AXE, RULES))


# What passed stays in the page: to hand it over takes longer than to find it out.
_RUN_AXE = """
    rules => axe.run(document, {runOnly: {type: "tag", values: rules}, resultTypes: ["violations"]}).then(answer =>
        answer.violations.flatMap(finding => finding.nodes.map(node =>
            `${finding.id}: ${finding.help} at ${node.target.join(" ")}: ${node.html.slice(0, 160)}`)))
"""


def sideways(page: Page) -> int:
    """How many pixels of the page stick out to the right of the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
