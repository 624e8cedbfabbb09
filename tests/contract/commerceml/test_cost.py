"""What does a read cost? Rows of the state that are understood, and memory of one page."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.commerceml import ingest
from adapters.commerceml.mapping import Keys
from syncd.domain.contractor import Contractor
from tests.contract.commerceml.hands import connect, drop, listed, read, simple

ALL = 2000


def test_an_incremental_read_of_10_changes_among_2000_delivers_and_understands_10(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = connect(tmp_path, snapshot="*.xml")
    drop(tmp_path, listed(*(simple(str(n), f"Фирма {n}") for n in range(ALL))))
    first = read(endpoint)
    assert (len(first.ids), len(first.pages)) == (ALL, 4)
    understood = []

    def count(contractor: Contractor) -> Keys:
        understood.append(contractor.name)
        return Keys()

    monkeypatch.setattr(ingest, "keys_of", count)
    drop(tmp_path, listed(*(simple(str(n), f"Фирма {n}{'!' * (n % 200 == 0)}") for n in range(ALL))))
    second = read(endpoint, first.cursor)
    assert (len(second.ids), len(second.pages), len(understood)) == (10, 1, 10)
    assert second.proof.complete


def test_a_read_with_nothing_new_asks_for_one_page(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    drop(tmp_path, listed(*(simple(str(n), f"Фирма {n}") for n in range(ALL))))
    cursor = read(endpoint).cursor
    got = read(endpoint, cursor)
    assert (got.ids, len(got.pages), got.cursor) == ([], 1, cursor)
