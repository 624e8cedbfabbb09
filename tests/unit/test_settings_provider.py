"""Is an identity provider that nobody could log in by safely refused before anybody tries?"""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.egress import Trust
from syncd.errors import Misconfigured
from syncd.oidc.discovery import read_metadata, trust_in
from syncd.settings import Settings, load_settings
from syncd.settings.explain import flatten

SECRET = {"SYNCD_CONSOLE_OIDC_CLIENT_SECRET": "hush"}
RIGHT = {"issuer": '"https://login.example/realms/acme"', "client_id": '"syncd"'}
DOCUMENT = {
    "issuer": "https://login.example",
    "authorization_endpoint": "https://login.example/authorize",
    "token_endpoint": "https://login.example/token",
    "jwks_uri": "https://keys.example/keys",
}


def load(folder: Path, environ: dict[str, str] = SECRET, more: str = "", **keys: str) -> Settings:
    lines = "\n".join(f"{key} = {value}" for key, value in (RIGHT | keys).items() if value)
    file = folder / "syncd.toml"
    file.write_text(f"[console.oidc]\n{lines}\n{more}", encoding="utf-8")
    return load_settings(file, environ).settings


def test_a_provider_is_read_with_its_secret_from_the_environment_or_a_file(tmp_path: Path) -> None:
    roles = '[console.oidc.roles]\n"syncd-admins" = "admin"\n'
    own = load(tmp_path, role_claim='"groups"', make_users="true", passwords="false", more=roles).console
    assert own.oidc is not None
    assert own.oidc.client_secret.reveal() == "hush"
    assert (own.oidc.roles, own.oidc.scopes, own.takes_passwords) == (
        {"syncd-admins": "admin"},
        ("openid", "profile", "email"),
        False,
    )
    (tmp_path / "secret").write_text("hush\n", encoding="utf-8")
    by_file = load(tmp_path, {"SYNCD_CONSOLE_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")}).console.oidc
    assert by_file is not None
    assert by_file.client_secret.reveal() == "hush"


def test_the_environment_alone_will_do_and_is_the_way_back_to_passwords(tmp_path: Path) -> None:
    file = tmp_path / "syncd.toml"
    file.write_text("", encoding="utf-8")
    named = {f"SYNCD_CONSOLE_OIDC_{key.upper()}": value.strip('"') for key, value in RIGHT.items()} | SECRET
    assert load_settings(file, named).settings.console.oidc is not None
    assert load_settings(file, {}).settings.console.oidc is None
    back = {"SYNCD_CONSOLE_OIDC_PASSWORDS": "true"}
    assert load(tmp_path, SECRET | back, passwords="false").console.takes_passwords


@pytest.mark.parametrize(
    ("keys", "environ", "said"),
    [
        ({"client_secret": '"hush"'}, SECRET, "SYNCD_CONSOLE_OIDC_CLIENT_SECRET"),
        ({}, {}, "SYNCD_CONSOLE_OIDC_CLIENT_SECRET"),
        ({"isuer": '"x"'}, SECRET, "issuer?"),
        ({"issuer": ""}, SECRET, "issuer"),
        ({"issuer": '"http://login.example"'}, SECRET, "issuer is no address of https"),
        ({"issuer": '"https://login.example?x=1"'}, SECRET, "issuer is no address of https"),
        ({"issuer": '"https://u:p@login.example"'}, SECRET, "issuer is no address of https"),
        ({"issuer": '"https://login.example:x"'}, SECRET, "issuer is no address of https"),
        ({"issuer": '"login.example"'}, SECRET, "issuer is no address of https"),
        ({"client_id": '""'}, SECRET, "client_id"),
        ({"label": '""'}, SECRET, "label"),
        ({"scopes": '["email"]'}, SECRET, "openid"),
        ({"scopes": '["openid email"]'}, SECRET, "scope"),
        ({"role_claim": '"groups"'}, SECRET, "roles is missing"),
        ({"roles": '{ a = "admin" }'}, SECRET, "role_claim is missing"),
        ({"roles": '{ a = "root" }', "role_claim": '"groups"'}, SECRET, "roles"),
        ({"make_users": "true"}, SECRET, "make_users needs roles"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_with_a_cure(
    tmp_path: Path, keys: dict[str, str], environ: dict[str, str], said: str
) -> None:
    with pytest.raises(Misconfigured) as told:
        load(tmp_path, environ, **keys)
    assert said in f"{told.value} {told.value.cure}"
    assert told.value.cure
    assert "hush" not in f"{told.value} {told.value.cure}"


def test_on_this_machine_a_provider_may_speak_http(tmp_path: Path) -> None:
    assert load(tmp_path, issuer='"http://127.0.0.1:8080/realms/acme"').console.oidc


def test_the_secret_is_shown_nowhere(tmp_path: Path) -> None:
    load(tmp_path)
    loaded = load_settings(tmp_path / "syncd.toml", SECRET)
    shown = {one.key: one.value for one in flatten(loaded)}
    assert shown["console.oidc.client_secret"] == "***"
    assert "hush" not in repr(loaded) + repr(shown)


# The discovery document


def test_a_document_is_taken_at_its_word_only_where_that_is_safe() -> None:
    told = read_metadata(DOCUMENT, "https://login.example")
    assert (told.token, told.way) == ("https://login.example/token", "client_secret_basic")
    assert trust_in("https://login.example/token", "https://login.example") is Trust.CONFIGURED
    assert trust_in("https://keys.example/keys", "https://login.example") is Trust.FOREIGN


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"issuer": "https://login.example/"},
        {"issuer": None},
        {"token_endpoint": "http://login.example/token"},
        {"token_endpoint": "http://127.0.0.1/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": ""},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://login.example/\r\nx: y"},
        {"authorization_endpoint": "https://login.example/#"},
        {"authorization_endpoint": 7},
        {"code_challenge_methods_supported": ["plain"]},
        {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
    ],
    ids=str,
)
def test_a_document_that_is_another_s_or_leads_astray_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(Misconfigured) as told:
        read_metadata(DOCUMENT | change, "https://login.example")
    assert (told.value.code, told.value.field) == ("identity-provider", "console.oidc.issuer")


@pytest.mark.parametrize("document", [None, [], "x", {}, {"issuer": "https://login.example"}])
def test_what_is_no_document_is_refused(document: object) -> None:
    with pytest.raises(Misconfigured):
        read_metadata(document, "https://login.example")
