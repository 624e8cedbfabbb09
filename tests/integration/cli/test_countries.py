"""Can an admin say what a stated country means, and does it count?"""

from __future__ import annotations

from sqlalchemy import create_engine, select

from syncd.domain.contractor import Contractor
from syncd.registry.tables import Audit
from tests.integration.cli.conftest import Shell


def audited(shell: Shell) -> list[tuple[str, str]]:
    with create_engine(f"sqlite:///{shell.file.parent / 'syncd.db'}").connect() as connection:
        return [(row[0], row[1]) for row in connection.execute(select(Audit.action, Audit.subject).order_by(Audit.id))]


def test_a_mapped_name_is_listed_with_who_said_so(shell: Shell) -> None:
    assert shell.json("countries", "map", "Zjedn. Król.", "gb") == {
        "version": 1,
        "stated": "Zjedn. Król.",
        "country": "GB",
    }
    (name,) = shell.json("countries", "list")["names"]
    assert (name["stated"], name["country"]) == ("Zjedn. Król.", "GB")
    assert name["by"].startswith("cli:")
    assert audited(shell) == [("map-country", "country name Zjedn. Król.")]


def test_all_spellings_are_one_name_and_the_last_word_counts(shell: Shell) -> None:
    shell.run("countries", "map", "Zjedn. Król.", "GB")
    shell.run("countries", "map", "ZJEDN KROL", "IE")
    assert [row["country"] for row in shell.rows("countries", "list")] == ["IE"]


def test_an_unmapped_name_is_gone_and_audited(shell: Shell) -> None:
    shell.run("countries", "map", "X-Land", "GB")
    assert shell.run("countries", "unmap", "x land").exit_code == 0
    assert shell.json("countries", "list")["names"] == []
    assert [action for action, _ in audited(shell)] == ["map-country", "unmap-country"]
    assert shell.run("countries", "unmap", "x land").exit_code == 2


def test_a_shop_serves_a_country_by_a_word_that_is_listed_and_taken_back(shell: Shell) -> None:
    assert shell.run("countries", "serve", "shop", "CH").exit_code == 2
    text = shell.file.read_text(encoding="utf-8")
    shell.file.write_text(text.replace('side = "shop"', 'side = "shop"\nserved = ["PL"]'), encoding="utf-8")
    assert shell.json("countries", "serve", "shop", "Szwajcaria") | {"version": 0} == {
        "version": 0,
        "shop": "shop",
        "country": "CH",
        "serves": True,
    }
    assert [(one["shop"], one["country"]) for one in shell.json("countries", "list")["served"]] == [("shop", "CH")]
    assert shell.run("countries", "unserve", "shop", "CH").exit_code == 0
    assert shell.run("countries", "unserve", "shop", "CH").exit_code == 2
    assert [action for action, _ in audited(shell)] == ["serve-country", "unserve-country"]


def test_what_cannot_be_mapped_is_refused_with_a_cure(shell: Shell) -> None:
    for stated, country in (("X-Land", "QQ"), ("PL", "DE"), ("?", "DE")):
        result = shell.run("countries", "map", stated, country)
        assert result.exit_code == 2
        assert "error: " in result.stderr
    assert shell.json("countries", "list")["names"] == []


def test_an_answer_to_an_issue_maps_the_name_for_everybody(shell: Shell) -> None:
    for number in "AB":
        shell.erp.add(Contractor(name=f"Firma {number}", number=number, country="Szkoszja"))
    shell.run("sync", "erp", "--wait")
    first, _ = shell.json("attention", "list", "--code", "country-unknown")["issues"]
    assert shell.run("attention", "answer", first["id"], "map-country:1").exit_code == 0
    shell.run("reverify", "erp")
    assert shell.json("attention", "list")["issues"] == []
    assert {row["zone"] for row in shell.json("customers", "list")["customers"]} == {"extra_eu"}
    assert {one.contractor.country for one in shell.shop.holds().values()} <= {"GB", ""}
