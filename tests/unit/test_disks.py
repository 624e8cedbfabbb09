"""Does the doctor tell of a disk that is full or may not be written, before work stops for it?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from syncd.checks.check import Check
from syncd.checks.disks import check_disks
from syncd.domain.side import Side
from syncd.settings import ConnectionSettings, ErasureSettings, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A registry, a folder of exports with its subfolders, and a ledger, each in a folder of its own."""
    for name in ("registry", "drop/archive", "drop/quarantine", "kept"):
        (tmp_path / name).mkdir(parents=True)
    options: dict[str, Any] = {"folder": "drop", "key": "Kod", "fields": {"name": "Nazwa"}}
    return Settings(
        folder=tmp_path,
        database="sqlite:///registry/syncd.db",
        erasure=ErasureSettings(ledger="kept/erasures.ledger"),
        connections={"erp": ConnectionSettings(kind="files", side=Side.ERP, options=options)},
        disk_free_mb=0,
    )


def changed(settings: Settings, **values: Any) -> Settings:
    return Settings(**{name: getattr(settings, name) for name in settings.__struct_fields__} | values)


def shut(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """As on a disk that is mounted read-only, which stops root as well."""
    able = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name not in names and able(path, mode))


def test_places_on_one_disk_are_told_together_with_its_free_space(settings: Settings, tmp_path: Path) -> None:
    (check,) = check_disks(settings)
    assert (check.name, check.state) == ("disk", "ok")
    places = ", ".join(str(tmp_path / name) for name in ("registry", "drop", "kept"))
    assert check.detail.endswith(f"B free: {places}")


@pytest.mark.parametrize(("tenths", "state"), [(5, "warn"), (20, "fail")])
def test_little_room_is_a_warning_and_hardly_any_a_failure(
    settings: Settings, tmp_path: Path, tenths: int, state: str
) -> None:
    room = os.statvfs(tmp_path)
    free = room.f_bavail * room.f_frsize // 1_000_000
    (check,) = check_disks(changed(settings, disk_free_mb=max(free * tenths, 1)))
    assert check.state == state
    assert str(tmp_path / "registry") in check.detail
    assert "disk_free_mb" in check.cure


@pytest.mark.parametrize("name", ["registry", "archive", "quarantine"])
def test_a_folder_that_may_not_be_written_is_a_failure_that_names_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shut(monkeypatch, name)
    found = [check for check in check_disks(settings) if check.state == "fail"]
    assert [Path(one.detail.removesuffix(" may not be written")).name for one in found] == [name]
    assert all(one.cure and str(tmp_path) in one.detail for one in found)


def test_where_erasures_cannot_be_remembered_is_a_warning(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    shut(monkeypatch, "kept")
    told = {check.state: check for check in check_disks(settings)}
    assert set(told) == {"ok", "warn"}
    assert "erasure.ledger" in told["warn"].cure


def test_a_folder_of_backups_is_looked_at_and_missed(settings: Settings, tmp_path: Path) -> None:
    configured = changed(settings, backup_folder="backups")
    missed: list[Check] = [check for check in check_disks(configured) if check.state == "warn"]
    assert [str(tmp_path / "backups") in check.detail for check in missed] == [True]
    (tmp_path / "backups").mkdir()
    (check,) = check_disks(configured)
    assert str(tmp_path / "backups") in check.detail


def test_what_is_not_there_yet_is_told_by_whoever_needs_it(settings: Settings, tmp_path: Path) -> None:
    for name in ("drop/archive", "drop/quarantine", "drop"):
        (tmp_path / name).rmdir()
    (check,) = check_disks(settings)
    assert "drop" not in check.detail
