"""Is what only fills a field known as that, and nothing else?"""

from __future__ import annotations

import pytest

from syncd.domain.proof import proves_email, proves_number, proves_phone, proves_tax_id


@pytest.mark.parametrize(
    "number",
    ["0000000000", "1111111111", "1234567890", "0123456789", "BRAK", "NIEMA", "N/A", "ND", "НЕТ", "SAKNAS", "X", "-",
     "123", "ABCDEFGH", "01021980", "19800201"],
)  # fmt: skip
def test_a_tax_id_that_fills_a_field_proves_nothing(number: str) -> None:
    assert not proves_tax_id(number, "PL", "PL")


@pytest.mark.parametrize(
    ("number", "prefix", "country"),
    [("5260250274", "PL", "PL"), ("5260250275", "PL", "PL"), ("7707083893", "", "RU"), ("136695976", "DE", "DE"),
     ("5560360793", "", "SE"), ("13585628", "DK", "DK"), ("18547290", "RO", "")],
)  # fmt: skip
def test_a_tax_id_proves_even_with_a_wrong_check_digit(number: str, prefix: str, country: str) -> None:
    assert proves_tax_id(number, prefix, country)


def test_eight_digits_that_read_as_a_day_are_a_tax_id_only_where_they_can_be_one() -> None:
    assert proves_tax_id("19800295", "", "PL"), "no such day"
    assert not proves_tax_id("24121988", "", "")
    assert proves_tax_id("20081992", "LU", "LU") is False, "its check digits are wrong"


@pytest.mark.parametrize(
    "email",
    ["noreply@firma.example", "no-reply@x.example", "noreply-77@x.example", "brak@brak.pl", "brak", "@x.example",
     "a@localhost", "abc@allegromail.pl", "x7@marketplace.amazon.de", "none@x.example"],
)  # fmt: skip
def test_a_mailbox_that_nobody_reads_proves_nothing(email: str) -> None:
    assert not proves_email(email)


def test_a_shared_mailbox_proves_until_a_crowd_has_it() -> None:
    assert proves_email("info@firma.example")
    assert proves_email("Jan.Kowalski+sklep@firma.example")


@pytest.mark.parametrize("digits", ["", "112", "000000000", "48000000000", "123456789", "48999999999"])
def test_a_phone_that_is_nobodys_proves_nothing(digits: str) -> None:
    assert not proves_phone(digits)


def test_a_phone_proves() -> None:
    assert proves_phone("48600100200")


@pytest.mark.parametrize(
    ("number", "proves"), [("A1", True), ("100", True), ("000", False), ("brak", False), ("-", False)]
)
def test_a_customer_number_proves_unless_it_is_a_word_for_none(number: str, proves: bool) -> None:
    assert proves_number(number) is proves
