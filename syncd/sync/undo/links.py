"""How are the links of a run taken back? One by one, each with its field changes, by what takes one link back."""

from __future__ import annotations

from syncd.domain.code import code_of
from syncd.errors import SyncError
from syncd.registry import lines
from syncd.registry.engine import reading
from syncd.registry.lines import Action
from syncd.sync.app import App
from syncd.sync.undo.compensate import Impossible
from syncd.sync.undo.subject import applied, load_over
from syncd.sync.unmatch import take_back_link

__all__ = ["untie_links"]


def untie_links(app: App, run_id: int, *, by: str) -> tuple[list[int], list[Impossible]]:
    """Take back the links of a run; answer the runs that did it, and what could not be done.

    Raises:
        NotFound: When there is no such run.
        InvalidRecord: When it is not over, or changed nothing.
    """
    app = app.up_to_date()
    runs: list[int] = []
    failed: list[Impossible] = []
    with reading(app.engine) as connection:
        work = load_over(connection, run_id)
    for page in lines.pages(app.engine, run_id):
        for line in applied(page, work):
            if line.action != Action.LINK:
                continue
            try:
                made = take_back_link(app, work, line, by).run
            except SyncError as error:
                failed.append(Impossible(code_of(line.contractor_id), error.message))
            else:
                runs += [] if made is None else [made]
    return runs, failed
