"""How does a program prove that both sides hold what the registry says?"""

from __future__ import annotations

import msgspec

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Endpoint, named
from syncd.domain.difference import Difference
from syncd.registry.certificates import CertificateRow, latest
from syncd.registry.engine import reading
from syncd.sync.repair import plan_repair
from syncd.sync.verify import Verified, both_sides, prove

__all__ = ["ENDPOINTS"]


class Verify(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to follow.

    Attributes:
        repair: Make plans that would settle the differences; nothing is applied yet.
    """

    repair: bool = False


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One side against the registry.

    Attributes:
        agrees: Whether all of it is known to be as it should be, but for what waits for a person.
        differences: Of very many the first ones; ``by_cause`` counts all.
        silent: Fields that the side does not state, so that nothing is known of them.
        plans: Runs whose plans would settle them.
    """

    connection: str
    agrees: bool
    compared: int
    agree: int
    complete: bool
    by_cause: dict[str, int]
    differences: list[Difference]
    silent: list[str]
    expected: str
    stated: str
    plans: list[int] = []


class Proofs(msgspec.Struct, frozen=True):
    """The connection and all that its routes join it with."""

    items: list[Proof]


class Certificates(msgspec.Struct, frozen=True):
    """The newest certificate of each side."""

    items: list[CertificateRow]


def _verify(call: Call) -> Proofs:
    sides = both_sides(call.app, named(call))
    proofs = [prove(call.app, side, by=call.by) for side in sides]
    plans = {one.connection: plan_repair(call.app, one, by=call.by) for one in proofs} if call.body.repair else {}
    return Proofs([_told(one, plans.get(one.connection, [])) for one in proofs])


def _told(one: Verified, plans: list[int]) -> Proof:
    alike = {name: getattr(one, name) for name in Proof.__struct_fields__ if name not in {"agrees", "plans"}}
    return Proof(**alike, agrees=one.agrees, plans=plans)


def _latest(call: Call) -> Certificates:
    with reading(call.app.engine) as connection:
        return Certificates(list(latest(connection).values()))


ENDPOINTS = (
    Endpoint(
        "POST", "/connections/{name}/verify", Role.OPERATOR,
        "Read a connection and all that its routes join it with in full, and compare each with the registry; answers "
        "when that is done.",
        _verify, Proofs, body=Verify, example={"repair": False},
    ),
    Endpoint("GET", "/certificates", Role.VIEWER, "Tell what was proven last of each side.", _latest, Certificates),
)  # fmt: skip
