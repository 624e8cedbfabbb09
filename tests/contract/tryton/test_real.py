"""Does a real Tryton do what the simulator does, and does the adapter keep its promises with it?"""

from __future__ import annotations

import base64
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest

from adapters.tryton.simulated.operator import Operator
from adapters.tryton.simulated.tables import Row
from adapters.tryton.simulator import TrytonSandbox, describe, refuse
from syncd.certify.faults import Faults
from syncd.certify.promises import PROMISES, Promise
from syncd.certify.promises.case import Degraded
from syncd.certify.quality import quality_of
from syncd.certify.run import keep
from syncd.certify.sandbox import Call as Journaled
from syncd.certify.server import Reply, Request, Server
from syncd.domain.contractor import Contractor
from syncd.plugins import load
from syncd.ports import Remote
from tests.contract.tryton.agreement import Call, Talk, steps
from tests.real import tryton as erp
from tests.real.places import real_dir
from tests.real.postgres import postgres
from tests.real.processes import free_port
from tests.real.tryton import Tryton
from tests.real.tryton_api import TrytonApi

pytestmark = pytest.mark.real

HOP_HEADERS: Final = {"connection", "content-encoding", "content-length", "server", "transfer-encoding"}


@pytest.fixture(scope="module")
def server() -> Iterator[Tryton]:
    """A fresh Tryton on PostgreSQL, with countries and without parties."""
    (real_dir() / "runs").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=real_dir() / "runs", prefix="tryton-"))
    folder.chmod(0o755)  # PostgreSQL may have to enter as another user
    with ExitStack() as last_things:
        last_things.callback(shutil.rmtree, folder, ignore_errors=True)
        (folder / "postgres").mkdir()
        shutil.copytree(erp.base(), folder / "postgres" / "data")
        database = postgres(folder / "postgres", free_port())
        tryton = erp.tryton(folder / "tryton", free_port(), database)
        for started in (database.server, tryton.server):
            last_things.callback(started.stop)
            started.start()
        yield tryton


class ApiDesk:
    """An operator's session at a real server."""

    def __init__(self, api: TrytonApi) -> None:
        self._api = api

    def search(self, model: str, domain: Sequence[Any]) -> list[int]:
        ids: list[int] = self._api.call(model, "search", list(domain), 0, None, [["id", "ASC"]])
        return ids

    def read(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> list[Row]:
        rows: list[Row] = self._api.call(model, "read", list(ids), list(fields)) if ids else []
        return rows

    def create(self, model: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        made: list[int] = self._api.call(model, "create", list(rows))
        return made

    def write(self, model: str, ids: Sequence[int], values: Mapping[str, Any]) -> None:
        self._api.call(model, "write", list(ids), dict(values))

    def delete(self, model: str, ids: Sequence[int]) -> None:
        self._api.call(model, "delete", list(ids))


class RealSandbox:
    """A real server behind the fault layer of the simulators, and an operator in front of it."""

    page_records = 5
    patience = 3.0
    edits = TrytonSandbox.edits
    samples = TrytonSandbox.samples

    def __init__(self, server: Tryton, desk: ApiDesk) -> None:
        self._tryton = server
        self._http = httpx.Client(base_url=server.url, timeout=60, trust_env=False)
        self._desk = desk
        self.operator = Operator(self._desk)
        self.faults = Faults()
        self._layer = Server(self._pass_on, describe=describe, refuse=refuse, expire=self._expire, faults=self.faults)

    def close(self) -> None:
        """Leave the database as it was found."""
        self._layer.close()
        self._http.close()
        for model in ("party.party", "party.category"):
            ids = self._desk.search(model, [])
            if ids:
                self._desk.write(model, ids, {"active": True})
                self._desk.delete(model, ids)

    @property
    def options(self) -> Mapping[str, Any]:
        return {
            "url": self._layer.url,
            "database": self._tryton.database,
            "username": self._tryton.user,
            "password": self._tryton.password,
            "page_size": self.page_records,
            "write_groups": True,
        }

    @property
    def journal(self) -> Sequence[Journaled]:
        return self._layer.journal

    def add(self, contractor: Contractor) -> str:
        return str(self.operator.add(contractor))

    def edit(self, external_id: str, **changes: Any) -> None:
        self.operator.edit(int(external_id), changes)

    def remove(self, external_id: str) -> None:
        self.operator.delete("party.party", int(external_id))

    def spoil(self, external_id: str) -> None:
        self.operator.write("party.party", int(external_id), {"name": None})

    def holds(self) -> Mapping[str, Remote]:
        seen = self.operator.sees_all(self._desk.search("party.party", []))
        moments = {row["id"]: row["write_date"] for row in self._desk.read("party.party", list(seen), ["write_date"])}
        return {
            str(id_): Remote(external_id=str(id_), contractor=contractor, modified=moment(moments[id_]))
            for id_, contractor in seen.items()
        }

    def _pass_on(self, request: Request) -> Reply:
        headers = {name: value for name, value in request.headers.items() if name not in {"host", "connection"}}
        answer = self._http.request(request.method, request.target, content=request.body, headers=headers)
        kept = {name: value for name, value in answer.headers.items() if name not in HOP_HEADERS}
        call = describe(request)
        if call is not None and call.writes and answer.status_code == 200:
            call = msgspec.structs.replace(call, applied=b'"error":' not in answer.content[:30])
        return Reply(answer.status_code, answer.content, kept, call)

    def _expire(self, request: Request) -> Reply:
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        return self._pass_on(msgspec.structs.replace(request, headers=headers))


def moment(value: Mapping[str, int]) -> datetime:
    """A date of the wire."""
    day = datetime(value["year"], value["month"], value["day"], tzinfo=UTC)
    names = ("hour", "minute", "second", "microsecond")
    return day.replace(**{name: value[name] for name in names})  # type: ignore[arg-type]  # no zone among them


@pytest.fixture(scope="module")
def desk(server: Tryton) -> ApiDesk:
    return ApiDesk(server.api((server.user, server.password)))


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
def test_the_adapter_keeps_its_promise_with_a_real_server(server: Tryton, desk: ApiDesk, promise: Promise) -> None:
    @contextmanager
    def sandbox() -> Iterator[RealSandbox]:
        started = RealSandbox(server, desk)
        try:
            yield started
        finally:
            started.close()

    adapter = load("tryton")
    try:
        keep(promise, adapter, sandbox, quality_of(adapter).degraded)
    except Degraded as reason:
        pytest.skip(f"degraded: {reason}")


def test_the_simulator_says_what_a_real_server_says(server: Tryton) -> None:
    with TrytonSandbox() as simulated, httpx.Client(timeout=60, trust_env=False) as client:
        real = conversation(caller(client, server.url, server.user, server.password))
        ours = conversation(
            caller(client, simulated.server.url, simulated.options["username"], simulated.options["password"])
        )
        differing = [
            f"{method} {params}\n  real      {one}\n  simulated {two}"
            for (method, params, one), (_, _, two) in zip(real, ours, strict=True)
            if one != two
        ]
    assert not differing, "\n".join(differing)


def conversation(call: Call) -> Iterator[tuple[str, list[Any], Any]]:
    """Each step and what was said to it."""
    poland = call("model.country.country.search", [[["code", "=", "PL"]], 0, 1, None, {}])["result"][0]
    talk = Talk(call, "7f3a")
    for name, method, params in steps(poland):
        yield method, params, talk.say((name, method, params))


def caller(client: httpx.Client, url: str, user: str, password: str) -> Call:
    """A program of its own at a server, without the adapter."""
    login = {"id": 0, "method": "common.db.login", "params": [user, {"password": password}]}
    number, token, _ = client.post(f"{url}/erp/rpc/", json=login).json()["result"]
    key = base64.b64encode(f"{user}:{number}:{token}".encode()).decode()

    def call(method: str, params: list[Any]) -> Any:
        body = {"id": 0, "method": method, "params": params}
        answer = client.post(f"{url}/erp/rpc/", json=body, headers={"authorization": f"Session {key}"})
        return {**answer.json(), "id": 0} if answer.status_code == 200 else {"status": answer.status_code}

    return call
