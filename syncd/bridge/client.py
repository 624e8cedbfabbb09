"""Which calls does the bridge protocol have? Bytes in and out; what an item means is for its adapter to say."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from syncd.bridge.wire import Listing, explain, listing_of, records_of, request_of
from syncd.errors import InvalidRecord, Misconfigured, SyncError, Unavailable
from syncd.http import Client, Response
from syncd.ports import Context, Page, Proof, Secret
from syncd.sentence import Counted, Sentence

__all__ = ["BridgeClient"]

_JSON: Final = {"content-type": "application/json"}


class BridgeClient:
    """A connection to a bridge; nothing is called before the first method is.

    Args:
        page: Records on one page of a read.
    """

    def __init__(self, url: str, token: Secret, page: int, context: Context) -> None:
        self._page = page
        self._client = Client(
            url,
            headers={"authorization": f"Bearer {token.reveal()}", "accept": "application/json"},
            throttle=context.throttle,
            explain=explain,
            now=context.now,
            sleep=context.sleep,
        )

    def health(self) -> Mapping[str, Any]:
        """What the bridge says of itself, its ``name`` at least; a little is listed as well.

        Raises:
            Misconfigured: If it is no bridge.
        """
        told = self._client.read("GET", "/health").json()
        _listing(self._client.read("GET", "/contractors", params={"limit": "1"}))
        if not isinstance(told, dict) or not isinstance(told.get("name"), str):
            raise Misconfigured("the answer to /health names no system", cure="Check that the URL is a bridge's.")
        return told

    def pages(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        """What `syncd.ports.Endpoint.read` promises."""
        asked = {"limit": str(self._page)} | ({"since": cursor} if cursor and not full else {})
        seen, page = 0, asked
        met, until_next = "", 1
        for number in itertools.count(1):
            listing = _listing(self._client.read("GET", "/contractors", params=page))
            seen += len(listing.items)
            end = _proof(seen, listing.total) if listing.next is None else None
            yield Page(records=records_of(listing.items), cursor=listing.cursor, end=end)
            if listing.next is None:
                return
            if listing.next == met:
                raise Unavailable("the bridge names a page that was read already as the next one")
            if number == until_next:  # one page is remembered, ever longer: a circle of any length comes back to it
                met, until_next = listing.next, 2 * number
            page = asked | {"page": listing.next}

    def item(self, external_id: str) -> bytes:
        """One item.

        Raises:
            NotFound: If there is none by this id.
        """
        with _naming(external_id):
            return _item(self._client.read("GET", _path(external_id)))

    def matching(self, field: str, value: str) -> list[bytes]:
        """Items whose ``number``, ``tax_id`` or ``email`` is exactly `value`."""
        listing = _listing(self._client.read("GET", "/contractors", params={field: value}))
        return [bytes(item) for item in listing.items]

    def create(self, values: Mapping[str, Any]) -> bytes:
        """Store a new contractor; answer its item."""
        return _item(self._client.write("POST", "/contractors", content=request_of(values), headers=_JSON))

    def change(self, external_id: str, version: str | None, values: Mapping[str, Any]) -> bytes:
        """Write these fields of one contractor; answer its item.

        Raises:
            InvalidRecord: If no header can hold `version`.
            VersionConflict: If it has another version than `version`; ``None`` does not compare.
        """
        headers = _JSON if version is None else _JSON | {"if-match": f'"{version}"'}
        with _naming(external_id):
            if version is not None and not (version.isascii() and version.isprintable()):
                raise InvalidRecord(
                    "the system gives the record a version that no header can hold, so it cannot be compared",
                    field="version",
                    cure="Let the bridge give versions of letters, digits and signs of ASCII.",
                )
            return _item(self._client.write("PUT", _path(external_id), content=request_of(values), headers=headers))

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


def _listing(answer: Response) -> Listing:
    try:
        return listing_of(answer.content)
    except msgspec.DecodeError:
        answer.json()  # says so if it is no JSON at all
        raise Misconfigured(
            "the answer is JSON and no listing of the bridge protocol", cure="Check that the URL is a bridge's."
        ) from None


def _item(answer: Response) -> bytes:
    answer.json()  # a web page is the connection's fault, not the record's
    return answer.content


def _path(external_id: str) -> str:
    return f"/contractors/{quote(external_id, safe='')}"


def _proof(seen: int, total: int | None) -> Proof:
    """The end was reached; was it the end of everything? Records removed while reading make `seen` the larger one."""
    if total is None:
        return Proof(complete=False, how="the bridge does not say how many records there are")
    if seen < total:
        return Proof(
            complete=False,
            how=Sentence(
                Counted(
                    "the bridge says %(count)s record and listed %(seen)s",
                    "the bridge says %(count)s records and listed %(seen)s",
                ),
                count=total,
                seen=seen,
            ),
            declared=total,
        )
    return Proof(complete=True, how="last page reached, as many records as declared", declared=total)


@contextlib.contextmanager
def _naming(external_id: str) -> Iterator[None]:
    """Let errors of the calls inside name the record."""
    try:
        yield
    except SyncError as error:
        error.record = error.record or external_id
        raise
