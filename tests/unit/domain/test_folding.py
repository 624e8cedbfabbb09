"""Does a text fold as its letters do, wherever they stand?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.folding import fold

LETTERS = "aZ łŁóßœİǅﬁ½ \u0301\u00a0ёЙ-1\n"


@given(st.text(st.sampled_from(LETTERS)) | st.text())
def test_a_text_folds_letter_by_letter(text: str) -> None:
    assert fold(text) == "".join(fold(letter) for letter in text)
