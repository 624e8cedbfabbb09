"""Do a platform and syncd agree in the end? The whole pipeline between an adapter and the memory side."""

from __future__ import annotations
