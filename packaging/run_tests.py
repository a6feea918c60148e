"""Runs everything CI runs: format, lint, types, import contracts, tests; stops at the first failure."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULE = [sys.executable, "-m"]
LINT = {
    "format": [*MODULE, "ruff", "format", "--check", "."],
    "lint": [*MODULE, "ruff", "check", "."],
    "types": [*MODULE, "mypy"],
    "imports": [str(Path(sys.executable).with_name("lint-imports"))],
}
TESTS = {"tests": [*MODULE, "pytest", "-q", "-n", "auto", "--dist", "loadfile"]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("lint", "tests"))
    only = parser.parse_args().only
    steps = {**({} if only == "tests" else LINT), **({} if only == "lint" else TESTS)}
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        "OMP_NUM_THREADS": "1",
        "OMP_THREAD_LIMIT": "1",
        **os.environ,
    }
    for name, command in steps.items():
        print(f"— {name}", flush=True)
        started = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        print(f"  {name}: {time.monotonic() - started:.1f} s", flush=True)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
