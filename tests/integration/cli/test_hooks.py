"""Can an admin give a platform an address, take it away, and change the key that keeps it?"""

from __future__ import annotations

import pytest

from tests.integration.cli.conftest import Shell

SHOP = """
[connections.insales]
kind = "insales"
options.url = "https://shop.example"
options.login = "syncd"
options.password_file = "password"
"""


@pytest.fixture
def with_shop(shell: Shell) -> Shell:
    (shell.file.parent / "password").write_text("secret", encoding="utf-8")
    shell.file.write_text(shell.file.read_text(encoding="utf-8") + SHOP, encoding="utf-8")
    return shell


def test_an_address_is_made_shown_again_replaced_and_removed(with_shop: Shell) -> None:
    (row,) = with_shop.rows("hooks", "list")
    assert (row["connection"], row["signed"], row["made at"]) == ("insales", "no", "")
    made = with_shop.json("hooks", "make", "insales")
    assert made["url"].startswith("http://127.0.0.1:8711/hooks/insales/")
    assert (made["key"], made["topics"]) == (None, ["client/create", "client/update"])
    assert with_shop.json("hooks", "make", "insales")["url"] == made["url"]
    assert made["url"] not in with_shop.run("hooks", "list", "--json").output
    assert with_shop.json("hooks", "make", "insales", "--new")["url"] != made["url"]
    with_shop.json("hooks", "remove", "insales")
    assert with_shop.run("hooks", "remove", "insales").exit_code == 2
    assert with_shop.run("hooks", "make", "erp").exit_code == 7


def test_the_key_is_replaced_and_what_it_kept_stays(with_shop: Shell) -> None:
    made = with_shop.json("hooks", "make", "insales")
    file = with_shop.file.parent / "secrets.key"
    before = file.read_text(encoding="ascii")
    assert with_shop.json("secrets", "rotate") == {"version": 1, "secrets": 1}
    after = file.read_text(encoding="ascii")
    assert before.strip() not in after
    assert with_shop.json("hooks", "make", "insales") == made
    file.write_text(before, encoding="ascii")
    assert with_shop.run("hooks", "make", "insales").exit_code == 7


def test_a_key_of_the_environment_is_rotated_with_the_new_one_in_front(with_shop: Shell) -> None:
    old, new = (with_shop.json("secrets", "key")["key"] for _ in range(2))
    with_shop.environ["SYNCD_SECRETS_KEY"] = old
    made = with_shop.json("hooks", "make", "insales")
    with_shop.environ["SYNCD_SECRETS_KEY"] = f"{new},{old}"
    with_shop.json("secrets", "rotate")
    with_shop.environ["SYNCD_SECRETS_KEY"] = new
    assert with_shop.json("hooks", "make", "insales") == made
    assert not (with_shop.file.parent / "secrets.key").exists()
    assert new not in with_shop.run("config", "show", "--json").output
