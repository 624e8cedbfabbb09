"""Is a record no longer there, by the word of the side that had it?"""

from __future__ import annotations

from syncd.errors import NotFound, RecordError
from syncd.ports import Endpoint

__all__ = ["is_gone"]


def is_gone(endpoint: Endpoint, external_id: str) -> bool:
    """Ask for it. A record that is there and cannot be used is not gone.

    Raises:
        SyncError: When the side cannot be asked.
    """
    try:
        endpoint.get(external_id)
    except NotFound:
        return True
    except RecordError:
        return False
    return False
