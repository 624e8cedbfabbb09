"""Does an adapter keep the contract? The promises, a run of them, and what simulated platforms share."""

from __future__ import annotations
