"""A house whose registry is on SQLite or PostgreSQL, for tables that go out and come in."""

from __future__ import annotations

from tests.integration.pipeline.conftest import build

__all__ = ["build"]
