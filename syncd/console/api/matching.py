"""What can a program say about who is who?"""

from __future__ import annotations

from typing import Annotated

import msgspec

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Endpoint, Few, number_of
from syncd.console.connections.finding import connection_of
from syncd.console.customer.find import known_id
from syncd.sync.duplicates import MergePreview, merge_duplicates, preview_merge
from syncd.sync.matching import Preview, Unlinked, link, preview_link, preview_unlink, unlink
from syncd.sync.suggest import Suggestion, suggest
from syncd.sync.taken_back import TakenBack
from syncd.sync.unmatch import take_back

__all__ = ["ENDPOINTS"]


class SuggestQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which connection."""

    connection: str
    limit: Few = 50


class Suggestions(msgspec.Struct, frozen=True):
    """Two each that look alike, the most alike first; nothing follows from it by itself."""

    items: list[Suggestion]


class Tie(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer, and the record at a connection that is to be theirs.

    Attributes:
        customer: Their code.
    """

    customer: str
    connection: str
    external_id: Annotated[str, msgspec.Meta(min_length=1)]


class Untie(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer, and the connection whose record is somebody else.

    Attributes:
        customer: Their code.
    """

    customer: str
    connection: str


class Merge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Codes of two customers that are one: who stays, and who becomes part of them.

    Attributes:
        newsletter: What the person wants, where nothing tells which word is the newer one.
    """

    keep: str
    gone: str
    newsletter: bool | None = None


class MatchRun(msgspec.Struct, frozen=True):
    """The run that does it, and by which it is taken back."""

    run: int


def _suggest(call: Call) -> Suggestions:
    return Suggestions(suggest(call.app, connection_of(call.app, call.query.connection), limit=call.query.limit))


def _look_at_link(call: Call) -> Preview:
    tie: Tie = call.body
    connected = connection_of(call.app, tie.connection)
    return preview_link(call.app, known_id(call.app, tie.customer), connected, tie.external_id)


def _link(call: Call) -> MatchRun:
    tie: Tie = call.body
    connected = connection_of(call.app, tie.connection)
    return MatchRun(link(call.app, known_id(call.app, tie.customer), connected, tie.external_id, by=call.by))


def _look_at_unlink(call: Call) -> Preview:
    connected = connection_of(call.app, call.body.connection)
    return preview_unlink(call.app, known_id(call.app, call.body.customer), connected)


def _unlink(call: Call) -> Unlinked:
    connected = connection_of(call.app, call.body.connection)
    return unlink(call.app, known_id(call.app, call.body.customer), connected, by=call.by)


def _look_at_merge(call: Call) -> MergePreview:
    return preview_merge(call.app, known_id(call.app, call.body.keep), known_id(call.app, call.body.gone))


def _merge(call: Call) -> MatchRun:
    kept, gone = known_id(call.app, call.body.keep), known_id(call.app, call.body.gone)
    return MatchRun(merge_duplicates(call.app, kept, gone, by=call.by, newsletter=call.body.newsletter))


def _take_back(call: Call) -> TakenBack:
    return take_back(call.app, number_of(call, "run_id"), by=call.by)


_TIE = {"customer": "K000231", "connection": "shop", "external_id": "4711"}
_UNTIE = {"customer": "K000231", "connection": "shop"}
_TWO = {"keep": "K000231", "gone": "K000977"}
ENDPOINTS = (
    Endpoint(
        "GET", "/matches/suggestions", Role.VIEWER, "List customers that look like another one, and records that wait.",
        _suggest, Suggestions, SuggestQuery,
    ),
    Endpoint(
        "POST", "/matches/link/preview", Role.OPERATOR, "Read a record and say what linking it would change.",
        _look_at_link, Preview, body=Tie, example=_TIE, fleeting=True,
    ),
    Endpoint(
        "POST", "/matches/link", Role.OPERATOR, "Say that a record is a customer that is known.", _link, MatchRun,
        body=Tie, example=_TIE,
    ),
    Endpoint(
        "POST", "/matches/unlink/preview", Role.OPERATOR, "Say what undoing a tie would do.", _look_at_unlink, Preview,
        body=Untie, example=_UNTIE, fleeting=True,
    ),
    Endpoint(
        "POST", "/matches/unlink", Role.OPERATOR, "Say that a record is not the customer that it is tied to.", _unlink,
        Unlinked, body=Untie, example=_UNTIE,
    ),
    Endpoint(
        "POST", "/matches/merge/preview", Role.OPERATOR, "Say what would become of each field of two customers.",
        _look_at_merge, MergePreview, body=Merge, example=_TWO, fleeting=True,
    ),
    Endpoint(
        "POST", "/matches/merge", Role.OPERATOR, "Make one customer of two.", _merge, MatchRun, body=Merge,
        example=_TWO,
    ),
    Endpoint(
        "POST", "/matches/{run_id}/undo", Role.OPERATOR, "Take back what a run linked, unlinked or merged.", _take_back,
        TakenBack,
    ),
)  # fmt: skip
