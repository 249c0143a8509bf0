"""Finds a browser: the system's Chromium, else Debian's package when it may install, else Playwright's own download.

Fails, saying how to get one, rather than skip.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = tuple(Path(folder) for folder in ("/usr/bin", "/usr/local/bin", "/snap/bin"))
INSTALL_SECONDS = 600


def find_browser() -> str | None:
    """Return the path of a browser, or None for the one that Playwright has downloaded.

    Raises RuntimeError if there is none and none can be had.
    """
    given = os.environ.get("ADARVE_TEST_BROWSER")
    if given:
        return given
    found = _installed()
    if found is None and _install_package():
        found = _installed()
    if found is not None:
        return found
    if _download():
        return None
    raise RuntimeError(
        "There is no browser for the explorer's tests. Install Chromium (Debian: `apt-get install chromium`), or run "
        "`.venv/bin/playwright install chromium`, or name one in ADARVE_TEST_BROWSER."
    )


def _installed() -> str | None:
    for name in NAMES:
        on_path = shutil.which(name)
        if on_path:
            return on_path
        for place in PLACES:
            if os.access(place / name, os.X_OK):
                return str(place / name)
    return None


def _install_package() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            ["apt-get", *words], env=environment, capture_output=True, timeout=INSTALL_SECONDS, check=False
        )
        if done.returncode != 0:
            return False
    return True


def _download() -> bool:
    words = [sys.executable, "-m", "playwright", "install", "chromium"]
    return subprocess.run(words, capture_output=True, timeout=INSTALL_SECONDS, check=False).returncode == 0
