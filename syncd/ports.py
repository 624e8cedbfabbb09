"""What does syncd ask of a platform, and what does a platform get to see of syncd?

An adapter's package exports one `Adapter` value named ``ADAPTER``. Opening it with checked options and a
`Context` gives an `Endpoint`: the few calls that the pipeline makes. Both sides, ERP and shop, are the same
protocol; what differs is said in `Capabilities`, never discovered by failing.
"""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeVar, runtime_checkable

import msgspec

from syncd.domain.contractor import FIELDS, Contractor
from syncd.domain.side import Side
from syncd.errors import Misconfigured, RecordError
from syncd.misfit import misfit
from syncd.sentence import Sentence

__all__ = [
    "Adapter",
    "Capabilities",
    "Companion",
    "Context",
    "Endpoint",
    "Health",
    "Hook",
    "NoThrottle",
    "Page",
    "Proof",
    "Rate",
    "Record",
    "Rejected",
    "Remote",
    "Scrubbed",
    "Scrubs",
    "Secret",
    "Side",
    "Throttle",
    "parse_options",
]


class Secret:
    """A text that never shows itself: not in ``repr``, ``str``, logs, JSON or comparisons with text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Secret(***)" if self._text else "Secret()"

    __str__ = __repr__


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record as the platform sent it, not yet understood.

    Attributes:
        external_id: Its name on that side, stable for its life.
        raw: Bytes that are equal when the record is equal: what change detection hashes, what `Endpoint.parse`
            reads, and what a quarantined record is retried from. Must not hold page-dependent noise.
    """

    external_id: str
    raw: bytes


class Rejected(msgspec.Struct, frozen=True):
    """A part of a page that is no record: it becomes an issue, and the page goes on without it.

    Attributes:
        external_id: Its name if one could be read, else what will find it again (``line 17``).
    """

    external_id: str
    raw: bytes
    error: RecordError


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Did the read see everything? Only a complete full read may conclude that a contractor is missing.

    Attributes:
        complete: Whether the end of the list was proven.
        how: What proves it, or what is missing, in words for an admin.
        declared: How many records the platform says there are, where it says so.
        listing: Names what was read, where the same list can be read twice (a file's number): reading it again proves
            nothing new, and another file that says the same does.
        listed: How many records the list has that was read, where it was one of everybody though only changes were
            asked for: files that hold everybody, a table without a watermark.
    """

    complete: bool
    how: str
    declared: int | None = None
    listing: str | None = None
    listed: int | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some records in the order of the read.

    Attributes:
        cursor: Where the *next run* starts if this page is the last one stored; opaque to the pipeline. ``None``
            leaves the cursor where it was.
        end: Set on the last page and only there.
    """

    records: Sequence[Record | Rejected]
    cursor: str | None = None
    end: Proof | None = None


class Remote(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One contractor as a side states it now.

    Attributes:
        version: ETag, row version or timestamp that the platform compares on writing; ``None`` if it has none.
        modified: When the platform says that it last changed, in UTC.
        blocked_logins: Names of the log-ins that still work although the contractor is inactive, where the
            platform can tell; syncd reports them.
    """

    external_id: str
    contractor: Contractor
    version: str | None = None
    modified: datetime | None = None
    blocked_logins: tuple[str, ...] = ()


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a platform can express. What it cannot is a degradation that the admin sees, never a silent drop.

    Attributes:
        reads: Fields that a read states; anything else is "not said".
        writes: Fields that a write stores. Empty for a connection that is only read.
        many_groups: Whether a contractor can be in more than one group.
        block: ``native`` stops the log-in, ``flag`` only stores it, ``emulated`` uses other means, ``none``.
        incremental: What "changed since" can be asked for.
        versions: Whether `Endpoint.update` refuses a stale ``version``.
        idempotent_create: Whether creating the same contractor twice makes one (natural upsert key).
        delete: What happens to a record that is deleted on that side.
        degradations: Sentence for each thing asked of a customer registry that this platform cannot do.
        zones: A shop's word by zone, where it keeps the customer's residency, which it states as ``tax_class``. The
            registry's verdict is written there; what is found there is the shop's default and no evidence.
        unique_logins: Whether the platform is known to take an e-mail as the log-in of one customer only, so that a
            second one need not be sent to be refused.
    """

    reads: frozenset[str] = frozenset(FIELDS)
    writes: frozenset[str] = frozenset()
    many_groups: bool = True
    block: Literal["native", "flag", "emulated", "none"] = "native"
    incremental: Literal["modified", "created", "none"] = "modified"
    versions: bool = False
    idempotent_create: bool = False
    delete: Literal["hard", "soft", "none"] = "hard"
    degradations: tuple[str, ...] = ()
    zones: Mapping[str, str] = {}
    unique_logins: bool = False


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A platform's limit: `calls` in `seconds`, shared by all processes that use the connection."""

    calls: int
    seconds: float


class Throttle(Protocol):
    """The rate limit of one connection across all processes."""

    def wait(self) -> None:
        """Return when a call may be sent.

        Raises:
            RateLimited: If that moment is further away than a call should wait.
        """

    def pause(self, seconds: float) -> None:
        """Let no process call before `seconds` have passed: the peer said ``Retry-After``."""


class NoThrottle:
    """A connection without a limit."""

    def wait(self) -> None:
        """Return at once."""

    def pause(self, seconds: float) -> None:
        """Keep nothing: the caller sees the `RateLimited` error and decides."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What an endpoint may use of its surroundings.

    Attributes:
        connection: The connection's name, for messages.
        home: Country of the shop, ISO 3166-1 alpha-2.
        folder: Where relative paths in options start: the folder of the configuration file.
        now: The clock, in UTC with time zone.
        sleep: Waits that many seconds.
        fields: What the connection's configuration narrows ``reads`` and ``writes`` to; ``None`` narrows nothing.
    """

    connection: str
    home: str = "PL"
    folder: Path = Path()
    throttle: Throttle = NoThrottle()
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    fields: frozenset[str] | None = None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of a connection test: who we are there and what we saw."""

    detail: str
    warnings: tuple[str, ...] = ()


class Endpoint(Protocol):
    """An opened connection.

    Calls raise errors of `syncd.errors` only, and may be made from several threads at once, but for `read`,
    which one run makes at a time. Network time-outs are bounded by the endpoint. A write whose answer was lost
    raises `OutcomeUnknown`.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What *this* connection can express, given its options."""

    def check(self) -> Health:
        """Log in and read a little; change nothing."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        """List contractors, the switched-off ones included.

        Without `cursor`, or with `full`, everything; otherwise what changed since the read that returned
        `cursor`, possibly with repeats, never with gaps. The last page carries `Page.end`.
        """

    def parse(self, record: Record) -> Remote:
        """Understand one record. Pure: no call is made.

        Raises:
            InvalidRecord: Naming the field and the cure.
        """

    def get(self, external_id: str) -> Remote:
        """Read one contractor now, with groups, addresses and employees.

        Raises:
            NotFound: If that side has none by this name.
        """

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        """Look for `contractor` by the keys that this platform can search (own number, tax id, e-mail).

        Asked before every create: a create whose answer was lost must not be made twice.
        """

    def create(self, contractor: Contractor) -> Remote:
        """Store a new contractor, without mail to anybody; answer what that side now holds."""

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        """Bring one contractor from what `remote` states to `contractor`; answer what that side now holds.

        Only fields in which the two differ are written. Where `Capabilities.versions`, a `remote.version` that
        is no longer the current one raises `VersionConflict` and changes nothing.
        """

    def close(self) -> None:
        """Give back connections and files. Safe to call twice."""


class Scrubbed(RecordError):
    """What the endpoint knew of a record was erased here: only what the platform states next tells of it again."""

    code = "scrubbed"
    cure = "Nothing here; the platform's next statement tells what it holds."


@runtime_checkable
class Scrubs(Protocol):
    """What an endpoint has besides `Endpoint` if it keeps copies of records on this side of the network.

    After `scrub`, `Endpoint.get` raises `Scrubbed` for such a record until the platform states it again, and
    `Endpoint.update` overwrites it all the same.
    """

    def scrub(self, external_ids: Collection[str]) -> Sequence[str]:
        """Forget what is kept of these records, in every file; say what was removed, without naming anybody.

        Safe to call again.
        """


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """How a platform calls us when something changes. A call is a hint: what it names is read anew.

    Attributes:
        records: External ids that a body names; raises `InvalidRecord` with code ``hook-unreadable`` for none.
        verify: Whether the raw body is signed with a key, by its headers (names in lower case); ``None`` where the
            platform signs nothing, so that only the address proves who calls.
        signature: What of the headers is unique to one call, where it is signed.
        sent_at: When a signed call was sent, where its signature covers that.
        topics: What to subscribe to, in the platform's words.
    """

    records: Callable[[bytes], Sequence[str]]
    verify: Callable[[Mapping[str, str], bytes, str], bool] | None = None
    signature: Callable[[Mapping[str, str]], str] = lambda _headers: ""
    sent_at: Callable[[Mapping[str, str]], datetime | None] = lambda _headers: None
    topics: tuple[str, ...] = ()


class Companion(msgspec.Struct, frozen=True, kw_only=True):
    """A program that has to run beside the workers for one connection, such as a server that its platform calls.

    It is started as ``python -m MODULE CONNECTION --folder FOLDER`` and runs until SIGTERM.

    Attributes:
        environ: Variables that it gets besides those of everybody: secrets, since arguments can be seen by all.
    """

    module: str
    environ: Mapping[str, str] = {}


class Adapter(msgspec.Struct, frozen=True, kw_only=True):
    """One platform.

    Attributes:
        kind: The folder's name under ``adapters/`` and ``kind`` in the configuration.
        sides: Which ends of a route it can be.
        options: Struct of the options; secret ones are typed `Secret`, each field has a description. One with values in
            it is a `Sentence` as well, in ``Meta(extra={"meaning": ...})``.
        open: Makes an endpoint from checked options, without calling the platform.
        version: Raised whenever `Endpoint.parse` understands the same bytes differently, so that unchanged
            records are understood again.
        rate: The platform's published limit, ``None`` where none is known.
        poll_seconds: How often an incremental pull is worth its cost.
        parallel_calls: How many writes may be under way at once.
        hook: How it calls us; ``None`` if it does not, or nobody taught syncd how.
        companion: Says what has to run beside the workers for a connection with these options; ``None``: nothing.
        drops: Option that names a folder into which files are dropped, and out of which a read takes them: who only
            looks reads copies. What is remembered of them is in that folder, or where the option ``state`` says.
        keeps: Options that name folders, or files, on this machine into which the adapter writes.
        link: Where a person finds a record in the platform's own admin, by its external id, of which ``{key}`` may
            take the place; ``None`` where nothing public says so, and only the configuration can (``admin_url``).
    """

    kind: str
    title: str
    sides: frozenset[Side]
    options: type[msgspec.Struct]
    open: Callable[[Any, Context], Endpoint]
    capabilities: Capabilities
    version: int = 1
    rate: Rate | None = None
    poll_seconds: int = 300
    parallel_calls: int = 4
    hook: Hook | None = None
    companion: Callable[[Any], Companion | None] | None = None
    drops: str = ""
    keeps: tuple[str, ...] = ()
    link: Callable[[Any, str], str] | None = None


Options = TypeVar("Options", bound=msgspec.Struct)

_MISSING: Final = re.compile(r"Object missing required field `(.+)`")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.+)`")


def _convert(kind: type, value: object) -> object:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise msgspec.ValidationError(f"expected {kind.__name__}")


def parse_options(struct: type[Options], values: Mapping[str, object], *, connection: str) -> Options:
    """Check a connection's options against its adapter's struct.

    Raises:
        Misconfigured: Naming the connection and the option; a secret's value is not repeated.
    """
    try:
        return msgspec.convert(dict(values), struct, strict=False, dec_hook=_convert)
    except msgspec.ValidationError as error:
        raise _wrong_option(str(error), struct, connection) from None


def _wrong_option(text: str, struct: type[msgspec.Struct], connection: str) -> Misconfigured:
    """Say which option is missing, unknown or of the wrong type, in the words of the configuration."""
    what, _, at = text.partition(" - at `$")
    place = at.rstrip("`").lstrip(".")
    shown = Sentence("`syncd adapters list` with the kind behind it shows the options.")
    if missing := _MISSING.fullmatch(what):
        name = f"{place}.{missing[1]}".lstrip(".")
        return Misconfigured(
            Sentence("connection %(connection)s: the option %(name)s is missing", connection=connection, name=name),
            cure=Sentence(
                "Write it below [connections.%(connection)s.options]; a secret goes into the environment. %(shown)s",
                connection=connection,
                shown=shown,
            ),
            field=name,
        )
    if unknown := _UNKNOWN.fullmatch(what):
        name = f"{place}.{unknown[1]}".lstrip(".")
        near = [] if place else difflib.get_close_matches(name, struct.__struct_encode_fields__, n=1)
        cure = Sentence("Did you mean %(name)s?", name=near[0]) if near else shown
        return Misconfigured(
            Sentence("connection %(connection)s: there is no option %(name)s", connection=connection, name=repr(name)),
            cure=cure,
            field=name,
        )
    return Misconfigured(
        Sentence(
            "connection %(connection)s: option %(name)s: %(problem)s",
            connection=connection,
            name=place,
            problem=misfit(what),
        ),
        cure=Sentence("Correct it. %(shown)s", shown=shown),
        field=place,
    )
