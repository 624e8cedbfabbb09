"""How does a change reach an ERP that only imports files? One file for each, complete at the moment it appears.

JSON: ``{"operation": "create" | "update", "key": ..., "at": ..., "fields": {...}}`` with the registry's own field
names; an update has the fields that changed, empty ones included. XML has the same shape, members as ``<item>``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from adapters.files.options import Options
from syncd import xml
from syncd.domain.contractor import digest
from syncd.errors import Unavailable, Unstorable
from syncd.folder.claiming import reachable
from syncd.folder.placing import place

__all__ = ["Outbox"]

_NAME: Final = re.compile(r"\d{8}T\d{6}\.\d{6}-(?:create|update)-[0-9a-f]+\.(?:json|xml)")
"""What has another name is none of ours: an import may leave its own files beside them."""

_encode: Final = msgspec.json.Encoder(order="sorted", decimal_format="string").encode


class Outbox:
    """The folder that the ERP imports from."""

    def __init__(self, folder: Path, options: Options) -> None:
        self._folder = folder
        self._options = options

    def write(self, operation: Literal["create", "update"], key: str, fields: Mapping[str, Any], at: datetime) -> None:
        """Put one change where the ERP finds it.

        Raises:
            Unavailable: If the ERP has not fetched its files for too long.
            Unstorable: If a value has no room in the configured format.
        """
        moment = at.isoformat(timespec="microseconds")
        body = {"operation": operation, "key": key, "at": moment, "fields": msgspec.to_builtins(fields)}
        data = _as_xml(body) if self._options.outbox == "xml" else _encode(body)
        with reachable():
            self._folder.mkdir(exist_ok=True)
            if len(os.listdir(self._folder)) >= self._options.outbox_limit:  # noqa: PTH208 - counted, not read
                raise Unavailable(
                    "the ERP does not fetch its files from outbox/",
                    code="outbox-full",
                    cure="Start the ERP's import; writing goes on by itself when files are gone.",
                )
            stamp = at.strftime("%Y%m%dT%H%M%S.%f")
            name = f"{stamp}-{operation}-{digest(data).hex()}.{self._options.outbox}"
            place(self._folder, name, data)

    def withdraw(self, keys: Collection[str]) -> int:
        """Delete what the ERP has not fetched of these contractors but the last, which overwrites the others there.

        Answer how many files that were.
        """
        with reachable():
            waiting = sorted(path for path in self._folder.glob("*") if _NAME.fullmatch(path.name))
        newest: dict[str, Path] = {}
        gone = 0
        for path in waiting:
            key = _key_of(path)
            if key in keys:
                older = newest.get(key)
                newest[key] = path
                if older is not None:
                    older.unlink(missing_ok=True)
                    gone += 1
        return gone


def _key_of(path: Path) -> str:
    """Whose change a file is; ``""`` when the ERP has just fetched it."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ""
    if path.suffix == ".xml":
        return xml.parse(data).findtext("key") or ""
    return str(msgspec.json.decode(data)["key"])


def _as_xml(body: Mapping[str, Any]) -> bytes:
    root = xml.build("change", {"operation": body["operation"], "at": body["at"]})
    try:
        xml.add(root, "key", body["key"])
        fields = xml.add(root, "fields")
        for name, value in body["fields"].items():
            _add(fields, name, value)
    except Unstorable as error:
        error.record = body["key"]
        raise
    return xml.write(root)


def _add(parent: xml.Element, name: str, value: Any) -> None:
    if isinstance(value, dict):
        element = xml.add(parent, name)
        for key, member in value.items():
            # Names of own fields are not always names of elements.
            if name in ("custom", "registrations"):
                xml.add(element, "entry", str(member), {"key": key})
            else:
                _add(element, key, member)
    elif isinstance(value, list | tuple):
        element = xml.add(parent, name)
        for member in value:
            _add(element, "item", member)
    elif isinstance(value, bool):
        xml.add(parent, name, "true" if value else "false")
    else:
        xml.add(parent, name, "" if value is None else str(value))
