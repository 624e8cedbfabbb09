"""How is one GraphQL call made to a Vendure shop, and what does each of its ways to fail mean?

Vendure fails in four shapes, all seen on 3.7: HTTP 400 with ``errors`` where a document does not fit the schema;
HTTP 200 with ``errors`` where the variables do not, or a rule refused; and HTTP 200 without ``errors`` where the
result is a union member whose ``__typename`` ends in ``Error``. A dead token and a missing permission are the same
``FORBIDDEN``. Messages of errors quote what was sent, so they are never repeated as they came.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from adapters.vendure.options import Options
from adapters.vendure.queries import LOG_IN
from syncd.errors import AuthFailed, InvalidRecord, Misconfigured, NotFound, OutcomeUnknown, SyncError, Unavailable
from syncd.http import Client, Response
from syncd.ports import Context
from syncd.sentence import Sentence

__all__ = ["Api", "Lacking"]

TOKEN_HEADER: Final = "vendure-auth-token"  # noqa: S105 - the header's name
API_KEY_HEADER: Final = "vendure-api-key"
PERMISSIONS: Final = (
    "ReadCustomer, CreateCustomer, UpdateCustomer, DeleteCustomer (for addresses), ReadCustomerGroup, "
    "CreateCustomerGroup, UpdateCustomerGroup, ReadCountry"
)

_UNAUTHORISED: Final = frozenset({"FORBIDDEN", "UNAUTHORIZED"})
_MISFIT: Final = frozenset({"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "BAD_USER_INPUT"})
_REFUSED: Final = frozenset({"USER_INPUT_ERROR", "ILLEGAL_OPERATION"})
_LACKING: Final = re.compile(
    r'Cannot query field "(\w+)" on type "\w*CustomFields"'
    r'|Field "(\w+)" is not defined by type "(?:\w*CustomFieldsInput|CustomerFilterParameter)"'
)
_NO_CUSTOM_FIELDS: Final = re.compile(r'"customFields" (?:must not have a selection|on type|is not defined)')
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'|\[[^\]]*\]|\{.*\}")


class _Extensions(msgspec.Struct, frozen=True):
    code: str = ""


class _Error(msgspec.Struct, frozen=True):
    message: str = ""
    extensions: _Extensions = _Extensions()


class _Answer(msgspec.Struct, frozen=True):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: Sequence[_Error] = ()


class _Member(msgspec.Struct, frozen=True, rename={"type_name": "__typename", "code": "errorCode"}):
    type_name: str = ""
    code: str = ""


_read_answer = msgspec.json.Decoder(_Answer).decode
_read_member = msgspec.json.Decoder(dict[str, _Member | None]).decode


class Lacking(Misconfigured):
    """The shop has no custom fields of these names.

    Attributes:
        names: The custom fields that the configuration names and the shop lacks; empty if it has none at all.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(
            Sentence("the shop lacks %(names)s", names=", ".join(names))
            if names
            else "the shop lacks any custom field of customers",
            code="custom-field-missing",
            field=names[0] if names else None,
            cure="Add the custom field to the shop's configuration, or correct or empty the option that names it.",
        )
        self.names = names


class Api:
    """The Admin API of one shop, logged in. Safe to use from several threads."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._token = ""
        keys = {API_KEY_HEADER: options.api_key.reveal()} if options.api_key else {}
        self._client = Client(
            options.url,
            headers=keys,
            throttle=context.throttle,
            explain=_explain,
            now=context.now,
            sleep=context.sleep,
        )

    def query(self, document: str, **variables: Any) -> bytes:
        """Ask; answer the bytes of ``data``."""
        return self._call(document, variables, writes=False)

    def mutate(self, document: str, **variables: Any) -> bytes:
        """Change something, once; answer the bytes of ``data``."""
        return self._call(document, variables, writes=True)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _call(self, document: str, variables: Mapping[str, Any], *, writes: bool) -> bytes:
        token = self._current_token()
        answer = self._send(document, variables, token, writes=writes)
        if _unauthorised(answer) and not self._options.api_key:
            # What was forbidden has not happened, so sending it again is safe for a write too.
            answer = self._send(document, variables, self._renewed(token), writes=writes)
        if _unauthorised(answer):
            raise self._forbidden()
        if answer.errors:
            raise _meaning(answer.errors, writes=writes)
        if writes:
            _refuse_member(answer.data)
        return bytes(answer.data)

    def _send(self, document: str, variables: Mapping[str, Any], token: str, *, writes: bool) -> _Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"query": document, "variables": variables}
        send = self._client.write if writes else self._client.read
        return _decode(send("POST", self._options.url, json=body, headers=headers), writes=writes)

    def _current_token(self) -> str:
        if self._options.api_key:
            return ""
        with self._lock:
            if not self._token:
                self._token = self._log_in()
            return self._token

    def _renewed(self, refused: str) -> str:
        """A token other than the one that was refused; one log-in for all threads that it was refused to."""
        with self._lock:
            if self._token == refused:
                self._token = self._log_in()
            return self._token

    def _log_in(self) -> str:
        variables = {"username": self._options.username, "password": self._options.password.reveal()}
        body = {"query": LOG_IN, "variables": variables}
        response = self._client.read("POST", self._options.url, json=body)
        answer = _decode(response, writes=False)
        if answer.errors:
            raise _meaning(answer.errors, writes=False)
        member = _read_member(answer.data)["login"]
        if member is None or member.type_name != "CurrentUser":
            raise AuthFailed("the shop refused the username or the password", field="password")
        token: str | None = response.headers.get(TOKEN_HEADER)
        if not token:
            raise Misconfigured(
                Sentence(
                    "the log-in was accepted, but the answer has no header %(token_header)s", token_header=TOKEN_HEADER
                ),
                cure="Let the shop's authOptions.tokenMethod contain 'bearer', or use an API key.",
            )
        return token

    def _forbidden(self) -> AuthFailed:
        return AuthFailed(
            "the shop forbids the call (FORBIDDEN): the API key is dead or its role lacks a permission"
            if self._options.api_key
            else "the shop forbids the call (FORBIDDEN): the user is dead or its role lacks a permission",
            field="api_key" if self._options.api_key else "username",
            cure=Sentence(
                "Renew it, or give its role: %(permissions)s. Then resume the connection.", permissions=PERMISSIONS
            ),
        )


def _decode(response: Response, *, writes: bool) -> _Answer:
    try:
        return _read_answer(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        response.json()
        lost = OutcomeUnknown if writes else Unavailable
        raise lost("the answer is JSON, but not one of GraphQL", code="not-graphql") from None


def _unauthorised(answer: _Answer) -> bool:
    return any(error.extensions.code in _UNAUTHORISED for error in answer.errors)


def _explain(status: int, body: bytes) -> SyncError | None:
    """Read a failed HTTP status; GraphQL's own is 400, and all but the two here are left to the shared table."""
    if status == 404:
        return Misconfigured(
            "there is no API at this URL (HTTP 404)", field="url", cure="Give the Admin API with its path: …/admin-api."
        )
    if status != 400:
        return None
    try:
        answer = _read_answer(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return _meaning(answer.errors, writes=True) if answer.errors else None


def _meaning(errors: Sequence[_Error], *, writes: bool) -> SyncError:
    """Say what top-level errors mean."""
    code = errors[0].extensions.code
    if code in _MISFIT:
        return _misfit(errors)
    if code == "ENTITY_NOT_FOUND":
        return NotFound("the shop has no such record (any more)")
    reason = _QUOTED.sub("…", errors[0].message)
    if code in _REFUSED:
        return InvalidRecord(
            Sentence("the shop refused a value: %(reason)s", reason=reason),
            code="refused",
            cure="Correct the value where the record comes from; the next run takes it.",
        )
    if "PasswordValidationError" in errors[0].message:
        return Misconfigured(
            "the shop's rules for passwords refuse the random one that syncd gives to a new account",
            cure="Let the shop's passwordValidationStrategy accept 45 letters, digits and signs.",
        )
    lost = OutcomeUnknown if writes else Unavailable
    return lost(Sentence("the shop failed (%(code)s)", code=code or "no code"))


def _misfit(errors: Sequence[_Error]) -> SyncError:
    """Say what does not fit the schema; only names of fields are repeated, never values."""
    names: dict[str, None] = {}
    for error in errors:
        for groups in _LACKING.findall(error.message):
            names.update(dict.fromkeys(name for name in groups if name))
    if names or any(_NO_CUSTOM_FIELDS.search(error.message) for error in errors):
        return Lacking(tuple(names))
    return Misconfigured(
        Sentence("the shop does not understand the call: %(reason)s", reason=_QUOTED.sub("…", errors[0].message)),
        cure="Check that the URL is that of the Admin API (not the Shop API) of Vendure 3.",
    )


def _refuse_member(data: msgspec.Raw) -> None:
    """Raise if the result is an ErrorResult: a success to HTTP and to GraphQL, and a refusal all the same."""
    for member in _read_member(data).values():
        if member is None or not member.type_name.endswith("Error"):
            continue
        if member.type_name == "EmailAddressConflictError":
            raise InvalidRecord(
                "another customer of the shop has this e-mail",
                code="login-taken",
                field="email",
                cure="Give one of the two another e-mail, or merge them, in the ERP or in the shop.",
            )
        raise InvalidRecord(
            Sentence("the shop refused the change (%(code)s)", code=member.code or member.type_name), code="refused"
        )
