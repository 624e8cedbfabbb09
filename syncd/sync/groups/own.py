"""How does an admin make, rename and delete a group of the admins' own? Its members move by a change like any other."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from syncd.domain.groups import plain
from syncd.errors import InvalidRecord
from syncd.registry import tables as t
from syncd.registry.engine import reading, writing
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.change import change
from syncd.sync.groups.members import LEFT, check_group, make_group, regrouped
from syncd.sync.groups.names import set_color, set_label
from syncd.sync.rules import rules_changed

__all__ = ["check_deletable", "create_group", "delete_group", "rename_group"]

RENAMED: Final = "the group %(group)s is called %(name)s from now on"


def create_group(app: App, name: str, *, by: str, label: str = "", color: str = "") -> str:
    """Make an empty group; answer its name as it is kept.

    Raises:
        InvalidRecord: When there is one of that name, or one that looks the same, or it cannot be called or shown so.
    """
    name = plain(name)
    with writing(app.engine) as connection:
        _check_free(connection, name)
        make_group(app, connection, name, by=by)
    if label:
        set_label(app, name, label, by=by)
    if color:
        set_color(app, name, color, by=by)
    return name


def rename_group(app: App, name: str, new: str, *, by: str) -> list[int]:
    """Give a group another name; answer the runs that move its members, which reach the shops as any change does.

    While one of them waits for approval both groups are there; the old one is deleted by hand after that.

    Raises:
        NotFound: When there is no such group.
        InvalidRecord: When the group is an ERP's, cannot be called so, or a plan that waits puts somebody into it.
    """
    name, new = plain(name), plain(new)
    with writing(app.engine) as connection:
        _check_own(connection, name)
        _check_free(connection, new)
        _insert_like(connection, name, new)
        rules_changed(connection)
        _write_down(app, connection, by, "rename-group", name, to=new)
        members = _members(connection, name)
    runs = (
        change(app, members, regrouped(Sentence(RENAMED, group=name, name=new), add=new, remove=name), by=by)
        if members
        else []
    )
    _drop_empty(app, name)
    return runs


def check_deletable(app: App, name: str) -> None:
    """Refuse what `delete_group` would refuse, before anybody is asked whether it shall be.

    Raises:
        NotFound: When there is no such group.
        InvalidRecord: When the group is an ERP's, or a plan that waits puts somebody into it.
    """
    with reading(app.engine) as connection:
        _check_own(connection, plain(name))


def delete_group(app: App, name: str, *, by: str) -> list[int]:
    """Take everybody out of a group and forget it; answer the runs that did the first.

    While one of them waits for approval the group stays; deleting it again after that is enough.

    Raises:
        NotFound: When there is no such group.
        InvalidRecord: When the group is an ERP's, or a plan that waits puts somebody into it.
    """
    name = plain(name)
    with writing(app.engine) as connection:
        _check_own(connection, name)
        _write_down(app, connection, by, "delete-group", name)
        members = _members(connection, name)
    runs = change(app, members, regrouped(Sentence(LEFT, group=name), remove=name), by=by) if members else []
    _drop_empty(app, name)
    return runs


def _check_free(connection: Connection, name: str) -> None:
    """Refuse a name that a group has, whoever made it, and one that cannot be a group's."""
    if "\0" in name:
        raise InvalidRecord(
            "this cannot be the name of a group",
            code="group-name-wrong",
            field="groups",
            cure="Leave out the character that cannot be seen.",
        )
    there = connection.scalar(select(t.Group.id).where(t.Group.name == name)) is not None
    if there:
        raise InvalidRecord(
            Sentence("there is a group %(name)s already", name=repr(name)),
            code="group-name-wrong",
            field="groups",
            cure="Use the one that is there, or choose another name.",
        )
    check_group(connection, name)


def _check_own(connection: Connection, name: str) -> None:
    """Refuse unless it is there, the admins', and nobody is about to join it."""
    check_group(connection, name, is_there=True)
    _check_awaited(connection, name)


def _check_awaited(connection: Connection, name: str) -> None:
    """Refuse while a plan waits by which somebody joins: it would bring the group back as if it were an ERP's."""
    joins = t.PlanLine.moves.contains(msgspec.json.encode(f"+{name}").decode(), autoescape=True)
    waits = t.Run.planned_at.is_not(None) & t.Run.finished_at.is_(None)
    run_id = connection.scalar(
        select(t.Run.id)
        .join(t.PlanLine, t.PlanLine.run_id == t.Run.id)
        .where(waits, t.PlanLine.seq > t.Run.applied_seq, t.PlanLine.outcome.is_(None), joins)
        .limit(1)
    )
    if run_id is not None:
        raise InvalidRecord(
            Sentence(
                "by the plan of run %(run)s, which waits, customers join the group %(name)s",
                run=run_id,
                name=repr(name),
            ),
            code="group-awaited",
            field="groups",
            cure="Apply that plan first, or discard it.",
        )


def _insert_like(connection: Connection, name: str, new: str) -> None:
    shown = select(t.Group.label, t.Group.color, t.Group.origin).where(t.Group.name == name)
    row = connection.execute(shown).one()
    connection.execute(insert(t.Group).values(name=new, origin=row.origin, label=row.label, color=row.color))


def _members(connection: Connection, name: str) -> list[int]:
    joined = t.Group.id == t.Membership.group_id
    rows = connection.scalars(select(t.Membership.contractor_id).join(t.Group, joined).where(t.Group.name == name))
    return sorted(rows)


def _drop_empty(app: App, name: str) -> None:
    """Forget a group in which nobody is any more. Rules that name it stay, and lead from nothing."""
    with writing(app.engine) as connection:
        group_id = select(t.Group.id).where(t.Group.name == name).scalar_subquery()
        left = connection.scalar(select(func.count()).where(t.Membership.group_id == group_id))
        if not left:
            connection.execute(delete(t.Group).where(t.Group.name == name))
            rules_changed(connection)


def _write_down(app: App, connection: Connection, by: str, action: str, name: str, **details: str) -> None:
    connection.execute(insert(t.Audit).values(at=app.now(), actor=by, action=action, subject=name, details=details))
