"""The short form of `make faults`: everything breaks for a while, and every promise is kept."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.constellation.checker import CHECKS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.postgres
@pytest.mark.timeout(400)
def test_every_promise_is_kept_while_everything_breaks() -> None:
    command = [sys.executable, "-m", "tests.faults.constellation", "--seed", "7", "--minutes", "0.4"]
    done = subprocess.run(
        [*command, "--contractors", "60", "--rate", "10"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    verdicts = dict(re.findall(r"^(\w+) (PASS|FAIL)", done.stdout, re.MULTILINE))
    assert (done.returncode, verdicts) == (0, dict.fromkeys(CHECKS, "PASS")), done.stdout + done.stderr
