"""The real pipeline with a stand-in for the reading of pictures: the colour of a picture says its text."""

from __future__ import annotations

import json
import os
from typing import cast

from PIL import Image

from app import pipeline
from app.messages import Task
from app.model import Labels, RunKey, Scan
from app.options import Settings
from app.workers.process import Listener
from ocr.model import Box, PageReading
from ocr.reader import Reader
from tests.support.documents import FakeReader
from tests.support.pictures import PLACE

WORDS = "SHARESAFE_TEST_WORDS"
LOG = "SHARESAFE_TEST_LOG"
"""A file to which one line is added for each picture that is read."""


class ByColour(FakeReader):
    def read(self, image: Image.Image, **more: object) -> PageReading:
        texts = json.loads(os.environ[WORDS])
        colour = image.convert("RGB").getpixel((1, 1))
        text = texts.get("#{:02x}{:02x}{:02x}".format(*cast("tuple[int, int, int]", colour)))
        label, _, value = (text or "").rpartition(": ")
        self.words = ((value, PLACE),) if text else ()
        if label:  # at the frame of the picture, where there is ink
            self.words = ((f"{label}:", Box(2, PLACE.top, 30, PLACE.bottom)), *self.words)
        with open(os.environ[LOG], "a", encoding="utf-8") as log:  # noqa: PTH123
            log.write(f"{text}\n")
        return super().read(image, **more)  # type: ignore[arg-type]


def run(task: Task, settings: Settings, key: RunKey, labels: Labels, listener: Listener) -> Scan:
    pipeline.page_reader = lambda **_: cast("Reader", ByColour())  # type: ignore[assignment]
    return pipeline.run_task(task, settings, key, labels, listener)
