"""How does the panel export customers, and what does its import do with a file?

Element names are those of the sample in ``docs/how-to/connect-esklep.md``. An export has everybody, those who were
anonymised too, and at the root how many there are. An import is a list of *whole* customers: each element has to be
there, and what is empty is emptied.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from adapters.esklep.simulated.customer import Customer, Status
from adapters.esklep.simulated.shop import Shop
from syncd import xml
from syncd.domain.compact import split, stated_form
from syncd.domain.contractor import Address, AddressKind, Contractor, Employee, Kind
from syncd.errors import RecordError

__all__ = ["REQUIRED", "Outcome", "export_csv", "export_xml", "import_xml"]

REQUIRED: Final = (
    "Nazwa Nip Email Typ StatusUE Kraj StatusKonta Grupy Pracownicy Adresy Telefony Opiekun Cennik FormaPlatnosci"
    " TerminPlatnosci LimitKredytu Rabat Newsletter".split()
)
"""Elements that each customer in an import has to have."""

_KINDS: Final = {
    AddressKind.MAIN: "siedziba",
    AddressKind.DELIVERY: "wysylka",
    AddressKind.INVOICE: "faktura",
    AddressKind.POSTAL: "korespondencja",
    AddressKind.OTHER: "inny",
}
_NOBODY: Final = Customer(id=0, change=0, modified=datetime.min.replace(tzinfo=UTC), data=Contractor(name=""))
_YES: Final = {None: "", True: "1", False: "0"}


class Outcome(msgspec.Struct, frozen=True):
    """What the import says of one customer in a file; `why` is empty if it was taken."""

    erp_id: str
    why: str = ""
    created: bool = False
    external_id: str = ""


def export_xml(customers: Iterable[Customer]) -> bytes:
    """The export as XML."""
    listed = list(customers)
    root = xml.build("Kontrahenci", {"liczba": str(len(listed))})
    for customer in listed:
        _write(root, customer)
    return xml.write(root, pretty=True)


def _write(root: xml.Element, customer: Customer) -> None:
    data = customer.data
    names = {"id": str(customer.id), "erpId": customer.erp_id, "kod": data.number}
    record = xml.add(root, "Kontrahent", attributes=names)
    xml.add(record, "Nazwa", data.name)
    xml.add(record, "Nip", data.tax_id_stated or data.tax_id, {"kraj": data.tax_prefix})
    for tag, text in _flat(customer).items():
        xml.add(record, tag, text)
    groups, people, places, phones = (xml.add(record, tag) for tag in ("Grupy", "Pracownicy", "Adresy", "Telefony"))
    for name in data.groups:
        xml.add(groups, "Grupa", name)
    for employee in data.employees:
        marks = {"domyslny": _YES[employee.default_login], "aktywny": _YES[employee.active]}
        person = xml.add(people, "Pracownik", attributes=marks)
        for tag, text in (("Nazwa", employee.name), ("Email", employee.email), ("Telefon", employee.phone)):
            xml.add(person, tag, text)
    for place in data.addresses:
        _write_place(places, place)
    for phone in data.phones:
        xml.add(phones, "Telefon", phone)
    xml.add(record, "KartaLojalnosciowa", f"KL-{customer.id:06d}")


def _write_place(places: xml.Element, place: Address) -> None:
    element = xml.add(places, "Adres", attributes={"typ": _KINDS[place.kind]})
    for tag, text in (
        ("Nazwa", place.name),
        ("Ulica", place.street),
        ("Kod", place.postal_code),
        ("Miasto", place.city),
        ("Region", place.region),
        ("Kraj", place.country),
        ("Telefon", place.phone),
    ):
        xml.add(element, tag, text)


def _flat(customer: Customer) -> dict[str, str]:
    data, activity = customer.data, customer.data.activity
    return {
        "Email": data.email,
        "Typ": "osoba" if data.kind is Kind.PERSON else "firma",
        "StatusUE": data.tax_class,
        "Kraj": data.country,
        "StatusKonta": customer.status.value,
        "Opiekun": data.caretaker,
        "Cennik": data.price_list,
        "FormaPlatnosci": data.payment_form,
        "TerminPlatnosci": _number(data.payment_days),
        "LimitKredytu": _number(data.credit_limit),
        "Rabat": _number(data.discount),
        "Newsletter": _YES[data.newsletter],
        "Pochodzenie": data.origin,
        "Punkty": str(activity.points) if activity else "",
        "LiczbaZamowien": str(activity.orders) if activity else "",
        "OstatnieZamowienie": activity.last_order.isoformat() if activity and activity.last_order else "",
    }


def _number(value: Decimal | int | None) -> str:
    return "" if value is None else str(value)


def export_csv(customers: Iterable[Customer]) -> bytes:
    """The export as CSV: one line for each customer, without addresses and employees."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_row(_NOBODY))
    writer.writerows(_row(customer).values() for customer in customers)
    return text.getvalue().encode("utf-8-sig")


def _row(customer: Customer) -> dict[str, str]:
    data, default = customer.data, customer.default
    return {
        "id": str(customer.id),
        "erpId": customer.erp_id,
        "kod": data.number,
        "Nazwa": data.name,
        "Nip": data.tax_id_stated or data.tax_id,
        "NipKraj": data.tax_prefix,
        **_flat(customer),
        "Grupy": "|".join(data.groups),
        "Telefony": "|".join(data.phones),
        "Login": default.email if default else "",
    }


def import_xml(shop: Shop, document: bytes) -> list[Outcome]:
    """Take a file in, customer by customer.

    Raises:
        InvalidRecord: If it is no XML: then nothing is taken.
    """
    return [_take(shop, record) for record in xml.children(xml.parse(document), "Kontrahent")]


def _take(shop: Shop, record: xml.Element) -> Outcome:
    erp_id = record.get("erpId") or ""
    missing = [tag for tag in REQUIRED if record.find(tag) is None]
    if missing:
        return Outcome(erp_id, f"missing: {', '.join(missing)}")
    active = xml.text(record, "StatusKonta") != Status.BLOCKED_BY_ERP
    try:
        values = _values(record)
        with shop.lock:
            known = _known(shop, record)
            if known is None:
                wanted = Contractor(name="", active=active)
                wanted = msgspec.structs.replace(wanted, **values)
                made = shop.add(wanted, origin="erp", erp_id=erp_id)
                return Outcome(erp_id, created=True, external_id=made.external_id)
            if known.status is Status.ANONYMISED:
                return Outcome(erp_id, "anonymised", external_id=known.external_id)
            shop.erp_import(known, values, active=active)
            return Outcome(erp_id, external_id=known.external_id)
    except (RecordError, ValueError) as error:
        return Outcome(erp_id, getattr(error, "code", "invalid"))


def _known(shop: Shop, record: xml.Element) -> Customer | None:
    erp_id, number = record.get("erpId") or "", record.get("id") or ""
    found = shop.by_erp_id(erp_id) if erp_id else None
    return shop.get(number) if found is None and number else found


def _values(record: xml.Element) -> dict[str, Any]:
    typed, prefix = xml.text(record, "Nip"), xml.text(record, "Nip/@kraj")
    tax = split(typed)
    figures: dict[str, Any] = {
        "payment_days": _maybe(int, xml.text(record, "TerminPlatnosci")),
        "credit_limit": _maybe(Decimal, xml.text(record, "LimitKredytu")),
        "discount": _maybe(Decimal, xml.text(record, "Rabat")),
        "newsletter": {"1": True, "0": False}.get(xml.text(record, "Newsletter")),
    }
    texts = {"name": "Nazwa", "email": "Email", "tax_class": "StatusUE", "country": "Kraj"}
    texts |= {"caretaker": "Opiekun", "price_list": "Cennik", "payment_form": "FormaPlatnosci"}
    return {
        "number": record.get("kod") or "",
        "kind": Kind.PERSON if xml.text(record, "Typ") == "osoba" else Kind.ORGANISATION,
        "tax_id": tax.number,
        "tax_prefix": prefix or tax.prefix,
        "tax_id_stated": stated_form(typed, tax),
        "groups": tuple(xml.texts(record, "Grupy/Grupa")),
        "phones": tuple(xml.texts(record, "Telefony/Telefon")),
        "employees": tuple(_person(element) for element in xml.children(record, "Pracownicy/Pracownik")),
        "addresses": tuple(_place(element) for element in xml.children(record, "Adresy/Adres")),
        **{field: xml.text(record, tag) for field, tag in texts.items()},
        **figures,
    }


def _person(element: xml.Element) -> Employee:
    return Employee(
        name=xml.text(element, "Nazwa"),
        email=xml.text(element, "Email"),
        phone=xml.text(element, "Telefon"),
        default_login=element.get("domyslny") == "1",
        active=element.get("aktywny") != "0",
    )


def _place(element: xml.Element) -> Address:
    kinds = {label: kind for kind, label in _KINDS.items()}
    return Address(
        kind=kinds[element.get("typ") or "inny"],
        name=xml.text(element, "Nazwa"),
        street=xml.text(element, "Ulica"),
        postal_code=xml.text(element, "Kod"),
        city=xml.text(element, "Miasto"),
        region=xml.text(element, "Region"),
        country=xml.text(element, "Kraj"),
        phone=xml.text(element, "Telefon"),
    )


def _maybe(kind: Any, text: str) -> Any:
    return kind(text) if text else None
