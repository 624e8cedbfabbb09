"""Are pages made a few at a time, each of them, and whatever becomes of the one before?"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from syncd.console.turns import in_turn
from syncd.registry.engine import open_engine, reading


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Request]:
    """What a page is asked by."""
    engine = open_engine(f"sqlite:///{tmp_path / 'registry.db'}")
    state = SimpleNamespace(syncd=SimpleNamespace(engine=engine))
    yield Request({"type": "http", "app": SimpleNamespace(state=state)})
    engine.dispose()


def test_no_more_than_a_few_are_made_at_the_same_time_and_all_of_them_in_the_end(asked: Request) -> None:
    here, most, counting = 0, 0, threading.Lock()

    @in_turn
    def page(_request: Request, number: int) -> Response:
        nonlocal here, most
        with counting:
            here += 1
            most = max(most, here)
        time.sleep(0.01)
        with counting:
            here -= 1
        return Response(str(number))

    async def look() -> list[Response]:
        return await asyncio.gather(*(page(asked, number) for number in range(24)))

    assert [answer.body for answer in asyncio.run(look())] == [str(number).encode() for number in range(24)]
    assert 1 <= most <= 3


def test_nobody_who_comes_later_is_served_before(asked: Request) -> None:
    began: list[int] = []
    taken, go_on = threading.Semaphore(0), threading.Event()

    @in_turn
    def slow(_request: Request) -> Response:
        taken.release()
        go_on.wait(10)
        return Response("")

    @in_turn
    def page(_request: Request, number: int) -> Response:
        began.append(number)
        return Response("")

    async def look() -> None:
        # With a single turn left, the order in which threads come to the processor says nothing.
        others = [asyncio.create_task(slow(asked)) for _ in range(2)]
        for _ in others:
            await asyncio.to_thread(taken.acquire)
        await asyncio.gather(*(page(asked, number) for number in range(12)))
        go_on.set()
        await asyncio.gather(*others)

    asyncio.run(look())
    assert began == list(range(12))


def test_who_waits_holds_no_thread(asked: Request) -> None:
    go_on = threading.Event()

    @in_turn
    def slow(_request: Request) -> Response:
        go_on.wait(10)
        return Response("")

    async def look() -> float:
        waiting = [asyncio.create_task(slow(asked)) for _ in range(60)]
        await asyncio.sleep(0.05)
        threads = threading.active_count()
        go_on.set()
        await asyncio.gather(*waiting)
        return threads

    assert asyncio.run(look()) < 20


def test_a_page_that_fails_keeps_no_turn(asked: Request) -> None:
    @in_turn
    def broken(_request: Request) -> Response:
        raise LookupError

    @in_turn
    def whole(_request: Request) -> Response:
        return Response("there")

    async def look() -> Response:
        for _ in range(10):
            with pytest.raises(LookupError):
                await broken(asked)
        return await whole(asked)

    assert asyncio.run(look()).body == b"there"


def test_all_that_a_page_reads_comes_by_one_connection(asked: Request) -> None:
    engine: Engine = asked.app.state.syncd.engine

    @in_turn
    def page(_request: Request) -> Response:
        with reading(engine) as one, reading(engine) as other:
            return Response(str(one is other))

    async def look() -> Response:
        return await page(asked)

    assert asyncio.run(look()).body == b"True"
