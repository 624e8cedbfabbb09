"""Which columns does a table of customers have? The console shows them, exports write them, imports read them.

A column has a code, which is the same in addresses, files and on the command line; what it is called in words and
languages, the console knows. Where it shows a field that a person may set, it also says how a text becomes the field's
value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

import msgspec

from syncd.domain.code import code_of
from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.domain.filter.problem import InvalidFilter, one_of
from syncd.domain.holds import Holds, sentence
from syncd.domain.values import parse_value
from syncd.sentence import Sentence

__all__ = ["COLUMNS", "DEFAULT", "Column", "Entry", "choose_columns", "parse_cell", "put_cell", "text_of"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the registry knows of one customer, as far as a table shows it.

    Attributes:
        external_ids: By connection; this and what follows is empty where nobody asked for it.
        sync: How it stands at the connections, the worst of them.
        issues: Codes of what is open about it.
        synced_at: When something was last brought about at a side.
    """

    id: int
    contractor: Contractor
    status: str
    zone: str
    holds: Holds
    created_at: datetime
    updated_at: datetime
    external_ids: Mapping[str, str] = {}
    sync: str = ""
    issues: tuple[str, ...] = ()
    synced_at: datetime | None = None


class Column(msgspec.Struct, frozen=True):
    """One column.

    Attributes:
        value: What stands in it.
        field: The contractor's field that it shows, all or a part; ``""`` for what follows from other things.
        part: Which part of the main address it is.
    """

    code: str
    value: Callable[[Entry], Any]
    field: str = ""
    part: str = ""

    @property
    def settable(self) -> bool:
        """Whether an import takes it. Evidence of consent is not typed into a table."""
        return bool(self.field) and self.field not in {"active", "activity", "consents"}


def _field(code: str) -> Column:
    return Column(code, attrgetter(f"contractor.{code}"), field=code)


def _part(code: str) -> Column:
    def value(entry: Entry) -> str:
        main = _main(entry.contractor)
        return "" if main is None else str(getattr(main, code))

    return Column(code, value, field="addresses", part=code)


def _counted(code: str) -> Column:
    def value(entry: Entry) -> Any:
        return None if entry.contractor.activity is None else getattr(entry.contractor.activity, code)

    return Column(code, value, field="activity")


_ALL: Final = (
    Column("code", lambda entry: code_of(entry.id)),
    _field("number"),
    _field("name"),
    _field("kind"),
    Column("status", attrgetter("status")),
    Column("holds", lambda entry: tuple(str(sentence(hold)) for hold in entry.holds)),
    Column("zone", attrgetter("zone")),
    _field("country"),
    _field("tax_prefix"),
    _field("tax_id"),
    _field("registrations"),
    _field("first_name"),
    _field("last_name"),
    _field("contact_person"),
    _field("email"),
    _field("login_email"),
    _field("username"),
    Column("phone", lambda entry: "".join(entry.contractor.phones[:1])),
    _field("phones"),
    _field("website"),
    _part("street"),
    _part("postal_code"),
    _part("city"),
    _part("region"),
    _field("addresses"),
    _field("employees"),
    _field("groups"),
    _field("caretaker"),
    _field("price_list"),
    _field("payment_form"),
    _field("payment_days"),
    _field("credit_limit"),
    _field("currency"),
    _field("discount"),
    _field("accounts"),
    _field("newsletter"),
    _field("consents"),
    _field("approved"),
    _field("registered"),
    _field("origin"),
    _field("notes"),
    _field("custom"),
    _counted("orders"),
    _counted("gross"),
    _counted("net"),
    _counted("last_order"),
    _counted("last_visit"),
    _counted("points"),
    Column("external_ids", attrgetter("external_ids")),
    Column("sync", attrgetter("sync")),
    Column("synced", attrgetter("synced_at")),
    Column("issues", attrgetter("issues")),
    Column("created", attrgetter("created_at")),
    Column("changed", attrgetter("updated_at")),
)
COLUMNS: Final[Mapping[str, Column]] = {column.code: column for column in _ALL}
"""All columns by code, in the order in which they are offered."""

DEFAULT: Final = tuple(
    "code number name status zone country tax_id email phones street postal_code city groups newsletter changed".split()
)
"""What is shown and exported where nobody chose."""


def choose_columns(codes: Sequence[str]) -> tuple[Column, ...]:
    """Columns by their codes, each once, in the order named; the default for none, all for ``all``.

    Raises:
        InvalidFilter: For an unknown code, with the nearest known one.
    """
    if list(codes) == ["all"]:
        return _ALL
    unknown = next((code for code in codes if code not in COLUMNS), None)
    if unknown is not None:
        cure = one_of(unknown, COLUMNS, "Columns: %(names)s.")
        raise InvalidFilter(
            Sentence("customers have no column %(unknown)s", unknown=repr(unknown)), cure=cure, field="columns"
        )
    return tuple(COLUMNS[code] for code in dict.fromkeys(codes) or DEFAULT)


_JSON: Final = msgspec.json.Encoder(order="deterministic", decimal_format="string")
_YES: Final = {True: "yes", False: "no"}
_SAID: Final = {"yes": "true", "no": "false", "1": "true", "0": "false", "true": "true", "false": "false"}
_FLAGS: Final = frozenset({"newsletter", "approved", "registered"})
_AMOUNTS: Final = frozenset({"credit_limit", "discount"})
_LISTS: Final = frozenset({"phones", "groups"})
_COMMA: Final = re.compile(r"-?\d+,\d+")


def text_of(value: Any) -> str:
    """A value as one text: of a list of texts its parts with semicolons between; what has parts of its own as JSON."""
    if isinstance(value, str):
        return str(value)  # what is a word of a fixed list becomes a plain text
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES[value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        return "; ".join(value) if _joins(value) else _JSON.encode(value).decode()
    if isinstance(value, Collection):
        return _JSON.encode(value).decode() if value else ""
    return str(value)


def _joins(texts: tuple[str, ...]) -> bool:
    """Whether the texts can be told apart again once they are one."""
    whole = "".join(texts)
    return ";" not in whole and not whole.startswith("[") and all(one and one == one.strip() for one in texts)


def parse_cell(column: Column, text: str) -> Any:
    """The value that a text means in a column; the inverse of `text_of`, and lenient beyond it.

    Raises:
        InvalidRecord: Naming the field and the form that it takes.
    """
    if column.part:
        return text
    if column.field in _FLAGS:
        text = _SAID.get(text.lower(), text)
    elif column.field in _AMOUNTS and _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    elif column.field in _LISTS and text and not text.startswith("["):
        text = _JSON.encode([one.strip() for one in text.split(";") if one.strip()]).decode()
    return parse_value(column.field, text)


def put_cell(contractor: Contractor, column: Column, value: Any) -> Contractor:
    """The contractor with a column's value; a part of the main address makes one where there is none."""
    if not column.part:
        return msgspec.structs.replace(contractor, **{column.field: value})
    main = _main(contractor)
    if main is None:
        return msgspec.structs.replace(contractor, addresses=(Address(**{column.part: value}), *contractor.addresses))
    changed = msgspec.structs.replace(main, **{column.part: value})
    addresses = tuple(changed if address is main else address for address in contractor.addresses)
    return msgspec.structs.replace(contractor, addresses=addresses)


def _main(contractor: Contractor) -> Address | None:
    return next((one for one in contractor.addresses if one.kind is AddressKind.MAIN), None)
