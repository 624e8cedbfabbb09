"""How does somebody in another process make a simulated platform fail, and see what it was asked?

A simulator that runs as a program of its own answers three more calls, on loopback as the rest of it:

    POST   /-/faults     a JSON array of faults, as in syncd.certify.faults, added to the plan
    DELETE /-/faults     nothing goes wrong any more
    GET    /-/journal    every call so far, as a JSON array
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from syncd.certify.faults import Fault, Faults
from syncd.certify.sandbox import Call

__all__ = ["PREFIX", "control"]

PREFIX = "/-/"


def control(method: str, path: str, body: bytes, faults: Faults, journal: Sequence[Call]) -> tuple[int, bytes]:
    """Answer one such call with a status and a body."""
    if (method, path) == ("GET", "/-/journal"):
        return 200, msgspec.json.encode(journal)
    if (method, path) == ("DELETE", "/-/faults"):
        faults.clear()
        return 204, b""
    if (method, path) == ("POST", "/-/faults"):
        try:
            planned = msgspec.json.decode(body, type=list[Fault])
        except msgspec.DecodeError as error:
            return 400, msgspec.json.encode({"detail": str(error)})
        faults.plan(*planned)
        return 204, b""
    return 404, msgspec.json.encode({"detail": "POST or DELETE /-/faults, GET /-/journal"})
