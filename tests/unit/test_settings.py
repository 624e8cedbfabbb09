"""Where does each setting come from, and how is a wrong one refused?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from syncd.domain.country import Zone
from syncd.domain.news import News
from syncd.errors import Misconfigured
from syncd.ports import Adapter, Capabilities, Context, Endpoint, Secret, Side
from syncd.settings import GuardSettings, Loaded, Settings, load_settings, mask_url, parse_duration, parse_every
from syncd.settings.explain import flatten


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str
    token: Secret
    webhook_secret: Secret | None = None
    pages: int = 10


def never_opened(options: Any, context: Context) -> Endpoint:
    raise AssertionError


ADAPTERS = {
    kind: Adapter(kind=kind, title=kind, sides=sides, options=Options, open=never_opened, capabilities=Capabilities())
    for kind, sides in {"ledger": frozenset({Side.ERP}), "stall": frozenset(Side)}.items()
}


def adapter(kind: str) -> Adapter:
    if kind not in ADAPTERS:
        raise Misconfigured(f"there is no adapter of kind {kind!r}", cure="Kinds installed: ledger, stall.")
    return ADAPTERS[kind]


Load = Callable[..., Loaded]

BOTH = """
[connections.books]
kind = "ledger"
[connections.books.options]
url = "http://127.0.0.1/erp"

[connections.web-shop]
kind = "stall"
side = "shop"
every = "*/10 6-22 * * 1-5"

[[routes]]
erp = "books"
shop = "web-shop"
groups = { HURT = "Hurt" }
zones = ["domestic"]
"""


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def write_and_load(text: str, **environ: str) -> Loaded:
        file = tmp_path / "syncd.toml"
        file.write_text(text, encoding="utf-8")
        return load_settings(file, environ, load_adapter=adapter)

    return write_and_load


def refusal(load: Load, text: str, **environ: str) -> str:
    with pytest.raises(Misconfigured) as caught:
        load(text, **environ)
    return str(caught.value)


def test_without_file_and_environment_everything_is_at_its_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = load_settings(None, {})
    assert loaded.settings == Settings(database=f"sqlite:///{tmp_path}/syncd.db", folder=tmp_path)
    assert loaded.origins == {}


def test_connections_and_routes_are_read(load: Load) -> None:
    settings = load(BOTH).settings
    assert settings.connections["books"].side is Side.ERP
    assert settings.connections["web-shop"].every == "*/10 6-22 * * 1-5"
    assert settings.connections["books"].guard == GuardSettings()
    assert settings.routes[0].groups == {"HURT": "Hurt"}
    assert settings.routes[0].zones == [Zone.DOMESTIC]


def test_the_environment_wins_over_the_file(load: Load) -> None:
    loaded = load("push_batch = 50", SYNCD_PUSH_BATCH="7")
    assert loaded.settings.push_batch == 7
    assert loaded.origins["push_batch"] == "environment SYNCD_PUSH_BATCH"


def test_an_empty_variable_counts_as_not_set(load: Load) -> None:
    assert load("push_batch = 50", SYNCD_PUSH_BATCH="").settings.push_batch == 50


def test_a_file_in_the_working_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "syncd.toml").write_text('home = "DE"', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    loaded = load_settings(None, {})
    assert loaded.settings.home == "DE"
    assert loaded.file == Path("syncd.toml")


def test_the_environment_can_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('home = "SE"', encoding="utf-8")
    assert load_settings(None, {"SYNCD_CONFIG": str(tmp_path / "other.toml")}).settings.home == "SE"


def test_a_named_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no configuration file"):
        load_settings(tmp_path / "none.toml", {})


@pytest.mark.parametrize("named", [True, False])
def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool) -> None:
    (tmp_path / "syncd.toml").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Misconfigured, match=r"syncd\.toml is a folder"):
        load_settings(tmp_path / "syncd.toml" if named else None, {})


def test_a_file_may_begin_with_the_mark_of_utf8(tmp_path: Path) -> None:
    (tmp_path / "syncd.toml").write_text('home = "DE"', encoding="utf-8-sig")
    assert load_settings(tmp_path / "syncd.toml", {}).settings.home == "DE"


def test_the_usual_names_of_database_and_redis_are_understood(load: Load) -> None:
    loaded = load("", DATABASE_URL="postgresql://h/d", REDIS_URL="redis://:pw@h:6379/1")
    assert (loaded.settings.database, loaded.settings.redis) == ("postgresql://h/d", "redis://:pw@h:6379/1")
    assert loaded.origins == {"database": "environment DATABASE_URL", "redis": "environment REDIS_URL"}


def test_our_own_names_win_over_the_usual_ones(load: Load) -> None:
    assert load("", DATABASE_URL="postgresql://h/a", SYNCD_DATABASE="postgresql://h/b").settings.database.endswith("b")


def test_a_relative_database_file_lies_beside_the_configuration(load: Load, tmp_path: Path) -> None:
    assert load('database = "sqlite:///data/x.db"').settings.database == f"sqlite:///{tmp_path}/data/x.db"


def test_a_secret_comes_from_the_environment(load: Load) -> None:
    loaded = load(BOTH, SYNCD_WEB_SHOP_TOKEN="s3cret")
    assert loaded.settings.connections["web-shop"].options["token"] == "s3cret"
    assert loaded.origins["connections.web-shop.options.token"] == "environment SYNCD_WEB_SHOP_TOKEN"


def test_a_secret_comes_from_a_file_that_the_environment_names(load: Load, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n", encoding="utf-8")
    loaded = load(BOTH, SYNCD_BOOKS_TOKEN_FILE=str(tmp_path / "token"))
    assert loaded.settings.connections["books"].options["token"] == "s3cret"


def test_a_secret_comes_from_a_file_that_the_configuration_names(load: Load, tmp_path: Path) -> None:
    (tmp_path / "hook").write_text("s3cret\n", encoding="utf-8")
    loaded = load('[connections.b]\nkind = "ledger"\noptions.webhook_secret_file = "hook"')
    assert loaded.settings.connections["b"].options == {"webhook_secret": "s3cret"}


def test_a_secret_written_in_plain_text_is_refused_with_the_cure_and_not_repeated(load: Load) -> None:
    text = refusal(load, '[connections.b]\nkind = "ledger"\noptions.webhook_secret = "s3cret"')
    assert "connections.b.options.webhook_secret" in text
    assert "SYNCD_B_WEBHOOK_SECRET_FILE" in text
    assert "s3cret" not in text


def test_a_secret_and_its_file_together_are_refused(load: Load) -> None:
    assert "both SYNCD_BOOKS_TOKEN" in refusal(load, BOTH, SYNCD_BOOKS_TOKEN="a", SYNCD_BOOKS_TOKEN_FILE="b")


def test_an_unreadable_secret_file_is_named(load: Load) -> None:
    text = refusal(load, BOTH, SYNCD_BOOKS_TOKEN_FILE="/nowhere/token")
    assert "SYNCD_BOOKS_TOKEN_FILE" in text
    assert "/nowhere/token" in text


def test_an_option_that_is_no_secret_may_come_from_the_environment(load: Load) -> None:
    loaded = load(BOTH, SYNCD_BOOKS_URL="http://127.0.0.1/other")
    assert loaded.settings.connections["books"].options["url"] == "http://127.0.0.1/other"


def test_a_connection_can_be_paused_by_the_environment(load: Load) -> None:
    assert load(BOTH, SYNCD_BOOKS_PAUSED="true").settings.connections["books"].paused


def test_a_variable_that_means_two_keys_is_refused(load: Load) -> None:
    text = '[connections.a]\nkind = "ledger"\n[connections.a_webhook]\nkind = "stall"\nside = "erp"\n'
    assert load(text, SYNCD_A_TOKEN="x").warnings == ()
    clash = text + '[connections."A"]\nkind = "ledger"'
    assert "means both" in refusal(load, clash, SYNCD_A_TOKEN="x")


def test_a_misspelt_variable_is_reported_with_the_nearest(load: Load) -> None:
    assert load(BOTH, SYNCD_BOOKS_TOKN="x", SYNCD_PORT_8000_TCP="y").warnings == (
        "SYNCD_BOOKS_TOKN has no effect: did you mean SYNCD_BOOKS_TOKEN?",
    )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('databse = "x"', ["syncd.toml", "'databse'", "Did you mean database?"]),
        ('[connections.b]\nkind = "ledger"\nevry = "5m"', ["connections.b", "'evry'", "every"]),
        ('[connections.b]\nkind = "ledgre"', ["connections.b.kind", "ledgre"]),
        ("[connections.b]", ["connections.b.kind is missing"]),
        ('[connections.b]\nkind = "stall"', ["connections.b", "side"]),
        ('[connections.b]\nkind = "ledger"\nside = "shop"', ["connections.b.side", "erp"]),
        ('[connections.b]\nkind = "ledger"\nevery = "5 minutes"', ["connections.b.every", "5 minutes", "5m"]),
        ('[connections.b]\nkind = "ledger"\nevery = "61 * * * *"', ["connections.b.every", "cron"]),
        ('[connections.b]\nkind = "ledger"\nfields = ["emial"]', ["connections.b.fields", "Did you mean email?"]),
        ('[connections.b]\nkind = "ledger"\nguard.blocks_percent = 500', ["connections.b.guard.blocks_percent"]),
        ('[connections."b c"]\nkind = "ledger"', ["b c", "name"]),
        ('[[routes]]\nerp = "books"', ["routes[0]", "shop"]),
        ('push_batch = "many"', ["push_batch", "int"]),
        ('home = "Poland"', ["home", "PL"]),
        ('redis = "localhost"', ["redis", "redis://"]),
        ("home = ?", ["not TOML", "line 1"]),
        ('folder = "x"', ["'folder'"]),
    ],
)
def test_what_is_wrong_is_refused_with_key_file_and_cure(load: Load, text: str, parts: list[str]) -> None:
    told = refusal(load, text)
    assert [part for part in parts if part not in told] == []


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("SYNCD_LEASE_SECONDS", "soon", "lease_seconds"),
        ("SYNCD_HOME", "Poland", "home"),
        ("REDIS_URL", "localhost", "redis"),
        ("SYNCD_CONSOLE_PORT", "http", "console.port"),
        ("SYNCD_VIES_CALLS", "0", "vies.calls"),
        ("SYNCD_BOOKS_PAUSED", "perhaps", "connections.books.paused"),
        ("SYNCD_BOOKS_EVERY", "often", "connections.books.every"),
        ("SYNCD_CONSOLE_HOST", "0.0.0.0", "console.host"),
        ("SYNCD_CONSOLE_PUBLIC_URL", "syncd.example", "console.public_url"),
        ("SYNCD_CONSOLE_BEHIND_TLS_PROXY", "true", "console.public_url"),
        ("SYNCD_CONSOLE_FLOWER_URL", "flower", "console.flower_url"),
        ("SYNCD_VIES_REQUESTER", "526", "vies.requester"),
        ("SYNCD_VIES_URL", "vies", "vies.url"),
        ("SYNCD_ALERTS_WEBHOOK", "hook", "alerts.webhook"),
        ("SYNCD_ALERTS_WEBHOOK", "https://ops.example/hook", "alerts.webhook"),
        ("SYNCD_ALERTS_SMTP_PASSWORD", "secret", "alerts.smtp_username"),
    ],
)
def test_what_is_wrong_in_the_environment_is_not_blamed_on_the_file(
    load: Load, name: str, value: str, key: str
) -> None:
    with pytest.raises(Misconfigured) as refused:
        load(BOTH, **{name: value})
    told = refused.value.message
    assert told.startswith((f"environment {name}: {key}: ", f"environment {name}: {key} "))
    assert "syncd.toml" not in told


MORE = """
[[webhooks]]
name = "desk"
events = ["run.held"]

[console.oidc]
client_id = "syncd"
"""


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("SYNCD_WEBHOOKS_DESK_URL", "desk", "webhooks[0].url"),
        ("SYNCD_WEBHOOKS_DESK_SECRET", "short", "webhooks[0].secret"),
        ("SYNCD_CONSOLE_OIDC_ISSUER", "login", "console.oidc.issuer"),
        ("SYNCD_CONSOLE_OIDC_ROLE_CLAIM", "groups", "console.oidc.roles"),
    ],
)
def test_nor_is_what_is_wrong_with_a_receiver_or_a_provider(load: Load, name: str, value: str, key: str) -> None:
    good = {
        "SYNCD_WEBHOOKS_DESK_URL": "https://desk.example/hook",
        "SYNCD_WEBHOOKS_DESK_SECRET": "whsec_" + "QUJD" * 8,
        "SYNCD_CONSOLE_OIDC_ISSUER": "https://login.example",
        "SYNCD_CONSOLE_OIDC_CLIENT_SECRET": "x",
    }
    with pytest.raises(Misconfigured) as refused:
        load(BOTH + MORE, **{**good, name: value})
    assert refused.value.message.startswith(f"environment {name}: {key}")


def test_a_route_to_an_unknown_connection_names_the_nearest(load: Load) -> None:
    assert "Did you mean web-shop?" in refusal(load, BOTH + '[[routes]]\nerp = "books"\nshop = "webshop"')


def test_rules_of_groups_are_read_in_their_order(load: Load) -> None:
    text = f"""{BOTH}unmapped = "issue"
    [[routes.group_rules]]
    match = "contains"
    pattern = "vip"
    target = "Key"
    priority = 3
    """
    (route,) = load(text).settings.routes
    assert [(rule.match, rule.pattern, rule.target, rule.priority) for rule in route.seed] == [
        ("equals", "HURT", "Hurt", 0),
        ("contains", "vip", "Key", 3),
    ]
    assert route.unmapped == "issue"


def test_a_rule_of_groups_that_cannot_be_used_is_refused(load: Load) -> None:
    text = f'{BOTH}[[routes.group_rules]]\nmatch = "regex"\npattern = "("\ntarget = "Key"\n'
    assert "routes[0].group_rules: '(' is no regular expression" in refusal(load, text)


def test_the_field_for_the_names_of_all_groups_is_a_custom_one(load: Load) -> None:
    text = BOTH.replace('side = "shop"', 'side = "shop"\ngroups_field = "notes"')
    assert "connections.web-shop.groups_field: this is no custom field" in refusal(load, text)


def test_a_route_with_its_ends_exchanged_is_refused(load: Load) -> None:
    assert "routes[1].erp" in refusal(load, BOTH + '[[routes]]\nerp = "web-shop"\nshop = "books"')


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("5m", 300), ("1h", 3600), ("1d", 86400), (" 2 h ", 7200)])
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "0s", "5 weeks", "9999999999d"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(Misconfigured):
        parse_duration(text)


def test_a_schedule_may_be_a_cron_expression() -> None:
    assert parse_every("*/15 6-22 * * 1-5") is None
    assert parse_every("5m") == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:pw@h/n", "postgresql://u:***@h/n"),
        ("postgresql://u:p@/w@h/n", "postgresql://u:***@h/n"),
        ("redis://:pw@h:6379/0", "redis://:***@h:6379/0"),
        ("unix:///a.sock?db=1&password=pw", "unix:///a.sock?db=1&password=***"),
        ("sqlite:////var/lib/syncd.db", "sqlite:////var/lib/syncd.db"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert mask_url(url) == shown


def test_neither_passwords_nor_options_show_in_the_repr(load: Load) -> None:
    loaded = load(BOTH, DATABASE_URL="postgresql://u:hidden1@h/n", SYNCD_BOOKS_TOKEN="hidden2")
    assert "hidden" not in repr(loaded)


def test_vies_is_off_until_it_is_switched_on(load: Load) -> None:
    assert not load("").settings.vies.enabled
    loaded = load('[vies]\nenabled = true\nrequester = "PL5260250274"\nkeep_days = 7\n', SYNCD_VIES_CALLS="5")
    own = loaded.settings.vies
    assert (own.enabled, own.requester, own.keep_days, own.calls) == (True, "PL5260250274", 7, 5)
    assert loaded.origins["vies.calls"] == "environment SYNCD_VIES_CALLS"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[vies]\nrequester = "5260250274"\n', "vies.requester"),
        ('[vies]\nrequester = "GB220430231"\n', "vies.requester"),
        ('[vies]\nurl = "ec.europa.eu"\n', "vies.url"),
        ("[vies]\ncalls = 0\n", "vies.calls"),
        ("[vies]\nenable = true\n", "Did you mean enabled"),
        ("vies = 1\n", "vies is not a table"),
    ],
)
def test_wrong_settings_of_vies_are_refused_by_name(load: Load, text: str, said: str) -> None:
    assert said in refusal(load, text)


def test_alerts_are_posted_with_secrets_that_only_the_environment_has(load: Load) -> None:
    text = '[alerts]\ncommand = ["/bin/page"]\n'
    own = load(
        text, SYNCD_ALERTS_WEBHOOK="https://hooks.example/s3cret", SYNCD_ALERTS_SIGNING_KEY="k3y"
    ).settings.alerts
    assert own.command == ["/bin/page"]
    assert own.webhook is not None
    assert own.webhook.reveal() == "https://hooks.example/s3cret"
    assert "s3cret" not in repr(own)


@pytest.mark.parametrize(
    ("text", "environment", "said"),
    [
        ('[alerts]\nwebhook = "https://hooks.example"\n', {}, "a secret written in plain text"),
        ("", {"SYNCD_ALERTS_WEBHOOK": "https://hooks.example"}, "needs alerts.signing_key"),
        ("", {"SYNCD_ALERTS_WEBHOOK": "hooks.example", "SYNCD_ALERTS_SIGNING_KEY": "k"}, "is not a web address"),
        ('[alerts]\ncomand = ["x"]\n', {}, "Did you mean command"),
        ('[connections.s]\nkind = "stall"\nside = "shop"\nfresh_within = "soon"\n', {}, "fresh_within"),
        ('[connections.s]\nkind = "ledger"\nside = "erp"\ncanary = "K000001"\n', {}, "canary"),
        ('[connections.s]\nkind = "stall"\nside = "shop"\ncanary = "x"\n', {}, "canary"),
    ],
)
def test_wrong_settings_of_alerts_and_freshness_are_refused_by_name(
    load: Load, text: str, environment: dict[str, str], said: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(text, **environment)
    assert said in str(caught.value)


DESK = '[[webhooks]]\nname = "desk-1"\nurl = "https://desk.example/in"\nevents = ["run.held"]\n'
SIGNS = {"SYNCD_WEBHOOKS_DESK_1_SECRET": "whsec_" + "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="}


def test_a_webhook_has_its_key_from_the_environment_and_shows_neither_key_nor_address(load: Load) -> None:
    loaded = load(DESK, **SIGNS)
    (one,) = loaded.settings.webhooks
    assert (one.name, one.events, one.url.reveal()) == ("desk-1", [News.RUN_HELD], "https://desk.example/in")
    told = {row.key: row.value for row in flatten(loaded)}
    assert (told["webhooks[0].name"], told["webhooks[0].events"]) == ("desk-1", ["run.held"])
    assert "desk.example" not in f"{told} {loaded.settings!r}"
    assert "a2tra" not in f"{told} {loaded.settings!r}"


def test_the_address_of_a_webhook_may_be_in_the_environment(load: Load) -> None:
    text = DESK.replace('url = "https://desk.example/in"\n', "")
    loaded = load(text, SYNCD_WEBHOOKS_DESK_1_URL="https://desk.example/t0ken", **SIGNS)
    assert loaded.settings.webhooks[0].url.reveal() == "https://desk.example/t0ken"


@pytest.mark.parametrize(
    ("text", "environment", "said"),
    [
        (DESK, {}, "no secret to sign with"),
        (DESK + 'secret = "whsec_x"\n', SIGNS, "a secret written in plain text"),
        (DESK, {"SYNCD_WEBHOOKS_DESK_1_SECRET": "short"}, "no key of a webhook"),
        (DESK.replace("https://desk", "desk"), SIGNS, "is not a web address"),
        (DESK.replace("run.held", "run.hold"), SIGNS, "events"),
        (DESK.replace('["run.held"]', "[]"), SIGNS, "events"),
        (DESK.replace("url", "uri"), SIGNS, "Did you mean url"),
        (DESK.partition("events")[0], SIGNS, "webhooks[0].events is missing. Write it there: docs/reference"),
        (
            DESK.replace('"desk-1"', '"a b"'),
            {"SYNCD_WEBHOOKS_A_B_SECRET": SIGNS["SYNCD_WEBHOOKS_DESK_1_SECRET"]},
            "name",
        ),
        ("[webhooks]\n", {}, "webhooks is not a list"),
        ('[console]\nflower_url = "http://u:p@127.0.0.1:5555"\n', {}, "flower_url"),
    ],
)
def test_wrong_settings_of_webhooks_are_refused_by_name(
    load: Load, text: str, environment: dict[str, str], said: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(text, **environment)
    assert said in str(caught.value)


def test_two_webhooks_of_one_name_are_refused(load: Load) -> None:
    assert "means both" in refusal(load, DESK + DESK, **SIGNS)


@pytest.mark.parametrize("url", ["redis://redis.example:6379/0", "rediss://10.0.0.5/0", "redis://user@h/0"])
def test_a_redis_on_the_network_without_a_password_is_refused(load: Load, url: str) -> None:
    text = refusal(load, f'redis = "{url}"')
    assert "password" in text
    assert "requirepass" in text


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1/0",
        "redis://localhost",
        "redis:///0",
        "unix:///run/redis",
        "redis://:pw@h/0",
        "redis://h?password=pw",
    ],
)
def test_a_redis_that_no_stranger_can_use_is_taken(load: Load, url: str) -> None:
    assert load("", REDIS_URL=url).settings.redis == url


def test_the_console_listens_to_this_machine_only_until_told_otherwise(load: Load) -> None:
    own = load("", SYNCD_CONSOLE_PORT="9000").settings.console
    assert (own.host, own.port, own.behind_tls_proxy) == ("127.0.0.1", 9000, False)
    proxied = '[console]\nhost = "0.0.0.0"\nbehind_tls_proxy = true\npublic_url = "https://syncd.example"\n'
    assert load(proxied).settings.console.host == "0.0.0.0"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[console]\nhost = "0.0.0.0"\n', "behind_tls_proxy"),
        ('[console]\nhost = "::"\n', "behind_tls_proxy"),
        ('[console]\nhost = "syncd.example"\n', "behind_tls_proxy"),
        ("[console]\nbehind_tls_proxy = true\n", "public_url"),
        ('[console]\nbehind_tls_proxy = true\npublic_url = "http://syncd.example"\n', "public_url"),
        ('[console]\npublic_url = "https://syncd.example/console"\n', "public_url"),
        ('[console]\npublic_url = "https://syncd.example"\n', "behind_tls_proxy"),
        ("[console]\nport = 0\n", "console.port"),
        ('secrets_key = "x"\n', "SYNCD_SECRETS_KEY_FILE"),
    ],
)
def test_a_console_that_would_show_passwords_to_the_network_is_refused(load: Load, text: str, said: str) -> None:
    assert said in refusal(load, text)
