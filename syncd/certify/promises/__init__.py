"""What does every adapter promise? All of it, in the order of reading."""

from __future__ import annotations

from syncd.certify.promises import changes, documents, errors, finding, reading, room, safety, statements, writing
from syncd.certify.promises.promise import REGISTERED, Promise

__all__ = ["PROMISES", "Promise"]

PROMISES: tuple[Promise, ...] = tuple(
    promise
    for file in (reading, changes, statements, finding, writing, room, errors, safety, documents)
    for promise in REGISTERED
    if promise.check.__module__ == file.__name__
)
