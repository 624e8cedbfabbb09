"""Does the endpoint answer 1C as a site does, in its order and in letters that every 1C reads?"""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from adapters.commerceml import CommerceMLEndpoint
from adapters.commerceml import protocol as protocol_module
from adapters.commerceml.companion import ENVIRON
from adapters.commerceml.documents import Document
from adapters.commerceml.exchange import ExchangeServer
from adapters.commerceml.options import Options
from adapters.commerceml.simulated.client import Client, SiteFailed, zipped
from adapters.commerceml.simulated.post import PASSWORD, USER
from adapters.commerceml.simulator import CommerceMLSandbox
from syncd import xml
from syncd.domain.contractor import Contractor
from syncd.errors import Misconfigured
from syncd.ports import Context, parse_options
from tests.contract.commerceml.hands import connect, drop, listed, names, read, simple

LIST = listed(simple("1", "Ромашка"), simple("2", "Лютик")).encode()
NEW = Contractor(name="Новая фирма", tax_id="7707083893", email="a@example.ru")


def raw(sandbox: CommerceMLSandbox, request: bytes, *, end: bool = False) -> bytes:
    """Send bytes as they are, and answer all that comes until the endpoint hangs up or says nothing more."""
    with socket.create_connection(("127.0.0.1", sandbox.options["port"]), timeout=10) as connection:
        connection.sendall(request)
        if end:
            connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1)
        found = b""
        try:
            while chunk := connection.recv(65536):
                found += chunk
        except TimeoutError:
            pass
    return found


def test_a_log_in_answers_the_cookie_in_three_lines(sandbox: CommerceMLSandbox) -> None:
    coded = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    client = Client(sandbox.options["port"], USER, PASSWORD)
    status, text = client.asked("GET", {"mode": "checkauth"}, headers={"Authorization": f"Basic {coded}"})
    lines = text.split("\n")
    assert (status, lines[0], lines[1], len(lines)) == (200, "success", "syncd", 3)
    assert len(lines[2]) >= 32
    client.close()


def test_a_password_in_old_1cs_code_page_is_known(tmp_path: Path) -> None:
    options = {"folder": str(tmp_path), "port": 1, "user": "обмен", "password": "пароль"}
    server = ExchangeServer(parse_options(Options, options, connection="erp"), Context(connection="erp"), port=0)
    with server:
        for page in ("utf-8", "cp1251"):
            coded = base64.b64encode("обмен:пароль".encode(page)).decode()
            client = Client(server.port, "", "")
            _, text = client.asked("GET", {"mode": "checkauth"}, headers={"Authorization": f"Basic {coded}"})
            assert text.startswith("success")
            client.close()


def test_a_password_that_old_1cs_code_page_lacks_is_no_row_of_question_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol_module, "WRONG_SECONDS", 0.0)
    options = {"folder": str(tmp_path), "port": 1, "user": "обмен", "password": "密码密码"}
    server = ExchangeServer(parse_options(Options, options, connection="erp"), Context(connection="erp"), port=0)
    with server:
        told = {}
        for password, page in (("密码密码", "utf-8"), ("????", "cp1251")):
            coded = base64.b64encode(f"обмен:{password}".encode(page)).decode()
            client = Client(server.port, "", "")
            _, text = client.asked("GET", {"mode": "checkauth"}, headers={"Authorization": f"Basic {coded}"})
            told[password] = text.partition("\n")[0]
            client.close()
    assert told == {"密码密码": "success", "????": "failure"}


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper()])
def test_a_wrong_password_is_a_failure_and_takes_its_time(
    sandbox: CommerceMLSandbox, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol_module, "WRONG_SECONDS", 0.05)
    client = Client(sandbox.options["port"], USER, password)
    began = time.monotonic()
    with pytest.raises(SiteFailed, match="failure\nwrong user or password"):
        client.begin()
    assert time.monotonic() - began >= 0.05
    client.close()


@pytest.mark.parametrize("header", ["", "Bearer abc", "Basic", "Basic ж", "Basic Og=="])
def test_a_log_in_that_is_none_is_a_failure(
    sandbox: CommerceMLSandbox, header: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol_module, "WRONG_SECONDS", 0.0)
    line = f"Authorization: {header}\r\n" if header else ""
    answer = raw(sandbox, f"GET /?type=sale&mode=checkauth HTTP/1.1\r\n{line}Connection: close\r\n\r\n".encode())
    assert b"failure\nwrong user or password" in answer


@pytest.mark.parametrize("cookie", ["", "syncd=wrong", "other=1; syncd="])
def test_without_its_cookie_nothing_is_done(sandbox: CommerceMLSandbox, cookie: str) -> None:
    client = Client(sandbox.options["port"], USER, PASSWORD)
    client._cookie = cookie
    for mode in ("init", "file", "import", "query", "success"):
        _, text = client.asked("POST" if mode == "file" else "GET", {"mode": mode, "filename": "a.xml"}, LIST)
        assert text.startswith("failure\nno session")
    client.close()
    assert names(sandbox.folder) == []


def test_the_beginning_tells_whether_zips_and_how_large_pieces_may_be(sandbox: CommerceMLSandbox) -> None:
    client = sandbox.post.client()
    _, text = client.asked("GET", {"mode": "init", "version": "2.08", "sessid": "x"})
    assert text == f"zip=yes\nfile_limit={sandbox.options.get('file_limit', 8_000_000)}"
    client.close()


UNKNOWN = {
    "no type": ("GET", {"type": "", "mode": "init"}),
    "another type": ("GET", {"type": "reference", "mode": "checkauth"}),
    "another mode": ("GET", {"mode": "deactivate"}),
    "a file without POST": ("GET", {"mode": "file", "filename": "a.xml"}),
    "an import of nothing": ("GET", {"mode": "import", "filename": "a.xml"}),
    "success before query": ("GET", {"mode": "success"}),
    "an exchange that did not begin": ("GET", {"type": "catalog", "mode": "import", "filename": "a.xml"}),
}


@pytest.mark.parametrize(("method", "parameters"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_an_unknown_sequence_is_a_failure(sandbox: CommerceMLSandbox, method: str, parameters: dict[str, str]) -> None:
    client = sandbox.post.client()
    status, text = client.asked(method, parameters)
    assert (status, text.split("\n")[0]) == (200, "failure")
    client.close()


def test_the_documents_are_asked_for_in_the_exchange_of_sales_only(sandbox: CommerceMLSandbox) -> None:
    client = sandbox.post.client("catalog")
    with pytest.raises(SiteFailed, match="failure"):
        client.query()
    client.close()


def test_pieces_of_one_name_are_put_together(sandbox: CommerceMLSandbox, endpoint: CommerceMLEndpoint) -> None:
    client = sandbox.post.client()
    for start in range(0, len(LIST), 100):
        client.told("POST", "file", {"filename": "contragents.xml"}, LIST[start : start + 100])
    assert names(sandbox.folder) == []
    client.import_("contragents.xml")
    client.close()
    assert read(endpoint).ids == ["1", "2"]


def test_a_piece_that_was_cut_and_sent_again_is_there_once(
    sandbox: CommerceMLSandbox, endpoint: CommerceMLEndpoint
) -> None:
    client = sandbox.post.client()
    client.told("POST", "file", {"filename": "a.xml"}, LIST[:200])
    target = f"/?{urlencode({'type': 'sale', 'mode': 'file', 'filename': 'a.xml'})}"
    head = f"POST {target} HTTP/1.1\r\nCookie: {client._cookie}\r\nContent-Length: {len(LIST) - 200}\r\n\r\n"
    raw(sandbox, head.encode() + LIST[200:300], end=True)
    client.told("POST", "file", {"filename": "a.xml"}, LIST[200:])
    client.import_("a.xml")
    client.close()
    assert read(endpoint).ids == ["1", "2"]


def test_a_piece_that_came_twice_is_found_at_the_import(sandbox: CommerceMLSandbox) -> None:
    client = sandbox.post.client()
    for piece in (LIST[:200], LIST[:200], LIST[200:]):
        client.told("POST", "file", {"filename": "a.xml"}, piece)
    with pytest.raises(SiteFailed, match=r"failure\na.xml: .*-broken"):
        client.import_("a.xml")
    client.close()
    assert names(sandbox.folder) == []


def test_a_piece_larger_than_agreed_is_refused_unread(sandbox: CommerceMLSandbox) -> None:
    client = sandbox.post.client()
    target = f"/?{urlencode({'type': 'sale', 'mode': 'file', 'filename': 'a.xml'})}"
    for length in ("99999999999", "-1", "x"):
        head = f"POST {target} HTTP/1.1\r\nCookie: {client._cookie}\r\nContent-Length: {length}\r\n\r\n"
        assert b"failure\na piece needs a Content-Length" in raw(sandbox, head.encode())
    client.close()


def test_an_exchange_may_not_be_larger_than_the_option_says(tmp_path: Path) -> None:
    options = {"folder": str(tmp_path), "port": 1, "user": USER, "password": PASSWORD, "upload_limit": 1024}
    checked = parse_options(Options, options, connection="erp")
    with ExchangeServer(checked, Context(connection="erp"), port=0) as server:
        client = Client(server.port, USER, PASSWORD)
        client.begin()
        client.told("POST", "file", {"filename": "a.xml"}, b" " * 1000)
        with pytest.raises(SiteFailed, match="larger than 1024 bytes"):
            client.told("POST", "file", {"filename": "a.xml"}, b" " * 100)
        client.close()


CLIMBING = ["../a.xml", "/etc/a.xml", "..\\a.xml", "a/../../b.xml", ".hidden.xml", "C:\\a.xml", "", "a\n.xml"]


@pytest.mark.parametrize("name", [*CLIMBING, "x" * 200 + ".xml"])
def test_a_file_name_that_climbs_is_refused(sandbox: CommerceMLSandbox, name: str) -> None:
    client = sandbox.post.client()
    with pytest.raises(SiteFailed, match="not harmless"):
        client.told("POST", "file", {"filename": name}, LIST)
    client.close()
    assert names(sandbox.folder, "uploads") == []


def test_pictures_of_products_are_taken_and_forgotten(sandbox: CommerceMLSandbox) -> None:
    client = sandbox.post.client("catalog")
    assert client.told("POST", "file", {"filename": "import_files/ab/1.jpg"}, b"\xff\xd8" * 1000) == ["success"]
    client.close()
    assert names(sandbox.folder, "uploads") == []


def test_a_zip_is_imported_by_the_names_in_it(sandbox: CommerceMLSandbox, endpoint: CommerceMLEndpoint) -> None:
    client = sandbox.post.client()
    packed = zipped({"contragents.xml": LIST, "orders.xml": listed(simple("3", "Третий")).encode()})
    client.told("POST", "file", {"filename": "v8_12.zip"}, packed)
    client.import_("contragents.xml")
    client.import_("orders.xml")
    client.close()
    assert read(endpoint).ids == ["1", "2", "3"]


def test_a_zip_bomb_is_a_failure_and_in_quarantine(sandbox: CommerceMLSandbox) -> None:
    client = sandbox.post.client()
    client.told("POST", "file", {"filename": "v8.zip"}, zipped({"a.xml": b" " * 60_000_000}))
    with pytest.raises(SiteFailed, match="zip-bomb"):
        client.import_("a.xml")
    client.close()
    assert names(sandbox.folder) == []
    assert len(names(sandbox.folder, "quarantine")) == 2


def test_hostile_xml_is_told_to_1c_with_place_and_cure(
    sandbox: CommerceMLSandbox, endpoint: CommerceMLEndpoint
) -> None:
    client = sandbox.post.client()
    with pytest.raises(SiteFailed) as caught:
        client.send("a.xml", LIST.removesuffix("</Контрагенты></КоммерческаяИнформация>".encode()))
    text = str(caught.value)
    assert text.startswith("failure\na.xml: the XML ends before its closing root element")
    assert (text.isascii(), "xml-broken" in text, "written again" in text) == (True, True, True)
    client.close()
    assert read(endpoint, full=True).ids == []
    assert endpoint.check().warnings == ("1 file is in quarantine; the last one is a.xml",)


def test_1c_is_told_progress_until_a_large_file_was_looked_through(
    sandbox: CommerceMLSandbox, endpoint: CommerceMLEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sandbox._server is not None
    sandbox._server._exchange._patience = 0.01
    go_on = threading.Event()
    begin: Callable[..., None] = Document.__init__

    def slow(self: Document, *args: object, **named: object) -> None:
        go_on.wait(10)
        begin(self, *args, **named)

    monkeypatch.setattr(Document, "__init__", slow)
    client = sandbox.post.client()
    client.told("POST", "file", {"filename": "a.xml"}, LIST)
    for _ in range(2):
        assert client.told("GET", "import", {"filename": "a.xml"})[0] == "progress"
    assert names(sandbox.folder) == []
    go_on.set()
    client.import_("a.xml")
    assert client.told("GET", "import", {"filename": "a.xml"}) == ["success"]  # asked once too often
    client.close()
    assert read(endpoint).ids == ["1", "2"]


def test_a_new_beginning_forgets_what_was_sent_and_not_imported(sandbox: CommerceMLSandbox) -> None:
    first, second = sandbox.post.client(), sandbox.post.client("catalog")
    first.told("POST", "file", {"filename": "a.xml"}, LIST[:100])
    second.told("POST", "file", {"filename": "b.xml"}, LIST)
    again = sandbox.post.client()
    assert len(names(sandbox.folder, "uploads")) == 1  # another type is another exchange
    for client in (first, again):
        with pytest.raises(SiteFailed, match="failure"):
            client.told("GET", "import", {"filename": "a.xml"})
    second.import_("b.xml")
    for client in (first, second, again):
        client.close()


def test_files_of_one_name_do_not_overwrite_each_other(
    sandbox: CommerceMLSandbox, endpoint: CommerceMLEndpoint
) -> None:
    for number in "34":
        client = sandbox.post.client()
        client.send("orders.xml", listed(simple(number, "Ромашка")).encode())
        client.close()
    assert read(endpoint).ids == ["3", "4"]


def test_what_waits_is_answered_and_done_only_when_1c_says_so(
    sandbox: CommerceMLSandbox, endpoint: CommerceMLEndpoint
) -> None:
    made = endpoint.create(NEW)
    for _ in range(2):  # the first exchange breaks off before success
        client = sandbox.post.client()
        document = client.query()
        client.close()
        assert xml.texts(xml.parse(document), "Контрагенты/Контрагент/Ид") == [made.external_id]
    client = sandbox.post.client()
    client.query()
    assert client.told("GET", "success") == ["success"]
    assert client.told("GET", "success") == ["success"]
    assert xml.texts(xml.parse(client.query()), "Контрагенты/Контрагент/Ид") == []
    client.close()


def test_a_change_made_between_query_and_success_waits_on(
    sandbox: CommerceMLSandbox, endpoint: CommerceMLEndpoint
) -> None:
    made = endpoint.create(NEW)
    client = sandbox.post.client()
    client.query()
    endpoint.update(made, Contractor(name="Другая фирма", tax_id="7707083893", email="a@example.ru"))
    client.told("GET", "success")
    assert xml.texts(xml.parse(client.query()), "Контрагенты/Контрагент/ОфициальноеНаименование") == ["Другая фирма"]
    client.close()


def test_the_success_of_an_older_session_takes_nothing_from_a_newer(
    sandbox: CommerceMLSandbox, endpoint: CommerceMLEndpoint
) -> None:
    endpoint.create(NEW)
    old, new = sandbox.post.client(), sandbox.post.client("sale")
    with pytest.raises(SiteFailed):  # the new one's beginning ended it
        old.query()
    new.query()
    assert endpoint.check().detail.endswith("1 change waits for 1C")
    new.told("GET", "success")
    assert endpoint.check().detail.endswith("0 changes wait for 1C")
    old.close()
    new.close()


@pytest.mark.parametrize("charset", ["windows-1251", "utf-8"])
def test_no_letter_is_lost_in_any_code_page(sandbox: CommerceMLSandbox, charset: str, tmp_path: Path) -> None:
    options = {**sandbox.options, "folder": str(tmp_path), "charset": charset, "port": 1}
    writer = connect(tmp_path, **{key: value for key, value in options.items() if key != "folder"})
    writer.create(Contractor(name="Łódź 🌼 «Ромашка»"))
    with ExchangeServer(parse_options(Options, options, connection="erp"), Context(connection="erp"), port=0) as server:
        client = Client(server.port, USER, PASSWORD)
        client.begin()
        document = client.query()
        client.close()
    assert document.startswith(f"<?xml version='1.0' encoding='{charset}'?>".encode())
    assert xml.texts(xml.parse(document), "Контрагенты/Контрагент/Наименование") == ["Łódź 🌼 «Ромашка»"]


def test_all_answers_but_documents_are_ascii_and_say_their_code_page(sandbox: CommerceMLSandbox) -> None:
    client = sandbox.post.client()
    cookie = client._cookie
    target = f"/?{urlencode({'type': 'sale', 'mode': 'import', 'filename': 'Контрагенты.xml'})}"
    answer = raw(sandbox, f"GET {target} HTTP/1.1\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode())
    assert b"Content-Type: text/plain; charset=windows-1251" in answer
    assert answer.isascii()
    client.close()


def test_file_names_in_old_1cs_code_page_are_understood(
    sandbox: CommerceMLSandbox, endpoint: CommerceMLEndpoint
) -> None:
    client = sandbox.post.client()
    for mode, method, body in (("file", "POST", LIST), ("import", "GET", b"")):
        query = urlencode({"type": "sale", "mode": mode, "filename": "Контрагенты.xml"}, encoding="cp1251")
        head = f"{method} /?{query} HTTP/1.1\r\nCookie: {client._cookie}\r\nContent-Length: {len(body)}\r\n"
        assert b"success" in raw(sandbox, f"{head}Connection: close\r\n\r\n".encode() + body)
    client.close()
    assert read(endpoint).ids == ["1", "2"]


def test_options_that_lead_nowhere_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no user or password"):
        connect(tmp_path, port=8092)
    with pytest.raises(Misconfigured, match="no port"):
        connect(tmp_path, writes="exchange")
    with pytest.raises(Misconfigured, match="an element of its own"):
        connect(tmp_path, properties={"email": "Почта"})
    with pytest.raises(Misconfigured, match="encoding"):
        connect(tmp_path, encoding="rot13")


def test_an_endpoint_that_the_network_reaches_is_warned_of(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, port=8092, user="u", password="p", host="0.0.0.0")
    assert any("without TLS" in warning for warning in endpoint.check().warnings)


def test_as_a_program_it_serves_until_it_is_asked_to_end(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {"folder": "drop", "port": port, "user": USER, "password": PASSWORD}
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop/uploads").mkdir()
    drop(tmp_path / "drop/uploads", "left by a crash")
    command = [sys.executable, "-m", "adapters.commerceml.exchange", "erp", "--folder", str(tmp_path)]
    environ = {**os.environ, ENVIRON: json.dumps(options)}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == f"1C exchanges with http://127.0.0.1:{port}/\n"
        client = Client(port, USER, PASSWORD)
        client.begin()
        client.send("a.xml", LIST)
        client.close()
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0
    assert len(names(tmp_path, "drop")) == 1
    assert names(tmp_path, "drop/uploads") == []


@pytest.mark.parametrize(
    ("options", "why"),
    [("{", "no JSON object"), ("{}", "the option folder is missing"), ('{"folder": "."}', "has no port")],
)
def test_as_a_program_it_says_what_is_wrong_with_its_options(tmp_path: Path, options: str, why: str) -> None:
    command = [sys.executable, "-m", "adapters.commerceml.exchange", "erp", "--folder", str(tmp_path)]
    ended = subprocess.run(command, env={**os.environ, ENVIRON: options}, capture_output=True, text=True, check=False)
    assert (ended.returncode, why in ended.stderr, "Traceback" in ended.stderr) == (1, True, False)
