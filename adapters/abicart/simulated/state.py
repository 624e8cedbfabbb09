"""What does a simulated Abicart shop hold, and how did its owner set it up?"""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

__all__ = ["Setup", "State"]


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """How the shop is set up, and how it behaves where nothing is published.

    Attributes:
        token: A persistent token of the administrator.
        replaces: Whether an object inside of a customer is replaced by what is sent, or filled up with it.
        longest: Characters that a text may have.
        cap: Most rows that one list answers, whatever was asked for.
        since: Filter operators for "not before" that the shop knows.
        lacks: Properties, by pointer, that this shop's customers do not have.
        schema: Whether the class tells its schema.
        naive: Whether times are stated without their offset.
        ignores_filters: Whether a filter by what it does not know is taken for none.
        batches: Whether several calls may come as one.
        rights: Whether the administrator may see customers.
    """

    webshop: int = 22222
    language: str = "sv"
    admin: str = "admin@butiken.example"
    password: str = msgspec.field(default_factory=lambda: secrets.token_urlsafe(12))
    token: str = msgspec.field(default_factory=lambda: secrets.token_urlsafe(24))
    replaces: bool = True
    longest: int = 255
    cap: int = 500
    since: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    schema: bool = True
    naive: bool = False
    ignores_filters: bool = False
    batches: bool = False
    rights: bool = True


class State(msgspec.Struct, kw_only=True):
    """Everything that outlives the process.

    Attributes:
        customers: By uid, as `schema.EMPTY` shapes them; times in seconds since 1970.
        groups: Name by language, by uid.
    """

    customers: dict[int, dict[str, Any]] = {}
    groups: dict[int, dict[str, str]] = {}
    last_uid: int = 884_000
    last_group: int = 310
