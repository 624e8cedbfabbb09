"""Which promises does an adapter keep? Runs them against its simulator, without a test framework."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from syncd.certify.promises import PROMISES, Promise
from syncd.certify.promises.case import Broken, Case, Degraded
from syncd.certify.quality import quality_of
from syncd.certify.sandbox import Simulate
from syncd.errors import Misconfigured, SyncError
from syncd.plugins import load
from syncd.ports import Adapter

__all__ = ["Degradation", "Failure", "Report", "certify", "keep", "run", "simulate_of"]


class Failure(msgspec.Struct, frozen=True):
    """A promise that was broken, and what was seen."""

    promise: str
    why: str


class Degradation(msgspec.Struct, frozen=True):
    """A promise that this platform cannot be asked for. Never counted as kept."""

    promise: str
    reason: str


class Report(msgspec.Struct, frozen=True):
    """How an adapter did.

    Attributes:
        passed: How many promises were kept.
    """

    kind: str
    passed: int
    failed: tuple[Failure, ...]
    degraded: tuple[Degradation, ...]


def simulate_of(kind: str) -> Simulate:
    """The simulator of one adapter.

    Raises:
        Misconfigured: If it has none.
    """
    name = f"adapters.{kind}.simulator"
    try:
        simulate: Simulate = importlib.import_module(name).simulate
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise Misconfigured(f"adapter {kind} has no simulator.py, so nothing can be certified") from None
    return simulate


def keep(promise: Promise, adapter: Adapter, simulate: Simulate, declared: Mapping[str, str]) -> None:
    """Check one promise on a fresh platform.

    Args:
        declared: Reason by promise, for those that the adapter says its platform cannot keep. They are checked all
            the same: a platform that has learned to keep one must not go on excusing it.

    Raises:
        Degraded: If it cannot be asked of this platform.
        Broken: If it was not kept; any other error of the adapter means the same.
    """
    excuse = declared.get(promise.name)
    with simulate() as sandbox:
        case = Case(adapter, sandbox)
        try:
            promise.ask(case)
        except Degraded:
            raise
        except Exception:
            if excuse is not None:
                raise Degraded(excuse) from None
            raise
        finally:
            case.close()
    if excuse is not None:
        raise Broken("it was kept although quality.toml declares it degraded: strike it off there")


def run(
    kind: str,
    promises: Sequence[Promise] = PROMISES,
    *,
    adapter: Adapter | None = None,
    simulate: Simulate | None = None,
) -> Report:
    """Check all promises of one adapter.

    Args:
        adapter: In the place of the one called `kind`.
        simulate: In the place of that one's simulator.

    Raises:
        Misconfigured: If there is no such adapter, or it lacks its simulator or its quality.toml.
    """
    adapter, simulate = adapter or load(kind), simulate or simulate_of(kind)
    declared = quality_of(adapter).degraded
    passed = 0
    failed: list[Failure] = []
    degraded: list[Degradation] = []
    for promise in promises:
        try:
            keep(promise, adapter, simulate, declared)
            passed += 1
        except Degraded as reason:
            degraded.append(Degradation(promise.sentence, str(reason)))
        except Broken as why:
            failed.append(Failure(promise.sentence, str(why)))
        except Exception as error:  # noqa: BLE001 - an adapter's mistake ends one promise, not the report
            text = f"{type(error).__name__}: {error}" if isinstance(error, SyncError) else repr(error)
            failed.append(Failure(promise.sentence, text))
    return Report(kind, passed, tuple(failed), tuple(degraded))


def certify(kinds: Iterable[str]) -> list[Report]:
    """Check several adapters, one after the other."""
    return [run(kind) for kind in kinds]
