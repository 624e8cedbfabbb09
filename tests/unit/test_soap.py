"""Does the SOAP caller say exactly what it was given, and does each answer and fault mean what it should?"""

from __future__ import annotations

from collections.abc import Callable
from xml.sax.saxutils import escape

import httpx
import pytest

from syncd import soap, xml
from syncd.errors import (
    AuthFailed,
    InvalidRecord,
    Misconfigured,
    OutcomeUnknown,
    RateLimited,
    SyncError,
    Unavailable,
)
from syncd.http import Client

WSDL = b"""<?xml version="1.0"?>
<definitions targetNamespace="urn:own" xmlns:tns="urn:own" xmlns="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/">
  <message name="GetRequest"><part name="who" type="tns:Who"/><part name="since" type="string"/>
    <part name="number" type="int"/></message>
  <message name="GetResponse"><part name="return" type="string"/></message>
  <portType name="P"><operation name="Get"><input message="tns:GetRequest"/>
    <output message="tns:GetResponse"/></operation>
    <operation name="Unbound"><input message="tns:GetRequest"/></operation></portType>
  <binding name="B" type="tns:P">
    <soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="Get"><soap:operation soapAction="urn:own#Get"/>
      <input><soap:body use="encoded" namespace="urn:calls"/></input></operation>
  </binding>
  <binding name="B12" type="tns:P"><operation name="Unbound"><soap12:operation soapAction="x"/></operation></binding>
  <service name="S"><port name="P" binding="tns:B"><soap:address location="https://elsewhere.example/call"/></port></service>
</definitions>"""

WHO = {"login": "syncd", "password": "p & <w>"}


def envelope(body: str) -> bytes:
    head = f'<s:Envelope xmlns:s="{soap.ENVELOPE}"><s:Header><a><b>no</b></a></s:Header>'
    return f"{head}<s:Body>{body}</s:Body></s:Envelope>".encode()


def fault(code: str, sentence: str = "Jan Kowalski") -> bytes:
    return envelope(f"<s:Fault><faultcode>{code}</faultcode><faultstring>{sentence}</faultstring></s:Fault>")


class Peer:
    """A service that answers what a test lays out and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.answers: list[httpx.Response] = []
        self.wsdl = httpx.Response(200, content=iter([WSDL]))

    def lay(self, content: bytes, status: int = 200, headers: dict[str, str] | None = None, times: int = 1) -> None:
        for _ in range(times):
            self.answers.append(httpx.Response(status, content=iter([content]), headers=headers))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.wsdl if request.method == "GET" else self.answers.pop(0)

    def called(self) -> xml.Element:
        """What the last call's body has in it."""
        (call,) = xml.children(xml.parse(self.asked[-1].content), "Body/*")
        return call


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest.fixture
def caller(peer: Peer) -> soap.Caller:
    client = Client(
        "https://shop.example", transport=httpx.MockTransport(peer), explain=soap.explain, sleep=lambda _seconds: None
    )
    return soap.Caller(client, wsdl="wsdl", endpoint="call")


def both(caller: soap.Caller) -> list[Callable[[], object]]:
    return [lambda: caller.read("Get", WHO), lambda: caller.write("Get", WHO)]


def test_a_wsdl_names_methods_with_their_parameters_and_only_those_for_soap_1_1() -> None:
    service = soap.service_of(WSDL)
    assert service.operations == {"Get": soap.Operation("urn:calls", "urn:own#Get", ("who", "since", "number"))}


def test_a_call_is_made_by_the_names_and_the_namespace_of_the_wsdl(peer: Peer, caller: soap.Caller) -> None:
    peer.lay(envelope("<r><return>OK</return></r>"))
    caller.read("Get", WHO, "0000-00-00 00:00:00", 5)
    call = peer.called()
    assert call.tag == "{urn:calls}Get"
    assert [child.tag for child in call] == ["who", "since", "number"]
    assert [child.tag for child in call[0]] == ["login", "password"]
    assert [child.text for child in call[0]] == ["syncd", "p & <w>"]
    assert [xml.text(call, "since"), xml.text(call, "number")] == ["0000-00-00 00:00:00", "5"]
    assert peer.asked[-1].headers["soapaction"] == '"urn:own#Get"'
    assert peer.asked[-1].headers["content-type"] == "text/xml; charset=utf-8"


def test_a_call_goes_where_the_options_say_and_not_where_the_wsdl_says(peer: Peer, caller: soap.Caller) -> None:
    peer.lay(envelope("<r><return>OK</return></r>"))
    caller.write("Get", WHO)
    assert [str(request.url) for request in peer.asked] == ["https://shop.example/wsdl", "https://shop.example/call"]


def test_a_wsdl_is_read_once(peer: Peer, caller: soap.Caller) -> None:
    peer.lay(envelope("<r><return>OK</return></r>"), times=2)
    caller.read("Get", WHO)
    caller.read("Get", WHO)
    assert [request.method for request in peer.asked] == ["GET", "POST", "POST"]


@pytest.mark.parametrize("text", ["<n>A &amp; B</n>", "<![CDATA[A & B]]>", "a]]>b", "&lt;", "Żółć\n🏪", " x "])
def test_a_document_inside_is_escaped_once_on_its_way_and_unescaped_once(
    peer: Peer, caller: soap.Caller, text: str
) -> None:
    peer.lay(envelope(f"<r><return>{escape(text)}</return></r>"))
    answer = caller.read("Get", {"xml": text})
    assert peer.called().findtext("who/xml") == text
    assert answer.read().decode() == text


def test_a_document_inside_may_also_come_as_cdata(peer: Peer, caller: soap.Caller) -> None:
    peer.lay(envelope("<r><return><![CDATA[<n>A &amp; B</n>]]></return></r>"))
    assert caller.read("Get", WHO).read() == b"<n>A &amp; B</n>"


@pytest.mark.parametrize("body", ["<r/>", "<r></r>", "<r><return/></r>"])
def test_a_method_without_a_value_answers_nothing(peer: Peer, caller: soap.Caller, body: str) -> None:
    peer.lay(envelope(body))
    assert caller.write("Get", WHO).read() == b""


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize(
    ("code", "reading", "writing"),
    [
        ("s:Server", Unavailable, OutcomeUnknown),
        ("SOAP-ENV:Server.Busy", Unavailable, OutcomeUnknown),
        ("nobody knows", Unavailable, OutcomeUnknown),
        ("s:Client", Misconfigured, InvalidRecord),
        ("s:Client.Authentication", AuthFailed, AuthFailed),
        ("s:VersionMismatch", Misconfigured, Misconfigured),
        ("s:MustUnderstand", Misconfigured, Misconfigured),
    ],
)
def test_a_fault_says_who_has_to_act_and_repeats_no_sentence(
    peer: Peer, caller: soap.Caller, status: int, code: str, reading: type[SyncError], writing: type[SyncError]
) -> None:
    for call, kind in zip(both(caller), (reading, writing), strict=True):
        peer.answers.clear()
        peer.lay(fault(code), status=status, times=3)
        with pytest.raises(kind) as caught:
            call()
        assert "Kowalski" not in f"{caught.value!r} {caught.value}"


def test_a_failed_read_is_tried_again_and_a_failed_write_is_not(peer: Peer, caller: soap.Caller) -> None:
    peer.lay(fault("s:Server"), status=500)
    peer.lay(envelope("<r><return>OK</return></r>"))
    assert caller.read("Get", WHO).read() == b"OK"
    peer.lay(fault("s:Server"), status=500, times=2)
    with pytest.raises(OutcomeUnknown):
        caller.write("Get", WHO)
    assert len(peer.answers) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "html-instead-of-data"),
        (b"<html><body>Przerwa techniczna<br></body></html>", "html-instead-of-data"),
        (b"<users><user/></users>", "html-instead-of-data"),
        (b"Fatal error: Allowed memory size exhausted", "not-json"),
        (b"", "not-json"),
        (envelope("<r><return>OK</return></r>")[:-20], "xml-broken"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "xml-doctype"),
        (envelope("<r><return>A & B</return></r>"), "xml-broken"),
    ],
)
def test_what_is_no_soap_answer_is_an_outage_or_an_unknown_outcome(
    peer: Peer, caller: soap.Caller, content: bytes, code: str
) -> None:
    for call, kind in zip(both(caller), (Unavailable, OutcomeUnknown), strict=True):
        peer.lay(content)
        with pytest.raises(kind) as caught:
            call()
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AuthFailed), (403, AuthFailed), (400, Misconfigured), (429, RateLimited), (502, Unavailable)],
)
def test_a_status_without_a_fault_means_what_it_always_means(
    peer: Peer, caller: soap.Caller, status: int, kind: type[SyncError]
) -> None:
    peer.lay(b"<html>no</html>", status=status, times=3)
    with pytest.raises(kind):
        caller.read("Get", WHO)


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_service_is_no_missing_record(peer: Peer, caller: soap.Caller, status: int) -> None:
    for call in both(caller):
        peer.lay(b"", status=status)
        with pytest.raises(Misconfigured, match="address of calls"):
            call()


def test_a_method_that_the_service_lacks_is_not_called(peer: Peer, caller: soap.Caller) -> None:
    with pytest.raises(Misconfigured, match="no method Set"):
        caller.write("Set", WHO)
    with pytest.raises(Misconfigured, match="takes 3 parameters"):
        caller.read("Get", WHO, "", 0, "")
    assert [request.method for request in peer.asked] == ["GET"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<html><body>Log in</body></html>", Misconfigured),
        (b"<!DOCTYPE html><html></html>", Unavailable),
        (WSDL[:-30], Unavailable),
        (b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]><x/>', Unavailable),
    ],
)
def test_what_is_no_wsdl_is_never_guessed_around(
    peer: Peer, caller: soap.Caller, content: bytes, kind: type[SyncError]
) -> None:
    peer.wsdl = httpx.Response(200, content=iter([content]))
    with pytest.raises(kind):
        caller.write("Get", WHO)


def test_a_missing_wsdl_is_an_address_to_be_corrected(peer: Peer, caller: soap.Caller) -> None:
    peer.wsdl = httpx.Response(404, content=iter([b""]))
    with pytest.raises(Misconfigured, match="address of the WSDL"):
        caller.read("Get", WHO)


def test_no_error_and_no_repr_shows_what_was_sent(peer: Peer, caller: soap.Caller) -> None:
    peer.lay(fault("s:Client"), status=500)
    with pytest.raises(InvalidRecord) as caught:
        caller.write("Get", WHO)
    assert "p & <w>" not in f"{caught.value!r} {caught.value} {caller!r}"
