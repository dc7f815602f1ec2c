"""Find a Chromium for the browser tests, or install Playwright's."""

import shutil
import subprocess
import sys
from pathlib import Path

CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of a Chromium: the system's, else Playwright's own, None where there is neither."""
    for name in CANDIDATES:
        if path := shutil.which(name):
            return path
    return _playwrights()


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def main() -> int:
    """Make sure that there is a Chromium; return the exit code."""
    if path := find_chromium():
        print(f"Browser: {path}")
        return 0
    print("No Chromium on PATH; trying `playwright install chromium` …", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if find_chromium():
        return 0
    print(
        "Error: the browser tests need Chromium; install it with your package manager (Debian: apt install chromium).",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
