"""How is the provider asked? Where it answers and by which keys it signs is remembered for a while."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar
from urllib.parse import quote_plus, urlencode

import msgspec

from syncd.domain.claims import lacks
from syncd.errors import InvalidRecord, Misconfigured, SyncError, Unavailable
from syncd.http import Client
from syncd.oidc.discovery import PATH, Metadata, read_metadata, trust_in
from syncd.oidc.step import Step
from syncd.oidc.token import Key, Proven, keys_in, proven_by, read_token
from syncd.sentence import Sentence
from syncd.settings import OidcSettings

__all__ = ["BACK", "Provider"]

BACK: Final = "/log-in/provider/back"
"""Path of ours to which a provider sends browsers back; it has to know the whole address."""

KEPT: Final = timedelta(hours=1)
"""So long it is believed what was read; a key that the provider took back is believed no longer than that."""

PAUSE: Final = timedelta(seconds=15)
"""So long a provider that failed is not asked again, nor is one asked again for a key that it has not."""

_DEADLINE: Final = 5.0
"""Seconds for one answer: a person waits for it."""
_BODY: Final = 512 * 1024
_TURN: Final = 2.0
"""Seconds to wait for another request of ours that asks the same."""

Thing = TypeVar("Thing")


class _Remembered(Generic[Thing]):
    """Something of the provider's that is read when it is needed, by one at a time."""

    def __init__(self, read: Callable[[], Thing], now: Callable[[], datetime]) -> None:
        self._read = read
        self._now = now
        self._turn = threading.Lock()
        self._thing: Thing | None = None
        self._error: SyncError | None = None
        self._at: datetime | None = None

    def get(self, *, good: Callable[[Thing], bool] = lambda _thing: True) -> Thing:
        """What is remembered; read anew when it is old, or not good and somewhat old."""
        if not self._turn.acquire(timeout=_TURN):
            raise Unavailable("the identity provider is being asked, and does not answer")
        try:
            since = None if self._at is None else self._now() - self._at
            if since is None or since > KEPT or (since > PAUSE and not (self._thing is not None and good(self._thing))):
                self._refresh()
            if self._error is not None:
                raise self._error
            assert self._thing is not None  # noqa: S101 - what was read without an error is there
            return self._thing
        finally:
            self._turn.release()

    def _refresh(self) -> None:
        self._thing, self._error = None, None
        try:
            self._thing = self._read()
        except SyncError as error:
            self._error = error
        self._at = self._now()


class _Given(msgspec.Struct):
    """What is given for a code."""

    id_token: str
    access_token: str = ""


class Provider:
    """The configured identity provider; safe to use from several threads.

    Args:
        back: Our address to which the provider sends browsers back.
    """

    def __init__(self, own: OidcSettings, back: str, now: Callable[[], datetime]) -> None:
        self.own = own
        self.back = back
        self._now = now
        self._metadata = _Remembered(self._discover, now)
        self._keys = _Remembered(self._read_keys, now)

    def address_of(self, step: Step) -> str:
        """Where a browser is sent to log in.

        Raises:
            SyncError: If the provider does not answer, or cannot be used.
        """
        where = self._metadata.get().authorization
        asked = {
            "response_type": "code",
            "client_id": self.own.client_id,
            "redirect_uri": self.back,
            "scope": " ".join(self.own.scopes),
            "state": step.state,
            "nonce": step.nonce,
            "code_challenge": step.challenge,
            "code_challenge_method": "S256",
        }
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"

    def is_from_us(self, iss: str | None) -> bool:
        """Whether an answer in the browser's address is this provider's, as far as it says so (RFC 9207)."""
        return iss == self.own.issuer or (iss is None and not self._metadata.get().names_itself)

    def prove(self, step: Step, code: str) -> Proven:
        """Take a code to the provider; answer whom it vouches for.

        Raises:
            InvalidRecord: If the code or the token that comes for it is not good.
            SyncError: If the provider does not answer, or does not know us.
        """
        given = self._exchange(step, code)
        claims = read_token(given.id_token, self.own, step.nonce, keys=self._keys_for, now=self._now())
        asks = lacks(claims, self.own.role_claim) and self._metadata.get().userinfo and given.access_token
        return proven_by(claims, self._told_beside(given.access_token) if asks else {}, self.own)

    def look(self) -> int:
        """Whether all is there; answer how many keys there are.

        Raises:
            SyncError: If not.
        """
        return len(self._keys.get())

    def _discover(self) -> Metadata:
        return read_metadata(self._get(self.own.issuer.rstrip("/") + PATH), self.own.issuer)

    def _read_keys(self) -> Sequence[Key]:
        found = keys_in(self._get(self._metadata.get().keys))
        if not found:
            raise Misconfigured(
                "the identity provider has no key by which a signature could be checked",
                code="identity-provider",
                cure="It has to sign ID tokens by RSA of 2048 bits, by EC or by Ed25519.",
                field="console.oidc.issuer",
            )
        return found

    def _keys_for(self, name: str | None) -> Sequence[Key]:
        """Of all keys; asked for anew where a name is not among them, for the provider may have a new one."""
        return self._keys.get(good=lambda keys: name is None or any(key.kid == name for key in keys))

    def _told_beside(self, access: str) -> Mapping[str, Any]:
        """What the provider tells of the person beside the token.

        Raises:
            SyncError: If it does not answer, or not in JSON: some sign what they tell, if they are configured so.
        """
        url = self._metadata.get().userinfo
        headers = {"accept": "application/json", "authorization": f"Bearer {access}"}
        with closing(self._client(url, explain=_silence)) as client:
            told = client.read("GET", url, headers=headers).json()
        return told if isinstance(told, dict) else {}

    def _get(self, url: str) -> Any:
        with closing(self._client(url, explain=_absence)) as client:
            return client.read("GET", url, headers={"accept": "application/json"}).json()

    def _exchange(self, step: Step, code: str) -> _Given:
        told = self._metadata.get()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": step.verifier,
        }
        headers = {"accept": "application/json"}
        name, secret = self.own.client_id, self.own.client_secret.reveal()
        if told.way == "client_secret_basic":
            # Each part is encoded before they are put together (RFC 6749, 2.3.1).
            pair = f"{quote_plus(name)}:{quote_plus(secret)}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": name, "client_secret": secret}
        with closing(self._client(told.token, explain=_meaning)) as client:
            answer = client.write("POST", told.token, data=form, headers=headers).json()
        try:
            return msgspec.convert(answer, _Given)
        except msgspec.ValidationError:
            raise InvalidRecord(
                "the identity provider gave no ID token", code="id-token", cure="Has the client there the scope openid?"
            ) from None

    def _client(self, url: str, **more: Any) -> Client:
        return Client(
            url, trust=trust_in(url, self.own.issuer), deadline=_DEADLINE, patience=_DEADLINE, body_bytes=_BODY, **more
        )


_BUSY: Final = frozenset({408, 425, 429})


def _absence(status: int, _body: bytes) -> SyncError | None:
    """What it means that a document is refused; ``None`` leaves it to what a status means."""
    if not 400 <= status < 500 or status in _BUSY:
        return None
    return Misconfigured(
        Sentence("the identity provider does not show what anybody may see (HTTP %(status)s)", status=status),
        code="identity-provider",
        cure="Correct console.oidc.issuer: its discovery document is below that address.",
        field="console.oidc.issuer",
    )


def _silence(status: int, _body: bytes) -> SyncError | None:
    """What it means that nothing is told to who shows an access token that was just given."""
    if not 400 <= status < 500 or status in _BUSY:
        return None
    return InvalidRecord(
        "the identity provider does not take its access token back", code="id-token", cure="Log in again."
    )


class _Refused(msgspec.Struct):
    error: str = ""


def _meaning(status: int, body: bytes) -> SyncError | None:
    """What a refusal of a code means; ``None`` leaves it to what a status means."""
    try:
        error = msgspec.json.decode(body, type=_Refused).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        error = ""
    if status == 401 or error in {"invalid_client", "unauthorized_client"}:
        return Misconfigured(
            "the identity provider does not take syncd's client id and secret",
            code="identity-provider",
            cure="Correct console.oidc.client_id, SYNCD_CONSOLE_OIDC_CLIENT_SECRET, or the client there.",
            field="console.oidc.client_secret",
        )
    if 400 <= status < 500 and status not in _BUSY:
        return InvalidRecord("the identity provider does not take its code back", code="id-token", cure="Log in again.")
    return None
