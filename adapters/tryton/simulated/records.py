"""What do ``create``, ``write``, ``delete`` and ``read`` do to rows?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from adapters.tryton.simulated import checks
from adapters.tryton.simulated.errors import modified, user_error
from adapters.tryton.simulated.schema import LABELS, MODELS, Field
from adapters.tryton.simulated.search import rec_name, siblings
from adapters.tryton.simulated.tables import Row, Tables

__all__ = ["Records"]

Values = Mapping[str, Any]

_STREET_PARTS: Final = (
    "street_name",
    "building_name",
    "building_number",
    "unit_number",
    "floor_number",
    "room_number",
    "post_box",
    "private_bag",
    "post_office",
)


class Records:
    """The methods of all models, for one call.

    Args:
        active_test: Whether switched-off rows are hidden, as they are unless the context says otherwise.
        timestamps: What the caller believes rows to have as ``_timestamp``.
        order: Seed of the order in which a read answers its fields.
    """

    def __init__(
        self, tables: Tables, *, active_test: bool = True, timestamps: Mapping[str, str] | None = None, order: int = 0
    ) -> None:
        self._tables = tables
        self._active_test = active_test
        self._timestamps = dict(timestamps or {})
        self._order = order
        self._unconfirmed: set[int] = set()

    def transact(self, method: str, model: str, *params: Any, late: timedelta = timedelta()) -> Any:
        """Call a method that writes, all or nothing.

        European numbers are then confirmed in a second transaction, which moves their clocks once more.
        """
        with self._tables.transaction(late):
            result = getattr(self, method)(model, *params)
        if self._unconfirmed:
            with self._tables.transaction():
                for id_ in self._unconfirmed & self._tables.rows["party.identifier"].keys():
                    self._touch("party.identifier", id_)
        return result

    def create(self, model: str, rows: Sequence[Values]) -> list[int]:
        """Make records; child rows come in the order of the keys that name them."""
        return [self._create(model, values) for values in rows]

    def write(self, model: str, *pairs: Any) -> None:
        """Change records: pairs of ids and values. What is allowed is decided for all before any is changed."""
        steps = list(zip(pairs[::2], pairs[1::2], strict=True))
        for ids, values in steps:
            self._exist(model, ids, "write to")
            self._stamped(model, ids)
            for id_ in ids:
                self._changeable(model, self._tables.rows[model][id_], values)
        for ids, values in steps:
            for id_ in ids:
                self._change(model, id_, values)

    def delete(self, model: str, ids: Sequence[int]) -> None:
        """Delete records; a party takes its rows along."""
        self._exist(model, ids, "delete")
        self._stamped(model, ids)
        for id_ in ids:
            if model == "party.party":
                for child in ("party.address", "party.identifier", "party.contact_mechanism"):
                    self.delete(child, self._tables.children(child, id_))
            self._tables.replace(model, id_, None)

    def read(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> list[dict[str, Any]]:
        """Values of records; a dotted field answers as ``"relation."`` with an object or a list of them."""
        self._exist(model, ids, "read")
        names = sorted({*fields, "id"})
        Random(self._order).shuffle(names)  # noqa: S311 - by chance, not in secret
        return [self._read(model, self._tables.rows[model][id_], names) for id_ in ids]

    def _create(self, model: str, values: Values) -> int:
        row: Row = {name: None for name, field in MODELS[model].items() if field.kind in _STORED}
        row.update({name: [] for name, field in MODELS[model].items() if field.kind == "many2many"})
        if "active" in MODELS[model]:
            row["active"] = True
        scalars = {name: value for name, value in values.items() if _field(model, name).kind in _STORED}
        if scalars.get("active") is False:
            named = next((name for name in scalars if name not in {"active", "party"}), None)
            if named:
                raise _read_only(model, named, str(scalars.get("name") or ""))
        row.update({name: checks.clean(model, name, value) for name, value in scalars.items()})
        if model == "party.party" and not row["code"]:
            self._tables.last_code += 1
            row["code"] = str(self._tables.last_code)
        id_ = self._tables.insert(model, row)
        self._settle(model, id_)
        self._relate(model, id_, values)
        # Only some models compute a field after creation, which is what gives the new row a write_date.
        if model in {"party.party", "party.contact_mechanism"} or "street" in values:
            self._touch(model, id_)
        return id_

    def _change(self, model: str, id_: int, values: Values) -> None:
        row = dict(self._tables.rows[model][id_])
        for name, value in values.items():
            if _field(model, name).kind in _STORED:
                row[name] = checks.clean(model, name, value)
        self._tables.replace(model, id_, row)
        self._settle(model, id_)
        self._relate(model, id_, values)
        self._touch(model, id_)

    def _touch(self, model: str, id_: int) -> None:
        self._tables.replace(model, id_, {**self._tables.rows[model][id_], "write_date": self._tables.start})

    def _settle(self, model: str, id_: int) -> None:
        """Check a row as it now is, and store it in Tryton's form."""
        row = self._tables.rows[model][id_]
        party = self._tables.rows["party.party"].get(row.get("party") or -1, {}).get("name") or ""
        record = str(row.get("name") or row.get("code") or f"({id_})")
        if model == "party.contact_mechanism":
            record = f"{party} <{row['value'] or ''}>"
        checks.check_text(model, row, record)
        for name, field in MODELS[model].items():
            if field.kind == "many2one" and row[name] and row[name] not in self._tables.rows[field.target]:
                raise user_error(
                    f'The value "{row[name]}" for field "{field.label}" in "{LABELS[model]}" does not exist.'
                )
        if model == "party.identifier":
            self._tables.replace(model, id_, checks.identifier(row, party))
            if row["type"] == "eu_vat":
                self._unconfirmed.add(id_)
        elif model == "party.contact_mechanism":
            self._tables.replace(model, id_, checks.mechanism(row, self._countries(row["party"]), party))
        elif model == "party.address" and row["subdivision"]:
            if self._tables.rows["country.subdivision"][row["subdivision"]]["country"] != row["country"]:
                raise user_error(
                    f'The value for field "Subdivision" in record "{record}" of "Party Address" is not valid according '
                    "to its domain."
                )
        elif model == "party.party":
            self._unique(row)

    def _unique(self, row: Row) -> None:
        others = self._tables.rows["party.party"].values()
        if any(other["code"] == row["code"] and other["id"] != row["id"] for other in others):
            raise user_error("The code on party must be unique.")

    def _countries(self, party: int) -> list[str]:
        addresses = [
            self._tables.rows["party.address"][id_]["country"]
            for id_ in siblings(self._tables, "party.address", party, active_test=True)
        ]
        return [self._tables.rows["country.country"][id_]["code"] for id_ in addresses if id_]

    def _relate(self, model: str, id_: int, values: Values) -> None:
        for name, value in values.items():
            field = _field(model, name)
            if field.kind == "one2many":
                for command in value or ():
                    self._command(field, id_, command)
            elif field.kind == "many2many":
                for command in value or ():
                    self._link(model, name, field, id_, command)
            elif name == "street":
                parts = {**dict.fromkeys(_STREET_PARTS), "street_unstructured": value}
                self._tables.replace(model, id_, {**self._tables.rows[model][id_], **parts})

    def _command(self, field: Field, parent: int, command: Sequence[Any]) -> None:
        """Rows are named by id, and Tryton does not ask whose they are."""
        verb, *arguments = command
        if verb == "create":
            self.create(field.target, [{**values, field.inverse: parent} for values in arguments[0]])
        elif verb == "write":
            self.write(field.target, *arguments)
        elif verb == "delete":
            self.delete(field.target, arguments[0])
        else:
            raise ValueError(f"unknown command {verb}")

    def _link(self, model: str, name: str, field: Field, id_: int, command: Sequence[Any]) -> None:
        verb, ids = command
        row = self._tables.rows[model][id_]
        unknown = [target for target in ids if verb == "add" and target not in self._tables.rows[field.target]]
        if unknown:
            raise user_error(
                f'The value "{unknown[0]}" for field "Category" in "Party - Party Category" does not exist.'
            )
        # What is linked already is not linked again, but what one call names twice is.
        if verb == "add":
            linked = [*row[name], *(target for target in ids if target not in row[name])]
        else:
            linked = [target for target in row[name] if target not in ids]
        self._tables.replace(model, id_, {**row, name: linked})

    def _exist(self, model: str, ids: Sequence[int], verb: str) -> None:
        missing = ", ".join(str(id_) for id_ in ids if id_ not in self._tables.rows[model])
        if missing:
            raise user_error(f'You are trying to {verb} records "{missing}" of "{LABELS[model]}" that don\'t exist.')

    def _stamped(self, model: str, ids: Sequence[int]) -> None:
        for id_ in ids:
            known = self._timestamps.pop(f"{model},{id_}", None)
            if known is not None and known != _timestamp(self._tables.rows[model][id_]):
                raise modified()

    def _changeable(self, model: str, row: Row, values: Values) -> None:
        """A row that is switched off is read-only as it is before the call, but for ``active`` and its relations."""
        record = rec_name(self._tables, model, row["id"])
        structured = any(row.get(part) for part in _STREET_PARTS)
        for name in values:
            field = _field(model, name)
            if field.kind in {"one2many", "many2many"}:
                continue
            off = name != "active" and not row.get("active", True)
            if field.fixed or off or (name == "street" and structured):
                raise _read_only(model, name, record)

    def _read(self, model: str, row: Row, names: Sequence[str]) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        dotted: dict[str, list[str]] = {}
        for name in names:
            base, _, rest = name.partition(".")
            if rest:
                dotted.setdefault(base, []).append(rest)
            else:
                answer[name] = self._value(model, row, name)
        for base, parts in dotted.items():
            field = _field(model, base)
            value = self._value(model, row, base)
            if field.kind == "many2one":
                answer[f"{base}."] = self.read(field.target, [value], parts)[0] if value else None
            else:
                answer[f"{base}."] = self.read(field.target, value, parts)
        return answer

    def _value(self, model: str, row: Row, name: str) -> Any:
        field = _field(model, name)
        if name == "_timestamp":
            return _timestamp(row)
        if name == "rec_name":
            return rec_name(self._tables, model, row["id"])
        if name == "street":
            return _street(row)
        if field.kind == "one2many":
            return siblings(self._tables, field.target, row["id"], active_test=self._active_test)
        if field.kind == "many2many":
            linked = [self._tables.rows[field.target][id_] for id_ in row[name]]
            shown = [target for target in linked if target["active"] or not self._active_test]
            return [target["id"] for target in sorted(shown, key=lambda target: target["name"])]
        if field.kind == "function":
            first = siblings(self._tables, "party.contact_mechanism", row["id"], active_test=True)
            values = [self._tables.rows["party.contact_mechanism"][id_] for id_ in first]
            return next((value["value"] for value in values if value["type"] == name), "")
        return _wire(row[name]) if field.kind == "timestamp" else row[name]


_STORED: Final = frozenset({"char", "text", "integer", "boolean", "timestamp", "many2one"})


def _field(model: str, name: str) -> Field:
    return MODELS[model][name]


def _read_only(model: str, name: str, record: str) -> Exception:
    label = MODELS[model][name].label
    return user_error(f'You are not allowed to modify the field "{label}" in record "{record}" of "{LABELS[model]}".')


def _timestamp(row: Row) -> str | None:
    changed: datetime | None = row["write_date"] or row["create_date"]
    return f"{changed.timestamp():.6f}" if changed else None


def _wire(moment: datetime | None) -> dict[str, Any] | None:
    if moment is None:
        return None
    utc = moment.astimezone(UTC)
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{part: getattr(utc, part) for part in parts}}


def _street(row: Row) -> str | None:
    """Structured parts go before free text, in the default format of an address."""
    numbers = [row[part] for part in ("building_number", "unit_number", "floor_number", "room_number")]
    first = " ".join(filter(None, [row["street_name"], row["building_name"], "/".join(filter(None, numbers))]))
    second = " ".join(filter(None, [row["post_box"], row["private_bag"], row["post_office"]]))
    return "\n".join(filter(None, [first, second])) or row["street_unstructured"]
