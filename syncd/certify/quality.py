"""What does an adapter say about itself that code cannot prove: what was verified, what is weak, and why?

Each adapter's folder holds a ``quality.toml``:

    verified = ["Sentences: what was seen on a real server or read in a schema, and in which version."]
    unverified = ["Sentences: what is assumed."]
    limitations = ["Sentences: what an admin should know before relying on it."]

    [polling]
    seconds = 300       # equals Adapter.poll_seconds
    reason = "..."

    [parallel]
    calls = 4           # equals Adapter.parallel_calls
    reason = "..."

    [degraded]          # optional: promises (by function name) that this platform cannot keep
    find_by_tax_id_finds_what_create_made = "The API searches by e-mail only."
"""

from __future__ import annotations

import importlib.resources

import msgspec

from syncd.errors import Misconfigured
from syncd.ports import Adapter

__all__ = ["Parallel", "Polling", "Quality", "quality_of"]


class Polling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often a pull is worth its cost."""

    seconds: int
    reason: str


class Parallel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many writes at once."""

    calls: int
    reason: str


class Quality(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a ``quality.toml``.

    Attributes:
        degraded: Reason by promise. Such a promise is still checked: one that is kept after all must be struck off.
    """

    verified: list[str]
    unverified: list[str]
    limitations: list[str]
    polling: Polling
    parallel: Parallel
    degraded: dict[str, str] = {}


def quality_of(adapter: Adapter) -> Quality:
    """Read an adapter's statement and check it against the adapter.

    Raises:
        Misconfigured: If the file is missing, has another shape, or contradicts the adapter.
    """
    where = f"adapters/{adapter.kind}/quality.toml"
    try:
        text = (importlib.resources.files(f"adapters.{adapter.kind}") / "quality.toml").read_text(encoding="utf-8")
        quality = msgspec.toml.decode(text, type=Quality)
    except FileNotFoundError:
        raise Misconfigured(f"there is no {where}", cure="syncd/certify/quality.py shows its shape.") from None
    except msgspec.DecodeError as error:
        raise Misconfigured(f"{where}: {error}", cure="syncd/certify/quality.py shows its shape.") from None
    if quality.polling.seconds != adapter.poll_seconds:
        raise Misconfigured(f"{where} says polling.seconds = {quality.polling.seconds}, ADAPTER {adapter.poll_seconds}")
    if quality.parallel.calls != adapter.parallel_calls:
        raise Misconfigured(f"{where} says parallel.calls = {quality.parallel.calls}, ADAPTER {adapter.parallel_calls}")
    return quality
