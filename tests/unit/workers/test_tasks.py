"""Is there nothing in a task's arguments that Flower, Redis or a log must not show?"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from workers.schedule import SCHEDULE

TREE = ast.parse((Path(__file__).resolve().parents[3] / "workers/tasks.py").read_text(encoding="utf-8"))
TASKS = [node for node in TREE.body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_takes_numbers_of_rows_and_nothing_else(task: ast.FunctionDef) -> None:
    assert {ast.unparse(one.annotation) for one in task.args.args if one.annotation} <= {"int"}
    assert all(one.annotation for one in task.args.args)
    assert (task.args.vararg, task.args.kwarg, task.args.kwonlyargs) == (None, None, [])


def test_what_beat_sends_has_no_arguments() -> None:
    assert [name for name, entry in SCHEDULE.items() if {"args", "kwargs"} & entry.keys()] == []
