"""How is one customer sent on paper, and everything that is stored about a person?"""

from __future__ import annotations

from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.exchange.paper import words_of
from syncd.domain.code import code_of, id_of
from syncd.errors import NotFound
from syncd.sync.app import App
from syncd.sync.card.card import card_of, card_pdf
from syncd.sync.card.personal_data import access_pdf, personal_data

__all__ = [
    "access_report_file",
    "card_file",
    "personal_data_file",
    "send_access_report",
    "send_card",
    "send_personal_data",
]


def send_card(request: Request, code: str, report: str = "") -> Response:
    """The card; ``?report=access`` leads to the report that others may not see."""
    if report == "access":
        return RedirectResponse(f"/customers/{quote(code, safe='')}/access-report.pdf", 303)
    return card_file(request.app.state.syncd, _id(code), request.state.reader.language)


def send_access_report(request: Request, code: str) -> Response:
    """Everything that is stored, on paper."""
    by = request.state.visitor.by
    return access_report_file(request.app.state.syncd, _id(code), request.state.reader.language, by=by)


def send_personal_data(request: Request, code: str) -> Response:
    """The same for a program."""
    return personal_data_file(request.app.state.syncd, _id(code), by=request.state.visitor.by)


def card_file(app: App, id_: int, language: str) -> Response:
    """A customer's card as PDF, in the language of whoever asks."""
    pdf = card_pdf(card_of(app, id_), **words_of(language))
    return _pdf(pdf, f"{code_of(id_)}.pdf")


def access_report_file(app: App, id_: int, language: str, *, by: str) -> Response:
    """Everything that is stored about a customer as PDF; who has it is noted."""
    data = personal_data(app, id_, by=by)
    return _pdf(access_pdf(data, **words_of(language)), f"{code_of(id_)}-personal-data.pdf")


def personal_data_file(app: App, id_: int, *, by: str) -> Response:
    """The same as JSON."""
    data = personal_data(app, id_, by=by)
    text = msgspec.json.format(msgspec.json.encode({"version": 1, "personal_data": data}, enc_hook=str), indent=2)
    name = f"{code_of(id_)}-personal-data.json"
    return Response(
        text, media_type="application/json", headers={"content-disposition": f'attachment; filename="{name}"'}
    )


def _pdf(data: bytes, name: str) -> Response:
    return Response(data, media_type="application/pdf", headers={"content-disposition": f'inline; filename="{name}"'})


def _id(code: str) -> int:
    id_ = id_of(code)
    if id_ is None:
        raise NotFound("this is no customer code", cure="Codes look like K000231.")
    return id_
