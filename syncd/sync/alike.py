"""Are there two contractors of whom only one can be? Looked at after each run, among those that it changed.

One issue for each group of them, at the record of the oldest. It stays as long as they are alike, whoever is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from syncd.domain.code import code_of
from syncd.domain.contractor import Contractor, load
from syncd.domain.match import Fit, same_tax_id
from syncd.registry import alike, issues
from syncd.registry.alike import Twin
from syncd.registry.engine import among, reading, writing
from syncd.registry.issues import Report
from syncd.registry.lines import Action
from syncd.registry.runs import COUNT_OF, Work
from syncd.registry.tables import Issue
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected

__all__ = ["look_for_twins"]


class _Kind(NamedTuple):
    code: str
    field: str
    what: str
    cure: str


_TAX_ID: Final = _Kind(
    code="tax-id-shared",
    field="tax_id",
    what=Sentence("have the same tax id"),
    cure=Sentence(
        "If they are one firm, delete one where they come from, or `syncd match merge`. If they are branches, "
        "drop this issue."
    ),
)
_NUMBER: Final = _Kind(
    code="number-case",
    field="number",
    what=Sentence("have numbers that differ in nothing but small and capital letters"),
    cure=Sentence(
        "They are kept apart. If they are one customer, `syncd match merge`; else give one of them another number."
    ),
)
_SHOWN: Final = 5
_MANY: Final = 20_000
"""Contractors that one run makes, from which on it is likely to be the one that makes most of them."""
_PART: Final = 1000


def look_for_twins(app: App, connected: Connected, work: Work) -> None:
    """Open an issue for each group of contractors that are alike, and close those of groups that no longer are."""
    many = work.counts.get(COUNT_OF[Action.CREATE], 0) >= _MANY
    with reading(app.engine) as connection:
        tax_ids = alike.touched_tax_ids(connection, work.id, connected.id, many=many)
        numbers = alike.touched_numbers(connection, work.id, many=many)
        known = _open(connection, connected.id)
    if not (tax_ids or numbers or known):
        return
    tax_ids |= {key for code, key in known.values() if code == _TAX_ID.code}
    numbers |= {key for code, key in known.values() if code == _NUMBER.code}
    still: set[str] = set()
    for part in _parts(tax_ids):
        still |= _look(app, connected, work, tax_ids=part)
    for part in _parts(numbers):
        still |= _look(app, connected, work, numbers=part)
    over = known.keys() - still
    if over:
        with writing(app.engine) as connection:
            connection.execute(
                update(Issue)
                .where(among(connection, Issue.fingerprint, list(over)))
                .values(state="resolved", closed_by=f"run {work.id}", last_at=app.now())
            )


_OPEN: Final = select(Issue.fingerprint, Issue.code, Issue.details).where(
    Issue.connection_id == bindparam("which"), Issue.code.in_(issues.ABOUT_SEVERAL), Issue.state != "resolved"
)


def _open(connection: Connection, connection_id: int) -> dict[str, tuple[str, str]]:
    """Issues about twins that are not over: cause and key by fingerprint."""
    rows = connection.execute(_OPEN, {"which": connection_id})
    return {fingerprint: (code, str(details["key"])) for fingerprint, code, details in rows}


def _parts(values: Collection[str]) -> Iterator[Sequence[str]]:
    listed = sorted(values)
    for start in range(0, len(listed), _PART):
        yield listed[start : start + _PART]


def _look(
    app: App, connected: Connected, work: Work, *, tax_ids: Sequence[str] = (), numbers: Sequence[str] = ()
) -> set[str]:
    """Report the groups with these keys; answer the fingerprints."""
    with reading(app.engine) as connection:
        by_tax_id = alike.with_tax_ids(connection, connected.id, tax_ids)
        by_number = alike.numbers_in_two_cases(connection, connected.id, numbers)
    reports = [report for key, twins in by_tax_id.items() for report in _of_tax_id(connected, key, twins)]
    reports += [report for key, twins in by_number.items() for report in _of_number(connected, key, twins)]
    with writing(app.engine) as connection:
        issues.open_issues(connection, reports, run_id=work.id, now=app.now())
    return {report.fingerprint for report in reports}


def _of_tax_id(connected: Connected, key: str, twins: Sequence[Twin]) -> Iterator[Report]:
    docs = {twin.id: load(twin.doc) for twin in twins}
    first, *others = twins
    same = [twin for twin in others if _one_company(docs[first.id], docs[twin.id])]
    if same:
        yield _report(connected, _TAX_ID, key, [first, *same])


def _one_company(ours: Contractor, theirs: Contractor) -> bool:
    return same_tax_id(ours, theirs) is not Fit.NONE


def _of_number(connected: Connected, key: str, twins: Sequence[Twin]) -> Iterator[Report]:
    if len({load(twin.doc).number for twin in twins}) > 1:
        yield _report(connected, _NUMBER, key, twins)


def _report(connected: Connected, kind: _Kind, key: str, twins: Sequence[Twin]) -> Report:
    first = next((twin for twin in twins if twin.external_id is not None), twins[0])
    named = [f"{code_of(twin.id)} ({twin.external_id or 'elsewhere'})" for twin in twins]
    return Report(
        connection_id=connected.id,
        external_id=first.external_id,
        contractor_id=first.id,
        code=kind.code,
        field=kind.field,
        message=_message(named, kind.what),
        cure=kind.cure,
        details={"key": key, "customers": [code_of(twin.id) for twin in twins]},
    )


def _message(named: Sequence[str], what: str) -> Sentence:
    names, more = ", ".join(named[:_SHOWN]), len(named) - _SHOWN
    if more > 0:
        return Sentence("%(names)s and %(more)s more %(what)s", names=names, more=more, what=what)
    return Sentence("%(names)s %(what)s", names=names, what=what)
