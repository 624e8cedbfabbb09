"""What does a connection to a Comarch e-Sklep have in its configuration?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from adapters.esklep.words import COLUMNS, NAMES, WORDS, Words, replaced
from syncd.domain.encoding import usable
from syncd.errors import Misconfigured
from syncd.folder.claiming import Terms, fits
from syncd.ports import Secret
from syncd.sentence import Sentence

__all__ = ["Edition", "Options", "is_wanted", "terms_of", "verify", "words_of"]

Edition: TypeAlias = Literal["standard", "enterprise", "b2b"]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of an ``esklep`` connection."""

    transport: Annotated[
        Literal["file", "bridge"],
        Meta(description="file: the panel's exports and imports, in a folder. bridge: a server beside the shop."),
    ]
    edition: Annotated[Edition, Meta(description="The shop's edition; customers from an ERP need Enterprise or B2B.")]
    url: Annotated[str, Meta(description="bridge: its address, without /contractors.", pattern="^(https?://.+)?$")] = ""
    token: Annotated[Secret, Meta(description="bridge: the bearer token that it asks for.")] = Secret("")
    page: Annotated[int, Meta(description="Customers on one page of a read.", ge=1, le=1000)] = 250
    folder: Annotated[Path | None, Meta(description="file: folder for exports; syncd keeps its subfolders there.")] = (
        None
    )
    export: Annotated[
        Literal["xml", "csv"],
        Meta(description="file: what the panel exports. CSV has no addresses and employees, so it is only read."),
    ] = "xml"
    pattern: Annotated[str, Meta(description="file: names of exports to take; empty: all of that suffix.")] = ""
    names: Annotated[
        Mapping[str, str], Meta(description="file: elements of the XML that the shop's own schema calls otherwise.")
    ] = {}
    columns: Annotated[Mapping[str, str], Meta(description="file: columns of the CSV that are called otherwise.")] = {}
    words: Annotated[Mapping[str, str], Meta(description="The shop's own words for statuses and kinds.")] = {}
    encoding: Annotated[str, Meta(description="file: code page of exports that declare none: cp1250.")] = ""
    delimiter: Annotated[str, Meta(description="CSV: what separates columns.", min_length=1, max_length=1)] = ";"
    separator: Annotated[str, Meta(description="CSV: what separates groups, or phones.", min_length=1)] = "|"
    settle_seconds: Annotated[float, Meta(description="file: pause between two looks at a file.", ge=0, le=60)] = 2.0
    import_hours: Annotated[
        float,
        Meta(description="file: how long the import of a written file may take before exports are believed.", gt=0),
    ] = 48.0
    outbox_limit: Annotated[int, Meta(description="file: files in outbox/ at which writing pauses.", ge=1)] = 10_000
    archive_days: Annotated[int, Meta(description="file: days after which read exports are deleted.", ge=1)] = 30
    state: Annotated[str, Meta(description="file: what was read last; on a local disk if the folder is shared.")] = ""


def verify(options: Options, connection: str) -> None:
    """Check what spans several options.

    Raises:
        Misconfigured: Naming the connection and the option.
    """
    if options.transport == "bridge":
        needed = {"url": bool(options.url), "token": bool(options.token)}
    else:
        needed = {"folder": options.folder is not None}
    for name, given in needed.items():
        if not given:
            raise Misconfigured(
                Sentence(
                    "connection %(connection)s: transport %(transport)s needs the option %(name)s",
                    connection=connection,
                    transport=options.transport,
                    name=name,
                ),
                field=name,
                cure="See docs/how-to/connect-esklep.md.",
            )
    if options.encoding and not usable(options.encoding):
        raise Misconfigured(
            "the encoding is not one that syncd reads", field="encoding", cure="For example cp1250 or iso-8859-2."
        )
    words_of(options)


def words_of(options: Options) -> Words:
    """What this shop calls things.

    Raises:
        Misconfigured: If an option names what there is none of.
    """
    if options.export == "csv":
        names = replaced(COLUMNS, options.columns, "columns")
    else:
        names = replaced(NAMES, options.names, "names")
    return Words(names=names, words=replaced(WORDS, options.words, "words"))


def is_wanted(options: Options, name: str) -> bool:
    """Whether the file called `name` is an export to take."""
    return fits(name, options.pattern or f"*.{options.export}")


def terms_of(options: Options) -> Terms:
    """When an export may be taken, and how long it is kept."""
    return Terms(
        settle_seconds=options.settle_seconds,
        archive_days=options.archive_days,
        again="Then export again into the folder above.",
    )
