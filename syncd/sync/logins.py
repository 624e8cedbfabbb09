"""How does a person say who logs in for a customer by default?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from syncd.domain.answers import Answer
from syncd.domain.code import id_of
from syncd.domain.employees import with_default
from syncd.errors import InvalidRecord
from syncd.registry.queries.issues import IssueRow
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.attention import settle
from syncd.sync.change import change
from syncd.sync.edit import edited

__all__ = ["let_log_in", "set_default_login"]


def set_default_login(app: App, issue: IssueRow, answer: Answer, _value: str, by: str) -> Sequence[int]:
    """Make one employee the default log-in, and no other."""
    contractor_id = id_of(issue.customer or "")
    if contractor_id is None:
        raise InvalidRecord(
            Sentence("issue %(issue)s is about no customer", issue=issue.id), code="no-such-answer", cure="Drop it."
        )
    let_log_in(app, contractor_id, answer.values["email"], by=by)
    settle(app, issue.id, by=by)
    return ()


def let_log_in(app: App, contractor_id: int, email: str, *, by: str) -> list[int]:
    """Make the employee with this log-in the default one, and no other. Returns the runs that did it.

    Raises:
        NotFound: When there is no such customer.
    """
    make = edited(partial(with_default, email=email), rule=Sentence("default log-in set by an admin"))
    return change(app, [contractor_id], make, by=by, approved=True)
