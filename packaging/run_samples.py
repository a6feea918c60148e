"""``make run``: redacts the named files, or freshly made samples, and says where everything is."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.samples import write_samples  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("sample-output"))
    parser.add_argument("files", nargs="*", type=Path)
    wanted = parser.parse_args()
    files = wanted.files
    wanted.out.mkdir(parents=True, exist_ok=True)
    if not files:
        samples = wanted.out / "samples"
        write_samples(samples)
        print(f"Sample files with random, worthless secrets: {samples}", flush=True)
        files = [samples]
    copies, report = wanted.out / "redacted", wanted.out / "report.html"
    command = [
        sys.executable,
        "-m",
        "app",
        "redact",
        *map(str, files),
        "--out",
        str(copies),
        "--html",
        str(report),
    ]
    done = subprocess.run([*command, "--force"], check=False)
    print(f"\nRedacted copies: {copies}\nReport:          {report}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
