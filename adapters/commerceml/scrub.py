"""Does a kept file of 1C hold certain contractors? A zip is looked into; one that cannot be is deleted as well."""

from __future__ import annotations

from pathlib import Path

from adapters.commerceml.archives import opened
from adapters.commerceml.options import Options
from syncd import xml
from syncd.errors import SuspiciousRun
from syncd.folder.scrub import Holds, Pattern, occurs

__all__ = ["holds_document"]


def holds_document(options: Options) -> Holds:
    """Search the documents that a file is or holds."""

    def holds(path: Path, pattern: Pattern) -> bool:
        try:
            with opened(path, limit=options.unpacked_limit) as streams:
                return any(
                    occurs(pattern, stream, lambda stream: xml.encoding_of(stream, fallback_encoding=options.encoding))
                    for _, stream in streams
                )
        except SuspiciousRun:
            return True

    return holds
