"""Lines of plans name what they change. Those that still wait are told apart here; history is not rewritten."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_COLUMNS = ("fields", "moves")
_PAGE = 500

_LINES = sa.table("plan_lines", *map(sa.column, ("run_id", "seq", "before", "after", *_COLUMNS)))
_RUNS = sa.table("runs", *map(sa.column, ("id", "state", "planned_at")))


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("plan_lines", sa.Column(name, sa.Text(), nullable=True))
    connection = op.get_bind()
    waiting = sa.select(_RUNS.c.id).where(_RUNS.c.state.in_(("held", "planned")), _RUNS.c.planned_at.is_not(None))
    for run_id in connection.scalars(waiting).all():
        _tell_apart(connection, run_id)


def _tell_apart(connection: sa.Connection, run_id: int) -> None:
    after = 0
    while True:
        rows = connection.execute(
            sa.select(_LINES.c.seq, _LINES.c.before, _LINES.c.after)
            .where(_LINES.c.run_id == run_id, _LINES.c.seq > after)
            .order_by(_LINES.c.seq)
            .limit(_PAGE)
        ).all()
        for seq, old, new in rows:
            if new is not None:
                values = _differences(msgspec.json.decode(old) if old else {}, msgspec.json.decode(new))
                line = sa.and_(_LINES.c.run_id == run_id, _LINES.c.seq == seq)
                connection.execute(sa.update(_LINES).where(line).values(**values))
        if len(rows) < _PAGE:
            return
        after = rows[-1].seq


def _differences(old: dict[str, object], new: dict[str, object]) -> dict[str, str | None]:
    """A document leaves out what is at its default, so what differs is what is in one only, or not the same in both."""
    names = ",".join(sorted(name for name in {*old, *new} if old.get(name) != new.get(name)))
    before, after = _groups(old), _groups(new)
    moves = [*(f"+{name}" for name in sorted(after - before)), *(f"-{name}" for name in sorted(before - after))]
    return {
        "fields": f",{names}," if names else "",
        "moves": msgspec.json.encode(moves).decode() if moves else None,
    }


def _groups(document: dict[str, object]) -> set[str]:
    groups = document.get("groups")
    return set(groups) if isinstance(groups, list) else set()


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("plan_lines", name)
