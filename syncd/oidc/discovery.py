"""Where does a provider want to be asked, and how? Its discovery document, of which no word is taken on trust.

The document decides where passwords of ours and people's browsers go. So it has to call itself by the configured name,
and every address in it is one of https, on the internet unless it is of the very host that an admin configured.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from syncd.egress import Trust
from syncd.errors import Misconfigured
from syncd.sentence import Sentence
from syncd.settings.provider import is_safe_address

__all__ = ["PATH", "Metadata", "read_metadata", "trust_in"]

PATH: Final = "/.well-known/openid-configuration"
_WAYS: Final = ("client_secret_basic", "client_secret_post")


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What is used of the document.

    Attributes:
        userinfo: Where it tells more of a person than stands in a token; ``""`` if it does not.
        way: How syncd shows its secret.
        names_itself: Answers in the browser's address say whose they are (RFC 9207).
    """

    authorization: str
    token: str
    keys: str
    userinfo: str
    way: str
    names_itself: bool


class _Document(msgspec.Struct):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] | None = None
    code_challenge_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool = False


def trust_in(url: str, issuer: str) -> Trust:
    """Whether the host is the one that an admin configured; else it may only be on the internet."""
    same = urlsplit(url).hostname == urlsplit(issuer).hostname
    return Trust.CONFIGURED if same else Trust.FOREIGN


def read_metadata(document: Any, issuer: str) -> Metadata:
    """Understand the document.

    Raises:
        Misconfigured: If it is another provider's, or leads where nobody may be led.
    """
    try:
        said = msgspec.convert(document, _Document)
    except msgspec.ValidationError:
        raise _wrong("what is there is no discovery document of a provider") from None
    if said.issuer != issuer:
        raise _wrong("the provider there calls itself otherwise than console.oidc.issuer, to the letter")
    addresses = {
        "authorization_endpoint": said.authorization_endpoint,
        "token_endpoint": said.token_endpoint,
        "jwks_uri": said.jwks_uri,
        **({"userinfo_endpoint": said.userinfo_endpoint} if said.userinfo_endpoint else {}),
    }
    for name, address in addresses.items():
        # A provider on the internet has nothing to look for on this machine.
        downgraded = urlsplit(address).scheme != "https" and urlsplit(issuer).scheme == "https"
        if not is_safe_address(address) or downgraded or "#" in address:
            raise _wrong(Sentence("its %(name)s is no address of https", name=name))
    challenges = said.code_challenge_methods_supported
    if challenges is not None and "S256" not in challenges:
        raise _wrong("it does not do PKCE with S256")
    ways = said.token_endpoint_auth_methods_supported or _WAYS[:1]
    way = next((one for one in _WAYS if one in ways), None)
    if way is None:
        raise _wrong("it takes no client secret")
    return Metadata(
        authorization=said.authorization_endpoint,
        token=said.token_endpoint,
        keys=said.jwks_uri,
        userinfo=said.userinfo_endpoint or "",
        way=way,
        names_itself=said.authorization_response_iss_parameter_supported,
    )


def _wrong(why: str) -> Misconfigured:
    said = why if isinstance(why, Sentence) else Sentence(why)
    return Misconfigured(
        Sentence("the identity provider cannot be used: %(why)s", why=said),
        code="identity-provider",
        cure="Correct console.oidc.issuer, or the provider's own configuration; `syncd doctor` looks again.",
        field="console.oidc.issuer",
    )
