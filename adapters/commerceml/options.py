"""What does a connection to 1C by CommerceML have in its configuration?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from syncd.domain.encoding import usable
from syncd.domain.fieldmap import ActiveRule, FieldMap
from syncd.errors import Misconfigured
from syncd.folder.claiming import Folder, Terms
from syncd.ports import Secret
from syncd.sentence import Sentence

__all__ = ["STANDARD", "Options", "check_options", "open_folder", "property_map"]

STANDARD: Final = frozenset(
    "name kind tax_id tax_prefix tax_id_stated country registrations accounts first_name last_name contact_person email"
    " phones website addresses notes custom active".split()
)
"""Fields that CommerceML has elements for; everything else is a property (ЗначениеРеквизита) of this merchant's 1C."""

_ELEMENTS: Final = STANDARD - {"kind", "tax_id", "country", "custom", "registrations"} | {"address", "account"}


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a ``commerceml`` connection."""

    folder: Annotated[Path, Meta(description="Folder that files of 1C come into; syncd keeps its subfolders there.")]
    snapshot: Annotated[
        str, Meta(description="Names of files that list everybody, like contragents*.xml: who is absent is missing.")
    ] = ""
    declared_count: Annotated[
        str, Meta(description="Attribute of the root element that says how many contractors a snapshot has.")
    ] = ""
    documents: Annotated[
        Literal["overlay", "replace", "ignore"],
        Meta(description="A contractor inside of a document: what it does not mention stays, or is gone, or not read."),
    ] = "overlay"
    roles: Annotated[
        tuple[str, ...], Meta(description="Roles (Роль) that make somebody a customer; who has none stated counts.")
    ] = ("Покупатель",)
    name_from: Annotated[
        Literal["official", "short"],
        Meta(description="official: ОфициальноеНаименование or ПолноеНаименование. short: Наименование."),
    ] = "official"
    properties: Annotated[
        dict[str, str],
        Meta(description="Name of the property (ЗначениеРеквизита) by contractor's field: groups, number, price_list."),
    ] = {}
    active: Annotated[
        ActiveRule | None, Meta(description="Property and values that switch off, beside ПометкаУдаления and Статус.")
    ] = None
    separator: Annotated[str, Meta(description="What separates groups in one property.")] = ";"
    decimal_comma: Annotated[bool, Meta(description="Numbers in properties are written 1.234,50.")] = False
    encoding: Annotated[str, Meta(description="Code page of files that are no UTF-8 and declare none.")] = "cp1251"
    ready: Annotated[
        Literal["stable", "marker"],
        Meta(description="stable: size and time did not move. marker: a .ok or .done file lies beside the file."),
    ] = "stable"
    settle_seconds: Annotated[float, Meta(description="Pause between two looks at a new file.", ge=0, le=60)] = 2.0
    unpacked_limit: Annotated[int, Meta(description="Bytes that one zip may unpack to.", ge=1)] = 2_000_000_000
    archive_days: Annotated[int, Meta(description="Days after which files that were read are deleted.", ge=1)] = 30
    state: Annotated[
        str, Meta(description="File of what was read and what waits; on a local disk if the folder is a share.")
    ] = ""
    page: Annotated[int, Meta(description="Records on one page of a read.", ge=1, le=5000)] = 500
    writes: Annotated[
        Literal["", "exchange", "outbox"],
        Meta(description="exchange: changes are answered when 1C asks. outbox: files in outbox/. Empty: never."),
    ] = ""
    carrier: Annotated[
        Literal["list", "order"],
        Meta(description="list: contractors alone, 1C needs a rule for them. order: each in an order without goods."),
    ] = "list"
    style: Annotated[
        Literal["flat", "wrapped"],
        Meta(description="wrapped: writes РеквизитыЮрЛица and КонтактнаяИнформация, as older schemes have it."),
    ] = "flat"
    scheme: Annotated[str, Meta(description="Version of the scheme to write.", pattern=r"^2\.\d{1,2}$")] = "2.08"
    charset: Annotated[
        Literal["windows-1251", "utf-8"], Meta(description="Encoding to write; other letters become references.")
    ] = "windows-1251"
    deletion_mark: Annotated[bool, Meta(description="Write ПометкаУдаления when a contractor is switched off.")] = False
    more_addresses: Annotated[
        Literal["refuse", "leave"],
        Meta(description="1C has room for a registered and a postal address. leave: others are not sent, else refuse."),
    ] = "refuse"
    waiting_limit: Annotated[int, Meta(description="Changes that 1C did not fetch at which writing pauses.", ge=1)] = (
        10_000
    )
    query_limit: Annotated[int, Meta(description="Contractors in one answer to 1C's question.", ge=1)] = 500
    host: Annotated[str, Meta(description="Address that the exchange endpoint listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(description="Its port; 0 for no endpoint, only the folder.", ge=0, le=65535)] = 0
    user: Annotated[str, Meta(description="Log-in that 1C uses.")] = ""
    password: Annotated[Secret, Meta(description="Password that 1C uses.")] = Secret("")
    zip: Annotated[bool, Meta(description="Tell 1C that it may send zips.")] = True
    file_limit: Annotated[int, Meta(description="Largest piece of a file that 1C may send at once.", ge=1024)] = (
        8_000_000
    )
    upload_limit: Annotated[int, Meta(description="Bytes of all files of one exchange.", ge=1024)] = 1_000_000_000


def property_map(options: Options) -> FieldMap:
    """Compile the configured properties. The name is no property; the map needs one, so it gets a constant.

    Raises:
        Misconfigured: Naming what does not fit.
    """
    wrong = sorted(field for field in options.properties if field.partition(".")[0] in _ELEMENTS)
    if wrong:
        raise Misconfigured(
            Sentence("%(name)s has an element of its own in CommerceML", name=wrong[0]),
            field="properties",
            cure="Take it out of properties.",
        )
    return FieldMap(
        {"name": "=-", **options.properties},
        separator=options.separator,
        decimal_comma=options.decimal_comma,
        active=options.active,
    )


def check_options(options: Options) -> None:
    """Find contradictions before the folder is touched.

    Raises:
        Misconfigured: Naming the option and the cure.
    """
    if not usable(options.encoding):
        raise Misconfigured(
            "the encoding is not one that syncd reads", field="encoding", cure="For example cp1251 or utf-8."
        )
    if options.port and not (options.user and options.password):
        raise Misconfigured(
            "the exchange endpoint has a port, and no user or password",
            field="password",
            cure="Set user and password to what 1C shall log in with, or port = 0.",
        )
    if options.writes == "exchange" and not options.port:
        raise Misconfigured(
            "changes shall be answered to 1C, and the exchange endpoint has no port",
            field="port",
            cure='Set port, or writes = "outbox".',
        )


def open_folder(root: Path, options: Options, sleep: Callable[[float], None]) -> Folder:
    """The folder that files of 1C come into; what is kept of them is for syncd's user alone."""
    terms = Terms(
        ready=options.ready,
        settle_seconds=options.settle_seconds,
        archive_days=options.archive_days,
        mode=0o700,
        again="Then put the file, or a new export, back into the folder above, or let 1C exchange again.",
    )
    return Folder(root, terms, lambda name: name.lower().endswith((".xml", ".zip")), sleep)
