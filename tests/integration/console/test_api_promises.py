"""Does the API keep what its description promises, whatever it is asked? Asked over real HTTP with an admin's token.

What is asked is made of the description: values that it allows, and values that it does not. Half of the time names and
numbers of things that there are stand in for made-up ones, so that requests come further than to "not found".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from syncd.access import users
from syncd.access.passwords import hash_password
from syncd.access.roles import Role
from syncd.console.api.description import describe
from syncd.console.api.routes import ENDPOINTS
from syncd.registry.engine import writing
from tests.fixtures.contractors import firm
from tests.fixtures.registries import bare, fresh
from tests.integration.pipeline.house import open_house

from .conftest import PASSWORD, serving

Asked: TypeAlias = Case[Any]

load_all_checks()
PROMISES: Final[list[Any]] = [
    *CHECKS.get_by_names(
        [
            "not_a_server_error",
            "status_code_conformance",
            "content_type_conformance",
            "response_headers_conformance",
            "response_schema_conformance",
        ]
    )
]
SCHEMA: Final = schemathesis.openapi.from_dict(describe(ENDPOINTS))
OPERATIONS: Final[list[Any]] = [found.ok() for found in SCHEMA.get_all_operations()]  # type: ignore[union-attr]

SHUTS_OUT: Final = {
    "post-users-user-disable": "the token's owner",
    "post-users-user-role": "the token's owner",
    "post-users-user-tokens-revoke": "the token itself",
}
"""Endpoints that end the token if it names its owner: they are asked about somebody else only."""

THERE: Final[dict[str, Any]] = {
    "name": "erp", "connection": "shop", "erp": "erp", "shop": "shop", "code": "K000001", "customer": "K000002",
    "keep": "K000003", "gone": "K000004", "codes": ["K000001", "K000005"], "user": "operator", "field": "website",
    "table": "customers", "group": "Wholesale", "operation": "block", "run_id": 1, "issue_id": 1, "seq": 1,
    "import_id": 1, "view_id": 1, "erasure_id": 1, "external_id": "A1", "kind": "memory", "meant": "K000001",
    "confirm": "erp", "filter": "status:eq:active", "sort": "-changed", "columns": "code,name", "answer": "drop",
    "cause": "tax-id-invalid", "to": "operator",
}  # fmt: skip
"""What there is, by the name under which it is asked for."""


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Where to ask, and as whom: a console over a house in which something of everything has happened."""
    folder = tmp_path_factory.mktemp("promises")
    with open_house(f"sqlite:///{fresh(bare(), 'promises')}", folder=folder) as house:
        hashed = hash_password(PASSWORD)
        with writing(house.app.engine) as connection:
            for role in Role:
                users.store(connection, role.word, role, hashed, by="test", now=house.app.now())
        with serving(house) as site:
            for number in range(6):
                house.erp.add(firm(f"A{number}", tax_id="PL123" if number == 0 else "", groups=("Hurt",)))
            house.run("erp")
            house.push("shop")
            house.erp.add(firm("A7"))
            house.run("erp", dry_run=True)
            token = site.token(Role.ADMIN, "admin")
            program = site.program(token)
            for path, body in (
                ("groups/create", {"name": "Wholesale"}),
                ("views", {"name": "all"}),
                ("groups/mapping", {"erp": "erp", "shop": "shop", "change": "add",
                                    "rule": {"match": "equals", "pattern": "Hurt", "target": "B2B"}}),
            ):  # fmt: skip
                said = program.post(f"/api/v1/{path}", json=body)
                assert said.status_code == 200, said.text
            said = program.post("/api/v1/imports?name=some.csv", content=b"code,username\nK000002,anna1\n")
            assert said.status_code == 200, said.text
            yield {"base_url": site.url, "headers": {"authorization": f"Bearer {token}"}}


def asks(operation: Any) -> st.SearchStrategy[Asked]:
    """Requests that the description allows and some that it does not, about what there is or what there is not."""
    right, wrong = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)
    return st.builds(about, st.one_of(right, right, wrong), st.booleans())


def about(case: Asked, there: bool) -> Asked:
    if not there and case.operation.definition.raw["operationId"] not in SHUTS_OUT:
        return case
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part.update({name: value for name, value in THERE.items() if name in part})
    return case


def ask(asker: dict[str, Any], operation: Any, number: int) -> None:
    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(asks(operation))
    def answers_as_described(case: Asked) -> None:
        response = case.call(**asker)
        case.validate_response(response, checks=PROMISES)

    answers_as_described()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.definition.raw["operationId"])
def test_an_endpoint_answers_as_it_is_described(asker: dict[str, Any], operation: Any) -> None:
    ask(asker, operation, 5)


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.definition.raw["operationId"])
def test_an_endpoint_answers_many_requests_as_it_is_described(asker: dict[str, Any], operation: Any) -> None:
    ask(asker, operation, 100)
