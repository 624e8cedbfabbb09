"""Can a person say who is who from a shell, see it before, and take it back?"""

from __future__ import annotations

import pytest

from syncd.domain.contractor import Address, Contractor
from tests.integration.cli.conftest import Shell

ADDRESS = Address(street="Długa 1", city="Kraków", postal_code="30-001", country="PL")


def part_sides(shell: Shell) -> None:
    """Let nobody be made at the other side by himself."""
    text = shell.file.read_text(encoding="utf-8")
    shell.file.write_text(text + "registrations = false\nonly_groups = ['VIP']\n", encoding="utf-8")


@pytest.fixture
def two(shell: Shell) -> Shell:
    """A firm of the ERP, and a shop customer of the same name who shares no key with it."""
    part_sides(shell)
    firm = Contractor(name="Przetwórnia Kowalscy sp. z o.o.", number="KH1", country="PL", addresses=(ADDRESS,))
    shell.erp.add(firm)
    shell.run("sync", "erp", "--wait")
    shell.shop.add(Contractor(name="Przetwornia Kowalscy", country="PL", username="jan", addresses=(ADDRESS,)))
    return shell


@pytest.fixture
def duplicates(two: Shell) -> Shell:
    two.run("sync", "shop", "--wait")
    return two


def codes(shell: Shell) -> list[str]:
    return [row["code"] for row in shell.json("customers", "list")["customers"]]


def test_a_link_is_shown_made_and_taken_back(two: Shell) -> None:
    preview = two.json("match", "link", "K000001", "shop", "1", "--dry-run")["preview"]
    assert preview["fields"] == {"username": {"before": "", "after": "jan"}}
    assert two.json("customers", "show", "K1")["customer"]["fields"].get("username") is None
    run = two.json("match", "link", "K000001", "shop", "1")["linked"]["run"]
    assert two.json("customers", "show", "K1")["customer"]["fields"]["username"] == "jan"
    back = two.json("match", "undo", run)["taken_back"]
    assert (back["what"], back["restored"], len(codes(two))) == ("link", ["username"], 2)


def test_an_unlink_is_shown_and_made(two: Shell) -> None:
    two.run("match", "link", "K000001", "shop", "1")
    assert two.json("match", "unlink", "K000001", "shop", "--dry-run")["preview"]["external_id"] == "1"
    assert len(codes(two)) == 1
    done = two.json("match", "unlink", "K000001", "shop")["unlinked"]
    assert (done["record"], len(codes(two))) == ("1", 2)


def test_an_unlink_shows_first_what_becomes_of_the_status(duplicates: Shell) -> None:
    erp, shop = codes(duplicates)
    duplicates.erp.edit("1", active=False)
    duplicates.run("sync", "erp", "--wait")
    assert "status: active becomes blocked_by_erp" in duplicates.run("match", "merge", shop, erp, "--dry-run").stderr
    duplicates.run("match", "merge", shop, erp)
    told = duplicates.run("match", "unlink", shop, "erp", "--dry-run").stderr
    assert ("status: blocked_by_erp becomes active" in told, "to be told: shop" in told) == (True, True)
    preview = duplicates.json("match", "unlink", shop, "erp", "--dry-run")["preview"]
    assert preview["status"] == {"before": "blocked_by_erp", "after": "active"}
    run = duplicates.json("match", "unlink", shop, "erp")["unlinked"]["run"]
    assert duplicates.json("customers", "show", shop)["customer"]["status"] == "active"
    assert duplicates.json("match", "undo", run)["taken_back"]["restored"] == ["holds"]
    assert duplicates.json("customers", "show", shop)["customer"]["status"] == "blocked_by_erp"


def test_a_merge_is_shown_made_and_taken_back_and_the_old_code_still_leads_somewhere(duplicates: Shell) -> None:
    kept, gone = codes(duplicates)
    preview = duplicates.json("match", "merge", kept, gone, "--dry-run")["preview"]
    assert {one["field"]: one["fate"] for one in preview["fields"]} == {
        "name": "conflict",
        "number": "kept",
        "username": "taken",
    }
    assert duplicates.rows("match", "merge", kept, gone, "--dry-run")[0]["after"] == "Przetwórnia Kowalscy sp. z o.o."
    run = duplicates.json("match", "merge", kept, gone)["merged"]["run"]
    assert codes(duplicates) == [kept]
    shown = duplicates.run("customers", "show", gone)
    assert (shown.exit_code, f"{gone} became part of {kept}" in shown.stderr) == (2, True)
    back = duplicates.run("match", "undo", run)
    assert (back.exit_code, codes(duplicates)) == (0, [kept, gone])


def test_those_who_look_alike_are_listed_with_what_helps(duplicates: Shell) -> None:
    kept, gone = codes(duplicates)
    (row,) = duplicates.rows("match", "suggest", "shop")
    assert (row["customer"], row["other"], row["what helps"]) == (kept, gone, f"syncd match merge {kept} {gone}")
    assert duplicates.json("match", "suggest", "erp")["suggestions"][0]["score"] >= 80


def test_a_suggestion_is_rejected_and_that_is_taken_back(duplicates: Shell) -> None:
    kept, gone = codes(duplicates)
    assert duplicates.json("match", "reject", kept, gone)["rejected"]["same"] is False
    assert duplicates.json("match", "suggest", "shop")["suggestions"] == []
    assert duplicates.run("match", "reject", kept, "1", "--at", "shop").exit_code == 2
    assert duplicates.run("match", "reject", kept, gone, "--again").exit_code == 0
    assert len(duplicates.json("match", "suggest", "shop")["suggestions"]) == 1


def test_what_an_undo_would_do_is_shown_first(duplicates: Shell) -> None:
    kept, gone = codes(duplicates)
    run = duplicates.json("match", "merge", kept, gone)["merged"]["run"]
    told = duplicates.json("match", "undo", run, "--dry-run")["taken_back"]
    assert (told["run"], told["what"], codes(duplicates)) == (None, "merge", [kept])


def test_an_answer_to_a_question_is_carried_out_at_once(shell: Shell) -> None:
    part_sides(shell)
    for number in ("A1", "A2"):
        shell.erp.add(Contractor(name=f"Firma {number}", number=number, email="wspolny@firma.example", country="PL"))
    shell.run("sync", "erp", "--wait")
    shell.shop.add(Contractor(name="Firma A2", email="wspolny@firma.example", country="PL"))
    shell.run("sync", "shop", "--wait")
    (issue,) = shell.json("attention", "list", "--code", "ambiguous", "--connection", "shop")["issues"]
    result = shell.json("attention", "answer", issue["id"], "link:1")
    assert (result["issue"]["state"], result["answer"]["values"]) == ("resolved", {"contractor": "K000002"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("match", "merge", "K1", "K1"), "K000001 is one customer, not two"),
        (("match", "merge", "K1", "nobody"), "'nobody' is no customer code"),
        (("match", "link", "K1", "nowhere", "1"), "there is no connection 'nowhere'"),
        (("match", "unlink", "K1", "shop"), "K000001 has no record at shop"),
        (("match", "undo", "99"), "there is no run 99"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_what_cannot_be_done_is_wrong_usage_with_a_reason(two: Shell, words: tuple[str, ...], said: str) -> None:
    result = two.run(*words)
    assert (result.exit_code, said in result.stderr) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "{}", "--offline"),
        ("customers", "block", "{}"),
        ("customers", "sync", "{}"),
        ("customers", "group", "add", "Fair", "{}"),
        ("countries", "settle", "{}", "DE"),
        ("erase", "{}", "--dry-run"),
        ("erase", "batch", "{}"),
        ("sync", "erp", "--customer", "{}"),
    ],
)
def test_every_command_says_where_the_customer_of_an_old_code_is(duplicates: Shell, words: tuple[str, ...]) -> None:
    kept, gone = codes(duplicates)
    run = duplicates.json("match", "merge", kept, gone)["merged"]["run"]
    told = duplicates.run(*(word.format(gone) for word in words))
    assert (told.exit_code, f"{gone} became part of {kept}" in told.stderr) == (2, True), told.output
    assert f"`syncd match undo {run}` takes the merge back" in told.stderr


def test_a_merge_that_was_erased_is_not_said_to_be_taken_back(duplicates: Shell) -> None:
    kept, gone = codes(duplicates)
    duplicates.run("match", "merge", kept, gone)
    assert duplicates.run("erase", kept, "--yes-i-mean", kept).exit_code in {0, 3}
    told = duplicates.run("erase", gone, "--dry-run").stderr
    assert (f"{gone} became part of {kept}" in told, "match undo" in told) == (True, False)


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
def test_nothing_is_taken_back_of_somebody_who_was_erased(duplicates: Shell, dry_run: tuple[str, ...]) -> None:
    kept, gone = codes(duplicates)
    unlinked = duplicates.json("match", "unlink", kept, "erp")["unlinked"]["run"]
    merged = duplicates.json("match", "merge", kept, gone)["merged"]["run"]
    duplicates.run("erase", kept, "--yes-i-mean", kept)
    for run in (unlinked, merged):
        told = duplicates.run("match", "undo", run, *dry_run)
        assert (told.exit_code, f"{kept} is erased" in told.stderr) == (2, True), told.output
