"""What does a connection to Comarch ERP Optima have in its configuration?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from adapters.optima.elements import BY_NAME
from syncd.domain.encoding import usable
from syncd.errors import Misconfigured
from syncd.ports import Secret
from syncd.sentence import Sentence

__all__ = ["NOBODY", "Options", "check_options", "knows_all_groups"]

NOBODY: Final = "!NIEOKREŚLONY!"
"""Acronym of the contractor that stands for customers without a card."""

_COLUMN: Final = re.compile(r"[A-Za-z_]\w*")


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connection to one company of Optima, through its database or through files."""

    read: Annotated[
        Literal["sql", "xml"],
        Meta(description="Where contractors are read: the database, or files of praca rozproszona."),
    ] = "sql"
    write: Annotated[
        Literal["none", "xml"], Meta(description="xml: changes are files in outbox/ that Optima imports; none: never.")
    ] = "none"

    url: Annotated[
        Secret,
        Meta(
            description="SQLAlchemy URL of an account that may SELECT: mssql+pymssql://user:password@server/CDN_Firma"
        ),
    ] = Secret("")
    attach: Annotated[dict[str, str], Meta(description="SQLite only, for trying out: file by schema name.")] = {}
    schema: Annotated[str, Meta(description="Schema of Optima's tables.")] = "CDN"
    identity: Annotated[
        Literal["code", "id"],
        Meta(description="Known by acronym, or by Knt_KntId, which survives a new acronym and can only be read."),
    ] = "code"
    zone: Annotated[str, Meta(description="Time zone of Knt_TS_Mod.")] = "Europe/Warsaw"
    overlap_minutes: Annotated[
        int,
        Meta(description="How far behind the last change a read starts; workstations' clocks differ.", ge=1, le=1440),
    ] = 15
    attributes: Annotated[bool, Meta(description="Read attributes of contractors as custom fields.")] = True
    esklep_only: Annotated[
        bool, Meta(description="Only contractors with Knt_ESklep = 1; who loses the mark counts as missing.")
    ] = False
    extra_groups: Annotated[
        str,
        Meta(description="SELECT of further groups with the columns contractor (Knt_KntId) and name, run as it is."),
    ] = ""
    persons: Annotated[
        str,
        Meta(description="SELECT of contact persons with the columns contractor, name, email and phone, run as it is."),
    ] = ""
    accounts: Annotated[
        str, Meta(description="SELECT of bank accounts with the columns contractor and number, run as it is.")
    ] = ""
    carry: Annotated[
        dict[str, str],
        Meta(
            description='Columns of elements that syncd knows none for, so that writes keep them: ROLNIK = "Knt_Rolnik"'
        ),
    ] = {}
    payment_forms: Annotated[dict[str, str], Meta(description="Name of a payment form by Knt_FplID.")] = msgspec.field(
        default_factory=lambda: {"1": "gotówka", "3": "przelew"}
    )
    skip: Annotated[tuple[str, ...], Meta(description="Acronyms that are nobody.")] = (NOBODY,)
    page: Annotated[int, Meta(description="Records on one page of a read.", ge=1, le=1000)] = 500
    row_cap: Annotated[int, Meta(description="Records at which a read stops as implausible.", ge=1)] = 1_000_000
    statement_seconds: Annotated[int, Meta(description="Longest time for one statement.", ge=1, le=3600)] = 60

    folder: Annotated[
        Path | None, Meta(description="Folder that Optima exports to; changes for Optima are put into its outbox/.")
    ] = None
    state: Annotated[
        str, Meta(description="Folder of syncd's own files; a local disk if the folder is a network share.")
    ] = ""
    mode: Annotated[
        Literal["delta", "snapshot"],
        Meta(description="delta: an export holds changes. snapshot: it holds everybody, and who is absent is missing."),
    ] = "delta"
    pattern: Annotated[str, Meta(description="Names of exports to take.")] = "*.xml"
    encoding: Annotated[str, Meta(description="Code page of files that are no UTF-8 and declare none: cp1250.")] = ""
    ready: Annotated[
        Literal["stable", "marker"],
        Meta(description="stable: size and time did not move. marker: a .ok or .done file lies beside the file."),
    ] = "stable"
    settle_seconds: Annotated[float, Meta(description="Pause between two looks at a new file.", ge=0, le=60)] = 2.0
    archive_days: Annotated[
        int,
        Meta(
            description="Days after which archived files, and changes that Optima never took in, are forgotten.", ge=1
        ),
    ] = 30

    source_base: Annotated[
        str, Meta(description="BAZA_ZRD_ID of syncd's files: an identifier of its own.", min_length=1, max_length=5)
    ] = "SKLEP"
    target_base: Annotated[
        str, Meta(description="BAZA_DOC_ID of syncd's files: Optima's Identyfikator działu.", max_length=5)
    ] = ""
    outbox_limit: Annotated[int, Meta(description="Files in outbox/ at which writing pauses.", ge=1)] = 1000
    import_hours: Annotated[
        int, Meta(description="Hours after which a change that Optima has not taken in becomes an issue.", ge=1)
    ] = 24
    write_number: Annotated[
        bool, Meta(description="Give new contractors the shop's number as acronym; else syncd makes one up.")
    ] = False
    write_postal: Annotated[
        bool, Meta(description="Write ADRES_KORESPONDENCYJNY; only after it was seen that this Optima imports it.")
    ] = False
    code_page: Annotated[str, Meta(description="Code page of varchar columns, by the server's collation.")] = "cp1250"


def check_options(options: Options) -> None:
    """Find contradictions before anything is touched.

    Raises:
        Misconfigured: Naming the option and the cure.
    """
    if options.read == "sql" and not options.url:
        raise Misconfigured("reading the database needs its URL", field="url", cure='Give url, or set read = "xml".')
    if (options.read == "xml" or options.write == "xml") and options.folder is None:
        raise Misconfigured("files need a folder", field="folder", cure="Name the folder that Optima exports to.")
    if options.identity == "id" and (options.read, options.write) != ("sql", "none"):
        raise Misconfigured(
            "files know contractors by acronym only",
            field="identity",
            cure='identity = "id" is for read = "sql" with write = "none".',
        )
    for name, value in (("encoding", options.encoding), ("code_page", options.code_page)):
        if value and not usable(value):
            raise Misconfigured("the encoding is not one that syncd reads", field=name, cure="For example cp1250.")
    for element, column in options.carry.items():
        known = BY_NAME.get(element)
        if known is None or known.column or not _COLUMN.fullmatch(column):
            raise Misconfigured(
                Sentence("the element %(element)s cannot be carried from a column of this name", element=repr(element)),
                field="carry",
                cure="Name an element of the file that has no column yet, and a column of CDN.Kontrahenci.",
            )
    try:
        ZoneInfo(options.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misconfigured("the time zone is not known", field="zone", cure="For example Europe/Warsaw.") from None


def knows_all_groups(options: Options) -> bool:
    """Whether a card has all groups; the database alone is known to tell the main one only."""
    return options.read == "xml" or bool(options.extra_groups)
