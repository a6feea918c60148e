"""``make bench``: what Sharesafe costs, each figure beside a baseline measured in the same run.

Every measurement runs in a process of its own, so that peak memory is its own. Machines are noisy:
read the ratios, not the seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from random import Random
from statistics import median
from uuid import UUID

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
text = (folder / name).read_text()
begun = cpu()
"""

SCANNERS = {
    "bare re, one pattern": "import re\nlist(re.compile(r'sk_live_[A-Za-z0-9]{24}').finditer(text))\n",
    "bare re, every rule (first 256 KiB)": """
from detectors.rule_files import load_rules
text = text[: 256 * 1024]
patterns = [rule.pattern for rule in load_rules()]
begun = cpu()
for pattern in patterns:
    list(pattern.finditer(text))
""",
    "Sharesafe's detectors": """
from detectors.engine import default_detector
from detectors.model import Sample
detector = default_detector()
begun = cpu()
detector.scan(Sample(text))
""",
}

PEERS = {
    "gitleaks": "gitleaks stdin --no-banner --exit-code 0 --log-level error",
    "kingfisher": "kingfisher scan - --no-validate --no-update-check --jobs 1 --format json",
}
"""Scanners of others, measured where they are found on the PATH, on one core like everything here."""

PEER = """
import os, subprocess
if hasattr(os, "sched_setaffinity"): os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
text = (folder / name).read_text()
with (folder / name).open() as stream:
    begun = cpu()
    subprocess.run(command, stdin=stream, capture_output=True)
"""

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
        "GOMAXPROCS": "1",
        "PYTHONPATH": str(ROOT),
    }
    rows = []
    for _ in range(repeat):
        command = [sys.executable, "-c", PRELUDE + code, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        rows.append(json.loads(done.stdout.strip().splitlines()[-1]))
    return {key: median(row[key] for row in rows) for key in rows[0]}


def plain_lines(_random: Random) -> Iterator[str]:
    for number in count():
        yield f"2026-03-14 09:14:21 INFO  {{worker: 3, job: {number}, took: 41, state: 'done', queue: 'a'}}\n"


def json_requests(random: Random) -> Iterator[str]:
    """One JSON object a line, with ids of requests and traces."""
    for number in count():
        row = {
            "ts": "2026-03-14T09:14:21Z",
            "level": random.choice(["info", "warn"]),
            "request_id": f"{random.getrandbits(128):032x}",
            "trace": str(UUID(int=random.getrandbits(128))),
            "path": f"/api/v2/items/{number}?page={number % 7}",
            "status": random.choice([200, 201, 404]),
            "msg": f"handled request in {number % 90} ms",
        }
        yield json.dumps(row) + "\n"


def tracebacks(random: Random) -> Iterator[str]:
    """Errors of Python programs; the lines of code are this program's own library's."""
    code = [
        (path.name, number, line.strip()[:110])
        for path in sorted(Path(json.__file__).parent.parent.glob("*.py"))
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if line.rstrip().endswith(")") and "(" in line and not line.lstrip().startswith(("#", "def", "class"))
    ]
    while True:
        yield "2026-03-14 09:14:21,123 ERROR Unhandled exception\nTraceback (most recent call last):\n"
        for name, number, line in random.choices(code, k=random.randrange(4, 14)):
            yield f'  File "/usr/lib/python3/{name}", line {number}, in call\n    {line}\n'
        yield "ConnectionRefusedError: [Errno 111] Connection refused\n"


def table_rows(random: Random) -> Iterator[str]:
    for number in count():
        city, cents = random.choice(["Berlin", "Lyon", "Porto"]), random.randrange(100_000)
        yield f'{number},"Customer {number}",{city},{cents / 100:.2f},EUR,2026-03-14T09:14:21Z,paid,"door"\n'


LOGS = {
    "plain lines": plain_lines,
    "JSON with ids": json_requests,
    "Python tracebacks": tracebacks,
    "comma-separated rows": table_rows,
}


def table(title: str, unit: str, rows: dict[str, tuple[float, float]]) -> None:
    """Prints a figure and the peak memory per row, with its ratio to the first row, the baseline."""
    print(f"\n{title}\n{'':38s} {unit:>12s}   {'ratio':>6s}   {'peak MiB':>8s}")
    first = next(iter(rows.values()))[0]
    for name, (figure, peak) in rows.items():
        print(f"{name:38s} {figure:12.3f}   {figure / first:6.2f}   {peak:8.0f}")


def reading(folder: Path, random: Random, wanted: argparse.Namespace) -> None:
    from app.samples import settings_page, terminal

    for scale in (1, 2):
        terminal(random, scale).save(folder / f"terminal-{scale}.png")
        settings_page(random, scale).save(folder / f"settings-{scale}.png")
    tally = "done(figure=(cpu() - begun) / megapixels)\n"
    rows = {name: measure(PICTURES + code + tally, folder, wanted.repeat) for name, code in READERS.items()}
    table("Reading pictures", "CPU s/Mpx", {name: (row["figure"], row["peak"]) for name, row in rows.items()})


def scanning(folder: Path, random: Random, wanted: argparse.Namespace) -> None:
    from app.samples import log

    tally = "done(figure=len(text) / 1e6 / max(cpu() - begun, 1e-3))\n"
    for kind, lines in LOGS.items():
        source, size = lines(random), 0
        with (folder / kind).open("w") as stream:
            while size < wanted.megabytes * 1e6:
                size += stream.write("".join(islice(source, 1000)))
            stream.write(log(random).decode())
        given = f"name = {kind!r}\n"
        codes = {name: given + TEXT + code for name, code in SCANNERS.items()}
        for name, command in PEERS.items():
            if shutil.which(name):
                codes[name] = f"{given}command = {command.split()!r}\n{PEER}"
        rows = {name: measure(code + tally, folder, wanted.repeat) for name, code in codes.items()}
        figures = {name: (row["figure"], row["peak"]) for name, row in rows.items()}
        table(f"Scanning a log: {kind}", "MB/s", figures)
        (folder / kind).unlink()


def starting(folder: Path, _random: Random, wanted: argparse.Namespace) -> None:
    rows = {name: measure(code + "\ndone()\n", folder, wanted.repeat) for name, code in STARTS.items()}
    table("Starting", "CPU s", {name: (row["process"], row["peak"]) for name, row in rows.items()})


PARTS = {"reading": reading, "scanning": scanning, "starting": starting}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--only", choices=PARTS)
    wanted = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as made:
        for name, part in PARTS.items():
            if wanted.only in (None, name):
                part(Path(made), Random(1), wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
