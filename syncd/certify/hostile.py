"""What do people send who mean harm, and files that were cut on their way?"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import cache
from typing import Final

__all__ = ["DOCUMENTS", "bomb_archive", "climbing_archive", "cut_after"]

_LEVELS: Final = 5_000

_LAUGHS: Final = "".join(
    f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' if level else '<!ENTITY l0 "ha">' for level in range(12)
)

DOCUMENTS: Final[Mapping[str, bytes]] = {
    "an entity in an entity": (
        b'<?xml version="1.0"?><!DOCTYPE list [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
        b"<list><item>&b;</item></list>"
    ),
    "a billion laughs": f'<?xml version="1.0"?><!DOCTYPE list [{_LAUGHS}]><list><item>&l11;</item></list>'.encode(),
    "an external entity of a file": (
        b'<?xml version="1.0"?><!DOCTYPE list [<!ENTITY x SYSTEM "file:///etc/hostname">]><list><item>&x;</item></list>'
    ),
    "an external entity of another server": (
        b'<?xml version="1.0"?><!DOCTYPE list [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><list><item>&x;</item></list>'
    ),
    "an external parameter entity": (
        b'<?xml version="1.0"?><!DOCTYPE list [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]><list><item/></list>'
    ),
    "a DOCTYPE": b'<?xml version="1.0"?><!DOCTYPE list SYSTEM "list.dtd"><list><item>1</item></list>',
    "5,000 levels": b'<?xml version="1.0"?>' + b"<list>" * _LEVELS + b"</list>" * _LEVELS,
    "a cut document": b'<?xml version="1.0" encoding="UTF-8"?><list><item>',
    "a wrong declared encoding": '<?xml version="1.0" encoding="UTF-8"?><a><b>Łódź</b></a>'.encode("cp1250"),
    "an encoding that nobody knows": b'<?xml version="1.0" encoding="x-klingon"?><list><item>1</item></list>',
}
"""Documents by what is wrong with them. None may be read as a list, and none may be followed anywhere."""


def cut_after(document: bytes, mark: bytes, times: int) -> bytes:
    """A document that ends in the middle of what follows the `times`-th `mark`."""
    end = -1
    for _ in range(times):
        end = document.index(mark, end + 1)
    return document[: end + len(mark) + 20]


@cache
def bomb_archive(name: str = "import.xml", size: int = 256 * 1024 * 1024) -> bytes:
    """A small archive that grows a thousandfold, to `size` bytes; packed once, which takes a second."""
    data = io.BytesIO()
    piece = bytes(1024 * 1024)
    with (
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open(name, "w") as member,
    ):
        for _ in range(size // len(piece)):
            member.write(piece)
    return data.getvalue()


def climbing_archive(content: bytes) -> bytes:
    """An archive whose members would lie outside of the folder into which it is unpacked."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in ("../climbed.xml", "/climbed.xml", "..\\climbed.xml", "a/../../climbed.xml"):
            archive.writestr(zipfile.ZipInfo(name), content)
    return data.getvalue()
