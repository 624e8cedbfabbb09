"""What do people see in a browser? `make_console` makes the application, `serve` lets it listen."""

from __future__ import annotations

from syncd.console.application import make_console

__all__ = ["make_console"]
