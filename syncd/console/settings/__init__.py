"""What is configured, what does it mean, where does it come from, and is everything there?"""

from __future__ import annotations
