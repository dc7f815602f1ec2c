"""The browser tests find a Chromium, or say clearly that there is none."""

import shutil
import subprocess

import pytest

from tools import browser


def test_the_systems_browser_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"chromium-browser": "/usr/bin/chromium-browser", "google-chrome": "/usr/bin/google-chrome"}
    monkeypatch.setattr(shutil, "which", installed.get)
    assert browser.find_chromium() == "/usr/bin/chromium-browser"


def test_no_browser_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    tried: list[str] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        tried.append(command[-1])
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(browser, "find_chromium", lambda: None)
    monkeypatch.setattr(subprocess, "run", run)
    assert browser.main() == 1
    assert tried == ["chromium"]
    assert "Chromium" in capsys.readouterr().err
