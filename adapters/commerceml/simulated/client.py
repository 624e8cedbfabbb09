"""How does 1C exchange with a site? As an HTTP client that logs in, sends files in pieces, and asks for documents."""

from __future__ import annotations

import base64
import http.client
import io
import zipfile
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

__all__ = ["Client", "SiteFailed", "zipped"]

ROUNDS: Final = 200
"""How often a file is asked about that is still in progress."""


class SiteFailed(Exception):
    """The site answered ``failure``, or something that is no answer; the text is what 1C shows its user."""


class Client:
    """One exchange with the site on a port of loopback."""

    def __init__(self, port: int, user: str, password: str, *, kind: str = "sale") -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._user = user
        self._password = password
        self._kind = kind
        self._cookie = ""
        self.zips = False
        self.file_limit = 0

    def begin(self) -> None:
        """Log in and agree on sizes."""
        coded = base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
        lines = self.told("GET", "checkauth", headers={"Authorization": f"Basic {coded}"})
        self._cookie = f"{lines[1]}={lines[2]}"
        facts = dict(line.partition("=")[::2] for line in self.asked("GET", {"mode": "init"})[1].split("\n"))
        self.zips = facts.get("zip") == "yes"
        self.file_limit = int(facts["file_limit"])

    def send(self, name: str, data: bytes) -> None:
        """Send a file in pieces of at most the agreed size, and have it imported."""
        for start in range(0, len(data), self.file_limit):
            self.told("POST", "file", {"filename": name}, data[start : start + self.file_limit])
        self.import_(name)

    def import_(self, name: str) -> None:
        """Ask until the site has taken the file."""
        for _ in range(ROUNDS):
            if self.told("GET", "import", {"filename": name})[0] != "progress":
                return
        raise SiteFailed("the site never finished")

    def query(self) -> bytes:
        """The site's documents."""
        status, body = self._call("GET", {"type": self._kind, "mode": "query"}, b"", {})
        if status != 200 or not body.startswith(b"<?xml"):
            raise SiteFailed(body.decode("windows-1251"))
        return body

    def told(
        self,
        method: str,
        mode: str,
        parameters: Mapping[str, str] | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> list[str]:
        """Lines of an answer that is no failure."""
        _, text = self.asked(method, {"mode": mode, **(parameters or {})}, body, headers)
        lines = text.split("\n")
        if lines[0] not in ("success", "progress"):
            raise SiteFailed(text)
        return lines

    def asked(
        self,
        method: str,
        parameters: Mapping[str, str],
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        """Status and text of an answer, read as old 1C reads it."""
        status, data = self._call(method, {"type": self._kind, **parameters}, body, headers or {})
        return status, data.decode("windows-1251").replace("\r", "").strip()

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def _call(
        self, method: str, parameters: Mapping[str, str], body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        sent = {**headers, **({"Cookie": self._cookie} if self._cookie else {})}
        self._http.request(method, f"/1c_exchange?{urlencode(parameters)}", body or None, sent)
        answer = self._http.getresponse()
        return answer.status, answer.read()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files as 1C packs them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()
