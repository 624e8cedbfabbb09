"""A house whose connections are in files, so that further ones can be added."""

from __future__ import annotations

from pathlib import Path

from syncd.domain.side import Side
from syncd.ports import NoThrottle
from syncd.settings import load_settings
from syncd.settings.toml import lines_of
from syncd.sync.connecting.wish import Wish, WishedRoute
from tests.integration.pipeline.house import House

__all__ = ["another_erp", "in_files"]


def in_files(house: House, folder: Path) -> Path:
    """Write the house's connections into a file; answer the folder for further ones, which is there."""
    lines = []
    for name, own in house.app.settings.connections.items():
        lines += [f"[connections.{name}]", *lines_of({"kind": own.kind, "side": own.side.value, "every": own.every})]
        lines += [f"[connections.{name}.options]", *lines_of(own.options)]
    for route in house.app.settings.routes:
        lines += ["[[routes]]", *lines_of({"erp": route.erp, "shop": route.shop})]
    file = folder / "syncd.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    more = folder / "syncd.d"
    more.mkdir()
    # A house knows the rate limits of its own connections only.
    house.change(loaded=load_settings(file, {}), throttle=lambda _: NoThrottle())
    return more


def another_erp(url: str) -> Wish:
    """An ERP at a bridge, beside the one that the house has, as somebody wishes for it in the console."""
    return Wish(
        name="optima",
        kind="bridge",
        side=Side.ERP,
        options={"url": url},
        routes=(WishedRoute(erp="optima", shop="shop"),),
    )
