"""What can a connection to Vendure express, given its options?"""

from __future__ import annotations

from typing import Final

from adapters.vendure.options import MORE, Options
from syncd.ports import Capabilities
from syncd.sentence import Sentence

__all__ = ["capabilities"]

_READ: Final = frozenset("name kind first_name last_name email phones addresses groups registered".split())
_NOT_WRITTEN: Final = frozenset({"registered", "tax_id_stated"})

BLOCK_IS_DATA: Final = (
    "A blocked customer can still log in: Vendure has no blocked state, and the custom field for it is data only. "
    "Install a plugin that refuses the log-in, then set status_blocks_login."
)
UNSEEN: Final = (
    "Changes of groups and addresses made in the shop do not move a customer's time stamp: only a full read sees them."
)
ONE_LOGIN: Final = "A customer is one log-in, by its contact e-mail: employees and other log-in e-mails are not kept."
MAIL: Final = (
    "Vendure announces every account that is created, and its standard e-mail handler then writes to the customer: "
    "let the shop's handler skip accounts created through the Admin API."
)
TWO_KINDS: Final = (
    "Addresses are main or for delivery: any other kind is read back as delivery, "
    "unless address_kind names a custom field for it."
)
WHO_IS_A_PERSON: Final = (
    "Whoever has a company name is read as an organisation, unless more names a custom field for the kind."
)


def capabilities(options: Options, fields: frozenset[str] | None = None) -> Capabilities:
    """Say what a connection reads, writes and lacks; `fields` narrows it, ``None`` does not."""
    named = {
        *(("number",) if options.erp_code else ()),
        *(("tax_id", "tax_id_stated", "tax_prefix") if options.vat_number else ()),
        *(("active",) if options.status else ()),
        *options.more,
    }
    reads = _READ | named
    # Without a custom field of its own, a contact person stands in for a missing first and last name.
    writes = (reads - _NOT_WRITTEN - {"kind"}) | {"contact_person"} | ({"kind"} & named)
    if fields is not None:
        reads, writes = reads & fields, writes & fields
    return Capabilities(
        reads=reads,
        writes=writes,
        many_groups=True,
        block="none" if not options.status else "native" if options.status_blocks_login else "flag",
        incremental="modified",
        versions=False,
        idempotent_create=False,
        delete="soft",
        unique_logins=True,
        degradations=tuple(_degradations(options)),
    )


def _degradations(options: Options) -> list[str]:
    lacking = sorted(MORE - set(options.more) - {"kind", "contact_person"})
    return [
        *([BLOCK_IS_DATA] if not options.status_blocks_login else []),
        UNSEEN,
        ONE_LOGIN,
        MAIL,
        *([TWO_KINDS] if not options.address_kind else []),
        *([WHO_IS_A_PERSON] if "kind" not in options.more else []),
        *(
            [Sentence("Without a custom field in more, the shop does not keep: %(names)s.", names=", ".join(lacking))]
            if lacking
            else []
        ),
    ]
