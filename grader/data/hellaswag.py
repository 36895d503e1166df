"""The first 200 tasks of HellaSwag's validation set, for ``--full``."""

from __future__ import annotations

import bz2
import json
import os
from pathlib import Path

from grader.data.download import Published, is_published
from grader.data.real import FOLDER_VARIABLE, fetch

_PACKED = "hellaswag/hellaswag_val_full.txt.bz2"
_WRAPPED = "hellaswag/hellaswag_val_first200.jsonl"
_FIRST_200 = Published("", "3d10f1bfd61815249c29b36dc199148b4eef762377b1b1ff330dd200d5b92fa6", 90_694)
_TASKS, _LINES = 200, 6

Task = tuple[str, list[str], int]


def hellaswag() -> list[Task]:
    """Return 200 tasks of HellaSwag: ``(context, endings, label)``, four endings each, the label's being the right one.

    They come from ``hellaswag_val_first200.jsonl`` in the folder that ``GRADLINGS_DATA`` names, where that holds the
    very file, and else from the text of all 10,042 that ``fetch`` finds or downloads.

    Raises:
        UsageError: GRADLINGS_DATA names no folder, or another file is in it.
        DataError: the tasks can be neither found nor downloaded.
    """
    wrapped = Path(os.environ.get(FOLDER_VARIABLE) or os.devnull, _WRAPPED)
    if is_published(wrapped, _FIRST_200):
        tasks = map(json.loads, wrapped.read_text(encoding="utf-8").splitlines())
        return [(task["ctx"], task["endings"], task["label"]) for task in tasks]
    return unpacked(bz2.decompress(fetch(_PACKED).read_bytes()).decode("utf-8"))


def unpacked(text: str) -> list[Task]:
    """The first tasks of a text that has six lines for each: the activity and the context, the label, four endings."""
    lines = text.splitlines()[: _TASKS * _LINES]
    tasks = [lines[at : at + _LINES] for at in range(0, len(lines), _LINES)]
    return [(task[0].partition(": ")[2], task[2:], int(task[1])) for task in tasks]
