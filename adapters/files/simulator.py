"""What does an ERP look like that exports its contractors into a folder and imports files from another?

It has a list of its own. After every change it exports: everybody in a snapshot, the one record in a delta; a removed
record leaves no trace in a delta. It imports what lies in ``outbox/`` before anybody looks at its list.

As a program it is the ERP of a demonstration, which exports CSV lists of everybody:

    python -m adapters.files.simulator --folder DIR --contractors 500 --seed 1 --state erp.state --busy 30
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

import msgspec

from adapters.files.options import Format
from adapters.files.simulated.exports import ACTIVE, COLUMNS, KEY, export
from adapters.files.simulated.seed import contractors, edited
from syncd.certify.faults import Faults
from syncd.certify.journal import Journal
from syncd.certify.sandbox import Call
from syncd.domain.contractor import FIELDS, Contractor
from syncd.ports import Remote
from syncd.stopping import asked_to_stop

__all__ = ["COLUMNS", "FilesSandbox", "simulate"]

LOOK_SECONDS: Final = 1.0


class FilesSandbox:
    """The ERP, seen by an operator.

    Args:
        state: File that keeps the list for the next start.
    """

    page_records = 10
    supports: frozenset[str] = frozenset()
    edits = frozenset(FIELDS) - {"activity"}

    def __init__(
        self, folder: Path, kind: Format, mode: Literal["delta", "snapshot"], state: Path | None = None
    ) -> None:
        self.folder = folder
        self.kind = kind
        self._mode = mode
        self._journal = Journal()
        self._lock = threading.RLock()
        self._state = state
        self._records: dict[str, Contractor] = {}
        if state is not None and state.exists():
            self._records = msgspec.json.decode(state.read_bytes(), type=dict[str, Contractor])
        self._numbers = itertools.count(max((int(key) for key in self._records if key.isdigit()), default=0) + 1)
        self._clock: int | None = None
        self._ahead = 0.0
        self._handed: dict[str, int] = {}
        self._fetched = 0
        self.faults = Faults()

    @property
    def options(self) -> Mapping[str, Any]:
        return {
            "folder": str(self.folder),
            "key": KEY,
            "fields": dict(COLUMNS),
            "active": {"column": ACTIVE, "inactive": ["1"]},
            "mode": self._mode,
            "record": "Kontrahent" if self.kind in ("xml", "json") else "",
            "declared_count": {"csv": "RAZEM", "xml": "@liczba", "json": "liczba", "ndjson": "liczba"}[self.kind],
            "outbox": "json",
            "page": self.page_records,
        }

    @property
    def usual_options(self) -> Mapping[str, Any]:
        """The same with pages of the usual size."""
        return {name: value for name, value in self.options.items() if name != "page"}

    @property
    def journal(self) -> Sequence[Call]:
        self._import()
        return self._journal.calls()

    def add(self, contractor: Contractor) -> str:
        with self._lock:
            self._import()
            external_id = f"{next(self._numbers):06d}"
            self._records[external_id] = contractor
            self._export(external_id)
        return external_id

    def add_many(self, contractors: Iterable[Contractor]) -> Sequence[str]:
        """Create many, with one export at the end."""
        with self._lock:
            ids: list[str] = []
            for contractor in contractors:
                ids.append(f"{next(self._numbers):06d}")
                self._records[ids[-1]] = contractor
            self._export(ids[-1])
        return ids

    def edit(self, external_id: str, **changes: Any) -> None:
        with self._lock:
            self._import()
            self._records[external_id] = msgspec.structs.replace(self._records[external_id], **changes)
            self._export(external_id)

    def remove(self, external_id: str) -> None:
        with self._lock:
            self._import()
            del self._records[external_id]
            if self._mode == "snapshot":
                self._export(external_id)

    def holds(self) -> Mapping[str, Remote]:
        with self._lock:
            self._import()
            return {key: Remote(external_id=key, contractor=held) for key, held in self._records.items()}

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let all files written inside have one and the same time."""
        self._clock = 1_760_000_000_000_000_000
        try:
            yield
        finally:
            self._clock = None

    def pass_time(self, seconds: float) -> None:
        """Let new files be so much younger, or older."""
        self._ahead += seconds

    def fill(self, made: Sequence[Contractor]) -> None:
        """Have these contractors, if it has none yet, and export everybody."""
        with self._lock:
            if not self._records:
                self._records = {f"{next(self._numbers):06d}": contractor for contractor in made}
            self._save()
            self._drop_all()

    def live(self, random: Random | None = None) -> None:
        """Take in what lies in outbox/, let a clerk change somebody by `random`, and export if anything is new."""
        with self._lock:
            news = self._import()
            if random is not None and self._records:
                key = random.choice(sorted(self._records))
                self._records[key] = edited(self._records[key], random)
                news = True
            if news:
                self._save()
                self._drop_all()

    def spoil(self, external_id: str) -> None:
        """Take a record's name away, which no contractor can be without."""
        self.edit(external_id, name="")

    def feed(self, document: bytes) -> None:
        """Drop a document as the next export."""
        self.drop(self._name("next"), document)

    @property
    def fed(self) -> str:
        """What the files of `feed` are called at the end."""
        return self._name("next")

    def whole_document(self) -> bytes:
        """The snapshot of everybody."""
        return self.document(list(self._records))

    @property
    def rows_read(self) -> int:
        """Records of all exports that somebody fetched."""
        for name in [name for name in self._handed if not (self.folder / name).exists()]:
            self._fetched += self._handed.pop(name)
        return self._fetched

    def drop(self, name: str, data: bytes) -> Path:
        """Put a whole file into the folder, at once."""
        path = self.folder / name
        part = path.with_name(f".{name}.part")
        part.write_bytes(data)
        at = self._clock if self._clock is not None else time.time_ns() + int(self._ahead * 1e9)
        os.utime(part, ns=(at, at))
        part.rename(path)
        return path

    def document(self, keys: Sequence[str]) -> bytes:
        """The export of these records."""
        return export([(key, self._records[key]) for key in keys], self.kind)

    def _export(self, changed: str) -> None:
        if self._mode == "snapshot":
            self._drop_all()
        else:
            count = len(list(self.folder.iterdir()))
            self._hand_out(self._name(f"kontrahent-{changed}-{count:06d}"), [changed])

    def _hand_out(self, name: str, keys: Sequence[str]) -> None:
        self._fetched = self.rows_read  # one that was fetched is not the one that takes its name
        self.drop(name, self.document(keys))
        self._handed[name] = len(keys)

    def _drop_all(self) -> None:
        # As a nightly export does: always the same name, over the one that nobody fetched.
        self._hand_out(self._name("kontrahenci"), list(self._records))

    def _name(self, stem: str) -> str:
        return f"{stem}.{self.kind}"

    def _import(self) -> bool:
        """Take in what lies in the outbox, oldest first, and delete it; answer whether there was anything."""
        with self._lock:
            paths = sorted((self.folder / "outbox").glob("[!.]*.json"))
            for path in paths:
                change = json.loads(path.read_text(encoding="utf-8"))
                key = change["key"]
                # An import knows nobody whom the operator removed; a create is an upsert by the key.
                known = key in self._records or change["operation"] == "create"
                if known:
                    held = msgspec.to_builtins(self._records.get(key, Contractor(name="")))
                    self._records[key] = msgspec.convert(held | change["fields"], Contractor, strict=False)
                call = Call(name=f"import {change['operation']}", writes=True, applied=known, external_id=key)
                self._journal.enter(call)
            if paths:
                self._save()  # before they are gone: whoever kills the process in between has them imported twice
            for path in paths:
                path.unlink()
            return bool(paths)

    def _save(self) -> None:
        """Keep the list, whole or not at all."""
        if self._state is not None:
            draft = self._state.with_name(f"{self._state.name}.draft")
            draft.write_bytes(msgspec.json.encode(self._records))
            draft.replace(self._state)


@contextlib.contextmanager
def simulate(kind: Format = "xml", mode: Literal["delta", "snapshot"] = "snapshot") -> Iterator[FilesSandbox]:
    """An ERP with an empty list and a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="syncd-files-") as folder:
        yield FilesSandbox(Path(folder), kind, mode)


def main() -> None:
    """Be there until asked to stop."""
    parser = argparse.ArgumentParser(description="A simulated ERP that exports CSV into a folder and imports JSON.")
    parser.add_argument("--folder", type=Path, required=True, metavar="DIR", help="exports go here; imports: outbox/")
    parser.add_argument("--contractors", type=int, default=500, metavar="N", help="how many to start with")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which contractors: the same for the same N")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this file for the next start")
    parser.add_argument("--busy", type=float, default=0.0, metavar="SECONDS", help="a clerk edits one so often")
    asked = parser.parse_args()
    stop = asked_to_stop()
    asked.folder.mkdir(parents=True, exist_ok=True)
    sandbox = FilesSandbox(asked.folder, "csv", "snapshot", asked.state)
    sandbox.fill(contractors(asked.contractors, asked.seed))
    sys.stdout.write(f"{asked.folder} {len(sandbox.holds())} contractors\n")
    sys.stdout.flush()
    random = Random(asked.seed)  # noqa: S311 - the same edits each time
    waited = 0.0
    while not stop.wait(LOOK_SECONDS):
        waited += LOOK_SECONDS
        works = bool(asked.busy) and waited >= asked.busy
        waited = 0.0 if works else waited
        sandbox.live(random if works else None)


if __name__ == "__main__":
    main()
