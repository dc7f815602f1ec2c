"""Find the Chromium that the browser tests drive; `python -m tools.browser` makes sure there is one."""

import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """Return the path of the browser on PATH, else of Playwright's own, else None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return _find_playwright_chromium()


def _find_playwright_chromium() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.exists() else None


def _install() -> bool:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    return subprocess.run(command, check=False).returncode == 0


def main() -> int:
    """Print the browser's path, after installing one if none is there; return the exit code."""
    browser = find_chromium() or (_install() and find_chromium())
    if browser:
        print(f"Browser: {browser}")
        return 0
    names = ", ".join(NAMES)
    print(
        f"No browser: none of {names} is on PATH and Playwright could not install Chromium.\n"
        "Install one with the system's package manager, for example: apt-get install chromium",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
