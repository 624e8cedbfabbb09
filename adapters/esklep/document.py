"""How is a contractor said to the panel's import? As a whole customer, every element of the schema present.

The import takes what is absent or empty for "none", so a change of one field is written with all others as they are
known, those included that syncd has no use for: they are copied from the shop's own last export.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from adapters.esklep.words import Words
from syncd import xml
from syncd.domain.compact import split
from syncd.domain.contractor import Address, Contractor, Employee
from syncd.errors import Unstorable

__all__ = ["document_of", "record_of"]

_NOT_IMPORTED: Final = frozenset({"root", "record", "count", "origin", "points", "orders", "last_order"})
_LISTS: Final = frozenset({"groups", "phones", "employees", "addresses"})


def record_of(
    external_id: str,
    contractor: Contractor,
    employees: Sequence[Employee],
    status: str,
    base: xml.Element | None,
    words: Words,
) -> xml.Element:
    """The element of one customer.

    Args:
        contractor: What it shall hold, but for its employees.
        employees: All of its accounts.
        status: The shop's word for the account's state.
        base: The customer as the last export had it; ``None`` for one that the shop never exported.

    Raises:
        Unstorable: If a value has a character for which XML has no room.
    """
    texts = _texts(external_id, contractor, status, words)
    if base is not None and texts["erp_id"] == "":
        texts["id"] = xml.text(base, words.names["id"])
    record = xml.build(words.names["record"])
    for meaning, path in words.names.items():
        if meaning not in _NOT_IMPORTED and "." not in meaning and meaning not in _LISTS:
            with _naming(external_id, meaning):
                _put(record, path, texts.get(meaning, ""))
    for meaning, values in (("groups", contractor.groups), ("phones", contractor.phones)):
        holder, tag = _holder(record, words.names[meaning])
        with _naming(external_id, meaning):
            for value in values:
                xml.add(holder, tag, value)
    with _naming(external_id, "employees"):
        _people(record, employees, words)
    with _naming(external_id, "addresses"):
        _places(record, contractor.addresses, words)
    if base is not None:
        _keep_others(record, base)
    return record


def document_of(records: Sequence[xml.Element], words: Words) -> bytes:
    """An import of these customers."""
    root = xml.build(words.names["root"], {words.names["count"]: str(len(records))} if words.names["count"] else None)
    root.extend(records)
    return xml.write(root)


def _texts(external_id: str, contractor: Contractor, status: str, words: Words) -> dict[str, str]:
    stated = contractor.tax_id_stated
    return {
        "id": external_id[1:] if external_id.startswith("#") else "",
        "erp_id": "" if external_id.startswith("#") else external_id,
        "number": contractor.number,
        "name": contractor.name,
        "tax_id": stated if stated and split(stated).number == contractor.tax_id else contractor.tax_id,
        "tax_prefix": contractor.tax_prefix,
        "email": contractor.email,
        "kind": words.kind(contractor.kind),
        "residency": contractor.tax_class,
        "country": contractor.country,
        "status": status,
        "caretaker": contractor.caretaker,
        "price_list": contractor.price_list,
        "payment_form": contractor.payment_form,
        "payment_days": _figure(contractor.payment_days),
        "credit_limit": _figure(contractor.credit_limit),
        "discount": _figure(contractor.discount),
        "newsletter": _mark(contractor.newsletter, words),
    }


def _figure(value: object) -> str:
    return "" if value is None else str(value)


def _mark(value: bool | None, words: Words) -> str:  # noqa: FBT001 - a yes, a no, or neither
    return "" if value is None else words.words["yes" if value else "no"]


def _put(element: xml.Element, path: str, text: str) -> None:
    """Write a text at a path, on an element or attribute that is there or not."""
    *way, last = path.split("/")
    for step in way:
        found = element.find(step)
        element = xml.add(element, step) if found is None else found
    if last.startswith("@"):
        element.set(last[1:], text)
    elif (found := element.find(last)) is None:
        xml.add(element, last, text)
    else:
        found.text = text


def _holder(record: xml.Element, path: str) -> tuple[xml.Element, str]:
    """Where the members of a list go, made even for none, and what each is called."""
    *way, tag = path.split("/")
    for step in way:
        found = record.find(step)
        record = xml.add(record, step) if found is None else found
    return record, tag


def _people(record: xml.Element, employees: Sequence[Employee], words: Words) -> None:
    holder, tag = _holder(record, words.names["employees"])
    for employee in employees:
        texts = {"name": employee.name, "email": employee.email, "phone": employee.phone}
        texts |= {"default": _mark(employee.default_login, words), "active": _mark(employee.active, words)}
        _member(xml.add(holder, tag), "employee", texts, words)


def _places(record: xml.Element, addresses: Sequence[Address], words: Words) -> None:
    holder, tag = _holder(record, words.names["addresses"])
    for address in addresses:
        parts = ("name", "street", "postal_code", "city", "region", "country", "phone")
        texts = {part: getattr(address, part) for part in parts} | {"kind": words.address_kind(address.kind)}
        _member(xml.add(holder, tag), "address", texts, words)


def _member(element: xml.Element, kind: str, texts: Mapping[str, str], words: Words) -> None:
    for part, text in texts.items():
        _put(element, words.names[f"{kind}.{part}"], text)


def _keep_others(record: xml.Element, base: xml.Element) -> None:
    """Copy what the shop has and syncd has no name for, or does not import."""
    for name, value in base.attrib.items():
        if record.get(name) is None:
            record.set(name, value)
    ours = {child.tag for child in record}
    record.extend(copy.deepcopy(child) for child in base if child.tag not in ours)


@contextlib.contextmanager
def _naming(external_id: str, meaning: str) -> Iterator[None]:
    """Name the contractor's field, and not the element, in what has no room in XML."""
    try:
        yield
    except (Unstorable, ValueError):
        raise Unstorable(
            "a control character cannot be written as XML",
            record=external_id,
            field="tax_class" if meaning == "residency" else meaning,
            cure="Remove the invisible character from the field.",
        ) from None
