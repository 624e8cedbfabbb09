"""How is the bridge protocol spoken (docs/reference/bridge-protocol.md)? Its calls, and its bytes.

Two kinds of adapter use it: `bridge`, for any system that somebody puts such a server beside, and those of a platform
of its own whose bridge keeps that platform's rules.
"""

from __future__ import annotations

from syncd.bridge.client import BridgeClient
from syncd.bridge.wire import differences, remote_of

__all__ = ["BridgeClient", "differences", "remote_of"]
