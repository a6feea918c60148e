"""Makes the virtual environment from a locked requirements file and installs Sharesafe into it.

Needs nothing but Python: where Debian's Python comes without ``ensurepip``, the missing package is
installed (as root or with sudo) or named.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 11), (3, 14)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv")
    parser.add_argument("--requirements", type=Path, required=True)
    wanted = parser.parse_args()
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        print(f"Sharesafe needs Python 3.11 to 3.14; this is {sys.version.split()[0]}.")
        print("Name another one: make PYTHON=python3.12 …")
        return 2
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        subprocess.run(
            [sys.executable, str(ROOT / "packaging/system_packages.py"), "--for", "venv"], check=True
        )
    python = wanted.venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        print(f"Creating the environment in {wanted.venv} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(wanted.venv)], check=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    print("Installing the locked packages (a few minutes the first time) …", flush=True)
    subprocess.run(
        [*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(wanted.requirements)], check=True
    )
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
