"""Are the pages that people look at all day right for everybody, with an ordinary day's data on them?"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from syncd.languages import LANGUAGES
from tests.fixtures.properties import BRIEF
from tests.integration.console.conftest import serving
from tests.integration.console.scene import monday, pages

from .clipped import CLIPPED
from .conftest import Eyes

PARTS = 4
"""All pages in all looks take longer than a test may."""
DAILY = ("dashboard", "run", "customers", "customer", "attention", "plan")


@pytest.fixture(scope="module")
def anna(
    tmp_path_factory: pytest.TempPathFactory,
    chromium: Browser,
    door: socket.socket,
    request: pytest.FixtureRequest,
) -> Iterator[Eyes]:
    """An admin in front of a console on a Monday."""
    thorough = request.config.getoption("--hypothesis-profile") != BRIEF
    with monday(tmp_path_factory.mktemp("monday")) as house, serving(house, door=door) as site:
        eyes = Eyes(site, chromium, None, thorough=thorough)
        cookie, key = site.cookie("anna")
        eyes.context.add_cookies([{"name": cookie, "value": key, "url": site.url}])
        yield eyes
        eyes.close()


@pytest.mark.parametrize("name", DAILY)
def test_a_page_of_every_day_is_right_for_everybody(anna: Eyes, name: str) -> None:
    anna.see(pages(anna.site.house)[name])


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_right_for_everybody(anna: Eyes, part: int) -> None:
    rest = [address for name, address in pages(anna.site.house).items() if name not in {*DAILY, "log-in"}]
    for address in rest[part::PARTS]:
        anna.see(address)


PRESSED = """() => {
  const all = [...document.querySelectorAll("main a.btn, main button, main summary, main select, main label.pick-box")];
  const seen = all.filter((one) => one.getClientRects().length > 0);
  return seen.map((one) => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
    .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
    .map(([said, box]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${said}`);
}"""
"""What is smaller than a finger, to half a pixel of rounding."""


@pytest.mark.parametrize("name", ["dashboard", "customers", "plan"])
def test_on_a_phone_whatever_is_pressed_is_as_large_as_a_finger(anna: Eyes, name: str) -> None:
    anna.page.set_viewport_size({"width": 393, "height": 851})
    anna.page.goto(pages(anna.site.house)[name])
    assert anna.page.evaluate(PRESSED) == []
    assert anna.page.locator("summary input").count() == 0


def test_a_choice_and_its_button_stand_on_one_line(anna: Eyes) -> None:
    anna.page.set_viewport_size({"width": 1400, "height": 900})
    anna.page.goto("/customers")
    acts = anna.page.locator(".bulk-acts")
    choice, button = acts.locator("select").bounding_box(), acts.locator("button").bounding_box()
    assert choice
    assert button
    assert abs(choice["y"] - button["y"]) < choice["height"]


CUT = """() => [...document.querySelectorAll(".table-responsive")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.scrollWidth - one.clientWidth)"""


MORE = (
    *(f"/customers/K000001?tab={tab}" for tab in ("explain", "history", "shops", "groups", "privacy")),
    *(f"/settings/{name}" for name in ("general", "schedules", "retention", "countries", "fields", "health")),
    *(f"/connections/esklep?tab={tab}" for tab in ("mapping", "schedule", "limits", "credentials", "runs", "test")),
)
"""Pages with many fields and marks that are in no picture."""


@pytest.mark.slow
@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_the_words_of_every_language_fit(anna: Eyes, chromium: Browser, language: str) -> None:
    eyes = Eyes(anna.site, chromium, None, thorough=True, locale=language)
    cookie, key = anna.site.cookie("anna")
    eyes.context.add_cookies([{"name": cookie, "value": key, "url": anna.site.url}])
    unfit: dict[str, list[str]] = {}
    for address in (*pages(anna.site.house).values(), *MORE):
        eyes.page.set_viewport_size({"width": 1400, "height": 900})
        eyes.page.goto(address)
        assert eyes.page.evaluate(CUT) == [], address
        clipped = eyes.page.evaluate(CLIPPED)
        eyes.page.set_viewport_size({"width": 393, "height": 851})
        assert eyes.page.evaluate("document.documentElement.scrollWidth") <= 393, address
        unfit |= {address: found} if (found := clipped + eyes.page.evaluate(CLIPPED)) else {}
    eyes.close()
    assert unfit == {}
