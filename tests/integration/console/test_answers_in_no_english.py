"""Does the console answer any form, or any wrong address, in a sentence that no catalogue has?

As in `test_no_english`, each text of the catalogues stands between brackets. Every form that a page has is sent as it
is, and again with nonsense; what is answered is read.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from adapters.bridge.simulator import simulate as simulate_bridge
from syncd import plugins
from syncd.access.roles import Role
from syncd.bootstrap import renewed
from syncd.settings.form import ask
from syncd.sync.connecting.adding import add
from tests.integration.pipeline.house import House

from .conftest import Site, serving
from .files import another_erp, in_files
from .forms import Form, forms
from .test_no_english import (
    QUOTED,
    SAID_THERE,
    VARIES,
    WORD,
    bracketed,
    data_of,
    known_words,
    more_trouble,
    pages,
    sentences,
)
from .troubled import trouble

__all__ = ["bracketed"]

NONSENSE = "?!{("
FILE = b"code,number,name\nK999999,,x\n,,x\nK000001,,x\nK000001,,y\n,NOBODY,x\n"
KEPT = ("/log-out", "/language")
"""What would end the visit, or change its language."""

WRONG = """
/customers?filter=x /customers?filter=status:eq:x /customers?filter=status:eq /customers?filter=changed:ge:x
/customers?filter=number:lt:3 /customers?filter=(status:eq:active /customers?filter=status:eq:active)
/customers?filter=status:eq:active%20x /customers?filter=status:empty:3 /customers?filter=code:eq:3
/customers?filter=nam:eq:x /customers?sort=x /customers?cols=x /customers?page=x /customers?size=3 /customers?view=99
/customers?x=1 /runs?state=x /runs?connection=x /runs?since=x /runs?before=x /runs?changed=2 /runs?x=1 /runs/1?show=x
/runs/1?page=x /runs/1?x=1 /runs/99999 /plans?state=x /plans?connection=x /plans/99999 /plans/1?action=x
/attention?age=x /attention?state=x /attention?x=1 /attention/99999 /groups?origin=x /groups/9999
/groups/mapping?change=x /groups/mapping?change=add&match=x /groups/mapping?connection=x
/groups/mapping?change=add&match=regex&pattern=(a%2B)%2B&target=x /groups/mapping?change=add&match=regex&pattern=(
/groups/mapping?change=add&match=equals&pattern=&target=x /audit?since=x /audit?from=x /audit?x=1 /audit?before=x
/customers/K999999 /customers/x /customers/K000001?tab=x /connections/x /connections/erp?tab=x /connections/new/999
/settings/x /settings/fields?shop=x /settings/fields?field=x /settings/fields?change=set&field=name&owner=x /nothing
""".split()


@pytest.fixture
def site(staffed: House, tmp_path: Path) -> Iterator[Site]:
    """With a connection that the console made, so that it can be changed."""
    in_files(staffed, tmp_path)
    with simulate_bridge() as bridge, serving(staffed) as site:
        add(staffed.app, another_erp(bridge.options["url"]), {"token": "s1mulated-t0ken"}, by="anna")
        site.console.state.syncd = renewed(site.console.state.syncd)
        yield site


def codes() -> set[str]:
    """Names that addresses have, and what options can be set to."""
    choices = (choice for kind in plugins.kinds() for one in ask(plugins.load(kind).options) for choice in one.choices)
    return set(WORD.findall(" ".join([*WRONG, *choices, "new"])))


def is_ours(text: str) -> bool:
    """Whether what is marked as English is no word of the platform of this test."""
    return WORD.search(text) is not None and SAID_THERE.fullmatch(text) is None


def begun(browser: httpx.Client) -> Iterator[str]:
    """Pages that ask for the options of a new connection, one of each platform."""
    for number, kind in enumerate(plugins.kinds()):
        side = next(iter(plugins.load(kind).sides)).value
        said = browser.post("/connections/new", data={"kind": kind, "side": side, "name": f"new-{number}"})
        yield said.headers["location"]


def answers(site: Site) -> Iterator[tuple[str, str]]:
    """What is answered to wrong addresses, and to every form of every kind of page."""
    browser = site.browser(Role.ADMIN, **{"accept-language": "pl"})
    for path in WRONG:
        yield path, browser.get(path).text
    waiting = []
    for path in begun(browser):
        page = browser.get(path).text
        yield path, page
        waiting += [(path, form) for form in forms(page)]
    for path, page in pages(browser):
        waiting += [(path, form) for form in forms(page)]
    sent: set[tuple[str, ...]] = set()
    while waiting:
        path, form = waiting.pop(0)
        for button in form.buttons:
            target = button[2] or form.action or path
            of_a_kind = (target if "/new/" in target else VARIES.sub("", target), *button[:2])
            if of_a_kind in sent or target.startswith(KEPT):
                continue
            sent.add(of_a_kind)
            for nonsense in (True, False):
                told, page = answer(browser, target, form, button, nonsense=nonsense)
                if "/log-in/again" in page:  # a form before ended the visit, as those of the own account do
                    browser.cookies.set(*site.cookie(Role.ADMIN.word), domain="127.0.0.1")
                    told, page = answer(browser, target, form, button, nonsense=nonsense)
                    assert "/log-in/again" not in page, f"{target} is answered to nobody"
                yield f"POST {target} {button[1]} {told}", page
                waiting += [(told, one) for one in forms(page)]


def answer(
    browser: httpx.Client, target: str, form: Form, button: tuple[str, str, str], *, nonsense: bool
) -> tuple[str, str]:
    """Where a form leads, and the page there."""
    values = form.values | ({name: [NONSENSE] for name in form.typed} if nonsense else {})
    values |= {button[0]: [button[1]]} if button[0] else {}
    files = dict.fromkeys(form.files, ("x.csv", b"\xff\x00" if nonsense else FILE))
    said = browser.post(target, data=values, files=files or None)
    if said.status_code == 303:
        said = browser.get(target := said.headers["location"])
    return target, said.text if "text/html" in said.headers.get("content-type", "") else ""


@pytest.mark.slow
def test_every_answer_is_in_the_catalogues(site: Site, bracketed: None) -> None:
    trouble(site.house)
    more_trouble(site.house)
    found: dict[str, str] = {}
    quoted: dict[str, str] = {}
    for where, page in answers(site):
        found |= {text: where for text in sentences(page) if text not in found}
        quoted |= {html.unescape(text): where for text in QUOTED.findall(page)}
    known = data_of(site) | known_words(site) | codes()
    told = [f"{where}: {text}" for text, where in found.items() if set(WORD.findall(text)) - known]
    told += [f"{where}: {text}" for text, where in quoted.items() if is_ours(text)]
    assert not told, "\n".join(told)
