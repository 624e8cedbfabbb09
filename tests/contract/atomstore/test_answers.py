"""Is every sentence that the shop may say in the place of a success understood for what it is?"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from adapters.atomstore import Options
from adapters.atomstore.endpoint import AtomStoreEndpoint
from adapters.atomstore.saved import Sent, outcomes
from adapters.atomstore.simulated import wire
from adapters.atomstore.simulator import AtomStore
from adapters.atomstore.writing import Change, document
from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.errors import AuthFailed, InvalidRecord, Misconfigured, OutcomeUnknown, RecordError, Unavailable
from syncd.ports import parse_options
from tests.contract.atomstore.conftest import Connect, Start

A, B, C = Sent(external_id="A"), Sent(external_id="B & Ż"), Sent(atom_id="7")


def saved(*pairs: tuple[str, str]) -> str:
    items = (f"<savedUser><user_id>{i}</user_id><external_id>{e}</external_id></savedUser>" for i, e in pairs)
    return f"<savedUsers>{''.join(items)}</savedUsers>"


def codes(found: list[str | RecordError]) -> list[str]:
    return [one.code if isinstance(one, RecordError) else one for one in found]


def test_a_batch_is_told_apart_by_ids_in_any_order() -> None:
    answer = saved(("7", "x"), ("2", "B &amp; Ż"), ("1", "A"))
    assert outcomes([A, B, C], answer) == ["1", "2", "7"]


def test_a_user_missing_in_the_answer_is_an_error_of_its_own_and_the_others_go_on() -> None:
    assert codes(outcomes([A, B, C], saved(("1", "A"), ("7", "")))) == ["1", "not-saved", "7"]
    assert codes(outcomes([A, B], saved())) == ["not-saved", "not-saved"]


def test_a_user_that_nobody_sent_stands_for_nobody() -> None:
    assert codes(outcomes([A, Sent()], saved(("1", "A"), ("9", "")))) == ["1", "not-saved"]
    assert codes(outcomes([A], saved(("9", "Z")))) == ["not-saved"]
    assert codes(outcomes([Sent(atom_id="7")], saved(("8", "7")))) == ["not-saved"]


def test_one_user_without_a_key_is_the_only_one_in_the_answer() -> None:
    assert outcomes([Sent()], saved(("9", ""))) == ["9"]
    assert outcomes([Sent()], "<savedUser><user_id>9</user_id><external_id/></savedUser>") == ["9"]
    assert codes(outcomes([Sent()], saved(("9", ""), ("10", "")))) == ["not-saved"]


def test_ok_says_that_all_were_saved_and_names_nobody() -> None:
    assert outcomes([A, C], "OK") == ["", "7"]


def test_a_broken_answer_to_a_write_is_an_unknown_outcome() -> None:
    with pytest.raises(OutcomeUnknown):
        outcomes([A], saved(("1", "A"))[:-5])


@pytest.mark.parametrize(
    "sentence",
    [
        "Adres e-mail jan@kowalski.example należy do innego użytkownika",
        "E-mail jan@kowalski.example is already taken",
    ],
)
def test_a_sentence_about_an_email_that_somebody_has_says_that_the_log_in_is_taken(sentence: str) -> None:
    (error,) = outcomes([A], sentence)
    assert isinstance(error, InvalidRecord)
    assert (error.code, error.field) == ("login-taken", "email")
    assert "kowalski" not in f"{error!r} {error} {error.cure}"


@pytest.mark.parametrize(
    ("sentence", "field"),
    [
        ("Nieprawidłowy adres e-mail jan@kowalski", "email"),
        ("Nieprawidłowy NIP", "tax_id"),
        ("Nieznana client_group", "groups"),
        ("Coś poszło nie tak", None),
        ("", None),
        ("ok", None),
    ],
)
def test_any_other_sentence_refuses_each_user_and_is_not_repeated(sentence: str, field: str | None) -> None:
    for error in outcomes([A, C], sentence):
        assert isinstance(error, InvalidRecord)
        assert (error.code, error.field) == ("refused", field)
        assert "kowalski" not in f"{error!r} {error} {error.cure}"


def test_a_whole_batch_is_written_by_the_shop_and_its_answer_compared(start: Start, connect_to: Connect) -> None:
    """The pipeline sends one at a time; the document and its answer are of batches all the same."""
    shop = start(reverses=True)
    endpoint = connect_to(shop)
    shop.add(Contractor(name="Inna", email="zajety@poczta.example"))
    users = [
        Change(texts={"external_id": "A", "email": "a@poczta.example", "name": "A & Syn"}),
        Change(texts={"external_id": "B", "email": "zajety@poczta.example", "name": "B"}),
        Change(texts={"external_id": "C", "email": "c@poczta.example", "name": "C"}),
    ]
    answer = endpoint._api.set_users(document(users, endpoint._options))
    assert codes(outcomes([Sent(external_id=name) for name in "ABC"], answer)) == ["2", "not-saved", "3"]
    assert [one.contractor.name for one in shop.holds().values()] == ["Inna", "A & Syn", "C"]


@pytest.mark.parametrize(
    "sentence", ["WRONG AUTHORIZATION", "  wrong authorization\n", "User API: nieudana autoryzacja"]
)
def test_refused_credentials_are_a_sentence_in_a_success_of_any_method(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor, sentence: str
) -> None:
    made = endpoint.create(firm)
    for call in (
        endpoint.check,
        lambda: list(endpoint.read(None, full=True)),
        lambda: endpoint.get(made.external_id),
        lambda: endpoint.find(firm),
        lambda: endpoint.create(replace(firm, number="2")),
        lambda: endpoint.update(made, replace(made.contractor, name="B")),
    ):
        shop.say(sentence)
        with pytest.raises(AuthFailed):
            call()


def test_refused_credentials_at_the_write_itself_stop_the_connection(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    shop.faults.plan(Fault(kind="status", status=401, only="write"))
    with pytest.raises(AuthFailed):
        endpoint.create(firm)
    assert shop.holds() == {}


def test_a_wrong_password_is_found_by_the_check(shop: AtomStore, connect: Connect) -> None:
    with pytest.raises(AuthFailed) as caught:
        connect(password="wrong & <x>").check()
    assert "wrong &" not in str(caught.value)


def test_a_password_with_signs_of_xml_is_the_password(start: Start, connect_to: Connect) -> None:
    shop = start(password="a&b<c>]]>'\"ł")
    assert connect_to(shop).check().detail


def test_a_check_logs_in_and_asks_for_nobody(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    shop.add(Contractor(name="Firma"))
    health = endpoint.check()
    assert (health.detail, health.warnings) == ("logged in; GetUsers is there, as is known", ())
    assert [call.name for call in shop.journal] == ["CheckConnection", "GetUsers"]


def test_a_check_names_parameters_that_a_later_version_has(start: Start, connect_to: Connect) -> None:
    shop = start(modified_filter=True)
    id_ = shop.add(Contractor(name="Firma"))
    endpoint = connect_to(shop)
    health = endpoint.check()
    assert "modified" in health.detail
    assert health.warnings
    assert endpoint.get(id_).contractor.name == "Firma"


def test_names_of_parameters_and_the_namespace_are_the_shops_own(
    start: Start, connect_to: Connect, firm: Contractor
) -> None:
    """PHP takes parameters by name as soon as one name fits, and the others for null."""
    shop = start(namespace="https://shop.example/ns/v2", parts=("auth", "od", "aktywny", "id", "obcyId", "fraza"))
    shop.add(Contractor(name="Inna"))
    endpoint = connect_to(shop)
    made = endpoint.create(firm)
    assert endpoint.get(made.external_id) == made


def test_a_shop_without_a_method_is_named_by_the_check(
    shop: AtomStore, endpoint: AtomStoreEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "parts_of", lambda _setup: {"CheckConnection": ("authenticate",)})
    with pytest.raises(Misconfigured, match="no method GetUsers"):
        endpoint.check()


def test_a_check_of_an_address_without_the_api_says_so(shop: AtomStore, connect: Connect) -> None:
    with pytest.raises(Misconfigured, match="address of the WSDL"):
        connect(url=f"{shop.url}/sklep").check()


def test_a_fault_of_the_shop_is_an_outage_and_its_sentence_is_not_repeated(
    shop: AtomStore, endpoint: AtomStoreEndpoint
) -> None:
    shop.faults.plan(*[Fault(kind="status", status=500)] * 3)
    with pytest.raises(Unavailable) as caught:
        list(endpoint.read(None, full=True))
    assert "Kowalski" not in str(caught.value)


def test_a_lost_answer_is_looked_for_and_not_sent_again(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    shop.faults.plan(Fault(kind="lose_answer", only="write"))
    with pytest.raises(OutcomeUnknown):
        endpoint.create(firm)
    assert endpoint.create(firm).contractor.number == firm.number
    assert [call.name for call in shop.journal if call.writes] == ["SetUsers"]
    assert len(shop.holds()) == 1


def test_a_tax_id_is_found_however_it_was_typed(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    ids = []
    for number, typed in enumerate(("5260250274", "PL5260250274", "526-025-02-74", "PL 526-025-02-74")):
        ids.append(shop.add(Contractor(name=f"Firma {number}")))
        shop.user(ids[-1]).addresses[0]["nip"] = typed
    shop.user(shop.add(Contractor(name="Inna 5260250274"))).addresses[0]["nip"] = "15260250274"
    found = endpoint.find(Contractor(name="", tax_id="5260250274"))
    assert sorted(one.external_id for one in found) == sorted(ids)


def test_a_look_up_does_not_end_at_a_stranger_who_cannot_be_read(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    shop.spoil(shop.add(Contractor(name=f"Dawniej {firm.email}, NIP {firm.tax_id}")))
    made = shop.add(firm)
    assert [one.external_id for one in endpoint.find(firm)] == [made]


def test_a_look_up_without_a_key_asks_nobody(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    shop.add(Contractor(name="Firma"))
    assert endpoint.find(Contractor(name="Firma", email="  ")) == []
    assert list(shop.journal) == []


def test_the_password_is_in_no_journal_and_no_error(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    shop.feed(b"<html>no</html>")
    shop.feed(b"<html>no</html>")
    with pytest.raises(Unavailable) as caught:
        list(endpoint.read(None, full=True))
    assert shop.setup.password not in f"{caught.value!r} {caught.value} {list(shop.journal)!r}"


def test_an_option_that_is_missing_is_named() -> None:
    with pytest.raises(Misconfigured, match="password"):
        parse_options(Options, {"url": "https://shop.example", "login": "syncd"}, connection="shop")
