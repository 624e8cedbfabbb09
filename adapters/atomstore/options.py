"""What does a connection to an AtomStore shop have in its configuration?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from syncd.errors import Misconfigured
from syncd.ports import Secret
from syncd.sentence import Sentence

__all__ = ["MORE", "Options", "verify"]

MORE: Final = frozenset(
    "country contact_person registrations accounts website caretaker price_list payment_form discount newsletter"
    " notes".split()
)
"""Fields of a contractor for which AtomStore's user has no element of its own that can be read back."""

_FIELDS: Final = Sentence("Key of a user field by contractor field, of: %(names)s.", names=", ".join(sorted(MORE)))

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a connection."""

    url: Annotated[str, Meta(pattern="^https?://", description="Address of the shop, without a path.")]
    login: Annotated[str, Meta(min_length=1, description="Administrator account with the right to use the API.")]
    password: Annotated[Secret, Meta(description="That account's password; it travels in each call.")]
    caretakers: Annotated[
        Mapping[str, str],
        Meta(description="E-mail of an administrator of the shop by caretaker's name in the ERP; empty: none is set."),
    ] = {}
    more: Annotated[
        Mapping[str, str],
        Meta(description=str(_FIELDS), extra={"meaning": _FIELDS}),
    ] = {}
    text_length: Annotated[
        int, Meta(ge=20, le=65535, description="Characters that the shop keeps of a text; longer ones are refused.")
    ] = 255
    page_size: Annotated[int, Meta(ge=1, le=5000, description="Customers that are handed on at a time.")] = 250
    overlap_minutes: Annotated[
        int, Meta(ge=60, description="How far a read looks back; the shop's clock repeats an hour in October.")
    ] = 120
    timeout_seconds: Annotated[int, Meta(ge=5, le=900, description="Longest wait for one answer.")] = 120
    answer_mb: Annotated[
        int, Meta(ge=1, le=1024, description="Largest answer in MiB: all customers come in one, of about 1.7 KB each.")
    ] = 64


def verify(options: Options, connection: str) -> None:
    """Check what a pattern cannot.

    Raises:
        Misconfigured: Naming the connection and the option.
    """
    address = urlsplit(options.url)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise Misconfigured(
            Sentence(
                "connection %(connection)s: the url is not https, and each call carries the password",
                connection=connection,
            ),
            field="url",
            cure="Give the address with https://.",
        )
    unknown = sorted(set(options.more) - MORE)
    if unknown:
        raise Misconfigured(
            Sentence(
                "connection %(connection)s: option more names %(names)s",
                connection=connection,
                names=", ".join(unknown),
            ),
            field="more",
            cure=Sentence("A user field can hold one of: %(names)s.", names=", ".join(sorted(MORE))),
        )
    if len(set(options.more.values())) < len(options.more) or "" in options.more.values():
        raise Misconfigured(
            Sentence(
                "connection %(connection)s: option more has an empty key, or one key for two fields",
                connection=connection,
            ),
            field="more",
            cure="Give each field a user field of its own.",
        )
