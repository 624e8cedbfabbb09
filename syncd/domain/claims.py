"""What do the claims of an identity provider say: who is it, by which address, and what may they do?

A provider's claims are read as what they are: anything of any type. What has not the expected shape says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

__all__ = ["checked_address", "filled_up", "lacks", "name_in", "role_among", "values_of", "verified_address"]

_ADDRESS: Final = re.compile(r"[!-?A-~]+@[!-?A-~]+")
"""ASCII alone: letters that only look alike, or become alike in lower case, would make two people one."""
_LONGEST_ADDRESS: Final = 254

_NO_NAME: Final = re.compile(r"[^a-z0-9._@-]+")
_LONGEST_NAME: Final = 64

_ORDER: Final = ("viewer", "operator", "admin")


def checked_address(text: str) -> str | None:
    """An e-mail address as it is compared; ``None`` for what is none that can be compared safely."""
    text = text.strip()
    return text.lower() if len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) else None


def verified_address(claims: Mapping[str, Any]) -> str | None:
    """The e-mail address that the provider itself made sure of; without that, anybody could have typed it there.

    Some write the mark as a text. A mark of any other kind is none.
    """
    email, mark = claims.get("email"), claims.get("email_verified")
    return checked_address(email) if isinstance(email, str) and (mark is True or mark == "true") else None


def name_in(claims: Mapping[str, Any]) -> str:
    """What a new user would be called, as names are written here; ``""`` where nothing of it is left."""
    for claim in ("preferred_username", "email", "name"):
        said = claims.get(claim)
        if isinstance(said, str):
            name = _NO_NAME.sub("-", said.strip().lower())[:_LONGEST_NAME].strip(".@_-")
            if name:
                return name
    return ""


def values_of(claims: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """Texts of a claim, which is a text or a list of them; of one inside another where dots lead there."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return (found,)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, Sequence) else ()


def lacks(claims: Mapping[str, Any], path: str) -> bool:
    """Whether the provider may have more to say than stands in a token: many keep tokens short.

    Args:
        path: Of the claim that decides on roles; ``""`` for none.
    """
    return "email" not in claims or (bool(path) and not values_of(claims, path))


def filled_up(claims: Mapping[str, Any], more: Mapping[str, Any]) -> Mapping[str, Any]:
    """Claims with what was told beside the token where it says nothing.

    Whether an address was made sure of is only taken from where the address is.
    """
    beside = {name: said for name, said in more.items() if name != "email_verified" or "email" not in claims}
    inner = {
        name: {**beside[name], **said}
        for name, said in claims.items()
        if isinstance(said, Mapping) and isinstance(beside.get(name), Mapping)
    }
    return {**beside, **claims, **inner}


def role_among(values: Iterable[str], roles: Mapping[str, str]) -> str | None:
    """The highest role that any value gives, to the letter; ``None`` where none does."""
    given = {roles[value] for value in values if value in roles}
    return max(given, key=_ORDER.index, default=None)
