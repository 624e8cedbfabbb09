"""Which end of a route is a connection?"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Side"]


class Side(StrEnum):
    """An ERP keeps contractors; a shop has customers. `syncd.domain.policy` says what follows from that."""

    ERP = "erp"
    SHOP = "shop"
