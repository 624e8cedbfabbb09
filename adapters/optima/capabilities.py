"""What can a connection to Optima express, and what of a customer registry can it not?"""

from __future__ import annotations

from typing import Final

from adapters.optima.options import Options, knows_all_groups
from syncd.ports import Capabilities

__all__ = ["capabilities_of"]

_READS: Final = frozenset(
    "name kind number tax_id tax_id_stated tax_prefix country tax_class registrations email phones website addresses"
    " groups payment_form payment_days credit_limit notes active".split()
)
_WRITES: Final = _READS - {"number", "tax_id_stated", "tax_class", "groups"}

_ALWAYS: Final = (
    "The program's own log-ins, newsletter, consents and approvals are unknown to Optima and stay with the shop.",
    "There is one registered office and one postal address; other addresses, and their names and phones, are not kept.",
    "Of register numbers REGON, GLN and EAN are kept; a PESEL is never read out of Optima.",
    "The carer is not read: operators live in another database.",
    "Discounts, currency and first and last names have no known column.",
)
_READ_ONLY: Final = 'Optima is only read; changes from the shop need write = "xml" and Optima\'s import.'
_WRITES_FILES: Final = (
    "A write is a file for Optima's import: until reading shows it, what was written counts as held.",
    "A new contractor's acronym is made up by syncd, or is the shop's number by an option, and never changes.",
    "Optima compares no versions: what somebody keys in between the writing of a file and its import is overwritten.",
    "Bank accounts, attributes, contact persons, price level and class of country are not written.",
)
_MAIN_GROUP: Final = "Only the main group is read, and none is written, without the option extra_groups."
_NO_POSTAL: Final = "The postal address is read and not written, unless the option write_postal says that it can be."
_NO_PERSONS: Final = "Contact persons and their e-mails are not read without the option persons."
_NO_ACCOUNTS: Final = "Bank accounts are not read without the option accounts."
_NO_SQL: Final = "Price level, attributes and contact persons are in the database only."
_DELTA: Final = "Files hold changes only, so a contractor that Optima deletes is never reported as missing."


def capabilities_of(options: Options, chosen: frozenset[str] | None) -> Capabilities:
    """What a connection with these options can express.

    Args:
        chosen: What the configuration narrows it to.
    """
    sql, writes_files = options.read == "sql", options.write == "xml"
    reads = _READS | (_sql_reads(options) if sql else {"accounts"})
    writes = _WRITES if writes_files else frozenset[str]()
    if writes_files:
        writes |= {"groups"} if knows_all_groups(options) else frozenset()
        writes |= {"number"} if options.write_number else frozenset()
    if chosen is not None:
        reads, writes = reads & (chosen | {"name"}), writes & (chosen | {"name"})
    delta = not sql and options.mode == "delta"
    return Capabilities(
        reads=reads,
        writes=writes,
        many_groups=knows_all_groups(options),
        block="flag" if "active" in writes else "none",
        incremental="modified",
        delete="none" if delta else "hard",
        degradations=_degradations(options, delta=delta),
    )


def _sql_reads(options: Options) -> frozenset[str]:
    asked = {"employees": options.persons, "accounts": options.accounts, "custom": options.attributes}
    return frozenset({"contact_person", "price_list", *(field for field, source in asked.items() if source)})


def _degradations(options: Options, *, delta: bool) -> tuple[str, ...]:
    sql, writes_files = options.read == "sql", options.write == "xml"
    said = [*_ALWAYS, *(_WRITES_FILES if writes_files else (_READ_ONLY,))]
    said += [_MAIN_GROUP] if not knows_all_groups(options) else []
    said += [_NO_POSTAL] if writes_files and not options.write_postal else []
    said += [_NO_PERSONS] if sql and not options.persons else []
    said += [_NO_ACCOUNTS] if sql and not options.accounts else []
    said += [] if sql else [_NO_SQL]
    said += [_DELTA] if delta else []
    return tuple(said)
