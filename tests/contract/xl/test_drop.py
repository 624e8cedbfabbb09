"""Do changes reach the bridge through the folder, each once, and is it said what became of them?"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.xl import XlEndpoint
from adapters.xl.simulator import XlSandbox
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord, Misconfigured, NotFound, OutcomeUnknown, Unavailable, Unstorable
from syncd.ports import Scrubs
from tests.contract.xl.bases import ANNA, FIRM, MAIN, STORE, changed, company, opened, read, run, told

NEW = msgspec.structs.replace(FIRM, number="N1", groups=())


@contextmanager
def sleeping(**options: Any) -> Iterator[tuple[XlSandbox, XlEndpoint]]:
    """A company whose bridge does nothing for now."""
    with company("drop", wait_seconds=0.05, **options) as (sandbox, endpoint):
        sandbox.importing = False
        yield sandbox, endpoint


def files(sandbox: XlSandbox, place: str = "new") -> list[Path]:
    return sorted((sandbox.outbox / place).glob("*.json"))


def documents(sandbox: XlSandbox) -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in files(sandbox)]


def wake(sandbox: XlSandbox) -> None:
    sandbox.importing = True
    sandbox.take_in()


def answer(sandbox: XlSandbox, **members: Any) -> None:
    """Let the bridge answer the only document in its own words, without importing it."""
    (path,) = files(sandbox)
    body = {"id": json.loads(path.read_text(encoding="utf-8"))["id"], **members}
    (sandbox.outbox / "answers" / f"{body['id']}.json").write_text(json.dumps(body), encoding="utf-8")
    path.unlink()


def test_a_document_says_what_changes_and_for_whom() -> None:
    with sleeping() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        changed(endpoint, remote, email="nowy@firma.example", phones=("601",))
        (document,) = documents(sandbox)
        assert document["set"] == {"EMail": "nowy@firma.example", "Telefon1": "601"}
        assert (document["contract"], document["operation"]) == ("syncd-xl/1", "update")
        assert (document["GIDNumer"], document["Akronim"]) == (1, "K1")
        assert document["seen"] == sandbox.program.stamp or document["seen"] > 0
        assert files(sandbox)[0].name.endswith(f"-update-1-{document['id']}.json")


def test_a_new_contractor_is_in_doubt_until_the_database_has_it() -> None:
    with sleeping() as (sandbox, endpoint):
        for _ in range(3):
            with pytest.raises(OutcomeUnknown) as caught:
                endpoint.create(NEW)
            assert caught.value.code == "import-waiting"
            assert endpoint.find(NEW) == []
        assert len(files(sandbox)) == 1
        wake(sandbox)
        assert [one.contractor.number for one in endpoint.find(NEW)] == ["N1"]
        assert len(sandbox.holds()) == 1


def test_an_answer_that_came_while_nobody_waited_is_taken() -> None:
    nameless = Contractor(name="Bez niczego")
    with sleeping() as (sandbox, endpoint):
        with pytest.raises(OutcomeUnknown):
            endpoint.create(nameless)
        wake(sandbox)
        made = endpoint.create(nameless)
        assert list(sandbox.holds()) == [made.external_id]


def test_a_new_contractor_that_shares_a_key_with_one_that_waits_waits_for_it() -> None:
    with sleeping() as (sandbox, endpoint):
        for contractor in (NEW, msgspec.structs.replace(NEW, name="Po zmianie", email="inny@firma.example")):
            with pytest.raises(OutcomeUnknown):
                endpoint.create(contractor)
        assert len(files(sandbox)) == 1


def test_what_waits_counts_as_held_by_its_name_and_in_a_list() -> None:
    with sleeping() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        wanted = {
            "name": "Firma Druga",
            "phones": ("601",),
            "addresses": (msgspec.structs.replace(MAIN, street="Krótka 9"), STORE),
            "employees": (msgspec.structs.replace(ANNA, phone="602"),),
            "groups": (),
            "active": False,
            "website": "",
        }
        answered = changed(endpoint, remote, **wanted).contractor
        by_name = endpoint.get("1").contractor
        listed = told(endpoint, read(endpoint, full=True))["1"]
        assert answered == by_name == listed
        wake(sandbox)
        held = endpoint.get("1").contractor
        plain = [msgspec.structs.replace(one, addresses=(), employees=()) for one in (answered, held)]
        assert plain[0] == plain[1]
        assert [one.street for one in held.addresses] == [one.street for one in answered.addresses]


def test_a_later_change_goes_on_from_what_waits() -> None:
    with sleeping() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        remote = changed(endpoint, remote, name="Firma Druga")
        remote = changed(endpoint, remote, name="Firma Pierwsza")
        assert len(files(sandbox)) == 2
        wake(sandbox)
        assert endpoint.get("1").contractor.name == "Firma Pierwsza"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("addresses", ((MAIN, STORE), (MAIN,))),
        ("employees", ((), (ANNA,))),
        ("groups", ((), ("Detal",))),
    ],
)
def test_a_list_that_waits_is_not_changed_again_before_it_is_there(field: str, values: tuple[Any, Any]) -> None:
    with sleeping() as (sandbox, endpoint):
        remote = changed(endpoint, endpoint.get(sandbox.add(FIRM)), **{field: values[0]})
        with pytest.raises(OutcomeUnknown):
            changed(endpoint, remote, **{field: values[1]})
        wake(sandbox)
        changed(endpoint, endpoint.get("1"), **{field: values[1]})
        wake(sandbox)
        assert len(getattr(endpoint.get("1").contractor, field)) == len(values[1])


def test_a_refusal_is_the_records_fault_and_names_the_field_alone() -> None:
    with sleeping() as (sandbox, endpoint):
        with pytest.raises(OutcomeUnknown):
            endpoint.create(NEW)
        answer(sandbox, state="refused", reason="too_long", field="EMail", error=31, text="jan@firma.example")
        with pytest.raises(Unstorable) as caught:
            endpoint.create(NEW)
        assert caught.value.field == "email"
        assert "jan@" not in str(caught.value)
        assert files(sandbox, "answers") == []


@pytest.mark.parametrize(
    ("reason", "kind", "code"),
    [
        ("duplicate", InvalidRecord, "refused"),
        ("required", InvalidRecord, "refused"),
        ("unstorable", Unstorable, "unstorable"),
        ("missing", NotFound, "not-found"),
    ],
)
def test_reasons_of_the_contract_have_their_errors(reason: str, kind: type[Exception], code: str) -> None:
    with sleeping() as (sandbox, endpoint):
        with pytest.raises(OutcomeUnknown):
            endpoint.create(NEW)
        answer(sandbox, state="refused", reason=reason, field="Jan Kowalski")
        with pytest.raises(kind) as caught:
            endpoint.create(NEW)
        assert (caught.value.code, caught.value.field) == (code, None)  # type: ignore[attr-defined]


def test_a_change_that_is_refused_later_is_an_issue_until_it_is_settled() -> None:
    with sleeping() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        changed(endpoint, remote, email="nowy@firma.example")
        answer(sandbox, state="refused", reason="invalid", field="EMail", GIDNumer=1, error=40)
        for _ in range(2):
            got = read(endpoint, full=True)
            assert [(one.external_id, one.error.code, one.error.field) for one in got.rejected] == [
                ("1", "refused", "email")
            ]
            assert got.ids == ["1"]
        sandbox.importing = True
        changed(endpoint, endpoint.get("1"), email="dobry@firma.example")
        assert read(endpoint, full=True).rejected == []


def test_a_record_that_moved_meanwhile_is_an_issue_too_if_nobody_waits_any_more() -> None:
    with sleeping() as (sandbox, endpoint):
        changed(endpoint, endpoint.get(sandbox.add(FIRM)), email="nowy@firma.example")
        answer(sandbox, state="refused", reason="stale", GIDNumer=1)
        assert [one.error.code for one in read(endpoint, full=True).rejected] == ["refused"]


def test_files_appear_whole_and_in_the_order_of_their_names() -> None:
    with sleeping() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        for number in range(3):
            remote = changed(endpoint, remote, phones=(str(number),))
        assert [one["set"]["Telefon1"] for one in documents(sandbox)] == ["0", "1", "2"]
        assert list((sandbox.outbox / "new").glob(".*")) == []


def test_a_bridge_that_fetches_nothing_pauses_writing() -> None:
    with sleeping(outbox_limit=1) as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        changed(endpoint, remote, phones=("1",))
        with pytest.raises(Unavailable) as caught:
            changed(endpoint, remote, phones=("2",))
        assert caught.value.code == "outbox-full"


def test_a_folder_that_may_not_be_used_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "outbox"
    blocked.write_text("no folder", encoding="utf-8")
    with company() as (sandbox, _), opened(sandbox, bridge_url="", outbox=str(blocked)) as endpoint:
        sandbox.add(FIRM)
        with pytest.raises((Unavailable, Misconfigured)):
            changed(endpoint, endpoint.get("1"), name="Nowa")


def test_a_refusal_that_begins_with_the_mark_of_utf8_is_heard() -> None:
    with sleeping() as (sandbox, endpoint):
        changed(endpoint, endpoint.get(sandbox.add(FIRM)), phones=("1",))
        answer(sandbox, state="refused", reason="invalid", GIDNumer=1)
        (path,) = files(sandbox, "answers")
        path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
        assert [rejected.external_id for rejected in read(endpoint, full=True).rejected] == ["1"]


def test_an_answer_that_cannot_be_read_is_said_for_as_long_as_it_lies_there() -> None:
    with sleeping() as (sandbox, endpoint):
        changed(endpoint, endpoint.get(sandbox.add(FIRM)), phones=("1",))
        answer(sandbox, state="refused", reason="invalid", GIDNumer=1)
        (path,) = files(sandbox, "answers")
        path.write_text('{"id": "', encoding="utf-8")
        assert read(endpoint, full=True).rejected == []  # it may still be written
        os.utime(path, (0, 0))
        (rejected,) = read(endpoint, full=True).rejected
        assert rejected.external_id == f"answers/{path.name}"
        assert "not of the contract" in rejected.error.message
        assert rejected.error.cure
        path.unlink()
        assert read(endpoint, full=True).rejected == []


def test_a_change_whose_answer_cannot_be_read_is_in_doubt_and_not_waiting() -> None:
    with sleeping() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        sandbox.importing = False

        def nap(_seconds: float) -> None:
            for path in files(sandbox):
                name = json.loads(path.read_text(encoding="utf-8"))["id"]
                (sandbox.outbox / "answers" / f"{name}.json").write_text("ok", encoding="utf-8")
                path.unlink()

        with opened(sandbox, sleep=nap) as nodding, pytest.raises(OutcomeUnknown) as caught:
            changed(nodding, remote, phones=("1",))
        assert (caught.value.code, caught.value.record) == ("not-json", "1")
        assert caught.value.cure


def test_strange_files_in_the_folder_disturb_nobody() -> None:
    with sleeping() as (sandbox, endpoint):
        changed(endpoint, endpoint.get(sandbox.add(FIRM)), phones=("1",))
        (sandbox.outbox / "new" / "0-notes.json").write_text("{", encoding="utf-8")
        (sandbox.outbox / "answers" / "x.json").write_text("[1]", encoding="utf-8")
        assert endpoint.get("1").contractor.phones == ("1",)
        assert read(endpoint, full=True).ids == ["1"]
        assert "1 change waits" in endpoint.check().detail


def test_scrubbing_leaves_only_the_last_document_with_all_that_it_overwrites() -> None:
    with sleeping() as (sandbox, endpoint):
        sandbox.add(FIRM)
        other = endpoint.get(sandbox.add(msgspec.structs.replace(FIRM, number="K2")))
        changed(endpoint, other, email="inny@firma.example")
        remote = changed(endpoint, endpoint.get("1"), email="kanarek@firma.example", phones=("601",))
        changed(endpoint, remote, email="", name="usunięty")
        assert isinstance(endpoint, Scrubs)
        assert endpoint.scrub(["1", "x"]) == ["1 document for the bridge"]
        assert endpoint.scrub(["1"]) == []
        whole = b"".join(path.read_bytes() for path in files(sandbox))
        assert b"kanarek" not in whole
        assert b"inny@" in whole
        wake(sandbox)
        got = endpoint.get("1").contractor
        assert (got.name, got.email, got.phones) == ("usunięty", "", ("601",))


def test_scrubbing_takes_the_bridges_answers_too() -> None:
    with sleeping() as (sandbox, endpoint):
        changed(endpoint, endpoint.get(sandbox.add(FIRM)), email="nowy@firma.example")
        answer(sandbox, state="refused", reason="invalid", GIDNumer=1)
        assert endpoint.scrub(["1"]) == ["1 answer of the bridge"]
        assert read(endpoint, full=True).rejected == []


def test_old_answers_go_by_themselves() -> None:
    with company("drop") as (sandbox, endpoint):
        sandbox.add(FIRM)
        (sandbox.outbox / "answers").mkdir(parents=True)
        path = sandbox.outbox / "answers" / "old.json"
        path.write_text('{"id": "old", "state": "imported", "GIDNumer": 1}', encoding="utf-8")
        read(endpoint)
        assert path.exists()
        with opened(sandbox, now=datetime(2100, 1, 1, tzinfo=UTC)) as later:
            read(later)
        assert not path.exists()


def test_the_same_change_after_it_came_back_is_another_document() -> None:
    with company("drop") as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        for name in ("A", "B"):
            remote = changed(endpoint, remote, name=name)
        run(sandbox, "UPDATE KntKarty SET Knt_LastModL = Knt_LastModL + 1")
        changed(endpoint, endpoint.get("1"), name="A")
        assert endpoint.get("1").contractor.name == "A"
