"""What does a connection to a Vendure shop have in its configuration?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from syncd.errors import Misconfigured
from syncd.ports import Secret
from syncd.sentence import Sentence

__all__ = ["MORE", "Options", "verify"]

MORE: Final = frozenset(
    "kind country contact_person registrations accounts website caretaker price_list payment_form payment_days "
    "credit_limit currency discount notes".split()
)
"""Fields of a contractor that Vendure has no place for, and that a text custom field of the shop may hold."""

_FIELDS: Final = Sentence("Text custom field by contractor field, of: %(names)s.", names=", ".join(sorted(MORE)))

_NAME: Final = "^([_A-Za-z][_0-9A-Za-z]*)?$"

CustomField = Annotated[str, Meta(pattern=_NAME)]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a connection.

    Vendure's customer has no tax number, company, customer number or blocked state: each shop adds custom fields
    for them and names them as it likes, so the names are options. An empty name says that the shop has no such field.
    """

    url: Annotated[str, Meta(pattern="^https?://", description="Address of the Admin API, with its path.")]
    api_key: Annotated[
        Secret, Meta(description="API key of a role for syncd; the shop hashes it on every call, so a user is faster.")
    ] = Secret("")
    username: Annotated[str, Meta(description="Administrator to log in as, where the shop gives no API keys.")] = ""
    password: Annotated[Secret, Meta(description="That administrator's password.")] = Secret("")
    vat_number: Annotated[CustomField, Meta(description="Custom field of the customer: VAT number.")] = "vatNumber"
    company: Annotated[CustomField, Meta(min_length=1, description="Custom field: company name.")] = "companyName"
    erp_code: Annotated[CustomField, Meta(description="Custom field: number in the ERP; for admins only.")] = "erpCode"
    status: Annotated[CustomField, Meta(description="Custom field: active, blocked-by-erp or -by-shop.")] = "status"
    status_blocks_login: Annotated[
        bool, Meta(description="The shop has a plugin that refuses the log-in while the status is a blocked one.")
    ] = False
    more: Annotated[
        Mapping[str, CustomField],
        Meta(description=str(_FIELDS), extra={"meaning": _FIELDS}),
    ] = {}
    address_kind: Annotated[
        CustomField, Meta(description="Text custom field of the address for its kind; empty: main and delivery only.")
    ] = ""
    create_groups: Annotated[bool, Meta(description="Create a customer group that the shop lacks.")] = True
    placeholder_email_domain: Annotated[
        str,
        Meta(
            pattern="^([a-z0-9-]+([.][a-z0-9-]+)+)?$",
            description="Domain of invented e-mails for contractors without one; empty: they are refused.",
        ),
    ] = ""
    page_size: Annotated[int, Meta(ge=2, le=1000, description="Customers on one page of a read.")] = 250
    overlap_seconds: Annotated[
        int, Meta(ge=2, description="How far an incremental read looks back behind the last one.")
    ] = 120

    @property
    def custom_fields(self) -> tuple[str, ...]:
        """Names of the customer's custom fields in use, without repetition."""
        names = (self.company, self.vat_number, self.erp_code, self.status, *self.more.values())
        return tuple(dict.fromkeys(name for name in names if name))


def verify(options: Options, connection: str) -> None:
    """Check what spans several options.

    Raises:
        Misconfigured: Naming the connection and the option.
    """
    if not options.api_key and not (options.username and options.password):
        raise Misconfigured(
            Sentence(
                "connection %(connection)s: neither api_key nor username and password are given", connection=connection
            ),
            field="api_key",
            cure="Create an API key in the shop's Admin API for a role made for syncd, and give it as api_key.",
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
            cure=Sentence("A custom field can hold one of: %(names)s.", names=", ".join(sorted(MORE))),
        )
