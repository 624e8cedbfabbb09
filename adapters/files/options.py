"""What does a connection to a folder of files have in its configuration?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from syncd.domain.encoding import usable
from syncd.domain.fieldmap import ActiveRule, FieldMap, Sources
from syncd.errors import Misconfigured
from syncd.folder.claiming import Terms, fits

__all__ = ["SUFFIXES", "Format", "Options", "check_options", "field_map", "format_of", "is_wanted", "terms_of"]

Format: TypeAlias = Literal["csv", "xml", "json", "ndjson"]

SUFFIXES: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".xml": "xml",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
}


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a ``files`` connection. Columns are CSV headings, or paths in XML and JSON (``Adres/Miasto``)."""

    folder: Annotated[Path, Meta(description="Folder that the ERP drops files into; syncd keeps its subfolders there.")]
    key: Annotated[str, Meta(description="Column with the ERP's own stable key of a contractor.", min_length=1)]
    fields: Annotated[dict[str, Sources], Meta(description="Column, or list of columns, by contractor's field.")]
    active: Annotated[ActiveRule | None, Meta(description="Column and values that tell who is switched off.")] = None
    mode: Annotated[
        Literal["delta", "snapshot"],
        Meta(description="delta: a file holds changes. snapshot: it holds everybody, and who is absent is missing."),
    ] = "delta"
    pattern: Annotated[str, Meta(description="Names of files to take, like kontrahenci-*.csv.")] = "*"
    format: Annotated[
        Literal["auto", "csv", "xml", "json", "ndjson"], Meta(description="auto goes by the file's suffix.")
    ] = "auto"
    record: Annotated[str, Meta(description="XML: tag of a record. JSON: name of the array, if not the top.")] = ""
    encoding: Annotated[str, Meta(description="Code page of files that are no UTF-8 and declare none: cp1250.")] = ""
    delimiter: Annotated[str, Meta(description="CSV: what separates columns.", min_length=1, max_length=1)] = ";"
    quote: Annotated[str, Meta(description="CSV: what encloses texts; empty for none.", max_length=1)] = '"'
    header: Annotated[bool, Meta(description="CSV: the first line names the columns; else they are 1, 2, 3.")] = True
    decimal_comma: Annotated[bool, Meta(description="Numbers are written 1.234,50.")] = False
    separator: Annotated[str, Meta(description="What separates groups, or phones, in one text.")] = ";"
    declared_count: Annotated[
        str,
        Meta(
            description="Where a file says how many records it has. CSV: first column of its last line, the number is"
            " in the second. XML: @attribute of the root, or a tag. JSON, NDJSON: name beside, or behind, the records."
        ),
    ] = ""
    ready: Annotated[
        Literal["stable", "marker"],
        Meta(description="stable: size and time did not move. marker: a .ok or .done file lies beside the file."),
    ] = "stable"
    settle_seconds: Annotated[float, Meta(description="Pause between two looks at a new file.", ge=0, le=60)] = 2.0
    outbox: Annotated[
        Literal["", "json", "xml"], Meta(description="Write changes for the ERP into outbox/ as files; empty: never.")
    ] = ""
    outbox_limit: Annotated[int, Meta(description="Unfetched files in outbox/ at which writing pauses.", ge=1)] = 10_000
    archive_days: Annotated[int, Meta(description="Days after which archived files are deleted.", ge=1)] = 30
    state: Annotated[
        str, Meta(description="File of what was read last; on a local disk if the folder is a network share.")
    ] = ""
    page: Annotated[int, Meta(description="Records on one page of a read.", ge=1, le=5000)] = 500


def field_map(options: Options) -> FieldMap:
    """Compile the configured columns.

    Raises:
        Misconfigured: Naming what does not fit.
    """
    return FieldMap(
        options.fields,
        separator=options.separator,
        decimal_comma=options.decimal_comma,
        active=options.active,
    )


def check_options(options: Options) -> None:
    """Find contradictions before the folder is touched.

    Raises:
        Misconfigured: Naming the option and the cure.
    """
    if options.encoding and not usable(options.encoding):
        raise Misconfigured(
            "the encoding is not one that syncd reads", field="encoding", cure="For example cp1250, cp1251, iso-8859-2."
        )
    columns = [options.key, *field_map(options).columns]
    if not options.header and not all(column.isdecimal() and column != "0" for column in columns):
        raise Misconfigured(
            "without a header, CSV columns are numbers from 1",
            field="header",
            cure="Set header, or number the columns.",
        )
    if options.format == "xml" and not options.record:
        raise Misconfigured("XML needs the tag of a record", field="record", cure='For example record = "Kontrahent".')


def format_of(options: Options, name: str) -> Format | None:
    """The format of the file called `name`; ``None`` for one that is not read."""
    if options.format != "auto":
        return options.format
    return SUFFIXES.get(Path(name).suffix.lower())


def is_wanted(options: Options, name: str) -> bool:
    """Whether the file called `name` is one of those to take."""
    return fits(name, options.pattern) and format_of(options, name) is not None


def terms_of(options: Options) -> Terms:
    """When a file may be taken, and how long it is kept."""
    return Terms(ready=options.ready, settle_seconds=options.settle_seconds, archive_days=options.archive_days)
