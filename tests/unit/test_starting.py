"""Is garbage left alone while a program is imported, and looked for afterwards as before?"""

from __future__ import annotations

import gc

import pytest

from syncd.starting import not_collecting


def test_garbage_is_left_alone_meanwhile_and_looked_for_afterwards() -> None:
    with not_collecting():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_is_looked_for_after_a_start_that_failed() -> None:
    with pytest.raises(ImportError), not_collecting():
        raise ImportError
    assert gc.isenabled()


def test_who_looks_for_none_at_all_is_not_made_to() -> None:
    gc.disable()
    try:
        with not_collecting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
