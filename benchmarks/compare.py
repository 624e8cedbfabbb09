"""Is the end state right, row by row?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.state import State
from benchmarks.world import World

__all__ = ["differences", "expected"]

_SHOWN = 3


def expected(world: World, missed: Mapping[str, int]) -> dict[str, State]:
    """What a system should hold now.

    Args:
        missed: How many full lists in a row did not have a contractor. Two switch it off.
    """
    return {code: _state(code, contractor, missed.get(code, 0)) for code, contractor in world.contractors.items()}


def differences(right: Mapping[str, State], held: Iterable[State]) -> list[str]:
    """Say what is not as it should be; empty for a right end state."""
    wrong: list[str] = []
    seen: set[str] = set()
    for state in held:
        wanted = right.get(state.code)
        if state.code in seen:
            wrong.append(f"{state.code} is there twice")
        elif wanted is None:
            wrong.append(f"{state.code} should not be there")
        elif state != wanted:
            fields = [name for name in State._fields if getattr(state, name) != getattr(wanted, name)]
            wrong.append(f"{state.code} differs in {', '.join(fields)}")
        seen.add(state.code)
    absent = len(right) - len(seen & right.keys())
    if absent:
        wrong.append(f"{absent} are not there")
    return [*wrong[:_SHOWN], *([f"and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else [])]


def _state(code: str, contractor: dict[str, Any], missed: int) -> State:
    return State(
        code=code,
        name=contractor["name"],
        tax_id=contractor.get("tax_id", ""),
        country=contractor["country"],
        email=contractor["email"],
        phone=contractor["phones"][0],
        addresses=tuple(
            (a["kind"], a.get("name", ""), a["street"], a["postal_code"], a["city"], a["country"])
            for a in contractor["addresses"]
        ),
        groups=tuple(contractor["groups"]),
        active=contractor.get("active", True) and missed < 2,
        missing=missed > 0,
    )
