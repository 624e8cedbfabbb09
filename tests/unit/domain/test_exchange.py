"""Is what is kept of a call free of secrets, and short?"""

from __future__ import annotations

import base64
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.exchange import BODY, MASK, Exchange, kept


def taken(
    url: str = "https://shop.example/api/customers", body: str = "", answer: str = "", **more: object
) -> Exchange:
    values: dict[str, object] = {"headers": {}, "status": 422, "answer_headers": {}, "secrets": ()}
    return kept("POST", url, body=body.encode(), answer=answer.encode(), **(values | more))  # type: ignore[arg-type]


def test_headers_are_masked_unless_they_are_known_to_be_harmless() -> None:
    told = taken(headers={"Authorization": "Basic abc", "X-Shop-Key": "k", "Content-Type": "application/json"})
    assert told.headers == {"authorization": MASK, "x-shop-key": MASK, "content-type": "application/json"}


secrets = st.text(min_size=5, max_size=30).filter(lambda text: MASK not in text and "\x00" not in text)


@given(secrets, st.text(max_size=50))
def test_a_secret_stands_nowhere_in_any_form_in_which_it_is_sent(secret: str, around: str) -> None:
    forms = (
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        escape(secret),
        msgspec.json.encode(secret).decode()[1:-1],
        base64.b64encode(secret.encode()).decode(),
    )
    for form in forms:
        if not form.isprintable() or "•" in form:
            continue
        told = taken(url=f"https://x.example/{form}", body=f"{around} {form}", answer=form, secrets=[secret])
        for place in (told.url, told.body, told.answer):
            assert form not in place.replace(around, "")


@pytest.mark.parametrize(
    "body",
    [
        '{"session_token": "hush-hush", "name": "Anna"}',
        '{"Password":"hush-hush"}',
        "<ns:password type='x'>hush-hush</ns:password><name>Anna</name>",
        "<SessionId>hush-hush</SessionId>",
        "name=Anna&api_key=hush-hush&x=1",
    ],
)
def test_what_a_platform_handed_out_is_masked_by_its_name(body: str) -> None:
    told = taken(body=body, answer=body)
    assert "hush" not in told.body + told.answer
    assert ("Anna" in told.body) == ("Anna" in body)


def test_a_key_in_an_address_is_masked() -> None:
    told = taken(url="https://anna:pw@shop.example/api?api_key=hush&page=2")
    assert told.url == f"https://{MASK}@shop.example/api?api_key={MASK}&page=2"


def test_a_body_is_cut_and_a_secret_at_the_cut_is_masked_as_a_whole() -> None:
    told = taken(body="x" * (BODY - 3) + "hush-hush" + "y" * 100_000, secrets=["hush-hush"])
    assert (len(told.body), told.cut) == (BODY, True)
    assert "hu" not in told.body


@given(st.binary(max_size=200))
def test_any_bytes_become_text_that_both_databases_store(content: bytes) -> None:
    told = kept("PUT", "/", {}, content, status=None, answer_headers={}, answer=content, secrets=())
    assert "\x00" not in told.body
    told.body.encode()
