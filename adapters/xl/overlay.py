"""What will a record be when the bridge has imported what waits for it? Until then that counts as held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from adapters.xl.records import NUMBER

__all__ = ["overlaid"]

_NEW: Final = "new"
"""The number of an address that XL has not numbered yet."""


def overlaid(values: dict[str, Any], changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The same record with these changes, the oldest first, as `changes.changes_of` makes them."""
    if not changes:
        return values
    told = deepcopy(values)
    for change in changes:
        for name, value in change.items():
            if name == "Adresy":
                _addresses(told, value)
            elif name == "Osoby":
                _persons(told, value)
            elif name == "Grupy":
                left = {group["Nazwa"] for group in value["remove"]}
                joined = {group["Nazwa"] for group in value["add"]}
                told["groups"] = sorted({*told["groups"], *joined} - left)
            elif name == "GrupaDomyslna":
                told["home"] = value["Nazwa"]
            else:
                _put(told["card"], f"Knt_{name}", value)
    return told


def _addresses(told: dict[str, Any], value: Mapping[str, Any]) -> None:
    archived = {str(number) for number in value["archive"]}
    told["addresses"] = [row for row in told["addresses"] if row[NUMBER] not in archived]
    for saved in value["save"]:
        number = _NEW if saved["GIDNumer"] is None else str(saved["GIDNumer"])
        row = _row(told["addresses"], number)
        for column in saved.keys() - {"GIDNumer", "Rodzaj"}:
            _put(row, f"KnA_{column}", saved[column])
        if saved["Rodzaj"] == "main":
            told["card"]["Knt_KnANumer"] = number
        else:
            _put(row, "KnA_Wysylkowy", int(saved["Rodzaj"] == "delivery"))


def _persons(told: dict[str, Any], value: Mapping[str, Any]) -> None:
    for saved in value["save"]:
        row = _row(told["persons"], _NEW if saved["Lp"] is None else str(saved["Lp"]))
        for column in saved.keys() - {"Lp"}:
            _put(row, f"KnS_{column}", saved[column])
    for number in value["withdraw"]:
        row = _row(told["persons"], str(number))
        row.update({"KnS_ESklep": "0", "KnS_Archiwalny": "1"})


def _row(rows: list[dict[str, str]], number: str) -> dict[str, str]:
    """The row of that number; one without a number is always another one."""
    found = next((row for row in rows if row[NUMBER] == number and number != _NEW), None)
    if found is None:
        found = {NUMBER: number}
        rows.append(found)
    return found


def _put(row: dict[str, str], column: str, value: object) -> None:
    if value == "":
        row.pop(column, None)
    else:
        row[column] = str(value)
