"""Can a customer be found, and does it tell how it stands and what happened?"""

from __future__ import annotations

import pytest

from syncd.domain.contractor import Contractor
from tests.integration.cli.conftest import NAMES, Shell


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell.fill()
    shell.erp.add(
        Contractor(name="Éclair", number="KH9", tax_id="5260250274", email="Biuro@Eclair.example", groups=("VIP",))
    )
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    return shell


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("lodz", NAMES[0]),
        ("ŁÓDŹ-bud", NAMES[0]),
        ("żubr", NAMES[1]),
        ("ZUBR", NAMES[1]),
        ("северсталь", NAMES[2]),
        ("СЕВЕР", NAMES[2]),
        ("eclair", "Éclair"),
        ("KH9", "Éclair"),
        ("5260250274", "Éclair"),
        ("biuro@eclair.example", "Éclair"),
        ("K000004", "Éclair"),
    ],
)
def test_a_customer_is_found_in_any_spelling_and_by_each_key(filled: Shell, search: str, name: str) -> None:
    assert [row["name"] for row in filled.json("customers", "list", search)["customers"]] == [name]


def test_customers_can_be_narrowed_and_paged(filled: Shell) -> None:
    def codes(*words: str) -> list[str]:
        return [row["code"] for row in filled.json("customers", "list", *words)["customers"]]

    assert codes("--group", "VIP") == ["K000004"]
    assert codes("--zone", "unresolved") == ["K000004"]
    assert codes("--zone", "domestic", "--limit", "2") == ["K000001", "K000002"]
    assert codes("--after", "K000002", "--connection", "shop") == ["K000003", "K000004"]
    assert codes("--status", "blocked_by_erp") == []


def test_a_customer_tells_how_it_stands_on_each_side(filled: Shell) -> None:
    customer = filled.json("customers", "show", "k4")["customer"]
    assert customer["code"] == "K000004"
    assert customer["fields"]["email"] == "Biuro@Eclair.example"
    assert [(side["connection"], side["settled"]) for side in customer["sides"]] == [("erp", True), ("shop", True)]


def test_history_names_cause_before_and_after(filled: Shell) -> None:
    filled.erp.edit("1", name="Nowa Nazwa")
    filled.run("sync", "erp", "--wait")
    events = filled.json("customers", "history", "K000001")["events"]
    assert [(event["kind"], event["connection"], event["action"]) for event in events] == [
        ("delivery", "shop", "update"),
        ("change", "erp", "update"),
        ("delivery", "shop", "create"),
        ("change", "erp", "create"),
    ]
    assert events[1]["fields"] == {"name": {"before": NAMES[0], "after": "Nowa Nazwa"}}
    assert events[1]["asked_by"].startswith("cli:")


@pytest.mark.parametrize("command", ["show", "history"])
def test_an_unknown_customer_is_wrong_usage(shell: Shell, command: str) -> None:
    assert shell.run("customers", command, "K000099").exit_code == 2
    assert shell.run("customers", command, "nobody").exit_code == 2


def test_a_name_cannot_drive_the_terminal(shell: Shell) -> None:
    shell.erp.add(Contractor(name="Red \x1b[31m\tTab", number="X", country="PL"))
    shell.run("sync", "erp", "--wait")
    result = shell.run("customers", "list")
    assert "\x1b" not in result.stdout
    assert "Red \\x1b[31m\\x09Tab" in result.stdout


def test_a_customer_is_named_by_its_number_or_its_id_at_a_side_as_well(filled: Shell) -> None:
    told = filled.json("explain", "KH9", "--offline")["explanation"]
    assert told["code"] == "K000004"
    assert filled.json("customers", "history", "KH9")["code"] == "K000004"


def test_digits_are_whoever_has_them_as_number_id_or_code_and_nobody_where_that_is_more_than_one(filled: Shell) -> None:
    filled.erp.add(Contractor(name="Siódmy", number="77"))
    filled.erp.add(Contractor(name="Trzeci", number="0003"))
    assert filled.run("sync", "erp", "--wait").exit_code == 0
    assert filled.json("customers", "show", "77")["customer"]["name"] == "Siódmy"
    other = filled.json("customers", "list", "Trzeci")["customers"][0]["code"]
    told = filled.run("explain", "0003", "--offline")
    assert (told.exit_code, f"K000003, {other}" in told.stderr) == (2, True)


def test_whoever_is_acted_on_is_not_named_by_digits(filled: Shell) -> None:
    filled.erp.add(Contractor(name="Trzeci", number="3"))
    assert filled.run("sync", "erp", "--wait").exit_code == 0
    for command in (("customers", "hold", "3"), ("attention", "list", "--customer", "3")):
        told = filled.run(*command)
        assert (told.exit_code, "syncd customers list 3" in told.stderr) == (2, True)


def test_a_number_of_two_customers_names_neither_of_them(filled: Shell) -> None:
    assert filled.run("customers", "set", "K000002", "number", "KH9").exit_code == 0
    told = filled.run("explain", "KH9", "--offline")
    assert (told.exit_code, "K000002, K000004" in told.stderr) == (2, True)


def test_a_name_that_nobody_has_tells_where_to_look(filled: Shell) -> None:
    told = filled.run("explain", "KH77", "--offline")
    assert (told.exit_code, "syncd customers list KH77" in told.stderr) == (2, True)
    assert "syncd customers list KH9" in filled.run("match", "merge", "KH9", "K000001").stderr


def test_a_record_that_could_not_be_read_is_an_issue_of_its_customer(filled: Shell) -> None:
    filled.erp.spoil("1")
    assert filled.run("sync", "erp", "--wait").exit_code == 3
    told = filled.json("explain", "K000001", "--offline")["explanation"]
    assert [issue["external_id"] for issue in told["issues"]] == ["1"]
    assert len(filled.json("attention", "list", "--customer", "K000001")["issues"]) == 1
    assert filled.json("attention", "list", "--customer", "K000002")["issues"] == []


def test_a_country_that_there_is_none_of_is_not_set(filled: Shell) -> None:
    told = filled.run("customers", "set", "K000001", "country", "Mars")
    assert (told.exit_code, "'Mars' is no country" in told.stderr) == (2, True)
    assert filled.json("customers", "show", "K000001")["customer"]["fields"]["country"] == "PL"
    assert filled.run("countries", "map", "Mars", "FR").exit_code == 0
    assert filled.run("customers", "set", "K000001", "country", "mars").exit_code == 0
    assert filled.json("customers", "show", "K000001")["customer"]["fields"]["country"] == "FR"


def test_an_explanation_of_one_field_is_of_that_field_as_json_too(filled: Shell) -> None:
    told = filled.json("explain", "K000001", "--offline", "--field", "name")["explanation"]
    assert [story["field"] for story in told["fields"]] == ["name"]
    assert filled.json("explain", "K000001", "--offline", "--field", "website")["explanation"]["fields"] == []
    refused = filled.run("explain", "K000001", "--offline", "--field", "phone")
    assert (refused.exit_code, "there is no field 'phone'" in refused.stderr) == (2, True)
