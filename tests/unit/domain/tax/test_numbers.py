"""Is each kind of number recognised, judged by its own rule, and shown as people write it?

The numbers are those that well-known companies print on their letters.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from stdnum.ru import ogrn

from syncd.domain.tax import KINDS, fault, identify, registration_fault
from syncd.domain.tax.rules import kind_of

RIGHT = [
    ("PL", "526-025-02-74", "nip", "5260250274", "526-025-02-74"),  # Ministry of Finance
    ("PL", "774 000 14 54", "nip", "7740001454", "774-000-14-54"),  # Orlen
    ("PL", "PL 774-000-14-54", "vat", "PL7740001454", "PL7740001454"),
    ("PL", "610188201", "regon", "610188201", "610188201"),
    ("PL", "12345678512347", "regon", "12345678512347", "12345678512347"),  # python-stdnum's example
    ("RU", "7736050003", "inn", "7736050003", "7736050003"),  # Gazprom
    ("RU", "500100732259", "inn", "500100732259", "500100732259"),  # example of Russia's tax service
    ("RU", "997950001", "kpp", "997950001", "997950001"),
    ("RU", "1027700070518", "ogrn", "1027700070518", "1027700070518"),
    ("RU", "304500116000157", "ogrnip", "304500116000157", "304500116000157"),
    ("SE", "5560125790", "orgno", "5560125790", "556012-5790"),  # Volvo
    ("SE", "SE556012579001", "vat", "SE556012579001", "SE556012579001"),
    ("SE", "556012579001", "vat", "556012579001", "556012579001"),
    ("NO", "923609016", "orgno", "923609016", "923 609 016"),  # Equinor
    ("NO", "NO 923 609 016 MVA", "vat", "923609016MVA", "NO 923 609 016 MVA"),
    ("CH", "CHE-105.909.036", "orgno", "CHE105909036", "CHE-105.909.036"),  # Nestlé
    ("CH", "105909036", "orgno", "CHE105909036", "CHE-105.909.036"),
    ("CH", "CHE-105.909.036 MWST", "vat", "CHE105909036MWST", "CHE-105.909.036 MWST"),
    ("GB", "220430231", "vat", "220430231", "220 4302 31"),  # Tesco
    ("XI", "XI220430231", "vat", "XI220430231", "XI220430231"),
    ("KZ", "020240000555", "bin", "020240000555", "020240000555"),  # KazMunayGas
    ("KZ", "971240001315", "bin", "971240001315", "971240001315"),  # Kaspi Bank
    ("UA", "20077720", "edrpou", "20077720", "20077720"),  # Naftogaz
    ("BY", "100325912", "unp", "100325912", "100325912"),  # Belarusbank
    ("MC", "FR53000004605", "vat", "FR53000004605", "FR53000004605"),
    ("FR", "542051180", "siren", "542051180", "542 051 180"),  # TotalEnergies
    ("FR", "FR59542051180", "vat", "FR59542051180", "FR59542051180"),
    ("FR", "59 542 051 180", "vat", "59542051180", "59542051180"),
    ("EL", "094019245", "vat", "094019245", "094019245"),  # OTE
    ("IM", "GB220430231", "vat", "GB220430231", "GB220430231"),
    ("IT", "RCCMNL83S18D969H", "cf", "RCCMNL83S18D969H", "RCCMNL83S18D969H"),  # python-stdnum's example
    ("IT", "00905811006", "vat", "00905811006", "00905811006"),  # Eni
    ("SE", "16556012-5790", "orgno", "5560125790", "556012-5790"),
    ("SE", "198112189876", "orgno", "8112189876", "811218-9876"),  # python-stdnum's example
    ("HU", "10625790-4-44", "vat", "10625790", "10625790"),  # MOL
    ("PL", "NIP: 526-025-02-74", "nip", "5260250274", "526-025-02-74"),
    ("RU", "ИНН 7736050003", "inn", "7736050003", "7736050003"),
    ("DE", "USt-IdNr. DE 143 454 214", "vat", "DE143454214", "DE143454214"),
    ("UA", "143605704021", "vat", "143605704021", "143605704021"),  # PrivatBank
    ("UA", "UA215607626656", "vat", "UA215607626656", "UA215607626656"),  # Ukrtelecom
    ("UA", "UA14360570", "edrpou", "14360570", "14360570"),
    ("PL", "\uff30\uff2c７７４０００１４５４", "vat", "PL7740001454", "PL7740001454"),  # typed on a wide keyboard
]

MEMBERS = """ATU33864707 BE0417497106 BG175074752 CY10259033P CZ00177041 DE143454214 DK24256790 EE100931558 EL094019245
ESA15075062 FI01120389 FR59542051180 HR27759560625 HU10625790 IE6388047V IT00905811006 LT100001919017 LU20260743
LV40003032949 MT11679112 NL004495445B01 PL7740001454 PT504499777 RO1590082 SE556012579001 SI82646716 SK2020372640
XI220430231""".split()


@pytest.mark.parametrize(("country", "stated", "kind", "compact", "display"), RIGHT)
def test_a_right_number_is_recognised(country: str, stated: str, kind: str, compact: str, display: str) -> None:
    found = identify(country, stated)
    assert (found.valid, found.reason) == (True, "")
    assert (found.kind, found.raw, found.compact, found.display) == (kind, stated, compact, display)


@pytest.mark.parametrize("number", MEMBERS)
def test_each_member_states_vat_number_is_right_with_its_prefix_and_without(number: str) -> None:
    for stated in (number, number[2:]):
        found = identify(number[:2], stated, "vat")
        assert (found.valid, found.compact) == (True, stated)


def test_letters_that_look_like_a_countrys_prefix_may_belong_to_the_number() -> None:
    found = identify("GB", "GD888812326")  # a British government department, not Grenada
    assert (found.valid, found.compact) == (True, "GD888812326")


@pytest.mark.parametrize("number", MEMBERS)
def test_a_member_states_number_with_one_letter_too_many_is_wrong(number: str) -> None:
    assert not identify(number[:2], number + "Q").valid


@pytest.mark.parametrize(
    ("country", "kind", "right", "wrong"),
    [
        ("PL", "nip", "7740001454", "7740001455"),
        ("PL", "regon", "610188201", "610188202"),
        ("RU", "inn", "7707083893", "7707083894"),
        ("RU", "kpp", "7707AB001", "77O7AB001"),
        ("RU", "ogrn", "1027700132195", "1027700132196"),
        ("RU", "okpo", "00040778", "00040779"),
        ("RU", "okpo", "0164667059", "0164667058"),
        ("RU", "bik", "044525225", "054525225"),
        ("RU", "bik", "014525988", "034525988"),
        ("UA", "okpo", "14360570", "14360571"),
        ("UA", "vat", "143605704021", "143605704022"),
        ("UA", "vat", "1759013776", "1759013770"),  # a person's, python-stdnum's example
        ("SE", "orgno", "5560160680", "5560160681"),
        ("NO", "orgno", "923609016", "923609017"),
        ("CH", "orgno", "CHE105909036", "CHE105909037"),
        ("KZ", "bin", "940140000385", "940140000386"),
        ("KZ", "bin", "980540000397", "981340000392"),  # right by its check digit, of a thirteenth month
        ("KZ", "iin", "940140000385", "940140000386"),
        ("PL", "eori", "PL526025027400000", "PL5260250274000000"),
        ("DE", "eori", "DE1234567", "CH1234567"),
        ("GB", "eori", "XI220430231000", "XI"),
        ("FR", "siret", "54205118000066", "54205118000067"),
    ],
)
def test_each_kind_can_be_named_and_has_its_rule(country: str, kind: str, right: str, wrong: str) -> None:
    assert identify(country, right, kind.upper()).valid
    found = identify(country, wrong, kind)
    assert not found.valid
    assert found.kind == kind
    assert found.reason
    assert wrong not in found.reason


@pytest.mark.parametrize("remainder", [10, 11, 12])
def test_an_ogrnip_ends_with_the_last_digit_of_a_two_digit_remainder(remainder: int) -> None:
    body = next(n for n in range(30450011600010, 30450011600030) if n % 13 == remainder)
    number = f"{body}{remainder % 10}"
    assert identify("RU", number).valid
    assert identify("RU", number, "ogrn").valid
    assert registration_fault("ogrn", number, "RU") is None
    assert not ogrn.is_valid(number), "python-stdnum was repaired: use its rule again"


@pytest.mark.parametrize("number", ["304500116000158", "504500116000157"])
def test_a_wrong_ogrnip_is_found_out(number: str) -> None:
    assert not identify("RU", number, "ogrnip").valid


@pytest.mark.parametrize(
    ("country", "stated", "kind", "looks"),
    [
        ("PL", "0000000000", "", "placeholder"),
        ("PL", "1111111111", "nip", "placeholder"),
        ("RU", "0000000000", "", "placeholder"),
        ("US", "999999999", "", "placeholder"),
        ("PL", "44051401359", "nip", "PESEL"),
        ("PL", "19750312", "", "a date"),
        ("PL", "12031975", "", "a date"),
        ("PL", "1975-03-12", "", "a date"),
        ("DK", "12.03.1975", "", "a date"),
        ("PL", "750312", "", "a date"),
        ("PL", "600 700 800", "nip", "phone"),
        ("PL", "+48 22 555 01 23", "", "phone"),
        ("PL", "(22) 555 01 23", "", "phone"),
        ("RU", "8 495 123-45-67", "", "phone"),
        ("SE", "0046 8 555 01 23", "", "phone"),
        ("PL", "ksiegowosc@example.com", "", "e-mail"),
        ("US", "ksiegowosc@example.com", "", "e-mail"),
        ("PL", "PL61 1090 1014 0000 0712 1981 2874", "", "bank account"),
        ("DE", "181/815/08155", "", "the Steuernummer"),
        ("DE", "36 574 261 809", "", "the Steuer-Identifikationsnummer"),
        ("EE", "12345678", "", "registrikood"),
        ("RU", "7736050003/773601001", "", "an INN and a KPP in one"),
    ],
)
def test_what_is_no_tax_number_is_called_what_it_looks_like(country: str, stated: str, kind: str, looks: str) -> None:
    found = identify(country, stated, kind)
    assert not found.valid
    assert looks in found.reason


@pytest.mark.parametrize(
    ("country", "stated", "kind", "reason"),
    [
        ("PL", "", "", "no number is stated"),
        ("PL", " - ", "", "no number is stated"),
        ("PL", "brak", "", "it holds no digit"),
        ("PL", "5260250275", "", "its check digit is wrong"),
        ("PL", "526", "nip", "it has 3 characters, and a NIP has 10"),
        ("PL", "5", "", "it has 1 character, and a NIP has 10"),
        ("RU", "773605000", "inn", "it has 9 characters, and an INN has 10 or 12"),
        ("PL", "526025O274", "", "it does not have the form of a NIP"),
        ("DE", "PL7740001454", "", "its prefix is that of PL, not of DE"),
        ("DE", "7740001454", "nip", "DE gives no NIP"),
        ("Atlantis", "1", "", "the country is none that is known here"),
        ("", "1", "", "no country is stated"),
        (
            "PL",
            "\N{CYRILLIC CAPITAL LETTER ER}L5260250274",
            "",
            "it does not have the form of a NIP; it looks like a number with letters of another alphabet",
        ),
    ],
)
def test_the_reason_says_what_is_wrong(country: str, stated: str, kind: str, reason: str) -> None:
    assert identify(country, stated, kind).reason == reason


@pytest.mark.parametrize(("kind", "stated", "country"), [("inn", "7707083893", "RU"), ("REGON", "610188201", "PL")])
def test_a_kind_that_one_country_alone_has_tells_the_country(kind: str, stated: str, country: str) -> None:
    found = identify("", stated, kind)
    assert (found.country, found.valid) == (country, True)


def test_an_unknown_kind_names_those_that_there_are() -> None:
    found = identify("PL", "5260250274", "customer")
    assert not found.valid
    assert all(kind in found.reason for kind in KINDS)


@pytest.mark.parametrize(
    ("called", "kind"),
    [("Org.nr", "orgno"), ("org_no", "orgno"), ("ИНН", "inn"), ("ОГРН", "ogrn"), ("VAT-ID", "vat"), ("EU VAT", "vat"),
     ("USt-IdNr.", "vat"), (" Nip ", "nip"), ("P.IVA", "vat"), ("Codice fiscale", "cf"), ("БИН", "bin")],
)  # fmt: skip
def test_a_kind_may_be_called_as_people_call_it(called: str, kind: str) -> None:
    assert kind_of(called) == kind


@pytest.mark.parametrize(
    ("country", "kind", "right", "wrong"),
    [
        ("PL", "pesel", "44051401359", "44051401358"),
        ("DE", "Steuernummer", "181/815/08155", "181/815/081"),
        ("DE", "idnr", "36 574 261 809", "36 574 261 890"),
        ("ES", "nie", "X-2482300W", "X-2482300A"),
        ("US", "ein", "12-3456789", "12-345678"),
    ],
)
def test_a_kind_that_only_the_library_knows_can_be_said(country: str, kind: str, right: str, wrong: str) -> None:
    assert identify(country, right, kind).valid
    found = identify(country, wrong, kind)
    assert not found.valid
    assert found.reason
    assert identify(country, right).kind != found.kind, "it is never guessed"


@pytest.mark.parametrize("kind", ["__doc__", "../pl", "format", "gettext"])
def test_a_word_that_names_no_rule_of_the_library_is_no_kind(kind: str) -> None:
    assert "no such kind" in identify("PL", "5260250274", kind).reason


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ("brak", "it holds no digit"),
        ("\N{GRINNING FACE}\N{GRINNING FACE}", "it holds no digit"),
        ("0", "it looks like a placeholder: one digit, repeated"),
        ("1" + "X" * 500, "it is longer than any country's number"),
    ],
)
def test_what_can_be_no_countrys_number_is_wrong_where_no_rule_is_known_too(stated: str, reason: str) -> None:
    assert identify("US", stated).reason == reason


@pytest.mark.parametrize("stated", ["Polska", "POL", "Польша", "Poland", "pologne", "Rzeczpospolita Polska"])
def test_the_country_may_be_stated_by_name(stated: str) -> None:
    found = identify(stated, "526-025-02-74")
    assert (found.country, found.kind, found.valid) == ("PL", "nip", True)


def test_where_no_country_is_stated_the_prefix_tells_it() -> None:
    assert identify("", "EL094019245").country == "GR"
    assert not identify(" ", "094019245").valid


def test_where_no_rule_is_known_a_number_may_be_right_and_that_is_said() -> None:
    found = identify("US", "12-3456789")
    assert (found.kind, found.valid, found.compact) == ("vat", True, "123456789")
    assert "no rule" in found.reason


@pytest.mark.parametrize(("stated", "country"), [("EL", "GR"), ("gb", "GB"), ("XI", "GB"), (" pl ", "PL")])
def test_the_country_is_answered_as_iso_writes_it(stated: str, country: str) -> None:
    assert identify(stated, "1").country == country


def test_where_a_tax_id_is_asked_for_a_registers_number_is_none() -> None:
    assert identify("PL", "610188201").valid
    assert fault("610188201", "PL") is not None
    assert fault("997950001", "RU") is not None


def test_what_was_typed_tells_a_date_that_the_compact_form_hides() -> None:
    number = "17021974"  # by its check digit a Danish one
    assert fault(number, "DK") is None
    assert "a date" in str(fault(number, "DK", stated="17.02.1974"))


@pytest.mark.parametrize(
    ("kind", "number", "country", "right"),
    [
        ("regon", "610188201", "PL", True),
        ("regon.2", "610188202", "PL", False),
        ("inn", "7707083894", "", False),
        ("inn", "7707083894", "RU", False),
        ("inn", "7707083894", "UA", True),
        ("okpo", "14360571", "UA", False),
        ("okpo", "14360571", "KZ", True),
        ("orgno", "5560125791", "SE", False),
        ("orgno", "5560125791", "FI", True),
        ("eori", "CH1234567", "CH", False),
        ("other", "anything", "PL", True),
        ("regon", "", "PL", True),
    ],
)
def test_a_registration_is_judged_where_its_kind_belongs_to_the_country(
    kind: str, number: str, country: str, right: bool
) -> None:
    assert (registration_fault(kind, number, country) is None) is right


def test_a_kazakh_number_whose_first_remainder_is_ten_has_a_second_one() -> None:
    body = next(b for b in map(str, range(94014000000, 94014000100)) if _rest(b, range(1, 12)) == 10)
    second = _rest(body, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))
    assert second < 10
    right = [f"{body}{digit}" for digit in range(10) if identify("KZ", f"{body}{digit}").valid]
    assert right == [f"{body}{second}"]


def _rest(digits: str, weights: Iterable[int]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11
