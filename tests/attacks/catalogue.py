"""Reads the attacks: each a submission with a header that says what it tries and what must happen."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec

OTHER = "lecture5.linear"  # is right in every submission, and must stay so
FOLDER = Path(__file__).parent / "submissions"
PROMISES = {
    0: "A submission takes no more of the machine than its limits: memory, files, processes, network.",
    1: "No submission changes a verdict other than by the values it returns.",
    2: "Hidden data is never in a process that runs submission code.",
    3: "Every check ends within its limit and a second, with one named verdict.",
    4: "A fault of the grader is never the learner's.",
    5: "The isolation level is tested at the start, and printed.",
    6: "A graded run fails closed.",
}
BROKEN = "broken promise"  # a property of a test's report: xdist carries those to where they are summed up


class Attack(msgspec.Struct, frozen=True, rename={"as_": "as"}):
    """One submission and what must happen to it.

    Attributes:
        tries: what it does, in a sentence.
        kind: ``hostile`` or ``fault``.
        rows: rows of the threat catalogue.
        exercise: whose file it is.
        verdicts: those that its checks may have; any when empty.
        earns: the most points it may earn, or ``all`` where it is right and must earn all of them.
        says: each must occur in the headline of a failing check.
        notes: each must occur in a note on the file.
        confined: stopped by confinement alone.
        breaks: the promises that do not hold without it; where there is none, it is a limit of the machine's.
        encoding: how the text is stored; bom, crlf: with a byte order mark, with Windows' line ends.
        beside: further files, path -> text.
        as_: the path to store it at instead of its exercise's.
        seconds: the deadline of each call.
        leaves: paths that must not exist afterwards.
        gap: why what should happen does not yet; the test is expected to fail.
    """

    name: str
    text: str
    tries: str
    kind: str = "hostile"
    rows: tuple[int, ...] = ()
    exercise: str = "lecture5.cross_entropy"
    verdicts: tuple[str, ...] = ()
    earns: float | str = 0
    says: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    confined: bool = False
    breaks: tuple[int, ...] = ()
    encoding: str = "utf-8"
    bom: bool = False
    crlf: bool = False
    beside: dict[str, str] = {}
    as_: str = ""
    seconds: float = 10.0
    gap: str = ""
    leaves: tuple[str, ...] = ()


def read_attacks() -> list[Attack]:
    """All attacks, in the order of their names."""
    return [read_attack(path) for path in sorted(FOLDER.glob("*.py"))]


def read_attack(path: Path) -> Attack:
    """Read one attack; its header is not part of what is handed in."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    assert lines[0].strip() == "# /// attack", f"{path} has no header"
    end = next(i for i, line in enumerate(lines[1:], 1) if line.strip() == "# ///")
    header = "".join(line.removeprefix("# ").removeprefix("#") for line in lines[1:end])
    values: dict[str, Any] = tomllib.loads(header)
    return msgspec.convert({**values, "name": path.stem, "text": "".join(lines[end + 1 :])}, Attack)


def lay_out(attack: Attack, solutions: Path, folder: Path) -> Path:
    """Write a submission: the solutions of the unit and of ``OTHER``, and the attack in the place of its exercise."""
    unit, _, exercise = attack.exercise.partition(".")
    root = folder / "exercises"
    for solution in sorted({*(solutions / unit).glob("*.py"), solutions / f"{OTHER.replace('.', '/')}.py"}):
        if solution.relative_to(solutions).as_posix() != f"{unit}/{exercise}.py":
            copy = root / solution.relative_to(solutions)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(solution.read_bytes())
    text = attack.text.replace("\n", "\r\n") if attack.crlf else attack.text
    data = text.encode(attack.encoding)
    if attack.bom:
        data = b"\xef\xbb\xbf" + data
    place = root / (attack.as_ or f"{unit}/{exercise}.py")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    for name, content in attack.beside.items():
        other = root / name
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_text(content, "utf-8")
    return root
