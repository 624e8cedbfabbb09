"""What happens at the demo's shops while nobody looks? Customers register, and somebody changes something.

    python -m syncd.embedded.life CONFIGURATION

edits through the adapters, as an operator would, until a signal ends it. The ERPs have operators of their own.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

import msgspec

from syncd import plugins
from syncd.domain.contractor import Contractor
from syncd.domain.side import Side
from syncd.errors import RecordError, SyncError
from syncd.ports import Context, Endpoint, Record, Rejected, parse_options
from syncd.settings import load_settings

__all__ = ["main"]

EVERY_SECONDS: Final = 5.0

MOST: Final = 250
"""Customers of a shop from which on nobody registers any more: a demo that is forgotten stays small."""

_chance: Final = random.Random()  # noqa: S311 - a pretence, not a secret


_NEWCOMERS: Final = {
    "PL": ("Nowa Firma {}", "+48 601 {:03} 555"),
    "RU": ("ООО «Новый клиент {}»", "+7 916 {:03}-55-55"),
    "SE": ("Nya Kunden {} AB", "+46 70 {:03} 55 55"),
}
"""Name and phone of who registers, by country."""


@dataclass
class Shop:
    """A shop of the demo.

    Attributes:
        country: Where most of its customers are.
        known: Names of its records.
    """

    name: str
    endpoint: Endpoint
    country: str = "PL"
    known: list[str] = field(default_factory=list)

    def look_around(self) -> None:
        """See who is there."""
        records = [record for page in self.endpoint.read(None, full=True) for record in page.records]
        self.known = [record.external_id for record in records]
        seen = Counter(_country(self.endpoint, record) for record in records)
        self.country = max(_NEWCOMERS, key=lambda country: seen[country])


def main(config: str) -> NoReturn:
    """Live until a signal ends it: no edit is worth waiting for."""
    shops = _open_all(Path(config))
    while True:
        time.sleep(EVERY_SECONDS)
        shop = _chance.choice(shops)
        try:
            if not shop.known or _chance.random() < 0.1:
                shop.look_around()
            _live_a_little(shop)
        except SyncError as error:
            _say(f"{shop.name}: {type(error).__name__}")


def _open_all(config: Path) -> list[Shop]:
    settings = load_settings(config, os.environ).settings
    opened = []
    for name, connection in settings.connections.items():
        if connection.side is not Side.SHOP:
            continue
        adapter = plugins.load(connection.kind)
        options = parse_options(adapter.options, connection.options, connection=name)
        context = Context(connection=name, home=settings.home, folder=settings.folder)
        opened.append(Shop(name, adapter.open(options, context)))
    return opened


def _live_a_little(shop: Shop) -> None:
    if len(shop.known) < MOST and _chance.random() < 0.3:
        made = shop.endpoint.create(_newcomer(shop.country))
        shop.known.append(made.external_id)
        _say(f"{shop.name}: {made.external_id} registered")
    elif shop.known:
        remote = shop.endpoint.get(_chance.choice(shop.known))
        phones = (_NEWCOMERS[shop.country][1].format(_chance.randint(0, 999)), *remote.contractor.phones[1:])
        shop.endpoint.update(remote, msgspec.structs.replace(remote.contractor, phones=phones))
        _say(f"{shop.name}: {remote.external_id} has another phone")


def _country(endpoint: Endpoint, record: Record | Rejected) -> str:
    """What a record says of its country; nothing, if it cannot be understood."""
    try:
        return "" if isinstance(record, Rejected) else endpoint.parse(record).contractor.country
    except RecordError:
        return ""


def _newcomer(country: str) -> Contractor:
    number = _chance.randint(1000, 999_999)
    name, phone = _NEWCOMERS[country]
    return Contractor(
        name=name.format(number),
        country=country,
        email=f"info@nowa{number}.example",
        phones=(phone.format(number % 1000),),
        registered=True,
    )


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - its log


if __name__ == "__main__":
    main(*sys.argv[1:])
