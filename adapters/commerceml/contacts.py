"""Which of a contractor's contacts is the e-mail, a phone, the website, and which person is asked for?

What is none of these (fax, messenger, a second e-mail) is not read, and stays when the others are written.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from adapters.commerceml.statement import lines, word
from syncd import xml
from syncd.domain.contractor import Contractor

__all__ = ["contact_fields", "contacts_of", "person_of", "persons_of"]

_MAILS: Final = frozenset({"почта", "электроннаяпочта", "email", "адресэлектроннойпочты"})
_SITES: Final = ("сайт", "web", "веб")
_PERSON: Final = "Контактное лицо"


def _sort(contact: xml.Element) -> Literal["email", "phone", "site", ""]:
    kind = "".join(sign for sign in (contact.findtext("Тип") or "").casefold() if sign.isalnum())
    if kind in _MAILS:
        return "email"
    if "телефон" in kind:
        return "phone"
    return "site" if any(part in kind for part in _SITES) else ""


def _values(contacts: xml.Element | None) -> Iterator[tuple[str, str, xml.Element]]:
    for contact in contacts if contacts is not None else ():
        value = word(contact.findtext("Значение") or "")
        if value:
            yield _sort(contact), value, contact


def contact_fields(contacts: xml.Element | None) -> tuple[str, tuple[str, ...], str]:
    """E-mail, phones and website."""
    found = list(_values(contacts))
    email = next((value for sort, value, _ in found if sort == "email"), "")
    site = next((value for sort, value, _ in found if sort == "site"), "")
    return email, tuple(dict.fromkeys(value for sort, value, _ in found if sort == "phone")), site


def contacts_of(contractor: Contractor, base: xml.Element | None) -> xml.Element:
    """Контакты that state the contractor's; those of `base` that syncd does not read stay behind them."""
    holder = xml.build("Контакты")
    old = list(_values(base))
    used: list[xml.Element] = []

    def put(sort: str, kind: str, value: str) -> None:
        same = next((contact for its, stated, contact in old if (its, stated) == (sort, value)), None)
        if same is not None:
            used.append(same)
            holder.append(copy.deepcopy(same))
            return
        contact = xml.add(holder, "Контакт")
        xml.add(contact, "Тип", kind)
        xml.add(contact, "Значение", value)

    if contractor.email:
        put("email", "Почта", contractor.email)
    for phone in contractor.phones:
        put("phone", "Телефон рабочий", phone)
    if contractor.website:
        put("site", "Сайт", contractor.website)
    read = {id(contact) for contact in _read(old)}
    holder.extend(copy.deepcopy(contact) for _, _, contact in old if id(contact) not in read)
    return holder


def _read(old: Sequence[tuple[str, str, xml.Element]]) -> Iterator[xml.Element]:
    """Contacts that `contact_fields` takes its values from."""
    met: set[str] = set()
    for sort, _, contact in old:
        if sort == "phone" or (sort and sort not in met):
            met.add(sort)
            yield contact


def persons_of(contractor: Contractor, base: xml.Element | None) -> xml.Element:
    """Представители in which the contact person has that name; all others stay."""
    holder = xml.build("Представители")
    holder.extend(copy.deepcopy(one) for one in (base if base is not None else ()))
    current = _person(holder)
    if current is not None and not contractor.contact_person:
        holder.remove(current)
    elif current is not None:
        name = current.find("Наименование")
        name = current.find("Контрагент/Наименование") if name is None else name
        if name is not None:
            name.text = contractor.contact_person
    elif contractor.contact_person:
        new = xml.add(holder, "Представитель")
        xml.add(new, "Отношение", _PERSON)
        xml.add(new, "Наименование", contractor.contact_person)
    return holder


def person_of(persons: xml.Element | None) -> str:
    """Name of the contact person: who is called so, else the first one."""
    current = _person(persons)
    return "" if current is None else _name(current)


def _person(persons: xml.Element | None) -> xml.Element | None:
    named = [one for one in (persons if persons is not None else ()) if _name(one)]
    so_called = (
        one
        for one in named
        if _PERSON in (lines(one.findtext("Отношение") or ""), lines(one.findtext("Контрагент/Отношение") or ""))
    )
    return next(so_called, named[0] if named else None)


def _name(person: xml.Element) -> str:
    return word(person.findtext("Наименование") or person.findtext("Контрагент/Наименование") or "")
