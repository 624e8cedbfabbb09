"""What does 1C ask of a site, in which order, and what is it answered? The exchange of CommerceML 2, without its HTTP.

``checkauth`` opens a session, ``init`` begins an exchange, ``file`` and ``import`` bring files, ``query`` and
``success`` fetch changes. Anything else, or in another order, is a ``failure``. Answers are ASCII, because old 1C reads
them as windows-1251 whatever they say.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from adapters.commerceml.options import Options
from adapters.commerceml.outbound import document
from adapters.commerceml.pending import Pending
from adapters.commerceml.uploads import Body, Refused, Uploads
from syncd.errors import SyncError
from syncd.folder.claiming import Folder

__all__ = ["Answer", "Exchange", "Question"]

COOKIE: Final = "syncd"
SESSION_SECONDS: Final = 3600.0
"""A session that is not used for so long is over."""

PATIENCE: Final = 5.0
"""Seconds until 1C is told ``progress`` and asks again."""

WRONG_SECONDS: Final = 1.0
"""How long a wrong password waits for its answer."""

_TYPES: Final = frozenset({"catalog", "sale"})


class Question(msgspec.Struct, frozen=True):
    """What 1C sent.

    Attributes:
        headers: Values by lower-case name.
        body: At its beginning; `length` bytes may be read of it.
    """

    method: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: Body
    length: int = 0


class Answer(msgspec.Struct, frozen=True):
    """What 1C is told."""

    body: bytes
    content_type: str = "text/plain; charset=windows-1251"
    headers: Mapping[str, str] = {}


@dataclass
class _Session:
    """One log-in of 1C, with what it sent by type of exchange."""

    token: str
    used_at: float
    begun: dict[str, Uploads] = field(default_factory=dict)
    offered: str = ""


class Exchange:
    """The site's side of the exchange for one connection. Safe to use from several threads."""

    def __init__(
        self,
        options: Options,
        folder: Folder,
        pending: Pending,
        now: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        patience: float = PATIENCE,
    ) -> None:
        self._options = options
        self._folder = folder
        self._pending = pending
        self._now = now
        self._sleep = sleep
        self._patience = patience
        self._lock = threading.Lock()
        self._sessions: dict[str, _Session] = {}
        self._checks = ThreadPoolExecutor(2, thread_name_prefix="check")

    def close(self) -> None:
        """Wait for the looks under way, and forget what was not imported."""
        self._checks.shutdown(wait=True)
        for session in self._sessions.values():
            self._discard(session)

    def answer(self, question: Question) -> Answer:
        """Do what 1C asks, or say why not; nothing is raised but for a broken connection."""
        try:
            return self._answer(question)
        except Refused as error:
            return _told("failure", str(error))
        except SyncError as error:
            return _told("failure", f"{error.message} {error.cure}")

    def _answer(self, question: Question) -> Answer:
        mode = question.parameters.get("mode", "")
        kind = question.parameters.get("type", "")
        if kind not in _TYPES:
            raise Refused("type has to be catalog or sale")
        if mode == "checkauth":
            return self._log_in(question)
        session = self._session(question)
        if mode == "init":
            return self._begin(session, kind)
        if kind not in session.begun:
            raise Refused("unknown sequence: init comes first")
        return self._go_on(session, kind, mode, question)

    def _go_on(self, session: _Session, kind: str, mode: str, question: Question) -> Answer:
        name = question.parameters.get("filename", "")
        if mode == "file" and question.method == "POST":
            if question.length > self._options.file_limit:
                raise Refused(f"a piece is larger than file_limit={self._options.file_limit}")
            session.begun[kind].append(name, question.body, question.length)
            return _told("success")
        if mode == "import":
            done = session.begun[kind].import_(name, self._patience)
            return _told("success") if done else _told("progress", "the file is being looked through")
        if kind == "sale" and mode == "query":
            return self._offer(session)
        if kind == "sale" and mode == "success" and session.offered:
            self._pending.fetched(session.offered, self._now())  # said twice, nothing is left to do
            return _told("success")
        raise Refused("unknown sequence, or unknown mode")

    def _log_in(self, question: Question) -> Answer:
        if not self._is_right(question.headers.get("authorization", "")):
            self._sleep(WRONG_SECONDS)
            raise Refused("wrong user or password")
        token = secrets.token_urlsafe(24)
        with self._lock:
            over = [one for one in self._sessions.values() if time.monotonic() - one.used_at > SESSION_SECONDS]
            for session in over:
                del self._sessions[session.token]
                self._discard(session)
            self._sessions[token] = _Session(token, time.monotonic())
        headers = {"Set-Cookie": f"{COOKIE}={token}; Path=/; HttpOnly"}
        return msgspec.structs.replace(_told("success", COOKIE, token), headers=headers)

    def _is_right(self, authorization: str) -> bool:
        scheme, _, coded = authorization.partition(" ")
        try:
            given = base64.b64decode(coded, validate=True)
        except (binascii.Error, ValueError):
            given = b""
        wanted = _spellings(f"{self._options.user}:{self._options.password.reveal()}")
        right = [hmac.compare_digest(given, one) for one in wanted]
        return scheme.lower() == "basic" and bool(self._options.password) and any(right)

    def _session(self, question: Question) -> _Session:
        cookies = dict(part.strip().partition("=")[::2] for part in question.headers.get("cookie", "").split(";"))
        with self._lock:
            session = self._sessions.get(cookies.get(COOKIE, ""))
            if session is None or time.monotonic() - session.used_at > SESSION_SECONDS:
                raise Refused("no session: checkauth comes first, and its cookie with each call")
            session.used_at = time.monotonic()
            return session

    def _begin(self, session: _Session, kind: str) -> Answer:
        """Begin anew: what an earlier exchange of this kind sent and did not import is forgotten."""
        with self._lock:
            for one in self._sessions.values():
                if (unfinished := one.begun.pop(kind, None)) is not None:
                    unfinished.discard()
            session.begun[kind] = Uploads(self._folder, self._options, self._checks, self._now)
        zipped = "yes" if self._options.zip else "no"
        return _told(f"zip={zipped}", f"file_limit={self._options.file_limit}")

    def _offer(self, session: _Session) -> Answer:
        session.offered = secrets.token_hex(8)
        wanted = self._options.writes == "exchange"
        offers = self._pending.offer(session.offered, self._options.query_limit) if wanted else []
        data = document(offers, self._options, self._now())
        return Answer(data, f"text/xml; charset={self._options.charset}")

    @staticmethod
    def _discard(session: _Session) -> None:
        for uploads in session.begun.values():
            uploads.discard()


def _spellings(log_in: str) -> list[bytes]:
    """User and password as 1C may send them: old ones in their own code page, unless it lacks one of the letters."""
    spellings = [log_in.encode()]
    with contextlib.suppress(UnicodeEncodeError):
        spellings.append(log_in.encode("windows-1251"))
    return spellings


def _told(*lines: str) -> Answer:
    return Answer("\n".join(lines).encode("ascii", "backslashreplace") + b"\n")
