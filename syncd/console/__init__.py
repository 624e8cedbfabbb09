"""What do people see in a browser? `make_console` makes the application, `serve` lets it listen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from syncd.sync.app import App

__all__ = ["make_console"]


def make_console(app: App) -> FastAPI:
    """Make the application; nothing listens yet."""
    from syncd.console import application  # noqa: PLC0415 - who only wants the words for a mail needs no web server

    return application.make_console(app)
