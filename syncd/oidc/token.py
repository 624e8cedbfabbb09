"""Is an ID token the provider's, made for us and for this log-in, and still good?

Everything that is not exactly as OpenID Connect Core 3.1.3.7 says is refused. Which algorithms are taken is our word
and not the token's: none is one, and no key that others know makes a signature.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

from syncd.domain.claims import filled_up, name_in, values_of, verified_address
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence, sentence_of
from syncd.settings import OidcSettings

__all__ = ["Key", "Proven", "keys_in", "proven_by", "read_token"]

Key = RSAKey | ECKey | OKPKey

_KINDS: Final = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    "Ed25519": "OKP",
}
"""Algorithms that are taken, each with the only kind of key that it is taken with."""
_RSA_BITS: Final = 2048
_KEYS: Final = 100
"""Keys of a provider that are looked at."""

_SKEW: Final = timedelta(minutes=1)
"""By which the provider's clock may be off."""
_OLDEST: Final = timedelta(minutes=10)
"""The token was made for a log-in of now."""
_LONGEST: Final = 255

_registry = jws.JWSRegistry(algorithms=list(_KINDS), strict_check_header=False)
_registry.max_header_length = 16 * 1024  # some providers send their certificates along
_registry.max_signature_length = 4 * 1024


class Proven(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the provider vouches for.

    Attributes:
        subject: What the provider calls them, for ever and nobody else.
        email: Only one that the provider made sure of.
        name: What they would be called here.
        values: Of the claim that decides on roles.
    """

    issuer: str
    subject: str
    email: str | None
    name: str
    values: tuple[str, ...] = ()


def keys_in(document: object) -> list[Key]:
    """Public keys of a provider that make signatures; what is none, or weak, is passed over."""
    said = document.get("keys") if isinstance(document, Mapping) else None
    found: list[Key] = []
    for one in said[:_KEYS] if isinstance(said, list) else ():
        if not isinstance(one, dict) or one.get("use", "sig") != "sig" or not _may_be_strong(one):
            continue
        try:
            key = import_key(one)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):  # whatever it is, it is no key
            continue
        if isinstance(key, RSAKey | ECKey | OKPKey) and _is_strong(key):
            found.append(key)
    return found


def _may_be_strong(one: dict[str, Any]) -> bool:
    """Looked at first: the library only warns of weak keys, and of shared secrets, which sign nothing here."""
    kind, modulus = one.get("kty"), one.get("n")
    return kind in {"EC", "OKP"} or (kind == "RSA" and isinstance(modulus, str) and len(modulus) * 6 >= _RSA_BITS)


def _is_strong(key: Key) -> bool:
    return not isinstance(key, RSAKey) or key.public_key.key_size >= _RSA_BITS


def read_token(
    text: str, own: OidcSettings, nonce: str, *, keys: Callable[[str | None], Sequence[Key]], now: datetime
) -> Mapping[str, Any]:
    """What a token claims.

    Args:
        keys: The provider's, asked for with the name that the token gives its key.

    Raises:
        InvalidRecord: If anything about it is not right.
    """
    claims = _claims(text, keys)
    _check_whose(claims, own, nonce)
    _check_when(claims, now)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST or not subject.isprintable():
        raise _refusal("it says of nobody who it is")
    return claims


def proven_by(claims: Mapping[str, Any], beside: Mapping[str, Any], own: OidcSettings) -> Proven:
    """Whom the provider vouches for.

    Args:
        claims: Those of a token.
        beside: Those that it told beside the token, if it was asked (OpenID Connect Core 5.3).

    Raises:
        InvalidRecord: If the two are not of the same person.
    """
    if beside and beside.get("sub") != claims["sub"]:
        raise _refusal("what the provider tells beside it is of somebody else")
    said = filled_up(claims, beside)
    return Proven(
        issuer=own.issuer,
        subject=claims["sub"],
        email=verified_address(said),
        name=name_in(said),
        values=values_of(said, own.role_claim) if own.role_claim else (),
    )


def _claims(text: str, keys: Callable[[str | None], Sequence[Key]]) -> Mapping[str, Any]:
    """What is said under the provider's signature."""
    try:
        found = jws.extract_compact(text.encode("utf-8", "surrogatepass"), registry=_registry)
        header = found.headers()
        algorithm, name = header.get("alg"), header.get("kid")
        kind = _KINDS.get(algorithm) if isinstance(algorithm, str) else None
        if kind is None or "crit" in header or not isinstance(name, str | None):
            raise _refusal("it is not signed in a way that proves anything")
        fitting = [
            key
            for key in keys(name)
            if key.key_type == kind and key.get("alg", algorithm) == algorithm and (name is None or key.kid == name)
        ]
        if len(fitting) != 1:
            raise _refusal("no key of the provider's is the one that it names")
        if not jws.validate_compact(found, fitting[0], registry=_registry):
            raise _refusal("its signature is not the provider's")
        claims = msgspec.json.decode(found.payload or b"", type=dict[str, Any])
    except (JoseError, msgspec.MsgspecError, ValueError, TypeError, RecursionError):
        raise _refusal("it cannot be read") from None
    return claims


def _check_whose(claims: Mapping[str, Any], own: OidcSettings, nonce: str) -> None:
    if claims.get("iss") != own.issuer:
        raise _refusal("another provider made it")
    audience = claims.get("aud")
    whom = [audience] if isinstance(audience, str) else audience
    if whom != [own.client_id] or claims.get("azp", own.client_id) != own.client_id:
        raise _refusal("it was made for another program")
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise _refusal("it was made for another log-in")


def _check_when(claims: Mapping[str, Any], now: datetime) -> None:
    at = now.timestamp()
    ends, made, begins = _moment(claims, "exp"), _moment(claims, "iat"), _moment(claims, "nbf")
    skew = _SKEW.total_seconds()
    if ends is None or made is None or ends <= at - skew or made <= at - _OLDEST.total_seconds() - skew:
        raise _refusal("it is too old")
    if made > at + skew or (begins is not None and begins > at + skew):
        raise _refusal("it is from the future: one of the clocks is wrong")


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    said = claims.get(name)
    if said is not None and (isinstance(said, bool) or not isinstance(said, int | float)):
        raise _refusal("it does not say when it was made")
    return said


def _refusal(why: str) -> InvalidRecord:
    return InvalidRecord(
        Sentence("the identity provider's ID token is refused: %(why)s", why=sentence_of(why)),
        code="id-token",
        cure="Log in again; if that does not help, `syncd doctor` looks at the provider.",
    )
