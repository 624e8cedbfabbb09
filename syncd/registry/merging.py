"""What moves when one contractor becomes part of another, and what of that can move back?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from syncd.domain.code import code_of
from syncd.domain.listing import CUT
from syncd.errors import NotFound
from syncd.registry import decisions, listings
from syncd.registry.engine import among
from syncd.registry.tables import Binding, Contractor, Group, Issue, Membership, Merge, Push
from syncd.sentence import Sentence

__all__ = [
    "Image",
    "Moved",
    "Record",
    "current_id",
    "find_merge",
    "keep_image",
    "merge_of_run",
    "missing",
    "move_back",
    "move_over",
    "parts",
    "records",
    "take_image",
]


class Record(msgspec.Struct, frozen=True):
    """What a contractor is called on one connection."""

    connection_id: int
    external_id: str


class Image(msgspec.Struct, frozen=True):
    """Two contractors before they became one.

    Attributes:
        kept: The row of the one that stays, by column.
        gone: The row of the other.
        records: The other's.
        doc: What the one that stays became.
        holds: The same, for its holds.
    """

    kept: dict[str, Any]
    gone: dict[str, Any]
    records: tuple[Record, ...]
    doc: str = ""
    holds: str = ""


class Moved(msgspec.Struct, frozen=True):
    """A merge that was made."""

    gone_id: int
    kept_id: int
    run_id: int
    at: datetime
    by: str
    image: Image | None


_ROW: Final = (
    "id", "name", "number", "number_key", "tax_key", "email_key", "phone_key", "country", "zone", "reasons", "status",
    "holds", "doc", "version", "created_at", "updated_at",
)  # fmt: skip
_MOMENTS: Final = ("created_at", "updated_at")


def records(connection: Connection, contractor_id: int) -> dict[int, str]:
    """A contractor's records: external id by connection."""
    rows = connection.execute(
        select(Binding.connection_id, Binding.external_id)
        .where(Binding.contractor_id == contractor_id)
        .order_by(Binding.connection_id)
    )
    return {row[0]: row[1] for row in rows}


def take_image(connection: Connection, kept_id: int, gone_id: int) -> Image:
    """Remember two contractors as they are."""
    columns = [getattr(Contractor, name) for name in _ROW]
    rows = connection.execute(select(*columns).where(Contractor.id.in_([kept_id, gone_id]))).mappings()
    by_id = {row["id"]: dict(row) for row in rows}
    moving = tuple(Record(*pair) for pair in records(connection, gone_id).items())
    return Image(by_id[kept_id], by_id[gone_id], moving)


def move_over(connection: Connection, gone_id: int, kept_id: int, *, by: str, now: datetime) -> list[int]:
    """Give the kept contractor what was the other's, and take the other out.

    Returns:
        Connections that were behind on the contractor that went.
    """
    connection.execute(
        update(Binding).where(Binding.contractor_id == gone_id).values(contractor_id=kept_id, settled_hash=None)
    )
    connection.execute(delete(Membership).where(Membership.contractor_id == gone_id))
    behind = connection.scalars(
        delete(Push).where(Push.contractor_id == gone_id).returning(Push.connection_id)
    ).all()  # fmt: skip
    theirs = update(Issue).where(Issue.contractor_id == gone_id)
    # What kept a push from being made is gone with the push; what was found at a record stays with the record.
    connection.execute(
        theirs.where(Issue.external_id.is_(None), Issue.state != "resolved").values(
            state="resolved", closed_by=by, last_at=now
        )
    )
    connection.execute(theirs.where(Issue.external_id.is_not(None)).values(contractor_id=kept_id))
    decisions.hand_over(connection, gone_id, kept_id)
    connection.execute(delete(Contractor).where(Contractor.id == gone_id))
    listings.refresh(connection, [gone_id])
    return list(behind)


def keep_image(connection: Connection, moved: Moved) -> None:
    """Remember a merge."""
    before = msgspec.json.encode(moved.image).decode()
    connection.execute(
        insert(Merge).values(
            gone_id=moved.gone_id, kept_id=moved.kept_id, run_id=moved.run_id, at=moved.at, by=moved.by, before=before
        )
    )


def find_merge(connection: Connection, gone_id: int) -> Moved | None:
    """What became of a contractor that is no more; ``None`` when it was not merged."""
    row = connection.execute(select(Merge.__table__).where(Merge.gone_id == gone_id)).one_or_none()
    return None if row is None else _moved(row)


def merge_of_run(connection: Connection, run_id: int) -> Moved | None:
    """The merge that a run made and that stands."""
    row = connection.execute(select(Merge.__table__).where(Merge.run_id == run_id)).one_or_none()
    return None if row is None else _moved(row)


def current_id(connection: Connection, contractor_id: int) -> int:
    """Which contractor a number means now: merged ones are the one that they became part of."""
    while True:
        kept = connection.scalar(select(Merge.kept_id).where(Merge.gone_id == contractor_id))
        if kept is None:
            return contractor_id
        contractor_id = kept


def parts(connection: Connection, contractor_id: int) -> list[str]:
    """Documents of those who became part of a contractor, and of theirs, as they were; while merges remember them."""
    docs: list[str] = []
    whole = [contractor_id]
    while whole:
        rows = connection.execute(select(Merge.gone_id, Merge.before).where(Merge.kept_id.in_(whole))).all()
        docs += [msgspec.json.decode(row.before, type=Image).gone["doc"] for row in rows if row.before is not None]
        whole = [row.gone_id for row in rows]
    return docs


def missing(connection: Connection, contractor_id: int) -> NotFound:
    """Say that there is no such customer, and where one that was merged is now."""
    moved = find_merge(connection, contractor_id)
    if moved is None:
        return NotFound(
            Sentence("there is no customer %(customer)s", customer=code_of(contractor_id)),
            cure="`syncd customers list` shows them.",
        )
    now = code_of(current_id(connection, contractor_id))
    return NotFound(
        Sentence(
            "%(customer)s became part of %(now)s on %(at)s, in run %(run)s",
            customer=code_of(contractor_id),
            now=now,
            at=f"{moved.at:%Y-%m-%d}",
            run=moved.run_id,
        ),
        code="merged",
        cure=Sentence(
            "`syncd customers show %(now)s` shows it; `syncd match undo %(run)s` takes the merge back.",
            now=now,
            run=moved.run_id,
        )
        if moved.image is not None
        else Sentence("`syncd customers show %(now)s` shows it.", now=now),
    )


def _moved(row: Any) -> Moved:
    image = None if row.before is None else msgspec.json.decode(row.before, type=Image)
    return Moved(row.gone_id, row.kept_id, row.run_id, row.at, row.by, image)


def move_back(connection: Connection, moved: Moved, image: Image) -> list[Record]:
    """Bring the contractor that went back, with its records; answer those that are no longer the kept one's."""
    row = dict(image.gone)
    groups = msgspec.json.decode(row["doc"]).get("groups", [])
    row |= {name: datetime.fromisoformat(row[name]) for name in _MOMENTS}
    connection.execute(insert(Contractor).values(**row))
    listings.refresh(connection, [moved.gone_id])
    known = connection.execute(select(Group.id, Group.name).where(among(connection, Group.name, groups))).all()
    members = [
        {
            "contractor_id": moved.gone_id,
            "group_id": row.id,
            "sorted_by": row.name[:CUT] if row.name == groups[0] else None,
        }
        for row in known
    ]
    if members:
        connection.execute(insert(Membership), members)
    lost = [record for record in image.records if not _give_back(connection, record, moved)]
    _give_issues_back(connection, moved, image)
    connection.execute(delete(Merge).where(Merge.gone_id == moved.gone_id))
    return lost


def _give_back(connection: Connection, record: Record, moved: Moved) -> bool:
    given = connection.execute(
        update(Binding)
        .where(
            Binding.connection_id == record.connection_id,
            Binding.external_id == record.external_id,
            Binding.contractor_id == moved.kept_id,
        )
        .values(contractor_id=moved.gone_id, settled_hash=None)
    )
    return given.rowcount == 1


def _give_issues_back(connection: Connection, moved: Moved, image: Image) -> None:
    for record in image.records:
        connection.execute(
            update(Issue)
            .where(
                Issue.connection_id == record.connection_id,
                Issue.external_id == record.external_id,
                Issue.contractor_id == moved.kept_id,
            )
            .values(contractor_id=moved.gone_id)
        )
