"""How does syncd speak HTTP? The one client: time-outs, limits, retries and what each answer means.

httpx is used here and nowhere else, so that its successor can take its place in one file.
"""

from __future__ import annotations

import base64
import email.utils
import math
import re
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import msgspec
import tenacity

from syncd.egress import Backend, Trust, origin_of
from syncd.errors import (
    AuthFailed,
    InvalidRecord,
    Misconfigured,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    RetryableError,
    SyncError,
    Unavailable,
    VersionConflict,
)
from syncd.inflate import CODING, BrokenPacking, inflate
from syncd.ports import NoThrottle, Throttle
from syncd.sentence import Sentence
from syncd.tape import MOST, Call, listening
from syncd.unreached import unreached

# Where rich is installed httpx loads a command line of its own with it: 80 ms and four megabytes in each process. What
# is None cannot be imported, and httpx goes on without.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
import httpx  # noqa: E402 - see above

__all__ = ["Client", "Response", "hurried", "moment_of", "retry_after"]

PHASE_SECONDS: Final = 10.0
"""Longest wait of one phase: connecting, or the next bytes of an answer."""

DEADLINE_SECONDS: Final = 30.0
"""Longest time for one whole answer. httpx bounds each phase only; a slow drip would never end."""

BODY_BYTES: Final = 64 * 1024 * 1024
"""Largest answer taken into memory."""

RETRY_AFTER_CAP: Final = 3600.0
"""Seconds that one ``Retry-After`` may hold a connection; a peer that says a day is asked again after this."""

READ_TRIES: Final = 3

_longest_wait: ContextVar[float] = ContextVar("longest_wait", default=math.inf)


@contextmanager
def hurried(seconds: float) -> Iterator[None]:
    """Let clients that are made inside give up after waiting so long: for trials of peers that answer too late."""
    before = _longest_wait.set(seconds)
    try:
        yield
    finally:
        _longest_wait.reset(before)


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; reading that list takes longer than many a run, so a process does it once."""
    return httpx.create_ssl_context(trust_env=False)


def _guarded(parallel: int, trust: Trust) -> tuple[httpx.HTTPTransport, Backend]:
    """The network, by way of `syncd.egress`; httpx has no public place for it, and its version is pinned."""
    transport = httpx.HTTPTransport(
        verify=_trusted(),
        limits=httpx.Limits(max_connections=parallel, max_keepalive_connections=parallel),
        trust_env=False,
    )
    pool: Any = transport._pool  # noqa: SLF001
    backend = pool._network_backend = Backend(pool._network_backend, trust)  # noqa: SLF001
    return transport, backend


class Response:
    """An answer that was a success.

    Attributes:
        status: HTTP status.
        headers: Header values by lower-case name.
        content: The body, at most as large as the client takes.
    """

    __slots__ = ("_writes", "content", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes, *, writes: bool = False) -> None:
        self.status = status
        self.headers = headers
        self.content = content
        self._writes = writes

    def json(self) -> Any:
        """Decode the body.

        Raises:
            Unavailable: With code ``html-instead-of-data`` for a log-in or maintenance page, ``not-json`` else.
            OutcomeUnknown: The same, when it should have answered a write.
        """
        try:
            return msgspec.json.decode(self.content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise not_data(self.content, writes=self._writes) from None


def not_data(content: bytes, *, writes: bool = False) -> RetryableError:
    """Name what came in the place of data; a write that it answers may or may not have happened."""
    kind = OutcomeUnknown if writes else Unavailable
    if content.lstrip()[:1] == b"<":
        return kind(
            "the answer is a web page, not data",
            code="html-instead-of-data",
            cure="A log-in or maintenance page answers at this address: check the URL and the credentials.",
        )
    return kind(
        "the answer is not JSON, or was cut",
        code="not-json",
        cure="Check that the URL is the API's; if it is, something between cuts answers.",
    )


def retry_after(value: str | None, now: datetime) -> float | None:
    """Read a ``Retry-After`` header, which is seconds or an HTTP date, as seconds from `now`, capped."""
    if not value:
        return None
    if value.strip().isdecimal():
        seconds = float(value)
    else:
        at = moment_of(value)
        if at is None:
            return None
        seconds = (at - now).total_seconds()
    return min(max(seconds, 0.0), RETRY_AFTER_CAP)


def moment_of(date: str | None) -> datetime | None:
    """Read an HTTP date in UTC, which one without a zone is as well; ``None`` for what is none."""
    try:
        at = email.utils.parsedate_to_datetime(date or "")
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


class Client:
    """A connection's HTTP client; safe to use from several threads.

    Args:
        base_url: Where relative URLs start, and the only origin that is ever called. Redirects are not followed.
        headers: Sent with every request.
        throttle: The connection's rate limit, told of every ``Retry-After``.
        explain: A platform's own reading of a failed answer (status, body); ``None`` leaves it to the shared table.
        transport: Replaces the network in tests.
        patience: Longest wait of one phase; `hurried` may shorten it.
        deadline: Longest time for one whole answer.
        body_bytes: Largest answer taken into memory.
        trust: Who named the host; see `syncd.egress`.

    Raises:
        Misconfigured: If `base_url` is no address of http or https, or a header cannot be sent as it is.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        throttle: Throttle | None = None,
        explain: Callable[[int, bytes], SyncError | None] = lambda _status, _body: None,
        transport: httpx.BaseTransport | None = None,
        deadline: float = DEADLINE_SECONDS,
        patience: float = PHASE_SECONDS,
        body_bytes: int = BODY_BYTES,
        parallel: int = 10,
        trust: Trust = Trust.CONFIGURED,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._origin = origin_of(self._base)
        self._headers = _sendable({"user-agent": "syncd", "accept-encoding": CODING, **(headers or {})})
        if auth is not None:
            self._headers["authorization"] = f"Basic {base64.b64encode(':'.join(auth).encode()).decode()}"
        # The transport and not httpx' client: no redirects, no cookies, no log line with the URL, half of the work.
        self._backend: Backend | None = None
        if transport is None:
            transport, self._backend = _guarded(parallel, trust)
        self._transport = transport
        self._throttle = throttle or NoThrottle()
        self._explain = explain
        self._deadline = deadline
        self._body_bytes = body_bytes
        self._timeout = httpx.Timeout(min(patience, _longest_wait.get())).as_dict()
        self._now = now
        self._reads = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Unavailable),
            stop=tenacity.stop_after_attempt(READ_TRIES),
            wait=tenacity.wait_random_exponential(multiplier=0.2, max=2.0),
            sleep=sleep,
            reraise=True,
        )

    def read(self, method: str, url: str, **request: Any) -> Response:
        """Send a request that changes nothing; an unavailable peer is asked `READ_TRIES` times."""
        return self._reads(self._send, method, url, writes=False, **request)

    def write(self, method: str, url: str, **request: Any) -> Response:
        """Send a request that changes something, once.

        Raises:
            OutcomeUnknown: If it was sent and no usable answer came.
        """
        return self._send(method, url, writes=True, **request)

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def _send(self, method: str, url: str, *, writes: bool, **request: Any) -> Response:
        self._throttle.wait()
        until = time.monotonic() + self._deadline
        if self._backend is not None:
            self._backend.begin(until)
        asked = self._request(method, url, **request)
        call = _noted(asked, writes=writes)
        try:
            with closing(self._transport.handle_request(asked)) as answer:
                content = _body(answer, until, self._body_bytes)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            # Nothing was sent, so even a write has certainly not happened.
            raise unreached(error, asked.url.host) from None
        except (httpx.TransportError, httpx.StreamError) as error:
            raise _lost(
                Sentence("the answer did not arrive: %(kind)s", kind=type(error).__name__), writes=writes
            ) from None
        except (_Cut, BrokenPacking) as error:
            raise _lost(error.args[0], writes=writes) from None
        if call is not None:
            call.status, call.answer_headers, call.answer = answer.status_code, answer.headers, content[:MOST]
        if not answer.is_success:
            raise self._refused(answer, content, writes=writes)
        return Response(answer.status_code, answer.headers, content, writes=writes)

    def _request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, **content: Any
    ) -> httpx.Request:
        """Put a request together; `url` starts where the base ends, unless it is a whole one."""
        whole = f"{self._base}/{url.lstrip('/')}"
        if "://" in url.partition("?")[0]:
            if origin_of(url) != self._origin:
                # Credentials were given for one origin; an answer that names another one may want them.
                raise Misconfigured(
                    "the platform's answer leads to another address than the configured one",
                    code="address-refused",
                    cure=_MOVED,
                )
            whole = url
        merged = self._headers if not headers else httpx.Headers([*self._headers.raw, *_sendable(headers).raw])
        return httpx.Request(method, whole, headers=merged, extensions={"timeout": self._timeout}, **content)

    def _refused(self, answer: httpx.Response, content: bytes, *, writes: bool) -> SyncError:
        """Say what a status means (RFC 9110); the table that all platforms share."""
        status = answer.status_code
        own = self._explain(status, content)
        if own is not None:
            return own
        pause = retry_after(answer.headers.get("retry-after"), self._now())
        if status == httpx.codes.TOO_MANY_REQUESTS or (status == httpx.codes.SERVICE_UNAVAILABLE and pause is not None):
            if pause is not None:
                self._throttle.pause(pause)
            return RateLimited(
                Sentence("the peer asks for a pause (HTTP %(status)s)", status=status), retry_after=pause
            )
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return _lost(Sentence("the peer failed (HTTP %(code)s)", code=str(status)), writes=writes)
        if answer.is_redirect:
            return Unavailable(
                Sentence("the peer leads to another address, which is not followed (HTTP %(code)s)", code=str(status)),
                cure=_MOVED,
            )
        kind = _MEANING.get(status, InvalidRecord)
        return kind(Sentence("the peer refused (HTTP %(code)s)", code=str(status)))


_SENDABLE: Final = re.compile(r"[!-~]([ !-~]*[!-~])?|")


def _sendable(headers: Mapping[str, str]) -> httpx.Headers:
    """Headers, none of which would be refused on the way: a token is easily copied with what stands around it."""
    for name, value in headers.items():
        if not _SENDABLE.fullmatch(value):
            raise Misconfigured(
                Sentence(
                    "the header %(name)s cannot be sent: it holds a line break, a blank at its end, or letters outside "
                    "of ASCII",
                    name=name,
                ),
                cure="Give the token or key once more, exactly as the platform shows it.",
            )
    return httpx.Headers(headers)


_MOVED: Final = "If the platform moved, write its new address into the configuration."

_MEANING: Final[dict[int, type[SyncError]]] = {
    401: AuthFailed,
    403: AuthFailed,
    404: NotFound,
    408: Unavailable,
    409: VersionConflict,
    410: NotFound,
    412: VersionConflict,
    425: Unavailable,
}


def _noted(asked: httpx.Request, *, writes: bool) -> Call | None:
    """Note a call where somebody listens."""
    tape = listening()
    if tape is None:
        return None
    call = Call(asked.method, str(asked.url), asked.headers, asked.read()[:MOST], writes)
    tape.note(call)
    return call


class _Cut(Exception):
    """An answer that took too long or grew too large."""


def _body(answer: httpx.Response, until: float, at_most: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    for chunk in inflate(answer.iter_raw(), answer.headers.get("content-encoding")):
        size += len(chunk)
        if size > at_most:
            raise _Cut("the answer is larger than syncd takes into memory")
        if time.monotonic() > until:
            raise _Cut("the answer did not end within the deadline")
        chunks.append(chunk)
    return b"".join(chunks)


def _lost(message: str, *, writes: bool) -> RetryableError:
    return OutcomeUnknown(message) if writes else Unavailable(message)
