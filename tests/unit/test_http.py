"""Does the HTTP client take in no more than it was told to?"""

from __future__ import annotations

import httpx
import pytest

from syncd.errors import Unavailable
from syncd.http import Client


def test_a_connection_can_take_larger_or_smaller_answers_than_others() -> None:
    network = httpx.MockTransport(lambda _request: httpx.Response(200, content=iter([b"x" * 60, b"x" * 40])))
    client = Client("http://shop.example", transport=network, body_bytes=100)
    assert len(client.read("GET", "/").content) == 100
    client = Client("http://shop.example", transport=network, body_bytes=99, sleep=lambda _seconds: None)
    with pytest.raises(Unavailable, match="larger than syncd takes"):
        client.read("GET", "/")
