"""How does a command read the rows of a CSV file that a person made?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from syncd.cli.exit_codes import WrongUsage

__all__ = ["read_csv"]


def read_csv(data: bytes, *, needed: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    """Rows as texts by lower-case column name, with commas, semicolons or tabs between; empty lines are left out.

    Args:
        data: UTF-8, with or without a byte order mark.
        needed: Columns without which no row says anything.

    Raises:
        WrongUsage: If it is no UTF-8, has no such columns, or a quote is never closed.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUsage(f"byte {error.start} of the file is not UTF-8", cure="Save it as CSV in UTF-8.") from None
    first, _, _ = text.partition("\n")
    delimiter = max(";\t,", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(lines, [])]
        missing = [name for name in needed if name not in names]
        if missing:
            raise WrongUsage(f"the file has no column {' or '.join(missing)}", cure="Its first line names the columns.")
        for line in lines:
            if any(field.strip() for field in line):
                yield dict(zip(names, line, strict=False))
    except csv.Error as error:
        raise WrongUsage(
            f"line {lines.line_num} of the file cannot be read: {error}", cure="Export it again."
        ) from None
