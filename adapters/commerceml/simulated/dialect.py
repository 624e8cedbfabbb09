"""How do the files of a 1C look, by version, namespace, code page and habit, and how does it read those of a site?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from adapters.commerceml.simulated.book import Card, Stated
from syncd import xml

__all__ = ["Dialect", "documents_of", "export", "read_site"]

_MAIN: Final = ("ЮридическийАдрес", "АдресРегистрации")
_LEGAL: Final = ("ОфициальноеНаименование", "ИНН", "КПП", "ОКПО")
_PERSONAL: Final = ("ПолноеНаименование", "Фамилия", "Имя", "Отчество")


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """Habits of one configuration of 1C.

    Attributes:
        carrier: Contractors in a list, or each in an order beside its seller.
        wrapped: Requisites in РеквизитыЮрЛица, contacts as КонтактнаяИнформация: the older generation.
        marked: Whether it states ПометкаУдаления (2.08 and later), or only a Status attribute.
        count: Attribute of the root that says how many there are; no standard.
        rule: Whether somebody taught it to take contractors outside of orders.
    """

    version: str = "2.08"
    namespace: str | None = None
    encoding: str = "utf-8"
    bom: bool = False
    carrier: Literal["list", "documents"] = "list"
    wrapped: bool = False
    marked: bool = True
    count: str = ""
    rule: bool = True


def export(cards: Sequence[Card], dialect: Dialect, formed: str) -> bytes:
    """A file with these cards."""
    attributes = {"ВерсияСхемы": dialect.version, "ДатаФормирования": formed}
    if dialect.count:
        attributes[dialect.count] = str(len(cards))
    root = xml.build("КоммерческаяИнформация", attributes, namespace=dialect.namespace)
    if dialect.carrier == "list":
        holder = xml.add(root, "Контрагенты")
        for card in cards:
            _contractor(holder, card, dialect, role="")
    else:
        for card in cards:
            _order(root, card, dialect)
    data = xml.write(root, encoding=dialect.encoding, pretty=True)
    return b"\xef\xbb\xbf" + data if dialect.bom else data


def _order(root: xml.Element, card: Card, dialect: Dialect) -> None:
    order = xml.add(root, "Документ")
    for tag, text in {"Ид": f"order-{card.code}", "Номер": "1", "ХозОперация": "Заказ товара"}.items():
        xml.add(order, tag, text)
    xml.add(order, "Роль", "Продавец")
    holder = xml.add(order, "Контрагенты")
    seller = xml.add(holder, "Контрагент")
    for tag, text in {"Ид": "seller", "Наименование": "Наша фирма", "Роль": "Продавец"}.items():
        xml.add(seller, tag, text)
    _contractor(holder, card, dialect, role="Покупатель")
    goods = xml.add(xml.add(order, "Товары"), "Товар")
    xml.add(goods, "Ид", "1")
    xml.add(goods, "Наименование", "Доставка")


def _contractor(holder: xml.Element, card: Card, dialect: Dialect, *, role: str) -> None:
    status = {} if dialect.marked or not card.deleted else {"Статус": "Удален"}
    element = xml.add(holder, "Контрагент", attributes=status)
    xml.add(element, "Ид", card.code)
    if dialect.marked:
        xml.add(element, "НомерВерсии", f"AAAA{card.version:08X}")
        xml.add(element, "ПометкаУдаления", "true" if card.deleted else "false")
    inner = element
    tags = [tag for tag in card.texts if tag not in ("Наименование", "Комментарий")]
    xml.add(element, "Наименование", card.texts.get("Наименование", ""))
    if dialect.wrapped:
        company = "ОфициальноеНаименование" in card.texts
        inner = xml.add(element, "РеквизитыЮрЛица" if company else "РеквизитыФизЛица")
    for tag in sorted(tags, key=lambda tag: ([*_LEGAL, *_PERSONAL, tag].index(tag), tag)):
        xml.add(inner, tag, card.texts[tag])
    for tag, fields in card.addresses.items():
        _address(inner if tag in _MAIN else element, tag, fields)
    _accounts(inner, card.accounts)
    if comment := card.texts.get("Комментарий"):
        xml.add(element, "Комментарий", comment)
    _contacts(element, card.contacts, dialect)
    if card.persons:
        persons = xml.add(element, "Представители")
        for name in card.persons:
            # As many writers do: a contractor inside of the representative.
            person = xml.add(xml.add(persons, "Представитель"), "Контрагент")
            xml.add(person, "Отношение", "Контактное лицо")
            xml.add(person, "Ид", f"p-{card.code}")
            xml.add(person, "Наименование", name)
    if role:
        xml.add(element, "Роль", role)
    _properties(element, card.properties)


def _address(element: xml.Element, tag: str, fields: Mapping[str, str]) -> None:
    address = xml.add(element, tag)
    xml.add(address, "Представление", ", ".join(fields.values()))
    for name, value in fields.items():
        field = xml.add(address, "АдресноеПоле")
        xml.add(field, "Тип", name)
        xml.add(field, "Значение", value)


def _accounts(element: xml.Element, accounts: Iterable[Mapping[str, str]]) -> None:
    holder = None
    for account in accounts:
        holder = holder if holder is not None else xml.add(element, "РасчетныеСчета")
        one = xml.add(holder, "РасчетныйСчет")
        xml.add(one, "НомерСчета", account.get("НомерСчета", ""))
        bank = xml.add(one, "Банк")
        for tag in ("Наименование", "СчетКорреспондентский", "БИК"):
            if account.get(tag):
                xml.add(bank, tag, account[tag])


def _contacts(element: xml.Element, contacts: Iterable[tuple[str, str]], dialect: Dialect) -> None:
    holder = None
    for kind, value in contacts:
        holder = holder if holder is not None else xml.add(element, "Контакты")
        one = xml.add(holder, "КонтактнаяИнформация" if dialect.wrapped else "Контакт")
        xml.add(one, "КонтактВид" if dialect.wrapped else "Тип", kind)
        xml.add(one, "Значение", value)


def _properties(element: xml.Element, properties: Mapping[str, tuple[str, ...]]) -> None:
    if not properties:
        return
    holder = xml.add(element, "ЗначенияРеквизитов")
    for name, values in properties.items():
        for value in values:
            one = xml.add(holder, "ЗначениеРеквизита")
            xml.add(one, "Наименование", name)
            xml.add(one, "Значение", value)


def read_site(document: bytes, *, standard: bool = False) -> list[Stated]:
    """Contractors that a site states, in the dialect that it chose.

    Args:
        standard: The configuration knows contractors inside of orders only.
    """
    root = xml.parse(document)
    holders = [*xml.children(root, "Документ/Контрагенты"), *([] if standard else xml.children(root, "Контрагенты"))]
    return [_stated(element) for holder in holders for element in xml.children(holder, "Контрагент")]


def documents_of(document: bytes) -> list[str]:
    """Ид of the orders in a site's document: an order that is known is not made again."""
    return xml.texts(xml.parse(document), "Документ/Ид")


_LISTS: Final = frozenset({"Контакты", "РасчетныеСчета", "Представители", "ЗначенияРеквизитов"})
_OTHER: Final = frozenset({"Ид", "Роль", "ПометкаУдаления", "Статус"})


def _stated(element: xml.Element) -> Stated:
    texts: dict[str, str] = {}
    addresses: dict[str, dict[str, str]] = {}
    wrappers = [*xml.children(element, "РеквизитыЮрЛица"), *xml.children(element, "РеквизитыФизЛица")]
    for child in [child for holder in (element, *wrappers) for child in holder]:
        tag = xml.local_name(child)
        if "Адрес" in tag:
            addresses[tag] = _typed(child, "АдресноеПоле")
        elif tag not in _LISTS | _OTHER and not tag.startswith("Реквизиты"):
            texts[tag] = child.text or ""
    mark = xml.texts(element, "ПометкаУдаления")
    return Stated(
        id=xml.text(element, "Ид"),
        deleted=mark[0] == "true" if mark else None,
        texts=texts,
        addresses=addresses,
        accounts=_listed_accounts([element, *wrappers]),
        contacts=_listed_contacts(element),
        persons=_listed_persons(element),
        properties=_listed_properties(element),
    )


def _typed(element: xml.Element, tag: str) -> dict[str, str]:
    return {xml.text(one, "Тип"): (one.findtext("{*}Значение") or "") for one in xml.children(element, tag)}


def _listed_accounts(holders: Sequence[xml.Element]) -> tuple[Mapping[str, str], ...] | None:
    lists = [one for holder in holders for one in xml.children(holder, "РасчетныеСчета")]
    if not lists:
        return None
    found = []
    for one in [account for accounts in lists for account in xml.children(accounts, "РасчетныйСчет")]:
        bank = {tag: xml.text(one, f"Банк/{tag}") for tag in ("Наименование", "СчетКорреспондентский", "БИК")}
        account = {"НомерСчета": xml.text(one, "НомерСчета"), **bank}
        found.append({name: value for name, value in account.items() if value})
    return tuple(found)


def _listed_contacts(element: xml.Element) -> tuple[tuple[str, str], ...] | None:
    if not xml.children(element, "Контакты"):
        return None
    newer = [(xml.text(one, "Тип"), xml.text(one, "Значение")) for one in xml.children(element, "Контакты/Контакт")]
    older = [
        (xml.text(one, "КонтактВид"), xml.text(one, "Значение"))
        for one in xml.children(element, "Контакты/КонтактнаяИнформация")
    ]
    return (*newer, *older)


def _listed_persons(element: xml.Element) -> tuple[str, ...] | None:
    if not xml.children(element, "Представители"):
        return None
    return tuple(
        xml.text(one, "Наименование") or xml.text(one, "Контрагент/Наименование")
        for one in xml.children(element, "Представители/Представитель")
    )


def _listed_properties(element: xml.Element) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in xml.children(element, "ЗначенияРеквизитов/ЗначениеРеквизита"):
        name, value = xml.text(one, "Наименование"), one.findtext("{*}Значение") or ""
        found[name] = (*found.get(name, ()), *([value] if value else []))
    return found
