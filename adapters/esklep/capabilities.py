"""What can a connection to this shop express, given its edition and the way to it?"""

from __future__ import annotations

from typing import Final

from adapters.esklep.options import Options, words_of
from syncd.ports import Capabilities

__all__ = ["FIELDS", "capabilities"]

FIELDS: Final = frozenset(
    "name kind number tax_id tax_id_stated tax_prefix country tax_class email login_email phones addresses employees"
    " groups caretaker price_list payment_form payment_days credit_limit discount newsletter approved origin activity"
    " active".split()
)
"""Fields of a contractor that the shop has."""

_READ_ONLY: Final = frozenset({"approved", "origin", "activity"})

_STANDARD: Final = (
    "The edition Standard takes no customers from an ERP, so nothing is written; several groups, several employees and "
    "payment forms of a customer's own need Enterprise or B2B."
)
_LACKING: Final = (
    "The shop has no place for registrations (REGON), bank accounts, first and last name beside the name, contact "
    "person, user name, web site, currency, consents with their evidence, notes and own fields."
)
_ANONYMISED: Final = (
    "Customers are never deleted, only anonymised in the panel; who was anonymised counts as deleted and is never "
    "written again."
)
_LOGIN: Final = (
    "The log-in is the default employee's. An account without a name that is the only one is told as the log-in and "
    "not as an employee, and the last account is never taken away."
)
_COUNTED: Final = "Orders, loyalty points, origin and acceptance are read and never written as such."
_NO_ERASURE: Final = (
    "An erased customer is overwritten as far as the shop takes it: anonymise the customer in its panel."
)
_DELAY: Final = (
    "A write is a file for the panel's import. Until an export shows it, what was written counts as held, and a block "
    "as one that does not work yet; an import that the shop refuses is seen when import_hours are over."
)
_PANEL: Final = "With files, a registration that waits in the shop is accepted or rejected in its panel."
_CSV: Final = "A CSV export has no addresses and employees. An import needs whole customers, so nothing is written."


def capabilities(options: Options, fields: frozenset[str] | None = None) -> Capabilities:
    """Say what a connection reads, writes and lacks; `fields` narrows it, ``None`` does not."""
    by_file, csv = options.transport == "file", options.transport == "file" and options.export == "csv"
    reads = FIELDS - {"addresses", "employees"} if csv else FIELDS
    writes = reads - _READ_ONLY
    if by_file:
        writes -= {"tax_id_stated"}
    if fields is not None:
        reads, writes = reads & fields, writes & fields
    standard = options.edition == "standard"
    written = not standard and not csv
    degradations = [
        *([_STANDARD] if standard else []),
        *([_CSV] if csv else []),
        _LACKING,
        _ANONYMISED,
        *([] if csv else [_LOGIN]),
        _COUNTED,
        *([_NO_ERASURE] if written else []),
        *([_DELAY, _PANEL] if by_file and written else []),
    ]
    return Capabilities(
        reads=reads,
        writes=writes if written else frozenset(),
        many_groups=not standard,
        block="native" if written else "none",
        incremental="modified",
        versions=not by_file,
        idempotent_create=False,
        delete="soft",
        unique_logins=True,
        degradations=tuple(degradations),
        zones=words_of(options).zones(),
    )
