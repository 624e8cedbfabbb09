"""What would a log say? Everything that any library logs while a promise is checked, as a file would have it."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["overheard"]


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # The arguments as well: a formatter that writes JSON has them in fields of their own.
        self.lines.append(f"{self.format(record)} {record.args!r}")


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Collect all that is logged inside by any library, tracebacks and warnings included."""
    ear, root = _Ear(), logging.getLogger()
    # SQLAlchemy logs rows below INFO, whatever it is told to hide: nobody turns that on but to see them.
    levels = {"syncd": logging.DEBUG, "httpx": logging.DEBUG, "httpcore": logging.DEBUG, "sqlalchemy": logging.INFO}
    deaf = {name: logging.getLogger(name).level for name in levels}
    before = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    for name in deaf:
        logging.getLogger(name).setLevel(levels[name])
    try:
        with warnings.catch_warnings(record=True, action="always") as heard:
            yield ear.lines
            ear.lines += [str(warning.message) for warning in heard]
    finally:
        root.removeHandler(ear)
        root.setLevel(before)
        for name, level in deaf.items():
            logging.getLogger(name).setLevel(level)
