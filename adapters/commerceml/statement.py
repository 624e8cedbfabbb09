"""What does a file say of one contractor, whichever dialect it is written in? One form for all: parts by name.

A part is one element (ИНН, Контакты), or all values of one property (``=Сегмент``). The dialects differ in wrappers,
spellings and namespaces; here they become one, so that equal statements are equal bytes and one can lie over another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from syncd import xml

__all__ = [
    "Parts",
    "compose",
    "differences",
    "identity",
    "leaf",
    "lines",
    "overlay",
    "parts_of",
    "parts_of_raw",
    "property_value",
    "sorted_names",
    "word",
]

Parts: TypeAlias = Mapping[str, tuple[xml.Element, ...]]
"""Elements by tag, and of properties by ``=`` and name. An empty element says that the part is cleared."""

_WRAPPERS: Final = {"РеквизитыЮрЛица": "ЮрЛицо", "РеквизитыФизЛица": "ФизЛицо"}
_NOISE: Final = frozenset({"НомерВерсии", "Роль"})
_CONTAINERS: Final = frozenset({"Контакты", "РасчетныеСчета", "Представители"})
_SPELLINGS: Final = {
    "КодПоОКПО": "ОКПО",
    "Бик": "БИК",
    "КоррСчет": "СчетКорреспондентский",
    "КорСчет": "СчетКорреспондентский",
    "Номерсчета": "НомерСчета",
    "КонтактнаяИнформация": "Контакт",
    "КонтактВид": "Тип",
}
"""Spellings of other writers, and of the older generation of contacts."""

_ORDER: Final = {
    tag: place
    for place, tag in enumerate(
        (
            "Ид ПометкаУдаления Статус Наименование ВидЛица ОфициальноеНаименование ПолноеНаименование Фамилия Имя"
            " Отчество ИНН БИН ИИН КПП ОГРН ОКПО ЮридическийАдрес АдресРегистрации Адрес РасчетныеСчета Комментарий"
            " Контакты Представители"
        ).split()
    )
}


def word(text: str) -> str:
    """A text on one line, with plain single blanks: 1C puts no-break spaces inside of names."""
    return " ".join(text.split())


def lines(text: str) -> str:
    """A text of several lines, each with plain single blanks."""
    stripped = text.strip()
    if "\n" not in stripped:
        return " ".join(stripped.split())
    return "\n".join(" ".join(line.split()) for line in stripped.split("\n"))


def leaf(tag: str, content: str = "") -> xml.Element:
    """An element that holds a text."""
    holder = xml.build("x")
    return xml.add(holder, tag, content)


def identity(stated: str) -> str:
    """The part of an Ид that stays: ``GUID#…`` and ``id#email#name`` change behind the first sign."""
    return word(stated).partition("#")[0].strip()


def parts_of(element: xml.Element) -> dict[str, tuple[xml.Element, ...]]:
    """Bring a Контрагент of any dialect into the one form."""
    found: dict[str, list[xml.Element]] = {}
    if (status := element.get("Статус")) is not None:
        found["Статус"] = [leaf("Статус", word(status))]
    for child in _flat(element):
        if child.tag == "ЗначенияРеквизитов":
            for value in child:
                name = word(value.findtext("Наименование") or "")
                found.setdefault(f"={name}", []).append(value)
        elif child.tag in _CONTAINERS and child.tag in found:
            found[str(child.tag)][0].extend(list(child))
        elif child.tag not in found or _is_empty(found[str(child.tag)][0]):
            found[str(child.tag)] = [child]
    if "Контакты" in found:
        found["Контакты"] = [_paired(found["Контакты"][0])]
    return {name: tuple(elements) for name, elements in found.items()}


def parts_of_raw(raw: bytes) -> dict[str, tuple[xml.Element, ...]]:
    """Parts of what `compose` wrote, which is in the one form already."""
    found: dict[str, list[xml.Element]] = {}
    for child in xml.parse(raw):
        if child.tag == "ЗначенияРеквизитов":
            for value in child:
                found.setdefault(f"={value.findtext('Наименование') or ''}", []).append(value)
        else:
            found[str(child.tag)] = [child]
    return {name: tuple(elements) for name, elements in found.items()}


def compose(parts: Parts, *, emptied: bool = False) -> bytes:
    """The same bytes for the same parts; what is empty is left out, unless that it is `emptied` has to be said."""
    root = xml.build("Контрагент")
    properties = xml.build("ЗначенияРеквизитов")
    for name in sorted_names(parts):
        filled = [element for element in parts[name] if emptied or not _is_empty(element)]
        # Moved, not copied: parts belong to no document, and hold the same wherever they hang.
        (properties if name.startswith("=") else root).extend(filled)
    if len(properties):
        root.append(properties)
    return xml.write(root)


def sorted_names(parts: Parts) -> list[str]:
    """Names of parts in the order of the scheme, properties last."""
    return sorted(parts, key=lambda name: (name.startswith("="), _ORDER.get(name, len(_ORDER)), name))


def overlay(base: Parts, changes: Parts) -> dict[str, tuple[xml.Element, ...]]:
    """What holds after `changes` were made to `base`; what they empty is gone."""
    merged = {**base, **changes}
    return {name: found for name, found in merged.items() if not all(map(_is_empty, found))}


def differences(before: Parts, after: Parts) -> dict[str, tuple[xml.Element, ...]]:
    """What has to be said so that `before` becomes `after`; what is gone is said as an empty element."""
    changed: dict[str, tuple[xml.Element, ...]] = {}
    for name in {**before, **after}:
        if name not in after:
            changed[name] = (property_value(name[1:]) if name.startswith("=") else leaf(name),)
        elif name not in before or _bytes(before[name]) != _bytes(after[name]):
            changed[name] = after[name]
    return changed


def property_value(name: str, value: str = "") -> xml.Element:
    """One value of a property."""
    element = xml.build("ЗначениеРеквизита")
    xml.add(element, "Наименование", name)
    xml.add(element, "Значение", value)
    return element


def _flat(element: xml.Element) -> Iterable[xml.Element]:
    """Children without namespaces, those of wrappers among them; nothing that moves without a change."""
    for child in element:
        tag = _tag(child)
        if tag in _WRAPPERS:
            yield leaf("ВидЛица", _WRAPPERS[tag])
            yield from _flat(child)
        elif tag == "РасчетныйСчет":
            holder = xml.build("РасчетныеСчета")
            _fill(xml.add(holder, tag), child)
            yield holder
        elif tag not in _NOISE:
            part = xml.build(_SPELLINGS.get(tag, tag))
            _fill(part, child)
            yield part


def _fill(target: xml.Element, source: xml.Element) -> None:
    """Give `target` what `source` holds, without namespaces and odd blanks."""
    if len(source):
        for child in source:
            tag = _tag(child)
            _fill(xml.add(target, _SPELLINGS.get(tag, tag)), child)
    elif source.text and (content := lines(source.text)):
        target.text = content


def _tag(element: xml.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _paired(contacts: xml.Element) -> xml.Element:
    """Contacts each in an element of its own: some writers put Тип and Значение straight into Контакты."""
    holder = xml.build("Контакты")
    current: xml.Element | None = None
    for child in contacts:
        if child.tag == "Контакт":
            holder.append(child)
            current = None
        else:
            if current is None or (child.tag == "Тип" and current.find("Тип") is not None):
                current = xml.add(holder, "Контакт")
            current.append(child)
    return holder


def _is_empty(element: xml.Element) -> bool:
    if element.tag == "ЗначениеРеквизита":
        return not (element.findtext("Значение") or "").strip()
    return not any((node.text or "").strip() for node in element.iter())


def _bytes(elements: tuple[xml.Element, ...]) -> list[bytes]:
    return [xml.write(element) for element in elements]
