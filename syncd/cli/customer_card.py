"""``syncd customers card``: one customer on paper."""

from __future__ import annotations

from pathlib import Path

import click

from syncd.cli.command import Command
from syncd.cli.customer_codes import id_named
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.opening import opened, who
from syncd.cli.output import write
from syncd.cli.session import Session
from syncd.languages import LANGUAGES
from syncd.sync.card.card import card_of, card_pdf
from syncd.sync.card.personal_data import access_pdf, personal_data

__all__ = ["command"]

_EXAMPLE = """\
syncd customers card K000231 -o K000231.pdf
syncd customers card K000231 --access -o answer.pdf --language pl
syncd customers card K000231 --access --json"""


@click.command("card", cls=Command, example=_EXAMPLE)
@click.argument("code")
@click.option(
    "--access", is_flag=True, help="Everything that is stored about the person, for a request under the GDPR."
)
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en", help="Of its words.")
@click.option(
    "-o", "--output", "file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The PDF."
)
@click.pass_obj
def command(session: Session, code: str, *, access: bool, language: str, file: Path | None) -> None:
    """Print a customer's card as PDF; --json shows what stands on it.

    Who has a report of --access made is in the audit log.
    """
    if file is None and not session.json:
        raise WrongUsage("a PDF needs a file", cure="Add -o FILE, or --json.")
    with opened(session) as app:
        id_ = id_named(app, code)
        data = personal_data(app, id_, by=who()) if access else None
        card = None if access else card_of(app, id_)
    if file is not None:
        from syncd.console.exchange.paper import words_of  # noqa: PLC0415 - the console is large; JSON does without it

        words = words_of(language)
        pdf = card_pdf(card, **words) if card is not None else b""
        pdf = access_pdf(data, **words) if data is not None else pdf
        write(file, pdf)
        session.say(f"written: {file}")
    if session.json:
        session.document({"personal_data": data} if access else {"card": card})
