"""Draw the README's pictures of a hub: `hub_pictures.py URL < token.txt`.

`tools/demo_hub.py` fills such a hub. Chromium is asked for the pages as a reader sees them.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
PICTURES = {
    "hub-dashboard": "/dashboard?period=year",
    "hub-leaderboard": "/leaderboards/translation",
}
"""File -> page."""
SIZE = {"width": 1180, "height": 900}
_DRAWN_MS = 30_000


def main(url: str, token: str) -> None:
    """Sign in, open each page, and keep what a window shows of it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(f"{url}/sign-in")
        page.locator("details > summary").first.click()
        page.fill("input[name=token]", token)
        page.locator("form:has(input[name=token]) button").click()
        page.wait_for_load_state()
        for name, path in PICTURES.items():
            page.goto(url + path, wait_until="networkidle")
            page.wait_for_selector(
                "figure.chart:not([data-drawn])", state="detached", timeout=_DRAWN_MS
            )
            page.screenshot(path=IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.read().strip())
