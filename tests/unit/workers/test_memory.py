from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

_HELD_BY_FEW = """
from psutil import Process
from workers import memory
memory.keep_little()
many = [bytes(900 + number % 2) for number in range(100_000)]
few = many[::100]
most = Process().memory_info().rss
del many
memory.give_back()
print(most - Process().memory_info().rss)
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc can be asked to"
)
def test_memory_between_the_little_that_is_kept_is_given_back() -> None:
    given_back = int(subprocess.run([sys.executable, "-c", _HELD_BY_FEW], check=True, capture_output=True).stdout)
    assert given_back > 60_000_000
