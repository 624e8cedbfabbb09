"""Which bank accounts does a contractor have? In Russia a settlement account with a bank's BIK, elsewhere an IBAN."""

from __future__ import annotations

import copy
import re
from typing import Final

from adapters.commerceml.statement import word
from syncd import xml
from syncd.domain.contractor import Account

__all__ = ["accounts_element", "accounts_of"]

_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}")


def _account(element: xml.Element) -> Account:
    number = word(element.findtext("НомерСчета") or "")
    is_iban = _IBAN.fullmatch(number.replace(" ", "")) is not None
    bank = element.find("Банк")
    correspondent = element.findtext("БанкКорреспондент/СчетКорреспондентский") or ""
    if bank is None:
        return Account(iban=number if is_iban else "", settlement="" if is_iban else number)
    return Account(
        bank=word(bank.findtext("Наименование") or ""),
        iban=number if is_iban else "",
        bik=word(bank.findtext("БИК") or ""),
        settlement="" if is_iban else number,
        correspondent=word(bank.findtext("СчетКорреспондентский") or correspondent),
    )


def accounts_of(holder: xml.Element | None) -> tuple[Account, ...]:
    """All accounts that state anything."""
    found = (_account(element) for element in (holder if holder is not None else ()))
    return tuple(account for account in found if account != Account())


def accounts_element(accounts: tuple[Account, ...], base: xml.Element | None) -> xml.Element:
    """РасчетныеСчета that state these accounts; those that `base` has stay as they are, with what is not read."""
    holder = xml.build("РасчетныеСчета")
    old = {_account(element): element for element in (base if base is not None else ())}
    for account in accounts:
        same = old.get(Account(**{name: getattr(account, name) for name in _HELD}))
        holder.append(copy.deepcopy(same) if same is not None else _element(account))
    return holder


_HELD: Final = ("bank", "iban", "bik", "settlement", "correspondent")


def _element(account: Account) -> xml.Element:
    element = xml.build("РасчетныйСчет")
    xml.add(element, "НомерСчета", account.iban or account.settlement)
    stated = {"Наименование": account.bank, "СчетКорреспондентский": account.correspondent, "БИК": account.bik}
    if any(stated.values()):
        bank = xml.add(element, "Банк")
        for name, value in stated.items():
            if value:
                xml.add(bank, name, value)
    return element
