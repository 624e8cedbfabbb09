"""How does a person have one customer told to one side now, whatever that push waits for?"""

from __future__ import annotations

from sqlalchemy import insert, update

from syncd.domain.code import code_of
from syncd.errors import NotFound
from syncd.registry.engine import writing
from syncd.registry.tables import Audit, Push
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected

__all__ = ["push_now"]


def push_now(app: App, contractor_id: int, connected: Connected, *, by: str) -> None:
    """Let the push be due at once, its tries counted from the beginning.

    Raises:
        NotFound: When nothing waits to be told there.
    """
    code = code_of(contractor_id)
    with writing(app.engine) as connection:
        waiting = update(Push).where(Push.connection_id == connected.id, Push.contractor_id == contractor_id)
        if not connection.execute(waiting.values(due_at=app.now(), attempts=0)).rowcount:
            raise NotFound(
                Sentence(
                    "nothing of %(code)s waits to be told to %(connection)s", code=code, connection=connected.name
                ),
                code="nothing-waits",
                cure="It was delivered meanwhile, or there was nothing to tell.",
            )
        row = {"at": app.now(), "actor": by, "action": "push-now", "subject": f"customer {code}"}
        connection.execute(insert(Audit).values(**row, details={"connection": connected.name}))
    app.doorbell.push(connected.id)
