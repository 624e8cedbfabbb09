"""What does a rule of the mapping say, and is it one that can be used?"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from syncd.domain.groups.cost import LONGEST_SEARCHED, too_costly
from syncd.domain.groups.names import plain
from syncd.errors import InvalidRecord
from syncd.sentence import Counted, Sentence, sentence_of

__all__ = ["PLACE", "GroupRule", "Match", "Unmapped", "checked"]

LONGEST: Final = 200
"""Characters of a pattern, and of a target: more is a mistake of copying."""

PLACE: Final = re.compile(r"\\(\d)")
"""Where a target takes over what a part of the pattern found."""


class Match(StrEnum):
    """How a rule decides whether a group's name fits."""

    EQUALS = "equals"
    CONTAINS = "contains"
    REGEX = "regex"
    FALLBACK = "fallback"


class Unmapped(StrEnum):
    """What becomes of a group of an ERP that no rule names."""

    KEEP = "keep"
    LEAVE_OUT = "leave_out"
    ISSUE = "issue"


class GroupRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    r"""One rule; the first that fits a group's name decides."""

    match: Annotated[
        Match,
        msgspec.Meta(
            description="`equals` the name; the name `contains` the text, in capitals or not; `regex`: a pattern of "
            "Python's is found in the name; `fallback`: what no other rule fits, wherever it stands."
        ),
    ]
    pattern: Annotated[str, msgspec.Meta(description="What is compared with the ERP's name; empty for `fallback`.")] = (
        ""
    )
    target: Annotated[
        str,
        msgspec.Meta(
            description='The shop\'s name; `""` leaves the group out. `\\1` is what the first pair of brackets of a '
            "`regex` found, `\\0` all that it found."
        ),
    ]
    priority: Annotated[
        int,
        msgspec.Meta(
            description="Shops with one group for each customer take the one of the highest priority.",
            ge=-1000,
            le=1000,
        ),
    ] = 0


def checked(rule: GroupRule) -> GroupRule:
    """The rule without invisible differences.

    Raises:
        InvalidRecord: When it cannot be used, naming what is wrong with it and the cure.
    """
    regex = rule.match is Match.REGEX
    pattern = rule.pattern if regex else plain(rule.pattern)
    for what, text in (("pattern", pattern), ("target", rule.target)):
        if len(text) > LONGEST:
            raise _wrong(
                what,
                Sentence(
                    Counted("the %(what)s has %(count)s character", "the %(what)s has %(count)s characters"),
                    what=what,
                    count=len(text),
                ),
                Sentence("At most %(longest)s are allowed.", longest=LONGEST),
            )
        if not text.isprintable():
            raise _wrong(what, Sentence("the %(what)s holds a control character", what=what), "Remove it.")
    if rule.match is Match.FALLBACK and pattern:
        raise _wrong("pattern", "a fallback takes every group that is left", "Leave its pattern empty.")
    if rule.match is not Match.FALLBACK and not pattern:
        raise _wrong("pattern", "the rule has no pattern", "Say which groups it is about, or make it a fallback.")
    if regex:
        _check_regex(pattern, rule.target)
    return msgspec.structs.replace(rule, pattern=pattern, target=plain(rule.target))


def _check_regex(pattern: str, target: str) -> None:
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise _wrong(
            "pattern",
            Sentence("%(pattern)s is no regular expression: %(error)s", pattern=repr(pattern), error=str(error)),
            "Correct it, or use contains.",
        ) from None
    costly = too_costly(pattern)
    if costly:
        cure = "Write [ab]+ for (a|b)+, use two rules, or contains."
        raise _wrong(
            "pattern",
            Sentence("%(pattern)s could take too long: %(costly)s", pattern=repr(pattern), costly=sentence_of(costly)),
            cure,
        )
    beyond = [place for place in PLACE.findall(target) if int(place) > compiled.groups]
    if beyond:
        raise _wrong(
            "target",
            Sentence(
                Counted(
                    "the target names \\%(beyond)s, and the pattern has %(count)s pair of brackets",
                    "the target names \\%(beyond)s, and the pattern has %(count)s pairs of brackets",
                ),
                beyond=beyond[0],
                count=compiled.groups,
            ),
            "Put what it shall find into brackets.",
        )


def fits(pattern: re.Pattern[str], name: str) -> re.Match[str] | None:
    """Where the pattern of a `regex` is in the name."""
    return pattern.search(name) if len(name) <= LONGEST_SEARCHED else None


def _wrong(field: str, message: str, cure: str) -> InvalidRecord:
    return InvalidRecord(message, code="group-rule-wrong", field=field, cure=cure)
