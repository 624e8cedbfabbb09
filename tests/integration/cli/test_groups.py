"""Can groups be seen, mapped, looked at beforehand, carried away and brought back from the command line?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syncd.domain.contractor import Contractor
from tests.integration.cli.conftest import Shell

ROUTE = ("erp", "shop")
HEAD = '[[routes]]\nerp = "erp"\nshop = "shop"\n'


@pytest.fixture
def grouped(shell: Shell) -> Shell:
    """Three customers in two groups, at both sides."""
    for number, groups in enumerate([("Hurt",), ("Hurt", "VIP"), ("VIP",)], start=1):
        shell.erp.add(Contractor(name=f"Firma {number}", number=f"KH{number}", country="PL", groups=groups))
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    return shell


def at_shop(shell: Shell) -> list[tuple[str, ...]]:
    customers = sorted((remote.contractor for remote in shell.shop.holds().values()), key=lambda one: one.number)
    return [customer.groups for customer in customers]


def rules(shell: Shell) -> list[tuple[Any, ...]]:
    (route,) = shell.json("groups", "rules", *ROUTE)["routes"]
    return [(one["position"], one["match"], one["pattern"], one["target"], one["priority"]) for one in route["rules"]]


def test_groups_are_listed_with_members_and_what_the_shop_calls_them(grouped: Shell) -> None:
    grouped.run("groups", "map", *ROUTE, "--equals", "Hurt", "--to", "B2B")
    grouped.run("groups", "map", *ROUTE, "--contains", "vip", "--to", "")
    grouped.run("groups", "label", "Hurt", "Wholesale")
    grouped.run("groups", "color", "Hurt", "#206BC4")
    assert grouped.rows("groups", "list") == [
        {"name": "Hurt", "from": "erp", "members": "2", "at shop": "B2B", "label": "Wholesale", "color": "#206bc4"},
        {"name": "VIP", "from": "erp", "members": "2", "at shop": "(left out)", "label": "", "color": ""},
    ]


def test_a_rule_says_whom_it_concerns_and_moves_nobody_by_itself(grouped: Shell) -> None:
    result = grouped.run("groups", "map", *ROUTE, "--equals", "Hurt", "--to", "B2B")
    assert result.stdout.splitlines() == [
        "group at shop\tmembers\tjoin\tleave\twho joins\twho leaves",
        "B2B\t0\t2\t0\tK000001, K000002\t",
        "Hurt\t2\t0\t2\t\tK000001, K000002",
    ]
    assert "2 of 3 customers with groups change at shop: K000001, K000002" in result.stderr
    assert "nobody has been moved yet: `syncd reverify erp` and `syncd reverify shop` do it" in result.stderr
    assert at_shop(grouped) == [("Hurt",), ("Hurt", "VIP"), ("VIP",)]


def test_with_reverify_the_shop_follows_at_once(grouped: Shell) -> None:
    told = grouped.json("groups", "map", *ROUTE, "--regex", "^(H)urt", "--to", r"\1!", "--reverify", "--priority", "2")
    assert (told["effect"]["changing"], len(told["runs"])) == (2, 2)
    assert at_shop(grouped) == [("H!",), ("H!", "VIP"), ("VIP",)]
    assert rules(grouped) == [(1, "regex", "^(H)urt", r"\1!", 2)]


def test_rules_are_moved_and_removed_by_their_place(grouped: Shell) -> None:
    grouped.run("groups", "map", *ROUTE, "--equals", "Hurt", "--to", "B2B")
    grouped.run("groups", "map", *ROUTE, "--fallback", "--to", "Other")
    grouped.run("groups", "map", *ROUTE, "--equals", "VIP", "--to", "Key", "--position", "1")
    assert [rule[2] for rule in rules(grouped)] == ["VIP", "Hurt", ""]
    assert grouped.run("groups", "move", *ROUTE, 2, 1).exit_code == 0
    assert [rule[2] for rule in rules(grouped)] == ["Hurt", "VIP", ""]
    assert grouped.run("groups", "unmap", *ROUTE, 1, "--reverify").exit_code == 0
    assert [rule[2] for rule in rules(grouped)] == ["VIP", ""]
    assert at_shop(grouped) == [("Other",), ("Key", "Other"), ("Key",)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("map", *ROUTE, "--to", "B2B"), "say by one of"),
        (("map", *ROUTE, "--equals", "a", "--contains", "b", "--to", "B2B"), "say by one of"),
        (("map", *ROUTE, "--regex", "(", "--to", "B2B"), "is no regular expression"),
        (("map", *ROUTE, "--regex", "(a+)+", "--to", "B2B"), "could take too long"),
        (("map", "shop", "erp", "--equals", "a", "--to", "B2B"), "there is no route from shop to erp"),
        (("unmap", *ROUTE, 7), "none at place 7"),
        (("move", *ROUTE, 7, 1), "none at place 7"),
        (("rules", "erp"), "both ends"),
        (("label", "Nobody", "x"), "there is no group 'Nobody'"),
        (("color", "Hurt", "red"), "'red' is no colour"),
        (("preview", *ROUTE), "--add or by --file"),
        (("preview", *ROUTE, "--add", "like", "a", "b"), "no way to match"),
        (("release", "shop", "Nothing"), "no former group"),
    ],
)
def test_what_cannot_be_done_is_wrong_usage_and_names_why(grouped: Shell, words: tuple[Any, ...], said: str) -> None:
    result = grouped.run("groups", *words)
    assert (result.exit_code, said in result.stderr) == (2, True), result.output
    assert rules(grouped) == []


def test_a_preview_writes_nothing_and_calls_nobody(grouped: Shell) -> None:
    calls = len(grouped.erp.journal) + len(grouped.shop.journal)
    told = grouped.json("groups", "preview", *ROUTE, "--add", "equals", "Hurt", "B2B", "--add", "fallback", "", "")
    assert (told["looked_at"], told["changing"], told["samples"]) == (3, 3, ["K000001", "K000002", "K000003"])
    assert {one["name"]: (one["before"], one["join"], one["leave"]) for one in told["groups"]} == {
        "B2B": (0, 2, 0),
        "Hurt": (2, 0, 2),
        "VIP": (2, 0, 2),
    }
    assert rules(grouped) == []
    assert len(grouped.erp.journal) + len(grouped.shop.journal) == calls


def test_exported_rules_come_back_and_are_a_part_of_a_configuration(grouped: Shell, tmp_path: Path) -> None:
    grouped.run("groups", "map", *ROUTE, "--equals", 'Hurt "PL" \\', "--to", "B2B")
    grouped.run("groups", "map", *ROUTE, "--regex", r"^V(\w+)", "--to", r"K\1", "--priority", "-3")
    grouped.run("groups", "map", *ROUTE, "--fallback", "--to", "")
    before = rules(grouped)
    file = tmp_path / "rules.toml"
    file.write_text(grouped.run("groups", "export").stdout, encoding="utf-8")
    for place in (3, 2, 1):
        grouped.run("groups", "unmap", *ROUTE, place)
    told = grouped.json("groups", "preview", *ROUTE, "--file", str(file))
    assert told["changing"] == 3
    del told["version"]
    assert grouped.json("groups", "import", str(file), "--dry-run")["routes"] == [told]
    assert rules(grouped) == []
    assert grouped.run("groups", "import", str(file)).exit_code == 0
    assert rules(grouped) == before
    configuration = grouped.file.read_text(encoding="utf-8")
    grouped.file.write_text(
        configuration.partition("[[routes]]")[0].replace("            ", "") + file.read_text(encoding="utf-8"),
        encoding="utf-8",
    )
    assert grouped.run("config", "check").exit_code == 0
    assert "only begin a mapping" in grouped.run("config", "check").stderr


def test_an_import_adds_or_replaces(grouped: Shell, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[[routes]]\nerp = "erp"\nshop = "shop"\ngroups = { VIP = "Key" }\n', encoding="utf-8")
    grouped.run("groups", "map", *ROUTE, "--equals", "Hurt", "--to", "B2B")
    assert grouped.json("groups", "import", str(file), "--dry-run")["routes"][0]["changing"] == 2
    assert len(rules(grouped)) == 1
    grouped.run("groups", "import", str(file))
    assert [rule[2] for rule in rules(grouped)] == ["Hurt", "VIP"]
    grouped.run("groups", "import", str(file), "--replace", "--reverify")
    assert [rule[2] for rule in rules(grouped)] == ["VIP"]
    assert at_shop(grouped) == [("Hurt",), ("Hurt", "Key"), ("Key",)]


def test_a_file_means_the_same_as_an_import_as_in_the_configuration(shell: Shell, tmp_path: Path) -> None:
    twice = (
        HEAD
        + 'groups = { Hurt = "B2B" }\n'
        + "".join(
            f'[[routes.group_rules]]\nmatch = "equals"\npattern = "{name}"\ntarget = "{target}"\n'
            for name, target in (("VIP", "Key"), (" Hurt ", "Other"), ("VIP", "Last"))
        )
    )
    file = tmp_path / "rules.toml"
    file.write_text(twice, encoding="utf-8")
    configuration = shell.file.read_text(encoding="utf-8").partition("[[routes]]")[0].replace("            ", "")
    shell.file.write_text(configuration + twice, encoding="utf-8")
    seeded = rules(shell)
    assert [rule[2:4] for rule in seeded] == [("Hurt", "B2B"), ("VIP", "Key")]
    shell.run("groups", "import", str(file), "--replace")
    assert rules(shell) == seeded


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("routes = 7", "does not hold rules"),
        ("[[", "does not hold rules"),
        (
            '[[routes]]\nerp = "erp"\nshop = "shop"\n[[routes.group_rules]]\nmatch = "like"\ntarget = ""',
            "does not hold",
        ),
        ('[[routes]]\nerp = "erp"\nshop = "shop"\n[[routes.group_rules]]\nmatch = "equals"\ntarget = ""', "no pattern"),
        ('[[routes]]\nerp = "erp"\nshop = "other"\ngroups = { VIP = "Key" }', "no route from erp to other"),
    ],
)
def test_a_file_that_is_wrong_changes_nothing(grouped: Shell, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(text, encoding="utf-8")
    result = grouped.run("groups", "import", str(file))
    assert (result.exit_code, said in result.stderr) == (2, True), result.output
    assert rules(grouped) == []


def test_former_groups_are_said_and_can_be_released(grouped: Shell) -> None:
    grouped.run("groups", "map", *ROUTE, "--equals", "Hurt", "--to", "B2B")
    assert "leave these groups, to which no rule leads any more: Hurt" in grouped.run("groups", "rules").stderr
    assert grouped.json("groups", "release", "shop", "Hurt")["former"] == []


def test_customers_are_put_into_a_group_of_the_admins_and_taken_out(grouped: Shell) -> None:
    told = grouped.json("customers", "group", "add", "Trade fair", "K000001", "k3")
    assert [customer["fields"]["groups"] for customer in told["customers"]] == [
        ["Hurt", "Trade fair"],
        ["Trade fair", "VIP"],
    ]
    assert at_shop(grouped) == [("Hurt", "Trade fair"), ("Hurt", "VIP"), ("Trade fair", "VIP")]
    grouped.run("sync", "erp", "--full", "--wait")
    assert [remote.contractor.groups for remote in grouped.erp.holds().values()] == [
        ("Hurt",),
        ("Hurt", "VIP"),
        ("VIP",),
    ]
    assert grouped.run("customers", "group", "remove", "Trade fair", "K000001").exit_code == 0
    assert at_shop(grouped)[0] == ("Hurt",)


def test_a_group_of_an_erp_is_not_an_admins_to_fill(grouped: Shell) -> None:
    result = grouped.run("customers", "group", "add", "Hurt", "K000003")
    assert (result.exit_code, "comes from an ERP" in result.stderr) == (2, True)


def test_an_unmapped_group_is_answered_from_the_command_line(grouped: Shell) -> None:
    with grouped.file.open("a", encoding="utf-8") as file:
        file.write('            unmapped = "issue"\n')
    grouped.run("sync", "erp", "--full", "--wait")
    issues = grouped.json("attention", "list", "--code", "group-unmapped")["issues"]
    assert [issue["details"]["group"] for issue in issues] == ["Hurt", "VIP"]
    assert grouped.run("attention", "answer", issues[0]["id"], "map-group", "--value", "B2B").exit_code == 0
    assert at_shop(grouped) == [("B2B",), ("B2B",), ()]
    assert [issue["details"]["group"] for issue in grouped.json("attention", "list")["issues"]] == ["VIP"]


def test_a_group_of_the_admins_is_made_renamed_and_deleted(grouped: Shell) -> None:
    grouped.json("groups", "create", "Trade fair", "--label", "Fair", "--color", "#206BC4")
    grouped.run("customers", "group", "add", "Trade fair", "K000001")
    told = grouped.json("groups", "rename", "Trade fair", "Fair 2026")
    assert [run["state"] for run in told["runs"]] == ["succeeded"]
    own = [one for one in grouped.json("groups", "list")["groups"] if one["origin"] == "admin"]
    assert [(one["name"], one["members"], one["label"], one["color"]) for one in own] == [
        ("Fair 2026", 1, "Fair", "#206bc4")
    ]
    assert grouped.run("groups", "delete", "Fair 2026").exit_code == 2
    assert grouped.run("groups", "delete", "Fair 2026", "--yes").exit_code == 0
    assert all(one["origin"] == "erp" for one in grouped.json("groups", "list")["groups"])
    assert grouped.run("groups", "delete", "Hurt", "--yes").exit_code == 2


@pytest.mark.parametrize(("name", "said"), [("Hurt", "comes from an ERP"), ("Nobody's", "there is no group")])
def test_a_group_that_cannot_be_deleted_is_refused_before_anybody_is_asked(
    grouped: Shell, name: str, said: str
) -> None:
    result = grouped.run("groups", "delete", name)
    assert (result.exit_code, said in result.stderr, "--yes" in result.stderr) == (2, True, False)


def test_no_group_is_made_for_a_customer_who_is_erased(grouped: Shell) -> None:
    grouped.run("erase", "K000001", "--yes-i-mean", "K000001")
    result = grouped.run("customers", "group", "add", "Trade fair", "K000001")
    assert "1 left out" in result.stdout + result.stderr
    assert all(one["origin"] == "erp" for one in grouped.json("groups", "list")["groups"])
