"""`python -m tests.browser.shots [NAME …]`: a picture of every page in shots/, light, dark and 390 pixels wide."""

import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

from playwright.sync_api import Browser

from kooperation.base.config import ROOT
from tests.browser.chromium import DESKTOP, View, chromium, sideways
from tests.browser.conftest import served, stored_sign_ins
from tests.browser.pages import SIGNED_IN, SITE, SitePage
from tests.browser.site import demonstration

FOLDER = ROOT / "shots"
LOOKS = {"light": DESKTOP, "dark": View("dark", 1366), "390": View("light", 390)}


def shoot(browser: Browser, url: str, pages: Collection[SitePage], folder: Path) -> None:
    """Write a picture of each page in each look."""
    folder.mkdir(parents=True, exist_ok=True)
    signed_in_as = stored_sign_ins(browser, url)
    for page in pages:
        with DESKTOP.context(browser, storage_state=signed_in_as(page.viewer)) as context:
            window = context.new_page()
            window.goto(url + page.path, wait_until="networkidle")
            for look, view in LOOKS.items():
                view.apply(window)
                if out := sideways(window):
                    print(f"{page.name}-{look}: {out} pixels stick out to the right")
                window.screenshot(path=folder / f"{page.name}-{look}.png", full_page=True)


def main(names: Collection[str]) -> None:
    """Write the pictures of these pages, of all where none is named."""
    pages = [page for page in [*SITE, *SIGNED_IN] if not names or page.name in names]
    with (
        tempfile.TemporaryDirectory() as instance,
        served(demonstration(Path(instance))) as url,
        chromium() as browser,
    ):
        shoot(browser, url, pages, FOLDER)
    print(f"{len(pages)} pages in {FOLDER}")


if __name__ == "__main__":
    main(sys.argv[1:])
