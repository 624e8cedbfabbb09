"""Can programs make, try, verify and remove connections, and read and change the rules of all of them?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from adapters.bridge.simulator import BridgeSandbox
from adapters.bridge.simulator import simulate as simulate_bridge
from syncd.access.roles import Role
from syncd.ports import Secret
from syncd.registry import tables
from syncd.settings import AlertSettings, Loaded
from tests.fixtures.contractors import firm
from tests.integration.pipeline.house import House

from .conftest import Site, serving
from .files import in_files

TOKEN = "s1mulated-t0ken"
ERP, SHOP = "/api/v1/connections/erp", "/api/v1/connections/shop"


def post(program: httpx.Client, path: str, **body: Any) -> Any:
    said = program.post(f"/api/v1{path}", json=body)
    assert said.status_code == 200, said.text
    return said.json()


def refused(said: httpx.Response) -> tuple[int, str, str | None]:
    assert said.headers["content-type"] == "application/problem+json"
    return said.status_code, said.json()["code"], said.json().get("field")


@pytest.fixture
def bridge() -> Iterator[BridgeSandbox]:
    with simulate_bridge() as bridge:
        bridge.add(firm("A1"))
        yield bridge


@pytest.fixture
def folder(staffed: House, tmp_path: Path) -> Path:
    return in_files(staffed, tmp_path)


@pytest.fixture
def admin(staffed: House, folder: Path) -> Iterator[httpx.Client]:
    """A program over a console that can write its configuration."""
    with serving(staffed) as site:
        yield site.program(site.token(Role.ADMIN, "admin"))


def optima(bridge: BridgeSandbox, **more: Any) -> dict[str, Any]:
    options = {"url": bridge.options["url"]}
    return {"name": "optima", "kind": "bridge", "side": "erp", "options": options, "secrets": {"token": TOKEN}, **more}


def test_a_connection_is_tried_without_being_kept(admin: httpx.Client, folder: Path, bridge: BridgeSandbox) -> None:
    tried = post(admin, "/connections/try", **optima(bridge, every="10m", routes=["shop"]))
    assert [check["state"] for check in tried["checks"]] == ["ok"]
    assert [sample["name"] for sample in tried["samples"]] == [firm("A1").name]
    assert 'every = "10m"' in tried["toml"]
    assert TOKEN not in str(tried)
    assert list(folder.iterdir()) == []
    wrong = post(admin, "/connections/try", **optima(bridge, secrets={"token": "wrong"}))
    assert (wrong["checks"][0]["state"], wrong["samples"]) == ("fail", [])


def test_a_connection_is_made_with_its_first_plan_and_taken_away_again(
    admin: httpx.Client, folder: Path, staffed: House, bridge: BridgeSandbox
) -> None:
    made = post(admin, "/connections", **optima(bridge, routes=["shop"]))
    assert (made["made"], [file.name for file in folder.iterdir()]) == (True, ["optima.toml"])
    assert staffed.one(tables.Run, id=made["plan"])["dry_run"]
    assert "optima" in [one["name"] for one in admin.get("/api/v1/connections").json()["items"]]
    (secret,) = admin.get("/api/v1/connections/optima/secrets").json()["items"]
    assert (secret["option"], secret["held"]) == ("token", "registry")
    assert staffed.count(tables.ApiAnswer) == 0
    assert refused(admin.post("/api/v1/connections/optima/remove", json={"confirm": "optim"}))[::2] == (422, "confirm")
    assert post(admin, "/connections/optima/remove", confirm="optima") == {"state": "removed"}
    assert list(folder.iterdir()) == []


def test_what_does_not_let_us_in_is_not_made_unless_it_is_wanted_so(
    admin: httpx.Client, folder: Path, bridge: BridgeSandbox
) -> None:
    wrong = optima(bridge, secrets={"token": "wrong"})
    assert admin.post("/api/v1/connections", json=wrong).status_code == 422
    assert list(folder.iterdir()) == []
    assert post(admin, "/connections", **wrong, untested=True)["made"]
    again = admin.post("/api/v1/connections", json=wrong)
    assert refused(again) == (422, "connection-name", "name")


def test_a_secret_is_replaced_and_forgotten_and_never_told(admin: httpx.Client, bridge: BridgeSandbox) -> None:
    post(admin, "/connections", **optima(bridge, secrets={"token": "wrong"}, untested=True))
    assert post(admin, "/connections/optima/test")["passed"] is False
    told = post(admin, "/connections/optima/secret", option="token", value=TOKEN)
    assert (told["items"][0]["held"], TOKEN in str(told)) == ("registry", False)
    assert post(admin, "/connections/optima/test")["passed"] is True
    assert post(admin, "/connections/optima/secret/forget", option="token")["items"][0]["held"] == "nowhere"


@pytest.mark.parametrize(
    ("wish", "field"),
    [({"kind": "optmia"}, "kind"), ({"options": {}}, "url"), ({"name": "a b"}, "name"), ({"side": "shop"}, None)],
)
def test_what_is_wrong_in_a_new_connection_is_named(
    admin: httpx.Client, bridge: BridgeSandbox, wish: dict[str, Any], field: str | None
) -> None:
    said = admin.post("/api/v1/connections/try", json=optima(bridge) | wish)
    if field is None:
        assert said.status_code == 200, "a bridge can be either side"
    else:
        assert refused(said)[::2] == (422, field)


def test_where_no_folder_is_open_the_file_is_told_instead(program: httpx.Client, bridge: BridgeSandbox) -> None:
    made = post(program, "/connections", **optima(bridge, untested=True))
    assert (made["made"], made["plan"], "[connections.optima]" in made["toml"]) == (False, None, True)


def test_platforms_are_listed_with_what_they_need_to_know(program: httpx.Client) -> None:
    platforms = {one["kind"]: one for one in program.get("/api/v1/platforms").json()["items"]}
    assert {"bridge", "vendure", "tryton"} <= platforms.keys()
    assert {one["name"]: one["shape"] for one in platforms["bridge"]["options"]}["token"] == "secret"


def test_a_test_is_remembered(site: Site, program: httpx.Client) -> None:
    assert program.get(f"{ERP}/test").json()["passed"] is None
    assert post(program, "/connections/erp/test")["passed"] is True
    last = program.get(f"{ERP}/test").json()
    assert (last["passed"], last["by"]) == (True, "token:admin-admin")


def test_the_first_records_are_told_to_whoever_may_act(site: Site, program: httpx.Client) -> None:
    site.house.erp.add(firm("A1"))
    assert [one["name"] for one in program.get(f"{ERP}/samples").json()["items"]] == [firm("A1").name]
    viewer = site.program(site.token(Role.VIEWER, "read"))
    assert viewer.get(f"{ERP}/samples").status_code == 403


def test_both_sides_are_proven_and_the_certificate_is_kept(site: Site, program: httpx.Client) -> None:
    site.house.erp.add(firm("A1"))
    site.house.settle()
    assert program.get("/api/v1/certificates").json()["items"] == []
    proofs = post(program, "/connections/erp/verify")["items"]
    assert [(one["connection"], one["agrees"], one["agree"]) for one in proofs] == [("erp", True, 1), ("shop", True, 1)]
    assert {one["connection"] for one in program.get("/api/v1/certificates").json()["items"]} == {"erp", "shop"}
    site.house.shop.edit(next(iter(site.house.shop.holds())), name="Somebody else")
    shop = post(program, "/connections/shop/verify", repair=True)["items"][0]
    assert (shop["agrees"], shop["by_cause"], len(shop["plans"])) == (False, {"edited_there": 1}, 1)


@pytest.fixture
def grouped(site: Site) -> Site:
    for number in range(3):
        site.house.erp.add(firm(f"A{number}", groups=("Hurt",) if number else ("VIP",)))
    site.house.settle()
    return site


ADD = {
    "erp": "erp",
    "shop": "shop",
    "change": "add",
    "rule": {"match": "equals", "pattern": "Hurt", "target": "Wholesale"},
}


def patterns(program: httpx.Client) -> list[str]:
    rules = program.get("/api/v1/groups/mapping", params={"erp": "erp", "shop": "shop"}).json()["rules"]
    return [rule["row"]["rule"]["pattern"] for rule in rules]


def test_the_effect_of_a_rule_is_told_before_it_is_made(grouped: Site, program: httpx.Client) -> None:
    effect = post(program, "/groups/mapping/preview", **ADD)
    assert (effect["changing"], effect["samples"]) == (2, ["K000002", "K000003"])
    assert patterns(program) == []
    made = post(program, "/groups/mapping", **ADD)
    assert (made["effect"]["changing"], patterns(program)) == (2, ["Hurt"])
    assert all(grouped.house.row(run)["dry_run"] for run in made["runs"])


@pytest.mark.parametrize(("follow", "runs"), [("later", 0), ("now", 2)])
def test_who_changes_rules_says_what_becomes_of_those_concerned(
    grouped: Site, program: httpx.Client, follow: str, runs: int
) -> None:
    made = post(program, "/groups/mapping", **ADD, follow=follow)
    assert [grouped.house.row(run)["dry_run"] for run in made["runs"]] == [False] * runs


def test_rules_are_moved_removed_and_replaced(grouped: Site, program: httpx.Client) -> None:
    way = {"erp": "erp", "shop": "shop"}
    post(program, "/groups/mapping", **ADD)
    vip = {"match": "contains", "pattern": "VIP", "target": "Best"}
    rules = post(program, "/groups/mapping", **{**ADD, "rule": vip})["rules"]
    last = rules[-1]["id"]
    post(program, "/groups/mapping", **way, change="move", rule_id=last, place=1)
    assert patterns(program) == ["VIP", "Hurt"]
    post(program, "/groups/mapping", **way, change="remove", rule_id=last)
    assert patterns(program) == ["Hurt"]
    post(program, "/groups/mapping", **way, change="replace", rules=[vip])
    assert patterns(program) == ["VIP"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"change": "add", "rule": None}, 422),
        ({"rule": {"match": "regex", "pattern": "(", "target": "x"}}, 422),
        ({"change": "move", "rule_id": 99, "place": 1}, 404),
        ({"shop": "epr"}, 404),
        ({"change": "swap"}, 422),
    ],
)
def test_a_change_of_rules_that_cannot_be_is_refused(
    grouped: Site, program: httpx.Client, change: dict[str, Any], status: int
) -> None:
    for path in ("/groups/mapping/preview", "/groups/mapping"):
        assert program.post(f"/api/v1{path}", json={**ADD, **change}).status_code == status


def test_a_former_group_is_released_to_its_shop(grouped: Site, program: httpx.Client) -> None:
    made = post(program, "/groups/mapping", **ADD, follow="later")
    post(program, "/groups/mapping", erp="erp", shop="shop", change="remove", rule_id=made["rules"][0]["id"])
    way = {"erp": "erp", "shop": "shop"}
    former = program.get("/api/v1/groups/mapping", params=way).json()["former"]
    assert former == ["Wholesale"]
    post(program, "/groups/mapping/release", shop="shop", group="Wholesale")
    assert program.get("/api/v1/groups/mapping", params=way).json()["former"] == []


def test_a_group_is_shown_in_a_colour_under_a_label(grouped: Site, program: httpx.Client) -> None:
    assert post(program, "/groups/show-as", name="Hurt", label="WH", color="#206bc4") == {"state": "WH"}
    group = next(one for one in program.get("/api/v1/groups").json()["items"] if one["name"] == "Hurt")
    assert (group["label"], group["color"]) == ("WH", "#206bc4")
    wrong = program.post("/api/v1/groups/show-as", json={"name": "Hurt", "color": "red"})
    assert refused(wrong)[::2] == (422, "color")


def test_settings_say_where_they_stand_and_hide_secrets(staffed: House) -> None:
    alerts = AlertSettings(webhook=Secret("https://hooks.example/s3cret"), signing_key=Secret("k3y"))
    settings = msgspec.structs.replace(staffed.app.settings, alerts=alerts)
    origins = {"alerts.webhook": "environment SYNCD_ALERTS_WEBHOOK_FILE"}
    staffed.change(settings=settings, loaded=Loaded(settings=settings, origins=origins))
    with serving(staffed) as site:
        program = site.program(site.token(Role.VIEWER, "read"))
        told = program.get("/api/v1/settings", params={"below": "alerts."})
    found = {one["key"]: one for one in told.json()["items"]}
    assert found["alerts.webhook"]["origin"] == "environment SYNCD_ALERTS_WEBHOOK_FILE"
    assert "s3cret" not in told.text
    assert "k3y" not in told.text


def test_health_is_what_the_doctor_sees(program: httpx.Client) -> None:
    checks = program.get("/api/v1/settings/health").json()["items"]
    assert "database" in {check["name"] for check in checks}


def test_a_stated_country_gets_a_meaning_and_loses_it(program: httpx.Client) -> None:
    assert post(program, "/settings/countries/names", stated="Szkocja", country="Wielka Brytania") == {"state": "GB"}
    (name,) = program.get("/api/v1/settings/countries/names").json()["items"]
    assert (name["stated"], name["country"], name["by"]) == ("Szkocja", "GB", "token:admin-admin")
    post(program, "/settings/countries/names/forget", stated="szkocja")
    assert program.get("/api/v1/settings/countries/names").json()["items"] == []
    assert refused(program.post("/api/v1/settings/countries/names/forget", json={"stated": "x"}))[0] == 404


def test_who_may_change_a_field_is_changed_for_all_or_one_shop(program: httpx.Client) -> None:
    assert program.get("/api/v1/fields?changed=true").json()["items"] == []
    row = post(program, "/fields/website", edit="never")
    assert (row["edit"], row["changed"], row["shop"]) == ("never", ["edit"], None)
    assert post(program, "/fields/website", forbidden="refuse", shop="shop")["shop"] == "shop"
    assert len(program.get("/api/v1/fields?changed=true").json()["items"]) == 2
    post(program, "/fields/website/reset", shop="shop")
    assert post(program, "/fields/website/reset")["changed"] == []
    assert program.get("/api/v1/fields?changed=true").json()["items"] == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("website", {}, 422),
        ("colour", {"edit": "always"}, 422),
        ("website", {"edit": "sometimes"}, 422),
        ("website", {"edit": "always", "shop": "shp"}, 404),
        ("website", {"edit": "always", "shop": "erp"}, 422),
    ],
)
def test_a_rule_that_cannot_be_is_refused(program: httpx.Client, path: str, body: dict[str, Any], status: int) -> None:
    assert program.post(f"/api/v1/fields/{path}", json=body).status_code == status
