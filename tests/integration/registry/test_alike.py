"""Are those found who say what only one can say, however many a run changed, on both databases?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, insert

from syncd.registry import bindings
from syncd.registry.alike import touched_numbers, touched_tax_ids
from syncd.registry.bindings import Sighting
from syncd.registry.engine import reading, writing
from syncd.registry.lines import GROUPS_ONLY, Action, Line, store_lines
from syncd.registry.tables import Contractor

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def known(id_: int, *, number: str, tax: str) -> dict[str, object]:
    return {
        "id": id_,
        "name": "Firma",
        "number": number,
        "number_key": number.casefold(),
        "tax_key": tax,
        "country": "PL",
        "zone": "domestic",
        "reasons": "[]",
        "status": "active",
        "holds": "[]",
        "doc": "{}",
        "version": 1,
        "created_at": NOW,
        "updated_at": NOW,
    }


def line(id_: int, *, number: str, tax: str, run: int = 1, **more: object) -> Line:
    stated = {"number": number, "number_key": number.casefold(), "tax_key": tax, "after": "{}"}
    about = {"run_id": run, "seq": id_, "contractor_id": id_, "external_id": f"x{id_}", "rule": "r"}
    return Line(**{**about, "action": Action.CREATE, **stated, **more})  # type: ignore[arg-type]


@pytest.fixture
def run(registry: Engine) -> Engine:
    """A run that changed 1 to 5; of 6 and 7, whom it did not change, 7 is not a record of its connection."""
    everybody = {1: ("A1", "t1"), 2: ("a1", "t2"), 3: ("A3", "t1"), 4: ("A4", "t4"), 5: ("A5", "t5"), 6: ("a4", "t5")}
    everybody[7] = ("A7", "t4")
    with writing(registry) as connection:
        rows = [known(id_, number=number, tax=tax) for id_, (number, tax) in everybody.items()]
        connection.execute(insert(Contractor), rows)
        lines = [line(id_, number=number, tax=tax) for id_, (number, tax) in everybody.items() if id_ <= 5]
        store_lines(connection, lines)
        seen = [
            Sighting(
                connection_id=2 if id_ == 7 else 1,
                external_id=f"x{id_}",
                contractor_id=id_,
                version=None,
                raw_hash=None,
                agreed="{}",
                settled_hash=None,
            )
            for id_ in everybody
        ]
        bindings.replace(connection, seen)
    return registry


@pytest.mark.parametrize("many", [False, True], ids=["few", "many"])
def test_a_tax_id_is_shared_with_another_record_of_the_same_connection(run: Engine, *, many: bool) -> None:
    with reading(run) as connection:
        assert touched_tax_ids(connection, 1, 1, many=many) == {"t1", "t5"}


@pytest.mark.parametrize("many", [False, True], ids=["few", "many"])
def test_a_number_in_another_case_is_somebodys_wherever_the_record_is(run: Engine, *, many: bool) -> None:
    with reading(run) as connection:
        assert touched_numbers(connection, 1, many=many) == {"a1", "a4"}


@pytest.mark.parametrize("many", [False, True], ids=["few", "many"])
def test_lines_that_were_left_out_or_move_between_groups_only_touch_nobody(run: Engine, *, many: bool) -> None:
    with writing(run) as connection:
        moved = line(6, number="a4", tax="t5", run=2, action=Action.UPDATE, fields=GROUPS_ONLY)
        store_lines(connection, [moved, line(3, number="A3", tax="t1", run=2, outcome="stale")])
    with reading(run) as connection:
        assert touched_tax_ids(connection, 2, 1, many=many) == set()
        assert touched_numbers(connection, 2, many=many) == set()
