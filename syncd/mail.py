"""How is an alert told by e-mail?

It names a connection, a run, a cause and the page that tells more, and nobody's data: mail is kept where nobody erases.
"""

from __future__ import annotations

import base64
import smtplib
import ssl
from contextlib import closing, suppress
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import quote

from syncd.domain.news import News
from syncd.egress import Trust, resolve
from syncd.errors import Unavailable
from syncd.registry.notices import Notification
from syncd.sentence import Sentence, sentence_of
from syncd.settings import AlertSettings

__all__ = ["TEST", "message_of", "send"]

TEST: Final = "alert.test"
"""The event that means nothing."""

_SECONDS: Final = 20
_LET_IN: Final = 235


def send(own: AlertSettings, notice: Notification, console: str) -> None:
    """Hand an alert to the mail server, once.

    Args:
        console: What people write into the browser to reach the console.

    Raises:
        Unavailable: If the server is not there, does not prove who it is, or does not take the mail.
        Misconfigured: If syncd does not connect to such a host.
    """
    message = message_of(own, notice, console)
    try:
        resolve(own.smtp_host, own.smtp_port, Trust.CONFIGURED)
        with closing(_connected(own)) as server:
            if own.smtp_username and own.smtp_password is not None:
                _log_in(server, own.smtp_username, own.smtp_password.reveal())
            server.send_message(message)
            with suppress(smtplib.SMTPException, OSError):  # it was taken, however they part
                server.quit()
    except smtplib.SMTPAuthenticationError:
        raise Unavailable("the mail server refused the log-in", cure="Correct alerts.smtp_password.") from None
    except smtplib.SMTPRecipientsRefused:
        raise Unavailable("the mail server knows none of the addresses", cure="Correct alerts.mail_to.") from None
    except smtplib.SMTPResponseException as error:
        answer = str(error.smtp_code)  # its text may name people
        raise Unavailable(Sentence("the mail server answered %(answer)s", answer=answer)) from None
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(Sentence("the mail server cannot be reached: %(kind)s", kind=type(error).__name__)) from None


def message_of(own: AlertSettings, notice: Notification, console: str) -> EmailMessage:
    """The mail; the same at every try, so that who gets it twice can tell by its id."""
    from syncd.console.saying import say  # noqa: PLC0415 - only who writes a mail needs the words of all languages

    told, known, path = _told(notice)
    subject, *lines = (say(one, own.language) for one in (told, *known))
    text = "\n".join([f"{subject}.", *lines, "", f"{console}{path}", ""])
    message = EmailMessage()
    message["Subject"] = f"[syncd] {subject}"
    message["From"] = own.mail_from
    message["To"] = ", ".join(own.mail_to)
    message["Date"] = format_datetime(notice.at)
    message["Message-ID"] = f"<{notice.event}-{notice.id}-{int(notice.at.timestamp())}@{_domain(own.mail_from)}>"
    message["Auto-Submitted"] = "auto-generated"  # no holiday notice answers it
    message.set_content(text, cte="7bit" if text.isascii() else "quoted-printable")  # what every server hands on whole
    message["Content-Language"] = own.language  # setting the content takes such headers away
    return message


def _connected(own: AlertSettings) -> smtplib.SMTP:
    if own.smtp_security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(own.smtp_host, own.smtp_port, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(own.smtp_host, own.smtp_port, timeout=_SECONDS)
    if own.smtp_security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _log_in(server: smtplib.SMTP, name: str, password: str) -> None:
    """Log in; smtplib writes ASCII only, where the standard has UTF-8 (RFC 4616)."""
    if (name + password).isascii():
        server.login(name, password)
        return
    server.ehlo_or_helo_if_needed()
    said = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
    code, answer = server.docmd("AUTH", f"PLAIN {said}")
    if code != _LET_IN:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _told(notice: Notification) -> tuple[Sentence, list[Sentence], str]:
    """What happened in a line, what is known of it, and the page."""
    details = notice.details
    name = str(details.get("connection", ""))
    page = f"/connections/{quote(name)}"
    match notice.event:
        case News.RUN_HELD:
            run = str(details.get("run"))
            nothing = Sentence("Nothing was changed; an admin approves or discards its plan.")
            told = Sentence("Run %(run)s of %(name)s is held", run=run, name=name)
            return told, [_because(notice), nothing], f"/plans/{run}"
        case News.LATE:
            wanted = Sentence("Wanted within %(seconds)s s.", seconds=details.get("target_seconds"))
            return (
                Sentence("%(name)s is late", name=name),
                [Sentence("Cause: %(why)s.", why=_behind(details)), wanted],
                page,
            )
        case News.BACK:
            return Sentence("%(name)s is up to date again", name=name), [], page
        case _:
            return Sentence("This is a test"), [Sentence("Alerts arrive here.")], "/settings/notifications"


def _because(notice: Notification) -> Sentence:
    """What the plan would do that goes beyond a limit, or what is wrong with the list."""
    if "because" not in notice.details:  # told by an older version
        return Sentence("Cause: it goes beyond a limit of the connection.")
    return Sentence("Cause: %(why)s.", why=sentence_of(notice.sentence("because")))


def _behind(details: dict[str, Any]) -> Sentence:
    unread = details.get("unread")
    return Sentence("%(name)s was not read since", name=unread) if unread else Sentence(str(details.get("because")))


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
