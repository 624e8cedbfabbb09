"""What becomes of two changes of one collection? Merged member by member, mappings entry by entry.

An address added here and one added there both live. Members are recognised by their content, because systems send
them again without ids, or with new ones; the id that one side gives counts between two statements of that side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from syncd.domain.addresses import address_key
from syncd.domain.contractor import Account, Address, AddressKind, Contractor, Employee
from syncd.domain.employees import employee_key

__all__ = [
    "COLLECTIONS",
    "MAPPINGS",
    "Entry",
    "Renamed",
    "in_order_of",
    "is_sent_in_part",
    "merge_mapping",
    "merge_members",
    "put_entry",
    "renamed",
    "unite",
]

COLLECTIONS: Final = frozenset({"phones", "addresses", "employees", "groups", "accounts"})
MAPPINGS: Final = frozenset({"registrations", "custom"})

_UNORDERED: Final = ("addresses", "employees", "accounts")
"""Collections whose order says nothing: systems list them in any. Of phones the first is the one to call."""

_PARTED: Final = (Address, Employee, Account)
"""Members with parts of their own, in which two changes can contradict each other."""

Key = Callable[[Any], Hashable]
Renamed = Mapping[Hashable, Hashable]
"""Content key of a member now → what it was before: the side's own id says that it is the same."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A member, or an entry of a mapping, that both sides changed to different values.

    Attributes:
        name: What a person recognises it by.
        base: As all values: ``None`` where it is not there.
    """

    name: str
    base: Any
    known: Any
    told: Any


@lru_cache(maxsize=64)
def _key(field: str, home: str) -> Key:
    keys: dict[str, Key] = {
        "phones": lambda phone: "".join(filter(str.isdigit, phone)),
        "addresses": lambda address: address_key(address, home),
        "employees": employee_key,
        "groups": lambda name: name,
        "accounts": lambda account: (account.iban, account.settlement),
    }
    return keys[field]


def renamed(field: str, before: Iterable[Any], now: Iterable[Any], home: str = "") -> Renamed:
    """Members that one side changed so much that only its own id tells that they are the same."""
    key = _key(field, home)
    old = {member.key: key(member) for member in before if member.key}
    pairs = ((key(member), old[member.key]) for member in now if member.key in old)
    return {new: was for new, was in pairs if new != was}


def merge_members(
    field: str,
    base: tuple[Any, ...],
    here: tuple[Any, ...],
    now: tuple[Any, ...],
    *,
    wins: bool,
    home: str = "",
    same: Renamed = {},  # noqa: B006 - read only
) -> tuple[tuple[Any, ...], tuple[Entry, ...]]:
    """Apply to `here` what changed from `base` to `now`: gone members go, new ones come, changed ones are replaced.

    A new member takes the place of a gone one where the side replaced it. The order is that of `here`, or where nobody
    else changed anything that of `now`.

    Args:
        wins: The changing side's word stands where both changed one member. A removal stands in any case.

    Returns:
        The members, and those that both changed.
    """
    key = _key(field, home)
    if here == base and not same and _stands_as(base, now, key):
        return now, ()
    old, ours, new = _by_key(base, key), _by_key(here, key), _by_key(now, key, same)
    come = [k for k in new if k not in old and k not in ours]
    result: dict[Hashable, Any] = {}
    entries: list[Entry] = []
    for k, member in ours.items():
        was, told = old.get(k), new.get(k)
        if was is None:
            result[k] = told if wins and told is not None else member
            contested = told is not None and told != member
        elif told is not None:
            result[k], contested = _follow(member, was, told, wins=wins)
        else:
            contested = member != was
            if come:
                k_come = come.pop(0)
                result[k_come] = _in_place_of(member, was, new[k_come], now)
        if contested and isinstance(member, _PARTED):
            entries.append(Entry(name=_name(member), base=was, known=member, told=told))
    entries.extend(
        Entry(name=_name(was), base=was, known=None, told=new[k])
        for k, was in old.items()
        if k in new and k not in ours and new[k] != was and isinstance(was, _PARTED)
    )
    result.update((k, new[k]) for k in come)
    return tuple(result[k] for k in (new if here == base else result)), tuple(entries)


def in_order_of(before: Contractor, now: Contractor) -> Contractor:
    """`now` in the order of `before`, where it holds the same members in another one."""
    changes = {
        field: getattr(before, field)
        for field in _UNORDERED
        if getattr(now, field) != getattr(before, field)
        and Counter(getattr(now, field)) == Counter(getattr(before, field))
    }
    return msgspec.structs.replace(now, **changes) if changes else now


def is_sent_in_part(
    field: str, seen: tuple[Any, ...], now: tuple[Any, ...], sent: Sequence[tuple[Any, ...]], home: str = ""
) -> bool:
    """Whether `now` holds nothing but members of what was `seen` and of what was `sent`, and lacks none of both.

    A side that takes a write in pieces is read between two of them. What kind an address is, not every side can say.
    """
    key = _key(field, home)
    old, new, ours = _by_key(seen, key), _by_key(now, key), [_by_key(members, key) for members in sent]
    come = all(old.get(k) == member or any(_is_sent(member, one.get(k)) for one in ours) for k, member in new.items())
    return come and all(k in new or any(k not in one for one in ours) for k in old)


def _is_sent(there: Any, ours: Any) -> bool:
    if isinstance(there, Address) and isinstance(ours, Address):
        return msgspec.structs.replace(there, kind=ours.kind, key=ours.key) == ours
    return there == ours  # type: ignore[no-any-return]


def unite(field: str, ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The members of both collections; where both have one, ours."""
    return merge_members(field, (), ours, theirs, wins=False)[0]


def merge_mapping(
    base: Mapping[str, str], here: Mapping[str, str], now: Mapping[str, str], *, wins: bool
) -> tuple[dict[str, str], tuple[Entry, ...]]:
    """Apply to `here` what changed from `base` to `now`, entry by entry."""
    result = dict(here)
    entries: list[Entry] = []
    for name in sorted({*base, *now}):
        was, told, ours = base.get(name), now.get(name), here.get(name)
        if told in (was, ours):
            continue
        if ours != was:
            entries.append(Entry(name=name, base=was, known=ours, told=told))
            if not wins:
                continue
        if told is not None:
            result[name] = told
        else:
            result.pop(name, None)
    return result, tuple(entries)


def put_entry(contractor: Contractor, field: str, entry: Entry, value: Any, home: str = "") -> Contractor:
    """Let a member or an entry be `value`, wherever it stands by now; ``None`` removes it."""
    current = getattr(contractor, field)
    changed: Any
    if field in MAPPINGS:
        changed = {name: text for name, text in current.items() if name != entry.name}
        if value is not None:
            changed[entry.name] = value
    else:
        key = _key(field, home)
        meant = {key(member) for member in (entry.base, entry.known, entry.told, value) if member is not None}
        found = next((index for index, member in enumerate(current) if key(member) in meant), len(current))
        changed = (*current[:found], *(() if value is None else (value,)), *current[found + 1 :])
    return msgspec.structs.replace(contractor, **{field: changed})


def _by_key(members: tuple[Any, ...], key: Key, same: Renamed = {}) -> dict[Hashable, Any]:  # noqa: B006 - read only
    """Members by key and how often it was met before: one place may be the office and the delivery address."""
    met: Counter[Hashable] = Counter()
    found: dict[Hashable, Any] = {}
    for member in members:
        k = key(member)
        k = same.get(k, k) if same else k
        found[k, met[k]] = member
        met[k] += 1
    return found


def _stands_as(before: tuple[Any, ...], now: tuple[Any, ...], key: Key) -> bool:
    """Whether each member is still the same, in its place: of most edits that is known without a look at all keys."""
    return len(before) == len(now) and all(a == b or key(a) == key(b) for a, b in zip(before, now, strict=True))


def _follow(member: Any, old: Any, new: Any, *, wins: bool) -> tuple[Any, bool]:
    """Change in `member` what the side changed, and keep what only we hold; say whether the two contradict."""
    if not isinstance(new, msgspec.Struct):
        return (new if old != new and (wins or member == old) else member), False
    changes = {f: getattr(new, f) for f in new.__struct_fields__ if getattr(new, f) != getattr(old, f)}
    against = [f for f in changes if getattr(member, f) not in (getattr(old, f), changes[f])]
    if not wins:
        changes = {f: value for f, value in changes.items() if f not in against}
    return (msgspec.structs.replace(member, **changes) if changes else member), bool(against)


def _in_place_of(gone: Any, was: Any, come: Any, now: tuple[Any, ...]) -> Any:
    """`come` as what follows `gone`: an address of its kind, if the side cannot say that or is left without an office.

    Args:
        was: What the side had called `gone`.
        now: All that the side states.
    """
    if not isinstance(come, Address) or come.kind is gone.kind:
        return come
    unsaid = come.kind is was.kind
    homeless = gone.kind is AddressKind.MAIN and all(one.kind is not AddressKind.MAIN for one in now)
    return msgspec.structs.replace(come, kind=gone.kind) if unsaid or homeless else come


def _name(member: Address | Employee | Account) -> str:
    if isinstance(member, Address):
        return ", ".join(filter(None, (member.street, f"{member.postal_code} {member.city}".strip())))
    return member.email or member.name if isinstance(member, Employee) else member.iban or member.settlement
