"""Is a VAT number registered? Asks VIES, the service of the EU that passes the question on to the member state.

Every member state has its own machine behind it, and one of them is always down: no answer says nothing about a number.
"""

from __future__ import annotations

from syncd.vies.answer import Answered
from syncd.vies.client import Vies

__all__ = ["Answered", "Vies"]
