"""Does the simulated XL keep the rules of the real one, as far as they are known?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import httpx
import msgspec
import pytest

from adapters.xl.simulated.bridge import Importer
from adapters.xl.simulated.seed import disturb, fill
from adapters.xl.simulator import TOKEN, XlSandbox, simulate
from syncd.domain.contractor import Employee
from tests.contract.xl.bases import ANNA, FIRM, MAIN, STORE, age, company, opened, read, rows
from tests.fixtures.trusted import TRUSTED

PLAIN: dict[str, Any] = {"Akronim": "A1", "Nazwa1": "Firma", "Typ": 16}


def document(key: str = "x", number: int | None = None, **changes: Any) -> dict[str, Any]:
    operation = "create" if number is None else "update"
    return {"contract": "syncd-xl/1", "id": key, "operation": operation, "GIDNumer": number, "set": changes}


def importer(sandbox: XlSandbox) -> Importer:
    return sandbox._importer


def test_an_edited_address_becomes_a_new_row_and_the_card_points_at_it() -> None:
    with simulate() as sandbox:
        number = sandbox.add(FIRM)
        age(sandbox)
        before = rows(sandbox, "SELECT Knt_LastModL FROM KntKarty")
        sandbox.edit(number, addresses=(msgspec.structs.replace(MAIN, street="Krótka 9"),))
        assert rows(sandbox, "SELECT KnA_GIDNumer, KnA_DataArc > 0, KnA_KnaPierwotny FROM KntAdresy") == [
            (1, 1, 1),
            (2, 0, 1),
        ]
        assert rows(sandbox, "SELECT Knt_KnANumer, Knt_Ulica FROM KntKarty") == [(2, "Krótka 9")]
        assert rows(sandbox, "SELECT Knt_LastModL FROM KntKarty") == before


def test_members_move_their_own_stamps_only() -> None:
    with simulate() as sandbox:
        number = sandbox.add(FIRM)
        age(sandbox)
        before = rows(sandbox, "SELECT Knt_LastModL FROM KntKarty")
        sandbox.edit(number, employees=(msgspec.structs.replace(ANNA, phone="1"),), groups=("Detal", "Hurt"))
        assert rows(sandbox, "SELECT Knt_LastModL FROM KntKarty") == before
        (person,) = rows(sandbox, "SELECT KnS_CzasModyfikacji FROM KntOsoby")
        assert person > before[0]


def test_what_is_deleted_leaves_nothing() -> None:
    with simulate() as sandbox:
        number = sandbox.add(msgspec.structs.replace(FIRM, addresses=(MAIN, STORE)))
        sandbox.edit(number, groups=(), employees=())
        assert rows(sandbox, "SELECT * FROM KntOsoby") == []
        assert rows(sandbox, "SELECT * FROM KntGrupy WHERE KnG_GIDTyp = 32") == []
        sandbox.remove(number)
        assert rows(sandbox, "SELECT * FROM KntKarty") == []
        assert rows(sandbox, "SELECT * FROM KntAdresy") == []


def test_a_form_takes_neither_too_much_nor_other_letters() -> None:
    with simulate() as sandbox:
        number = sandbox.add(msgspec.structs.replace(FIRM, number="K" * 30, email="Ж@firma.example"))
        held = sandbox.holds()[number].contractor
        assert (held.number, held.email) == ("K" * 20, "?@firma.example")


def test_codes_are_padded_and_compared_without_case() -> None:
    with simulate() as sandbox:
        sandbox.add(FIRM)
        assert rows(sandbox, "SELECT length(Knt_Akronim) FROM KntKarty") == [(20,)]
        assert rows(sandbox, "SELECT COUNT(*) FROM KntKarty WHERE Knt_Akronim = ?", "k1".ljust(20)) == [(1,)]


def test_every_contractor_has_one_home_and_the_table_has_more_than_homes() -> None:
    with simulate() as sandbox:
        sandbox.add(msgspec.structs.replace(FIRM, groups=("Detal", "Hurt / VIP")))
        homes = Counter(rows(sandbox, "SELECT KGD_GIDTyp, KGD_GIDNumer > 0 FROM KntGrupyDom"))
        assert homes == {(32, 0): 1, (32, 1): 1, (-32, 1): 3}


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"Nazwa1": "Firma"}, "required", "Akronim"),
        ({"Akronim": "A1"}, "required", "Nazwa1"),
        ({**PLAIN, "Akronim": "k1"}, "duplicate", "Akronim"),
        ({**PLAIN, "EMail": "a" * 256}, "too_long", "EMail"),
        ({**PLAIN, "Nazwa1": "Ромашка"}, "unstorable", "Nazwa1"),
        ({**PLAIN, "Haslo": "x"}, "invalid", "Haslo"),
        ({**PLAIN, "Grupy": {"add": [{"GIDNumer": 99, "Nazwa": "X"}], "remove": []}}, "invalid", "Grupy"),
        ({**PLAIN, "Osoby": {"save": [{"Lp": None, "Nazwa": "A" * 41}], "withdraw": []}}, "too_long", "Osoby"),
    ],
)
def test_the_bridge_refuses_what_the_api_refuses(changes: dict[str, Any], reason: str, field: str) -> None:
    with simulate() as sandbox:
        sandbox.add(FIRM)
        answer = importer(sandbox).take(document(**changes))
        assert (answer["state"], answer["reason"], answer["field"]) == ("refused", reason, field)
        assert len(sandbox.holds()) == 1


def test_the_bridge_refuses_nobody_and_other_contracts() -> None:
    with simulate() as sandbox:
        assert importer(sandbox).take(document(number=7, Nazwa1="X"))["reason"] == "missing"
        assert importer(sandbox).take(document() | {"contract": "syncd-xl/2"})["state"] == "refused"


def test_the_bridge_imports_a_document_once_after_a_restart_too(tmp_path: Path) -> None:
    answers, held = [], []
    for _ in range(2):
        with XlSandbox(tmp_path) as sandbox:
            answers.append(importer(sandbox).take(document("one", **PLAIN)))
            held.append(len(sandbox.holds()))
    assert (answers[0], held) == (answers[1], [1, 1])


def test_a_refused_document_may_come_again_corrected() -> None:
    with simulate() as sandbox:
        assert importer(sandbox).take(document("one", Akronim="A1"))["state"] == "refused"
        assert importer(sandbox).take(document("one", **PLAIN))["state"] == "imported"


def test_a_withdrawn_person_stays_without_a_log_in() -> None:
    with simulate() as sandbox:
        number = int(
            sandbox.add(msgspec.structs.replace(FIRM, employees=(ANNA, Employee(name="Jan", email="j@f.example"))))
        )
        importer(sandbox).take(document(number=number, Osoby={"save": [], "withdraw": [2]}))
        assert rows(sandbox, "SELECT KnS_KntLp, KnS_ESklep FROM KntOsoby") == [(1, 1), (2, 0)]


@pytest.mark.parametrize(
    ("method", "path", "token", "body", "status"),
    [
        ("POST", "/changes", "wrong", b"{}", 401),
        ("GET", "/health", TOKEN, b"", 200),
        ("GET", "/changes", TOKEN, b"", 404),
        ("POST", "/changes", TOKEN, b"{", 400),
        ("POST", "/changes", TOKEN, json.dumps(document(number=7, Nazwa1="X")).encode(), 404),
        ("POST", "/changes", TOKEN, json.dumps(document(Nazwa1="X")).encode(), 422),
        ("POST", "/changes", TOKEN, json.dumps(document(**PLAIN)).encode(), 200),
    ],
)
def test_the_bridge_by_http_has_the_statuses_of_the_contract(
    method: str, path: str, token: str, body: bytes, status: int
) -> None:
    with simulate() as sandbox:
        assert sandbox.server is not None
        headers = {"authorization": f"Bearer {token}"}
        answer = httpx.request(
            method, sandbox.server.url + path, headers=headers, content=body, trust_env=False, verify=TRUSTED
        )
        assert answer.status_code == status


def test_a_seed_gives_the_same_contractors_each_time() -> None:
    with company() as (sandbox, _), company() as (other, _):
        fill(sandbox.operator, 60, 7)
        fill(other.operator, 60, 7)
        one, two = sandbox.operator.everybody(), other.operator.everybody()
        assert one == two
        fill(other.operator, 1, 8)
        assert other.operator.everybody() != two


def test_the_seed_has_customers_of_every_kind_and_some_that_are_broken() -> None:
    with company() as (sandbox, endpoint):
        fill(sandbox.operator, 150, 1)
        got = read(endpoint, full=True)
        understood, broken = [], 0
        for record in got.records:
            try:
                understood.append(endpoint.parse(record).contractor)
            except Exception:  # noqa: BLE001 - counted
                broken += 1
        assert got.proof.complete
        assert broken == 3
        assert len(got.ids) == 150 - 3  # suppliers, and the technical one, are no customers
        assert {one.tax_class for one in understood} >= {"Knt_ExpoKraj=1", "Knt_ExpoKraj=2", "Knt_ExpoKraj=3", ""}
        assert sum(not one.active for one in understood) > 5
        assert any(len(one.groups) > 1 for one in understood)
        assert any("Ż" in one.name or "Ł" in one.name for one in understood)
        assert any(one.tax_prefix == "DE" for one in understood)
        assert not any("JEDNORAZOWY" in one.number or one.number.startswith("!") for one in understood)


def test_an_operator_keeps_the_demonstration_busy() -> None:
    with company() as (sandbox, endpoint):
        fill(sandbox.operator, 20, 1)
        cursor = age(sandbox)
        chance = Random(1)
        for _ in range(30):
            disturb(sandbox.operator, chance)
        assert read(endpoint, cursor).ids


@pytest.mark.parametrize("way", [["--busy", "0.05"], ["--port", "0", "--token", "other-token"]])
def test_the_program_serves_a_demonstration_and_keeps_it(tmp_path: Path, way: list[str]) -> None:
    command = [sys.executable, "-m", "adapters.xl.simulator", "--folder", str(tmp_path), "--contractors", "12", *way]
    for _ in range(2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as program:
            assert program.stdout is not None
            options = json.loads(program.stdout.readline())
            with simulate() as other, opened(other, **{"bridge_url": "", "bridge_token": "", **options}) as endpoint:
                assert len(read(endpoint, full=True).ids) == 11
                assert endpoint.check().detail
            program.send_signal(signal.SIGTERM)
            assert program.wait(20) == 0
