"""Can people log in by the identity provider that is configured? What needs no call is said before any is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from syncd.egress import is_loopback
from syncd.errors import Misconfigured
from syncd.sentence import Sentence
from syncd.settings.shape import OidcSettings

__all__ = ["check_provider", "is_safe_address"]

_LONGEST: Final = 255
_SCOPE_SIGNS: Final = frozenset(map(chr, range(0x21, 0x7F))) - {'"', "\\"}


def check_provider(own: OidcSettings, where: Callable[[str], str]) -> None:
    """Look at what types alone cannot tell.

    Args:
        where: What stands before the name of a key of the provider, for messages.

    Raises:
        Misconfigured: Naming the key and the cure.
    """
    if not is_safe_address(own.issuer) or "?" in own.issuer or "#" in own.issuer or len(own.issuer) > _LONGEST:
        raise Misconfigured(
            Sentence("%(where)s.issuer is no address of https", where=where("issuer")),
            cure="Write it as the provider's discovery document has it, such as https://login.example/realms/acme.",
            field="console.oidc.issuer",
        )
    if "openid" not in own.scopes or not all(scope and _SCOPE_SIGNS.issuperset(scope) for scope in own.scopes):
        raise Misconfigured(
            Sentence("%(where)s.scopes lacks openid, or has one that is no scope", where=where("scopes")),
            cure='Write them like ["openid", "profile", "email"].',
            field="console.oidc.scopes",
        )
    if bool(own.role_claim) is not bool(own.roles):
        key, other = ("roles", "role_claim") if own.role_claim else ("role_claim", "roles")
        raise Misconfigured(
            Sentence(
                "%(where)s.%(key)s is missing: %(other)s alone gives nobody a role",
                where=where(other),
                key=key,
                other=other,
            ),
            cure="Write both, or neither: then admins of syncd decide who may do what.",
            field=f"console.oidc.{key}",
        )
    if own.make_users and not own.roles:
        raise Misconfigured(
            Sentence(
                "%(where)s.make_users needs roles: else whoever has an account at the provider would come in",
                where=where("make_users"),
            ),
            cure="Write role_claim and roles: who has none of those values stays out.",
            field="console.oidc.make_users",
        )


def is_safe_address(url: str) -> bool:
    """Whether what is sent there is read by nobody on the way."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = parts.username is None and url.isascii() and url.isprintable() and " " not in url
    return plain and bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
