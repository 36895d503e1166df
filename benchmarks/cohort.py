"""What a class costs: hand-ins per core-second of `grade batch`, beside a loop of `grade` and four other graders.

    python benchmarks/cohort.py [--peers VENV] [--count 100] [--exercises cross_entropy linear tanh_embedding] [peers]
    python benchmarks/cohort.py cores        (wants an idle machine)
    python benchmarks/cohort.py whole --count 300

All grade the same hand-ins with the same demands (`peers/given/demands.py` says how they were taken over); each is used
as its own documentation has it, see `peers/`. What counts is CPU time of all processes, start included, so that a busy
machine is busy for all; time-outs run by the clock, and on a busy machine a loop looks cheaper than it is. Peers start
anew for each hand-in, and cost as much for the hundredth as for the first: a few of each kind are enough, which are
weighed as the mix has them. `grade batch` grades them all.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Protocol

from peers.check50_local import Check50
from peers.gradescope import Gradescope
from peers.hand_ins import KINDS, ROOT, HandIn, cohort, hand_in
from peers.notebooks import Nbgrader, Otter
from peers.usage import Usage, adopt_orphans, measured

GRADE = [sys.executable, "-P", "-m", "grader"]
PACKAGES = ("gradescope-utils", "otter-grader", "nbgrader", "check50")
SHARES = {"right": 50, "wrong": 35, "crashing": 10, "looping": 5}  # of a hundred
SAMPLE = {"right": 5, "wrong": 3, "crashing": 2, "looping": 1}  # of each kind, for whom each hand-in costs the same
SECONDS = 6  # the time-out of a test, where one can be set: the grader's own for a call
GOALS = {"right": 20, "mix": 10}


class Tool(Protocol):
    """A grader: what it is called, what each call costs before it grades anything, and how it grades."""

    name: str
    start: float

    def grade(self, hand_ins: list[HandIn]) -> Usage:
        """Grade them all, and say what it cost."""
        ...

    def verdicts(self, hand_in: HandIn) -> list[bool]:
        """Whether each demand was met; none where the tool left no result."""
        ...


class Loop:
    """`grade` itself, called once for each hand-in."""

    name = "a loop of grade"
    start = 0.0

    def __init__(self, folder: Path, exercises: list[str]) -> None:
        self.folder, self.words = folder, [f"lecture5.{exercise}" for exercise in exercises]
        self.codes: dict[str, int] = {}
        folder.mkdir()

    def grade(self, hand_ins: list[HandIn]) -> Usage:
        """A call each."""
        total = Usage()
        for one in hand_ins:
            lay_out([one], self.folder)
            words = [*self.words, "--submission", self.folder / one.name, "--course", ROOT, "-j", "1"]
            ended = measured([*GRADE, *words], self.folder, self.folder / "log.txt")
            total, self.codes[one.name] = total.plus(ended.usage), ended.code
        return total

    def verdicts(self, hand_in: HandIn) -> list[bool]:
        """What the exit code says: one verdict on all."""
        code = self.codes[hand_in.name]
        return [code == 0] if code in {0, 1} else []


class Batch:
    """`grade batch`, with a gradebook of its own each time."""

    name = "grade batch"
    start = 0.0

    def __init__(self, folder: Path, units: list[str], jobs: int) -> None:
        self.folder, self.jobs, self.book = folder, jobs, folder / "grades.db"
        self.words = [word for unit in units for word in ("--only", unit)]
        folder.mkdir()

    def grade(self, hand_ins: list[HandIn]) -> Usage:
        """One call for all."""
        fresh = Path(tempfile.mkdtemp(dir=self.folder))
        lay_out(hand_ins, fresh / "hand-ins")
        self.book = fresh / "grades.db"
        words = ["batch", fresh / "hand-ins", "--gradebook", self.book, *self.words, "-j", str(self.jobs)]
        ended = measured([*GRADE, *words, "--course", ROOT], fresh, self.folder / "log.txt")
        if ended.code not in {0, 1}:
            raise SystemExit(f"grade batch ended with exit code {ended.code}:\n{(self.folder / 'log.txt').read_text()}")
        return ended.usage

    def verdicts(self, hand_in: HandIn) -> list[bool]:
        """Whether each exercise passed, as the gradebook has it."""
        with sqlite3.connect(self.book) as book:
            rows = book.execute(
                "SELECT status FROM grading JOIN learner ON grading.learner = learner.id "
                "WHERE learner.name = ? AND state = 'done'", (hand_in.name,)
            )  # fmt: skip
            return [status == "passed" for (status,) in rows]


def lay_out(hand_ins: list[HandIn], folder: Path) -> None:
    """A folder for each learner, as the course lays exercises out."""
    for one in hand_ins:
        unit = folder / one.name / "lecture5"
        unit.mkdir(parents=True, exist_ok=True)
        for exercise, text in one.texts.items():
            (unit / f"{exercise}.py").write_text(text, encoding="utf-8")


def lost(tool: Tool, hand_ins: list[HandIn]) -> int:
    """How many have no result. A right one that failed, or a wrong one that passed, is no benchmark: it ends here."""
    without = 0
    for one in hand_ins:
        verdicts = tool.verdicts(one)
        without += not verdicts
        as_it_must = bool(verdicts) and all(verdicts) == (one.kind == "right")
        if not as_it_must and (verdicts or one.kind in {"right", "wrong"}):
            raise SystemExit(f"{tool.name} did not grade {one.name} as it must: {verdicts}")
    return without


def install(folder: Path) -> Path:
    """A virtual environment with the peers, and this environment's torch; its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    torch = f"torch=={importlib.metadata.version('torch')}"
    words = ["install", "--quiet", "-c", ROOT / "constraints.txt", torch, "numpy", *PACKAGES]
    subprocess.run([python, "-m", "pip", *words], check=True)
    return python


def versions(python: Path) -> str:
    """What is compared."""
    code = f"from importlib.metadata import version as v; print(', '.join(f'{{n}} {{v(n)}}' for n in {PACKAGES}))"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def compare(python: Path, given: argparse.Namespace, folder: Path) -> None:
    """All tools on right hand-ins and on a mix, in turns."""
    exercises, count = given.exercises, given.count
    ours = Batch(folder / "batch", [f"lecture5.{exercise}" for exercise in exercises], 1)
    others: list[Tool] = [Loop(folder / "loop", exercises)]
    kinds = (Gradescope, Check50, Nbgrader, Otter)
    others += [kind(folder / kind.__name__, python, exercises, SECONDS) for kind in kinds]
    shares = {kind: round(count * share / 100) for kind, share in SHARES.items()}
    cohorts = {"right": cohort({"right": count}, exercises), "mix": cohort(shares, exercises)}
    samples = {kind: [hand_in(kind, i, exercises) for i in range(SAMPLE[kind])] for kind in KINDS}

    costs: dict[tuple[str, str], list[float]] = defaultdict(list)
    peaks: dict[str, float] = defaultdict(float)
    losses: dict[tuple[str, str], int] = {}
    for _ in range(given.rounds):
        for what, class_ in cohorts.items():
            print(f"{ours.name}: {what} …", end="\x1b[K\r", file=sys.stderr)
            usage = ours.grade(class_)
            costs[ours.name, what].append(usage.cpu / len(class_))
            peaks[ours.name] = max(peaks[ours.name], usage.peak)
            losses[ours.name, what] = lost(ours, class_)
            for kind in ["right"] if what == "right" else KINDS[1:]:
                for tool in others:
                    print(f"{tool.name}: {kind} …", end="\x1b[K\r", file=sys.stderr)
                    usage = tool.grade(samples[kind])
                    each = (usage.cpu - tool.start) / len(samples[kind]) + tool.start / count
                    costs[tool.name, kind].append(each)
                    peaks[tool.name] = max(peaks[tool.name], usage.peak)
                    losses[tool.name, kind] = lost(tool, samples[kind])
    for tool in others:
        costs[tool.name, "mix"] = [
            sum(costs[tool.name, kind][i] * share for kind, share in SHARES.items()) / 100 for i in range(given.rounds)
        ]
    table({key: statistics.median(found) for key, found in costs.items()}, peaks, losses, given)


def table(
    costs: dict[tuple[str, str], float],
    peaks: dict[str, float],
    losses: dict[tuple[str, str], int],
    given: argparse.Namespace,
) -> None:
    """CPU seconds a hand-in, hand-ins a core-second, and how often the best peer's go into ours."""
    names = [Batch.name, Loop.name, *(kind.name for kind in (Gradescope, Check50, Nbgrader, Otter))]
    print(f"lecture5: {', '.join(given.exercises)}; {given.count} hand-ins for grade batch -j 1, of others a sample:")
    print("  " + ", ".join(f"{n} {kind}" for kind, n in SAMPLE.items()) + " (they start anew for each)")
    print("  mix: " + ", ".join(f"{share} % {kind}" for kind, share in SHARES.items()))
    heads = [f"{kind} s" for kind in ("right", *KINDS[1:], "mix")]
    print(f"{'':18}" + "".join(f"{head:>12}" for head in (*heads, "right/s", "mix/s", "peak MB", "lost")))
    for name in names:
        cells = [costs.get((name, kind)) for kind in ("right", *KINDS[1:], "mix")]
        rates = [1 / costs[name, what] for what in ("right", "mix")]
        texts = ["" if cell is None else f"{cell:.2f}" for cell in cells] + [f"{rate:.2f}" for rate in rates]
        of = 2 * given.count if name == Batch.name else sum(SAMPLE.values())
        texts += [f"{peaks[name]:.0f}", f"{sum(n for (tool, _), n in losses.items() if tool == name)} of {of}"]
        print(f"{name:18}" + "".join(f"{text:>12}" for text in texts))
    for what, goal in GOALS.items():
        cost, best = min((costs[name, what], name) for name in names[2:])
        ratio = cost / costs[Batch.name, what]
        loop = costs[Loop.name, what] / costs[Batch.name, what]
        print(f"{what}: {ratio:.1f} × {best}, the best peer; {loop:.1f} × a loop of grade   goal ≥ {goal}")


def cores(given: argparse.Namespace, folder: Path) -> None:
    """Wall time with one process and with two, in turns."""
    units = [f"lecture5.{exercise}" for exercise in given.exercises]
    tools = {jobs: Batch(folder / f"jobs-{jobs}", units, jobs) for jobs in (1, 2)}
    class_ = cohort({"right": given.count}, given.exercises)
    runs: dict[int, list[Usage]] = {1: [], 2: []}
    for _ in range(max(3, given.rounds)):
        for jobs, tool in tools.items():
            runs[jobs].append(tool.grade(class_))
            lost(tool, class_)
    one, two = (statistics.median(usage.wall for usage in runs[jobs]) for jobs in (1, 2))
    cpu = [statistics.median(usage.cpu for usage in runs[jobs]) for jobs in (1, 2)]
    print(
        f"{given.count} right hand-ins, -j 1 / -j 2: {one:.1f} s / {two:.1f} s = {one / two:.2f}   goal ≥ 1.8   "
        f"(CPU {cpu[0]:.1f} s and {cpu[1]:.1f} s)"
    )


def whole(given: argparse.Namespace, folder: Path) -> None:
    """Many × all of lecture5 and lecture7, without the checks that train a network; as many processes as it takes."""
    units, made = ["lecture5", "lecture7"], folder / "hand-ins"
    for i in range(given.count):
        for unit in units:
            shutil.copytree(ROOT / "solutions" / unit, made / f"learner-{i:03d}" / unit)
    only = [word for unit in units for word in ("--only", unit)]
    words = ["batch", made, "--gradebook", "grades.db", *only, "--no-training", "--course", ROOT]
    code, usage = measured([*GRADE, *words], folder, folder / "log.txt")
    print(f"{given.count} × {' and '.join(units)}: {usage.wall / 60:.1f} min, CPU {usage.cpu / 60:.1f} min,", end=" ")
    print(f"{given.count / usage.cpu:.2f} hand-ins a core-second, peak {usage.peak:.0f} MB, exit code {code}")
    print((folder / "log.txt").read_text().strip())


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="?", choices=["peers", "cores", "whole"], default="peers")
    parser.add_argument("--peers", type=Path, metavar="VENV", help="where they are installed; made in a folder if not")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--exercises", nargs="+", default=["cross_entropy", "linear", "tanh_embedding"])
    given = parser.parse_args()
    adopt_orphans()
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, rounds: {given.rounds}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.part == "peers":
            python = given.peers.absolute() / "bin" / "python" if given.peers else install(folder / "venv")
            print(versions(python))
            compare(python, given, folder)
        else:
            {"cores": cores, "whole": whole}[given.part](given, folder)
        print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
