"""How do changes reach a bridge through a folder? One file for each in ``new/``, its answer comes into ``answers/``.

The bridge takes files in the order of their names and removes each when it has answered. Until then what a file says
counts as held by the ERP.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from adapters.xl.document import Answer, Document, answer_of, encode_document, refusal
from syncd.errors import InvalidRecord, Misconfigured, OutcomeUnknown, RecordError, SyncError, Unavailable
from syncd.folder.placing import place
from syncd.folder.scrub import some
from syncd.sentence import Counted, Sentence

__all__ = ["Drop"]

_POLL_SECONDS: Final = 0.25
_KEPT: Final = timedelta(hours=1)
"""How long an answer stays for whoever still waits for it."""

_WHOLE: Final = timedelta(minutes=1)
"""How old an answer is that cannot be read because it is none, and not because it is still being written."""

_KEYS: Final = ("Akronim", "NipE", "EMail")
"""Members of ``set`` by which two documents mean one new contractor."""

_NAME: Final = re.compile(r"\d[^-]*-(?:create|update)-(\d+)-([0-9a-f]+)\.json")

Read = TypeVar("Read")

_decode: Final = msgspec.json.Decoder(Document).decode


class _File(NamedTuple):
    """A document that waits: its contractor, 0 for a new one, and its id."""

    path: Path
    number: int
    key: str


class Drop:
    """The folder.

    Args:
        seconds: How long `send` waits for an answer.
        limit: Files that nobody fetched at which writing pauses.
    """

    def __init__(
        self, folder: Path, *, seconds: float, limit: int, now: Callable[[], datetime], sleep: Callable[[float], None]
    ) -> None:
        self._new = folder / "new"
        self._answers = folder / "answers"
        self._seconds = seconds
        self._limit = limit
        self._now = now
        self._sleep = sleep

    def send(self, document: Document) -> Answer:
        """Put a document where the bridge finds it, unless it is there already, and wait a while.

        Raises:
            Unavailable: If the bridge has not fetched its files for too long.
            SyncError: If it was refused.
        """
        with _reachable():
            self._new.mkdir(parents=True, exist_ok=True)
            self._answers.mkdir(exist_ok=True)
            if document.GIDNumer is not None:
                self._forget_answers(frozenset({document.GIDNumer}))
            early = self._taken(document)
            if early is not None:
                return early
            waits = Answer(id=document.id, state="waiting", GIDNumer=document.GIDNumer)
            if not self._waits(document):
                self._place(document)
            until = self._now() + timedelta(seconds=self._seconds)
            while self._now() < until:
                answer = self._taken(document)
                if answer is not None:
                    return answer
                self._sleep(_POLL_SECONDS)
            # A file goes when its answer is there, so what is gone by now has one.
            late = None if any(file.key == document.id for file in self._files()) else self._taken(document, last=True)
        return late or waits

    def waiting(self, numbers: Collection[int]) -> Mapping[int, Sequence[Mapping[str, Any]]]:
        found: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
        with _reachable():
            for file in self._files():
                document = _read(file.path, _decode) if file.number in numbers else None
                if document is not None:
                    found[file.number].append(document.set)
        return found

    def refused(self) -> Sequence[tuple[str, RecordError]]:
        found: list[tuple[str, RecordError]] = []
        with _reachable():
            for path in sorted(self._answers.glob("*.json")):
                try:
                    answer = answer_of(path.read_bytes())
                except FileNotFoundError:
                    continue  # another process has just taken it
                except OutcomeUnknown as error:
                    if self._age(path) > _WHOLE:
                        found.append((f"answers/{path.name}", _unreadable(error)))
                    continue
                if answer.state == "refused" and answer.GIDNumer is not None:
                    found.append((str(answer.GIDNumer), _late(answer, str(answer.GIDNumer))))
                elif self._age(path) > _KEPT:
                    path.unlink(missing_ok=True)
        return found

    def scrub(self, numbers: frozenset[int]) -> Sequence[str]:
        """Unite what waits for each of these into its last document, which overwrites the rest there."""
        with _reachable():
            gone = self._forget_answers(numbers)
            united = 0
            by_number: dict[int, list[tuple[Path, Document]]] = defaultdict(list)
            for file in self._files():
                document = _read(file.path, _decode) if file.number in numbers else None
                if document is not None:
                    by_number[file.number].append((file.path, document))
            for *older, (last, document) in by_number.values():
                if older:
                    whole: dict[str, Any] = {}
                    for _, one in older:
                        whole |= one.set
                    whole |= document.set
                    place(last.parent, last.name, encode_document(msgspec.structs.replace(document, set=whole)))
                for path, _ in older:
                    path.unlink(missing_ok=True)
                    united += 1
        return [
            *some(Counted("%(count)s document for the bridge", "%(count)s documents for the bridge"), united),
            *some(Counted("%(count)s answer of the bridge", "%(count)s answers of the bridge"), gone),
        ]

    def check(self) -> str:
        with _reachable():
            waiting = self._files()
        return Sentence(
            Counted("%(count)s change waits for the bridge", "%(count)s changes wait for the bridge"),
            count=len(waiting),
        )

    def close(self) -> None:
        """There is nothing to give back: files are open only while they are read."""

    def _taken(self, document: Document, *, last: bool = False) -> Answer | None:
        """The answer to a document, if it is there; it is removed. A refusal is raised.

        Args:
            last: What cannot be read will not be written any further, and is raised too.
        """
        path = self._answers / f"{document.id}.json"
        record = "" if document.GIDNumer is None else str(document.GIDNumer)
        try:
            answer = answer_of(path.read_bytes())
        except FileNotFoundError:
            return None
        except OutcomeUnknown as error:
            if last:
                error.record = record or None
                raise
            return None
        if answer.state == "waiting":
            return None
        path.unlink(missing_ok=True)
        if answer.state == "refused":
            raise refusal(answer, record)
        return answer

    def _waits(self, document: Document) -> bool:
        """Whether one that means the same is there; for a new contractor also one that shares a key with it."""
        files = self._files()
        if any(file.key == document.id for file in files):
            return True
        for file in files if document.GIDNumer is None else ():
            waiting = _read(file.path, _decode) if file.number == 0 else None
            if waiting is not None and any(
                document.set.get(key) and document.set.get(key) == waiting.set.get(key) for key in _KEYS
            ):
                return True
        return False

    def _place(self, document: Document) -> None:
        if len(self._files()) >= self._limit:
            raise Unavailable(
                "the bridge does not fetch its files",
                code="outbox-full",
                cure="Start the bridge; writing goes on by itself when files are gone.",
            )
        stamp = self._now().strftime("%Y%m%dT%H%M%S.%f")
        name = f"{stamp}-{document.operation}-{document.GIDNumer or 0}-{document.id}.json"
        place(self._new, name, encode_document(document))

    def _files(self) -> list[_File]:
        """Files that wait, the oldest first; what has another name is none of ours."""
        if not self._new.is_dir():
            return []
        names = sorted(os.listdir(self._new))  # noqa: PTH208 - ten thousand names, of which few become paths
        found = ((name, _NAME.fullmatch(name)) for name in names)
        return [_File(self._new / name, int(parts[1]), parts[2]) for name, parts in found if parts is not None]

    def _forget_answers(self, numbers: frozenset[int]) -> int:
        gone = 0
        for path in self._answers.glob("*.json"):
            answer = _read(path, answer_of)
            if answer is not None and answer.GIDNumer in numbers and answer.state == "refused":
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _age(self, path: Path) -> timedelta:
        try:
            return timedelta(seconds=self._now().timestamp() - path.stat().st_mtime)
        except FileNotFoundError:
            return timedelta()


def _late(answer: Answer, record: str) -> RecordError:
    """A refusal that nobody waited for any more."""
    error = refusal(answer, record)
    late = error if isinstance(error, RecordError) else InvalidRecord(error.message, code="refused")
    late.cure = "Correct the value, or delete the bridge's answer in answers/ if that is done."
    return late


def _unreadable(error: SyncError) -> RecordError:
    return InvalidRecord(
        error.message,
        cure="The bridge's log says what became of the change that this file is named after; then delete the file.",
    )


def _read(path: Path, decode: Callable[[bytes], Read]) -> Read | None:
    """What a file says; ``None`` if it has just been fetched, or is not whole yet."""
    try:
        return decode(path.read_bytes())
    except (FileNotFoundError, msgspec.DecodeError, OutcomeUnknown):
        return None


@contextlib.contextmanager
def _reachable() -> Iterator[None]:
    """Say who acts when the folder cannot be used."""
    try:
        yield
    except PermissionError:
        raise Misconfigured(
            "the outbox may not be used",
            code="folder-forbidden",
            field="outbox",
            cure="Let syncd's user read, write and rename in it.",
        ) from None
    except OSError as error:
        raise Unavailable(Sentence("the outbox cannot be used (%(kind)s)", kind=type(error).__name__)) from None
