"""What does a simulated InSales shop hold, and how did its owner set it up?"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

__all__ = ["Client", "Field", "Group", "Hook", "Setup", "State", "Value"]


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """How the shop's owner set it up, and which of its undocumented habits it has.

    Attributes:
        limit: Calls in one window of `window_seconds`, which begins with its first call.
        largest_page: More than this is never sent, whatever was asked for.
        phones: Setting for phones: taken as they are, or international ones only.
        one_email: Whose e-mails are unique.
        errors: Shape of a refusal.
        fields: Names of text fields that were made beforehand, for both types of client.
        demands_of_all: A change of a client without an obligatory field is refused as well as a new one.
        right: Whether the API key may write clients.
        hook_loss: Every so many hooks one is lost; 0 loses none. `hook_double` the same for one that comes twice.
    """

    login: str = "syncd-app"
    password: str = "a-password-on-loopback-only"  # noqa: S105 - never reached from outside
    limit: int = 500
    window_seconds: float = 300.0
    largest_page: int = 250
    phones: Literal["free", "international"] = "free"
    one_email: Literal["registered", "all"] = "registered"
    errors: Literal["fields", "list", "nested", "xml"] = "fields"
    fields: tuple[str, ...] = ("erp_id", "erp_country", "erp_groups", "erp_status", "erp_details")
    demands_of_all: bool = False
    right: bool = True
    hook_loss: int = 0
    hook_double: int = 0


class Value(msgspec.Struct, kw_only=True):
    """What one client holds in one additional field; the shop takes several of one field."""

    id: int
    field: int
    value: str
    created: str
    updated: str


class Client(msgspec.Struct, kw_only=True):
    """A client; times are in whole seconds."""

    id: int
    type: str
    values: dict[str, Any]
    password: str | None = None
    group: int | None = None
    fields: list[Value] = []
    created: str
    updated: str


class Field(msgspec.Struct, kw_only=True):
    """A field of a form: an additional one, or one that InSales brings (with a `system_name`).

    Attributes:
        destiny: 2 for individuals, 5 for organisations; others belong to orders.
    """

    id: int
    type: str
    destiny: int
    office_title: str
    title: str
    handle: str
    system_name: str | None = None
    obligatory: bool = False
    active: bool = True


class Group(msgspec.Struct, kw_only=True):
    """A client group; two may have one title."""

    id: int
    title: str


class Hook(msgspec.Struct, kw_only=True):
    """A wish to be told of something."""

    id: int
    address: str
    topic: str
    format_type: str


class State(msgspec.Struct, kw_only=True):
    """Everything that outlives the process.

    Attributes:
        mails: Ids of clients to whom the shop wrote that they are registered.
        sent: Hooks that were delivered, with their body.
    """

    clients: dict[int, Client] = {}
    fields: dict[int, Field] = {}
    groups: dict[int, Group] = {}
    hooks: dict[int, Hook] = {}
    last_id: int = 1000
    mails: list[int] = []
    sent: list[tuple[str, dict[str, Any]]] = []
