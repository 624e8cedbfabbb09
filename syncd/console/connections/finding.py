"""Which connection does an address name?"""

from __future__ import annotations

from starlette.requests import Request

from syncd.errors import Misconfigured, NotFound
from syncd.sync.app import App, Connected

__all__ = ["find"]


def find(request: Request, name: str) -> Connected:
    """The connection of this name.

    Raises:
        NotFound: With the nearest names.
    """
    app: App = request.app.state.syncd
    try:
        return app.connection(name)
    except Misconfigured as error:
        raise NotFound(error.message, cure=error.cure) from None
