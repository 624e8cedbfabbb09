"""Is a schedule said in words, in the language of whoever looks?"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.access.preferences import Preferences
from syncd.console.connections.schedule import in_words
from syncd.console.language import Reader
from syncd.languages import LANGUAGES


def reader(language: str = "en") -> Reader:
    return Reader(language=language, zone=ZoneInfo("UTC"), preferences=Preferences())


@pytest.mark.parametrize(
    ("every", "words"),
    [
        ("5m", "every 5 min"),
        ("90s", "every 90 sec"),
        ("60s", "every minute"),
        ("1h", "every hour"),
        ("24h", "every day"),
        ("36h", "every 36 hr"),
        ("*/15 6-22 * * 1-5", "every 15 min, 06:00–22:59, Mon–Fri (UTC)"),
        ("* 8 * * *", "every minute, 08:00–08:59 (UTC)"),
        ("30 2 * * *", "every day at 02:30 (UTC)"),
        ("0 6 * * 1,3,5", "at 06:00, Mon, Wed, Fri (UTC)"),
        ("0 6 * * 7", "at 06:00, Sun (UTC)"),
        ("17 * * * *", "every hour at minute 17 (UTC)"),
        ("0 0 1 * *", "cron 0 0 1 * * (UTC)"),
        ("0,30 6 * * *", "cron 0,30 6 * * * (UTC)"),
        ("*/5 */2 * * *", "cron */5 */2 * * * (UTC)"),
        ("0 6 * * mon", "cron 0 6 * * mon (UTC)"),
    ],
)
def test_a_schedule_in_words(every: str, words: str) -> None:
    assert in_words(every, reader()) == words


FIELD = st.sampled_from(["*", "0", "7", "*/5", "1-5", "0,3", "1-3,5", "5-7/2"])


@given(st.tuples(FIELD, FIELD, FIELD, FIELD, FIELD), st.sampled_from(sorted(LANGUAGES)))
def test_every_expression_is_said_somehow(fields: tuple[str, ...], language: str) -> None:
    assert in_words(" ".join(fields), reader(language)).endswith("(UTC)")
