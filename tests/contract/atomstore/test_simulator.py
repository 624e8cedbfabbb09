"""Does the simulated shop keep AtomStore's rules, and does it run as a process?"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.sax.saxutils import escape

import httpx
import pytest

from adapters.atomstore.endpoint import AtomStoreEndpoint
from adapters.atomstore.options import Options
from adapters.atomstore.simulated.seed import fill
from adapters.atomstore.simulated.shop import Shop
from adapters.atomstore.simulated.state import Setup
from adapters.atomstore.simulator import CALL_PATH, WSDL_PATH, AtomStore
from syncd.domain import tax
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord
from syncd.ports import Context, Record, parse_options
from tests.contract.atomstore.conftest import Start
from tests.fixtures.trusted import TRUSTED

AUTH = "<authenticate><login>syncd</login><password>atom-s1mulated</password></authenticate>"


def call(shop: AtomStore, method: str, inner: str) -> httpx.Response:
    """What a client of SOAP that was written by hand gets."""
    body = (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="urn:atom_api">'
        f"<soapenv:Body><a:{method}>{inner}</a:{method}></soapenv:Body></soapenv:Envelope>"
    )
    return httpx.post(f"{shop.url}{CALL_PATH}", content=body.encode(), trust_env=False, verify=TRUSTED)


def send(shop: AtomStore, document: str) -> str:
    answer = call(shop, "SetUsers", f"{AUTH}<data><xml>{escape(document)}</xml></data>")
    return answer.text.partition('xsd:string">')[2].partition("<")[0]


def user(**texts: str) -> str:
    return f"<users><user>{''.join(f'<{name}>{text}</{name}>' for name, text in texts.items())}</user></users>"


def test_a_user_is_made_and_changed_under_the_erps_id(shop: AtomStore) -> None:
    assert "&lt;user_id&gt;1&lt;" in send(shop, user(external_id="K1", email="a@b.example", name="A", active="0"))
    send(shop, user(external_id="K1", name="B"))
    assert shop.user("1").texts["name"] == "B"
    assert shop.user("1").texts["active"] == "0", "what is not sent stays"
    assert len(shop.holds()) == 1


def test_a_user_is_changed_under_the_shops_id_and_never_made(shop: AtomStore) -> None:
    send(shop, user(external_id="K1", email="a@b.example", name="A"))
    send(shop, user(atom_id="1", email="", name="B"))
    assert shop.user("1").texts["name"] == "A", "an account has an e-mail"
    send(shop, user(atom_id="1", name="C"))
    assert shop.user("1").texts["name"] == "C"
    assert send(shop, user(atom_id="9", name="C")) == "Nie znaleziono użytkownika"
    assert len(shop.holds()) == 1


def test_a_user_is_deleted_by_a_flag(shop: AtomStore) -> None:
    send(shop, user(external_id="K1", email="a@b.example", name="A"))
    send(shop, user(external_id="K1", deleted="1"))
    assert shop.holds() == {}


def test_an_email_belongs_to_one_user(shop: AtomStore) -> None:
    send(shop, user(external_id="K1", email="a@b.example", name="A"))
    assert "należy do innego" in send(shop, user(external_id="K2", email="A@B.example", name="B"))
    assert "wymagany" in send(shop, user(external_id="K2", name="B"))
    assert len(shop.holds()) == 1


def test_a_document_with_a_bare_ampersand_stores_nobody(shop: AtomStore) -> None:
    assert send(shop, user(external_id="K1", email="a@b.example", name="A & B")) == "Błąd: nieprawidłowy XML"
    assert shop.holds() == {}


def test_a_document_that_was_not_escaped_as_a_text_stores_nobody(shop: AtomStore) -> None:
    inner = user(external_id="K1", email="a@b.example", name="A")
    call(shop, "SetUsers", f"{AUTH}<data><xml>{inner}</xml></data>")
    assert shop.holds() == {}


def test_parameters_are_matched_by_name_as_soon_as_one_fits(shop: AtomStore) -> None:
    shop.add(Contractor(name="Firma"))
    assert "Firma" in call(shop, "GetUsers", AUTH).text
    assert "Firma" in call(shop, "GetUsers", f"{AUTH}<date>2000</date>").text, "the others are null"
    placed = AUTH.replace("authenticate", "param0")
    assert "Firma" in call(shop, "GetUsers", f"{placed}<param1>0000</param1>").text
    assert "Firma" not in call(shop, "GetUsers", f"{placed}<param1>9999</param1>").text
    wrong = AUTH.replace("authenticate", "auth")
    assert "WRONG AUTHORIZATION" in call(shop, "GetUsers", f"{wrong}<created>0000</created>").text


def test_refused_credentials_are_a_success(shop: AtomStore) -> None:
    for method in ("CheckConnection", "GetUsers", "SetUsers"):
        answer = call(shop, method, AUTH.replace("atom-s1mulated", "x"))
        assert (answer.status_code, "WRONG AUTHORIZATION" in answer.text) == (200, True)
    assert "OK" in call(shop, "CheckConnection", AUTH).text


def test_an_error_of_the_protocol_is_a_fault(shop: AtomStore) -> None:
    answer = call(shop, "GetClientGroups", AUTH)
    assert (answer.status_code, "SOAP-ENV:Server" in answer.text) == (500, True)
    broken = httpx.post(f"{shop.url}{CALL_PATH}", content=b"<a>", trust_env=False, verify=TRUSTED)
    assert (broken.status_code, "SOAP-ENV:Client" in broken.text) == (500, True)
    assert httpx.get(f"{shop.url}{CALL_PATH}", trust_env=False, verify=TRUSTED).status_code == 404
    assert "GetUsers" in httpx.get(f"{shop.url}{WSDL_PATH}", trust_env=False, verify=TRUSTED).text


def test_a_filter_by_status_and_phrase_narrows_the_list(shop: AtomStore) -> None:
    shop.add(Contractor(name="Pierwsza", active=False))
    shop.add(Contractor(name="Druga", email="druga@poczta.example"))
    assert "Druga" not in shop.shop.get_users("", "0", "0", "", "")
    assert "Pierwsza" not in shop.shop.get_users("", "1", "0", "", "")
    assert "Pierwsza" not in shop.shop.get_users("", "", "0", "", "druga@POCZTA")
    assert "Druga" in shop.shop.get_users("", "", "0", "", "druga@POCZTA")


def test_a_long_text_is_cut_without_a_word(start: Start) -> None:
    shop = start(text_length=10)
    send(shop, user(external_id="K1", email="a@b.example", name="Dwanaście liter"))
    assert shop.user("1").texts["name"] == "Dwanaście "


@contextmanager
def process(*options: str) -> Iterator[str]:
    """A simulator of its own process; its address."""
    command = [sys.executable, "-m", "adapters.atomstore.simulator", "--port", "0", "--password", "p&w", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        yield running.stdout.readline().split()[0]
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0


def connect(url: str) -> AtomStoreEndpoint:
    options = parse_options(Options, {"url": url, "login": "syncd", "password": "p&w"}, connection="shop")
    return AtomStoreEndpoint(options, Context(connection="shop"))


def test_a_shop_started_as_a_process_keeps_its_data_in_a_file(tmp_path: Path, firm: Contractor) -> None:
    state = ("--contractors", "5", "--state", str(tmp_path / "shop.json"))
    with process(*state) as url:
        endpoint = connect(url)
        made = endpoint.create(firm)
        endpoint.close()
    with process(*state) as url:
        endpoint = connect(url)
        assert endpoint.get(made.external_id) == made
        (page,) = endpoint.read(None, full=True)
        assert len(page.records) == 6
        endpoint.close()


def test_a_shop_started_as_a_process_fails_on_demand() -> None:
    with process("--contractors", "1") as url:
        httpx.post(f"{url}/-/faults", json=[{"kind": "status", "status": 503}] * 3, trust_env=False, verify=TRUSTED)
        assert httpx.post(f"{url}{CALL_PATH}", content=b"", trust_env=False, verify=TRUSTED).status_code == 503
        assert httpx.get(f"{url}/-/journal", trust_env=False, verify=TRUSTED).json()[0]["name"] == "?"


@pytest.fixture
def seeded() -> Shop:
    shop = Shop(Setup())
    fill(shop, 200, 1)
    return shop


def test_the_same_seed_makes_the_same_customers(seeded: Shop) -> None:
    again, other = Shop(Setup()), Shop(Setup())
    fill(again, 200, 1)
    fill(other, 200, 2)
    assert again.get_users("", "", "", "", "") == seeded.get_users("", "", "", "", "")
    assert other.get_users("", "", "", "", "") != seeded.get_users("", "", "", "", "")


def test_seeded_customers_are_believable_and_a_few_are_broken(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    fill(shop.shop, 200, 1)
    told, broken = [], []
    for page in endpoint.read(None, full=True):
        for record in page.records:
            assert isinstance(record, Record)
            try:
                told.append(endpoint.parse(record).contractor)
            except InvalidRecord as error:
                broken.append(error.field)
    assert sorted(set(map(str, broken))) == ["name", "payment_days"]
    assert len(told) == 190
    wrong = [one for one in told if one.tax_id and one.country and tax.fault(one.tax_id, one.country)]
    assert len(wrong) == 5
    assert {one.country for one in told} == {"PL", "DE", ""}
    assert 5 < sum(not one.active for one in told) < 40
    assert sum("erp_groups" in one.custom for one in told) > 10
    assert any(one.tax_prefix == "DE" for one in told)
