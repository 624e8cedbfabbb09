"""What can a connection to InSales express, given its options?"""

from __future__ import annotations

from typing import Final

from adapters.insales.options import Options
from syncd.ports import Capabilities
from syncd.sentence import Sentence

__all__ = ["IN_DETAILS", "capabilities"]

IN_DETAILS: Final = (
    "tax_class", "contact_person", "website", "caretaker", "price_list", "payment_form", "payment_days",
    "credit_limit", "currency", "discount", "notes",
)  # fmt: skip
"""Fields that no client has a place for, whatever its type."""

_OWN: Final = frozenset(
    "name kind tax_id tax_id_stated tax_prefix registrations accounts first_name last_name email phones addresses "
    "groups newsletter consents registered custom active".split()
)
_NOT_WRITTEN: Final = frozenset({"tax_id_stated", "registered"})

NO_BLOCK: Final = (
    "InSales has no blocked state: a blocked client is moved into a group of its own, and the shop's theme must sell "
    "nothing to that group. It can still log in, and anybody can order as a guest with the same e-mail."
)
MARK_ONLY: Final = "A blocked client is only marked in a field: it can log in and buy."
LOCKED_OUT: Final = "A blocked client's password is changed; 'forgot password' gives it a new one and lets it in again."
FINAL_KIND: Final = "The type of a client, person or organisation, is set when it is made and cannot be changed."
ONE_LOGIN: Final = "A client is one log-in, by its e-mail: employees and other log-in e-mails are not kept."
NO_TRACE: Final = "A deleted client leaves no trace: only a full read finds that it is gone."
RENAMED: Final = "A group that is renamed, and an order, move no client's time stamp: only a full read sees a new name."
NEWSLETTER: Final = (
    "A client without newsletter may have refused it or never been asked, so it counts as a no only where syncd once "
    'wrote a word on it, unless unsubscribed = "no".'
)
COUNTS: Final = (
    "Bonus points, orders, approval, where a client came from and the address of its last order are not read."
)
SEARCH: Final = "Clients cannot be searched for: before a create all are read once, then what changed since."


def capabilities(options: Options, fields: frozenset[str] | None = None) -> Capabilities:
    """Say what a connection reads, writes and lacks; `fields` narrows it, ``None`` does not."""
    named = {*(("number",) if options.number else ()), *(("country",) if options.country else ())}
    reads = _OWN | named | (frozenset(IN_DETAILS) if options.details else frozenset())
    if not options.details and not options.groups and not options.custom_fields:
        reads -= {"custom"}
    writes = reads - _NOT_WRITTEN
    if fields is not None:
        reads, writes = reads & fields, writes & fields
    return Capabilities(
        reads=reads,
        writes=writes,
        many_groups=False,
        block="emulated" if options.blocked_group else "flag",
        incremental="modified",
        versions=False,
        idempotent_create=False,
        delete="hard",
        degradations=tuple(_degradations(options)),
    )


def _degradations(options: Options) -> list[str]:
    lacking = ", ".join(IN_DETAILS)
    return [
        NO_BLOCK if options.blocked_group else MARK_ONLY,
        *([LOCKED_OUT] if options.block_password else []),
        FINAL_KIND,
        ONE_LOGIN,
        NO_TRACE,
        RENAMED,
        *([NEWSLETTER] if options.unsubscribed == "unknown" else []),
        COUNTS,
        SEARCH,
        *(
            []
            if options.details
            else [Sentence("Without a field for details, the shop does not keep: %(lacking)s.", lacking=lacking)]
        ),
    ]
