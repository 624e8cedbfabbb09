"""Does ``syncd up`` run a whole syncd, and end without a trace?"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from msgspec.structs import replace

from adapters.bridge.simulator import BridgeSandbox, simulate
from syncd.embedded.demo import demo_environ
from tests.fixtures.daemon import customer, wait_until
from tests.fixtures.trusted import TRUSTED

UP = [str(Path(sys.executable).with_name("syncd")), "up"]


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[tuple[BridgeSandbox, BridgeSandbox]]:
    """An ERP and a shop, with a configuration in the current folder."""
    with simulate() as erp, simulate() as shop:
        lines = ["lease_seconds = 5"]
        for name, side in (("erp", erp), ("shop", shop)):
            lines += [
                f"[connections.{name}]",
                'kind = "bridge"',
                f'side = "{name}"',
                'every = "1s"',
                'guard.first_run = "apply"',
            ]
            lines += [f"[connections.{name}.options]", f"url = {json.dumps(side.options['url'])}"]
        (tmp_path / "syncd.toml").write_text("\n".join([*lines, "[[routes]]", 'erp = "erp"', 'shop = "shop"']))
        yield erp, shop


@pytest.fixture
def environ(sides: tuple[BridgeSandbox, BridgeSandbox]) -> dict[str, str]:
    erp, shop = sides
    clean = demo_environ(os.environ)
    return clean | {"SYNCD_ERP_TOKEN": str(erp.options["token"]), "SYNCD_SHOP_TOKEN": str(shop.options["token"])}


def test_up_runs_everything_restarts_what_dies_and_ends_without_a_trace(
    sides: tuple[BridgeSandbox, BridgeSandbox], environ: dict[str, str], tmp_path: Path
) -> None:
    erp, shop = sides
    erp.add(customer(1))
    with (tmp_path / "out").open("w") as out:
        up = subprocess.Popen(UP, cwd=tmp_path, env=environ, stdout=out, stderr=out)
    try:
        wait_until(lambda: "/set-up/" in (tmp_path / "out").read_text())
        programs = psutil.Process(up.pid).children(recursive=True)
        said = (tmp_path / "out").read_text()
        (link,) = re.findall(r"^http://\S+/set-up/[\w-]+$", said, re.MULTILINE)
        with urllib.request.urlopen(link, timeout=30) as page:
            assert b"The first admin" in page.read()
        assert link.rpartition("/")[2] not in "".join(log.read_text() for log in (tmp_path / ".syncd").glob("*.log"))
        second = subprocess.run(UP, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert (second.returncode, f"process {up.pid}" in " ".join(second.stderr.split())) == (6, True)
        (worker,) = [p for p in psutil.Process(up.pid).children() if "worker" in p.cmdline()]
        os.killpg(worker.pid, signal.SIGKILL)
        erp.add(customer(2))
        wait_until(lambda: len(shop.holds()) == 2)
        programs += psutil.Process(up.pid).children(recursive=True)
        up.send_signal(signal.SIGINT)
        assert up.wait(30) == 0
        assert [program for program in programs if program.is_running()] == []
    finally:
        up.kill()


def test_up_begins_a_configuration_where_there_is_none_and_its_console_opens(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as out:
        up = subprocess.Popen(UP, cwd=tmp_path, env=demo_environ(os.environ), stdout=out, stderr=out)
    try:
        wait_until(lambda: "/set-up/" in (tmp_path / "out").read_text())
        said = (tmp_path / "out").read_text()
        assert "wrote syncd.toml" in said
        (link,) = re.findall(r"^http://\S+/set-up/[\w-]+$", said, re.MULTILINE)
        with urllib.request.urlopen(link, timeout=30) as page:
            assert b"The first admin" in page.read()
        assert [found.name for found in tmp_path.rglob("*.db")] == ["syncd.db"]
        up.send_signal(signal.SIGINT)
        assert up.wait(30) == 0
    finally:
        up.kill()


def test_one_cycle_says_that_both_sides_agree(
    sides: tuple[BridgeSandbox, BridgeSandbox], environ: dict[str, str], tmp_path: Path
) -> None:
    erp, shop = sides
    for number in range(5):
        erp.add(customer(number))
    shop.add(replace(customer(77), number="", registered=True))
    broken = erp.add(customer(99))
    erp.spoil(broken)
    done = subprocess.run(
        [*UP, "--once", "--json"], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["version"], told["agree"], len(shop.holds()), len(erp.holds())) == (1, True, 6, 7)
    assert (told["connections"]["erp"]["counts"]["read"], told["connections"]["shop"]["pushed"]) == (6, {"create": 5})
    assert [issue["examples"] for issue in told["issues"].values()] == [[broken]]


@pytest.mark.slow  # fifteen seconds of both cores
def test_what_a_platform_calls_is_started_for_its_connection_and_started_again(
    environ: dict[str, str], tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (tmp_path / "1c").mkdir()
    config = [
        "[connections.onec]",
        'kind = "commerceml"',
        'every = "1s"',
        'guard.first_run = "apply"',
        "[connections.onec.options]",
        'folder = "1c"',
        "settle_seconds = 0",
        f"port = {port}",
        'user = "1c"',
    ]
    (tmp_path / "syncd.toml").write_text("\n".join(config))
    environ["SYNCD_ONEC_PASSWORD"] = "s3cret"
    with (tmp_path / "out").open("w") as out:
        up = subprocess.Popen(UP, cwd=tmp_path, env=environ, stdout=out, stderr=out)
    try:
        wait_until(lambda: "syncd is up" in (tmp_path / "out").read_text())
        (first,) = [p for p in psutil.Process(up.pid).children() if "adapters.commerceml.exchange" in p.cmdline()]
        assert "s3cret" not in " ".join(first.cmdline())
        wait_until(lambda: _exchanges(port, "s3cret"))
        first.kill()
        first.wait()
        wait_until(lambda: _exchanges(port, "s3cret"))
        up.send_signal(signal.SIGINT)
        assert up.wait(30) == 0
        assert not _exchanges(port, "s3cret")
    finally:
        up.kill()


def _exchanges(port: int, password: str) -> bool:
    """Whether 1C is let in at this port."""
    try:
        return httpx.get(
            f"http://127.0.0.1:{port}/",
            params={"type": "sale", "mode": "checkauth"},
            auth=("1c", password),
            verify=TRUSTED,
        ).text.startswith("success")
    except httpx.TransportError:
        return False


@pytest.mark.slow
def test_the_demos_four_pairs_agree_in_one_cycle_and_again_when_repeated(tmp_path: Path) -> None:
    for again in (False, True):
        done = subprocess.run(
            [*UP, "--demo", "--once", "--json"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr + done.stdout
        summary = json.loads(done.stdout)
        told = summary["connections"]
        assert all(one.startswith("K0") for one in summary["issues"]["email-missing"]["examples"])
        erps = {name: one["counts"] for name, one in told.items() if one["side"] == "erp"}
        assert set(erps) == {"optima", "xl", "1c", "csv"}
        assert {one["kind"] for one in told.values()} > {"esklep", "atomstore", "insales", "abicart"}
        assert sum(counts["read"] for counts in erps.values()) > 450
        assert sum(counts["created"] for counts in erps.values()) == 0 or not again
        assert all(told[name]["pushed"].get("create", 0) for name in erps) is not again  # from the shops
