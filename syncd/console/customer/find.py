"""Which customer does an address mean, and where does one go after an action?"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.flash import flash
from syncd.domain.code import code_of, id_of
from syncd.errors import NotFound
from syncd.registry import lookups
from syncd.registry.engine import reading
from syncd.registry.merging import missing
from syncd.sentence import Sentence
from syncd.sync.app import App

__all__ = ["back_to", "known_id"]


def known_id(app: App, code: str) -> int:
    """The customer whom a code names.

    Raises:
        NotFound: When there is none, with where one that was merged is now.
    """
    id_ = id_of(code)
    if id_ is None:
        raise NotFound(Sentence("%(code)s is no customer code", code=repr(code[:40])), cure="Codes look like K000231.")
    with reading(app.engine) as connection:
        if id_ not in lookups.known(connection, [id_]):
            raise missing(connection, id_)
    return id_


def back_to(
    request: Request,
    id_: int,
    text: str,
    *,
    kind: str = "success",
    runs: Sequence[int] = (),
    reversible: bool = False,
    **view: str | list[int],
) -> Response:
    """Show the customer, and say what was done.

    Args:
        runs: Runs that did it or are to do it.
        reversible: Whether an undo takes them back.
        view: What stands in the address: ``tab`` and the like.
    """
    query = urlencode({name: value for name, value in view.items() if value and value != "overview"}, doseq=True)
    response = RedirectResponse(f"/customers/{code_of(id_)}{'?' if query else ''}{query}", 303)
    return flash(response, request, text, kind=kind, runs=runs, reversible=reversible)
