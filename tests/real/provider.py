"""How is an identity provider of another maker's installed and started?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.real import node
from tests.real.places import HERE
from tests.real.processes import Server

CLIENT = ("syncd console", "s/e+c ret: %")
SOURCES = HERE / "oidc"


def provider(folder: Path, port: int, back: str, people: Mapping[str, Mapping[str, Any]], *, thin: bool) -> Server:
    """A provider that knows one client.

    Args:
        back: Where it may send browsers back.
        people: Claims of each person by what they log in with; any password will do.
        thin: Whether its tokens say who somebody is and no more, as the standard has it.
    """
    issuer = f"http://127.0.0.1:{port}"
    env = {
        "ISSUER": issuer,
        "PORT": str(port),
        "BACK": back,
        "CLIENT_ID": CLIENT[0],
        "CLIENT_SECRET": CLIENT[1],
        "PEOPLE": json.dumps(people),
        "THIN_TOKENS": str(int(thin)),
    }
    program = node.installed(SOURCES, ["provider.js"]) / "provider.js"
    ready = lambda: answers(f"{issuer}/.well-known/openid-configuration")  # noqa: E731
    command = [node.node(), str(program)]
    return Server("Provider", command, folder / "provider.log", ready, env, cwd=program.parent)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
