"""A whole installation in one process, with memory sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, text

from adapters.memory.simulator import MemorySandbox
from adapters.memory.store import Content
from syncd.ports import Endpoint
from syncd.trial import house
from syncd.trial.house import BEGINNING, Row
from tests.fixtures.contractors import firm
from tests.fixtures.registries import bare, fresh

__all__ = ["Beginning", "House", "Row", "Through", "begin", "begun", "behind", "open_house", "waits_for_a_lock"]

House: TypeAlias = house.House[MemorySandbox]


class Through:
    """An endpoint that passes every call on; tests override the calls that they need."""

    def __init__(self, inner: Endpoint) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def open_house(database_url: str, **wishes: Any) -> AbstractContextManager[House]:
    """Open a house over a registry that has its tables; see `syncd.trial.house.open_house`."""
    return house.open_house(database_url, **wishes)


def waits_for_a_lock(connection: Connection) -> bool:
    """Whether somebody waits at PostgreSQL for what another transaction has changed."""
    asked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    return bool(connection.execute(asked).scalar_one())


class Beginning(NamedTuple):
    """A house in which something has happened, for stories to begin in: making it anew would take half of their time.

    Attributes:
        wishes: With which it was opened.
        registry: The file of its registry.
        held: What each side holds.
        read_at: What each side was when it was read.
        seconds: How far its clock is ahead.
    """

    wishes: Mapping[str, Any]
    registry: bytes
    held: Mapping[str, Content]
    read_at: Mapping[str, object]
    seconds: float


def begin(happens: Callable[[House], object], **wishes: Any) -> Beginning:
    """Let something happen in a new house, and keep what it is then."""
    file = fresh(bare())
    with open_house(f"sqlite:///{file}", folder=file.parent, **wishes) as made:
        happens(made)
        held = {name: side.content() for name, side in made.sides.items()}
        read_at, seconds = dict(made.read_at), (made.now - BEGINNING).total_seconds()
    return Beginning(wishes, file.read_bytes(), held, read_at, seconds)


@contextmanager
def begun(beginning: Beginning) -> Iterator[House]:
    """Open a house that is as the other one was."""
    file = fresh(beginning.registry)
    with open_house(f"sqlite:///{file}", folder=file.parent, **beginning.wishes) as opened:
        for name, content in beginning.held.items():
            opened.sides[name].become(content)
        opened.read_at.update(beginning.read_at)
        opened.pass_time(seconds=beginning.seconds)
        yield opened


def behind(house: House, count: int = 1) -> House:
    """Let the ERP state contractors that the shop does not have yet."""
    for number in range(count):
        house.erp.add(firm(f"A{number}"))
    house.run("erp")
    return house
