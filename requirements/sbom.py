"""What is in this product? Prints the shipped lock file as a CycloneDX document, the same one for the same lock.

python requirements/sbom.py > sbom.json
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PIN = re.compile(r"(?P<name>[a-z0-9.-]+)==(?P<version>[\w.!+]+)(?: ; (?P<marker>.+))?")


def components(lock: str) -> list[dict[str, Any]]:
    """Every pin, with the digests of the files that may stand for it."""
    found: list[dict[str, Any]] = []
    for line in lock.splitlines():
        text = line.rstrip("\\").strip()
        if text.startswith("--hash=sha256:"):
            found[-1]["hashes"].append({"alg": "SHA-256", "content": text.removeprefix("--hash=sha256:")})
        elif pin := PIN.fullmatch(text):
            purl = f"pkg:pypi/{pin['name']}@{pin['version']}"
            component = {
                "type": "library",
                "bom-ref": purl,
                "name": pin["name"],
                "version": pin["version"],
                "purl": purl,
            }
            if pin["marker"]:
                component |= {"properties": [{"name": "environment-marker", "value": pin["marker"]}]}
            found.append({**component, "hashes": []})
        elif text:
            raise ValueError(text)
    return found


def document(lock: str, project: dict[str, Any]) -> dict[str, Any]:
    """The whole."""
    purl = f"pkg:pypi/{project['name']}@{project['version']}"
    listed = components(lock)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=hashlib.sha256(lock.encode()).digest()[:16], version=4)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": purl,
                "name": project["name"],
                "version": project["version"],
                "purl": purl,
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": listed,
        "dependencies": [{"ref": purl, "dependsOn": [component["bom-ref"] for component in listed]}],
    }


if __name__ == "__main__":
    settings = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    made = document((HERE / "main.lock").read_text(encoding="utf-8"), settings["project"])
    sys.stdout.write(json.dumps(made, indent=2) + "\n")
