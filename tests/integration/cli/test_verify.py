"""Does the certificate say what differs, and lead to a plan that settles it?"""

from __future__ import annotations

from tests.integration.cli.conftest import Shell


def synced(shell: Shell) -> str:
    """Three customers that agree; answers the shop's name of the first."""
    shell.fill(3)
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    assert shell.run("sync", "shop", "--wait").exit_code == 0
    return next(iter(shell.shop.holds()))


def test_sides_that_agree_get_a_certificate(shell: Shell) -> None:
    synced(shell)
    shop, erp = shell.json("verify", "shop")["sides"]
    assert [(one["connection"], one["compared"], one["agree"]) for one in (shop, erp)] == [
        ("shop", 3, 3),
        ("erp", 3, 3),
    ]
    assert shop["expected"] == shop["stated"]
    assert [row["agree"] for row in shell.json("verify", "shop", "--last")["certificates"]] == [3, 3]


def test_a_difference_ends_with_its_own_exit_code_and_a_plan_settles_it(shell: Shell) -> None:
    changed = synced(shell)
    shell.shop.edit(changed, email="inna@firma.example")
    result = shell.run("verify", "shop")
    assert result.exit_code == 3
    assert "2 of 3 agree; 1 differ: 1 edited_there" in result.stderr
    told = shell.json("verify", "shop", "--repair", code=3)
    (plan,) = told["repair"]["shop"]
    assert told["repair"]["erp"] == []
    assert shell.run("plan", "apply", plan, "--yes").exit_code == 0
    assert shell.run("verify", "shop").exit_code == 0


def test_a_certificate_of_the_past_cannot_be_repaired(shell: Shell) -> None:
    assert shell.run("verify", "shop", "--last", "--repair").exit_code == 2


def test_the_status_tells_when_each_side_was_last_verified(shell: Shell) -> None:
    synced(shell)
    shell.run("verify", "shop")
    assert {row["connection"]: row["agree"] for row in shell.json("status")["certificates"]} == {"erp": 3, "shop": 3}
    assert "shop: 3 of 3 agree" in shell.run("status").stderr


def test_metrics_are_printed_as_they_are(shell: Shell) -> None:
    synced(shell)
    text = shell.run("metrics").stdout
    assert 'syncd_pushes_due{connection="shop"} 0\n' in text
    assert 'syncd_freshness_seconds{connection="shop",quantile="0.95"}' in text
