"""Does the simulated bridge keep its state, and can another process work it?"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from adapters.bridge.book import Book
from adapters.bridge.simulator import contractors_in
from syncd.certify.bridge import BridgeHandler
from syncd.certify.samples import contractor
from syncd.certify.server import Request
from syncd.domain.contractor import dump
from tests.fixtures.trusted import TRUSTED


def test_a_state_survives_its_process(tmp_path: Path) -> None:
    file = tmp_path / "state.jsonl"
    book = Book(file)
    kept, gone = book.add(contractor(1)), book.add(contractor(2))
    book.edit(kept.external_id, name="Nowa")
    book.remove(gone.external_id)
    before = (book.rows(), book.last_change)
    book.close()
    again = Book(file)
    assert again.rows() == before[0]
    assert again.add(contractor(3)).external_id == "K/3"
    again.close()


def test_a_last_line_that_was_cut_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "state.jsonl"
    book = Book(file)
    book.add(contractor(1))
    book.close()
    file.write_bytes(file.read_bytes() + b'{"created": 2, "chan')
    again = Book(file)
    assert [row.external_id for row in again.rows()] == ["K/1"]
    again.close()


def test_a_removed_last_record_does_not_give_its_cursor_away(tmp_path: Path) -> None:
    file = tmp_path / "state.jsonl"
    book = Book(file)
    book.remove(book.add(contractor(1)).external_id)
    book.close()
    Book(file).close()
    again = Book(file)
    assert again.add(contractor(2)).change > 2
    again.close()


def test_a_seed_counts_once(tmp_path: Path) -> None:
    seed = tmp_path / "seed.jsonl"
    seed.write_bytes(b"\n".join(dump(contractor(number)) for number in (1, 2)) + b"\n")
    book = Book()
    for _ in range(2):
        book.fill(contractors_in(seed))
    assert len(book) == 2


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"contractor": {"name": ""}}, "name", "required"),
        ({"contractor": {"name": "x", "colour": "red"}}, "colour", "invalid"),
        ({"contractor": {"name": 5}}, None, "invalid"),
    ],
)
def test_a_wrong_write_is_refused_as_the_protocol_says(body: object, field: str | None, reason: str) -> None:
    handler = BridgeHandler(Book(), "t")
    request = Request("POST", "/contractors", {"authorization": "Bearer t"}, msgspec.json.encode(body))
    reply = handler.handle(request)
    told = msgspec.json.decode(reply.body)
    assert (reply.status, told["field"], told["reason"]) == (422, field, reason)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[str]:
    """A bridge in a process of its own; answers its address."""
    seed = tmp_path / "seed.jsonl"
    seed.write_bytes(dump(contractor(1)) + b"\n")
    command = [sys.executable, "-m", "adapters.bridge.simulator", "--port", "0", "--seed", str(seed)]
    with subprocess.Popen([*command, "--state", str(tmp_path / "state.jsonl")], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().split()[0]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_another_process_can_let_it_fail_and_read_its_journal(program: str) -> None:
    with httpx.Client(
        base_url=program, headers={"authorization": "Bearer simulator"}, trust_env=False, verify=TRUSTED
    ) as client:
        assert client.get("/contractors").json()["total"] == 1
        assert client.post("/-/faults", json=[{"kind": "status", "status": 503}]).status_code == 204
        assert client.get("/contractors").status_code == 503
        assert client.post("/-/faults", json=[{"kind": "earthquake"}]).status_code == 400
        client.post("/-/faults", json=[{"kind": "drop"}])
        assert client.delete("/-/faults").status_code == 204
        assert client.get("/contractors").status_code == 200
        assert [call["name"] for call in client.get("/-/journal").json()] == ["GET /contractors"] * 3
