"""May everybody do what the table says, and nothing else? Every route by every visitor."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from syncd.access.roles import Role
from syncd.console import make_console
from syncd.console.routes import BY_PATH, ROUTES
from syncd.console.routing import Open, Route
from syncd.registry import tables
from syncd.registry.engine import reading
from tests.fixtures.contractors import firm
from tests.fixtures.trusted import TRUSTED
from tests.integration.pipeline.house import House
from tests.real.processes import free_port

from .conftest import Site, listening

VISITORS: list[Role | None] = [None, *Role]
FILLED = {
    "{name:path}": "console.css",
    "{key}": "no-such-key",
    "{name}": "erp",
    "{run_id}": "999",
    "{issue_id}": "999",
    "{seq}": "1",
    "{import_id}": "999",
    "{code}": "K000999",
    "{suffix}": "csv",
    "{draft_id:int}": "999",
    "{section}": "general",
    "{connection}": "erp",
    "{view_id}": "999",
    "{erasure_id}": "999",
    "{user}": "nobody",
    "{field}": "website",
    "{table}": "groups",
    "{webhook}": "helpdesk",
}


NUMBERS = {part: "9" * 25 for part, value in FILLED.items() if value.isdecimal()}
"""Larger than any database counts."""


def path_of(route: Route, filled: dict[str, str] = FILLED) -> str:
    path = route.path
    for part, value in filled.items():
        path = path.replace(part, value)
    return path


def ask(client: httpx.Client, route: Route, filled: dict[str, str] = FILLED) -> httpx.Response:
    form = {"reason": "because", "name": "x", "password": "y"} if route.method == "POST" else None
    if route.path.endswith("/events"):
        with client.stream(route.method, path_of(route, filled)) as answer:  # it goes on as long as somebody listens
            return answer
    return client.request(route.method, path_of(route, filled), data=form)


def taken_out(table: str, row: Any) -> bool:
    """Who took data out is noted, though nothing is changed."""
    return table == "audit" and row.action in {"export", "personal-data"}


def registry(house: House) -> dict[str, Any]:
    """Everything but when somebody was last seen."""
    with reading(house.app.engine) as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table)) if not taken_out(table.name, row)]
            for table in tables.Base.metadata.sorted_tables
            if table.name not in {"user_sessions", "api_tokens"}
        }


def test_every_cell_of_role_and_route(site: Site) -> None:
    wrong = []
    for visitor in VISITORS:
        client = site.browser(visitor)
        for route in sorted(ROUTES, key=lambda route: route.path == "/log-out"):
            said = ask(client, route).status_code
            if isinstance(route.need, Open) or (visitor is not None and visitor >= route.need):
                as_said = said not in {401, 403} or route.path == "/log-in"  # a wrong password is a 401 as well
            elif visitor is None:
                led = route.method == "GET" and not route.path.startswith("/api/")  # a program finds no way to log in
                as_said = said == (303 if led else 401)
            else:
                as_said = said == 403
            if not as_said or said >= 500:
                wrong.append((visitor, route.method, route.path, said))
    assert wrong == []


def test_the_table_names_every_route_and_every_route_is_in_the_table(house: House) -> None:
    made = {(method, route.path) for route in make_console(house.app).router.routes for method in route.methods}  # type: ignore[attr-defined]
    assert made == set(BY_PATH)
    assert len(ROUTES) == len(BY_PATH)


def test_a_route_that_nobody_entered_is_refused_to_everybody(staffed: House) -> None:
    console = make_console(staffed.app)
    console.add_api_route("/forgotten", lambda: "secret", methods=["GET", "POST"])
    console.mount("/mounted", make_console(staffed.app))
    port = free_port()
    with listening(console, port):
        site = Site(staffed, console, f"http://127.0.0.1:{port}")
        for visitor in VISITORS:
            client = site.browser(visitor)
            for method, path in (("GET", "/forgotten"), ("POST", "/forgotten"), ("GET", "/mounted/healthz")):
                assert client.request(method, path).status_code == 403
        site.close()


def test_the_framework_adds_no_pages_of_its_own(site: Site) -> None:
    client = site.browser(Role.ADMIN)
    pages = ("/docs", "/redoc", "/openapi.json", "/static/", "/static/../routes.py", "/log-in/", "/plans/1")
    assert {client.get(page).status_code for page in pages} == {404}
    assert {client.request(method, "/").status_code for method in ("PUT", "DELETE", "PATCH", "TRACE")} == {405}


def test_get_changes_nothing(site: Site) -> None:
    client = site.browser(Role.ADMIN)
    before = registry(site.house)
    for route in ROUTES:
        if route.method == "GET":
            for visitor in (client, site.browser()):
                ask(visitor, route)
                visitor.request("HEAD", path_of(route))
    assert registry(site.house) == before


def test_of_a_number_that_is_too_large_nothing_is_there(site: Site) -> None:
    client = site.browser(Role.ADMIN)
    routes = [route for route in ROUTES if any(part in route.path for part in NUMBERS) and "/api/" not in route.path]
    told = {f"{route.method} {route.path}": ask(client, route, FILLED | NUMBERS).status_code for route in routes}
    assert {path: status for path, status in told.items() if status != 404} == {}
    pages = [f"/customers/K000001?tab={tab}&page={'9' * 25}" for tab in ("history", "runs")]
    site.house.erp.add(firm("A1"))
    site.house.run("erp")
    assert [client.get(page).status_code for page in pages] == [200, 200]


@pytest.mark.parametrize("scope", ["read", "operate", "admin"])
def test_a_token_opens_what_its_scope_says_without_a_browser(site: Site, scope: str) -> None:
    program = site.program(site.token(Role.ADMIN, scope))
    needs = {"read": Role.VIEWER, "operate": Role.OPERATOR, "admin": Role.ADMIN}[scope]
    for route in ROUTES:
        if isinstance(route.need, Role):
            said = ask(program, route).status_code
            assert (said == 403) is (needs < route.need), route


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}])
def test_a_program_without_a_token_is_told_so_and_led_nowhere(site: Site, headers: dict[str, str]) -> None:
    with httpx.Client(base_url=site.url, headers=headers, verify=TRUSTED) as program:
        for method, path in (("GET", "/api/v1/status"), ("POST", "/api/v1/connections/erp/sync")):
            said = program.request(method, path)
            assert (said.status_code, said.headers["www-authenticate"]) == (401, "Bearer")
            assert said.headers["content-type"] == "application/problem+json"
    assert site.house.count(tables.Run) == 0


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer", "Basic YWRtaW46eA==", "x"])
def test_a_wrong_token_is_not_helped_by_a_cookie(site: Site, header: str) -> None:
    client = site.browser(Role.ADMIN)
    said = client.get("/", headers={"authorization": header})
    assert (said.status_code, said.headers["www-authenticate"]) == (401, "Bearer")
    assert said.json()["code"] == "unauthorized"
