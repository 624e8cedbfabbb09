"""Does the bill of materials name exactly what is shipped?"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, str(ROOT / "requirements/sbom.py")]


def test_every_pin_of_the_lock_is_in_it_with_its_digests_and_nothing_else() -> None:
    made, again = (subprocess.run(PROGRAM, capture_output=True, text=True, check=True).stdout for _ in range(2))
    assert made == again
    told = json.loads(made)
    lock = (ROOT / "requirements/main.lock").read_text(encoding="utf-8")
    assert [(c["name"], c["version"]) for c in told["components"]] == re.findall(
        r"^([a-z0-9.-]+)==(\S+)", lock, re.MULTILINE
    )
    digests = [digest["content"] for component in told["components"] for digest in component["hashes"]]
    assert digests == re.findall(r"--hash=sha256:([0-9a-f]{64})", lock)
    assert {component["purl"] for component in told["components"]} == set(told["dependencies"][0]["dependsOn"])
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
