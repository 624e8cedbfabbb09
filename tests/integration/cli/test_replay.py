"""Can the records of a run be looked at under other rules?"""

from __future__ import annotations

from pathlib import Path

from tests.integration.cli.conftest import Shell

RULES = """
[[routes]]
erp = "erp"
shop = "shop"
group_rules = [{match = "equals", pattern = "Hurt", target = "VIP"}]
"""


def renamed(shell: Shell) -> int:
    """Let a run change a customer that is in a group; answer the run."""
    (id_,) = shell.fill(1)
    shell.run("sync", "erp", "--wait")
    shell.erp.edit(id_, name="Nowa", groups=("Hurt",))
    run: int = shell.json("sync", "erp", "--wait")["run"]
    return run


def test_under_the_rules_in_force_everything_is_the_same(shell: Shell) -> None:
    told = shell.json("replay", renamed(shell))
    assert (told["totals"]["records"], told["totals"]["differ"], told["changes"]) == (1, 0, [])


def test_a_file_of_group_rules_is_looked_at_and_not_taken_over(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    told = shell.json(
        "replay", renamed(shell), "--mapping", str(tmp_path / "rules.toml"), "--detailed-exitcode", code=10
    )
    (change,) = told["changes"]
    assert change["sides"] == [
        {"connection": "shop", "belongs": [True, True], "fields": {"groups": {"before": ["Hurt"], "after": ["VIP"]}}}
    ]
    assert shell.json("groups", "export")["toml"].count("VIP") == 0


def test_another_configuration_is_looked_at(shell: Shell, tmp_path: Path) -> None:
    run = renamed(shell)
    other = shell.file.read_text(encoding="utf-8").replace('side = "erp"', 'side = "erp"\nfields = ["number"]')
    (tmp_path / "other.toml").write_text(other, encoding="utf-8")
    (change,) = shell.json("replay", run, "--mapping", str(tmp_path / "other.toml"))["changes"]
    assert (sorted(change["did"]["fields"]), sorted(change["would"]["fields"])) == (["groups", "name"], ["name"])


def test_a_pipe_gets_one_line_for_each_record_that_differs(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    (row,) = shell.rows("replay", renamed(shell), "--mapping", str(tmp_path / "rules.toml"), "--as-of", "now")
    assert row["otherwise"] == 'shop groups: ["Hurt"] / ["VIP"]'


def test_a_run_that_is_not_there_and_a_file_without_rules_are_wrong_usage(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text("home = 1", encoding="utf-8")
    assert shell.run("replay", 99).exit_code == 2
    assert shell.run("replay", renamed(shell), "--mapping", str(tmp_path / "rules.toml")).exit_code == 2
