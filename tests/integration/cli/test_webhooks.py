"""Are webhooks seen and tried from a shell?"""

from __future__ import annotations

import json

import pytest
from pytest_httpserver import HTTPServer

from syncd.domain.standard_webhooks import keys_of
from tests.integration.cli.conftest import Shell


@pytest.fixture
def called(shell: Shell, httpserver: HTTPServer) -> Shell:
    text = shell.file.read_text(encoding="utf-8")
    url = httpserver.url_for("/desk-t0ken")
    shell.file.write_text(f'{text}\n[[webhooks]]\nname = "desk"\nurl = "{url}"\nevents = ["run.held"]\n')
    shell.environ["SYNCD_WEBHOOKS_DESK_SECRET"] = shell.run("webhooks", "key").stdout.strip()
    return shell


def test_a_key_is_one_that_the_configuration_takes(shell: Shell) -> None:
    one, other = (shell.json("webhooks", "key")["key"] for _ in range(2))
    assert len(keys_of(f"{one},{other}")) == 2
    assert one != other


def test_webhooks_are_listed_without_address_and_key(called: Shell) -> None:
    (one,) = called.json("webhooks", "list")["webhooks"]
    assert (one["name"], one["events"], one["state"]) == ("desk", ["run.held"], None)
    assert "t0ken" not in called.run("webhooks", "list").output
    shown = called.run("config", "show").output
    assert "t0ken" not in shown
    assert str(called.environ["SYNCD_WEBHOOKS_DESK_SECRET"]) not in shown


def test_a_test_message_says_whether_it_was_taken(called: Shell, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/desk-t0ken").respond_with_data(status=200)
    httpserver.expect_ordered_request("/desk-t0ken").respond_with_data(status=500)
    assert called.json("webhooks", "test", "desk")["id"].startswith("msg_0_")
    assert json.loads(httpserver.log[0][0].get_data())["type"] == "webhook.test"
    refused = called.run("webhooks", "test", "desk")
    assert (refused.exit_code, "t0ken" in refused.output) == (4, False)


def test_what_was_given_up_is_sent_again_on_request(called: Shell) -> None:
    assert called.json("webhooks", "retry", "desk")["again"] == 0
    assert called.run("webhooks", "retry", "dsk").exit_code == 2
