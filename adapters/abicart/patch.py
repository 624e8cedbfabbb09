"""What has to be sent so that a customer becomes what is wanted? Pure.

An object inside of a customer (its address) is sent whole: whether the shop empties what such an object leaves out is
not published. So it starts from what the shop holds now, and what an admin changed there a moment ago stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.abicart.customer import Customer, at
from adapters.abicart.mapping import FIELD_OF, markers
from adapters.abicart.options import Options
from adapters.abicart.places import demand_country
from adapters.abicart.schema import Schema
from syncd.domain.contractor import Contractor

__all__ = ["approval", "fields_of", "patch", "wanted_groups"]


def fields_of(options: Options) -> dict[str, str]:
    """Contractor's field by pointer, for errors."""
    return {pointer: FIELD_OF[key] for key, pointer in options.pointers.items() if key in FIELD_OF}


def patch(held: Mapping[str, Any], values: Mapping[str, Any], schema: Schema, options: Options) -> dict[str, Any]:
    """Put values, by property, into the form of a customer; what `held` has already is left out.

    Args:
        held: What the shop holds of the customer; nothing of a new one.

    Raises:
        Unstorable: If a text has no room, or a country no code.
    """
    fields = fields_of(options)
    sent: dict[str, Any] = {}
    for key, value in values.items():
        pointer = options.custom[key[7:]] if key.startswith("custom.") else options.pointers[key]
        now = at(held, pointer)
        if now == value or (now is None and value == ""):
            continue
        if key in {"country", "delivery_country"}:
            demand_country(value)
        schema.demand(pointer, value, fields.get(pointer, "custom"))
        if isinstance(now, dict) and isinstance(value, str):
            value = {**now, options.language: value}  # noqa: PLW2901 - one text of several by language
        _, *above, name = pointer.split("/")
        if above:
            sent.setdefault(above[0], _writable(held, above[0], schema))[name] = value
        else:
            sent[name] = value
    return sent


def _writable(held: Mapping[str, Any], name: str, schema: Schema) -> dict[str, Any]:
    inner = held.get(name)
    if not isinstance(inner, dict):
        return {}
    return {key: value for key, value in inner.items() if schema.writable(f"/{name}/{key}")}


def approval(approved: bool | None, *, active: bool, options: Options) -> tuple[bool | None, str | None]:  # noqa: FBT001
    """The tick, ``None`` where it stays as it is, and the group that stands for the block, if there is one.

    The group tells what the approval was, so that lifting a block gives back no more than there was.
    """
    if active or not options.blocks:
        return approved, None
    return False, options.blocked_unapproved_group if approved is False else options.blocked_group


def wanted_groups(
    customer: Customer, before: Contractor, after: Contractor, marker: str | None, options: Options
) -> tuple[list[int], list[str]]:
    """Which of the groups that a customer is in stay, and the names of those to be joined.

    Groups that somebody gave the customer meanwhile stay; so do two of one name.

    Args:
        marker: The group that stands for the block which there shall be.
    """
    held = at(customer.customer, options.pointers["groups"]) or []
    names = {int(uid): name for uid, name in customer.groups.items()}
    leave = (set(before.groups) - set(after.groups)) | (markers(options) - {marker})
    stay = [uid for uid in held if uid in names and names[uid] not in leave]
    there = {names[uid] for uid in stay}
    join = [name for name in after.groups if name not in before.groups and name not in there]
    return stay, join if marker is None or marker in there else [*join, marker]
