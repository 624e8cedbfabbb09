"""Does the simulated shop keep its own rules, whoever asks?"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from adapters.insales import ADAPTER
from adapters.insales.endpoint import InSalesEndpoint
from adapters.insales.simulated.seed import fill
from adapters.insales.simulated.shop import JURIDICAL, Shop
from adapters.insales.simulated.state import Setup
from adapters.insales.simulator import Simulated
from syncd.certify.promises import PROMISES
from syncd.certify.promises.case import Broken, Case
from syncd.domain import tax
from syncd.domain.contractor import Contractor


class Said(NamedTuple):
    status: int
    headers: Any
    body: Any


def ask(shop: Simulated, method: str, path: str, body: object = None, *, password: str | None = None) -> Said:
    setup = shop.shop.setup
    pair = base64.b64encode(f"{setup.login}:{password or setup.password}".encode()).decode()
    request = urllib.request.Request(
        f"{shop.url}/admin/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"authorization": f"Basic {pair}", "content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return Said(answer.status, answer.headers, json.loads(answer.read()))
    except urllib.error.HTTPError as error:
        with error:
            return Said(error.code, error.headers, error.read())


def make(shop: Simulated, **values: Any) -> Any:
    return ask(shop, "POST", "clients.json", {"client": {"name": "ООО Берёза", **values}})


def test_a_wrong_password_is_refused(shop: Simulated) -> None:
    assert ask(shop, "GET", "clients.json", password="another").status == 401


def test_a_name_is_all_that_a_client_needs(shop: Simulated) -> None:
    said = make(shop)
    assert (said.status, said.body["type"]) == (201, "Client::Individual")


def test_a_client_without_a_name_is_refused(shop: Simulated) -> None:
    assert make(shop, name="").status == 422


def test_every_answer_says_how_many_calls_were_made(shop: Simulated) -> None:
    ask(shop, "GET", "clients.json")
    assert ask(shop, "GET", "clients.json").headers["API-Usage-Limit"] == "2/500"


def test_calls_beyond_the_limit_are_told_when_the_window_ends(start: Callable[..., Simulated]) -> None:
    shop = start(limit=2)
    with shop.frozen():
        said = [ask(shop, "GET", "clients.json") for _ in range(3)][-1]
        assert (said.status, said.headers["Retry-After"], said.headers["API-Usage-Limit"]) == (503, "300", "3/2")


def test_a_window_begins_with_its_first_call(start: Callable[..., Simulated]) -> None:
    shop = start(limit=1)
    ask(shop, "GET", "clients.json")
    shop.pass_time(301)
    assert ask(shop, "GET", "clients.json").status == 200


def test_what_an_individual_has_no_place_for_is_left_aside_without_a_word(shop: Simulated) -> None:
    said = make(shop, inn="7701234560", kpp="770101001")
    assert said.status == 201
    assert "kpp" not in said.body


def test_a_type_stays_whatever_is_said_of_it(shop: Simulated) -> None:
    id_ = make(shop).body["id"]
    said = ask(shop, "PUT", f"clients/{id_}.json", {"client": {"type": JURIDICAL}})
    assert (said.status, said.body["type"]) == (200, "Client::Individual")


def test_an_account_needs_an_email_and_a_password_of_six_characters(shop: Simulated) -> None:
    assert make(shop, registered=True, password="123456").status == 422
    assert make(shop, registered=True, email="a@b.example").status == 422
    assert make(shop, registered=True, email="a@b.example", password="12345").status == 422
    assert make(shop, registered=True, email="a@b.example", password="123456").status == 201


def test_a_new_account_is_written_to_unless_the_call_says_not_to(shop: Simulated) -> None:
    account = {"registered": True, "password": "123456"}
    loud = make(shop, email="a@b.example", **account).body["id"]
    make(shop, email="c@d.example", skip_send_mail=True, **account)
    assert shop.shop.state.mails == [loud]


def test_two_guests_may_share_an_email_and_two_accounts_may_not(shop: Simulated) -> None:
    assert [make(shop, email="a@b.example").status for _ in range(2)] == [201, 201]
    account = {"registered": True, "password": "123456", "email": "x@y.example"}
    assert [make(shop, **account).status for _ in range(2)] == [201, 422]


def test_a_value_sent_without_its_id_is_stored_beside_the_one_that_is_there(shop: Simulated) -> None:
    field = next(f for f in shop.shop.state.fields.values() if f.office_title == "erp_id" and f.destiny == 2)
    id_ = make(shop, fields_values_attributes=[{"field_id": field.id, "value": "1"}]).body["id"]
    body = {"client": {"fields_values_attributes": [{"field_id": field.id, "value": "2"}]}}
    said = ask(shop, "PUT", f"clients/{id_}.json", body)
    assert [one["value"] for one in said.body["fields_values"]] == ["1", "2"]


def test_a_value_of_the_other_types_field_is_left_aside(shop: Simulated) -> None:
    field = next(f for f in shop.shop.state.fields.values() if f.office_title == "erp_id" and f.destiny == 5)
    assert make(shop, fields_values_attributes=[{"field_id": field.id, "value": "1"}]).body["fields_values"] == []


def test_the_cursor_begins_at_its_moment_and_skips_ids_in_it(shop: Simulated) -> None:
    with shop.frozen():
        made = [make(shop).body for _ in range(3)]
    since = made[0]["updated_at"].replace("+", "%2B")
    whole = ask(shop, "GET", f"clients.json?updated_since={since}")
    rest = ask(shop, "GET", f"clients.json?updated_since={since}&from_id={made[1]['id']}")
    assert [one["id"] for one in whole.body] == [one["id"] for one in made]
    assert [one["id"] for one in rest.body] == [made[2]["id"]]


def test_an_id_without_a_moment_is_no_cursor(shop: Simulated) -> None:
    made = [make(shop).body for _ in range(3)]
    assert len(ask(shop, "GET", f"clients.json?from_id={made[2]['id']}").body) == 3


def test_a_page_is_never_larger_than_the_shop_likes(start: Callable[..., Simulated]) -> None:
    shop = start(largest_page=2)
    for _ in range(3):
        make(shop)
    assert len(ask(shop, "GET", "clients.json?per_page=250").body) == 2


def test_a_deleted_client_leaves_no_trace(shop: Simulated) -> None:
    made = make(shop).body
    assert ask(shop, "DELETE", f"clients/{made['id']}.json").body == {"status": "ok"}
    assert ask(shop, "GET", "clients/count.json").body == {"count": 0}
    assert ask(shop, "GET", f"clients/{made['id']}.json").status == 404


def test_a_move_into_a_group_moves_the_time_stamp(shop: Simulated) -> None:
    group = ask(shop, "POST", "client_groups.json", {"client_group": {"title": "Опт"}}).body
    made = make(shop).body
    shop.pass_time(5)
    said = ask(shop, "PUT", f"clients/{made['id']}.json", {"client": {"client_group_id": group["id"]}})
    assert said.body["updated_at"] > made["updated_at"]


def test_two_fields_and_two_groups_may_have_one_name(shop: Simulated) -> None:
    group = {"client_group": {"title": "Опт"}}
    field = {"field": {"type": "Field::TextField", "office_title": "erp_id", "destiny": 2}}
    assert [ask(shop, "POST", "client_groups.json", group).status for _ in range(2)] == [201, 201]
    assert ask(shop, "POST", "fields.json", field).status == 201


@pytest.mark.parametrize(
    ("setting", "phone", "status", "held"),
    [
        ("free", "спросить Анну", 201, "спросить Анну"),
        ("international", "8 (916) 123-45-67", 201, "+79161234567"),
        ("international", "спросить Анну", 422, None),
    ],
)
def test_phones_are_taken_as_the_setting_says(
    start: Callable[..., Simulated], setting: str, phone: str, status: int, held: str | None
) -> None:
    said = make(start(phones=setting), phone=phone)
    assert said.status == status
    assert held is None or said.body["phone"] == held


def test_hooks_are_sent_lost_and_doubled_as_set_up(start: Callable[..., Simulated]) -> None:
    shop = start(hook_loss=2, hook_double=3)
    hook = {"webhook": {"address": "https://x.example/", "topic": "client/create", "format_type": "json"}}
    ask(shop, "POST", "webhooks.json", hook)
    made = [make(shop).body["id"] for _ in range(3)]
    assert [(topic, body["id"]) for topic, body in shop.shop.state.sent] == [
        ("client/create", made[0]),
        ("client/create", made[2]),
        ("client/create", made[2]),
    ]


def test_a_topic_in_the_plural_is_refused(shop: Simulated) -> None:
    hook = {"webhook": {"address": "https://x.example/", "topic": "clients/create", "format_type": "json"}}
    assert ask(shop, "POST", "webhooks.json", hook).status == 422


def test_a_seed_makes_the_same_clients_each_time() -> None:
    shops = [Shop(Setup()) for _ in range(2)]
    for shop in shops:
        fill(shop, 80, seed=3)
    one, two = ([client.values for client in shop.state.clients.values()] for shop in shops)
    assert one == two


def test_seeded_firms_have_numbers_that_can_be_right_but_for_a_few(shop: Simulated) -> None:
    fill(shop.shop, 200, seed=1)
    firms = [held.contractor for held in shop.holds().values() if held.contractor.tax_id]
    assert len(firms) > 100
    assert sum(tax.fault(firm.tax_id, firm.country or "RU") is not None for firm in firms) in range(1, 7)
    assert not [
        kind
        for firm in firms
        for kind, number in firm.registrations.items()
        if tax.registration_fault(kind, number, firm.country or "RU")
    ]


def test_a_shop_that_is_stopped_goes_on_with_what_it_held(tmp_path: Path) -> None:
    seen = []
    for contractors in (7, 99):
        command = [sys.executable, "-m", "adapters.insales.simulator", "--port", "0"]
        command += ["--contractors", str(contractors), "--state", str(tmp_path / "shop.json"), "--password", "pw-test"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            url, _, login, *_ = process.stdout.readline().split()
            pair = base64.b64encode(f"{login}:pw-test".encode()).decode()
            request = urllib.request.Request(f"{url}/admin/clients.json", headers={"authorization": f"Basic {pair}"})
            with urllib.request.urlopen(request) as answer:
                seen.append(json.loads(answer.read()))
            process.terminate()
    assert len(seen[0]) == 7
    assert seen[0] == seen[1]


def test_the_staff_sees_what_it_typed_in(shop: Simulated, firm: Contractor) -> None:
    made = shop.add(firm)
    seen = shop.holds()[made].contractor
    assert (seen.name, seen.tax_id, seen.registrations, seen.groups) == (
        firm.name,
        firm.tax_id,
        firm.registrations,
        firm.groups,
    )


class Loud(InSalesEndpoint):
    """An adapter that forgot to ask for no mail."""

    def _written(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        plain = {name: value for name, value in body["client"].items() if name != "skip_send_mail"}
        return super()._written(method, path, {"client": plain})


def test_an_adapter_that_lets_the_shop_write_to_new_clients_is_found_out(shop: Simulated) -> None:
    (promise,) = (one for one in PROMISES if one.name == "a_create_mails_nobody")
    case = Case(msgspec.structs.replace(ADAPTER, open=Loud), shop)
    with pytest.raises(Broken, match="it mailed"):
        promise.check(case)
    case.close()


def test_whoever_listens_is_called_for_each_client_that_was_made_or_changed(shop: Simulated) -> None:
    heard: list[str] = []
    shop.add(Contractor(name="ООО Раньше"))
    shop.webhooks.listen(heard.append)
    made = shop.add(Contractor(name="ООО Новое"))  # made and then filled in: two hooks
    shop.edit(made, name="ООО Иное")
    shop.webhooks.times = 0
    shop.edit(made, name="ООО Потеряно")
    assert (heard, shop.webhooks.sent) == ([made] * 3, 4)
