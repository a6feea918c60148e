"""``make bench``: what Sharesafe costs, each figure beside a baseline measured in the same run.

Every measurement runs in a process of its own, so that peak memory is its own. Machines are noisy:
read the ratios, not the seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from statistics import median

ROOT = Path(__file__).resolve().parents[2]

PRELUDE = """
import json, resource, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
def done(**more):
    usage = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({
        "peak": max(usage.ru_maxrss, children.ru_maxrss) / 1024,
        "process": usage.ru_utime + usage.ru_stime + children.ru_utime + children.ru_stime, **more}))
def cpu():
    usage, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime + children.ru_utime + children.ru_stime
"""

PICTURES = """
from PIL import Image
pictures = [Image.open(path).convert("RGB") for path in sorted(folder.glob("*.png"))]
megapixels = sum(p.width * p.height for p in pictures) / 1e6
"""

READERS = {
    "bare RapidOCR": """
import logging, numpy
from rapidocr import RapidOCR
logging.disable()
engine = RapidOCR()
engine(numpy.asarray(pictures[0]))
begun = cpu()
for picture in pictures:
    engine(numpy.asarray(picture))
""",
    "Sharesafe, all readers": """
from ocr.reader import Reader
reader = Reader.from_installed()
reader.read(pictures[0])
begun = cpu()
for picture in pictures:
    reader.read(picture)
""",
}

TEXT = """
text = (folder / "big.log").read_text()
begun = cpu()
"""

SCANNERS = {
    "bare re, one pattern": "import re\nlist(re.compile(r'sk_live_[A-Za-z0-9]{24}').finditer(text))\n",
    "bare re, every rule (first 256 KiB)": """
from detectors.rule_files import load_rules
text = text[: 256 * 1024]
begun = cpu()
for rule in load_rules():
    list(rule.pattern.finditer(text))
""",
    "Sharesafe's detectors": """
from detectors.engine import default_detector
from detectors.model import Sample
detector = default_detector()
begun = cpu()
detector.scan(Sample(text))
""",
}

STARTS = {
    "python": "pass",
    "Qt's widgets, an empty window": """
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([]); window = QWidget(); window.show(); application.processEvents()
""",
    "Sharesafe's window": """
import os
from PySide6.QtWidgets import QApplication
from app.gui.main import run
def shown(application):
    application.processEvents(); done(); sys.stdout.flush(); os._exit(0)
QApplication.exec = shown
run()
""",
    "sharesafe --version": """
import contextlib
from app.__main__ import main
sys.argv = ["sharesafe", "--version"]
with contextlib.suppress(SystemExit): main()
""",
}


def measure(code: str, folder: Path, repeat: int) -> dict[str, float]:
    """Medians over ``repeat`` runs of ``code`` in a fresh process each."""
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "OMP_THREAD_LIMIT": "1",
        "PYTHONPATH": str(ROOT),
    }
    rows = []
    for _ in range(repeat):
        command = [sys.executable, "-c", PRELUDE + code, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        rows.append(json.loads(done.stdout.strip().splitlines()[-1]))
    return {key: median(row[key] for row in rows) for key in rows[0]}


def table(title: str, unit: str, rows: dict[str, tuple[float, float]]) -> None:
    """Prints a figure and the peak memory per row, with its ratio to the first row, the baseline."""
    print(f"\n{title}\n{'':38s} {unit:>12s}   {'ratio':>6s}   {'peak MiB':>8s}")
    first = next(iter(rows.values()))[0]
    for name, (figure, peak) in rows.items():
        print(f"{name:38s} {figure:12.3f}   {figure / first:6.2f}   {peak:8.0f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--megabytes", type=int, default=50)
    wanted = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from app.samples import log, settings_page, terminal

    random = Random(1)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for scale in (1, 2):
            terminal(random, scale).save(folder / f"terminal-{scale}.png")
            settings_page(random, scale).save(folder / f"settings-{scale}.png")
        plain = "2026-03-14 09:14:21 INFO  {worker: 3, job: %d, took: 41, state: 'done', queue: 'orders'}\n"
        with (folder / "big.log").open("w") as stream:
            while stream.tell() < wanted.megabytes * 1e6:
                stream.writelines(plain % number for number in range(10_000))
            stream.write(log(random).decode())

        count = "done(figure=(cpu() - begun) / megapixels)\n"
        rows = {
            name: measure(PICTURES + code + count, folder, wanted.repeat) for name, code in READERS.items()
        }
        table(
            "Reading pictures",
            "CPU s/Mpx",
            {name: (row["figure"], row["peak"]) for name, row in rows.items()},
        )

        count = "done(figure=len(text) / 1e6 / max(cpu() - begun, 1e-3))\n"
        rows = {name: measure(TEXT + code + count, folder, wanted.repeat) for name, code in SCANNERS.items()}
        table("Scanning a log", "MB/s", {name: (row["figure"], row["peak"]) for name, row in rows.items()})

        rows = {name: measure(code + "\ndone()\n", folder, wanted.repeat) for name, code in STARTS.items()}
        table("Starting", "CPU s", {name: (row["process"], row["peak"]) for name, row in rows.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
