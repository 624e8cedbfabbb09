"""Does a link lead where an admin said, and nowhere else whatever a record is called?"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd import plugins
from syncd.domain.side import Side
from syncd.settings import ConnectionSettings
from syncd.settings.check import is_template
from syncd.sync.app import Connected
from syncd.sync.links import link_to


def connected(kind: str, admin_url: str = "", **options: Any) -> Connected:
    settings = ConnectionSettings(kind=kind, side=Side.SHOP, options=options, admin_url=admin_url)
    return Connected(1, "shop", settings, plugins.load(kind))


INSALES = {"url": "https://sklad.myinsales.ru/", "login": "syncd", "password": "x"}
VENDURE = {"url": "https://shop.example:3000/admin-api", "api_key": "x"}


@pytest.mark.parametrize(
    ("shop", "address"),
    [
        (connected("insales", **INSALES), "https://sklad.myinsales.ru/admin2/clients/77"),
        (connected("vendure", **VENDURE), "https://shop.example:3000/dashboard/customers/77"),
        (connected("vendure", "https://panel.example/{key}/edit", **VENDURE), "https://panel.example/77/edit"),
        (connected("memory", store="x"), ""),
        (connected("vendure"), ""),
    ],
)
def test_the_configuration_wins_over_what_is_usual(shop: Connected, address: str) -> None:
    assert link_to(shop, "77") == address


@given(st.text(min_size=1))
def test_a_number_stays_one_part_of_the_path(key: str) -> None:
    address = link_to(connected("insales", **INSALES), key)
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("https", "sklad.myinsales.ru", "", "")
    assert parts.path.count("/") == 3


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert({key})",
        "https://{key}.example/",
        "https://shop.example/customers",
        "https://shop.example",
        "https://anna:pw@shop.example/{key}",
        "https://shop.example/{key}/{name}",
        "ftp://shop.example/{key}",
        "//shop.example/{key}",
        "https://shop.example/{key} onclick=",
        "https://[shop/{key}",
    ],
)
def test_what_no_browser_should_open_is_no_address(text: str) -> None:
    assert not is_template(text)
