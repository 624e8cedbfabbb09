"""What does an answer say on its button, in the language of whoever reads it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from syncd.console.catalogs import mark as _
from syncd.domain.answers import Answer, same_answer

__all__ = ["Choice", "choices_of", "label_of"]


_LABELS: Final[Mapping[str, str]] = {
    "keep-erp": _("Keep ERP"),
    "keep-shop": _("Keep shop"),
    "edit": _("Edit"),
    "retry": _("Try again"),
    "drop": _("Show no more"),
    "release": _("It is another company"),
    "settle-country": _("It is in %(country)s"),
    "trust-declared": _("%(country)s, as declared"),
    "trust-address": _("%(country)s, by the address"),
    "trust-tax-prefix": _("%(country)s, by the tax id"),
    "serve-country": _("Let %(at)s serve %(country)s"),
    "leave-unserved": _("Leave it"),
    "map-country": _("Always map to %(country)s"),
    "take-suggestion": _("Map to %(target)s"),
    "map-group": _("Map to another name"),
    "leave-group-out": _("Leave it out"),
    "link": _("It is %(contractor)s"),
    "new": _("It is new"),
    "not-now": _("Ask again later"),
    "set-default-login": _("%(email)s logs in"),
    "erase-there-again": _("Overwrite that record too"),
    "not-the-same": _("It is somebody else"),
    "another-email": _("Another e-mail for %(customer)s"),
    "merge-into": _("They are one: %(gone)s becomes part of %(kept)s"),
}

_ASKING: Final[Mapping[str, str]] = {
    "settle-country": _("It is in another country"),
    "map-country": _("Always map to another country"),
    "link": _("It is another customer"),
}

_ASKED: Final[Mapping[str, str]] = {
    "settle-country": _("Country: a code or a name"),
    "map-country": _("Country: a code or a name"),
    "link": _("Code of the customer"),
    "edit": _("The right value"),
    "another-email": _("The right value"),
    "map-group": _("Name of the group in the shop"),
}

_RECORD: Final = _("It is record %(record)s")


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One answer as it is offered.

    Attributes:
        key: The answer's key with its number, which is never ambiguous.
        asks: What the person has to give, in words; ``""`` where nothing is missing.
        repeats: Whether the same can be said to other issues of its cause.
    """

    key: str
    label: str
    asks: str
    repeats: bool


def choices_of(answers: Sequence[Answer], say: Callable[[str], str]) -> list[Choice]:
    """All answers of one issue in their order."""
    seen: dict[str, int] = {}
    found = []
    for answer in answers:
        seen[answer.key] = seen.get(answer.key, 0) + 1
        found.append(
            Choice(
                key=f"{answer.key}:{seen[answer.key]}",
                label=label_of(answer, say),
                asks=say(_ASKED.get(answer.key, answer.asks)) if answer.asks else "",
                repeats=same_answer(answers, answer) is not None,
            )
        )
    return found


def label_of(answer: Answer, say: Callable[[str], str]) -> str:
    """The words on an answer's button; its own where it is of no kind that we know."""
    text = _ASKING.get(answer.key) if answer.asks else None
    text = text or (_RECORD if "record" in answer.values else _LABELS.get(answer.key))
    if text is None:
        return answer.label
    values = dict(answer.values)
    try:
        return say(text) % values if "%(" in text else say(text)
    except KeyError:
        return answer.label
