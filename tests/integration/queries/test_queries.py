"""Do the questions that people ask get the same answers from both databases?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from syncd.domain.contractor import Contractor
from syncd.domain.folding import fold
from syncd.registry import tables as t
from syncd.registry.engine import reading, writing
from syncd.registry.issues import Report, open_issues
from syncd.registry.lines import Line, snapshot, store_lines
from syncd.registry.presence import say_alive
from syncd.registry.queries.changes import changes
from syncd.registry.queries.customers import find_customer, resolve
from syncd.registry.queries.history import history
from syncd.registry.queries.issues import count_issues, list_issues
from syncd.registry.queries.records import records
from syncd.registry.queries.runs import find_run, list_runs
from syncd.registry.queries.status import connections, workers

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LODZ = Contractor(name="Łódź-Bud", number="KH1", tax_id="5260250274", email="a@firma.example", groups=("VIP",))
ZUBR = Contractor(name="Żubr", number="KH2", phones=("+48 600 100 200",), active=False)


def run_row(connection: Any, run_id: int, **values: Any) -> None:
    row = {
        "id": run_id, "connection_id": 1, "mode": "full", "state": "succeeded", "asked_by": "cli:anna", "asked_at": NOW,
        "started_at": NOW, "finished_at": NOW + timedelta(seconds=2), "dry_run": False, "attempts": 1, "counts": {},
        "applied_seq": 0,
    }  # fmt: skip
    connection.execute(insert(t.Run).values(**row | values))


@pytest.fixture
def filled(registry: Engine) -> Engine:
    """An ERP and a shop, two customers, a run that made and changed them, and what became of it."""
    blocked = '[{"reason":"erp_inactive","by":"erp","since":"2026-05-04T12:00:00Z"}]'
    with writing(registry) as connection:
        for id_, name, side in ((1, "erp", "erp"), (2, "shop", "shop")):
            connection.execute(insert(t.Connection).values(id=id_, name=name, kind="memory", side=side))
        connection.execute(insert(t.Group).values(id=1, name="VIP"))
        connection.execute(insert(t.Membership).values(contractor_id=1, group_id=1))
        common_row = {"reasons": "[]", "created_at": NOW, "updated_at": NOW, "country": ""}
        connection.execute(
            insert(t.Contractor).values(
                id=1, name=LODZ.name, number="KH1", number_key="kh1", tax_key="5260250274",
                email_key="a@firma.example", zone="domestic",
                status="active", holds="[]", doc=snapshot(LODZ), version=2,
                **common_row | {"reasons": '["declared country is PL"]'},
            )
        )  # fmt: skip
        connection.execute(
            insert(t.Contractor).values(
                id=2, name=ZUBR.name, number="KH2", number_key="kh2", phone_key="600100200",
                zone="unresolved", status="blocked_by_erp",
                holds=blocked, doc=snapshot(ZUBR), version=1, **common_row,
            )
        )  # fmt: skip
        for id_ in (1, 2):
            connection.execute(
                insert(t.Binding).values(connection_id=1, external_id=f"x{id_}", contractor_id=id_, agreed="{}")
            )
        run_row(connection, 1, counts={"created": 2, "pushes": 2}, applied_seq=2)
        run_row(connection, 2, counts={"updated": 1, "failed": 1}, applied_seq=1, state="partial")
        run_row(connection, 3, connection_id=2, state="queued", started_at=None, finished_at=None)
        common: dict[str, Any] = {"contractor_id": 1, "external_id": "x1", "rule": "because"}
        before = snapshot(Contractor(name="Lodz-Bud", number="KH1"))
        other: dict[str, Any] = {"contractor_id": 2, "external_id": "x2", "rule": "because"}
        store_lines(
            connection,
            [
                Line(run_id=1, seq=1, action="create", after=before, push_to="2", **common),
                Line(run_id=1, seq=2, action="create", after=snapshot(ZUBR), push_to="2", **other),
                Line(run_id=2, seq=1, action="update", before=before, after=snapshot(LODZ), push_to="2,1", **common),
                Line(run_id=2, seq=2, action="update", before=before, after=snapshot(LODZ), outcome="stale", **common),
            ],
        )  # fmt: skip
        connection.execute(
            insert(t.Delivery).values(
                connection_id=2,
                contractor_id=1,
                run_id=2,
                at=NOW + timedelta(minutes=1),
                action="update",
                fields="name,email",
            )
        )
        for id_, due in ((1, NOW), (2, None)):
            connection.execute(
                insert(t.Push).values(connection_id=2, contractor_id=id_, run_id=2, since=NOW, due_at=due, attempts=1)
            )
        report = Report(connection_id=1, code="name-missing", message="no name", cure="give one", external_id="x9")
        open_issues(connection, [report], run_id=2, now=NOW)
    return registry


def test_a_customer_tells_what_each_side_waits_for(filled: Engine) -> None:
    with reading(filled) as connection:
        customer = find_customer(connection, 1)
        nobody = find_customer(connection, 99)
    assert customer is not None
    assert [(side.connection, side.external_id, side.due_at) for side in customer.sides] == [
        ("erp", "x1", None),
        ("shop", None, NOW),
    ]
    assert nobody is None


def test_a_name_that_a_person_uses_is_resolved_to_the_record_there(filled: Engine) -> None:
    with reading(filled) as connection:
        assert [resolve(connection, 1, name) for name in ("K000001", "k2", "x1", "KH2", "new")] == [
            "x1", "x2", "x1", "x2", None,
        ]  # fmt: skip


def test_counts_are_complete_and_add_up(filled: Engine) -> None:
    with reading(filled) as connection:
        done, partial = find_run(connection, 1), find_run(connection, 2)
    assert done is not None
    assert partial is not None
    assert (done.counts["read"], done.counts["pushes"], done.seconds) == (2, 2, 2.0)
    assert (partial.counts["read"], partial.counts["pushes"], partial.lines) == (2, 0, 2)


def test_the_pushes_of_a_plan_that_waits_are_counted_from_its_lines(filled: Engine) -> None:
    with writing(filled) as connection:
        connection.execute(update(t.Run).where(t.Run.id == 2).values(state="held"))
    with reading(filled) as connection:
        held = find_run(connection, 2)
    assert held is not None
    assert held.counts["pushes"] == 2


def test_runs_are_listed_newest_first(filled: Engine) -> None:
    with reading(filled) as connection:
        assert [run.id for run in list_runs(connection)] == [3, 2, 1]
        assert [run.id for run in list_runs(connection, of=1, states=["partial"])] == [2]
        assert [run.id for run in list_runs(connection, before=3, limit=1)] == [2]


def test_changes_tell_fields_before_and_after(filled: Engine) -> None:
    change, stale = changes(filled, 2)
    assert {name: (field.before, field.after) for name, field in change.fields.items()} == {
        "name": ("Lodz-Bud", "Łódź-Bud"),
        "tax_id": ("", "5260250274"),
        "email": ("", "a@firma.example"),
        "groups": ([], ["VIP"]),
    }
    assert change.push_to == ("erp", "shop")
    assert stale.outcome == "stale"


def test_a_line_that_creates_names_no_code_and_only_what_is_set(filled: Engine) -> None:
    created, _ = changes(filled, 1)
    assert created.code is None
    assert {name: (field.before, field.after) for name, field in created.fields.items()} == {
        "name": (None, "Lodz-Bud"),
        "number": (None, "KH1"),
    }


def test_records_tell_what_became_of_each(filled: Engine) -> None:
    assert [(row.external_id, row.outcome) for row in records(filled, 2)] == [
        ("x1", "applied"),
        ("x1", "stale"),
        ("x9", "issue"),
    ]


def test_history_holds_applied_changes_and_deliveries(filled: Engine) -> None:
    with reading(filled) as connection:
        events = history(connection, 1)
    assert [(event.kind, event.run) for event in events] == [("delivery", 2), ("change", 2), ("change", 1)]
    assert events[0].fields == {"name": None, "email": None}


def test_issues_can_be_narrowed_and_counted(filled: Engine) -> None:
    with reading(filled) as connection:
        assert [issue.external_id for issue in list_issues(connection, of=1)] == ["x9"]
        assert list_issues(connection, of=2) == []
        assert list_issues(connection, older_than=NOW) == []
        assert count_issues(connection) == {"name-missing": 1}


def test_a_connection_tells_its_last_outcome_and_what_waits(filled: Engine) -> None:
    with reading(filled) as connection:
        erp, shop = connections(connection)
    assert (erp.name, erp.customers, erp.issues, erp.last_run) == ("erp", 2, 1, 2)
    assert (shop.state, shop.running, shop.due, shop.stuck, shop.behind_since) == ("never", 3, 1, 1, NOW)


def test_workers_are_listed_by_their_last_sign_of_life(filled: Engine) -> None:
    for name, role, ago in (("a", "worker", 5), ("b", "beat", 1), ("c", "worker", 90)):
        say_alive(filled, name, role, now=NOW - timedelta(seconds=ago))
    with reading(filled) as connection:
        assert [row.name for row in workers(connection)] == ["b", "a", "c"]
        assert [row.name for row in workers(connection, since=NOW - timedelta(seconds=30), role="worker")] == ["a"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Łódź", "lodz"),
        ("ŻUBR", "zubr"),
        ("СЕВЕРСТАЛЬ", "северсталь"),
        ("Éclair", "ECLAIR"),
        ("Straße", "STRASSE"),
        ("Ærø", "aero"),
    ],
)
def test_spellings_of_one_name_fold_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)
