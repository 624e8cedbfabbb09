"""How does a template become a page?"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

__all__ = ["STYLE", "page"]

_HERE: Final = Path(__file__).parent
STYLE: Final = _HERE / "static" / "console.css"


@cache
def _templates() -> Environment:
    """Everything is escaped, and a name that a page does not know is an error."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = _moment
    return environment


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page for whoever asked."""
    visitor = getattr(request.state, "visitor", None)
    return HTMLResponse(_templates().get_template(template).render(visitor=visitor, **values), status)


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"
