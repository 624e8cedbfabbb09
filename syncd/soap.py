"""How does syncd speak SOAP 1.1? The one caller: what a WSDL says, envelopes, faults, and answers that are one text.

For services of the style RPC whose answer is one value, often a document of its own inside of a text. Everything goes
through `syncd.http.Client` and `syncd.xml`, so time-outs, retries of reads, lost answers and hostile documents mean
here what they mean there.

    client = Client(url, explain=explain)
    caller = Caller(client, wsdl="wsdl/api", endpoint="call/api")
    caller.read("GetUsers", {"login": login, "password": password}, "2026-01-01 00:00:00")
"""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping, Sequence
from typing import BinaryIO, Final, TypeAlias

import msgspec

from syncd import xml
from syncd.errors import AuthFailed, InvalidRecord, Misconfigured, NotFound, OutcomeUnknown, SyncError, Unavailable
from syncd.http import Client, Response, not_data
from syncd.sentence import Counted, Sentence

__all__ = ["Caller", "Operation", "Service", "Value", "explain", "service_of"]

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
ENCODING: Final = "http://schemas.xmlsoap.org/soap/encoding/"
BINDING: Final = "http://schemas.xmlsoap.org/wsdl/soap/"

_ANSWER: Final = "Envelope/Body/*/*"

Value: TypeAlias = str | int | Mapping[str, "Value"]
"""What a parameter can be: a text, a whole number, or a structure of such."""


class Operation(msgspec.Struct, frozen=True):
    """One method.

    Attributes:
        namespace: Of the call's element.
        action: Value of the header ``SOAPAction``.
        parts: Names of the parameters, in their order.
    """

    namespace: str
    action: str
    parts: tuple[str, ...]


class Service(msgspec.Struct, frozen=True):
    """What a WSDL says that can be called. The address in it is left alone: credentials go where the options say."""

    operations: Mapping[str, Operation]


def service_of(wsdl: bytes) -> Service:
    """Understand a WSDL 1.1; nothing that it imports is loaded.

    Raises:
        InvalidRecord: If it is no XML.
        Misconfigured: If it is no WSDL with methods to be called by SOAP 1.1.
    """
    root = xml.parse(wsdl)
    own = xml.text(root, "@targetNamespace")
    messages = {xml.text(one, "@name"): xml.texts(one, "part/@name") for one in xml.children(root, "message")}
    inputs = {
        xml.text(one, "@name"): messages.get(xml.text(one, "input/@message").rpartition(":")[2], [])
        for one in xml.children(root, "portType/operation")
    }
    operations: dict[str, Operation] = {}
    for one in xml.children(root, "binding/operation"):
        name = xml.text(one, "@name")
        bound = [child for child in xml.children(one, "operation") if child.tag == f"{{{BINDING}}}operation"]
        if bound and name in inputs:
            namespace = xml.text(one, "input/body/@namespace") or own
            operations[name] = Operation(namespace, xml.text(bound[0], "@soapAction"), tuple(inputs[name]))
    if not operations:
        raise Misconfigured(
            "the document at the WSDL's address describes no method for SOAP 1.1",
            cure="Check that the URL is the API's.",
        )
    return Service(operations)


def explain(status: int, body: bytes) -> SyncError | None:
    """Read a fault that came with its HTTP status; to be given to `syncd.http.Client`.

    A fault of the server says no more than the status: whether a write happened is not known.
    """
    if status != 500:
        return None
    try:
        found = xml.embedded(body, _ANSWER)
    except InvalidRecord:
        return None  # a web server's own page
    return None if found is None or found.path[2] != "Fault" else _blame(found)


class Caller:
    """Calls one service; safe to use from several threads.

    Args:
        client: Made with `explain`.
        wsdl: URL of the WSDL, which is read before the first call.
        endpoint: URL that calls are sent to.
    """

    def __init__(self, client: Client, *, wsdl: str, endpoint: str) -> None:
        self._client = client
        self._wsdl = wsdl
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._service: Service | None = None

    def service(self) -> Service:
        """What the WSDL says; read once.

        Raises:
            Misconfigured: If there is none.
        """
        with self._lock:
            if self._service is None:
                self._service = self._described()
            return self._service

    def read(self, method: str, *values: Value) -> BinaryIO:
        """Call a method that changes nothing; answer its one value as UTF-8.

        Args:
            values: In the order of the WSDL. Parameters that it has beyond them are left out.

        Raises:
            Misconfigured: If the service has no such method, or says that the call itself was wrong.
            Unavailable: If no usable answer came.
        """
        content = self._message(method, values)
        try:
            answer = self._client.read("POST", self._endpoint, content=content, headers=self._headers(method))
            return _value(answer, writes=False)
        except NotFound:
            raise _nothing_there("calls") from None
        except InvalidRecord as error:
            raise Misconfigured(error.message, code=error.code, cure=error.cure) from None

    def write(self, method: str, *values: Value) -> BinaryIO:
        """Call a method that changes something, once; answer its one value as UTF-8.

        Raises:
            InvalidRecord: If the service says that the call itself was wrong.
            OutcomeUnknown: If it was sent and no usable answer came.
        """
        content = self._message(method, values)
        try:
            answer = self._client.write("POST", self._endpoint, content=content, headers=self._headers(method))
        except NotFound:
            raise _nothing_there("calls") from None
        return _value(answer, writes=True)

    def _described(self) -> Service:
        try:
            answer = self._client.read("GET", self._wsdl)
        except NotFound:
            raise _nothing_there("the WSDL") from None
        try:
            return service_of(answer.content)
        except InvalidRecord as error:
            raise _unusable(answer.content, error, writes=False) from None

    def _operation(self, method: str) -> Operation:
        operation = self.service().operations.get(method)
        if operation is None:
            raise Misconfigured(
                Sentence("the service has no method %(method)s", method=method),
                code="unknown-method",
                cure="Compare the platform's version with what the manual says was tested.",
            )
        return operation

    def _headers(self, method: str) -> Mapping[str, str]:
        action = self._operation(method).action
        return {"content-type": "text/xml; charset=utf-8", "soapaction": f'"{action}"'}

    def _message(self, method: str, values: Sequence[Value]) -> bytes:
        operation = self._operation(method)
        if len(values) > len(operation.parts):
            raise Misconfigured(
                Sentence(
                    Counted(
                        "the method %(method)s takes %(count)s parameter here, and not %(given)s",
                        "the method %(method)s takes %(count)s parameters here, and not %(given)s",
                    ),
                    method=method,
                    count=len(operation.parts),
                    given=len(values),
                ),
                code="unknown-method",
                cure="Compare the platform's version with what the manual says was tested.",
            )
        root = xml.build(f"{{{ENVELOPE}}}Envelope", {f"{{{ENVELOPE}}}encodingStyle": ENCODING})
        call = xml.add(xml.add(root, "Body"), f"{{{operation.namespace}}}{method}")
        for name, value in zip(operation.parts, values, strict=False):
            _put(call, name, value)
        return xml.write(root)


def _put(parent: xml.Element, name: str, value: Value) -> None:
    """Append a parameter. It is of no namespace, and escaped once here, whatever it says."""
    if isinstance(value, Mapping):
        structure = xml.add(parent, f"{{}}{name}")
        for member, content in value.items():
            _put(structure, member, content)
    else:
        xml.add(parent, f"{{}}{name}", str(value))


def _value(answer: Response, *, writes: bool) -> BinaryIO:
    try:
        found = xml.embedded(answer.content, _ANSWER)
        if found is None and xml.embedded(answer.content, "Envelope/Body/*") is None:
            raise not_data(answer.content, writes=writes)
    except InvalidRecord as error:
        raise _unusable(answer.content, error, writes=writes) from None
    if found is None:
        return io.BytesIO()  # a method without a value
    if found.path[2] == "Fault":
        raise _blame(found) or _failed(writes=writes)
    return found.text


def _blame(found: xml.Embedded) -> SyncError | None:
    """Say what a fault means by its code; ``None`` for the server's own. Its sentence may quote a person's data."""
    code = found.text.read(100).decode("utf-8", "replace").strip().rpartition(":")[2]
    family, _, detail = code.partition(".")
    if detail.lower().startswith("auth"):
        return AuthFailed("the service refused the credentials by a SOAP fault")
    if family in {"VersionMismatch", "MustUnderstand"}:
        return Misconfigured(
            Sentence("the service does not speak SOAP 1.1 as syncd does (fault %(family)s)", family=family),
            code="soap-fault",
            cure="Check that the URL is the API's.",
        )
    if family == "Client" and found.path[3] == "faultcode":
        return InvalidRecord(
            "the service says that the call itself was wrong (SOAP fault Client)",
            code="soap-fault",
            cure="Look into the platform's own log for its sentence, which is not repeated here.",
        )
    return None


def _nothing_there(what: str) -> Misconfigured:
    """Name an address at which the web server has nothing. It is the service that is missing, and no record."""
    return Misconfigured(
        Sentence("there is nothing at the address of %(what)s", what=what), cure="Check that the URL is the API's."
    )


def _failed(*, writes: bool) -> SyncError:
    kind = OutcomeUnknown if writes else Unavailable
    return kind("the service failed (SOAP fault of the server)")


def _unusable(content: bytes, error: InvalidRecord, *, writes: bool) -> SyncError:
    """Name an answer that cannot be read; a write that it answers may or may not have happened."""
    start = content.lstrip()[:15].lower()
    if start.startswith((b"<!doctype html", b"<html")) or not start.startswith(b"<"):
        return not_data(content, writes=writes)
    kind = OutcomeUnknown if writes else Unavailable
    return kind(error.message, code=error.code, cure=error.cure)
