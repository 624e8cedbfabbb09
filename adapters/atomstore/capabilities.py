"""What can a connection to AtomStore express, given its options?"""

from __future__ import annotations

from typing import Final

from adapters.atomstore.options import MORE, Options
from syncd.ports import Capabilities
from syncd.sentence import Sentence

__all__ = ["capabilities"]

_BOTH: Final = frozenset(
    "name kind number tax_id tax_prefix first_name last_name email phones addresses groups payment_days credit_limit"
    " currency custom active".split()
)
_READ_ONLY: Final = frozenset({"tax_id_stated", "country", "activity"})

ONLY_CREATED: Final = (
    "The shop can be asked for new registrations only, not for changes: an edit or a block made in the shop is seen by"
    " a full read, once a night or as often as full_every says."
)
ONE_LOGIN: Final = "A customer is one log-in, by its contact e-mail: employees and other log-in e-mails are not kept."
WHY_BLOCKED: Final = "The shop does not keep why an account is blocked, nor by whom; syncd does."
TWO_KINDS: Final = (
    "Addresses are the main one, for invoices, or for delivery: postal and other ones are read back as for delivery."
)
ON_THE_MAIN: Final = (
    "Tax number, person and telephone stand on the main address: its own telephone is read back as the contractor's,"
    " and a person's main address has no name of its own."
)
CONSENTS: Final = (
    "Newsletter consents are a list of their own by e-mail, and acceptance of terms is not told: neither is carried."
)
MAIL: Final = "Whether the shop writes to customers who are made by its API is not known: try it with one of your own."
NO_CARETAKER: Final = "Caretakers are not set: name the administrators' e-mails in caretakers."
CARETAKER: Final = "A caretaker is set in the shop, and neither read back nor taken away."


def capabilities(options: Options, fields: frozenset[str] | None = None) -> Capabilities:
    """Say what a connection reads, writes and lacks; `fields` narrows it, ``None`` does not."""
    more = frozenset(options.more)
    reads = _BOTH | _READ_ONLY | more
    writes = _BOTH | more | (frozenset({"caretaker"}) if options.caretakers else frozenset())
    if fields is not None:
        reads, writes = reads & fields, writes & fields
    return Capabilities(
        reads=reads,
        writes=writes,
        many_groups=False,
        block="native",
        incremental="created",
        versions=False,
        idempotent_create=True,
        delete="hard",
        unique_logins=True,
        degradations=tuple(_degradations(options)),
    )


def _degradations(options: Options) -> list[str]:
    lacking = sorted(MORE - set(options.more) - {"country", "caretaker", "newsletter"})
    return [
        ONLY_CREATED,
        ONE_LOGIN,
        WHY_BLOCKED,
        TWO_KINDS,
        ON_THE_MAIN,
        *([] if "newsletter" in options.more else [CONSENTS]),
        MAIL,
        *([] if "caretaker" in options.more else [CARETAKER if options.caretakers else NO_CARETAKER]),
        *(
            [Sentence("Without a user field in more, the shop does not keep: %(names)s.", names=", ".join(lacking))]
            if lacking
            else []
        ),
    ]
