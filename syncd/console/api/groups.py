"""What can a program ask about groups, and change?"""

from __future__ import annotations

from typing import Annotated

import msgspec

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Done, Endpoint, RunsMade
from syncd.sync.groups.names import GroupRow, list_groups, set_color, set_label
from syncd.sync.groups.own import create_group, delete_group, rename_group

__all__ = ["ENDPOINTS"]


class Groups(msgspec.Struct, frozen=True):
    """All groups with their members' numbers."""

    items: list[GroupRow]


class NewGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of the admins' own.

    Attributes:
        color: Such as ``#206bc4``.
    """

    name: Annotated[str, msgspec.Meta(min_length=1)]
    label: str = ""
    color: str = ""


class NewName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a group is to be called."""

    name: str
    to: str


class Named(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group by its name."""

    name: str


class ShownAs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is shown beside customers of a group.

    Attributes:
        label: Empty shows its name.
        color: Such as ``#206bc4``; empty for none.
    """

    name: str
    label: str = ""
    color: str = ""


def _list(call: Call) -> Groups:
    return Groups(list_groups(call.app))


def _create(call: Call) -> Done:
    asked: NewGroup = call.body
    return Done(create_group(call.app, asked.name, by=call.by, label=asked.label, color=asked.color))


def _rename(call: Call) -> RunsMade:
    return RunsMade(rename_group(call.app, call.body.name, call.body.to, by=call.by))


def _delete(call: Call) -> RunsMade:
    return RunsMade(delete_group(call.app, call.body.name, by=call.by))


def _show_as(call: Call) -> Done:
    asked: ShownAs = call.body
    set_label(call.app, asked.name, asked.label, by=call.by)
    set_color(call.app, asked.name, asked.color, by=call.by)
    return Done(asked.label or asked.name)


ENDPOINTS = (
    Endpoint("GET", "/groups", Role.VIEWER, "List groups and how many are in each.", _list, Groups),
    Endpoint(
        "POST", "/groups/create", Role.OPERATOR, "Make a group of the admins' own.", _create, Done, body=NewGroup,
        example={"name": "Wholesale", "color": "#206bc4"},
    ),
    Endpoint(
        "POST", "/groups/show-as", Role.OPERATOR, "Say what is shown beside customers of a group, and in which colour.",
        _show_as, Done, body=ShownAs, example={"name": "Wholesale", "label": "WH", "color": "#206bc4"},
    ),
    Endpoint(
        "POST", "/groups/rename", Role.ADMIN, "Call a group of the admins' own something else.", _rename, RunsMade,
        body=NewName, example={"name": "Wholesale", "to": "Resellers"},
    ),
    Endpoint(
        "POST", "/groups/delete", Role.ADMIN, "Delete a group of the admins' own; its members leave it.", _delete,
        RunsMade, body=Named, example={"name": "Wholesale"},
    ),
)  # fmt: skip
