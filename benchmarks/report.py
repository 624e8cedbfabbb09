"""How is a list of measurements shown to a person?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

__all__ = ["table"]

_COLUMNS: Final = (
    "workload", "target", "n", "system", "seconds", "× syncd", "cpu_seconds", "server_cpu_seconds", "peak_mb",
    "rows_written", "wal_bytes", "wal_page_images", "commits", "right",
)  # fmt: skip


def table(found: Sequence[Mapping[str, Any]]) -> str:
    """One line for each measurement; how many times longer than syncd's it took."""
    ours = {_place(line): line["seconds"] for line in found if line["system"] == "syncd" and "seconds" in line}
    rows: list[tuple[str, ...]] = [_COLUMNS]
    for line in found:
        base = ours.get(_place(line))
        ratio = f"{line['seconds'] / base:.2f}" if base and "seconds" in line else ""
        rows.append(tuple(_text(line.get(name)) if name != "× syncd" else ratio for name in _COLUMNS))
    widths = [max(len(row[index]) for row in rows) for index in range(len(_COLUMNS))]
    return "\n".join(
        "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _place(line: Mapping[str, Any]) -> tuple[Any, ...]:
    return line["workload"], line["target"], line["n"]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if isinstance(value, float) else str(value)
