"""Is the simulator as unkind as the server that it stands for, and does it keep what it was told?"""

from __future__ import annotations

import base64
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.tryton import Options, TrytonEndpoint, open_endpoint
from adapters.tryton.simulated.seed import fill
from adapters.tryton.simulator import TrytonSandbox
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord
from syncd.ports import Context, parse_options
from tests.contract.tryton.conftest import Open
from tests.contract.tryton.looking import read_all, records


def session(sandbox: TrytonSandbox) -> dict[str, str]:
    """The header of a user who has just logged in."""
    user, token, _ = sandbox.database._log_in("sync", {"password": "sync-test"})
    return {"authorization": "Session " + base64.b64encode(f"sync:{user}:{token}".encode()).decode()}


def call(sandbox: TrytonSandbox, method: str, *params: Any, **context: Any) -> Any:
    """Call a method as any program would: the error or the result."""
    body = {"id": 0, "method": f"model.party.party.{method}", "params": [*params, context]}
    answer = sandbox.database.answer("/erp/rpc/", session(sandbox), msgspec.json.encode(body))
    decoded = msgspec.json.decode(answer.body)
    return decoded.get("error") or decoded["result"]


def test_switched_off_parties_are_hidden_unless_the_context_asks(sandbox: TrytonSandbox, party: int) -> None:
    sandbox.edit(str(party), active=False)
    assert call(sandbox, "search", [], 0, None, None) == []
    assert call(sandbox, "search", [["active", "in", [True, False]]], 0, None, None) == [party]
    assert call(sandbox, "search", [], 0, None, None, active_test=False) == [party]


def test_a_clause_inside_an_or_hides_switched_off_parties_again(sandbox: TrytonSandbox, party: int) -> None:
    sandbox.edit(str(party), active=False)
    either = ["OR", ["id", ">", 0], ["id", "<", 0]]
    assert call(sandbox, "search", [["active", "in", [True, False]], either], 0, None, None) == []


def test_one_bad_row_refuses_a_whole_batch_and_leaves_nothing(sandbox: TrytonSandbox) -> None:
    error = call(sandbox, "create", [{"name": "A", "code": "K1"}, {"name": "B", "code": "K1"}])
    assert error == ["UserError", ["The code on party must be unique.", "", None]]
    assert sandbox.holds() == {}


def test_rows_of_one_batch_share_their_time(sandbox: TrytonSandbox) -> None:
    made = call(sandbox, "create", [{"name": "A"}, {"name": "B"}])
    assert len({sandbox.tables.rows["party.party"][id_]["create_date"] for id_ in made}) == 1


def test_a_party_cannot_be_made_switched_off(sandbox: TrytonSandbox) -> None:
    error = call(sandbox, "create", [{"name": "A", "active": False}])
    assert error[1][0] == 'You are not allowed to modify the field "Name" in record "A" of "Party".'


def test_what_may_be_changed_is_decided_before_anything_is(sandbox: TrytonSandbox, party: int) -> None:
    sandbox.edit(str(party), active=False)
    error = call(sandbox, "write", [party], {"active": True}, [party], {"name": "B"})
    assert error[1][0] == 'You are not allowed to modify the field "Name" in record "Firma" of "Party".'


def test_the_first_mechanisms_of_a_party_are_read_only_on_the_party(sandbox: TrytonSandbox, party: int) -> None:
    assert call(sandbox, "read", [party], ["email", "id"]) == [{"id": party, "email": "biuro@firma.example"}]
    assert call(sandbox, "write", [party], {"email": "b@firma.example"})[0] == "UserError"


def test_a_refused_number_is_taken_without_a_type(sandbox: TrytonSandbox, party: int) -> None:
    row: dict[str, str | None] = {"type": "pl_vat", "code": "1234567890"}
    values = {"identifiers": [["create", [row]]]}
    error = call(sandbox, "write", [party], values)
    assert error[1][0] == 'The Polish VAT Number "1234567890" for party "Firma" is not valid.'
    row["type"] = None
    assert call(sandbox, "write", [party], values) is None


def test_a_long_answer_is_said_to_be_compressed_even_if_it_is_not(sandbox: TrytonSandbox) -> None:
    for number in range(80):
        sandbox.add(Contractor(name=f"Firma {number}"))
    body = b'{"id":0,"method":"model.party.party.search_read","params":[[],0,null,null,["name"],{}]}'
    answer = sandbox.database.answer("/erp/rpc/", session(sandbox), body)
    assert (answer.headers["content-encoding"], answer.body[:1]) == ("gzip", b"{")


def test_the_demonstration_has_three_countries_and_some_broken_parties(sandbox: TrytonSandbox, connect: Open) -> None:
    fill(sandbox.tables, 80, seed=1)
    endpoint = connect(page_size=500)
    countries, refused, inactive = set(), 0, 0
    for record in records(endpoint):
        try:
            contractor = endpoint.parse(record).contractor
        except InvalidRecord:
            refused += 1
            continue
        countries.add(contractor.country)
        inactive += not contractor.active
    assert countries - {""} == {"PL", "DE", "NO"}
    assert (refused, bool(inactive)) == (2, True)


@pytest.mark.slow
def test_as_a_program_it_keeps_everything_from_one_start_to_the_next(tmp_path: Path, firm: Contractor) -> None:
    made = [with_program(tmp_path / "erp.json", lambda endpoint: endpoint.create(firm).external_id)]
    made.append(with_program(tmp_path / "erp.json", lambda endpoint: endpoint.find(firm)[0].external_id))
    assert made == ["4", "4"]


def with_program(state: Path, act: Callable[[TrytonEndpoint], str]) -> str:
    """Start the program, let `act` use a connection to it, stop it as an operator would."""
    command = [
        sys.executable,
        "-m",
        "adapters.tryton.simulator",
        "--port",
        "0",
        "--parties",
        "3",
        "--state",
        str(state),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        url = program.stdout.readline().split()[0]
        values = {"url": url, "database": "erp", "username": "sync", "password": "sync-test"}
        endpoint = open_endpoint(parse_options(Options, values, connection="erp"), Context(connection="erp"))
        try:
            assert len(read_all(endpoint)) >= 3
            return act(endpoint)
        finally:
            endpoint.close()
            program.send_signal(signal.SIGTERM)
            assert program.wait(10) == 0
