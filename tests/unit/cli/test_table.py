"""Can a table be read on any terminal?"""

from __future__ import annotations

import click
import pytest

from syncd.cli.table import show

COLUMNS = ("id", "connection", "since", "what is wrong")
ROWS = [
    ["7", "optima-main", "2026-02-28 23:59:59", "the name is empty"],
    ["12", "sklep", "-", "Przedsiębiorstwo Wielobranżowe 🏭 " * 3 + "https://shop.example/" + "x" * 60],
]


def shown(wide: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(wide))
    show(COLUMNS, [[(text, "") for text in row] for row in ROWS], color=False)
    return [click.unstyle(line).rstrip() for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("wide", [30, 60, 80, 400])
def test_nothing_is_cut_and_no_line_is_too_long(
    wide: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shown(wide, monkeypatch, capsys)
    assert max(map(len, lines)) <= wide
    told = "".join("".join(lines).split())
    assert "…" not in told
    for word in ("optima-main", "2026-02-28", "23:59:59", "empty", "Wielobranżowe", "🏭"):
        assert word in told
    assert told.count("x") >= 60


def test_where_there_is_room_a_row_is_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    head, first, *_ = shown(400, monkeypatch, capsys)
    assert head.split() == ["id", "connection", "since", "what", "is", "wrong"]
    assert first.split() == ["7", "optima-main", "2026-02-28", "23:59:59", "the", "name", "is", "empty"]


def test_where_there_is_none_it_is_a_paragraph_of_what_is_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shown(30, monkeypatch, capsys)
    between = lines.index("")
    assert [line.split()[0] for line in lines[: between - 1]][:3] == ["id", "connection", "since"]
    assert not any(line.startswith("since") for line in lines[between:])
