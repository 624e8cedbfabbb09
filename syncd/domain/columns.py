"""Which columns does a table of customers have? The console shows them, exports write them, imports read them.

A column has a code, which is the same in addresses, files and on the command line, and a name in words. Where it shows
a field that a person may set, it also says how a text becomes the field's value.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

import msgspec

from syncd.domain.code import code_of
from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.domain.holds import Holds, sentence
from syncd.domain.values import parse_value
from syncd.errors import InvalidRecord

__all__ = ["COLUMNS", "DEFAULT", "Column", "Entry", "choose_columns", "parse_cell", "put_cell", "text_of"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the registry knows of one customer, as far as a table shows it.

    Attributes:
        external_ids: By connection; empty where nobody asked for them.
    """

    id: int
    contractor: Contractor
    status: str
    zone: str
    holds: Holds
    created_at: datetime
    updated_at: datetime
    external_ids: Mapping[str, str] = {}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column.

    Attributes:
        name: In words, in English.
        value: What stands in it.
        field: The contractor's field that it shows, all or a part; ``""`` for what follows from other things.
        part: Which part of the main address it is.
    """

    code: str
    name: str
    value: Callable[[Entry], Any]
    field: str = ""
    part: str = ""

    @property
    def settable(self) -> bool:
        """Whether an import takes it. Evidence of consent is not typed into a table."""
        return bool(self.field) and self.field not in {"active", "activity", "consents"}


def _field(code: str, name: str) -> Column:
    return Column(code=code, name=name, field=code, value=attrgetter(f"contractor.{code}"))


def _part(code: str, name: str, part: str) -> Column:
    def value(entry: Entry) -> str:
        main = _main(entry.contractor)
        return "" if main is None else str(getattr(main, part))

    return Column(code=code, name=name, field="addresses", part=part, value=value)


def _counted(code: str, name: str) -> Column:
    def value(entry: Entry) -> Any:
        return None if entry.contractor.activity is None else getattr(entry.contractor.activity, code)

    return Column(code=code, name=name, field="activity", value=value)


_ALL: Final = (
    Column(code="code", name="Code", value=lambda entry: code_of(entry.id)),
    _field("number", "Customer number"),
    _field("name", "Name"),
    _field("kind", "Kind"),
    Column(code="status", name="Status", value=attrgetter("status")),
    Column(code="holds", name="Why it is held", value=lambda entry: tuple(sentence(hold) for hold in entry.holds)),
    Column(code="zone", name="Zone", value=attrgetter("zone")),
    _field("country", "Country"),
    _field("tax_prefix", "VAT prefix"),
    _field("tax_id", "Tax id"),
    _field("registrations", "Other registrations"),
    _field("first_name", "First name"),
    _field("last_name", "Last name"),
    _field("contact_person", "Contact person"),
    _field("email", "E-mail"),
    _field("login_email", "Log-in e-mail"),
    _field("username", "User name"),
    _field("phones", "Phones"),
    _field("website", "Website"),
    _part("street", "Street", "street"),
    _part("postal_code", "Postal code", "postal_code"),
    _part("city", "City", "city"),
    _part("region", "Region", "region"),
    _field("addresses", "All addresses"),
    _field("employees", "Employees"),
    _field("groups", "Groups"),
    _field("caretaker", "Caretaker"),
    _field("price_list", "Price list"),
    _field("payment_form", "Payment form"),
    _field("payment_days", "Payment days"),
    _field("credit_limit", "Credit limit"),
    _field("currency", "Currency"),
    _field("discount", "Discount"),
    _field("accounts", "Bank accounts"),
    _field("newsletter", "Newsletter"),
    _field("consents", "Consents"),
    _field("approved", "Approved buyer"),
    _field("registered", "Registered"),
    _field("origin", "Origin"),
    _field("notes", "Notes"),
    _field("custom", "Own fields"),
    _counted("orders", "Orders"),
    _counted("gross", "Order value"),
    _counted("net", "Net order value"),
    _counted("last_order", "Last order"),
    _counted("last_visit", "Last visit"),
    _counted("points", "Points"),
    Column(code="external_ids", name="Number on each side", value=attrgetter("external_ids")),
    Column(code="created_at", name="Created", value=attrgetter("created_at")),
    Column(code="updated_at", name="Changed", value=attrgetter("updated_at")),
)
COLUMNS: Final[Mapping[str, Column]] = {column.code: column for column in _ALL}
"""All columns by code, in the order in which they are offered."""

DEFAULT: Final = tuple(
    "code number name status zone country tax_id email phones street postal_code city groups newsletter"
    " updated_at".split()
)
"""What is shown and exported where nobody chose."""


def choose_columns(codes: Sequence[str]) -> tuple[Column, ...]:
    """Columns by their codes, in the order named; the default for none, all for ``all``.

    Raises:
        InvalidRecord: For an unknown or doubled code, with the nearest known ones.
    """
    if list(codes) == ["all"]:
        return _ALL
    for code in codes:
        if code not in COLUMNS:
            near = difflib.get_close_matches(code, COLUMNS, n=3)
            cure = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(COLUMNS)}."
            raise InvalidRecord(f"there is no column {code!r}", code="no-such-column", field="columns", cure=cure)
    doubled = next((code for code in codes if list(codes).count(code) > 1), None)
    if doubled:
        raise InvalidRecord(
            f"the column {doubled!r} is named twice", code="no-such-column", field="columns", cure="Name it once."
        )
    return tuple(COLUMNS[code] for code in codes or DEFAULT)


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
    return not any(";" in one or one != one.strip() or not one for one in texts) and not "".join(texts).startswith("[")


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
