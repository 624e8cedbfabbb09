"""How does a person like to see the console? Kept on the server, so that it follows them to another browser."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import available_timezones

import msgspec
from sqlalchemy import Connection, delete, insert

from syncd.errors import InvalidRecord
from syncd.registry.tables import UserPreferences
from syncd.sentence import Sentence

__all__ = ["PAGE_SIZES", "Preferences", "read", "store"]

PAGE_SIZES = (25, 50, 100, 200)


class Preferences(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is at its default was not chosen.

    Attributes:
        language: ``""``: as the browser asks.
        zone: An IANA name; ``""``: UTC.
        theme: ``auto``: as the device.
        shortcuts: Whether single letters are commands (WCAG 2.1.4 asks for a way to switch them off).
        columns: Of the customer list, by their codes; none: the usual ones.
    """

    language: Annotated[str, msgspec.Meta(max_length=8)] = ""
    zone: Annotated[str, msgspec.Meta(max_length=64)] = ""
    theme: Literal["auto", "light", "dark"] = "auto"
    shortcuts: bool = True
    page_size: Literal[25, 50, 100, 200] = 50
    columns: tuple[str, ...] = ()


def read(doc: str | None) -> Preferences:
    """What is kept of them; defaults where nothing is, or where an older syncd cannot read what a newer one stored."""
    if doc is None:
        return Preferences()
    try:
        return msgspec.json.decode(doc, type=Preferences)
    except msgspec.MsgspecError:
        return Preferences()


def store(connection: Connection, user_id: int, chosen: Preferences) -> None:
    """Keep them.

    Raises:
        InvalidRecord: For a time zone that is none.
    """
    if chosen.zone and chosen.zone not in available_timezones():
        raise InvalidRecord(
            Sentence("there is no time zone %(zone)s", zone=repr(chosen.zone)),
            code="value-unusable",
            field="zone",
            cure="Use a name such as Europe/Warsaw.",
        )
    connection.execute(delete(UserPreferences).where(UserPreferences.user_id == user_id))
    connection.execute(insert(UserPreferences).values(user_id=user_id, doc=msgspec.json.encode(chosen).decode()))
