"""What is remembered of erasures outside the database? The key of the tombstones, and who has to be erased again.

Whoever restores yesterday's backup brings back whom today's erasures took out. The ledger is a file that no restore
turns back: one line for each erasure, with contractor numbers and keyed digests, and nothing of a person.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from syncd.errors import Misconfigured
from syncd.registry.tombstones import Key
from syncd.sentence import Sentence
from syncd.settings import Settings

__all__ = ["Entry", "append", "entries", "key_file", "last_uid", "ledger_file", "load_key", "make_key"]

_PRIVATE: Final = 0o600

_TAIL: Final = 1 << 16
"""Bytes at the end of the ledger in which its last line stands: one has some thousand."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One erasure.

    Attributes:
        digests: Kind and keyed digest of each mark.
        key: Tells which key they were made with.
    """

    uid: str
    contractor_id: int
    at: datetime
    retained: list[str]
    retained_until: str | None
    digests: list[tuple[str, str]]
    key: str


def ledger_file(settings: Settings) -> Path:
    """Where the ledger is."""
    return settings.folder / settings.erasure.ledger


def key_file(settings: Settings) -> Path:
    """Where the key is, if it is not among the settings."""
    return ledger_file(settings).with_suffix(".key")


def load_key(settings: Settings) -> Key | None:
    """The key of the tombstones; ``None`` as long as there is none.

    Raises:
        Misconfigured: When its file cannot be read.
    """
    if settings.tombstone_key:
        return Key(settings.tombstone_key.reveal())
    file = key_file(settings)
    try:
        return Key(file.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(
            Sentence("the key of the tombstones in %(file)s cannot be read", file=file.name),
            code="tombstone-key",
            cure="Let the user that runs syncd read it, or set SYNCD_TOMBSTONE_KEY_FILE.",
        ) from None


def make_key(settings: Settings) -> Key:
    """The key, made and kept beside the ledger if there is none. Two processes at once get the same."""
    found = load_key(settings)
    if found is not None:
        return found
    file = key_file(settings)
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    _write(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, secrets.token_urlsafe(32))
    try:
        os.link(part, file)
    except FileExistsError:
        pass  # another process was faster: its key counts
    finally:
        part.unlink()
    _keep_name(file.parent)
    made = load_key(settings)
    assert made is not None, "it was written a moment ago"  # noqa: S101 - nobody deletes it in between
    return made


def append(settings: Settings, entry: Entry) -> None:
    """Add a line, and return when it is on the disk."""
    file = ledger_file(settings)
    line = msgspec.json.encode(entry).decode()
    # A line that a crash cut short must not swallow the next one.
    _write(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, f"\n{line}\n")
    _keep_name(file.parent)


def last_uid(settings: Settings) -> str | None:
    """Name of the erasure that was written last; ``None`` where there is no ledger."""
    try:
        with ledger_file(settings).open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - _TAIL))
            lines = [line for line in stream.read().splitlines() if line.startswith(b"{") and line.endswith(b"}")]
    except OSError:
        return None
    return msgspec.json.decode(lines[-1], type=Entry).uid if lines else None


def entries(settings: Settings) -> Iterator[Entry]:
    """Every erasure once, in the order of the ledger.

    Raises:
        Misconfigured: When the ledger cannot be read.
    """
    file = ledger_file(settings)
    seen: set[str] = set()
    try:
        lines = [line for line in file.read_bytes().splitlines() if line.strip()]
    except FileNotFoundError:
        return
    except OSError as error:
        raise Misconfigured(
            Sentence("the ledger %(file)s cannot be read: %(strerror)s", file=file.name, strerror=error.strerror),
            code="ledger",
        ) from None
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"}"):
            continue  # cut by a crash: that erasure was not committed, and stands in the line of its second try
        try:
            entry = msgspec.json.decode(line, type=Entry)
        except msgspec.DecodeError:
            raise Misconfigured(
                Sentence("line %(number)s of the ledger %(file)s cannot be read", number=number, file=file.name),
                code="ledger",
                cure="Restore the file from a copy; a line that cannot be read is an erasure that would be forgotten.",
            ) from None
        if entry.uid not in seen:
            seen.add(entry.uid)
            yield entry


def _write(file: Path, flags: int, text: str) -> None:
    try:
        descriptor = os.open(file, flags, _PRIVATE)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise Misconfigured(
            Sentence("%(file)s cannot be written: %(strerror)s", file=file.name, strerror=error.strerror),
            code="ledger",
            cure="Let the user that runs syncd write there, or set erasure.ledger; nobody was erased.",
        ) from None


def _keep_name(folder: Path) -> None:
    """A new file's name is on the disk when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
