"""What the sandbox costs a learner, as ratios within one run against what else could be run.

    python benchmarks/feedback.py [--rounds 5]

(a) cold `grade lecture5.cross_entropy` over plain pytest running the same checks in one unconfined process; (b) cold
`grade lecture5` over `python -c "import torch"`; (c) a worker ready over a bare fork of the same zygote; (d) a proxied
call with a (32, 27) float64 argument over the direct call. Runs alternate, so that a busy machine is busy for both.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GRADE = [sys.executable, "-c", "from grader.cli.main import main; main()"]

# The checks as plain pytest would run them: the solution imported into the same process.
PLAIN = f"""
import hypothesis, pytest, torch
torch.set_num_threads(1)
hypothesis.settings.register_profile("plain", max_examples=30, deadline=None, database=None,
    suppress_health_check=list(hypothesis.HealthCheck))
hypothesis.settings.load_profile("plain")

@pytest.fixture
def submission():
    import importlib.util
    spec = importlib.util.spec_from_file_location("submission", {str(ROOT / "solutions/lecture5/cross_entropy.py")!r})
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

@pytest.fixture
def rng():
    return torch.Generator().manual_seed(1)
"""


def seconds(command: list[str], **kwargs: object) -> float:
    """Wall time of a command that must succeed."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, **kwargs)
    return time.perf_counter() - started


def alternated(first: list[str], second: list[str], rounds: int, **kwargs: object) -> tuple[list[float], list[float]]:
    """Run two commands in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for command in (first, second):
        seconds(command, **kwargs)  # warms the file cache
    for _ in range(rounds):
        times[0].append(seconds(first, **kwargs))
        times[1].append(seconds(second, **kwargs))
    return times


def report(letter: str, what: str, ours: list[float], theirs: list[float], goal: float, unit: float = 1.0) -> None:
    """Print medians and their ratio."""
    a, b = statistics.median(ours), statistics.median(theirs)
    name = "s" if unit == 1.0 else "ms"
    print(f"({letter}) {what}: {a * unit:.2f} {name} / {b * unit:.2f} {name} = {a / b:.2f}   goal ≤ {goal:g}")


def cold_runs(rounds: int) -> None:
    """(a) and (b)."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "plain_fixtures.py").write_text(PLAIN)
        environment = {**os.environ, "PYTHONPATH": folder, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        check = "tests/hidden/lecture5/test_cross_entropy.py"
        plain = [sys.executable, "-m", "pytest", "-q", "-p", "plain_fixtures", "-p", "no:cacheprovider",
                 "-c", os.devnull, "--rootdir", str(ROOT), check]  # fmt: skip
        ours = [*GRADE, "lecture5.cross_entropy", "--submission", "solutions"]
        times = alternated(ours, plain, rounds, env=environment)
        report("a", "grade lecture5.cross_entropy / plain pytest", *times, 1.25)
    torch = [sys.executable, "-c", "import torch"]
    solved = [*GRADE, "lecture5", "--submission", "solutions"]
    report("b", "grade lecture5 on the solutions / import torch", *alternated(solved, torch, rounds), 4)


def workers(rounds: int) -> None:
    """(c): confined and bare workers of zygotes that imported the same."""
    from grader.sandbox.client import ZygoteProcess
    from grader.sandbox.zygote import Setup

    preload = ("numpy", "torch")
    times: dict[bool, list[float]] = {True: [], False: []}
    with (
        ZygoteProcess(Setup(preload=preload, hidden=(str(ROOT),))) as confined,
        ZygoteProcess(Setup(preload=preload, confine=False)) as bare,
    ):
        for zygote in (confined, bare):
            zygote.spawn().close()
        for _ in range(rounds * 20):
            for zygote in (confined, bare):
                started = time.perf_counter()
                worker = zygote.spawn()
                times[zygote is confined].append(time.perf_counter() - started)
                worker.close()
    report("c", "worker ready / bare fork", times[True], times[False], 1.5, unit=1e3)


def calls(rounds: int) -> None:
    """(d): a call that does next to nothing, near and far."""
    import torch

    from grader.sandbox.client import ZygoteProcess
    from grader.sandbox.peers import RemotePeer
    from grader.sandbox.proxy import Conversation, SubmissionProxy
    from grader.sandbox.zygote import Setup

    torch.set_num_threads(1)
    x = torch.randn(32, 27, dtype=torch.float64)
    text = "def double(x):\n    return x * 2\n"
    with ZygoteProcess(Setup(preload=("numpy", "torch"), hidden=(str(ROOT),))) as zygote:
        worker = zygote.spawn()
        peer = RemotePeer(worker)
        _, names = peer.load({"u.w": (text, "w.py")}, "u.w", 20)
        far = SubmissionProxy(Conversation(peer, names, 1)).double
        near = lambda x: x * 2  # noqa: E731
        times: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(rounds * 400):
            for function in (far, near):
                started = time.perf_counter()
                function(x)
                times[function is far].append(time.perf_counter() - started)
        worker.close()
    a, b = (statistics.median(times[which]) * 1e6 for which in (True, False))
    what = "(d) proxied call / direct call, (32, 27) float64"
    print(f"{what}: {a:.0f} µs / {b:.1f} µs, {a - b:.0f} µs added   goal ≤ 200 µs")


def main() -> None:
    """Print all four."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, medians of {rounds} rounds")
    calls(rounds)
    workers(rounds)
    cold_runs(rounds)


if __name__ == "__main__":
    main()
