"""What does somebody see who looks into the console meanwhile? A page of customers, again and again."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import UTC, datetime

import httpx

from syncd.access import tokens, users
from syncd.access.roles import Role
from syncd.registry.engine import open_engine
from tests.faults.constellation.evidence import Visit
from tests.fixtures.trusted import TRUSTED

__all__ = ["Visitor"]

_NAME = "visitor"


class Visitor:
    """A thread that asks until `stop`.

    Args:
        database: The registry, where a token is made before anything is broken.
    """

    def __init__(self, port: int, database: str) -> None:
        self.visits: list[Visit] = []
        now = datetime.now(UTC)
        engine = open_engine(database)
        users.add(engine, _NAME, Role.VIEWER, secrets.token_urlsafe(), by="test", now=now)
        token = tokens.create(engine, _NAME, user=_NAME, scopes=["read"], expires_at=None, by="test", now=now)
        engine.dispose()
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api/v1",
            headers={"authorization": f"Bearer {token}"},
            timeout=30,
            verify=TRUSTED,
        )
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="visitor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()
        self._client.close()

    def _look(self) -> None:
        while not self._ended.wait(0.5):
            at = time.time()
            try:
                status = self._client.get("/customers").status_code
            except httpx.HTTPError:
                status = 0
            self.visits.append(Visit(at=at, status=status, seconds=time.time() - at))
