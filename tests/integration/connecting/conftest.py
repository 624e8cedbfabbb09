"""An installation whose configuration is in files, with a bridge that nobody connected yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.bridge.simulator import BridgeSandbox
from adapters.bridge.simulator import simulate as simulate_bridge
from adapters.memory.simulator import simulate
from syncd.bootstrap import open_app
from syncd.domain.side import Side
from syncd.settings import load_settings
from syncd.sync.app import App
from syncd.sync.connecting.wish import Wish, WishedRoute
from tests.fixtures.contractors import firm

__all__ = ["TOKEN"]

TOKEN = "s1mulated-t0ken"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the configuration; one shop is configured."""
    (tmp_path / "syncd.d").mkdir()
    return tmp_path


@pytest.fixture
def app(folder: Path, registry_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    for name in ("DATABASE_URL", "REDIS_URL", "SYNCD_CONFIG", "SYNCD_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    with simulate() as shop:
        file = folder / "syncd.toml"
        file.write_text(
            f"""
            database = "{registry_url}"
            [connections.shop]
            kind = "memory"
            side = "shop"
            options.store = "{shop.options["store"]}"
            """,
            encoding="utf-8",
        )
        loaded = load_settings(file, {})
        app = open_app(loaded.settings, loaded=loaded)
        yield app
        app.close()


@pytest.fixture
def bridge() -> Iterator[BridgeSandbox]:
    with simulate_bridge() as bridge:
        for number in range(3):
            bridge.add(firm(f"A{number}"))
        yield bridge


@pytest.fixture
def wish(bridge: BridgeSandbox) -> Wish:
    return Wish(
        name="optima",
        kind="bridge",
        side=Side.ERP,
        options={"url": bridge.options["url"]},
        guard={"first_run": "apply"},
        routes=(WishedRoute(erp="optima", shop="shop"),),
    )
