"""Installs the few system libraries that Python wheels expect, where they are missing.

On Debian and Ubuntu, as root or through sudo without a password; elsewhere it says what is missing.
"""

from __future__ import annotations

import argparse
import ctypes.util
import os
import shutil
import subprocess
import sys

# Libraries that Qt's wheels load at run time, and Debian's packages that hold them.
QT_LIBRARIES = {
    "EGL": "libegl1",
    "GL": "libgl1",
    "fontconfig": "libfontconfig1",
    "dbus-1": "libdbus-1-3",
    "xkbcommon": "libxkbcommon0",
    "glib-2.0": "libglib2.0-0",
}
XCB_LIBRARIES = {
    "xcb-cursor": "libxcb-cursor0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-image": "libxcb-image0",
    "xcb-keysyms": "libxcb-keysyms1",
    "xcb-render-util": "libxcb-render-util0",
    "xcb-shape": "libxcb-shape0",
    "xcb-xinerama": "libxcb-xinerama0",
    "xcb-xkb": "libxcb-xkb1",
    "xkbcommon-x11": "libxkbcommon-x11-0",
}


def missing(purpose: str) -> list[str]:
    """Debian packages that ``purpose`` (venv, gui or tests) needs and this system lacks."""
    if purpose == "venv":
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return [f"python{version}-venv"]
    wanted = QT_LIBRARIES | (XCB_LIBRARIES if purpose == "gui" else {})
    packages = [package for library, package in wanted.items() if not ctypes.util.find_library(library)]
    if purpose == "tests" and not any(shutil.which("fc-match") for _ in (0,)):
        packages.append("fontconfig")
    return packages


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--for", dest="purpose", choices=("venv", "gui", "tests"), required=True)
    purpose = parser.parse_args().purpose
    packages = missing(purpose) if sys.platform.startswith("linux") else []
    if not packages:
        return 0
    apt = shutil.which("apt-get")
    prefix = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if apt is None or (prefix and shutil.which("sudo") is None):
        print("Missing system packages (Debian's names):", " ".join(packages))
        return 1
    print("Installing system packages:", " ".join(packages), flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-qq", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(
            [*prefix, apt, *command], env=environment, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            print(f"apt-get {command[0]} failed; install these yourself:", " ".join(packages))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
