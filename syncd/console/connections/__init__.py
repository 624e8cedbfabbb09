"""Which systems are joined, how are they, and how does another one come to them?"""

from __future__ import annotations
