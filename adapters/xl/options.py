"""What does a connection to Comarch ERP XL have in its configuration?"""

from __future__ import annotations

from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from syncd.errors import Misconfigured
from syncd.ports import Secret

__all__ = ["Options", "check_options"]

REPEATED_HOUR: Final = 3601
"""Seconds: the hour that a wall clock repeats in autumn, and one more because it counts in whole seconds."""


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of an ``xl`` connection."""

    url: Annotated[Secret, Meta(description="SQLAlchemy URL of an account that may only read: mssql+pymssql://…")]
    schema: Annotated[str, Meta(description="Schema of XL's tables.")] = "CDN"
    attach: Annotated[dict[str, str], Meta(description="SQLite only (trying it out): file by schema name.")] = {}
    zone: Annotated[str, Meta(description="Time zone of the wall clock by which XL stamps changes.")] = "Europe/Warsaw"
    overlap: Annotated[
        int, Meta(description="Seconds before the last change at which a read starts; 3601 at least.", ge=REPEATED_HOUR)
    ] = REPEATED_HOUR + 300
    changes: Annotated[
        Literal["stamps", "change_tracking"],
        Meta(description="How changes are found: XL's own time stamps, or SQL Server's Change Tracking."),
    ] = "stamps"
    types: Annotated[
        tuple[int, ...], Meta(description="Knt_Typ of customers: 16 customer, 24 customer and supplier.", min_length=1)
    ] = (16, 24)
    skip_codes: Annotated[
        tuple[str, ...], Meta(description="Codes of technical contractors, as the one for one-off customers.")
    ] = ("!NIEOKREŚLONY!",)
    only_esklep: Annotated[bool, Meta(description="Only cards with Knt_ESklep = 1 belong to the shop.")] = False
    only_groups: Annotated[
        tuple[str, ...], Meta(description="Only contractors in these groups, or in groups below them; empty: all.")
    ] = ()
    outside: Annotated[
        Literal["switched_off", "left_out"],
        Meta(
            description="A customer outside of only_esklep and only_groups is told as switched off, or not at all: then"
            " it counts as missing after two full reads. Archived ones are always told."
        ),
    ] = "switched_off"
    blocks_count: Annotated[
        bool, Meta(description="A block of transactions or orders counts as switched off, as the archive does.")
    ] = False
    persons: Annotated[
        Literal["esklep", "all"], Meta(description="Persons who log in: those with KnS_ESklep = 1, or all.")
    ] = "esklep"
    group_names: Annotated[
        Literal["path", "code"], Meta(description="Groups are called by their path (Hurt / VIP), or their code alone.")
    ] = "path"
    home_group_field: Annotated[str, Meta(description="Custom field that states the home group; empty: none.")] = ""
    outbox: Annotated[str, Meta(description="Folder for changes that a bridge imports through XL's API.")] = ""
    bridge_url: Annotated[
        str,
        Meta(description="Or address of a bridge that takes the same documents by HTTP.", pattern="^(https?://.+)?$"),
    ] = ""
    bridge_token: Annotated[Secret, Meta(description="Bearer token that the bridge asks for.")] = Secret("")
    wait_seconds: Annotated[
        float, Meta(description="How long a write waits for the import; after that it is in doubt.", ge=0, le=120)
    ] = 10.0
    outbox_limit: Annotated[int, Meta(description="Files that nobody fetched at which writing pauses.", ge=1)] = 10_000
    page: Annotated[int, Meta(description="Contractors on one page of a read.", ge=1, le=1000)] = 500
    row_cap: Annotated[int, Meta(description="Contractors at which a read stops as implausible.", ge=1)] = 2_000_000
    statement_seconds: Annotated[int, Meta(description="Longest time for one statement.", ge=1, le=3600)] = 60


def check_options(options: Options) -> None:
    """Find contradictions before anything is called.

    Raises:
        Misconfigured: Naming the option and the cure.
    """
    try:
        ZoneInfo(options.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misconfigured("the time zone is not known", field="zone", cure="For example Europe/Warsaw.") from None
    if options.outbox and options.bridge_url:
        raise Misconfigured(
            "changes can go into a folder or to an address", field="outbox", cure="Leave out outbox or bridge_url."
        )
    if options.bridge_url and not options.bridge_token:
        raise Misconfigured(
            "the bridge needs a token", field="bridge_token", cure="Give the token that the bridge asks for."
        )
