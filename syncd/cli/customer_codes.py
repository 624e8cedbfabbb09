"""Which customer is meant by what stands on the command line?"""

from __future__ import annotations

from syncd.cli.exit_codes import WrongUsage
from syncd.domain.code import code_of, id_of_code
from syncd.registry.engine import reading
from syncd.registry.queries.customers import ids_called
from syncd.sync.app import App

__all__ = ["id_from", "id_named"]


def id_from(code: str) -> int:
    """The number of a customer that was named by its code."""
    number = id_of_code(code)
    if number is None:
        cure = f"Codes look like K000231; `syncd customers list {code}` tells the code of whoever that is."
        raise WrongUsage(f"{code!r} is no customer code", cure=cure if code.strip() else "Codes look like K000231.")
    return number


def id_named(app: App, name: str) -> int:
    """The same, by its customer number or its id at a side as well: for commands that only look.

    A name that begins as a code does is one. Digits alone are whoever has them as code, number or id, if that is one.
    """
    number = id_of_code(name)
    if number is not None:
        return number
    with reading(app.engine) as connection:
        found = ids_called(connection, name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise WrongUsage(
            f"no customer has the code, the number or the id {name!r}",
            cure=f"`syncd customers list {name}` looks in names, e-mails and phones as well.",
        )
    codes = ", ".join(map(code_of, found))
    raise WrongUsage(f"{name!r} is the code, the number or the id of {codes}", cure="Name one of them by its code.")
