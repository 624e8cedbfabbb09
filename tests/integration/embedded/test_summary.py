"""Can a person read what one cycle brought?"""

from __future__ import annotations

import io

from rich.console import Console

from syncd.embedded.summary import Compared, OfConnection, OfIssue, Summary, print_summary

COUNTS = dict.fromkeys(
    "read created linked updated blocked unblocked set_back released unchanged failed".split(), 0
)  # fmt: skip


def shown(names: list[str], routes: list[tuple[str, str]], *, width: int = 80) -> list[str]:
    connections = {
        name: OfConnection(
            kind="bridge",
            side="erp",
            counts=COUNTS | {"read": 7},
            pushed={},
            verified=0,
            compared=Compared(compared=7, excused=0, differences=0, examples=[]),
            problem=None,
        )
        for name in names
    }
    issues = {"group-twins": OfIssue(count=1, message="two groups", cure="Merge them.", examples=[])}
    out = io.StringIO()
    summary = Summary(agree=True, connections=connections, issues=issues, seconds=1.0)
    print_summary(summary, Console(file=out, width=width), routes)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def heads(lines: list[str]) -> list[list[str]]:
    """Names of the connections in each line that has some."""
    return [line.replace(" (bridge)", "").split() for line in lines if "(bridge)" in line]


def test_two_sides_stand_beside_each_other() -> None:
    lines = shown(["erp", "shop"], [("erp", "shop")])
    assert heads(lines) == [["erp", "shop"]]
    assert "Both sides agree: yes (14 records read in full and compared)" in lines


def test_what_feeds_each_other_is_shown_together_and_in_any_terminal() -> None:
    lines = shown(["a", "shop-a", "b", "shop-b"], [("a", "shop-a"), ("b", "shop-b")], width=60)
    assert heads(lines) == [["a", "shop-a"], ["b", "shop-b"]]
    assert "All sides agree: yes (28 records read in full and compared)" in lines


def test_one_shop_of_two_erps_is_shown_once() -> None:
    lines = shown(["a", "b", "shop"], [("a", "shop"), ("b", "shop")])
    assert heads(lines) == [["a", "b", "shop"]]


def test_a_connection_without_a_route_is_shown_too() -> None:
    assert heads(shown(["a", "b"], [], width=40)) == [["a"], ["b"]]


def test_an_issue_about_a_group_names_nobody() -> None:
    assert any(line.startswith("1") and line.endswith("Merge them.") for line in shown(["a"], []))
