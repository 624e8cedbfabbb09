"""Is each group's name found as records spell it, whatever signs it has, on both databases?"""

from __future__ import annotations

from itertools import product

from sqlalchemy import Engine

from syncd.domain.contractor import Address, Contractor
from syncd.registry import bindings
from syncd.registry.bindings import Sighting
from syncd.registry.engine import reading, writing
from syncd.registry.groups import held_at, spelled_at
from syncd.registry.lines import snapshot

SIGNS = '"]\\[,a '
"""What stands in the text of a document for where a name, or all of them, begin and end."""

NAMES = ["".join(signs) for length in (1, 2, 3) for signs in product(SIGNS, repeat=length)]


def bind(registry: Engine, connection_id: int, groups: list[tuple[str, ...]], **more: object) -> None:
    with writing(registry) as connection:
        bindings.replace(
            connection,
            [
                Sighting(
                    connection_id=connection_id,
                    external_id=f"r{at:04}",
                    contractor_id=at,
                    version=None,
                    raw_hash=None,
                    agreed=snapshot(Contractor(name="Firma", groups=names, **more)),  # type: ignore[arg-type]
                    settled_hash=None,
                )
                for at, names in enumerate(groups)
            ],
        )


def test_a_groups_name_is_found_with_one_of_its_records_whatever_its_signs(registry: Engine) -> None:
    bind(registry, 1, [(name, f"b{name}") for name in NAMES])
    with reading(registry) as connection:
        found = spelled_at(connection, 1)
    assert found == {name: f"r{at:04}" for at, one in enumerate(NAMES) for name in (f"b{one}", one)}


def test_of_records_that_share_a_group_the_first_stands_for_it(registry: Engine) -> None:
    bind(registry, 1, [("VIP",), ("Hurt", "VIP"), ("Hurt",), ()])
    bind(registry, 2, [("Detal",)])
    with reading(registry) as connection:
        assert spelled_at(connection, 1) == {"VIP": "r0000", "Hurt": "r0001"}
        assert held_at(connection, 1) == {"VIP", "Hurt"}


def test_what_looks_like_groups_elsewhere_in_a_record_is_none(registry: Engine) -> None:
    quoted = '"groups":["none"]'
    bind(registry, 1, [()], notes=quoted, addresses=(Address(street=quoted),), custom={"groups": '["none"]'})
    with reading(registry) as connection:
        assert spelled_at(connection, 1) == {}
