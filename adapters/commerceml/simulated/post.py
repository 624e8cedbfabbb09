"""By which way do files go from 1C to a site, and documents back? Over HTTP, or through a folder and its outbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from adapters.commerceml.simulated.client import Client, zipped

__all__ = ["PASSWORD", "USER", "Post"]

USER: Final = "1c"
PASSWORD: Final = "exchange-test"  # noqa: S105 - of a simulator on loopback


class Post:
    """The way to one site.

    Args:
        port: Of the site's endpoint on loopback; 0 for the folder.
        packed: Whether files go as zips.
    """

    def __init__(self, folder: Path, port: int, password: str = PASSWORD, *, packed: bool = False) -> None:
        self._folder = folder
        self._port = port
        self._password = password
        self._packed = packed

    def client(self, kind: Literal["sale", "catalog"] = "sale") -> Client:
        """An exchange that has begun."""
        client = Client(self._port, USER, self._password, kind=kind)
        client.begin()
        return client

    def send(self, name: str, data: bytes) -> None:
        """Let the site have a file. In the folder it goes over one of the same name that nobody fetched."""
        sent = zipped({name: data}) if self._packed else data
        if not self._port:
            self.drop(f"{name}.zip" if self._packed else name, sent)
            return
        client = self.client()
        if self._packed and client.zips:
            client.told("POST", "file", {"filename": "v8.zip"}, sent)
            client.import_(name)
        else:
            client.send(name, data)
        client.close()

    def drop(self, name: str, data: bytes) -> Path:
        """Put a whole file into the folder, at once."""
        part = self._folder / f".{name}.part"
        part.write_bytes(data)
        return part.rename(self._folder / name)

    def fetch(self, take: Callable[[bytes], None]) -> None:
        """Take in the site's documents, and only then say so."""
        if not self._port:
            for path in sorted((self._folder / "outbox").glob("[!.]*.xml")):
                take(path.read_bytes())
                path.unlink()
            return
        client = self.client()
        take(client.query())
        client.told("GET", "success")
        client.close()
