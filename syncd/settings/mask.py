"""How is a URL shown without its password?"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["MASK", "mask_url"]

MASK: Final = "***"

# Up to the last "@": rather too much is hidden than half a password shown.
_IN_USER: Final = re.compile(r"(://[^:/@]*):.*@")
_IN_PARAMETERS: Final = re.compile(r"([?&](?:ssl)?(?:password|passwd|token)=)[^&]*", re.IGNORECASE)


def mask_url(url: str) -> str:
    """Replace the password, in the user part or among the parameters, by ``***``."""
    return _IN_PARAMETERS.sub(rf"\1{MASK}", _IN_USER.sub(rf"\1:{MASK}@", url))
