"""What must a platform's simulator offer so that the shared promises can be checked on it?

`adapters/<kind>/simulator.py` exports ``simulate``: a context manager that starts the platform (a server on
loopback, a database file, a folder) and yields a `Sandbox`. The sandbox is the platform's *own* side: what an
operator of the ERP or an admin of the shop does there, behind the adapter's back.

A sandbox may say and do more than `Sandbox` asks. All of this is optional; without it the default counts, and a
promise that needs what is not there is listed as degraded, never as kept:

===================================  ===============================================================================
``supports: frozenset[str]``         Kinds of `Fault` that it can make. Default: all. A platform without sessions
                                     leaves out ``expired``; one without HTTP leaves out all but what it can imitate.
``edits: frozenset[str]``            Fields that `add` stores and `edit` changes. Default: all that the endpoint reads.
``samples: Mapping[str, tuple]``      Two different values of a field that this platform can hold, where the suite's own
                                     (`syncd.certify.samples`) do not fit: its groups, its kinds of registration.
``page_records: int``                Records on one page of a read with these options. Default: 250.
``patience: float``                  Seconds that it is waited for where answers come too late. Default: 0.3.
``frozen()``                         Context manager in which the platform's clock stands still, so that two changes
                                     fall into one second. Default: the promise edits twice, as fast as it can.
``spoil(external_id)``               Damages one record as this platform could hold it damaged: `Endpoint.parse` can
                                     make no sense of it. Default: degraded.
``feed(document: bytes)``            Answers the next read with this document. Only for platforms read as XML.
``fed: str``                         What the platform's files are called that `feed` makes, where they are files: the
                                     end of a name, such as ``.xml``. Default: documents have no name.
``whole_document() -> bytes``        The document that the next read of everything would get, as it is now. With `feed`
                                     it is fed again, cut in the middle.
``feed_archive(data: bytes)``        The same as `feed` with a ZIP archive, for platforms that send those. It may raise
                                     what the adapter raises while it takes the archive in.
``mails: Sequence[str]``             What the platform has mailed to customers so far, one text for each mail. Only for
                                     platforms that mail anybody, and then in all ways in which they do.
``limits: Mapping[str, int]``        Characters for which the platform has room, by field of text.
``lacks: Mapping[str, str]``         Why one of these is not there, by its name, where the usual reason is not the
                                     platform's.
``pass_time(seconds: float)``        Puts the platform's clock so much ahead, or back; a second call adds to the first.
``webhooks: Webhooks``               What the platform sends when something happens there: `syncd.certify.webhooks`.
``rows_read: int``                   Rows that the platform's database has handed to the connection so far.
``usual_options: Mapping[str, Any]`` Options of a connection as an admin would have them, with pages of the usual size.
                                     Default: `options`. What a read costs is measured with these.
``add_many(contractors)``            `add` for thousands, where one by one takes too long; answers their external ids.
``revision: int``                    A number that is another one after every change. Default: `holds` is compared.
===================================  ===============================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol, get_args

import msgspec

from syncd.certify.faults import FaultKind, Faults
from syncd.domain.contractor import Contractor
from syncd.ports import Remote

__all__ = ["FAULT_KINDS", "Call", "Sandbox", "Simulate", "page_records", "patience", "supports"]

FAULT_KINDS: Final[frozenset[str]] = frozenset(get_args(FaultKind))
"""Every kind of fault there is."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call that the platform received.

    Attributes:
        name: The platform's own name of it (``PUT /customers/5``, ``model.party.party.write``).
        writes: Whether it was meant to change something.
        applied: Whether it did; a call may be applied and its answer lost.
        external_id: The record concerned, where it is one.
    """

    name: str
    writes: bool
    applied: bool
    external_id: str | None = None


class Sandbox(Protocol):
    """A platform under our control."""

    @property
    def options(self) -> Mapping[str, Any]:
        """What a connection to it has in its configuration, secrets as plain text."""

    @property
    def faults(self) -> Faults:
        """What goes wrong from now on."""

    @property
    def journal(self) -> Sequence[Call]:
        """Every call so far, in the order of arrival."""

    def add(self, contractor: Contractor) -> str:
        """Create a record as an operator would; answer its external id.

        An inactive `contractor` is created switched off. Fields that the platform lacks are ignored.
        """

    def edit(self, external_id: str, **changes: Any) -> None:
        """Change fields of a record as an operator would; the platform's clock moves as it would."""

    def remove(self, external_id: str) -> None:
        """Delete a record as an operator would, with the trace that this platform leaves, or none."""

    def holds(self) -> Mapping[str, Remote]:
        """Everything that the platform holds, by external id, read without the adapter."""


Simulate = Callable[[], AbstractContextManager[Sandbox]]


def patience(sandbox: Sandbox) -> float:
    """Seconds that a connection waits for it that is in a hurry: a real server may need more to answer at all."""
    seconds: float = getattr(sandbox, "patience", 0.3)
    return seconds


def supports(sandbox: Sandbox) -> frozenset[str]:
    """Kinds of fault that this sandbox can make."""
    kinds: frozenset[str] = getattr(sandbox, "supports", FAULT_KINDS)
    # Whoever serves answers late and loses some can lose one by being late: `syncd.certify.server` does.
    return kinds | {"late"} if {"latency", "lose_answer"} <= kinds else kinds


def page_records(sandbox: Sandbox) -> int:
    """How many records fill one page of a read."""
    return int(getattr(sandbox, "page_records", 250))
