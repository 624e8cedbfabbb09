"""Does a filter say the same after it was written and read, and does a wrong one say what is wrong, and where?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.filter import (
    FIELDS,
    AllOf,
    AnyOf,
    Condition,
    Expression,
    Field,
    InvalidFilter,
    Op,
    all_of,
    any_of,
    beside_last,
    conditions,
    days,
    parse,
    parts,
    to_text,
    without,
)

_BY_TYPE = {
    "moment": st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)).map(str)
    | st.sampled_from(["7d", "24h"]),
    "code": st.integers(1, 999_999).map("K{:06d}".format),
    "country": st.sampled_from(["PL", "DE", "Atlantis", "A, B"]),
}
_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12
).filter(lambda text: bool(text.strip()))


@cache
def conditions_of(field: Field) -> st.SearchStrategy[Condition]:
    value = st.sampled_from(field.choices) if field.choices else _BY_TYPE.get(field.takes, _TEXTS)

    @cache
    def some(op: Op) -> st.SearchStrategy[Condition]:
        fewest = 0 if op in {Op.EMPTY, Op.FILLED} else 1
        most = 4 if op in {Op.IN, Op.HAS, Op.HAS_NOT, Op.HAS_ALL} and Op.EQ not in field.ops else fewest
        values = st.lists(value, min_size=fewest, max_size=most).map(tuple)
        of = st.sampled_from(["", "esklep-pl", "shop_2"]) if field.at_one else st.just("")
        return st.builds(Condition, st.just(field.name), st.just(op.value), values, of)

    return st.sampled_from(field.ops).flatmap(some)


def several(parts_: st.SearchStrategy[Expression]) -> st.SearchStrategy[list[Expression]]:
    return st.lists(parts_, min_size=2, max_size=4)


CONDITIONS = st.sampled_from(list(FIELDS.values())).flatmap(conditions_of)
EXPRESSIONS: st.SearchStrategy[Any] = st.recursive(
    CONDITIONS, lambda inner: several(inner).map(all_of) | several(inner).map(any_of), max_leaves=12
)


@given(EXPRESSIONS)
def test_what_was_written_is_read_as_the_same(expression: Expression) -> None:
    assert parse(to_text(expression)) == expression


@given(EXPRESSIONS)
def test_blanks_around_words_and_brackets_and_small_letters_do_not_matter(expression: Expression) -> None:
    assert parse(f"  ( {to_text(expression)} )  ") == expression
    joined = all_of([expression, Condition("status", "eq", ("active",))])
    assert parse(f"({to_text(expression)}) and status:EQ:active") == joined


@given(st.text(st.sampled_from('abAND OR():,"estus:q.'), max_size=60))
def test_any_text_is_read_or_refused_with_its_place_and_a_cure(text: str) -> None:
    problem = problem_of(text)
    if problem is None:
        expression = parse(text)
        assert parse(to_text(expression)) == expression
    else:
        assert problem.message
        assert problem.cure
        assert 1 <= problem.position <= len(text) + 1


def problem_of(text: str) -> InvalidFilter | None:
    try:
        parse(text)
    except InvalidFilter as problem:
        return problem
    return None


@given(EXPRESSIONS)
def test_each_part_can_be_taken_away_until_none_is_left(expression: Expression) -> None:
    left: Expression | None = expression
    for number in range(len(parts(expression)), 0, -1):
        assert len(parts(left)) == number
        left = without(left, 0)
    assert left is None


@given(EXPRESSIONS, CONDITIONS)
def test_what_is_added_as_an_alternative_stands_beside_the_last_part(expression: Expression, more: Condition) -> None:
    *first, last = parts(expression)
    assert beside_last(expression, more) == all_of([*first, AnyOf((*alternatives(last), more))])
    assert beside_last(None, more) == more


def alternatives(part: Expression) -> tuple[Expression, ...]:
    return part.parts if isinstance(part, AnyOf) else (part,)


def test_and_binds_closer_than_or() -> None:
    a, b, c = (Condition("country", "eq", (value,)) for value in ("PL", "DE", "FR"))
    assert parse("country:eq:PL OR country:eq:DE AND country:eq:FR") == AnyOf((a, AllOf((b, c))))
    assert list(conditions(parse("(country:eq:PL OR country:eq:DE) AND country:eq:FR"))) == [a, b, c]


def test_the_filter_of_the_manual_is_read() -> None:
    text = "status:in:blocked_by_erp,blocked AND (country:eq:PL OR changed:ge:2026-01-01) AND group:has:hurt"
    assert to_text(parse(text)) == text
    assert parse("created:gte:7d") == Condition("created", "ge", ("7d",))
    assert parse(" ") is None


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("country:eq:PL AND stat:eq:x", 19, "there is no field 'stat'"),
        ("stat:eq:x", 1, "Did you mean status?"),
        ("status:has:active", 1, "status takes: eq, ne, in."),
        ("status:eq:activ", 1, "Did you mean active?"),
        ("status:eq:active,blocked", 1, "Write status:in:active,blocked."),
        ("name:eq:a,b", 1, "Combine conditions with OR."),
        ("email:has", 1, "Write email:has:VALUE."),
        ("email:empty:yes", 1, "Write email:empty."),
        ('email:eq:" "', 1, "Ask email:empty."),
        ("code:eq:Kowal", 1, "Codes look like K000231."),
        ("created:ge:2026-02-30", 1, "Write a day"),
        ("created:ge:0001-01-01", 1, "is no date"),
        ("country.shop:eq:PL", 1, "country is not asked of one connection"),
        ("(country:eq:PL", 1, "this bracket is not closed"),
        ("country:eq:PL)", 14, "nothing is left to close here"),
        ("country:eq:PL country:eq:DE", 15, "AND or OR is missing"),
        ("country:eq:PL AND", 18, "a condition is missing at the end"),
        ("AND country:eq:PL", 1, "'AND' is no condition"),
        ('name:has:"Kowal', 1, "is no condition"),
        ("kowal", 1, "'kowal' is no condition"),
        ("country:eq:PL AND name:has:a\0b", 19, r"'name:has:a\x00b' is no condition"),
        ("(" * 40 + "country:eq:PL" + ")" * 40, 21, "more than 20 deep"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place_and_what_would_be_right(
    text: str, position: int, says: str
) -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse(text)
    assert caught.value.position == position
    assert says in str(caught.value)


def test_no_filter_takes_for_ever() -> None:
    with pytest.raises(InvalidFilter, match="too many conditions"):
        parse(" OR ".join(["code:eq:1"] * 101))
    with pytest.raises(InvalidFilter, match="At most 4000"):
        parse("a" * 4001)
    with pytest.raises(InvalidFilter, match="201 values are too many"):
        parse(f"code:in:{','.join(map(str, range(201)))}")


def test_a_day_is_whole_and_begins_where_the_viewer_is() -> None:
    now = datetime(2026, 3, 29, 12, 0, tzinfo=ZoneInfo("Europe/Warsaw"))  # the clocks go forward on this day
    start, end = days("2026-03-29", now)
    assert start.astimezone(UTC) == datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    assert end.astimezone(UTC) == datetime(2026, 3, 29, 22, 0, tzinfo=UTC)
    assert days("today", now) == days("0d", now) == (start, end)
    assert days("1d", now)[1] == start
    assert days("24h", now)[0].astimezone(UTC) == datetime(2026, 3, 28, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"), [("pl", "PL"), ("Polska", "PL"), ("XX", "XX"), ("Atlantis", "Atlantis")]
)  # fmt: skip
def test_a_country_may_be_called_by_its_name(said: str, meant: str) -> None:
    assert parse(f"country:eq:{said}") == Condition("country", "eq", (meant,))
