"""How do changes look to 1C? A CommerceML document of contractors, in the dialect and code page that it reads.

An update states what changed, emptied elements included, and beside it what 1C finds the contractor by.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from adapters.commerceml.mapping import TAX_IDS, first
from adapters.commerceml.options import Options
from adapters.commerceml.pending import Offer
from adapters.commerceml.statement import Parts, leaf, parts_of_raw, sorted_names
from syncd import xml
from syncd.domain.contractor import digest

__all__ = ["document"]

_KEYS: Final = ("Наименование", *TAX_IDS, "КПП")
"""What 1C finds a contractor by, beside the Ид."""

_OF_COMPANY: Final = frozenset(
    "ОфициальноеНаименование ЮридическийАдрес ИНН КПП ОсновнойВидДеятельности ЕГРПО ОКВЭД ОКДП ОКОПФ ОКФС ОКПО"
    " ДатаРегистрации РасчетныеСчета БИН".split()
)
_OF_PERSON: Final = frozenset("ПолноеНаименование Фамилия Имя Отчество ИНН АдресРегистрации ИИН".split())


def document(offers: Sequence[Offer], options: Options, at: datetime) -> bytes:
    """What 1C gets for its question, or finds in a file. The same offers make the same orders."""
    attributes = {"ВерсияСхемы": options.scheme, "ДатаФормирования": at.strftime("%Y-%m-%dT%H:%M:%S")}
    root = xml.build("КоммерческаяИнформация", attributes)
    if options.carrier == "list" and offers:
        holder = xml.add(root, "Контрагенты")
        holder.extend(_contractor(offer, options) for offer in offers)
    elif options.carrier == "order":
        root.extend(_order(offer, options, at) for offer in offers)
    return xml.write(root, encoding=options.charset)


def _contractor(offer: Offer, options: Options) -> xml.Element:
    before: Parts = parts_of_raw(offer.before) if offer.before else {}
    keys = {tag: before[tag] for tag in _KEYS if tag in before}
    parts = {**keys, **parts_of_raw(offer.changes)}
    parts["Ид"] = (leaf("Ид", first(before, "Ид") or offer.external_id),)
    said = parts.pop("ВидЛица", before.get("ВидЛица", ()))
    properties = xml.build("ЗначенияРеквизитов")
    element = xml.build("Контрагент")
    for name in sorted_names(parts):
        (properties if name.startswith("=") else element).extend(copy.deepcopy(part) for part in parts[name])
    if options.style == "wrapped":
        company = first(parts, "ОфициальноеНаименование") or first(before, "ОфициальноеНаименование")
        _wrap(element, is_company=(said[0].text == "ЮрЛицо") if said else bool(company))
    xml.add(element, "Роль", "Покупатель")
    if len(properties):
        element.append(properties)
    return element


def _wrap(element: xml.Element, *, is_company: bool) -> None:
    """Bring the one form into that of older schemes."""
    names = _OF_COMPANY if is_company else _OF_PERSON
    inner = [child for child in element if child.tag in names]
    if inner:
        wrapper = xml.build("РеквизитыЮрЛица" if is_company else "РеквизитыФизЛица")
        element.append(wrapper)
        wrapper.extend(inner)
    for contact in element.findall("Контакты/Контакт"):
        contact.tag = "КонтактнаяИнформация"
        for kind in contact.findall("Тип"):
            kind.tag = "КонтактВид"


def _order(offer: Offer, options: Options, at: datetime) -> xml.Element:
    """The only carrier that a standard 1C knows. Its Ид is the same as long as the change is."""
    id_ = digest(f"{offer.external_id} {offer.version}".encode() + offer.changes).hex()
    element = xml.build("Документ")
    stated = {
        "Ид": f"S-{id_}",
        "Номер": f"S-{id_[:8]}",
        "Дата": at.strftime("%Y-%m-%d"),
        "ХозОперация": "Заказ товара",
        "Роль": "Продавец",
        "Валюта": "RUB",
        "Курс": "1",
        "Сумма": "0",
        "Время": at.strftime("%H:%M:%S"),
    }
    for tag, text in stated.items():
        xml.add(element, tag, text)
    xml.add(element, "Контрагенты").append(_contractor(offer, options))
    return element
