"""Are the pages about connections right for everybody, on every screen?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.bridge.simulator import BridgeSandbox
from adapters.bridge.simulator import simulate as simulate_bridge
from syncd.access.roles import Role
from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from tests.fixtures.contractors import firm
from tests.integration.console.conftest import Site
from tests.integration.console.files import in_files
from tests.integration.pipeline.house import House

from .conftest import Eyes

PICTURES = Path(os.environ["PICTURES"]) if os.environ.get("PICTURES") else None
LONG = "Przedsiębiorstwo Produkcyjno-Handlowo-Usługowe „Łódź-Bud” Spółka z ograniczoną odpowiedzialnością w upadłości"


def post(eyes: Eyes, path: str, **form: str) -> str:
    """Send a form as a page of ours would; answer where it leads."""
    own = {"sec-fetch-site": "same-origin"}
    answer = eyes.page.request.post(path, form=form, headers=own, max_redirects=0)  # type: ignore[arg-type]
    assert answer.status == 303, answer.text()
    return answer.headers["location"]


@pytest.fixture
def busy(site: Site) -> Site:
    site.house.erp.add(firm("A0", name=LONG))
    site.house.erp.add(firm("A1", name="Рога и Копыта ООО"))
    site.house.erp.spoil(site.house.erp.add(firm("A2")))
    site.house.run("erp")
    return site


@pytest.mark.slow
def test_the_list_is_right_for_everybody(busy: Site, look: Callable[..., Eyes]) -> None:
    admin = look(Role.ADMIN)
    post(admin, "/connections/shop/pause", reason="Wartung des Servers " * 8)
    busy.house.erp.faults.plan(Fault(kind="status", status=401))
    busy.house.run("erp")
    admin.see("/connections")


@pytest.mark.slow
@pytest.mark.parametrize("tab", ["overview", "mapping", "schedule", "limits", "credentials", "runs", "test"])
def test_a_tab_is_right_for_everybody(busy: Site, look: Callable[..., Eyes], tab: str) -> None:
    admin = look(Role.ADMIN)
    post(admin, "/connections/erp/test")
    admin.see(f"/connections/erp?tab={tab}" + ("&sample=1" if tab == "mapping" else ""))


@pytest.mark.slow
def test_what_is_empty_is_right_for_everybody(site: Site, look: Callable[..., Eyes]) -> None:
    viewer = look(Role.OPERATOR)
    viewer.see("/connections/shop?tab=runs")
    viewer.see("/connections/shop?tab=test")


@pytest.mark.slow
@pytest.mark.parametrize(
    "section", ["general", "schedules", "limits", "retention", "countries", "fields", "notifications", "health"]
)
def test_settings_are_right_for_everybody(site: Site, look: Callable[..., Eyes], section: str) -> None:
    admin = look(Role.ADMIN)
    post(admin, "/settings/countries/names", stated="Zjednoczone Królestwo B.", country="GB")
    admin.see(f"/settings/{section}", PICTURES)


def test_a_change_of_rules_that_is_thought_of_is_right_for_everybody(busy: Site, look: Callable[..., Eyes]) -> None:
    admin = look(Role.ADMIN)
    admin.see("/settings/fields?shop=shop&change=set&field=profile&edit=always#effect", PICTURES)
    look(Role.VIEWER).see("/settings/fields?shop=shop")


@pytest.fixture
def bridge() -> Iterator[BridgeSandbox]:
    with simulate_bridge() as bridge:
        bridge.add(firm("B1", name=LONG))
        bridge.add(Contractor(name="Рога и Копыта", country="Szkocja"))
        bridge.spoil(bridge.add(firm("B3")))
        yield bridge


@pytest.fixture
def filed(staffed: House, tmp_path: Path) -> Path:
    """The folder into which the console may write."""
    return in_files(staffed, tmp_path)


@pytest.mark.slow
def test_the_four_steps_are_right_for_everybody(
    filed: Path, site: Site, bridge: BridgeSandbox, look: Callable[..., Eyes]
) -> None:
    admin = look(Role.ADMIN)
    admin.see("/connections/new")
    draft = post(admin, "/connections/new", kind="bridge", side="erp", name="optima-main")
    post(admin, draft, **{"option.url": bridge.options["url"], "option.token": "s1mulated-t0ken"})
    for step in ("", "/sample", "/preview?routes=shop"):
        admin.see(draft + step)
    post(admin, f"{draft}/create", routes="shop")
    assert [path.name for path in filed.iterdir()] == ["optima-main.toml"]
    admin.see("/connections/optima-main")
    admin.see("/connections/optima-main?tab=credentials", PICTURES)
    admin.see("/connections/optima-main/edit", PICTURES)
    admin.see("/connections/shop/edit", PICTURES)
    seen = admin.page.request.get("/connections/optima-main/edit").text().partition('name="seen" value="')[2][:16]
    changes = f"every=*/15+6-22+*+*+1-5&guard.blocks_percent=12&options.url=http://127.0.0.9:1&seen={seen}"
    admin.see(f"/connections/optima-main/edit/preview?{changes}", PICTURES)
    admin.see("/connections/shop/edit/preview?served=PL+DE+CZ", None)
    admin.page.goto(f"/connections/optima-main/edit/preview?every=soon&seen={seen}")
    admin.complaints.clear()  # the browser says that it was a 422
    admin.look_on("wrong-setting", PICTURES)


def test_an_admin_changes_a_connection_by_hand_without_javascript(
    filed: Path, site: Site, bridge: BridgeSandbox, look: Callable[..., Eyes]
) -> None:
    eyes = look(Role.ADMIN, java_script_enabled=False)
    draft = post(eyes, "/connections/new", kind="bridge", side="erp", name="optima")
    post(eyes, draft, **{"option.url": bridge.options["url"], "option.token": "s1mulated-t0ken"})
    post(eyes, f"{draft}/create", routes="shop")
    page = eyes.page
    page.goto("/connections/optima")
    page.get_by_role("link", name="Edit optima").click()
    page.get_by_label("Read changes every").fill("20m")
    page.get_by_label("Guests who bought go to the ERP").select_option("yes")
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_text("2 settings change").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("2 settings of optima are changed").wait_for()
    assert 'every = "20m"' in (filed / "optima.toml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_form_of_many_options_is_right_for_everybody(site: Site, look: Callable[..., Eyes]) -> None:
    admin = look(Role.ADMIN)
    admin.see(post(admin, "/connections/new", kind="abicart", side="shop", name="abicart"))


@pytest.mark.slow
def test_an_admin_makes_a_connection_by_hand_without_javascript(
    filed: Path, site: Site, bridge: BridgeSandbox, look: Callable[..., Eyes]
) -> None:
    page = look(Role.ADMIN, java_script_enabled=False).page
    page.goto("/connections")
    page.get_by_role("link", name="New connection").click()
    page.locator("input[name=kind][value=bridge]").check()
    page.get_by_label("Side").select_option("erp")
    page.get_by_label("Name").fill("optima")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("url").fill(bridge.options["url"])
    page.get_by_label("token").fill("s1mulated-t0ken")
    page.get_by_role("button", name="Keep and test").click()
    page.get_by_role("link", name="Continue: look at 20 records").click()
    page.get_by_text("Рога и Копыта").first.wait_for()
    page.get_by_role("link", name="Continue").click()
    page.get_by_label("optima ⇄ shop").check()
    page.get_by_role("button", name="Update the preview").click()
    assert 'shop = "shop"' in page.locator("pre").inner_text()
    page.get_by_role("button", name="Connect, and make the first plan").click()
    page.wait_for_url("**/runs/*")
    assert (filed / "optima.toml").exists()
