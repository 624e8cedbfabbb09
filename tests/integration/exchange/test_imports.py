"""Does a file become a plan of what may be changed, with every refusal named by line?"""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec
import pytest
from sqlalchemy import delete, update

from syncd.domain.columns import choose_columns
from syncd.domain.contractor import dump, load
from syncd.errors import InvalidRecord
from syncd.registry import tables as t
from syncd.registry.engine import writing
from syncd.registry.imports import Imported
from syncd.registry.queries.customer_list import selection
from syncd.registry.queries.entries import chosen_ids
from syncd.sync.edit import edit_customer
from syncd.sync.export.tables import customers
from syncd.sync.export.write import Format, export, pieces
from syncd.sync.groups.members import join_group
from syncd.sync.imports.batch import apply_import, discard_import, plan_import, plans_of, state_of
from tests.fixtures.contractors import firm
from tests.integration.pipeline.conftest import OpenHouse
from tests.integration.pipeline.house import House


@pytest.fixture
def house(build: OpenHouse) -> House:
    house = build()
    for number in range(1, 4):
        house.erp.add(firm(f"A{number}", login_email=f"log{number}@firma.example"))
    house.run("erp")
    return house


def planned(house: House, *lines: str, source: str = "list.csv") -> Imported:
    return plan_import(house.app, "\n".join(lines).encode(), source=source, by="anna")


def everybody(house: House) -> Any:
    return chosen_ids(selection(at=house.app.now()))


def said(one: Imported) -> list[tuple[Any, ...]]:
    return [(p.line, p.column, p.customer, p.message) for p in one.problems]


def doc(house: House, id_: int) -> Any:
    return load(house.one(t.Contractor, id=id_)["doc"])


def apply(house: House, one: Imported) -> None:
    for run_id in apply_import(house.app, one.id, by="olga"):
        house.execute(run_id)


def test_nothing_changes_until_somebody_says_yes(house: House) -> None:
    one = planned(house, "code;username", "K000001;anna1", "K000002;anna2")
    assert (one.rows, one.changed, one.refused, said(one)) == (2, 2, 0, [])
    assert (state_of(plans_of(house.app, one)), doc(house, 1).username) == ("waiting", "")
    apply(house, one)
    assert (state_of(plans_of(house.app, one)), doc(house, 1).username) == ("applied", "anna1")
    (line, _) = house.lines(one.runs[0])
    assert line["rule"] == "imported from list.csv, line 2"


def test_a_discarded_import_changes_nothing_and_cannot_be_applied(house: House) -> None:
    one = planned(house, "code;username", "K000001;anna1")
    discard_import(house.app, one.id, by="olga")
    assert state_of(plans_of(house.app, one)) == "discarded"
    with pytest.raises(InvalidRecord, match="cancelled"):
        apply_import(house.app, one.id, by="olga")


def test_what_was_exported_comes_back_as_no_change_at_all(house: House) -> None:
    with writing(house.app.engine) as connection:
        odd = msgspec.structs.replace(
            doc(house, 2), notes="=1+1\n-", username="-", phones=("+48 1", "a;b"), custom={"x": " y "}, website=" w "
        )
        connection.execute(update(t.Contractor).where(t.Contractor.id == 2).values(doc=dump(odd).decode()))
    for format_ in (Format.CSV, Format.XLSX, Format.XML):
        written = export(house.app, customers(choose_columns(["all"]), everybody(house)), format_, by="anna")
        one = plan_import(house.app, b"".join(pieces(written.file)), source=f"all.{format_}", by="anna")
        assert (format_, one.kind, one.rows, one.changed, said(one)) == (format_, format_.value, 3, 0, [])


def test_what_the_erp_owns_is_refused_by_cell_and_the_rest_goes_on(house: House) -> None:
    one = planned(house, "code,name,username", "K000001,Other,anna1", "K000002,,anna2")
    assert said(one) == [(2, "name", "K000001", "erp owns name: what is imported would be taken back")]
    assert "syncd fields set name --owner shop" in one.problems[0].cure
    assert one.changed == 2
    apply(house, one)
    assert (doc(house, 1).name, doc(house, 1).username) == ("Firma A1", "anna1")


def without_erp(house: House, id_: int) -> None:
    with writing(house.app.engine) as connection:
        connection.execute(delete(t.Binding).where(t.Binding.contractor_id == id_))


def test_the_erp_does_not_rule_a_customer_that_it_does_not_have(house: House) -> None:
    without_erp(house, 1)
    one = planned(house, "code,notes,groups", "K000001,a note,VIP", "K000002,a note,VIP")
    assert [(p.line, p.column) for p in one.problems] == [(3, "notes"), (3, "groups")]
    assert one.changed == 1


def test_unknown_codes_doubled_rows_and_wrong_values_are_named_by_line(house: House) -> None:
    lines = ["K000001;a;;1", "K999999;b", "x;c", "K000002;d;maybe", ";e", "K000001;f"]
    one = planned(house, "code;username;approved;payment", *lines)
    assert said(one) == [
        (3, "", "", "there is no customer of this code"),
        (4, "code", "", "this is no customer code"),
        (5, "approved", "K000002", "approved cannot be this value"),
        (6, "", "", "the row does not say whose it is"),
        (7, "", "K000001", "line 2 is about this customer as well: neither is taken"),
    ]
    assert (one.changed, one.refused) == (1, 5)
    assert one.passed_over == {"payment": "there is no such column; is it payment_form?"}


def test_a_file_whose_header_says_of_no_row_whose_it_is_makes_no_import(house: House) -> None:
    with pytest.raises(InvalidRecord, match="no row says whose it is") as refused:
        planned(house, "kod;opiekun", "K000001;Ala", "K000002;Ola")
    assert refused.value.cure.endswith("This file has: kod, opiekun.")
    assert house.rows(t.Import) == []


def test_a_row_that_a_separator_has_torn_is_taken_in_nothing(house: House) -> None:
    one = planned(house, "code,username,notes", "K000001,a,b, c", "K000002,b,,,")
    assert said(one) == [(2, "", "", "the row goes on behind its last column, with 1 cell")]
    assert one.changed == 1


@pytest.mark.parametrize("code", ["K" + "9" * 30, "9" * 5000, "K-1"])
def test_a_code_that_no_database_can_hold_is_none(house: House, code: str) -> None:
    assert [p.line for p in planned(house, "code,username", f"{code},x").problems] == [2]


def test_a_customer_is_found_by_its_number_where_there_is_no_code(house: House) -> None:
    one = planned(house, "number,username", "A2,anna2", "A9,nobody")
    assert said(one) == [(3, "number", "", "no customer has this number")]
    apply(house, one)
    assert doc(house, 2).username == "anna2"


def test_an_empty_cell_says_nothing_and_a_dash_clears(house: House) -> None:
    apply(house, planned(house, "code,username,origin", "K000001,anna1,form"))
    one = planned(house, "code,username,origin", "K000001,,-")
    apply(house, one)
    assert (doc(house, 1).username, doc(house, 1).origin) == ("anna1", "")


def test_groups_of_the_admins_are_joined_and_left_and_those_of_the_erp_are_not(house: House) -> None:
    for run_id in join_group(house.app, "Fair", [3], by="olga"):
        house.execute(run_id)
    one = planned(house, "code,groups", "K000001,Hurt; Fair", "K000002,Fair", "K000003,Hurt")
    assert [(p.line, p.column) for p in one.problems] == [(3, "groups")]
    assert "syncd customers group add" in one.problems[0].cure
    apply(house, one)
    assert [doc(house, id_).groups for id_ in (1, 2, 3)] == [("Fair", "Hurt"), ("Hurt",), ("Hurt",)]


def test_a_file_that_was_exported_before_a_customer_changed_takes_nothing_back(house: House) -> None:
    make = customers(choose_columns(["code", "username", "changed"]), everybody(house))
    text = b"".join(pieces(export(house.app, make, Format.CSV, by="anna").file)).decode("utf-8-sig")
    house.pass_time(hours=1)
    for run_id in edit_customer(house.app, 2, "username", "new", by="olga"):
        house.execute(run_id)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    for row in rows[1:]:
        row[1] = "old"
    one = planned(house, *(",".join(row) for row in rows))
    assert said(one) == [(3, "changed", "K000002", "the customer changed since the file was exported")]
    assert one.changed == 2


def test_an_import_never_turns_a_no_into_a_yes(house: House) -> None:
    for run_id in edit_customer(house.app, 1, "newsletter", "false", by="olga"):
        house.execute(run_id)
    one = planned(house, "code,newsletter", "K000001,yes", "K000002,yes", "K000003,no")
    assert [(p.line, p.column) for p in one.problems] == [(2, "newsletter")]
    apply(house, one)
    assert [doc(house, id_).newsletter for id_ in (1, 2, 3)] == [False, True, False]
    assert [(c.kind, c.given, c.source) for c in doc(house, 2).consents] == [("newsletter", True, "anna")]


def test_who_moved_between_plan_and_yes_is_left_out_and_named(house: House) -> None:
    one = planned(house, "code,username", "K000001,a", "K000002,b")
    for run_id in edit_customer(house.app, 1, "username", "meanwhile", by="olga"):
        house.execute(run_id)
    apply(house, one)
    assert [doc(house, id_).username for id_ in (1, 2)] == ["meanwhile", "b"]
    assert [line["outcome"] for line in house.lines(one.runs[0])] == ["stale", None]


def test_a_long_file_becomes_plans_of_a_bounded_size(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.sync.imports.batch._PLAN", 2)
    one = planned(house, "code,username", *(f"K00000{n},u{n}" for n in (1, 2, 3)))
    assert [run.lines for run in plans_of(house.app, one)] == [2, 1]
    apply(house, one)
    assert state_of(plans_of(house.app, one)) == "applied"


def test_what_the_registry_has_no_room_for_is_refused_by_cell(house: House) -> None:
    without_erp(house, 1)
    one = planned(house, "code,name,email,username", f"K000001,{'x' * 251},{'y' * 501},anna1")
    assert [(p.line, p.column) for p in one.problems] == [(2, "name"), (2, "email")]
    assert one.changed == 1


def test_a_file_that_is_cut_makes_no_import(house: House) -> None:
    with pytest.raises(InvalidRecord):
        planned(house, "code,username", 'K000001,"anna')
    assert house.rows(t.Import) == []
    assert [run["mode"] for run in house.rows(t.Run) if run["mode"] == "edit"] == []


def test_what_is_kept_of_an_import_quotes_no_cell(house: House) -> None:
    planned(house, "code,approved,username,email", "K000001,secret-1,x,secret-2@x.example", "secret-3,,,")
    row = house.rows(t.Import)[0]
    assert "secret" not in repr(row)


def test_a_number_in_which_a_spreadsheet_lost_digits_is_refused(house: House) -> None:
    one = planned(house, "code;username", "K000001;6,11E+25", "K000002;1E+10x")
    assert [(p.line, p.message) for p in one.problems] == [
        (2, "a spreadsheet turned digits into a number and lost some")
    ]
