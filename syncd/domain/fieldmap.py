"""How does a flat record, of whatever columns, read as a contractor by a configured map?

Shared by the platforms that have no shape of their own: files and databases. The map is compiled once, when a
connection is opened, so that a wrong name in the configuration is found before anything is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from msgspec import Meta

from syncd.domain import groups, tax
from syncd.domain.contractor import Account, Address, AddressKind, Consent, Contractor, Employee, Kind
from syncd.domain.country.normal import as_code
from syncd.errors import InvalidRecord, Misconfigured
from syncd.sentence import Sentence

__all__ = ["ActiveRule", "FieldMap", "Sources", "Values", "is_ruined"]

Values: TypeAlias = Callable[[str], Sequence[str]]
"""Texts that a record has under a column's name or a path; empty where it has none."""

Sources: TypeAlias = str | list[str]
"""One column, or several whose texts belong together (three lines of a name)."""

_TEXT: Final = frozenset(
    "name number tax_id tax_prefix country tax_class first_name last_name contact_person email login_email username"
    " website caretaker price_list payment_form currency origin notes".split()
)
_LISTS: Final = frozenset({"phones", "groups"})
_MEMBERS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "addresses": Address,
    "accounts": Account,
    "employees": Employee,
}
_SINGULAR: Final = {"address": "addresses", "account": "accounts", "employee": "employees"}
_MAPPINGS: Final = frozenset({"registrations", "custom", "consents"})
_BOOLEANS: Final = frozenset({"newsletter", "approved", "registered", "default_login", "active"})
_DECIMALS: Final = frozenset({"credit_limit", "discount"})
_NUMERALS: Final = frozenset({"number", "tax_id", "phones", "postal_code", "iban", "bik", "settlement", "phone"})
"""Fields of digits that are no numbers: what a spreadsheet takes for one, it ruins."""

_TRUE: Final = frozenset("1 -1 t true y yes tak prawda да истина ja oui vrai si vero x".split())
_FALSE: Final = frozenset("0 f false n no nie fałsz нет ложь nej nein non faux falso".split())
_BLANKS: Final = re.compile(r"[\s\u00a0\u202f]+")
_RUINED: Final = re.compile(r"-?\d(?:[.,]\d+)?E\+\d{2,}|\d{7,}[.,]0", re.IGNORECASE)
_POINT: Final = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_COMMA: Final = re.compile(r"-?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?")


class ActiveRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What tells that a contractor is switched off. Values compare without regard to case."""

    column: Annotated[str, Meta(description="Column that tells whether a contractor is switched off.")]
    inactive: Annotated[tuple[str, ...], Meta(description="Its values that mean switched off; all others: on.")] = ()
    active: Annotated[tuple[str, ...], Meta(description="Or its values that mean on; all others: off.")] = ()


class _Target(msgspec.Struct, frozen=True):
    """Where texts of a record go: ``addresses``, 1, ``city``; or ``name`` alone; or ``custom``, None, ``branch``."""

    field: str
    index: int | None
    part: str
    sources: tuple[str, ...]

    @property
    def label(self) -> str:
        """The name that an admin configured it by."""
        return ".".join(str(step) for step in (self.field, self.index, self.part) if step not in (None, ""))


class FieldMap:
    """A configured map, checked.

    Args:
        fields: Columns by contractor's field: ``name``, ``groups``, ``addresses.0.city`` (``address.city`` is the
            same), ``employees.0.email``, ``registrations.regon``, ``custom.branch``, ``consents.newsletter``. A column
            that begins with ``=`` is the text itself. ``kind`` takes ``person`` and ``organisation``, or a yes for a
            person.
        separator: What stands between the members of ``phones`` and ``groups`` in one text.
        decimal_comma: ``1.234,50`` rather than ``1,234.50``.

    Attributes:
        fields: Fields of a contractor that this map states.
        columns: All columns that it reads.

    Raises:
        Misconfigured: If a field does not exist or cannot be read from a column.
    """

    def __init__(
        self,
        fields: Mapping[str, Sources],
        *,
        separator: str = ";",
        decimal_comma: bool = False,
        active: ActiveRule | None = None,
    ) -> None:
        self._targets = [_target(name, sources) for name, sources in fields.items()]
        self._sources = {target.label: target.sources for target in self._targets}
        self._constants = {(t.field, t.index, t.part) for t in self._targets if all(s[:1] == "=" for s in t.sources)}
        self._plan = [(target, _converter(target, separator, decimal_comma)) for target in self._targets]
        self._active = active
        if active is not None and bool(active.active) == bool(active.inactive):
            raise Misconfigured(
                "the rule for switched-off contractors needs either inactive or active values",
                field="active",
                cure='For example: active = { column = "Archiwalny", inactive = ["1", "T"] }.',
            )
        if not any(target.field == "name" for target in self._targets):
            raise Misconfigured("no column is the name", field="fields", cure='For example: fields.name = "Nazwa".')
        stated = {target.field for target in self._targets} | ({"active"} if active else set())
        self.fields = frozenset(stated | ({"tax_prefix", "tax_id_stated"} if "tax_id" in stated else set()))
        read = [column for target in self._targets for column in target.sources if not column.startswith("=")]
        self.columns = tuple(dict.fromkeys([*read, *([active.column] if active else [])]))

    def sources(self, field: str) -> tuple[str, ...]:
        """Columns that a simple field comes from."""
        return self._sources.get(field, ())

    def contractor(self, values: Values, *, record: str) -> Contractor:
        """Read one record.

        Raises:
            InvalidRecord: Naming the field and the cure; the value itself is not repeated.
        """
        stated: dict[str, Any] = {}
        members: dict[str, dict[int, dict[str, Any]]] = {}
        try:
            for target, convert in self._plan:
                value = convert(_texts(target.sources, values))
                if target.index is not None:
                    members.setdefault(target.field, {}).setdefault(target.index, {})[target.part] = value
                elif target.part:
                    stated.setdefault(target.field, {})[target.part] = value
                else:
                    stated[target.field] = value
            self._finish(stated, members)
            if self._active is not None:
                stated["active"] = self._is_active(self._active, values)
        except InvalidRecord as error:
            error.record = record
            raise
        if not stated["name"]:
            raise InvalidRecord(
                "the name is empty", record=record, field="name", cure="Give the contractor a name in the ERP."
            )
        return Contractor(**stated)

    def _finish(self, stated: dict[str, Any], members: Mapping[str, Mapping[int, dict[str, Any]]]) -> None:
        """Shape what came as texts: prefix off the tax id, members without content left out."""
        if "tax_id" in stated:
            split = tax.split(stated["tax_id"])
            stated["tax_id_stated"] = tax.stated_form(stated["tax_id"], split)
            stated["tax_id"] = split.number
            stated["tax_prefix"] = stated.get("tax_prefix", "").upper() or split.prefix
        if "country" in stated:
            stated["country"] = as_code(stated["country"])
        for field in ("registrations", "custom"):
            if field in stated:
                stated[field] = {name: text for name, text in stated[field].items() if text}
        if "consents" in stated:
            stated["consents"] = tuple(
                Consent(kind=kind, given=given) for kind, given in stated["consents"].items() if given is not None
            )
        for field, by_index in members.items():
            stated[field] = tuple(
                _member(field, index, parts)
                for index, parts in sorted(by_index.items())
                if any(value for part, value in parts.items() if (field, index, part) not in self._constants)
            )

    @staticmethod
    def _is_active(rule: ActiveRule, values: Values) -> bool:
        text = next((text.strip().casefold() for text in values(rule.column)), "")
        if rule.active:
            return text in {value.casefold() for value in rule.active}
        return text not in {value.casefold() for value in rule.inactive}


def _texts(sources: Sequence[str], values: Values) -> list[str]:
    """What a record has in some columns; blank texts are none."""
    return [
        stripped
        for column in sources
        for text in ((column[1:],) if column[:1] == "=" else values(column))
        if (stripped := text.strip())
    ]


def _converter(target: _Target, separator: str, decimal_comma: bool) -> Callable[[list[str]], Any]:  # noqa: FBT001
    """How the texts of one target become its value."""
    leaf = target.part if target.field in _MEMBERS else target.field
    label = target.label
    if leaf == "groups":
        return lambda texts: groups.normalise(_split(texts, separator))
    if leaf == "phones":
        return lambda texts: tuple(_split(_whole(texts, label), separator))
    if leaf == "kind":
        of_address = target.field == "addresses"
        return lambda texts: _address_kind(" ".join(texts), target) if of_address else _kind(" ".join(texts))
    if leaf in _BOOLEANS or leaf == "consents":
        return lambda texts: _boolean(" ".join(texts), label)
    if leaf in _DECIMALS:
        return lambda texts: _decimal(" ".join(texts), label, decimal_comma=decimal_comma)
    if leaf == "payment_days":
        return lambda texts: _integer(" ".join(texts), label)
    if leaf in _NUMERALS or leaf == "registrations":
        return lambda texts: " ".join(_whole(texts, label))
    return " ".join


def _split(texts: Sequence[str], separator: str) -> list[str]:
    if not separator:
        return list(texts)
    return [stripped for text in texts for part in text.split(separator) if (stripped := part.strip())]


def _target(name: str, sources: Sources) -> _Target:
    columns = (sources,) if isinstance(sources, str) else tuple(sources)
    field, *rest = name.split(".")
    if field in _SINGULAR and len(rest) == 1:
        field, rest = _SINGULAR[field], ["0", *rest]
    if field in _MEMBERS and len(rest) == 2 and rest[0].isdecimal() and rest[1] in _MEMBERS[field].__struct_fields__:
        return _Target(field, int(rest[0]), rest[1], columns)
    if field in _MAPPINGS and len(rest) == 1 and rest[0]:
        return _Target(field, None, rest[0], columns)
    if not rest and field in _TEXT | _LISTS | _DECIMALS | {
        "kind",
        "payment_days",
        "newsletter",
        "approved",
        "registered",
    }:
        return _Target(field, None, "", columns)
    raise Misconfigured(
        Sentence("a column cannot be mapped to %(name)s", name=repr(name)),
        field="fields",
        cure="Fields are named like name, tax_id, groups, addresses.0.city, registrations.regon, custom.branch;"
        " whether a contractor is switched off is the option active.",
    )


def is_ruined(text: str) -> bool:
    """Whether a spreadsheet turned a text of digits into a number: ``5,26025E+09``, ``5260250274.0``."""
    return _RUINED.fullmatch(text) is not None


def _whole(texts: list[str], field: str) -> list[str]:
    """The same texts, if no spreadsheet ruined one."""
    if any(map(is_ruined, texts)):
        raise InvalidRecord(
            "a spreadsheet turned the digits into a number, and some of them are lost",
            code="spreadsheet-number",
            field=field,
            cure="Format the column as text in the spreadsheet, or export without opening the file in one.",
        )
    return texts


def _decimal(text: str, field: str, *, decimal_comma: bool) -> Decimal | None:
    compact = _BLANKS.sub("", text)
    if not compact:
        return None
    if not (_COMMA if decimal_comma else _POINT).fullmatch(compact):
        raise InvalidRecord(
            "it is not a number in the configured notation",
            field=field,
            cure="Check the decimal_comma option against the source.",
        )
    if decimal_comma:
        return Decimal(compact.replace(".", "").replace(",", "."))
    return Decimal(compact.replace(",", ""))


def _kind(text: str) -> Kind:
    word = text.casefold()
    if word in tuple(Kind):
        return Kind(word)
    return Kind.PERSON if _boolean(text, "kind") else Kind.ORGANISATION


def _address_kind(text: str, target: _Target) -> AddressKind:
    word = text.casefold()
    if word in tuple(AddressKind):
        return AddressKind(word)
    if word:
        raise InvalidRecord(
            "it is no kind of address",
            field=target.label,
            cure=Sentence("Kinds: %(names)s.", names=", ".join(AddressKind)),
        )
    return AddressKind.OTHER if target.index else AddressKind.MAIN


def _boolean(text: str, field: str) -> bool | None:
    word = text.casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    if not word:
        return None
    raise InvalidRecord("it is neither yes nor no", field=field, cure="Export 1 and 0, or true and false.")


def _integer(text: str, field: str) -> int | None:
    compact = _BLANKS.sub("", text)
    if not compact:
        return None
    try:
        return int(compact)
    except ValueError:
        raise InvalidRecord("it is not a whole number", field=field, cure="Export digits only.") from None


def _member(field: str, index: int, parts: dict[str, Any]) -> msgspec.Struct:
    if field == "addresses":
        kind = parts.get("kind") or (AddressKind.OTHER if index else AddressKind.MAIN)
        return Address(**{**parts, "kind": kind, "country": as_code(parts.get("country", ""))})
    if field == "accounts":
        return Account(**{**parts, "iban": _BLANKS.sub("", parts.get("iban", ""))})
    default = parts.get("default_login")
    active = parts.get("active")
    return Employee(
        **{
            **parts,
            "default_login": index == 0 if default is None else default,
            "active": True if active is None else active,
        }
    )
