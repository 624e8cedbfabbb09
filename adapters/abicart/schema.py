"""What does the shop's own schema say of a customer: which properties are there, how long, and which only to read?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from adapters.abicart.options import Options
from syncd.errors import Misconfigured, Unstorable
from syncd.sentence import Counted, Sentence

__all__ = ["Schema", "missing", "read_schema", "selection"]

_READ_ONLY = ("readOnly", "readonly")


class Property(msgspec.Struct, frozen=True):
    """One property; `length` in characters, ``None`` where the schema states none."""

    read_only: bool = False
    length: int | None = None


class Schema(msgspec.Struct, frozen=True):
    """Properties of a customer by pointer; none at all where the shop told no schema, and nothing is checked."""

    properties: Mapping[str, Property] = {}

    def writable(self, pointer: str) -> bool:
        """Whether the shop takes this property back."""
        return not self.properties.get(pointer, Property()).read_only

    def demand(self, pointer: str, value: Any, field: str | None) -> None:
        """Check that a text has room.

        Raises:
            Unstorable: Naming the contractor's field.
        """
        length = self.properties.get(pointer, Property()).length
        if length is not None and isinstance(value, str) and len(value) > length:
            raise Unstorable(
                Sentence(
                    Counted(
                        "the text for the shop's %(pointer)s has %(count)s character, and %(limit)s is what it holds",
                        "the text for the shop's %(pointer)s has %(count)s characters, and %(limit)s is what it holds",
                    ),
                    pointer=pointer,
                    count=len(value),
                    limit=length,
                ),
                code="text-too-long",
                field=field,
                cure="Shorten it where it comes from; the next run takes it. Nothing was cut.",
            )


def read_schema(result: bytes) -> Schema:
    """Understand a JSON schema, two levels deep.

    Raises:
        Misconfigured: If it is none.
    """
    try:
        schema = msgspec.json.decode(result, type=dict[str, Any])
        return Schema(dict(_walk("", schema["properties"], 2)))
    except (msgspec.MsgspecError, KeyError, AttributeError, TypeError):
        raise Misconfigured(
            "the shop's schema of customers has another shape than a JSON schema",
            field="url",
            cure="Check that the URL is that of the JSON-RPC interface: …/backend/jsonrpc/v1/.",
        ) from None


def _walk(above: str, properties: Mapping[str, Any], levels: int) -> Iterable[tuple[str, Property]]:
    for name, stated in properties.items():
        pointer = f"{above}/{name}"
        length = stated.get("maxLength")
        yield (
            pointer,
            Property(
                read_only=any(bool(stated.get(word)) for word in _READ_ONLY),
                length=length if isinstance(length, int) else None,
            ),
        )
        if levels > 1 and isinstance(stated.get("properties"), dict):
            yield from _walk(pointer, stated["properties"], levels - 1)


def missing(schema: Schema, options: Options) -> list[str]:
    """Configured pointers that the shop does not have, in the form ``option = pointer``."""
    if not schema.properties:
        return []
    named = {**options.pointers, **{f"custom.{name}": pointer for name, pointer in options.custom.items()}}
    return [f"{key} = {pointer}" for key, pointer in named.items() if pointer not in schema.properties]


def selection(options: Options) -> dict[str, bool]:
    """What to ask of a customer: properties of properties as a whole, because a write has to send them back whole."""
    named = {**options.pointers, **options.custom}
    named.pop("password", None)
    return dict.fromkeys(sorted({pointer.split("/")[1] for pointer in named.values()}), True)
