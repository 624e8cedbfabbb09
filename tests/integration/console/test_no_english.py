"""Does any page say a sentence that no catalogue has?

The console runs in a language in which each text of the catalogues stands between brackets. What is left outside of
them has to be data: values of the registry, names of programs, numbers.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from zoneinfo import available_timezones

import httpx
import msgspec
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from syncd import plugins
from syncd.access.roles import Role
from syncd.certify.faults import Fault
from syncd.console import catalogs, rendering
from syncd.console.catalogs import LOCALES
from syncd.domain.country.membership import MEMBERS
from syncd.registry import tables
from tests.integration.pipeline.house import House

from .conftest import Site
from .troubled import trouble

UNREAD: Final = frozenset({"script", "style", "svg", "code", "kbd", "pre", "time", "textarea"})
"""Elements that hold no sentence of ours."""

MOMENT: Final = re.compile(r"\d+ \w+ \d{4} \d\d:\d\d UTC")
"""When something was, by its title: how long ago that is stands in the element."""

SPOKEN: Final = ("aria-label", "title", "placeholder", "alt")
"""Attributes that are read aloud or shown."""

PROPER: Final = frozenset(
    "syncd API CSV XLSX XML JSON PDF ERP VAT HTTP VIES Redis Flower UTC English Polski Русский Français Italiano"
    " Svenska Deutsch csv xlsx xml json pdf memory cli http https php example com webhook webhooks".split()
)
"""Names and signs that are the same in all languages."""

DATA: Final = (
    (tables.Contractor, ("name", "number", "doc")),
    (tables.Binding, ("external_id", "agreed")),
    (tables.Group, ("name", "label")),
    (tables.Connection, ("name", "kind")),
    (tables.User, ("name",)),
    (tables.Issue, ("external_id", "assignee", "closed_by", "raw")),
    (tables.PlanLine, ("external_id", "after", "before", "agreed")),
    (tables.Audit, ("actor", "subject", "details")),
    (tables.Run, ("asked_by", "approved_by")),
)
"""What may stand on a page as it is."""

WRITTEN: Final = ("Python", "apply", "erasures.ledger", "number, tax_id", "starttls", "sqlite", "en")
"""Values of settings as a file has them."""

BRACKETED: Final = re.compile(r"⟦[^⟦⟧]*⟧")
WORD: Final = re.compile(r"[^\W\d_]{2,}")
QUOTED: Final = re.compile(r'<span lang="en">([^<]*)<')
SAID_THERE: Final = re.compile(r"the platform refused \(\d+\)")
"""What the platform of this test says, which is nobody's to translate."""

HREF: Final = re.compile(r'href="(/[^"#]*)')
FILE: Final = re.compile(r"\.(csv|xlsx|xml|json|pdf)(\?|$)")
"""What is taken away, which the audit log notes."""

VARIES: Final = re.compile(r"\d+|K\d{6}|=[^&]*")
EACH: Final = 2
"""Pages of one kind that are looked at."""


@pytest.fixture
def bracketed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Polish, for this test, is English in brackets."""
    made = Catalog(locale="pl", charset="utf-8")
    with (LOCALES / "pl" / "messages.po").open("rb") as file:
        for message in read_po(file, locale="pl"):
            if message.id:
                many = isinstance(message.id, tuple)
                text = tuple(f"⟦{message.id[1]}⟧" for _ in range(3)) if many else f"⟦{message.id}⟧"
                made.add(message.id, text, context=message.context)
    (tmp_path / "pl").mkdir()
    with (tmp_path / "pl" / "messages.po").open("wb") as file:
        write_po(file, made)
    monkeypatch.setattr(catalogs, "LOCALES", tmp_path)
    for kept in (catalogs.catalog, rendering._templates):
        kept.cache_clear()
    yield
    for kept in (catalogs.catalog, rendering._templates):
        kept.cache_clear()


class Reader(HTMLParser):
    """Reads a page as somebody would to whom it is read aloud."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.heard: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in {"input", "meta", "link", "br", "hr", "img", "use", "col"} and (
            self._silent or tag in UNREAD or given.get("lang") == "en" or MOMENT.fullmatch(given.get("title") or "")
        ):
            self._silent.append(tag)
        if not self._silent:
            self.heard += [given[name] or "" for name in SPOKEN if name in given]

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.heard.append(data)


def sentences(page: str) -> list[str]:
    """What of a page is in no catalogue."""
    reader = Reader()
    reader.feed(page)
    text = "\0".join(reader.heard)
    while text != (text := BRACKETED.sub("", text)):
        pass
    return [" ".join(part.split()) for part in text.split("\0") if WORD.search(part)]


def values(found: Any) -> Iterator[str]:
    """All texts in a value, however deep."""
    if isinstance(found, bytes):
        found = found.decode(errors="replace")
    if isinstance(found, str):
        try:
            inner = msgspec.json.decode(found)
        except msgspec.DecodeError:
            inner = None
        yield from values(inner) if isinstance(inner, dict | list) else [found]
    elif isinstance(found, dict):
        for one in found.values():
            yield from values(one)
    elif isinstance(found, list):
        for one in found:
            yield from values(one)


def data_of(site: Site) -> set[str]:
    """All words in the registry that are nobody's sentence."""
    return {
        word
        for table, columns in DATA
        for row in site.house.rows(table)
        for column in columns
        for text in values(row[column])
        for word in WORD.findall(text)
    }


def known_words(site: Site) -> set[str]:
    """Words that are the same in all languages."""
    settings = site.house.app.settings
    names = (plugins.load(kind).title for kind in plugins.kinds())
    written = [*WRITTEN, settings.vies.url, settings.database, *available_timezones(), *names]
    return {*PROPER, *MEMBERS, *WORD.findall(" ".join(written))}


def pages(browser: httpx.Client) -> Iterator[tuple[str, str]]:
    """Pages that can be reached from the first one, a few of each kind."""
    waiting, seen, kinds = ["/"], {"/"}, dict[str, int]()
    while waiting:
        path = waiting.pop(0)
        kind = VARIES.sub("", path)
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > EACH:
            continue
        said = browser.get(path)
        if "text/html" not in said.headers.get("content-type", ""):
            continue
        yield path, said.text
        for found in HREF.findall(said.text):
            target = html.unescape(found)
            if target not in seen and not target.startswith(("/static", "/log-out")) and not FILE.search(target):
                seen.add(target)
                waiting.append(target)


def more_trouble(house: House) -> None:
    """A push that is refused, a read that is, a run that is held, and somebody who is blocked."""
    house.erp.edit(next(iter(house.erp.holds())), name="Odrzucony", active=False)
    house.run("erp")
    house.shop.faults.plan(*[Fault(kind="status", status=422, only="write")] * 3)
    house.push()
    house.shop.faults.plan(*[Fault(kind="status", status=401)] * 3)
    house.run("shop")
    for id_ in list(house.erp.holds()):
        house.erp.remove(id_)
    assert house.run("erp", "full")["state"] == "held"


def test_every_text_of_every_page_is_in_the_catalogues(site: Site, bracketed: None) -> None:
    trouble(site.house)
    more_trouble(site.house)
    known = data_of(site) | known_words(site)
    browser = site.browser(Role.ADMIN, **{"accept-language": "pl"})
    foreign: dict[str, str] = {}
    quoted: set[str] = set()
    for path, page in pages(browser):
        quoted |= set(QUOTED.findall(page))
        for text in sentences(page):
            if any(word not in known for word in WORD.findall(text)):
                foreign.setdefault(text, path)
    told = "\n".join(f"{path}: {text}" for text, path in sorted(foreign.items()))
    assert not told, told
    sayings = [html.unescape(text) for text in sorted(quoted) if WORD.search(text)]
    assert [text for text in sayings if not SAID_THERE.fullmatch(text)] == []
