"""`grade init FOLDER --new-course`: a small complete course to start from, copied from `template/`."""

from __future__ import annotations

from pathlib import Path

from grader.course.starter import write_new
from grader.course.stubs import cut_stub

TEMPLATE = Path(__file__).parent / "template"
_PARTS = ("exercises", "solutions", "tests")


def init_new_course(target: Path) -> list[Path]:
    """Write a course of its own: one unit whose exercises have all that an exercise can have.

    Files that are there already are left as they are.

    Args:
        target: the folder; made if it does not exist.

    Returns:
        The paths that were written.

    Raises:
        UsageError: if the target is a file, cannot be written, or has a course in it already.
    """
    texts = {
        path.relative_to(TEMPLATE).as_posix(): path.read_bytes()
        for path in sorted(TEMPLATE.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    for name in [name for name in texts if name.startswith("solutions/")]:
        unit, exercise = Path(name).parent.name, Path(name).stem
        texts[f"exercises/{unit}/{exercise}.py"] = cut_stub(texts[name].decode(), f"{unit}.{exercise}").encode()
    return write_new(target, texts, _PARTS)
