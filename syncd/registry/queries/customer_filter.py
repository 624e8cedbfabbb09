"""Which customers does a filter or a search mean, in the database's terms?

Everything is asked of ``listings``, which is narrow; what stands elsewhere is asked for as a set of ids.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    column,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.orm import aliased

from syncd.domain.code import id_of
from syncd.domain.filter import AllOf, Condition, Expression, Op, days
from syncd.domain.folding import fold
from syncd.domain.groups import plain
from syncd.domain.listing import compact_number, sought
from syncd.registry import tables as t
from syncd.registry.engine import is_sqlite
from syncd.registry.listings import INDEX
from syncd.registry.outbox import HELD

__all__ = ["Missing", "Where", "matching"]

Asked = ColumnElement[bool]

_L: Final = t.Listing
_who = t.Listing.contractor_id
_SHORT: Final = 2
"""Letters up to which a word is only looked for where one begins."""
_INDEXED: Final = 2
"""Letters from which on SQLite's index knows a word: with what stands before it, that are three."""


class Missing(msgspec.Struct, frozen=True):
    """Something that a filter names and that is not there (any more)."""

    kind: Literal["group", "connection"]
    name: str


class Where(msgspec.Struct, frozen=True):
    """The condition over ``listings``, and what of the filter could not be found.

    Attributes:
        ids: Their ids alone, each once, where an index somewhere else has just these: to look each of them up in
            ``listings`` takes ten times as long.
        but: The same of all who are not meant.
        reads_text: Whether texts have to be looked through, which is not to be done twice.
        tells: Whether it is soon told of each customer if it is one of `ids`.
        number: How many `ids` are, where that is sooner told than by counting them.
    """

    asked: Asked
    missing: tuple[Missing, ...] = ()
    ids: Select[Any] | None = None
    but: Select[Any] | None = None
    reads_text: bool = False
    tells: bool = False
    number: ColumnElement[int] | None = None


def matching(connection: Connection, expression: Expression | None, search: str, at: datetime) -> Where:
    """Customers that a filter means and a search finds.

    Args:
        at: What time it is, in the zone in which the filter's days begin.
    """
    reader = _Reader(connection, at)
    found = [_found(connection, search)] if search.strip() else []
    asked = [reader.read(expression)] if expression is not None else []
    ids = _found_ids(connection, search) if found and not asked else None
    alone = isinstance(expression, Condition) and not found
    return Where(
        and_(true(), *found, *asked),
        tuple(dict.fromkeys(reader.missing)),
        reader.ids if alone else ids,
        reader.but if alone else None,
        (bool(found) and ids is None) or reader.reads_text,
        reader.tells,
        reader.number if alone else None,
    )


def _found(connection: Connection, search: str) -> Asked:
    texts = [_words(connection, words) for words in sought(search)]
    id_ = id_of(search)
    return or_(false(), *texts, *([] if id_ is None or id_ >= 1 << 63 else [_who == id_]))


def _found_ids(connection: Connection, search: str) -> Select[Any] | None:
    spellings = sought(search)
    if not is_sqlite(connection) or len(spellings) != 1 or id_of(search) is not None:
        return None
    return _indexed(spellings[0]) if all(len(word) >= _INDEXED for word in spellings[0]) else None


def _indexed(words: Iterable[str]) -> Select[Any]:
    """Those in whose text SQLite's index finds all words, each long enough for it."""
    quoted = " AND ".join(f"({' OR '.join(map(_quoted, _pieces(word)))})" for word in words)
    index = table(INDEX, column("rowid"))
    return select(index.c.rowid).where(literal_column(INDEX).op("MATCH")(quoted))


def _quoted(piece: str) -> str:
    return '"{}"'.format(piece.replace('"', '""'))


def _pieces(word: str) -> Sequence[str]:
    """What is looked for in a text: a short word begins one there."""
    return (word,) if len(word) > _SHORT else tuple(f"{before}{word}" for before in "\n ")


def _words(connection: Connection, words: Collection[str]) -> Asked:
    """Each word stands somewhere; a short one begins a word."""
    known = [word for word in words if len(word) >= _INDEXED] if is_sqlite(connection) else []
    asked: list[Asked] = [_who.in_(_indexed(known))] if known else []
    others = [word for word in words if word not in known]
    asked += [or_(*(_L.text.contains(piece, autoescape=True) for piece in _pieces(word))) for word in others]
    return and_(*asked)


class _Names(msgspec.Struct, frozen=True):
    """What there is, by its name as it is written, and by all that are written alike."""

    exactly: Mapping[str, int]
    alike: Mapping[str, Sequence[int]]

    def meant(self, name: str) -> Sequence[int]:
        """One that is called just so is meant alone; else all that are called so in any spelling."""
        name = plain(name)
        return [self.exactly[name]] if name in self.exactly else self.alike.get(fold(name), ())


def _alike(names: Iterable[tuple[str, int]]) -> Mapping[str, Sequence[int]]:
    found: dict[str, list[int]] = {}
    for name, id_ in names:
        found.setdefault(fold(plain(name)), []).append(id_)
    return found


class _Reader:
    """Reads conditions; what they name and the registry does not know is noted.

    Attributes:
        ids: What the condition read last means, as `Where.ids`; ``but`` whom it does not mean.
        reads_text: As `Where.reads_text`, and ``tells`` and ``number`` as those.
    """

    def __init__(self, connection: Connection, at: datetime) -> None:
        self._connection = connection
        self._at = at
        self._names: dict[str, _Names] = {}
        self.missing: list[Missing] = []
        self.ids: Select[Any] | None = None
        self.but: Select[Any] | None = None
        self.reads_text = False
        self.tells = False
        self.number: ColumnElement[int] | None = None

    def read(self, expression: Expression) -> Asked:
        if isinstance(expression, Condition):
            return _READERS[expression.field](self, expression)
        joined = and_ if isinstance(expression, AllOf) else or_
        return joined(*map(self.read, expression.parts))

    def moment(self, condition: Condition, asked: Any) -> Asked:
        start, end = days(condition.values[0], self._at)
        comparisons: Mapping[str, Callable[[], Asked]] = {
            Op.GE: lambda: asked >= start,
            Op.GT: lambda: asked >= end,
            Op.LE: lambda: asked < end,
            Op.LT: lambda: asked < start,
            Op.EQ: lambda: and_(asked >= start, asked < end),
        }
        return comparisons[condition.op]()

    def sets(self, condition: Condition, owner: Any, member: Any, names: _Names) -> Asked:
        """Whether a customer is in any or all of some sets; `owner` and `member` are columns of one table."""
        if condition.op == Op.EMPTY:
            return ~exists().where(owner == _who)
        if condition.op == Op.FILLED:
            return exists().where(owner == _who)
        meant = [names.meant(value) for value in condition.values]
        if condition.op == Op.HAS_ALL:
            return and_(*(_who.in_(select(owner).where(member.in_(ids))) for ids in meant)) if all(meant) else false()
        known = list(dict.fromkeys(chain.from_iterable(meant)))
        inside = select(owner).where(member.in_(known))
        each_once = inside if len(known) == 1 else inside.distinct()  # somebody may be in two
        if condition.op != Op.HAS:
            self.but = each_once
            return not_(_who.in_(inside))
        self.ids = each_once
        return _who.in_(inside)

    def groups(self, condition: Condition) -> Asked:
        if "group" not in self._names:
            rows = self._connection.execute(select(t.Group.id, t.Group.name, t.Group.label)).all()
            labels = _alike((row.label, row.id) for row in rows if row.label)
            names = {plain(row.name): row.id for row in rows}
            self._names["group"] = _Names(names, {**labels, **_alike(names.items())})
        self._note("group", condition.values)
        return self.sets(condition, t.Membership.contractor_id, t.Membership.group_id, self._names["group"])

    def changed(self, condition: Condition) -> Asked:
        then = self.moment(condition, t.Contractor.updated_at)
        # As a sum: in the order of their ids, either database would read row after row to see which were changed then.
        self.ids = select((t.Contractor.id + 0).label("id")).where(then)
        return _who.in_(select(t.Contractor.id).where(then))

    def synced(self, condition: Condition) -> Asked:
        """About the last time that something was brought about at a side."""
        who: Select[Any] = select(t.Told.contractor_id)
        if condition.op == Op.EMPTY:
            self.but = who
            return _who.not_in(who)
        self.ids = who if condition.op == Op.FILLED else who.where(self.moment(condition, t.Told.at))
        return _who.in_(self.ids)

    def bound(self, condition: Condition) -> Asked:
        self._note("connection", condition.values)
        return self.sets(condition, t.Binding.contractor_id, t.Binding.connection_id, self._connections())

    def sync(self, condition: Condition) -> Asked:
        self._note("connection", [condition.of] if condition.of else [])
        where = next(iter(self._connections().meant(condition.of)), None)
        if condition.of and where is None:
            return false()
        states = _states(where)
        asked = or_(*(states[value] for value in condition.values))
        self.tells = True
        match sorted(set(condition.values)), condition.op:
            case ["in_sync"], Op.NE:
                self.but = _in_sync(where)
            case ["never"], Op.NE:
                self.ids = _somewhere(where)
            case ["in_sync"], _:
                self.ids, self.number = _in_sync(where), _number_in_sync(where)
            case ["never"], _:
                self.but = _somewhere(where)
            case ["differs"], Op.EQ:
                self.ids = _differing(where)
        return not_(asked) if condition.op == Op.NE else asked

    def _connections(self) -> _Names:
        if "connection" not in self._names:
            rows = self._connection.execute(select(t.Connection.name, t.Connection.id)).all()
            names = {row.name: row.id for row in rows}
            self._names["connection"] = _Names(names, _alike(names.items()))
        return self._names["connection"]

    def _note(self, kind: Literal["group", "connection"], values: Iterable[str]) -> None:
        known = self._names[kind] if kind in self._names else self._connections()
        self.missing.extend(Missing(kind, value) for value in values if not known.meant(value))


def _in_sync(connection_id: int | None) -> Select[Any]:
    """Who is known at one connection, or at any, and nothing waits there: by indexes that have just that."""
    who = t.Binding.contractor_id
    settled = who.not_in(_unsettled(connection_id)), who.not_in(_waiting(connection_id))
    return _known(connection_id).where(*settled)


def _number_in_sync(connection_id: int | None) -> ColumnElement[int]:
    """All who are known, but for the few of whom something waits."""
    who = t.Binding.contractor_id
    here = [] if connection_id is None else [t.Binding.connection_id + 0 == connection_id]
    known = select(func.count(who.distinct() if connection_id is None else who)).where(*here)
    waiting = _waiting(connection_id).where(exists().where(who == t.Push.contractor_id, *here))
    others = _unsettled(connection_id).union(waiting).subquery("others")
    return known.scalar_subquery() - select(func.count()).select_from(others).scalar_subquery()


def _differing(connection_id: int | None) -> Select[Any]:
    unsettled = _unsettled(connection_id)
    return unsettled.where(unsettled.selected_columns[0].not_in(_waiting(connection_id))).distinct()


def _somewhere(connection_id: int | None) -> Select[Any]:
    """Who is known at one connection, or at any, or is about to be."""
    bound = [t.Binding.contractor_id == t.Push.contractor_id]
    if connection_id is not None:
        bound.append(t.Binding.connection_id == connection_id)
    coming = _waiting(connection_id).where(~exists().where(*bound)).distinct()
    either = _known(connection_id).union_all(coming).subquery("somewhere")
    return select(either.c.contractor_id)


# Connections as sums: by the index that begins with them, SQLite would read a row of a kilobyte for each customer.
def _known(connection_id: int | None) -> Select[Any]:
    known = select(t.Binding.contractor_id)
    return known.distinct() if connection_id is None else known.where(t.Binding.connection_id + 0 == connection_id)


def _unsettled(connection_id: int | None) -> Select[Any]:
    binding = aliased(t.Binding)
    unsettled = select(binding.contractor_id).where(binding.settled_hash.is_(None))
    return unsettled if connection_id is None else unsettled.where(binding.connection_id + 0 == connection_id)


def _waiting(connection_id: int | None) -> Select[Any]:
    waiting = select(t.Push.contractor_id)
    return waiting if connection_id is None else waiting.where(t.Push.connection_id == connection_id)


def _states(connection_id: int | None) -> Mapping[str, Asked]:
    """How a customer stands at one connection; without one, the worst of all: each state leaves out those before it."""
    push, binding = t.Push, t.Binding
    here = (lambda rows: rows.connection_id == connection_id) if connection_id is not None else lambda _rows: true()

    def behind(*how: Asked) -> Asked:
        return _who.in_(select(push.contractor_id).where(here(push), *how))

    def held(*how: Asked) -> Asked:
        return exists().where(binding.contractor_id == _who, here(binding), *how)

    kept = func.coalesce(push.error_code, "") == HELD
    stuck, due = behind(push.due_at.is_(None), not_(kept)), behind(push.due_at.is_not(None))
    tried = behind(push.due_at.is_not(None), push.attempts > 0)
    waits, differs = behind(), held(binding.settled_hash.is_(None))
    return {
        "stuck": stuck,
        "retrying": and_(tried, not_(stuck)),
        "queued": and_(due, not_(stuck), not_(tried)),
        "held": and_(waits, not_(stuck), not_(due)),
        "differs": and_(differs, not_(waits)),
        "in_sync": and_(held(), not_(differs), not_(waits)),
        "never": and_(not_(held()), not_(waits)),
    }


def _text(asked: Any, spell: Callable[[str], str] = fold) -> Callable[[_Reader, Condition], Asked]:
    def read(reader: _Reader, condition: Condition) -> Asked:
        if condition.op in {Op.EMPTY, Op.FILLED}:
            return _lacking(asked, condition)
        reader.reads_text |= condition.op == Op.HAS
        value = spell(condition.values[0].strip())
        return asked.contains(value, autoescape=True) if condition.op == Op.HAS else asked == value  # type: ignore[no-any-return]

    return read


def _lacking(asked: ColumnElement[str], condition: Condition) -> Asked:
    return asked == "" if condition.op == Op.EMPTY else asked != ""


def _tax_id(reader: _Reader, condition: Condition) -> Asked:
    """A number may be asked for without its prefix of two letters."""
    same = _text(_L.tax_id, compact_number)(reader, condition)
    if condition.op != Op.EQ:
        return same
    return or_(same, func.substr(_L.tax_id, 3) == compact_number(condition.values[0]))


def _choice(asked: Any) -> Callable[[_Reader, Condition], Asked]:
    def read(_reader: _Reader, condition: Condition) -> Asked:
        if condition.op in {Op.EMPTY, Op.FILLED}:
            return _lacking(asked, condition)
        inside = asked.in_(condition.values)
        return not_(inside) if condition.op == Op.NE else inside  # type: ignore[no-any-return]

    return read


def _newsletter(_reader: _Reader, condition: Condition) -> Asked:
    values = {"yes": True, "no": False, "unknown": None}
    asked = or_(*(_L.newsletter.is_(values[value]) for value in condition.values))
    return not_(asked) if condition.op == Op.NE else asked


def _code(_reader: _Reader, condition: Condition) -> Asked:
    ids = [min(id_of(value) or 0, (1 << 63) - 1) for value in condition.values]
    comparisons: Mapping[str, Callable[[], Asked]] = {
        Op.EQ: lambda: _who == ids[0],
        Op.IN: lambda: _who.in_(ids),
        Op.GE: lambda: _who >= ids[0],
        Op.GT: lambda: _who > ids[0],
        Op.LE: lambda: _who <= ids[0],
        Op.LT: lambda: _who < ids[0],
    }
    return comparisons[condition.op]()


def _issue(_reader: _Reader, condition: Condition) -> Asked:
    open_: Select[Any] = select(t.Issue.contractor_id).where(
        t.Issue.state == "open", t.Issue.contractor_id.is_not(None)
    )
    if condition.values:
        open_ = open_.where(t.Issue.code.in_(condition.values))
    asked = _who.in_(open_)
    return not_(asked) if condition.op in {Op.NE, Op.EMPTY} else asked


_READERS: Final[Mapping[str, Callable[[_Reader, Condition], Asked]]] = {
    "status": _choice(_L.status),
    "group": _Reader.groups,
    "country": _choice(_L.country),
    "zone": _choice(_L.zone),
    "name": _text(_L.name),
    "number": _text(_L.number),
    "email": _text(_L.email),
    "tax_id": _tax_id,
    "city": _text(_L.city),
    "caretaker": _text(_L.caretaker),
    "code": _code,
    "kind": _choice(_L.kind),
    "newsletter": _newsletter,
    "sync": _Reader.sync,
    "bound": _Reader.bound,
    "issue": _issue,
    "created": lambda reader, condition: reader.moment(condition, _L.created_at),
    "changed": _Reader.changed,
    "synced": _Reader.synced,
}
