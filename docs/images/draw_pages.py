"""How are the pictures of the console made? From pages of a console that is given a day of data, in a real Chromium.

``python -m docs.images.draw_pages`` draws those of the manual: the first screen of each page, wide and light, narrow
and dark. ``--to FOLDER --language ru`` draws whole pages in all four looks, to be looked at one by one.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser

from tests.integration.console.browser.conftest import HEIGHT, LOOKS, launched
from tests.integration.console.conftest import Site, serving
from tests.integration.console.scene import monday, pages

OURS: Final = Path(__file__).with_name("console")
SHOWN: Final = ((1400, "light"), (393, "dark"))
"""Looks of the pictures in the manual."""
QUALITY: Final = 60


def draw(site: Site, browser: Browser, look: tuple[int, str], folder: Path, *, language: str, whole: bool) -> None:
    """Draw every page in one look."""
    width, theme = look
    context = browser.new_context(
        base_url=site.url, locale=language, viewport={"width": width, "height": HEIGHT[width]},
        color_scheme=theme, reduced_motion="reduce",
    )  # type: ignore[arg-type]  # fmt: skip
    page = context.new_page()
    cookie, key = site.cookie("anna")
    for name, address in pages(site.house).items():
        context.clear_cookies()
        if name != "log-in":
            context.add_cookies([{"name": cookie, "value": key, "url": site.url}])
        answer = page.goto(address)
        if answer is None or not answer.ok:
            raise LookupError(f"{address} is no page")
        page.screenshot(path=folder / f"{name}-{width}-{theme}.jpg", type="jpeg", quality=QUALITY, full_page=whole)
    context.close()


def main() -> None:
    """Draw what the command line asks for."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--to", type=Path, help="draw all four looks of whole pages into this folder")
    words.add_argument("--language", default="en", help="en, pl, ru, fr, it, sv or de")
    wish = words.parse_args()
    folder: Path = wish.to or OURS
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="syncd-") as text,
        launched() as browser,
        monday(Path(text)) as house,
        serving(house) as site,
    ):
        for look in LOOKS if wish.to else SHOWN:
            draw(site, browser, look, folder, language=wish.language, whole=bool(wish.to))


if __name__ == "__main__":
    main()
