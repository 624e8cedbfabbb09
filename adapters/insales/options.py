"""What does a connection to an InSales shop have in its configuration?"""

from __future__ import annotations

import hashlib
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from syncd.errors import Misconfigured
from syncd.ports import Secret
from syncd.sentence import Sentence

__all__ = ["Options", "password_of", "verify"]

_URL: Final = r"^(https://|http://(127\.0\.0\.1|localhost)(:|/|$))"

FieldName = Annotated[str, Meta(pattern=r"^(\S(.*\S)?)?$", max_length=100)]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a connection.

    A client of InSales has no customer number, country, status or second group: additional fields hold them, by the
    names given here, and are made by the first write that needs them.
    """

    url: Annotated[str, Meta(pattern=_URL, description="Address of the shop, https://NAME.myinsales.ru.")]
    login: Annotated[str, Meta(min_length=1, description="Identifier of the API key or of the installed application.")]
    password: Annotated[Secret, Meta(description="Password of the API key or of the installed application.")] = Secret(
        ""
    )
    install_token: Annotated[
        Secret, Meta(description="Of an installed application instead of password: the token that InSales sent.")
    ] = Secret("")
    app_secret: Annotated[Secret, Meta(description="The application's secret, with install_token.")] = Secret("")
    number: Annotated[FieldName, Meta(description="Additional field for the ERP's customer number.")] = "erp_id"
    country: Annotated[FieldName, Meta(description="Additional field for the country, two letters.")] = "erp_country"
    groups: Annotated[
        FieldName, Meta(description="Additional field for the names of all groups; it is custom.<this name>.")
    ] = "erp_groups"
    status: Annotated[FieldName, Meta(min_length=1, description="Additional field for the status.")] = "erp_status"
    details: Annotated[
        FieldName,
        Meta(description="Additional field (JSON) for all that a client has no place for; empty: it is not kept."),
    ] = "erp_details"
    custom_fields: Annotated[
        tuple[FieldName, ...],
        Meta(description="More additional fields of the shop that take part, each as custom.<its name>."),
    ] = ()
    create_fields: Annotated[bool, Meta(description="Make additional fields that the shop lacks.")] = True
    create_groups: Annotated[bool, Meta(description="Make a client group that the shop lacks.")] = True
    blocked_group: Annotated[
        str, Meta(description="Client group into which the blocked are moved; empty: they are only marked.")
    ] = "ERP: заблокированы"
    block_password: Annotated[
        bool, Meta(description="Give blocked clients a random password as well; they need a new one afterwards.")
    ] = False
    accounts: Annotated[bool, Meta(description="New clients that have an e-mail can log in, by 'forgot password'.")] = (
        True
    )
    phone_format: Annotated[
        Literal["free", "international"], Meta(description="How the shop's setting wants phones.")
    ] = "free"
    unsubscribed: Annotated[
        Literal["unknown", "no"],
        Meta(description="What it means that somebody of whom syncd knows no word gets no newsletter."),
    ] = "unknown"
    text_length: Annotated[int, Meta(ge=250, description="Longest text of a field; what is longer is refused.")] = 255
    area_length: Annotated[int, Meta(ge=1000, description="Longest text of the field details, in bytes.")] = 65_535
    page_size: Annotated[int, Meta(ge=2, le=250, description="Clients on one page of a read.")] = 100
    overlap_seconds: Annotated[
        int, Meta(ge=1, description="How far an incremental read looks back behind the last one.")
    ] = 120

    @property
    def field_names(self) -> tuple[str, ...]:
        """Names of all additional fields in use, without repetition."""
        names = (self.number, self.country, self.groups, self.status, self.details, *self.custom_fields)
        return tuple(dict.fromkeys(name for name in names if name))


def password_of(options: Options) -> str:
    """The password to send; an installed application's is the MD5 of token and secret, as InSales has it."""
    if options.password:
        return options.password.reveal()
    text = options.install_token.reveal() + options.app_secret.reveal()
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def verify(options: Options, connection: str) -> None:
    """Check what spans several options.

    Raises:
        Misconfigured: Naming the connection and the option.
    """
    if not options.password and not (options.install_token and options.app_secret):
        raise Misconfigured(
            Sentence("connection %(connection)s: no password is given", connection=connection),
            field="password",
            cure="Give the API key's password, or install_token and app_secret of an installed application.",
        )
    names = [options.number, options.country, options.groups, options.status, options.details, *options.custom_fields]
    used = [name for name in names if name]
    if len(used) != len(set(used)):
        raise Misconfigured(
            Sentence("connection %(connection)s: one additional field is named for two things", connection=connection),
            field="custom_fields",
            cure="Give each of them a field of its own.",
        )
