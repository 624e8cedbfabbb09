"""Who may change which field, and how does an admin change that?"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from syncd.domain.country import Zone
from syncd.domain.policy import EDITS, RULES, Empty, FieldRules, Forbidden, Rule
from syncd.domain.side import Side
from syncd.errors import InvalidRecord
from syncd.registry import field_rules
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.registry.field_rules import EVERYWHERE, Changed
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.rules import rules_changed

__all__ = [
    "FieldRow",
    "RuleChange",
    "Wish",
    "change_rules",
    "compare_rules",
    "edit_word",
    "export_rules",
    "import_rules",
    "list_rules",
    "parse_edit",
    "portable",
    "reset_rule",
    "set_rule",
    "try_rules",
]

_PARTS: Final = ("owner", "edit", "empty", "forbidden")


class FieldRow(msgspec.Struct, frozen=True, kw_only=True):
    """The rule of one field that is in force.

    Attributes:
        shop: The connection for whose word it is in force; ``None`` for all.
        edit: ``never``, ``domestic``, ``always``, or zones with commas between.
        changed: Which parts differ from the built-in default.
        by: Who changed it, if anybody did.
    """

    field: str
    shop: str | None
    owner: Side
    edit: str
    empty: Empty
    forbidden: Forbidden
    changed: tuple[str, ...]
    by: str | None
    at: datetime | None


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to change in a rule; ``None`` leaves a part as it is."""

    owner: Side | None = None
    edit: str | None = None
    empty: Empty | None = None
    forbidden: Forbidden | None = None


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that would be another one, or is; each part by its name."""

    field: str
    shop: str | None
    before: dict[str, str]
    after: dict[str, str]

    @property
    def parts(self) -> dict[str, tuple[str, str]]:
        """Only what differs: how it was, and how it is."""
        return {part: (self.before[part], self.after[part]) for part in _PARTS if self.before[part] != self.after[part]}


def list_rules(app: App) -> list[FieldRow]:
    """All rules for all shops, field by field, and after each those that single shops have of their own."""
    names = {connected.id: connected.name for connected in app.connections.values()}
    with reading(app.engine) as connection:
        changed = {(one.field, one.connection_id): one for one in field_rules.changed(connection)}
    rows = []
    for field, rule in RULES.items():
        rows.append(_row(field, None, rule, changed.get((field, EVERYWHERE))))
        rows.extend(
            _row(field, name, rule, changed[field, id_]) for id_, name in names.items() if (field, id_) in changed
        )
    return rows


def set_rule(app: App, field: str, wish: Wish, *, by: str, shop: str | None = None) -> FieldRow:
    """Change a rule. Runs that begin from now on follow it; `syncd reverify` shows what it means for everybody.

    Args:
        shop: The connection for whose word it is to be in force; ``None`` for all.

    Raises:
        InvalidRecord: When there is no such field, zone or shop.
    """
    with writing(app.engine) as connection:
        return _set(app, connection, field, wish, by=by, shop=shop)


def reset_rule(app: App, field: str, *, by: str, shop: str | None = None) -> FieldRow:
    """Go back to the default; for one shop to what is in force for all.

    Raises:
        InvalidRecord: When there is no such field or shop.
    """
    _known(field)
    with writing(app.engine) as connection:
        _reset(app, connection, field, by=by, shop=shop)
        rule = field_rules.load(connection).everywhere[field]
    return _row(field, shop, rule, None)


def compare_rules(app: App, fields: Sequence[str], wish: Wish | None, *, shop: str | None = None) -> list[RuleChange]:
    """What a change of several rules would change; nothing is written.

    Args:
        wish: ``None``: back to the default; for one shop to what is in force for all.

    Raises:
        InvalidRecord: When there is no such field, zone or shop.
    """
    with reading(app.engine) as connection:
        return list(_compared(app, connection, fields, wish, shop))


def change_rules(
    app: App, fields: Sequence[str], wish: Wish | None, *, by: str, shop: str | None = None
) -> list[RuleChange]:
    """Change several rules, all or none; see `compare_rules` and `set_rule`."""
    with writing(app.engine) as connection:
        changes = list(_compared(app, connection, fields, wish, shop))
        for one in changes:
            if wish is not None:
                _set(app, connection, one.field, wish, by=by, shop=shop)
            else:
                _reset(app, connection, one.field, by=by, shop=shop)
    return changes


def portable(changes: Iterable[RuleChange]) -> str:
    """The rules as they would be, as TOML that `try_rules` and `import_rules` take."""
    return "\n".join(_table(one.field, one.shop, one.after, _PARTS) for one in changes)


def export_rules(app: App) -> str:
    """All rules that differ from the defaults, as TOML that `import_rules` takes."""
    return "\n".join(_tables(list_rules(app)))


def import_rules(app: App, text: str, *, by: str) -> list[FieldRow]:
    """Take over exported rules, all or none. Rules that the text does not name stay as they are.

    Raises:
        InvalidRecord: Naming what in the text cannot be used.
    """
    wishes = _read(text)
    with writing(app.engine) as connection:
        return [_set(app, connection, field, wish, by=by, shop=shop) for field, shop, wish in wishes]


def try_rules(app: App, text: str) -> FieldRules:
    """What would be in force if exported rules were taken over; nothing is written.

    Raises:
        InvalidRecord: Naming what in the text cannot be used.
    """
    with reading(app.engine) as connection:
        changed = {(one.field, one.connection_id): one for one in field_rules.changed(connection)}
    for field, shop, wish in _read(text):
        _known(field)
        id_ = _shop_id(app, shop)
        rule = _wished(field_rules.compose(changed.values()), field, id_, wish)
        changed[field, id_] = Changed(field=field, connection_id=id_, rule=rule, by="", at=app.now())
    return field_rules.compose(changed.values())


def edit_word(zones: frozenset[Zone]) -> str:
    """A set of zones as one says it."""
    return next((word for word, some in EDITS.items() if some == zones), ",".join(z for z in Zone if z in zones))


def parse_edit(text: str) -> frozenset[Zone]:
    """The zones that somebody named.

    Raises:
        InvalidRecord: When one of them is none.
    """
    if text in EDITS:
        return EDITS[text]
    try:
        return frozenset(Zone(word.strip()) for word in text.split(","))
    except ValueError:
        raise InvalidRecord(
            Sentence("%(text)s says of no zone that a shop may edit there", text=repr(text)),
            code="rule-unusable",
            cure=Sentence(
                "Say %(edits)s, or zones with commas between: %(names)s.",
                edits=", ".join(EDITS),
                names=", ".join(Zone),
            ),
        ) from None


_FORM: Final = 'The form is: [fields.name] edit = "always"; for one shop [fields.name.shops.NAME].'


def _set(app: App, connection: Connection, field: str, wish: Wish, *, by: str, shop: str | None) -> FieldRow:
    found = list(_compared(app, connection, [field], wish, shop))
    id_ = _shop_id(app, shop)
    rule = _wished(field_rules.load(connection), field, id_, wish)
    changed = Changed(field=field, connection_id=id_, rule=rule, by=by, at=app.now())
    field_rules.store(connection, changed)
    _note(app, connection, "set-field-rule", _subject(field, shop), by, found)
    return _row(field, shop, RULES[field], changed)


def _reset(app: App, connection: Connection, field: str, *, by: str, shop: str | None) -> None:
    found = list(_compared(app, connection, [field], None, shop))
    if field_rules.remove(connection, field, _shop_id(app, shop)):
        _note(app, connection, "reset-field-rule", _subject(field, shop), by, found)


def _compared(
    app: App, connection: Connection, fields: Iterable[str], wish: Wish | None, shop: str | None
) -> Iterator[RuleChange]:
    """Rules that would be others."""
    id_ = _shop_id(app, shop)
    rules = field_rules.load(connection)
    for field in dict.fromkeys(fields):
        _known(field)
        before = (rules.everywhere if id_ == EVERYWHERE else rules.of(id_))[field]
        default = RULES[field] if id_ == EVERYWHERE else rules.everywhere[field]
        one = RuleChange(
            field=field,
            shop=shop,
            before=_said(before),
            after=_said(default if wish is None else _wished(rules, field, id_, wish)),
        )
        if one.parts:
            yield one


def _wished(rules: FieldRules, field: str, id_: int, wish: Wish) -> Rule:
    before = (rules.everywhere if id_ == EVERYWHERE else rules.of(id_))[field]
    return Rule(
        wish.owner or before.owner,
        before.shop_edit if wish.edit is None else parse_edit(wish.edit),
        wish.empty or before.empty,
        wish.forbidden or before.forbidden,
    )


def _read(text: str) -> list[tuple[str, str | None, Wish]]:
    """Field, shop and wish of each rule in a text."""
    try:
        tables = msgspec.convert(tomllib.loads(text), dict[str, dict[str, Any]], strict=True)
        return [
            (field, shop, msgspec.convert(parts, Wish))
            for field, parts in tables.get("fields", {}).items()
            for shop, parts in _parts(parts)
        ]
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InvalidRecord(
            Sentence("these are no field rules: %(error)s", error=error), code="rule-unusable", cure=_FORM
        ) from None


def _subject(field: str, shop: str | None) -> str:
    return f"field {field}" if shop is None else f"field {field} at {shop}"


def _note(app: App, connection: Connection, action: str, subject: str, by: str, changes: Sequence[RuleChange]) -> None:
    rules_changed(connection)
    parts = {part: told for one in changes for part, told in one.parts.items()}
    before, after = ({part: told[at] for part, told in parts.items()} for at in (0, 1))
    write_down(connection, app.now(), by, action, subject, before=before, after=after)


def _known(field: str) -> None:
    if field in RULES:
        return
    if field == "active":
        cure = "Whether an account works follows from holds: `syncd customers block --help`."
    else:
        near = difflib.get_close_matches(field, RULES, n=3)
        cure = (
            Sentence("Did you mean %(names)s?", names=" or ".join(near)) if near else "`syncd fields list` shows all."
        )
    raise InvalidRecord(
        Sentence("there is no rule for a field %(field)s", field=repr(field)), code="rule-unusable", cure=cure
    )


def _shop_id(app: App, shop: str | None) -> int:
    if shop is None:
        return EVERYWHERE
    connected = app.connection(shop)
    if connected.settings.side is not Side.SHOP:
        raise InvalidRecord(
            Sentence("%(shop)s is no shop: an ERP's edits always count", shop=shop),
            code="rule-unusable",
            cure="Leave the shop out.",
        )
    return connected.id


def _row(field: str, shop: str | None, default: Rule, changed: Changed | None) -> FieldRow:
    rule = default if changed is None else changed.rule
    said, by_default = _said(rule), _said(RULES[field])
    return FieldRow(
        field=field,
        shop=shop,
        owner=rule.owner,
        edit=edit_word(rule.shop_edit),
        empty=rule.empty,
        forbidden=rule.forbidden,
        changed=tuple(part for part in _PARTS if said[part] != by_default[part]),
        by=None if changed is None else changed.by,
        at=None if changed is None else changed.at,
    )


def _said(rule: Rule) -> dict[str, str]:
    return {
        "owner": rule.owner,
        "edit": edit_word(rule.shop_edit),
        "empty": rule.empty,
        "forbidden": rule.forbidden,
    }


def _tables(rows: list[FieldRow]) -> Iterator[str]:
    """Only what was changed; for a shop all four parts, because what is in force for all may differ elsewhere."""
    for row in rows:
        parts = row.changed if row.shop is None else _PARTS
        if row.by is not None and parts:
            yield _table(row.field, row.shop, {part: str(getattr(row, part)) for part in parts}, parts)


def _table(field: str, shop: str | None, said: Mapping[str, str], parts: Iterable[str]) -> str:
    head = f"fields.{field}" + (f".shops.{shop}" if shop else "")
    return "\n".join((f"[{head}]", *(f'{part} = "{said[part]}"' for part in parts), ""))


def _parts(table: dict[str, Any]) -> Iterator[tuple[str | None, Any]]:
    """A field's table for all shops, then those of single shops."""
    own = {key: value for key, value in table.items() if key != "shops"}
    if own:
        yield None, own
    yield from table.get("shops", {}).items()
