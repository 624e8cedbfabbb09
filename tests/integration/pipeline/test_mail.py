"""Do alerts arrive by e-mail, over an encrypted way and without anybody's data?"""

from __future__ import annotations

from datetime import UTC, datetime
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from syncd import alerts, mail
from syncd.domain.news import ALARMS
from syncd.errors import Misconfigured, Unavailable
from syncd.languages import LANGUAGES, Language
from syncd.ports import Secret
from syncd.registry import tables
from syncd.registry.notices import Notification
from syncd.settings import AlertSettings
from syncd.settings.check import check_settings
from syncd.sync.news import announce
from tests.fixtures.contractors import firm
from tests.fixtures.smtp import Mailbox, mail_server, make_certificate

from .house import House

PASSWORD = "s3cret pass"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mail server's, which this process trusts."""
    file = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


def told_by_mail(house: House, box: Mailbox, **more: Any) -> House:
    own = AlertSettings(
        mail_to=["ops@example.com", "anna@example.com"],
        mail_from="syncd@example.com",
        smtp_host="localhost",
        smtp_port=box.port,
    )
    settings = msgspec.structs.replace(house.app.settings, alerts=msgspec.structs.replace(own, **more))
    check_settings(settings, "syncd.toml")
    house.change(settings=settings)
    return house


def held(house: House) -> int:
    """A run that would block too many waits for a person."""
    records = [house.erp.add(firm(f"A{number}")) for number in range(30)]
    house.run("erp")
    for record in records:
        house.erp.edit(record, active=False)
    run = house.run("erp")
    assert run["state"] == "held"
    return int(run["id"])


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_held_run_arrives_encrypted_and_names_nobody(house: House, certificate: Path, security: str) -> None:
    with mail_server(certificate, security) as box:
        box.password = PASSWORD
        told_by_mail(house, box, smtp_security=security, smtp_username="syncd", smtp_password=Secret(PASSWORD))
        run = held(house)
        announce(house.app)
        alerts.deliver(house.app)
    ((to, sent),) = box.mails
    assert to == ["ops@example.com", "anna@example.com"]
    assert (box.encrypted, box.log_ins) == ([True], ["syncd"])
    assert sent["Subject"] == f"[syncd] Run {run} of erp is held"
    text = sent.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert f"http://127.0.0.1:8711/plans/{run}" in text
    assert "Cause: 30 of 30 contractors would be blocked; the limit is 5 % and at least 20." in text
    for value in (firm("A1").name, firm("A1").email, firm("A1").tax_id):
        assert not value or value not in sent.as_string()
    assert PASSWORD not in repr(house.app.settings)


def test_a_mail_server_that_takes_seven_bits_gets_a_mail_in_the_language_of_its_readers(
    house: House, certificate: Path
) -> None:
    with mail_server(certificate) as box:
        told_by_mail(house, box, language="ru")
        run = held(house)
        announce(house.app)
        alerts.deliver(house.app)
    ((_, sent),) = box.mails
    assert str(make_header(decode_header(sent["Subject"]))) == f"[syncd] Запуск {run} подключения erp приостановлен"
    text = sent.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "Ничего не изменено; администратор утверждает или отклоняет план." in text
    assert "30 of 30" not in text
    assert "30 контрагентов из 30" in text
    assert (sent.as_string().isascii(), sent["Content-Language"]) == (True, "ru")


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
@pytest.mark.parametrize("event", [*sorted(ALARMS), mail.TEST])
@pytest.mark.parametrize("details", [{"error": "auth", "unread": "erp"}, {"because": "a change has not arrived since"}])
def test_every_line_of_every_alert_is_said_in_every_language(
    language: str, event: str, details: dict[str, Any]
) -> None:
    told = {"connection": "shop", "run": 7, "target_seconds": 900, **details}
    notice = Notification(
        id=1, at=datetime(2026, 5, 4, tzinfo=UTC), event=event, details=told, channel="email", attempts=1
    )
    english, other = (
        mail.message_of(
            msgspec.convert({"mail_to": ["a@b.example"], "mail_from": "s@b.example", "language": one}, AlertSettings),
            notice,
            "http://c",
        )
        for one in ("en", language)
    )
    lines = [one.get_payload(decode=True).decode().splitlines() for one in (english, other)]  # type: ignore[union-attr]
    assert len(lines[0]) == len(lines[1])
    assert [line for line in lines[1] if line in lines[0]] == ["", lines[0][-1]]


def test_every_language_has_a_name() -> None:
    assert get_args(Language) == tuple(LANGUAGES)


def test_a_server_that_proves_nothing_gets_neither_password_nor_mail(house: House, tmp_path: Path) -> None:
    with mail_server(make_certificate(tmp_path)) as box:
        told_by_mail(house, box, smtp_username="syncd", smtp_password=Secret(PASSWORD))
        with pytest.raises(Unavailable, match=r"email did not take the alert: .*SSLCertVerificationError"):
            alerts.try_alerts(house.app)
    assert (box.mails, box.log_ins) == ([], [])


def test_a_server_that_offers_no_encryption_gets_nothing(house: House, certificate: Path) -> None:
    with mail_server(certificate, "none") as box:
        told_by_mail(house, box)
        with pytest.raises(Unavailable, match="cannot be reached: SMTPNotSupportedError"):
            alerts.try_alerts(house.app)
    assert box.mails == []


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        ({"answers": "452 full of anna@example.com"}, "the mail server answered 452"),
        ({"refuses": "example.com"}, "the mail server knows none of the addresses"),
        ({"password": "another"}, "the mail server refused the log-in"),
    ],
)
def test_what_was_not_taken_is_tried_again_with_the_same_id(
    house: House, certificate: Path, behaviour: dict[str, str], why: str
) -> None:
    with mail_server(certificate) as box:
        box.password = PASSWORD
        told_by_mail(house, box, smtp_username="syncd", smtp_password=Secret(PASSWORD))
        held(house)
        announce(house.app)
        good = {name: getattr(box, name) for name in behaviour}
        for name, value in behaviour.items():
            setattr(box, name, value)
        alerts.deliver(house.app)
        (row,) = [row for row in house.rows(tables.Notice) if row["channel"] == "email"]
        assert (why in row["outcome"], box.mails) == (True, [])
        for name, value in good.items():
            setattr(box, name, value)
        house.pass_time(hours=1)
        alerts.deliver(house.app)
        assert len(box.mails) == 1
        assert box.mails[0][1]["Message-ID"].startswith(f"<run.held-{row['id']}-")


def test_a_mail_server_on_this_machine_needs_no_encryption(house: House, certificate: Path) -> None:
    with mail_server(certificate, "none") as box:
        told_by_mail(house, box, smtp_security="none")
        assert alerts.try_alerts(house.app) == ["email"]
    ((_, sent),) = box.mails
    assert sent["Subject"] == "[syncd] This is a test"


@pytest.mark.parametrize("expected", ["zażółć gęślą", "another"])
def test_a_password_may_have_letters_of_any_language(house: House, certificate: Path, expected: str) -> None:
    with mail_server(certificate) as box:
        box.password = expected
        told_by_mail(house, box, smtp_username="żółw", smtp_password=Secret("zażółć gęślą"))
        if expected == "another":
            with pytest.raises(Unavailable, match="refused the log-in"):
                alerts.try_alerts(house.app)
        else:
            assert alerts.try_alerts(house.app) == ["email"]
            assert box.log_ins == ["żółw"]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"mail_to": ["nobody"]}, "alerts.mail_to: this is no e-mail address"),
        ({"mail_to": ["a@b.example\nBcc: c@d.example"]}, "alerts.mail_to: this is no e-mail address"),
        ({"mail_from": ""}, "alerts.mail_from: this is no e-mail address"),
        ({"smtp_host": ""}, "needs alerts.smtp_host"),
        ({"smtp_host": "mail.example", "smtp_security": "none"}, "without encryption"),
        ({"smtp_username": "syncd"}, "go together"),
    ],
)
def test_wrong_settings_are_told(house: House, parts: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        told_by_mail(house, Mailbox(port=25), **parts)


def test_without_a_channel_there_is_nothing_to_try(house: House) -> None:
    with pytest.raises(Misconfigured, match="the log alone"):
        alerts.try_alerts(house.app)
