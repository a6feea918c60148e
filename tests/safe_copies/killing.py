"""Kills ``sharesafe redact`` at random moments and looks at what is left.

By hand, over pictures and PDFs as well: ``python -m tests.safe_copies.killing 200``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Final

import psutil
from PIL import Image, ImageDraw, ImageFont

from detectors.samples import generate

WAYS: Final = ("parent", "worker", "all")
END: Final = "this is the last line"
SETTLED_S: Final = 15.0


@dataclass(slots=True)
class Scene:
    """A folder of originals, a folder for copies, and what must not be in them."""

    root: Path
    random: Random
    secrets: list[str] = field(default_factory=list)

    @property
    def originals(self) -> Path:
        return self.root / "in"

    @property
    def copies(self) -> Path:
        return self.root / "out"

    @property
    def memory(self) -> Path:
        return self.root / "memory"

    def secret(self) -> str:
        self.secrets.append(generate("ghp_[A-Za-z0-9]{36}", self.random))
        return self.secrets[-1]

    def hashes(self) -> dict[str, str]:
        files = (path for path in self.originals.rglob("*") if path.is_file())
        return {str(path): sha256(path.read_bytes()).hexdigest() for path in files}

    def start(self, source: Path, *, jobs: int = 2) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "app", "redact", str(source), "--out", str(self.copies)]
        return subprocess.Popen(
            [*command, "--jobs", str(jobs), "--quiet"],
            env={**os.environ, "XDG_RUNTIME_DIR": str(self.memory), "PYTHONPATH": str(Path.cwd())},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def scene(root: Path, random: Random, *, pictures: bool) -> Scene:
    """Originals of several formats in nested folders, each with a secret; ``pictures`` take seconds each."""
    made = Scene(root, random)
    made.memory.mkdir(parents=True)
    for folder in (made.originals / "a" / "b", made.originals / "c"):
        folder.mkdir(parents=True)
    for number, folder in enumerate((made.originals, made.originals / "a" / "b", made.originals / "c")):
        lines = (f"GITHUB_TOKEN={made.secret()} in line {line}\n" for line in range(40))
        (folder / f"notes{number}.txt").write_text("plain text\n" * 20_000 + "".join(lines) + f"{END}\n")
        export = {"name": "export", "steps": [{"token": made.secret()}] * 3, "last": END}
        (folder / f"export{number}.json").write_text(json.dumps(export))
    with zipfile.ZipFile(made.originals / "packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.txt", f"GITHUB_TOKEN={made.secret()}\n{END}\n")
    if pictures:
        for suffix in ("png", "jpg", "gif"):
            drawn(made.secret()).save(made.originals / "a" / f"screen.{suffix}")
        drawn(made.secret()).save(made.originals / "c" / "page.pdf", resolution=144)
    return made


def drawn(secret: str) -> Image.Image:
    picture = Image.new("RGB", (900, 160), "white")
    font = ImageFont.load_default(22)
    ImageDraw.Draw(picture).text((20, 60), f"GITHUB_TOKEN={secret}", fill="black", font=font)
    return picture


def kill(process: subprocess.Popen[bytes], way: str, random: Random) -> bool:
    """Kills without warning; False when there was nothing left to kill."""
    try:
        parent = psutil.Process(process.pid)
        children = parent.children(recursive=True)
        if way == "parent":
            victims = [parent]
        elif way == "worker":
            workers = [one for one in children if "spawn_main" in " ".join(one.cmdline())]
            victims = [random.choice(workers)] if workers else []
        else:
            victims = [parent, *children]
    except psutil.Error:
        return False
    for victim in victims:
        with suppress(psutil.Error):
            victim.kill()
    return bool(victims)


def settled(process: subprocess.Popen[bytes], known: list[psutil.Process]) -> list[str]:
    """Waits for the end of everything; what did not end."""
    process.wait(120)
    _, alive = psutil.wait_procs(known, SETTLED_S)
    return [f"process {one.pid} is still there" for one in alive]


def problems(made: Scene, before: dict[str, str], *, after_next_start: bool) -> list[str]:
    """What is wrong in the folders."""
    found = [] if made.hashes() == before else ["an original changed"]
    for path in sorted(made.copies.rglob("*")):
        if path.name.startswith(".sharesafe-"):
            if after_next_start:
                found.append(f"{path.name} is left over")
            elif path.stat().st_mode & 0o077 and os.name != "nt" and path.stat().st_nlink == 1:
                found.append(f"{path.name} can be read by others")
        elif path.is_file():
            reason = not_whole(path, made.secrets)
            found += [f"{path.name}: {reason}"] if reason else []
    if after_next_start:
        found += [f"{path.name} is left in memory" for path in made.memory.iterdir()]
    return found


def not_whole(path: Path, secrets: list[str]) -> str:
    """Why a file is no whole copy; empty when it is one."""
    data = path.read_bytes()
    try:
        match path.suffix:
            case ".json" if "receipt" in path.name:
                json.loads(data)
            case ".json":
                if json.loads(data)["last"] != END:
                    return "its end is missing"
            case ".txt":
                if not data.endswith(f"{END}\n".encode()):
                    return "its end is missing"
            case ".zip":
                with zipfile.ZipFile(BytesIO(data)) as archive:
                    data += b"".join(map(archive.read, archive.namelist()))
                    if END.encode() not in data:
                        return "its end is missing"
            case ".pdf":
                if not data.rstrip().endswith(b"%%EOF"):
                    return "its end is missing"
            case ".png" | ".jpg" | ".gif":
                Image.open(BytesIO(data)).load()
            case _:
                return "nobody knows this file"
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        return f"it is damaged ({type(error).__name__})"
    return "a secret is in it" if any(secret.encode() in data for secret in secrets) else ""


def one_kill(made: Scene, way: str, begun: int, delay: float, *, jobs: int) -> tuple[bool, list[str]]:
    """Starts, kills, looks, starts again, looks.

    Moments are told in copies, not in seconds, because other work slows this down.

    Args:
        begun: how many copies, finished or partial, have to be there before the kill.
        delay: seconds after that.

    Returns:
        Whether there was something to kill, and what is wrong.
    """
    before = made.hashes()
    process = made.start(made.originals, jobs=jobs)
    while process.poll() is None and sum(map(Path.is_file, made.copies.rglob("*"))) < begun:
        time.sleep(0.005)
    with suppress(subprocess.TimeoutExpired):
        process.wait(delay)
    known: list[psutil.Process] = []
    with suppress(psutil.Error):
        known = psutil.Process(process.pid).children(recursive=True)
    hit = kill(process, way, made.random)
    wrong = settled(process, known) + problems(made, before, after_next_start=False)
    again = made.root / "again.txt"
    again.write_text(f"nothing\n{END}\n")
    code = made.start(again).wait(120)
    wrong += [] if code == 0 else [f"the next start ended with {code}"]
    return hit, wrong + problems(made, before, after_next_start=True)


def empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--fast", action="store_true", help="no pictures, no PDF")
    wanted = parser.parse_args()
    random = Random(wanted.seed)
    hits: Counter[str] = Counter()
    copies = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        made = scene(Path(folder), random, pictures=not wanted.fast)
        files = len(made.hashes())
        for number in range(wanted.kills):
            way = WAYS[number % len(WAYS)]
            begun, delay = random.randint(0, files), random.uniform(0.0, 1.0)
            hit, wrong = one_kill(made, way, begun, delay, jobs=random.choice((1, 2)))
            hits[way] += hit
            copies += sum(".redacted" in path.name for path in made.copies.rglob("*"))
            failed += bool(wrong)
            for problem in wrong:
                print(f"kill {number + 1}, {way} {delay:.2f} s after {begun} copies: {problem}", flush=True)
            empty(made.copies)
            if not (number + 1) % 20:
                print(f"{number + 1} kills", flush=True)
    print(f"{wanted.kills} kills ({dict(hits)} hit something running), {copies} copies, {failed} failures")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
