"""How does a row of the database read as a card? Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from adapters.optima.card import Card, Person
from adapters.optima.elements import BY_NAME, GROUPS, Element, Form
from adapters.optima.options import Options
from adapters.optima.queries import KEY, ROLES, Rows
from adapters.optima.words import EXPORT, amount_text, flag_text
from syncd.sql.values import text_of

__all__ = ["cards_of"]

_ROLE_NUMBERS: Final = ("", "odbiorca", "dostawca", "konkurencja", "partner", "potencjalny")
"""Knt_Rodzaj, of versions without a flag for each role."""


def cards_of(found: Rows, options: Options) -> list[Card]:
    """Rows as cards, in their order."""
    return [_card(dict(zip(found.columns, row, strict=True)), found, options) for row in found.rows]


def _card(row: Mapping[str, Any], found: Rows, options: Options) -> Card:
    values: dict[str, str] = {}
    for element in BY_NAME.values():
        if element.column in row:
            values.update(_FORMS[element.form](element, row, options))
    for name, column in options.carry.items():
        value = row[column]
        values[name] = _flag(value) if BY_NAME[name].form is Form.FLAG else _text(value)
    if not values["NIP"]:
        values["NIP"] = _text(row.get("Knt_Nip"))
    key = int(row[KEY])
    lists = found.lists
    main = _text(row.get("Knt_Grupa"))
    extra = sorted({_text(name) for (name,) in lists.get("groups", {}).get(key, ())} - {main, ""})
    values[GROUPS] = "\n".join(filter(None, (main, *extra)))
    ours = _text(row.get("Knt_ImportAppId")) == options.source_base
    return Card(
        values=values,
        attributes={
            _text(code): _text(value)
            for code, value in sorted(lists.get("attributes", {}).get(key, ()), key=str)
            if _text(code) and _text(value)
        },
        people=tuple(
            Person(name=_text(name), email=_text(email), phone=_text(phone))
            for name, email, phone in _sorted(lists.get("persons", {}).get(key, ()))
        ),
        accounts=tuple(dict.fromkeys(_text(n) for (n,) in _sorted(lists.get("accounts", {}).get(key, ())) if _text(n))),
        id=str(key),
        source_id=_text(row.get("Knt_ImportRowId")) if ours else "",
    )


def _sorted(rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    """A list in an order of its own: a query of the configuration may have none."""
    return sorted(rows, key=lambda row: [_text(value) for value in row])


def _text(value: Any) -> str:
    return (text_of(value) or "").strip()


def _flag(value: Any) -> str:
    return "" if value is None else flag_text(bool(value))


def _plain(element: Element, row: Mapping[str, Any], _options: Options) -> dict[str, str]:
    return {element.name: _text(row[element.column])}


def _amount(element: Element, row: Mapping[str, Any], _options: Options) -> dict[str, str]:
    value = row[element.column]
    return {element.name: "" if value is None else amount_text(value)}


def _export(element: Element, row: Mapping[str, Any], _options: Options) -> dict[str, str]:
    stated = _text(row[element.column])
    if stated.isdecimal() and int(stated) < len(EXPORT):
        return {element.name: EXPORT[int(stated)]}
    return {"@EKSPORT": f"{element.column}={stated}"} if stated else {}


def _payment(element: Element, row: Mapping[str, Any], options: Options) -> dict[str, str]:
    """A form of payment by its name; one whose name is not configured is told by number, and never written."""
    stated = _text(row[element.column])
    if stated in options.payment_forms:
        return {element.name: options.payment_forms[stated]}
    return {"@FORMA_PLATNOSCI": f"{element.column}={stated}"} if stated not in ("", "0") else {}


def _roles(element: Element, row: Mapping[str, Any], _options: Options) -> dict[str, str]:
    if all(column in row for column in ROLES):
        return {element.name: " ".join(word for column, word in ROLES.items() if row[column])}
    number = row[element.column] or 0
    return {element.name: _ROLE_NUMBERS[number]} if 0 <= number < len(_ROLE_NUMBERS) else {}


_FORMS: Final[Mapping[Form, Callable[[Element, Mapping[str, Any], Options], dict[str, str]]]] = {
    Form.TEXT: _plain,
    Form.FLAG: lambda element, row, _options: {element.name: _flag(row[element.column])},
    Form.AMOUNT: _amount,
    Form.EXPORT: _export,
    Form.PAYMENT: _payment,
    Form.ROLES: _roles,
}
