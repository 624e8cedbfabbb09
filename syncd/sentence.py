"""How is a sentence said in English now, and in the language of its reader later?

A sentence is an English text that remembers how it was made. Logs, the command line, the API and the registry have the
text; the console asks for its template in the catalogue of whoever reads, and puts the same values into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, Self, TypeVar

import msgspec

__all__ = [
    "Counted",
    "Sentence",
    "is_wordless",
    "joined",
    "keep",
    "pack",
    "restore",
    "sentence_of",
    "template_of",
    "unpack",
]

_PLACE: Final = re.compile(r"%\(\w+\)s")
_WORD: Final = re.compile(r"[^\W\d_]")

Made = TypeVar("Made", bound=msgspec.Struct)


class Counted(NamedTuple):
    """The two forms that English has of a sentence with a number in it, which is its value ``count``.

    Attributes:
        many: Empty where English has one form for all numbers; other languages may have several.
    """

    one: str
    many: str = ""


class Sentence(str):
    """English text made of a template and values.

    Attributes:
        template: With placeholders such as ``%(count)s``. It is written in one piece where a `Sentence` is made: there
            the catalogues find it.
        values: Numbers, texts, or sentences. What is called ``field``, ``fields``, ``zones`` or ``status`` are codes,
            with commas between several, and is shown in words.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, str | float]

    def __new__(cls, template: str | Counted, /, **values: object) -> Self:
        """Fill the template in; without values it is the text as it stands."""
        if isinstance(template, Counted):
            template = template.one if values["count"] == 1 or not template.many else template.many
        known = {name: one if isinstance(one, Sentence | int | float) else str(one) for name, one in values.items()}
        text = template % {name: _plain(one) for name, one in known.items()} if known else template
        made = super().__new__(cls, text)
        made.template = str(template)  # a sentence says what it is made of, not another one
        made.values = known
        return made


def _plain(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def sentence_of(text: str) -> Sentence:
    """A text as a sentence, so that it is looked up by itself where it stands in another one."""
    return text if isinstance(text, Sentence) else Sentence(text)


def template_of(text: str) -> str:
    """What the catalogues know a text by."""
    return text.template if isinstance(text, Sentence) else str(text)


def is_wordless(template: str) -> bool:
    """Whether it only says where its values stand, so that no language has another one."""
    return not _WORD.search(_PLACE.sub("", template))


def joined(parts: Iterable[str], between: str = "; ", *, of: str = "") -> str:
    """Several sentences as one; each is looked up by itself, for the template has no word in it.

    Args:
        of: A name that stands before them.
    """
    named = {f"part{at}": sentence_of(part) for at, part in enumerate(parts)}
    if not named:
        return of
    template = between.join(f"%({name})s" for name in named)
    return Sentence(f"%(of)s: {template}", of=of, **named) if of else Sentence(template, **named)


def pack(text: object) -> str | None:
    """How a text was made, as JSON; ``None`` where it was not made of anything: then it is its own template."""
    if not isinstance(text, Sentence) or not text.values:
        return None
    return msgspec.json.encode(_packed(text)).decode()


def _packed(sentence: Sentence) -> list[Any]:
    values = {name: _packed(one) if isinstance(one, Sentence) else one for name, one in sentence.values.items()}
    return [sentence.template, values]


def unpack(text: str, packed: str | None) -> str:
    """The text with what it was made of; the text alone where that is not known, or makes another one."""
    if not packed:
        return text
    try:
        made = _unpacked(msgspec.json.decode(packed))
    except (LookupError, TypeError, ValueError, AttributeError):
        return text
    return made if made == text else text


def _unpacked(packed: Any) -> Sentence:
    template, values = packed
    return Sentence(
        template, **{name: _unpacked(one) if isinstance(one, list) else one for name, one in values.items()}
    )


def keep(one: msgspec.Struct) -> dict[str, Any]:
    """A struct as JSON, with how its sentences were made."""
    said = {name: packed for name in one.__struct_fields__ if (packed := pack(getattr(one, name)))}
    told: dict[str, Any] = msgspec.to_builtins(one, enc_hook=str)
    return told | {"said": said} if said else told


def restore(raw: Mapping[str, Any], kind: type[Made]) -> Made:
    """What `keep` made of a struct, as a struct again."""
    one = msgspec.convert(raw, kind)
    said = {name: unpack(getattr(one, name), packed) for name, packed in raw.get("said", {}).items()}
    return msgspec.structs.replace(one, **said) if said else one
