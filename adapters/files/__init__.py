"""How does syncd read an ERP that can only export files, and write to one that can only import them?"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final

import msgspec

from adapters.files.csv_rows import CsvReader
from adapters.files.json_rows import JsonReader, NdjsonReader
from adapters.files.mapping import identity, keys_of, keys_of_row, values_of
from adapters.files.options import Options, check_options, field_map, format_of, is_wanted, terms_of
from adapters.files.outbox import Outbox
from adapters.files.xml_rows import XmlReader
from syncd.domain.contractor import FIELDS, Contractor, digest, dump, load, restrict
from syncd.errors import InvalidRecord, Misconfigured, NotFound
from syncd.folder.claiming import Folder
from syncd.folder.intake import Intake
from syncd.folder.reading import read_pages
from syncd.folder.rows import Reader, Row
from syncd.folder.scrub import delete_holding, forgotten, holds_text, some
from syncd.folder.state import Keys, State, apart
from syncd.ports import Adapter, Capabilities, Context, Health, Page, Record, Remote, Scrubbed, Side
from syncd.sentence import Counted, Sentence

__all__ = ["ADAPTER", "FilesEndpoint", "Options", "open_endpoint"]

_DELTA: Final = "Files hold changes only, so a contractor that the ERP deletes is never reported as missing."
_READ_ONLY: Final = "The folder is only read; changes from the shop need the option outbox and an import in the ERP."
_WRITES: Final = "A write is a file for the ERP's import: until the ERP's next export, what was written counts as held."
_KEY: Final = "A new contractor's key is made by syncd, and the ERP's import has to take it over."


class FilesEndpoint:
    """An open connection to one folder."""

    def __init__(self, options: Options, context: Context) -> None:
        check_options(options)
        self._options = options
        self._context = context
        self._map = field_map(options)
        self._folder = Folder(
            context.folder / options.folder, terms_of(options), lambda name: is_wanted(options, name), context.sleep
        )
        state = context.folder / options.state if options.state else self._folder.root / ".syncd-state.sqlite3"
        self._state = State(state)
        self._intake = Intake(
            self._folder,
            self._state,
            read=self._reader,
            name=self._named,
            key=options.key,
            snapshot=options.mode == "snapshot",
            keep_days=options.archive_days,
            now=context.now,
        )
        self._outbox = Outbox(self._folder.outbox, options)
        self._capabilities = _capabilities(options, self._map.fields, context.fields)

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        waiting = self._folder.waiting()
        self._state.require()
        warnings = []
        if not os.access(self._folder.root, os.W_OK):
            warnings.append(Sentence("the folder is read-only, so files cannot be claimed from it"))
        broken = self._folder.claimed("quarantine")
        if broken:
            warnings.append(
                Sentence(
                    Counted(
                        "%(count)s file is in quarantine; the last one is %(name)s",
                        "%(count)s files are in quarantine; the last one is %(name)s",
                    ),
                    count=len(broken),
                    name=broken[-1].name,
                )
            )
        return Health(
            detail=Sentence(
                Counted("%(count)s file waits in the folder", "%(count)s files wait in the folder"), count=len(waiting)
            ),
            warnings=tuple(warnings),
        )

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        snapshot = self._options.mode == "snapshot"
        return read_pages(self._intake, self._state, cursor, full=full, limit=self._options.page, snapshot=snapshot)

    def parse(self, record: Record) -> Remote:
        written, raw = apart(record.raw)
        contractor = self._map.contractor(values_of(raw, record.external_id), record=record.external_id)
        if written:
            contractor = load(msgspec.json.encode(msgspec.to_builtins(contractor) | written))
        return Remote(external_id=record.external_id, contractor=self._narrow(contractor))

    def get(self, external_id: str) -> Remote:
        written = self._state.written(external_id)
        if written is not None:
            return Remote(external_id=external_id, contractor=self._narrow(load(written)))
        raw = self._state.raw(external_id)
        if raw is None and self._state.is_scrubbed(external_id):
            raise Scrubbed("what the files said of this contractor was erased", record=external_id)
        if raw is None:
            raise NotFound(
                "no file that was read has this contractor",
                record=external_id,
                cure="Have the ERP export it again.",
            )
        return self.parse(Record(external_id, raw))

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        return [self.get(external_id) for external_id in self._state.find(keys_of(contractor))]

    def create(self, contractor: Contractor) -> Remote:
        writes = self._writable()
        stored = restrict(contractor, writes)
        keys = (stored.number, stored.tax_prefix, stored.tax_id, stored.email, stored.name)
        # The same contractor gets the same key, so that a second attempt is the same import and not a double.
        external_id = f"S-{digest(msgspec.json.encode(keys)).hex()}"
        fields = {name: getattr(stored, name) for name in FIELDS if name in writes}
        self._outbox.write("create", external_id, fields, self._context.now())
        return self._written(external_id, stored, fields)

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        writes = self._writable()
        told, wanted = restrict(remote.contractor, writes), restrict(contractor, writes)
        changes = {
            name: getattr(wanted, name)
            for name in FIELDS
            if name in writes and getattr(told, name) != getattr(wanted, name)
        }
        if not changes:
            return remote
        try:
            current = self.get(remote.external_id).contractor
        except (Scrubbed, InvalidRecord):
            current = remote.contractor
        self._outbox.write("update", remote.external_id, changes, self._context.now())
        return self._written(remote.external_id, msgspec.structs.replace(current, **changes), changes)

    def scrub(self, external_ids: Collection[str]) -> Sequence[str]:
        """Forget these contractors: see `syncd.ports.Scrubs`."""
        known = self._state.files()
        rows = self._state.scrub(external_ids)
        deleted = delete_holding(self._folder, external_ids, holds_text(self._options.encoding), known)
        withdrawn = self._outbox.withdraw(external_ids)
        return [
            *forgotten(rows),
            *deleted,
            *some(Counted("%(count)s file in outbox/", "%(count)s files in outbox/"), withdrawn),
        ]

    def close(self) -> None:
        """There is nothing to give back: files are open only while they are read."""

    def _written(self, external_id: str, contractor: Contractor, changes: Mapping[str, Any]) -> Remote:
        self._state.note_written(external_id, dump(contractor), keys_of(contractor), self._context.now(), changes)
        return Remote(external_id=external_id, contractor=contractor)

    def _writable(self) -> frozenset[str]:
        writes = self._capabilities.writes
        if not writes:
            raise Misconfigured(
                Sentence("connection %(connection)s is only read", connection=self._context.connection),
                field="outbox",
                cure='Set outbox = "json" or "xml" if the ERP imports files.',
            )
        return writes

    def _narrow(self, contractor: Contractor) -> Contractor:
        return contractor if self._context.fields is None else restrict(contractor, self._capabilities.reads)

    def _reader(self, name: str, stream: BinaryIO) -> Reader:
        kind = format_of(self._options, name)
        if kind is None:
            raise Misconfigured(
                Sentence("file %(name)s in processing/ has no format that the options name", name=name),
                field="format",
                cure="Set the option format, or take the file away.",
            )
        if kind == "xml":
            return XmlReader(stream, self._options)
        if kind == "json":
            return JsonReader(stream, self._options)
        if kind == "ndjson":
            return NdjsonReader(stream, self._options)
        return CsvReader(stream, self._options, list(dict.fromkeys([self._options.key, *self._map.columns])))

    def _named(self, row: Row) -> tuple[str, Keys]:
        return identity(row.values, self._options.key, row.raw), keys_of_row(row.values, self._map)


def _capabilities(options: Options, stated: frozenset[str], chosen: frozenset[str] | None) -> Capabilities:
    reads = stated if chosen is None else stated & chosen
    degradations = [_DELTA] if options.mode == "delta" else []
    degradations += [_WRITES, _KEY] if options.outbox else [_READ_ONLY]
    return Capabilities(
        reads=reads,
        writes=reads - {"tax_id_stated"} if options.outbox else frozenset(),
        block="flag" if options.outbox and "active" in reads else "none",
        delete="none" if options.mode == "delta" else "hard",
        degradations=tuple(degradations),
    )


def open_endpoint(options: Any, context: Context) -> FilesEndpoint:
    """Open a folder without touching it.

    Raises:
        Misconfigured: If the options contradict themselves or name unknown fields.
    """
    return FilesEndpoint(options, context)


ADAPTER: Final = Adapter(
    kind="files",
    title="Files in a folder (CSV, XML, JSON, NDJSON)",
    sides=frozenset({Side.ERP}),
    options=Options,
    open=open_endpoint,
    capabilities=Capabilities(
        reads=frozenset(FIELDS) - {"activity"}, block="none", delete="none", degradations=(_DELTA, _READ_ONLY)
    ),
    poll_seconds=60,
    parallel_calls=2,
    drops="folder",
    keeps=("folder", "state"),
)
