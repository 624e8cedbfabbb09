"""What does a simulated AtomStore shop hold, and how was it set up?"""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = ["ADDRESS_TEXTS", "USER_TEXTS", "Representative", "Setup", "State", "User", "UserField"]

USER_TEXTS: Final = (
    *("external_id", "created", "name", "locale", "email", "active", "credit", "credit_min", "currency"),
    *("payment_term", "client_group", "wholesale", "loyalty_point"),
)
"""Elements of a user that ``GetUsers`` states, besides the id, in their order."""

ADDRESS_TEXTS: Final = (
    *("address_id", "default", "invoice", "firstname", "lastname", "company", "nip", "street", "street_number_1"),
    *("street_number_2", "postcode", "city", "state_code", "country_code", "phone"),
)


class Representative(msgspec.Struct, kw_only=True):
    """The administrator who looks after a customer."""

    email: str
    firstname: str = ""
    lastname: str = ""


class UserField(msgspec.Struct, kw_only=True):
    """A value that this shop keeps beside the others."""

    key: str
    name: str = ""
    value: str = ""


class User(msgspec.Struct, kw_only=True):
    """A customer's account.

    Attributes:
        texts: Elements by name, as they were written.
        addresses: The same for each address; all of them have an ``address_id``.
    """

    atom_id: int
    texts: dict[str, str]
    addresses: list[dict[str, str]] = []
    fields: list[UserField] = []
    salesrep: Representative | None = None


class State(msgspec.Struct, kw_only=True):
    """Everything that outlives a restart."""

    users: dict[int, User] = {}
    last_user: int = 0
    last_address: int = 0
    groups: list[str] = []


class Setup(msgspec.Struct, kw_only=True):
    """What differs between shops, or is not known of them.

    Attributes:
        login: The administrator's account, with the right to use the API.
        text_length: Where longer texts are cut, without a word.
        answers_ok: ``SetUsers`` answers ``OK`` and no list of what was saved.
        reverses: The list of what was saved comes in another order.
        forgets: Ids of the ERP that are saved and missing in that list.
        loses_emoji: The database holds three bytes for a letter, and cuts a text at the first that needs four.
        keeps_addresses: An address that a write leaves out stays.
        replaces_fields: A user field that a write leaves out goes.
        searches_nip: A phrase is looked for in the addresses' tax numbers as well.
        folds_case: The database takes two ids of the ERP that differ in capitals only for one.
        ignores_ids: ``GetUsers`` pays no attention to the two ids.
        modified_filter: ``GetUsers`` has a sixth parameter, as a later version may.
        namespace: Of the calls.
        parts: Names of the parameters of ``GetUsers``.
    """

    login: str = "syncd"
    password: str = "atom-s1mulated"  # noqa: S105 - of a simulator on loopback
    text_length: int = 255
    answers_ok: bool = False
    reverses: bool = False
    forgets: frozenset[str] = frozenset()
    loses_emoji: bool = False
    keeps_addresses: bool = False
    replaces_fields: bool = False
    searches_nip: bool = True
    folds_case: bool = False
    ignores_ids: bool = False
    modified_filter: bool = False
    namespace: str = "urn:atom_api"
    parts: tuple[str, ...] = ("authenticate", "created", "active", "atomId", "externalId", "phrase")
