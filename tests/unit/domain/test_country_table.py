"""Are real combinations of country, tax id and address judged as the law has it?

Each line of the table names what the expectation rests on.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import msgspec
import pytest

from syncd.domain.country import Evidence, verdict

_TABLE: Final = Path(__file__).parent / "data/verdicts.csv"
_TODAY: Final = "2026-05-04"
_EVIDENCE: Final = ("home", "declared", "tax_id", "address_country", "postal_code", "city", "erp_class")


def cases() -> list[dict[str, str]]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def name(case: dict[str, str]) -> str:
    return " ".join(case[column] or "-" for column in (*_EVIDENCE, "vat", "date"))


@pytest.mark.parametrize("case", cases(), ids=name)
def test_a_combination_is_judged_as_its_source_says(case: dict[str, str]) -> None:
    stated = {column: case[column] for column in _EVIDENCE}
    ruling = verdict(msgspec.convert(stated | {"on": case["date"] or _TODAY, "vat": case["vat"] or None}, Evidence))
    assert (ruling.zone, ruling.country) == (case["zone"], case["country"]), ruling.reasons
    assert case["evidence"] in ruling.evidence
    assert case["words"] in "; ".join(ruling.reasons)


def test_the_table_is_as_wide_as_the_world_of_its_rules() -> None:
    table = cases()
    assert len(table) >= 200
    members = set("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PT RO SE SI SK".split())
    assert members <= {case["country"] for case in table if case["home"] == "PL" and case["zone"] == "intra_eu"}
    assert {"PL", "RU", "SE", "FR", "IT", "DE", "GB", "ES", "FI"} <= {case["home"] for case in table}
    assert all(case["source"] for case in table)
