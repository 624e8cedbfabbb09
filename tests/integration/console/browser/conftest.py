"""A real browser: Debian's Chromium, driven by Playwright, with axe-core for what people with disabilities meet."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from syncd.access.roles import Role
from tests.fixtures.properties import BRIEF
from tests.integration.console.conftest import Site, serving
from tests.integration.pipeline.house import House

from .clipped import CLIPPED

PROGRAM: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

LOOKS: Final = [(width, theme) for width in (1400, 393) for theme in ("light", "dark")]
"""`make browser` looks at each page in all four ways, `make test` at a few in the first or the last, page by page."""
_EVERY_DAY: Final = frozenset({"test_journeys.py", "test_looks.py"})
"""What `make test` takes of this folder; `make browser` takes all."""
_PLAIN: Final = {"locale": "en-GB"}
HEIGHT: Final = {1400: 900, 393: 851}
_AXE: Final = Path(AXE_FILE_PATH).read_text(encoding="utf-8")
RULES: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = f"{Path(__file__).parent}/"
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)
            if item.path.name not in _EVERY_DAY:
                item.add_marker(pytest.mark.slow)


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser that runs."""
    with sync_playwright() as playwright:
        # All pages are ours, so one process may draw them.
        one = ["--no-sandbox", "--renderer-process-limit=1", "--disable-features=site-per-process"]
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=one)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def door() -> Iterator[socket.socket]:
    """Where one console after the other listens: at one address the browser keeps styles and scripts between tests."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as door:
        yield door


@pytest.fixture(scope="session")
def chromium(door: socket.socket) -> Iterator[Browser]:
    """The browser, with the profile that `Eyes` use again and again."""
    if PROGRAM is None:
        pytest.skip("no Chromium on PATH: apt-get install chromium")
    with launched() as browser:
        browser.new_context(locale=_PLAIN["locale"], base_url=f"http://127.0.0.1:{door.getsockname()[1]}")
        yield browser


@pytest.fixture
def site(staffed: House, door: socket.socket) -> Iterator[Site]:
    with serving(staffed, door=door) as site:
        yield site


class Eyes:
    """Somebody of a role in front of a browser. What the browser complained of is collected in `complaints`.

    Whoever wants nothing special gets the browser's first profile, if nobody else sits there, without the cookies of
    whoever did: another one takes a second to make.
    """

    def __init__(self, site: Site, browser: Browser, role: Role | None, *, thorough: bool, **options: Any) -> None:
        self.site = site
        free = [one for one in browser.contexts[:1] if not one.pages and not options]
        self.context: BrowserContext = free[0] if free else browser.new_context(base_url=site.url, **_PLAIN | options)
        self.context.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.thorough = thorough
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", self._asked)
        if role is not None:
            name, key = site.cookie(role.word)
            self.context.add_cookies([{"name": name, "value": key, "url": site.url}])

    def _failed(self, request: Request) -> None:
        # Whoever leaves a page ends the stream that keeps it as things are.
        if not (request.failure == "net::ERR_ABORTED" and "/events" in request.url):
            self.complaints.append(f"{request.url}: {request.failure}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site.url}/", "data:", "blob:")):
            self.complaints.append(f"{request.url} is asked for, which is not ours")

    def see(self, path: str, picture: Path | None = None) -> None:
        """Look at a page wide and narrow, light and dark: nothing may be wrong for anybody.

        Args:
            picture: Folder for screenshots, to look at them.
        """
        self.page.goto(path)
        self.look_on(path, picture)

    def look_on(self, path: str, picture: Path | None = None) -> None:
        """The same for the page that is open, which no address leads to."""
        self.page.evaluate(_AXE)
        for width, theme in LOOKS if self.thorough else [LOOKS[3 * (sum(path.encode()) % 2)]]:
            self.page.set_viewport_size({"width": width, "height": HEIGHT[width]})
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            self.page.wait_for_function("theme => document.documentElement.dataset.bsTheme === theme", arg=theme)
            if picture is not None:
                name = path.strip("/").replace("/", "-").partition("?")[0] or "dashboard"
                self.page.screenshot(path=picture / f"{name}-{width}-{theme}.png", full_page=True)
            found = self.page.evaluate("options => axe.run(document, options)", RULES)["violations"]
            wrong = [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:4]]) for one in found]
            assert wrong == [], f"{path} at {width} px, {theme}"
            wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, f"{path} at {width} px is {wider} px wider than the screen"
            assert self.page.evaluate(CLIPPED) == [], f"{path} at {width} px"
        assert self.complaints == [], path

    def close(self) -> None:
        if self.context is not self.context.browser.contexts[0]:  # type: ignore[union-attr]
            self.context.close()
            return
        for page in self.context.pages:
            page.close()
        self.context.clear_cookies()


@pytest.fixture
def look(site: Site, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Eyes]]:
    """Sit down in front of a browser, logged in: ``look(Role.ADMIN).see("/")``."""
    opened: list[Eyes] = []
    thorough = request.config.getoption("--hypothesis-profile") != BRIEF

    def sit_down(role: Role | None = None, **options: Any) -> Eyes:
        opened.append(Eyes(site, chromium, role, thorough=thorough, **options))
        return opened[-1]

    yield sit_down
    for eyes in opened:
        eyes.close()
