"""Is SQL Server's Change Tracking read so that nothing is lost, deletions included?

No server is here: its answers are played, its statements are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection
from sqlalchemy.dialects import mssql

from adapters.xl.reading import Reader
from adapters.xl.simulator import XlSandbox
from adapters.xl.tracking import ServerChanges
from syncd.errors import Misconfigured
from tests.contract.xl.bases import FIRM, MAIN, STORE, Got, company, opened, read, run


class Remembered:
    """What a server would remember: changed keys by table."""

    def __init__(self, **keys: Sequence[Sequence[Any]]) -> None:
        self.changed: Mapping[str, Sequence[Sequence[Any]]] = keys
        self.now = 40
        self.kept = 10
        self.asked: list[str] = []

    def version(self, connection: Connection) -> int:
        self.asked.append("version")
        return self.now

    def valid_from(self, connection: Connection, table: str) -> int:
        return self.kept

    def keys(self, connection: Connection, table: str, columns: Sequence[str], since: int) -> Sequence[Sequence[Any]]:
        self.asked.append(table)
        return self.changed.get(table, ())


@contextmanager
def three(**options: Any) -> Iterator[XlSandbox]:
    """A company with three contractors."""
    with company() as (sandbox, _):
        for number in range(3):
            sandbox.add(msgspec.structs.replace(FIRM, number=f"K{number}", addresses=(MAIN, STORE)))
        yield sandbox


def changes(sandbox: XlSandbox, remembered: Remembered, cursor: str | None = "tracking:20", **options: Any) -> Got:
    with opened(sandbox, changes="change_tracking", **options) as endpoint:
        reader = Reader(endpoint._source, endpoint._options, None, remembered)
        return Got(list(reader.pages(cursor, full=False)))


@pytest.mark.parametrize(
    ("keys", "ids"),
    [
        ({"KntKarty": [(2,)]}, ["2"]),
        ({"KntAdresy": [(3,), (4,), (5,)]}, ["2", "3"]),
        ({"KntOsoby": [(1,), (1,)]}, ["1"]),
        ({"KntGrupy": [(32, 3)]}, ["3"]),
        ({}, []),
    ],
)
def test_changed_keys_of_each_table_lead_to_contractors(keys: dict[str, Any], ids: list[str]) -> None:
    with three() as sandbox:
        got = changes(sandbox, Remembered(**keys))
        assert (got.ids, got.cursor, got.proof.complete) == (ids, "tracking:40", False)


def test_a_person_or_membership_that_was_deleted_leads_to_its_contractor() -> None:
    with three() as sandbox:
        run(sandbox, "DELETE FROM KntOsoby WHERE KnS_KntNumer = 2")
        run(sandbox, "DELETE FROM KntGrupy WHERE KnG_GIDTyp = 32 AND KnG_GIDNumer = 3")
        got = changes(sandbox, Remembered(KntOsoby=[(2,)], KntGrupy=[(32, 3)]))
        assert got.ids == ["2", "3"]


def test_a_deleted_address_has_everybody_read_since_nobody_knows_whose_it_was() -> None:
    with three() as sandbox:
        run(sandbox, "DELETE FROM KntAdresy WHERE KnA_GIDNumer = 4")
        assert changes(sandbox, Remembered(KntAdresy=[(4,)])).ids == ["1", "2", "3"]


def test_a_deleted_contractor_is_not_in_the_list_any_more() -> None:
    with three() as sandbox:
        sandbox.remove("2")
        got = changes(sandbox, Remembered(KntKarty=[(2,), (3,)]))
        assert (got.ids, got.proof.complete) == (["3"], False)


def test_a_renamed_group_leads_to_its_members() -> None:
    with three() as sandbox:
        sandbox.edit("2", groups=("Hurt / VIP",))
        with sandbox.program.database() as db:
            above = sandbox.program.group(db, ["Hurt"])
        assert changes(sandbox, Remembered(KntGrupy=[(-32, above)])).ids == ["2"]


def test_a_version_that_the_database_has_forgotten_has_everybody_read() -> None:
    with three() as sandbox:
        remembered = Remembered(KntKarty=[(2,)])
        remembered.kept = 21
        got = changes(sandbox, remembered)
        assert (got.ids, got.proof.complete) == (["1", "2", "3"], True)


def test_a_version_that_a_database_from_a_backup_has_yet_to_reach_has_everybody_read() -> None:
    with three() as sandbox:
        got = changes(sandbox, Remembered(), "tracking:41")
        assert (got.ids, got.cursor, got.proof.complete) == (["1", "2", "3"], "tracking:40", True)


@pytest.mark.parametrize("cursor", [None, "stamps:1164103200"])
def test_without_a_version_everybody_is_read(cursor: str | None) -> None:
    with three() as sandbox:
        assert changes(sandbox, Remembered(), cursor).ids == ["1", "2", "3"]


def test_the_version_is_asked_for_before_anything_is_read() -> None:
    with three() as sandbox:
        remembered = Remembered(KntKarty=[(2,)])
        changes(sandbox, remembered)
        assert remembered.asked[0] == "version"


def test_changed_contractors_come_in_pages_and_gone_ones_make_no_gap() -> None:
    with three() as sandbox:
        keys = [(number,) for number in (1, 2, 3, 500, 501, 502, 503)]
        sandbox.add(msgspec.structs.replace(FIRM, number="K9"))
        got = changes(sandbox, Remembered(KntKarty=[(4,), *keys]), page=2)
        assert got.ids == ["1", "2", "3", "4"]
        assert [page.end is None for page in got.pages[:-1]] == [True] * (len(got.pages) - 1)


def test_a_key_without_the_contractor_has_everybody_read() -> None:
    with three() as sandbox:
        run(sandbox, "ALTER TABLE KntGrupy RENAME TO Alt")
        run(sandbox, "CREATE TABLE KntGrupy AS SELECT * FROM Alt")
        assert changes(sandbox, Remembered(KntGrupy=[(32, 2)])).ids == ["1", "2", "3"]


def test_the_statement_asks_for_keys_only_and_joins_nothing() -> None:
    statement = ServerChanges("CDN").statement("KntGrupy", ["KnG_GIDTyp", "KnG_GIDNumer"], 17)
    compiled = str(statement.compile(dialect=mssql.dialect()))  # type: ignore[no-untyped-call]
    assert compiled == (
        "SELECT ct.[KnG_GIDTyp], ct.[KnG_GIDNumer] FROM CHANGETABLE(CHANGES [CDN].[KntGrupy], 17) AS ct"
    )


def test_another_database_has_no_change_tracking() -> None:
    with (
        three() as sandbox,
        opened(sandbox, changes="change_tracking") as endpoint,
        pytest.raises(Misconfigured, match="SQL Server"),
    ):
        read(endpoint)
