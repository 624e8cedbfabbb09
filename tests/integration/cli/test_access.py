"""Does the command line let people and programs in, and out?"""

from __future__ import annotations

from tests.integration.cli.conftest import Shell

PASSWORD = "correct horse battery staple"


def add(shell: Shell, name: str = "anna", role: str = "admin") -> None:
    result = shell.run("users", "add", name, "--role", role, "--password-file", "-", answer=PASSWORD + "\n")
    assert result.exit_code == 0, result.output


def test_users_are_added_changed_and_shut_out(shell: Shell) -> None:
    assert shell.json("users", "list")["users"] == []
    add(shell, "other")
    add(shell)
    shell.json("users", "role", "anna", "operator")
    assert shell.run("users", "passwd", "anna", "--password-file", "-", answer="another long text\n").exit_code == 0
    shell.json("users", "disable", "anna")
    row, _ = shell.rows("users", "list")
    assert (row["name"], row["role"], row["state"]) == ("anna", "operator", "disabled")
    shell.json("users", "enable", "anna")
    assert shell.rows("users", "list")[0]["state"] == "active"


def test_the_tokens_of_whoever_was_shut_out_stay_ended(shell: Shell) -> None:
    add(shell, "other")
    add(shell)
    shell.json("tokens", "create", "ci", "--user", "anna", "--scope", "read", "--expires", "7d")
    shell.json("users", "disable", "anna")
    shell.json("users", "enable", "anna")
    assert [row["state"] for row in shell.rows("tokens", "list")] == ["revoked"]


def test_a_password_is_never_taken_from_the_command_line_nor_printed(shell: Shell) -> None:
    assert shell.run("users", "add", "anna", "--password", PASSWORD).exit_code == 2
    refused = shell.run("users", "add", "anna")
    assert (refused.exit_code, "--password-file" in refused.stderr) == (2, True)
    weak = shell.run("users", "add", "anna", "--password-file", "-", answer="hunter2\n")
    assert (weak.exit_code, "hunter2" in weak.output) == (2, False)
    add(shell)
    assert PASSWORD not in shell.run("users", "list", "--json").output


def test_a_token_is_shown_once(shell: Shell) -> None:
    add(shell, role="operator")
    token = shell.json("tokens", "create", "ci", "--user", "anna", "--scope", "operate", "--expires", "7d")["token"]
    assert token.startswith("syncd_")
    (row,) = shell.rows("tokens", "list")
    assert (row["name"], row["scopes"], row["state"]) == ("ci", "operate", "active")
    assert token not in shell.run("tokens", "list", "--json").output
    assert shell.run("tokens", "create", "more", "--user", "anna", "--scope", "admin").exit_code == 2
    shell.json("tokens", "revoke", "ci")
    assert shell.rows("tokens", "list")[0]["state"] == "revoked"
    assert shell.run("tokens", "revoke", "ci").exit_code == 2


def test_somebody_is_invited_by_a_link_that_is_shown_once(shell: Shell) -> None:
    add(shell)
    link = shell.json("users", "invite", "ola", "--role", "operator")["link"]
    assert link.startswith("http://127.0.0.1:8711/set-up/")
    assert shell.rows("users", "list")[1]["state"] == "invited"
    assert shell.run("users", "invite", "ola").exit_code == 2
    assert shell.json("users", "invite", "ola", "--again")["link"] != link
    assert link not in shell.run("audit", "list", "--json").output


def test_the_last_admin_is_not_shut_out(shell: Shell) -> None:
    add(shell)
    refused = shell.run("users", "disable", "anna")
    assert (refused.exit_code, "only admin" in refused.stderr) == (2, True)


def test_log_ins_are_listed_and_ended(shell: Shell) -> None:
    add(shell)
    assert shell.json("users", "sessions", "anna")["sessions"] == []
    assert shell.run("users", "sessions", "anna", "--end", "0123456789abcdef").exit_code == 2
    assert shell.run("users", "sessions", "anna", "--end", "all").exit_code == 0
    assert shell.run("users", "sessions", "nobody").exit_code == 2


def test_what_people_did_is_listed(shell: Shell) -> None:
    add(shell)
    add(shell, "ola", "viewer")
    shell.json("users", "role", "ola", "operator")
    shell.json("tokens", "create", "=cmd()", "--user", "ola")
    (act,) = shell.json("audit", "list", "--object", "user ola", "--action", "set-role")["acts"]
    assert (act["via"], act["before"], act["after"]) == ("cli", {"role": "viewer"}, {"role": "operator"})
    assert shell.json("audit", "list", "--limit", "2")["next"]
    assert shell.json("audit", "list", "--from", "web")["acts"] == []
    assert shell.json("audit", "list", "--since", "2000-01-01")["acts"] == shell.json("audit", "list")["acts"]
    assert shell.json("audit", "list", "--until", "2000-01-01T12:00+02:00")["acts"] == []


def test_somebody_is_recognised_by_an_address_and_unlinked(shell: Shell) -> None:
    add(shell)
    shell.json("users", "email", "anna", "Anna@acme.example")
    assert shell.json("users", "list")["users"][0]["email"] == "anna@acme.example"
    assert shell.run("users", "email", "anna").exit_code == 2
    assert shell.run("users", "email", "anna", "anna").exit_code == 2
    assert shell.run("users", "email", "nobody", "nobody@acme.example").exit_code == 2
    shell.json("users", "email", "anna", "--none")
    assert shell.json("users", "list")["users"][0]["email"] is None
    assert shell.json("users", "unlink", "anna")["was_linked"] is False
    assert shell.rows("users", "list")[0]["logs in by"] == "password"
