"""Does a cursor lead back to where a read of files was, and is another platform's refused?"""

from __future__ import annotations

import pytest

from syncd.errors import Misconfigured
from syncd.folder.position import Position, cursor_of, position_of


@pytest.mark.parametrize(("cursor", "at"), [(None, None), ("17", Position(17)), ("17.500", Position(17, 500))])
def test_a_cursor_is_a_position_and_back(cursor: str | None, at: Position | None) -> None:
    assert (position_of(cursor), cursor_of(at)) == (at, cursor)


@pytest.mark.parametrize("cursor", ["", "x", "17.x", "-1", "²", "2026-03-01T08:00:00Z", "tracking:7"])
def test_what_is_no_cursor_of_files_is_refused(cursor: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        position_of(cursor)
    assert (caught.value.code, caught.value.cure) == ("bad-cursor", "Run a full read.")
