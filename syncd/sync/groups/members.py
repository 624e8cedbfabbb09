"""How are customers put into a group that an admin made? By a change like any other.

ERPs say who is in their groups, and admins who is in theirs: neither touches the other's. `syncd.domain.groups`
has the rule by which an ERP's statement leaves an admin's groups alone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import msgspec
from sqlalchemy import Connection, insert, select

from syncd.domain import holds as h
from syncd.domain.findings import KEY_LENGTH
from syncd.domain.groups import normalise, plain, twins
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import tables as t
from syncd.registry.engine import reading, writing
from syncd.registry.groups import ADMIN
from syncd.registry.lookups import group_names, known
from syncd.registry.merging import missing
from syncd.sentence import Counted, Sentence
from syncd.sync.app import App
from syncd.sync.change import Change, Draft, Subject, change
from syncd.sync.rules import rules_changed

__all__ = ["JOINED", "LEFT", "check_group", "join_group", "leave_group", "make_group", "regrouped"]

JOINED: Final = "put into the group %(group)s by an admin"
LEFT: Final = "taken out of the group %(group)s by an admin"


def join_group(app: App, name: str, ids: Collection[int], *, by: str) -> list[int]:
    """Put customers into a group of the admins', made if there is none; answer the runs that did it.

    Raises:
        NotFound: When a customer is unknown; no group is made then.
        InvalidRecord: When an ERP has a group of that name, or one that looks the same.
    """
    name = plain(name)
    with writing(app.engine) as connection:
        _check_known(connection, ids)
        make_group(app, connection, name, by=by)
    return change(app, ids, regrouped(Sentence(JOINED, group=name), add=name), by=by)


def leave_group(app: App, name: str, ids: Collection[int], *, by: str) -> list[int]:
    """Take customers out of a group of the admins'; answer the runs that did it.

    Raises:
        NotFound: When there is no such group, or a customer is unknown.
        InvalidRecord: When the group is an ERP's.
    """
    name = plain(name)
    with reading(app.engine) as connection:
        check_group(connection, name, is_there=True)
    return change(app, ids, regrouped(Sentence(LEFT, group=name), remove=name), by=by)


def check_group(connection: Connection, name: str, *, is_there: bool = False) -> bool:
    """Whether there is a group of this name, in which an admin says who is.

    Args:
        is_there: It has to be there already.

    Raises:
        InvalidRecord: When it is an ERP's, or the name can be nobody's.
        NotFound: When it has to be there and is not.
    """
    if _origin(connection, name) is not None:
        return True
    if is_there:
        raise NotFound(
            Sentence("there is no group %(name)s", name=repr(name)),
            code="no-such-group",
            cure="`syncd groups list` shows them all.",
        )
    _check_name(connection, name)
    return False


def make_group(app: App, connection: Connection, name: str, *, by: str) -> None:
    """Make a group of the admins' if there is none of this name.

    Raises:
        InvalidRecord: When an ERP has a group of that name, or one that looks the same, or the name can be nobody's.
    """
    if not check_group(connection, name):
        connection.execute(insert(t.Group).values(name=name, origin=ADMIN))
        rules_changed(connection)
        made = {"at": app.now(), "actor": by, "action": "make-group", "subject": name, "details": {}}
        connection.execute(insert(t.Audit).values(**made))


def regrouped(rule: str, *, add: str = "", remove: str = "") -> Change:
    """Let customers be in a group, or not in it."""

    def make(subject: Subject) -> Draft | None:
        now = subject.contractor.groups
        groups = normalise(one for one in (*now, add) if one != remove)
        if groups == now or any(hold.reason is h.Reason.ERASED for hold in subject.holds):
            return None
        return Draft(
            contractor=msgspec.structs.replace(subject.contractor, groups=groups), holds=subject.holds, rule=rule
        )

    return make


def _origin(connection: Connection, name: str) -> str | None:
    """Whose group it is; ``None`` where there is none.

    Raises:
        InvalidRecord: When it is an ERP's.
    """
    origin = connection.scalar(select(t.Group.origin).where(t.Group.name == name))
    if origin is not None and origin != ADMIN:
        raise InvalidRecord(
            Sentence("the group %(name)s comes from an ERP, which alone says who is in it", name=repr(name)),
            code="group-of-erp",
            field="groups",
            cure="Change it in the ERP, or choose another name.",
        )
    return origin


def _check_name(connection: Connection, name: str) -> None:
    if not name or len(name) > KEY_LENGTH or not name.isprintable():
        raise InvalidRecord(
            "this cannot be the name of a group",
            code="group-name-wrong",
            field="groups",
            cure=Sentence(
                Counted(
                    "Give it a name of one line, at most %(count)s character.",
                    "Give it a name of one line, at most %(count)s characters.",
                ),
                count=KEY_LENGTH,
            ),
        )
    for names in twins((*group_names(connection), name)):
        if name in names:
            other = next(one for one in names if one != name)
            raise InvalidRecord(
                Sentence(
                    "the groups %(name)s and %(other)s would differ by blanks or capitals only",
                    name=repr(name),
                    other=repr(other),
                ),
                code="group-name-wrong",
                field="groups",
                cure="Use the one that is there, or choose another name.",
            )


def _check_known(connection: Connection, ids: Collection[int]) -> None:
    unknown = sorted(set(ids) - known(connection, ids).keys())
    if unknown:
        raise missing(connection, unknown[0])
