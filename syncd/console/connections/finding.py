"""Which connection does somebody name?"""

from __future__ import annotations

from starlette.requests import Request

from syncd.errors import Misconfigured, NotFound
from syncd.sync.app import App, Connected

__all__ = ["connection_of", "find"]


def find(request: Request, name: str) -> Connected:
    """The connection that an address names; see `connection_of`."""
    return connection_of(request.app.state.syncd, name)


def connection_of(app: App, name: str) -> Connected:
    """The connection of this name.

    Raises:
        NotFound: With the nearest names.
    """
    try:
        return app.connection(name)
    except Misconfigured as error:
        raise NotFound(error.message, cure=error.cure) from None
