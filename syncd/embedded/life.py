"""What happens at the demo's two sides while nobody looks? Now and then somebody there changes something.

    python -m syncd.embedded.life CONFIGURATION

edits through the adapters, as an operator of either system would, until a signal ends it.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

import msgspec

from syncd import plugins
from syncd.domain.contractor import Contractor
from syncd.domain.side import Side
from syncd.errors import SyncError
from syncd.ports import Context, Endpoint, Remote, parse_options
from syncd.settings import load_settings

__all__ = ["main"]

EVERY_SECONDS: Final = 5.0

MOST: Final = 700
"""Records at a side from which on nobody registers any more: a demo that is forgotten stays small."""

_chance: Final = random.Random()  # noqa: S311 - a pretence, not a secret


def _new_phone(contractor: Contractor) -> dict[str, Any]:
    return {"phones": (f"+48 22 555 {_chance.randint(10, 99)} {_chance.randint(10, 99)}", *contractor.phones[1:])}


def _new_email(contractor: Contractor) -> dict[str, Any]:
    user, _, host = contractor.email.partition("@")
    return {"email": f"{user.partition('.')[0]}.{_chance.randint(2, 999)}@{host}"} if host else {}


def _switched(contractor: Contractor) -> dict[str, Any]:
    return {"active": not contractor.active}


_EDITS: Final[dict[Side, tuple[Callable[[Contractor], dict[str, Any]], ...]]] = {
    Side.ERP: (_new_phone, _new_email, _switched),
    Side.SHOP: (_new_phone,),
}


def main(config: str) -> NoReturn:
    """Live until a signal ends it: no edit is worth waiting for."""
    sides = _open_all(Path(config))
    names: dict[str, list[str]] = {}
    while True:
        time.sleep(EVERY_SECONDS)
        name, side, endpoint = _chance.choice(sides)
        try:
            if not names.get(name) or _chance.random() < 0.1:
                names[name] = [record.external_id for page in endpoint.read(None, full=True) for record in page.records]
            _live_a_little(name, side, endpoint, names[name])
        except SyncError as error:
            _say(f"{name}: {type(error).__name__}")


def _open_all(config: Path) -> list[tuple[str, Side, Endpoint]]:
    settings = load_settings(config, os.environ).settings
    opened = []
    for name, connection in settings.connections.items():
        adapter = plugins.load(connection.kind)
        options = parse_options(adapter.options, connection.options, connection=name)
        context = Context(connection=name, home=settings.home, folder=settings.folder)
        opened.append((name, connection.side, adapter.open(options, context)))
    return opened


def _live_a_little(name: str, side: Side, endpoint: Endpoint, known: list[str]) -> None:
    if side is Side.SHOP and len(known) < MOST and _chance.random() < 0.3:
        made = endpoint.create(_newcomer())
        known.append(made.external_id)
        _say(f"{name}: {made.external_id} registered")
    elif known:
        remote = endpoint.get(_chance.choice(known))
        _edit(name, side, endpoint, remote)


def _edit(name: str, side: Side, endpoint: Endpoint, remote: Remote) -> None:
    changes = _chance.choice(_EDITS[side])(remote.contractor)
    possible = {field: value for field, value in changes.items() if field in endpoint.capabilities.writes}
    if possible:
        endpoint.update(remote, msgspec.structs.replace(remote.contractor, **possible))
        _say(f"{name}: {remote.external_id} has another {', '.join(possible)}")


def _newcomer() -> Contractor:
    number = _chance.randint(1000, 999_999)
    return Contractor(
        name=f"Nowa Firma {number}",
        country="PL",
        email=f"zakupy@nowa{number}.example",
        phones=(f"+48 601 {number % 1000:03d} 555",),
        registered=True,
    )


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - its log


if __name__ == "__main__":
    main(*sys.argv[1:])
