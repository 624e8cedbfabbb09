"""Is the list of customers what its address says, and is what people choose of it kept?"""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import update

from syncd.access.roles import Role
from syncd.registry import tables
from syncd.registry.engine import writing
from tests.fixtures.contractors import firm

from .conftest import Site

NAMES = ("Łódź-Bud", "Żubr", "Северсталь", "Éclair")


@pytest.fixture
def filled(site: Site) -> Site:
    """Four customers; the second is in a group of its own, the last is in none."""
    for number, name in enumerate(NAMES):
        groups = {1: ("Hurt", "VIP <b>"), 3: ()}.get(number, ("Hurt",))
        site.house.erp.add(firm(f"A{number}", name=name, groups=groups))
    site.house.run("erp")
    return site


def ask(client: httpx.Client, **params: Any) -> httpx.Response:
    return client.get(f"/customers?{urlencode(params)}")


def names(answer: httpx.Response) -> list[str]:
    """Whom a page lists, in its order."""
    assert answer.status_code == 200, answer.text
    return [html.unescape(name) for name in re.findall(r'<th scope="row".*?<a [^>]*>(.*?)</a>', answer.text, re.DOTALL)]


def group(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None
    return found[1]


def headers(answer: httpx.Response) -> list[str]:
    return re.findall(r'<a class="sorter"[^>]*>([^<]*?)(?: <span|</a>)', answer.text)


def test_any_spelling_finds_a_customer(filled: Site) -> None:
    client = filled.browser(Role.VIEWER)
    searches = {"lodz": 0, "żubr": 1, "ZUBR": 1, "северсталь": 2, "eclair": 3}
    assert {word: names(ask(client, q=word)) for word in searches} == {w: [NAMES[n]] for w, n in searches.items()}


def test_the_address_says_filter_sort_and_columns(filled: Site) -> None:
    client = filled.browser(Role.VIEWER)
    assert names(ask(client, filter="group:has:hurt", sort="-name")) == [NAMES[2], NAMES[1], NAMES[0]]
    answer = ask(client, cols="name,city,tax_id", sort="name")
    assert headers(answer) == ["Name", "City", "Tax number"]
    assert 'aria-sort="ascending"' in answer.text
    assert "<title>4 customers · syncd</title>" in answer.text


def test_pages_and_their_sizes_are_in_the_address(site: Site) -> None:
    for number in range(34):
        site.house.erp.add(firm(f"B{number:02}"))
    site.house.run("erp")
    client = site.browser(Role.VIEWER)
    first, second = ask(client, size=25), ask(client, size=25, page=2)
    assert (len(names(first)), len(names(second))) == (25, 9)
    assert 'rel="next" href="/customers?page=2&amp;size=25"' in first.text
    assert 'rel="prev" href="/customers?size=25"' in second.text
    assert len(names(ask(client, size=25, page=99))) == 9


def test_chips_say_the_filter_in_words_and_lead_to_the_list_without_it(filled: Site) -> None:
    text = ask(filled.browser(Role.VIEWER), filter="status:eq:active AND (country:eq:PL OR group:has:hurt)").text
    chips = [" ".join(re.sub("<[^>]*>", "", chip).split()) for chip in re.findall(r'<li class="chip">(.*?)</li>', text)]
    assert chips == ["Status is Active✕", "Country is PL or Group has hurt✕"]
    assert "status:eq:" not in re.sub("<textarea.*?</textarea>|<[^>]*>", "", text, flags=re.DOTALL)
    assert 'href="/customers?filter=status%3Aeq%3Aactive" aria-label="Remove: Country is PL or Group has hurt"' in text


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"filter": "stat:eq:active"}, "there is no field &#39;stat&#39; to filter by"),
        ({"filter": "status:like:x"}, "status takes: eq, ne, in."),
        ({"sort": "nmae"}, "Did you mean name?"),
        ({"cols": "nmae"}, "Did you mean name?"),
        ({"page": "x"}, "page is a number"),
        ({"size": "7"}, "It has 25, 50, 100, 200."),
        ({"q": "x" * 201}, "the search has 201 characters"),
    ],
)
def test_what_cannot_be_read_is_named_and_can_be_corrected(filled: Site, params: dict[str, str], says: str) -> None:
    answer = ask(filled.browser(Role.VIEWER), **params)
    assert answer.status_code == 400
    assert says in answer.text
    assert html.escape(params.get("filter", "")) in answer.text
    told = filled.program(filled.token(Role.VIEWER, "read")).get(f"/customers?{urlencode(params)}")
    assert (told.status_code, told.json()["code"]) == (400, "filter")


def test_a_filter_is_corrected_beside_what_else_was_asked_for(filled: Site) -> None:
    said = ask(filled.browser(Role.VIEWER), filter="stat:eq:active", q="lodz", sort="-name")
    form = said.text.partition('class="build-text"')[2].partition("</form>")[0]
    assert ('name="q" value="lodz"' in form, 'name="sort" value="-name"' in form) == (True, True)


def test_numbers_of_conditions_have_their_plural(filled: Site) -> None:
    client = filled.browser(Role.VIEWER)
    for filter_, says in (
        ("status:eq:active", ">1 condition<"),
        ("status:eq:active AND country:eq:PL", ">2 conditions<"),
    ):
        assert says in ask(client, filter=filter_).text


def test_words_without_a_meaning_are_dropped_from_the_address(filled: Site) -> None:
    client = filled.browser(Role.VIEWER)
    answer = client.get("/customers?q=&filter=&filter=&sort=name&page=")
    assert (answer.status_code, answer.headers["location"]) == (303, "/customers?sort=name")
    live = client.get("/customers?q=&sort=name", headers={"hx-request": "true"})
    assert (live.status_code, live.headers["hx-push-url"]) == (200, "/customers?sort=name")


def test_a_condition_is_added_by_a_plain_form(filled: Site) -> None:
    client = filled.browser(Role.VIEWER)
    form = ask(client, add_field="group", filter="country:eq:PL").text
    assert '<option value="VIP &lt;b&gt;">' in form
    added = ask(client, add_field="group", add_op="has", add_value="VIP <b>", filter="country:eq:PL OR code:eq:1")
    assert added.headers["location"] == "/customers?" + urlencode(
        {"filter": '(country:eq:PL OR code:eq:1) AND group:has:"VIP <b>"'}
    )
    beside = ask(client, add_field="status", add_op="eq", add_value="pending", add_join="or", filter="country:eq:PL")
    assert beside.headers["location"] == "/customers?" + urlencode({"filter": "country:eq:PL OR status:eq:pending"})
    at_one = ask(client, add_field="sync", add_of="shop", add_op="eq", add_value="stuck")
    assert at_one.headers["location"] == "/customers?" + urlencode({"filter": "sync.shop:eq:stuck"})
    wrong = ask(client, add_field="created", add_op="ge", add_value="soon")
    assert (wrong.status_code, "is no date" in wrong.text) == (400, True)


def test_columns_are_kept_for_the_person_moved_and_restored(filled: Site) -> None:
    client, other = filled.browser(Role.VIEWER), filled.browser(Role.ADMIN)
    order = ["name", "code", "city", "status"]
    chosen = client.post("/customers/columns", data={"order": order, "cols": ["name", "city"], "back": "q=lodz"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/customers?q=lodz&cols=name%2Ccity")
    assert headers(client.get("/customers")) == ["Name", "City"]
    assert "Status" in headers(other.get("/customers"))
    moved = client.post("/customers/columns", data={"order": ["name", "city"], "cols": ["name", "city"], "up": "city"})
    assert moved.headers["location"] == "/customers?cols=city%2Cname&open=columns"
    assert '<details class="menu sheet" id="columns" open>' in client.get(moved.headers["location"]).text
    none = client.post("/customers/columns", data={"order": order})
    assert none.status_code == 422
    assert client.post("/customers/columns", data={"restore": "1"}).headers["location"] == "/customers"
    assert headers(client.get("/customers")) == [
        "Code", "Name", "Groups", "Status", "Country", "Zone", "Sync", "Changed",
    ]  # fmt: skip


def test_a_shared_view_opens_the_same_list_for_somebody_else(filled: Site) -> None:
    owner, other = filled.browser(Role.OPERATOR), filled.browser(Role.VIEWER)
    back = urlencode({"filter": "group:has:hurt", "sort": "-name", "cols": "name,city"})
    made = owner.post("/views", data={"name": "Hurt  PL", "shared": "1", "back": back})
    assert made.status_code == 303
    view = group(r"view=(\d+)", made.headers["location"])
    assert "The view “Hurt PL” is saved." in owner.get(made.headers["location"]).text.replace("  ", " ")
    led = other.get(f"/customers?view={view}")
    assert led.status_code == 303
    shown = other.get(led.headers["location"])
    assert names(shown) == [NAMES[2], NAMES[1], NAMES[0]]
    assert headers(shown) == ["Name", "City"]
    assert other.get(f"/views/{view}").headers["location"] == f"/customers?view={view}"
    assert "Update to this list" not in shown.text


def test_a_view_is_updated_renamed_and_deleted_by_its_owner(filled: Site) -> None:
    owner, other = filled.browser(Role.OPERATOR), filled.browser(Role.VIEWER)
    made = owner.post("/views", data={"name": "Mine", "back": "q=lodz"}).headers["location"]
    view = f"/views/{group(r'view=([0-9]+)', made)}"
    changed = owner.get(f"{made}&sort=name")
    assert "(changed)" in changed.text
    assert "Update to this list" in changed.text
    owner.post(view, data={"action": "update", "back": "q=zubr&view=1"})
    owner.post(view, data={"action": "rename", "name": "Ours", "shared": "1", "back": "view=1"})
    (row,) = filled.house.rows(tables.SavedView)
    assert (row["name"], row["search"], row["shared"]) == ("Ours", "zubr", True)
    assert other.post(view, data={"action": "delete"}).status_code == 422
    assert owner.post(view, data={"action": "fly"}).status_code == 422
    assert (
        owner.post(view, data={"action": "delete", "sure": "1", "back": "q=zubr&view=1"}).headers["location"]
        == "/customers?q=zubr"
    )
    assert filled.house.rows(tables.SavedView) == []
    assert owner.get(view).status_code == 404


def test_a_view_that_everybody_sees_is_deleted_when_that_is_said_and_it_is_written_down(filled: Site) -> None:
    owner = filled.browser(Role.OPERATOR)
    for name, shared in (("Mine", ""), ("Ours", "1")):
        owner.post("/views", data={"name": name, "shared": shared, "back": "q=lodz"})
    mine, ours = (f"/views/{row['id']}" for row in filled.house.rows(tables.SavedView))
    refused = owner.post(ours, data={"action": "delete"})
    assert (refused.status_code, "Tick that it is deleted for everybody" in refused.text) == (422, True)
    for view, sure in ((mine, ""), (ours, "1")):
        assert owner.post(view, data={"action": "delete", "sure": sure}).status_code == 303
    (deed,) = [row for row in filled.house.rows(tables.Audit) if row["action"] == "delete-view"]
    assert (deed["subject"], deed["actor"]) == ("view Ours", "console:operator")
    assert (deed["details"]["owner"], deed["details"]["search"]) == ("operator", "lodz")


def test_a_view_has_the_columns_that_were_seen_when_it_was_saved_though_no_address_said_them(filled: Site) -> None:
    owner, other = filled.browser(Role.OPERATOR), filled.browser(Role.VIEWER)
    owner.post("/customers/columns", data={"order": ["name", "city"], "cols": ["name", "city"]})
    made = owner.post("/views", data={"name": "Towns", "shared": "1", "back": "sort=name"}).headers["location"]
    assert "(changed)" not in owner.get(made).text
    led = other.get(f"/customers?view={group(r'view=([0-9]+)', made)}").headers["location"]
    assert headers(other.get(led)) == ["Name", "City"]


def test_a_name_that_another_view_has_is_named_with_whose_that_view_is(filled: Site) -> None:
    owner, admin = filled.browser(Role.OPERATOR), filled.browser(Role.ADMIN)
    for name in ("One", "Two"):
        owner.post("/views", data={"name": name, "shared": "1"})
    asked = {"action": "rename", "name": "Two"}
    assert "you have a view &#39;Two&#39; already" in owner.post("/views/1", data=asked).text
    assert "operator has a view &#39;Two&#39; already" in admin.post("/views/1", data=asked).text


def test_a_view_needs_a_name_that_is_not_taken_and_somebody_elses_own_is_not_seen(filled: Site) -> None:
    owner, other = filled.browser(Role.OPERATOR), filled.browser(Role.VIEWER)
    assert [owner.post("/views", data={"name": name}).status_code for name in ("One", "One", " ", "x" * 65)] == [
        303, 422, 422, 422,
    ]  # fmt: skip
    assert "One</a>" in owner.get("/customers").text
    assert "One</a>" not in other.get("/customers").text
    assert other.get("/views/1").status_code == 404


def test_a_view_of_a_group_that_is_no_more_opens_with_the_reason(filled: Site) -> None:
    text = ask(filled.browser(Role.VIEWER), filter="group:has:Gone").text
    assert "There is no group “Gone” (any more)" in text


def test_groups_have_colours_and_nothing_but_a_colour_gets_into_the_style_sheet(filled: Site) -> None:
    with writing(filled.house.app.engine) as connection:
        for id_, color in ((1, "#AABBCC"), (2, "red}*{}")):
            connection.execute(update(tables.Group).where(tables.Group.id == id_).values(color=color))
    client = filled.browser(Role.VIEWER)
    page = client.get("/customers").text
    address = group(r'href="(/static-dyn/tags.css\?v=\w+)"', page)
    style = client.get(address)
    assert style.text.splitlines() == [".tag-1{--tag:#aabbcc}", ".tag-2{--tag:#5f78e6}"]
    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]
    assert client.get(address, headers={"if-none-match": style.headers["etag"]}).status_code == 304
    assert client.get("/static-dyn/tags.css").headers["cache-control"] == "no-cache"
    assert '<i class="tag-2">VIP &lt;b&gt;</i>' in page


def test_a_viewer_selects_nobody_and_an_operator_posts_codes_or_all_that_match(filled: Site) -> None:
    assert 'action="/customers/bulk"' not in filled.browser(Role.VIEWER).get("/customers").text
    text = ask(filled.browser(Role.OPERATOR), filter="group:has:hurt", q="bud").text
    assert (
        '<input type="hidden" name="filter" value="group:has:hurt"><input type="hidden" name="q" value="bud">' in text
    )
    assert text.count('name="code"') == 1
    assert 'name="all" value="1"' in text


def test_exports_are_of_the_same_list(filled: Site) -> None:
    text = ask(filled.browser(Role.OPERATOR), filter="group:has:hurt", sort="name", cols="name", size="25").text
    assert 'href="/customers.xlsx?filter=group%3Ahas%3Ahurt&amp;sort=name&amp;cols=name"' in text


def test_a_page_of_twenty_five_stays_small(site: Site) -> None:
    for number in range(30):
        site.house.erp.add(firm(f"B{number:02}", groups=("Hurt", "VIP", "Darmowa dostawa")))
    site.house.run("erp")
    answer = ask(site.browser(Role.OPERATOR), size=25)
    assert len(names(answer)) == 25
    assert len(answer.content) < 60_000


def test_what_a_piece_of_a_card_is_called_comes_from_a_style_sheet_in_the_readers_language(filled: Site) -> None:
    client = filled.browser(Role.OPERATOR, **{"accept-language": "pl"})
    page = ask(client, cols="name,status").text
    address = html.unescape(group(r'href="(/static-dyn/labels.css[^"]*)" media="\(max-width: 700px\)"', page))
    style = client.get(address)
    assert style.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert re.findall(r":nth-child\((\d)\)::before{content:\"(.*)\"}", style.text) == [("2", "Nazwa"), ("3", "Status")]
    assert client.get(address, headers={"if-none-match": style.headers["etag"]}).status_code == 304
    viewers = filled.browser(Role.VIEWER)
    plain = html.unescape(group(r'href="(/static-dyn/labels.css[^"]*)"', ask(viewers, cols="name").text))
    assert ':nth-child(1)::before{content:"Name"}' in viewers.get(plain).text
    old = viewers.get("/static-dyn/labels.css?cols=name&lang=xx")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")
    assert viewers.get("/static-dyn/labels.css?cols=nmae").status_code == 400


def test_connections_at_which_a_customer_stands_alike_share_a_mark(filled: Site) -> None:
    filled.house.push()
    text = ask(filled.browser(Role.VIEWER)).text
    assert text.count('<i class="place in_sync">erp, shop<small>: In sync</small></i>') == len(NAMES)
