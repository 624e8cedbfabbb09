"""How does a connection come about step by step, until it is there?

What was filled in waits in the registry, the secrets sealed. Nothing of it is in force before the last step.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from syncd import plugins
from syncd.domain.side import Side
from syncd.errors import InvalidRecord, Misconfigured, NotFound
from syncd.registry import drafts
from syncd.registry.engine import reading, writing
from syncd.secrets import new_key, open_vault
from syncd.sentence import Sentence
from syncd.settings import ConnectionSettings
from syncd.settings.check import check_name
from syncd.settings.dropin import file_of
from syncd.settings.form import ask, read_answers
from syncd.sync.app import App, Connected

__all__ = ["Draft", "begin", "discard", "draft_of", "fill", "find", "note_test"]

NOBODY = 0
"""Number of the connection that a draft is, which has none of its own: all drafts share one rate limit."""


RESERVED = "new"
"""The page that makes connections is called so."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A connection that somebody is about to make.

    Attributes:
        secrets: Names and values of its secrets; never shown.
        tested: What the last test found, as it is kept.
    """

    id: int
    name: str
    kind: str
    side: Side
    options: dict[str, Any]
    secrets: dict[str, str]
    tested: str | None
    made_by: str
    made_at: datetime

    def __repr__(self) -> str:
        return f"Draft(name={self.name!r}, kind={self.kind!r})"

    @property
    def connected(self) -> Connected:
        """The connection that it would be."""
        settings = ConnectionSettings(kind=self.kind, side=self.side, options={**self.options, **self.secrets})
        return Connected(NOBODY, self.name, settings, plugins.load(self.kind))


def begin(app: App, *, name: str, kind: str, side: str, by: str) -> int:
    """Begin a connection; answer the draft's number.

    Raises:
        InvalidRecord: Naming what cannot be used.
    """
    _check_start(app, name, kind, side)
    with writing(app.engine) as connection:
        return drafts.add(connection, name=name, kind=kind, side=side, by=by, now=app.now())


def draft_of(app: App, *, name: str, kind: str, side: str, answers: Mapping[str, str], by: str) -> Draft:
    """A draft all at once, which is not kept.

    Raises:
        InvalidRecord: Naming what cannot be used.
    """
    _check_start(app, name, kind, side)
    options, secrets = _answered(kind, answers, {})
    return Draft(
        id=0, name=name, kind=kind, side=Side(side), options=options, secrets=secrets, tested=None, made_by=by,
        made_at=app.now(),
    )  # fmt: skip


def _check_start(app: App, name: str, kind: str, side: str) -> None:
    if kind not in plugins.kinds():
        raise _wrong("kind", "there is no such platform", "Choose one of the list.")
    adapter = plugins.load(kind)
    if side not in adapter.sides:
        sides = " / ".join(sorted(adapter.sides))
        what = Sentence("%(platform)s can be this side only: %(sides)s", platform=adapter.title, sides=sides)
        raise _wrong("side", what, "Choose that.")
    try:
        check_name(name)
    except Misconfigured as error:
        raise _wrong("name", error.message, error.cure) from None
    folder = app.loaded.folder
    if name in app.connections or name == RESERVED or (folder is not None and file_of(folder, name).exists()):
        raise InvalidRecord(
            Sentence("there is a connection %(name)s already", name=name),
            code="connection-name",
            field="name",
            cure="Choose another name.",
        )


def find(app: App, draft_id: int) -> Draft:
    """Find a draft.

    Raises:
        NotFound: If there is none, or none any more.
    """
    with reading(app.engine) as connection:
        row = drafts.find(connection, draft_id)
    if row is None:
        raise NotFound("this new connection is there no more", cure="Begin again: drafts are kept for a day.")
    secrets = msgspec.json.decode(open_vault(app.settings).open(row.sealed), type=dict[str, str]) if row.sealed else {}
    return Draft(
        id=row.id,
        name=row.name,
        kind=row.kind,
        side=Side(row.side),
        options=row.options,
        secrets=secrets,
        tested=row.tested,
        made_by=row.made_by,
        made_at=row.made_at,
    )


def fill(app: App, draft: Draft, answers: Mapping[str, str]) -> Draft:
    """Take answers over; a secret that is left empty stays as it was.

    Raises:
        InvalidRecord: Naming the option that is missing or cannot be read.
    """
    options, secrets = _answered(draft.kind, answers, draft.secrets)
    sealed = None
    if secrets:
        sealed = open_vault(app.settings, make=new_key).seal(msgspec.json.encode(secrets).decode())
    with writing(app.engine) as connection:
        drafts.change(connection, draft.id, options=options, sealed=sealed, tested=None)
    return msgspec.structs.replace(draft, options=options, secrets=secrets, tested=None)


def _answered(
    kind: str, answers: Mapping[str, str], before: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    asked = ask(plugins.load(kind).options)
    options, given = read_answers(asked, answers)
    secrets = {**before, **given}
    for one in asked:
        if one.required and one.name not in options and one.name not in secrets:
            raise _wrong(one.name, Sentence("the option %(name)s is missing", name=one.name), "Fill it in.")
    return options, secrets


def note_test(app: App, draft: Draft, tested: str) -> None:
    """Keep what a test found."""
    with writing(app.engine) as connection:
        drafts.change(connection, draft.id, tested=tested)


def discard(app: App, draft: Draft) -> None:
    """Forget it, secrets included."""
    with writing(app.engine) as connection:
        drafts.drop(connection, draft.id)


def _wrong(field: str, what: str, cure: str) -> InvalidRecord:
    return InvalidRecord(what, code="option-wrong", field=field, cure=cure)
