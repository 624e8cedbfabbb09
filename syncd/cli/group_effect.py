"""What follows from other rules, and does it follow now?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncd.cli.command import finish
from syncd.cli.exit_codes import ExitCode, of_run
from syncd.cli.following import Stop, follow
from syncd.cli.opening import who
from syncd.cli.rendering import summary
from syncd.cli.session import Session
from syncd.domain.code import code_of
from syncd.domain.groups import Effect
from syncd.registry.queries.runs import RunRow
from syncd.sync.app import App
from syncd.sync.groups import rules as mapping

__all__ = ["Effects", "end", "follow_up", "show_effect"]

Effects = Mapping[tuple[str, str], Effect]
"""What changes at the shop of each route, by the names of its ends."""


def follow_up(session: Session, app: App, stop: Stop, told: Effects, *, wanted: bool) -> list[RunRow]:
    """Look again at the customers of the shops that rules were changed for, or say how; answer the runs."""
    concerned = list(dict.fromkeys(shop for (_, shop), effect in told.items() if effect.changing))
    if not concerned:
        return []
    if not session.confirm(f"Look again at all customers of {', '.join(concerned)} now?", yes=wanted):
        erps = dict.fromkeys(route.erp for route in app.settings.routes if route.shop in concerned)
        names = " and ".join(f"`syncd reverify {name}`" for name in (*erps, *concerned))
        session.say(f"nobody has been moved yet: {names} do it")
        return []
    runs = [run_id for shop in concerned for run_id in mapping.look_again(app, shop, asked_by=who())]
    return [follow(session, app, run_id, stop) for run_id in runs]


def end(session: Session, runs: Sequence[RunRow]) -> None:
    """Say what became of runs, and end as the worst of them."""
    for run in runs:
        session.say(summary(run))
    finish(max((of_run(run.state, run.error_code) for run in runs), default=ExitCode.DONE))


def show_effect(session: Session, shop: str, effect: Effect) -> None:
    """Print who joins and leaves which group."""
    session.rows(
        (f"group at {shop}", "members", "join", "leave", "who joins", "who leaves"),
        (
            (one.name, one.before, one.join, one.leave, _some(one.joining, one.join), _some(one.leaving, one.leave))
            for one in effect.groups
        ),
        empty="No group changes.",
    )
    some = f": {_some(effect.samples, effect.changing)}" if effect.samples else ""
    session.say(f"{effect.changing} of {effect.looked_at} customers with groups change at {shop}{some}")


def _some(ids: Sequence[int], count: int) -> str:
    return ", ".join([*map(code_of, ids), *(["..."] if count > len(ids) else [])])
