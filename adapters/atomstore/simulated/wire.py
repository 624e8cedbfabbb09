"""How does a simulated AtomStore shop speak SOAP: RPC/encoded, by PHP's habits, with its errors as texts?"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from adapters.atomstore.simulated.shop import OK, UNAUTHORIZED, Shop
from adapters.atomstore.simulated.state import Setup
from syncd import xml
from syncd.errors import InvalidRecord

__all__ = ["Spoken", "answer", "fault", "method_of", "said", "wsdl"]

_ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_METHOD: Final = re.compile(rb"<(?:[\w.-]+:)?Body\b[^>]*>\s*<(?:[\w.-]+:)?([A-Za-z]+)")


class Spoken(NamedTuple):
    """An answer: the HTTP status, the document, and the value in it (empty for a fault)."""

    status: int
    body: bytes
    value: str


def parts_of(setup: Setup) -> Mapping[str, tuple[str, ...]]:
    """Names of the parameters of each method, in their order."""
    modified = ("modified",) if setup.modified_filter else ()
    return {
        "CheckConnection": ("authenticate",),
        "GetUsers": (*setup.parts, *modified),
        "SetUsers": ("authenticate", "data"),
        "SetUserExternalId": ("authenticate", "atomId", "externalId"),
    }


def method_of(body: bytes) -> str:
    """Name of the method that a message calls; ``?`` if it calls none."""
    found = _METHOD.search(body)
    return found[1].decode() if found else "?"


def answer(shop: Shop, body: bytes) -> Spoken:
    """Act on a message."""
    try:
        calls = xml.children(xml.parse(body), "Body/*")
    except InvalidRecord:
        return fault("Client", "Bad Request")
    parts = parts_of(shop.setup).get(xml.local_name(calls[0])) if calls else None
    if parts is None:
        return fault("Server", f"Procedure '{method_of(body)}' not present")
    values = _matched(calls[0], parts)
    authenticate = values[0]
    if authenticate is None or not _is_admin(authenticate, shop.setup):
        return said(UNAUTHORIZED)
    with shop.lock:
        return said(_act(shop, xml.local_name(calls[0]), values))


def said(value: str) -> Spoken:
    """A success with this value, whatever the value says."""
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="{_ENVELOPE}" '
        'xmlns:ns1="urn:atom_api" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><SOAP-ENV:Body><ns1:Response>'
        f'<return xsi:type="xsd:string">{escape(value)}</return></ns1:Response></SOAP-ENV:Body></SOAP-ENV:Envelope>'
    )
    return Spoken(200, document.encode(), value)


def fault(code: str, sentence: str) -> Spoken:
    """An error of the protocol."""
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="{_ENVELOPE}"><SOAP-ENV:Body>'
        f"<SOAP-ENV:Fault><faultcode>SOAP-ENV:{code}</faultcode><faultstring>{escape(sentence)}</faultstring>"
        "</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )
    return Spoken(500, document.encode(), "")


def wsdl(setup: Setup) -> bytes:
    """The description of all methods."""
    messages, ports, bindings = [], [], []
    for method, parts in parts_of(setup).items():
        inner = "".join(f'<part name="{part}" type="{_type(part)}"/>' for part in parts)
        messages.append(f'<message name="{method}Request">{inner}</message>')
        messages.append(f'<message name="{method}Response"><part name="return" type="xsd:string"/></message>')
        message = f'<input message="tns:{method}Request"/><output message="tns:{method}Response"/>'
        ports.append(f'<operation name="{method}">{message}</operation>')
        coding = f'<soap:body use="encoded" namespace={quoteattr(setup.namespace)}/>'
        bindings.append(
            f'<operation name="{method}"><soap:operation soapAction={quoteattr(f"{setup.namespace}#{method}")}/>'
            f"<input>{coding}</input><output>{coding}</output></operation>"
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions name="atom_api" targetNamespace='
        f"{quoteattr(setup.namespace)} xmlns:tns={quoteattr(setup.namespace)} "
        'xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">{"".join(messages)}'
        f'<portType name="AtomPort">{"".join(ports)}</portType><binding name="AtomBinding" type="tns:AtomPort">'
        '<soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>'
        f'{"".join(bindings)}</binding><service name="atom_api"><port name="AtomPort" binding="tns:AtomBinding">'
        '<soap:address location="http://old-address.invalid/atom_api/call/atom_api"/></port></service></definitions>'
    ).encode()


def _type(part: str) -> str:
    return {"authenticate": "tns:Authenticate", "data": "tns:Data", "atomId": "xsd:int"}.get(part, "xsd:string")


def _matched(call: xml.Element, parts: tuple[str, ...]) -> list[xml.Element | None]:
    """Parameters as PHP takes them: by name as soon as one name fits, and then the others are null; else by place."""
    named = {xml.local_name(child): child for child in call}
    if named.keys() & set(parts):
        return [named.get(part) for part in parts]
    given = list(call)[: len(parts)]
    return [*given, *[None] * (len(parts) - len(given))]


def _is_admin(authenticate: xml.Element, setup: Setup) -> bool:
    login = hmac.compare_digest((authenticate.findtext("login") or "").encode(), setup.login.encode())
    password = hmac.compare_digest((authenticate.findtext("password") or "").encode(), setup.password.encode())
    return login and password


def _act(shop: Shop, method: str, values: list[xml.Element | None]) -> str:
    texts = ["" if value is None else value.text or "" for value in values]
    match method:
        case "CheckConnection":
            return OK
        case "GetUsers":
            return shop.get_users(*texts[1:6])
        case "SetUserExternalId":
            return shop.set_external_id(*texts[1:3])
        case _:
            data = values[1]
            return shop.set_users("" if data is None else data.findtext("xml") or "")
