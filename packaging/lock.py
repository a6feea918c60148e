"""Renews the locked requirements: exact versions and hashes for every supported Python and platform."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    compile_ = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
    plain = ["--no-header", "--no-emit-index-url", "--no-annotate", "--python-version", "3.11", "--upgrade"]
    for output, groups in {"requirements.txt": ("build",), "requirements-dev.txt": ("build", "dev")}.items():
        chosen = [word for group in groups for word in ("--group", group)]
        target = ROOT / "packaging" / output
        command = [*compile_, *plain, *chosen, "pyproject.toml", "--output-file", str(target)]
        subprocess.run(command, cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
