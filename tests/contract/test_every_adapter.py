"""Does every folder in adapters/ bring what a platform must bring?"""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import inspect

from syncd.certify.promises import PROMISES
from syncd.certify.quality import quality_of
from syncd.certify.run import simulate_of
from syncd.plugins import kinds, load
from syncd.ports import Adapter
from syncd.trial.run import sentences

CONTRACT = Path(__file__).parent


@pytest.mark.parametrize("kind", kinds())
def test_an_adapter_can_be_loaded_by_its_folders_name(kind: str) -> None:
    assert isinstance(load(kind), Adapter)


@pytest.mark.parametrize("kind", kinds())
def test_an_adapter_has_contract_tests(kind: str) -> None:
    tests = CONTRACT / kind / f"test_{kind}.py"
    assert tests.exists(), f"write {tests.relative_to(CONTRACT.parent.parent)}; see tests/contract/promises.py"
    assert f'promises_of("{kind}")' in tests.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", kinds())
def test_an_adapter_has_a_simulator(kind: str) -> None:
    assert callable(simulate_of(kind))


@pytest.mark.parametrize("kind", kinds())
def test_an_adapter_states_its_quality(kind: str) -> None:
    assert quality_of(load(kind)).verified


@pytest.mark.parametrize("kind", kinds())
def test_an_adapter_excuses_itself_from_known_promises_only(kind: str) -> None:
    known = {promise.name for promise in PROMISES} | {sentence.replace(" ", "_") for sentence in sentences()}
    assert set(quality_of(load(kind)).degraded) <= known


@pytest.mark.parametrize("kind", kinds())
def test_every_option_of_an_adapter_has_a_description(kind: str) -> None:
    struct = inspect.type_info(load(kind).options)
    assert isinstance(struct, inspect.StructType)
    bare = [
        field.name
        for field in struct.fields
        if not (isinstance(field.type, inspect.Metadata) and (field.type.extra_json_schema or {}).get("description"))
    ]
    assert not bare, f"options without a description: {bare}"


def test_promises_and_properties_have_names_of_their_own() -> None:
    names = [promise.sentence for promise in PROMISES] + sentences()
    assert len(names) == len(set(names))
