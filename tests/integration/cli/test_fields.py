"""Can an admin see and change who may change what, and set a field of a customer?"""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.domain.policy import RULES
from tests.integration.cli.conftest import Shell


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell.fill(1)
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    return shell


def test_every_field_has_a_rule_and_what_differs_is_marked(shell: Shell) -> None:
    assert shell.run("fields", "set", "website", "--edit", "always", "--forbidden", "leave").exit_code == 0
    rows = {row["field"]: row for row in shell.rows("fields", "list")}
    assert set(rows) == set(RULES)
    assert (rows["website"]["shop's edit counts"], rows["website"]["changed"]) == ("always", "edit, forbidden")
    (only,) = shell.json("fields", "list", "--changed")["fields"]
    assert (only["field"], only["by"].startswith("cli:")) == ("website", True)


def test_a_reset_rule_is_the_default_again(shell: Shell) -> None:
    assert shell.json("fields", "set", "website", "--owner", "shop", "--shop", "shop")["fields"][0]["owner"] == "shop"
    assert shell.json("fields", "reset", "website", "--shop", "shop")["fields"][0]["changed"] == []
    assert shell.json("fields", "list", "--changed")["fields"] == []


def test_exported_rules_can_be_imported(shell: Shell, tmp_path: Path) -> None:
    shell.run("fields", "set", "name", "--edit", "domestic,intra_eu", "--empty", "clears")
    file = tmp_path / "fields.toml"
    file.write_text(shell.run("fields", "export").stdout, encoding="utf-8")
    shell.run("fields", "reset", "name")
    assert shell.run("fields", "import", str(file)).exit_code == 0
    (row,) = shell.json("fields", "list", "--changed")["fields"]
    assert (row["edit"], row["empty"]) == ("domestic,intra_eu", "clears")


def test_a_file_that_is_no_text_is_wrong_usage(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "fields.toml"
    file.write_bytes(b"\xff\xfe")
    result = shell.run("fields", "import", str(file))
    assert (result.exit_code, "cannot be read as text" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        ("nmae", "--edit", "never"),
        ("active", "--edit", "never"),
        ("name", "--edit", "sometimes"),
        ("name", "--edit", "never", "--shop", "erp"),
        ("name", "--edit", "never", "--shop", "nowhere"),
        ("name",),
    ],
)
def test_a_rule_that_cannot_be_is_wrong_usage(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell.run("fields", "set", *words).exit_code == 2
    assert shell.json("fields", "list", "--changed")["fields"] == []


def test_a_field_that_an_admin_sets_reaches_the_sides(filled: Shell) -> None:
    assert filled.run("customers", "set", "K000001", "website", "https://a.example").exit_code == 0
    filled.run("sync", "erp", "--wait")
    for side in (filled.erp, filled.shop):
        (remote,) = side.holds().values()
        assert remote.contractor.website == "https://a.example"


def test_who_sets_what_an_erp_is_not_sent_is_warned(filled: Shell) -> None:
    result = filled.run("customers", "set", "K000001", "payment_days", "30")
    assert (result.exit_code, "erp is not sent payment_days" in result.stderr) == (0, True)


@pytest.mark.parametrize(
    ("field", "value"), [("payment_days", "soon"), ("active", "true"), ("nmae", "x"), ("phones", "600"), ("name", " ")]
)
def test_a_value_that_cannot_be_is_wrong_usage(filled: Shell, field: str, value: str) -> None:
    before = filled.json("customers", "show", "K000001")["customer"]["fields"]
    assert filled.run("customers", "set", "K000001", field, value).exit_code == 2
    assert filled.json("customers", "show", "K000001")["customer"]["fields"] == before
