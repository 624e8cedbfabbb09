"""Is each of Tryton's identifiers understood, and put back under the type that it came from?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from adapters.tryton import TrytonEndpoint
from adapters.tryton.simulator import TrytonSandbox
from syncd.domain.contractor import Address, Contractor
from syncd.errors import InvalidRecord
from tests.contract.tryton.conftest import Open
from tests.contract.tryton.looking import records


def holding(sandbox: TrytonSandbox, *identifiers: Any, country: str = "PL") -> str:
    """A party with these types and codes."""
    party = sandbox.add(Contractor(name="Firma", addresses=(Address(city="X", country=country),)))
    for type_, code in identifiers:
        sandbox.operator.make("party.identifier", {"party": int(party), "type": type_, "code": code})
    return party


def rows(sandbox: TrytonSandbox, party: str | int) -> list[tuple[str | None, str, bool]]:
    """Type, code and whether it is switched on, of each identifier of a party."""
    table = sandbox.tables.rows["party.identifier"]
    return [
        (table[id_]["type"], table[id_]["code"], table[id_]["active"])
        for id_ in sandbox.tables.children("party.identifier", int(party))
    ]


@pytest.mark.parametrize(
    ("type_", "code", "country", "prefix", "number"),
    [
        ("pl_vat", "526-025-02-74", "PL", "", "5260250274"),
        ("eu_vat", "pl 526-025-02-74", "PL", "PL", "5260250274"),
        ("eu_vat", "EL094259216", "GR", "EL", "094259216"),
        ("eu_vat", "GR094259216", "GR", "EL", "094259216"),
        ("eu_vat", "XI980780684", "GB", "XI", "980780684"),
        ("gb_vat", "GB 980 7806 84", "GB", "GB", "980780684"),
        ("no_vat", "NO 933 984 478 MVA", "NO", "NO", "933984478MVA"),
        ("de_vat", "DE136695976", "DE", "", "136695976"),
        ("ch_vat", "CHE-100.155.212 MWST", "CH", "CHE", "100155212MWST"),
        ("us_ein", "04-2103594", "US", "", "042103594"),
    ],
)
def test_a_tax_number_is_read_in_its_compact_form(
    sandbox: TrytonSandbox,
    endpoint: TrytonEndpoint,
    type_: str | None,
    code: str,
    country: str,
    prefix: str,
    number: str,
) -> None:
    told = endpoint.get(holding(sandbox, (type_, code), country=country)).contractor
    assert (told.tax_prefix, told.tax_id, told.registrations) == (prefix, number, {})


@pytest.mark.parametrize(
    ("type_", "code", "kind", "number"),
    [
        ("pl_regon", "000331501", "regon", "000331501"),
        ("ru_vat", "7707083893", "inn", "7707083893"),
        ("ru_ogrn", "1027700132195", "ogrn", "1027700132195"),
        ("se_orgnr", "556188-8404", "orgno", "5561888404"),
        (None, "DE 111", "other", "DE 111"),
    ],
)
def test_other_numbers_are_registrations(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, type_: str | None, code: str, kind: Any, number: str
) -> None:
    told = endpoint.get(holding(sandbox, (type_, code))).contractor
    assert (told.tax_id, told.registrations) == ("", {kind: number})


def test_two_numbers_of_one_kind_are_both_kept(sandbox: TrytonSandbox, endpoint: TrytonEndpoint) -> None:
    told = endpoint.get(holding(sandbox, (None, "A"), (None, "B"))).contractor
    assert told.registrations == {"other": "A", "other.2": "B"}


def test_a_personal_number_never_leaves_tryton(sandbox: TrytonSandbox, endpoint: TrytonEndpoint) -> None:
    party = holding(sandbox, ("pl_pesel", "44051401359"))
    assert "44051401359" not in str(endpoint.parse(records(endpoint)[0]).contractor)
    assert endpoint.get(party).contractor.registrations == {}


def test_one_number_stated_twice_is_one_tax_number_with_its_prefix(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint
) -> None:
    told = endpoint.get(holding(sandbox, ("pl_vat", "5260250274"), ("eu_vat", "PL5260250274"))).contractor
    assert (told.tax_prefix, told.tax_id, told.registrations) == ("PL", "5260250274", {})


def test_a_second_tax_number_of_another_country_is_kept_as_a_registration(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint
) -> None:
    told = endpoint.get(holding(sandbox, ("de_vat", "136695976"), ("pl_vat", "5260250274"))).contractor
    assert (told.tax_id, told.registrations) == ("5260250274", {"de_vat": "136695976"})


def test_northern_ireland_is_gb_with_the_prefix_xi(sandbox: TrytonSandbox, endpoint: TrytonEndpoint) -> None:
    address = Address(city="Belfast", country="GB")
    made = endpoint.create(Contractor(name="F", tax_id="980780684", tax_prefix="XI", addresses=(address,)))
    assert rows(sandbox, made.external_id) == [("eu_vat", "XI980780684", True)]
    assert (made.contractor.tax_prefix, made.contractor.country) == ("XI", "GB")


@pytest.mark.parametrize(
    ("prefix", "number", "country", "stored"),
    [
        ("", "5260250274", "PL", ("pl_vat", "526-025-02-74")),
        ("PL", "5260250274", "PL", ("eu_vat", "PL5260250274")),
        ("GR", "094259216", "GR", ("eu_vat", "EL094259216")),
        ("GB", "980780684", "GB", ("gb_vat", "980 7806 84")),
        ("NO", "933984478MVA", "NO", ("no_vat", "NO 933 984 478 MVA")),
        ("", "042103594", "US", ("us_ein", "04-2103594")),
        ("CHE", "100155212MWST", "CH", ("ch_vat", "CHE-100.155.212 MWST")),
    ],
)
def test_a_tax_number_is_written_under_the_type_of_its_prefix_or_country(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, prefix: str, number: str, country: str, stored: tuple[str, str]
) -> None:
    address = Address(city="X", country=country)
    made = endpoint.create(Contractor(name="F", tax_id=number, tax_prefix=prefix, addresses=(address,)))
    assert rows(sandbox, made.external_id) == [(*stored, True)]


def test_a_number_without_any_country_is_one_of_the_shops_country(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint
) -> None:
    made = endpoint.create(Contractor(name="F", tax_id="5260250274"))
    assert rows(sandbox, made.external_id) == [("pl_vat", "526-025-02-74", True)]


def test_an_option_names_the_type_of_a_countrys_tax_number(sandbox: TrytonSandbox, connect: Open) -> None:
    endpoint = connect(vat_types={"RU": "ru_vat"})
    made = endpoint.create(Contractor(name="F", tax_id="7707083893", addresses=(Address(city="X", country="RU"),)))
    assert (made.contractor.tax_id, made.contractor.registrations) == ("7707083893", {})


def test_a_country_without_a_type_for_tax_numbers_names_the_field_and_the_option(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint
) -> None:
    with pytest.raises(InvalidRecord, match="vat_types") as caught:
        endpoint.create(Contractor(name="F", tax_id="7707083893", addresses=(Address(city="X", country="RU"),)))
    assert caught.value.field == "tax_id"
    assert sandbox.holds() == {}


def test_a_number_that_tryton_refuses_names_the_field_and_the_cure(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    remote = endpoint.get(str(party))
    with pytest.raises(InvalidRecord, match="check digits") as caught:
        endpoint.update(remote, msgspec.structs.replace(remote.contractor, tax_id="1234567890"))
    assert (caught.value.record, caught.value.field) == (str(party), "tax_id")
    assert "1234567890" not in str(caught.value)
    assert endpoint.get(str(party)) == remote


def test_a_new_tax_number_replaces_both_forms_of_the_old_one(sandbox: TrytonSandbox, endpoint: TrytonEndpoint) -> None:
    party = holding(sandbox, ("pl_vat", "5260250274"), ("eu_vat", "PL5260250274"))
    remote = endpoint.get(party)
    endpoint.update(remote, msgspec.structs.replace(remote.contractor, tax_id="7811767696"))
    assert sorted(rows(sandbox, party)) == [("eu_vat", "PL7811767696", True), ("pl_vat", "526-025-02-74", False)]


def test_a_tax_number_that_goes_is_switched_off_because_invoices_point_to_it(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    remote = endpoint.get(str(party))
    told = endpoint.update(remote, msgspec.structs.replace(remote.contractor, tax_id=""))
    assert told.contractor.tax_id == ""
    assert rows(sandbox, party) == [("pl_vat", "526-025-02-74", False)]


def test_registrations_are_written_by_kind_and_others_are_left_alone(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint
) -> None:
    party = holding(sandbox, ("pl_regon", "000331501"), ("pl_pesel", "44051401359"), (None, "A"))
    remote = endpoint.get(party)
    wanted = {"regon": "012100784", "ogrn": "1027700132195"}
    told = endpoint.update(remote, msgspec.structs.replace(remote.contractor, registrations=wanted))
    assert told.contractor.registrations == wanted
    assert ("pl_pesel", "44051401359", True) in rows(sandbox, party)
    assert (None, "A", False) in rows(sandbox, party)


def test_a_kind_that_tryton_has_no_type_for_is_not_turned_into_another(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint
) -> None:
    made = endpoint.create(Contractor(name="F", registrations={"kpp": "770701001"}))
    assert rows(sandbox, made.external_id) == []


def test_find_knows_a_number_with_and_without_its_prefix(sandbox: TrytonSandbox, endpoint: TrytonEndpoint) -> None:
    party = holding(sandbox, ("eu_vat", "PL5260250274"))
    for prefix in ("", "PL"):
        key = Contractor(name="x", tax_id="5260250274", tax_prefix=prefix, country="PL")
        assert [remote.external_id for remote in endpoint.find(key)] == [party]


def test_find_knows_both_greek_prefixes(sandbox: TrytonSandbox, endpoint: TrytonEndpoint) -> None:
    party = holding(sandbox, ("eu_vat", "GR094259216"), country="GR")
    key = Contractor(name="x", tax_id="094259216", tax_prefix="EL")
    assert [remote.external_id for remote in endpoint.find(key)] == [party]


def test_two_parties_with_one_number_are_both_found(sandbox: TrytonSandbox, endpoint: TrytonEndpoint) -> None:
    both = [holding(sandbox, ("pl_vat", "5260250274")) for _ in range(2)]
    key = Contractor(name="x", tax_id="5260250274", country="PL")
    assert [remote.external_id for remote in endpoint.find(key)] == both
