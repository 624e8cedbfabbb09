"""What is a promise: one sentence that holds for every platform, and the check of it?"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from syncd.certify.promises.case import Case, Degraded
from syncd.certify.promises.needs import Need

__all__ = ["REGISTERED", "Promise", "promise"]


class Promise(msgspec.Struct, frozen=True):
    """One sentence that every adapter keeps.

    Attributes:
        check: Returns if the promise was kept, raises if not; its name is the sentence.
        needs: What must be possible before it can be asked.
    """

    check: Callable[[Case], None]
    needs: tuple[Need, ...]

    @property
    def name(self) -> str:
        """Its name in code, in tests and in ``quality.toml``."""
        return self.check.__name__

    @property
    def sentence(self) -> str:
        return self.name.replace("_", " ")

    def ask(self, case: Case) -> None:
        """Check it in `case`.

        Raises:
            Degraded: With the first need that is not met.
            Broken: If it was not kept; any other error of the adapter means the same.
        """
        for need in self.needs:
            reason = need(case)
            if reason is not None:
                raise Degraded(reason)
        self.check(case)


REGISTERED: list[Promise] = []
"""All promises, in the order of their files' import."""


def promise(*needs: Need) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
    """Register a check as a promise that is asked where all `needs` are met."""

    def register(check: Callable[[Case], None]) -> Callable[[Case], None]:
        REGISTERED.append(Promise(check, needs))
        return check

    return register
