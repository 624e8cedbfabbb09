"""What does a connection to an ERP's database have in its configuration?"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from syncd.domain.fieldmap import ActiveRule, Sources
from syncd.errors import Misconfigured
from syncd.ports import Secret

__all__ = ["Addresses", "Groups", "Options", "Staging", "Watermark", "check_options"]

Kind: TypeAlias = Literal["datetime", "epoch", "epoch_ms", "clarion_seconds", "clarion_date", "rowversion", "counter"]


class Watermark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The column that tells when, or in what order, records changed."""

    column: Annotated[str, Meta(description="Column that moves forward with each change of a record.", min_length=1)]
    kind: Annotated[
        Kind,
        Meta(
            description="datetime; epoch or epoch_ms: since 1970; clarion_seconds: since 1990; clarion_date: days since"
            " 1800-12-28; rowversion: 8 bytes; counter: a number."
        ),
    ] = "datetime"
    zone: Annotated[str, Meta(description="Time zone of wall-clock values, like Europe/Warsaw.")] = "UTC"
    overlap: Annotated[
        int, Meta(description="How far behind the last change a read starts: seconds, or counts of a counter.", ge=0)
    ] = 300


class Groups(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Membership in groups from a table of its own."""

    table: Annotated[str, Meta(description="Table with one row for each membership.")]
    contractor: Annotated[str, Meta(description="Its column with the contractor's key.")]
    group: Annotated[str, Meta(description="Its column with the group's name, or its id if names are elsewhere.")]
    names_table: Annotated[str, Meta(description="Table with the groups' names; empty if group is the name.")] = ""
    names_key: Annotated[str, Meta(description="Column of names_table with the group's id.")] = ""
    names_name: Annotated[str, Meta(description="Column of names_table with the group's name.")] = ""
    changed: Annotated[str, Meta(description="Column like the watermark's that moves with each membership.")] = ""


class Addresses(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Addresses from a table of their own."""

    table: Annotated[str, Meta(description="Table with one row for each address.")]
    contractor: Annotated[str, Meta(description="Its column with the contractor's key.")]
    key: Annotated[str, Meta(description="Its own key, which also orders the addresses.")]
    fields: Annotated[dict[str, Sources], Meta(description="Column by part: street, postal_code, city, country, …")]
    changed: Annotated[str, Meta(description="Column like the watermark's that moves with each address.")] = ""


class Staging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table that the ERP's own import reads and empties; syncd writes nowhere else."""

    table: Annotated[str, Meta(description="Table to insert into. The import deletes the rows that it has taken.")]
    key: Annotated[str, Meta(description="Its column for the contractor's key (text).")] = "key"
    operation: Annotated[str, Meta(description="Its column for create or update (text).")] = "operation"
    body: Annotated[str, Meta(description="Its column for the fields as JSON (text).")] = "body"
    at: Annotated[str, Meta(description="Its column for the moment in UTC, which orders the rows (text).")] = "at"
    limit: Annotated[int, Meta(description="Rows that nobody took at which writing pauses.", ge=1)] = 10_000


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a ``sql`` connection."""

    url: Annotated[Secret, Meta(description="SQLAlchemy URL of a read-only account: postgresql+psycopg://…")]
    table: Annotated[str, Meta(description="Table or view with one row for each contractor.", min_length=1)]
    key: Annotated[str, Meta(description="Its column with the stable, unique key.", min_length=1)]
    fields: Annotated[dict[str, Sources], Meta(description="Column, or list of columns, by contractor's field.")]
    schema: Annotated[str, Meta(description="Schema of all tables, like CDN; empty for the account's own.")] = ""
    attach: Annotated[dict[str, str], Meta(description="SQLite only: file by schema name.")] = {}
    active: Annotated[ActiveRule | None, Meta(description="Column and values that tell who is switched off.")] = None
    watermark: Annotated[
        Watermark | None, Meta(description="What tells that a record changed; without it every read is of everything.")
    ] = None
    groups: Annotated[Groups | None, Meta(description="Groups from a table of their own.")] = None
    addresses: Annotated[Addresses | None, Meta(description="Addresses from a table of their own.")] = None
    where: Annotated[
        str, Meta(description="SQL condition on the table, run as it is: whoever may write it may read all.")
    ] = ""
    separator: Annotated[str, Meta(description="What separates groups, or phones, in one column.")] = ";"
    decimal_comma: Annotated[bool, Meta(description="Numbers in text columns are written 1.234,50.")] = False
    staging: Annotated[
        Staging | None, Meta(description="Table for changes that the ERP's import takes; without it only reading.")
    ] = None
    page: Annotated[int, Meta(description="Records on one page of a read.", ge=1, le=2000)] = 500
    row_cap: Annotated[int, Meta(description="Records at which a read stops as implausible.", ge=1)] = 2_000_000
    statement_seconds: Annotated[int, Meta(description="Longest time for one statement.", ge=1, le=3600)] = 60


def check_options(options: Options) -> None:
    """Find contradictions before the database is touched.

    Raises:
        Misconfigured: Naming the option and the cure.
    """
    if options.watermark is not None:
        try:
            ZoneInfo(options.watermark.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Misconfigured(
                "the time zone is not known", field="watermark.zone", cure="For example Europe/Warsaw."
            ) from None
    if options.groups is not None:
        named = [options.groups.names_table, options.groups.names_key, options.groups.names_name]
        if any(named) != all(named):
            raise Misconfigured(
                "names of groups need a table, its key and its name column", field="groups", cure="Give all or none."
            )
        if "groups" in options.fields:
            raise Misconfigured(
                "groups come from a column and from a table", field="groups", cure="Leave out one of them."
            )
