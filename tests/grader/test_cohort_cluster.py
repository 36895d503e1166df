"""A Dask cluster grades as the pool does, bit for bit; a worker that is lost costs nothing."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from small_course import make_course
from test_cohort_batch import Watch, call, grade, hand_in, points, rows

from grader.cohort.batch import Batch
from grader.cohort.cluster import Cluster
from grader.cohort.gradebook import Gradebook
from grader.cohort.hand_ins import find_hand_ins
from grader.cohort.prints import prints_of
from grader.errors import GraderError, UsageError
from grader.session.options import RunOptions

distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install 'gradlings[cluster]'")
ROOT = Path(__file__).resolve().parents[2]
# a worker loses what a test does not need: its dashboard, and the nanny that would start a killed one anew
WORKER = ["-m", "distributed.cli.dask_worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", "--no-nanny"]


def started(*words, **how):
    return subprocess.Popen(
        [sys.executable, *words], env={**os.environ, "PYTHONPATH": str(ROOT), **how}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, each a process of its own."""
    file = tmp_path / "scheduler.json"
    words = [
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
        "--scheduler-file",
        str(file),
    ]
    processes = [started(*words)]
    try:
        until = time.monotonic() + 60
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(0.2)
        address = json.loads(file.read_text())["address"]
        processes += [started(*WORKER, "--local-directory", str(tmp_path), address) for _ in range(2)]
        yield address, processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course")


def class_of(course, folder, people=6):
    for number in range(people):
        hand_in(course, folder / f"learner{number}", **({"first": ("2.0 * x", "3.0 * x")} if number % 2 else {}))


def test_the_results_are_those_of_the_pool(course, cluster, tmp_path):
    class_of(course, tmp_path / "in")
    grade(course, tmp_path / "in", tmp_path / "pool.db")
    done = call(
        "in", "--gradebook", "cluster.db", "--course", course.root, "--seed", 1, "--scheduler", cluster[0], cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path / "cluster.db") == rows(tmp_path / "pool.db")


def test_a_worker_that_is_lost_costs_nothing(course, cluster, tmp_path):
    address, (_, *workers) = cluster
    class_of(course, tmp_path / "in", 10)
    lost = []

    def kill_one():
        with distributed.Client(address, set_as_default=False) as client:
            until = time.monotonic() + 60
            while time.monotonic() < until and not lost:
                busy = {name for name, tasks in client.processing().items() if tasks}
                if len(busy) == 2:
                    lost.append(workers[0].pid)
                    os.kill(workers[0].pid, signal.SIGKILL)
                time.sleep(0.05)

    killer = threading.Thread(target=kill_one)
    killer.start()
    with Cluster(address) as executor:
        work, _ = grade(course, tmp_path / "in", tmp_path / "cluster.db", executor=executor)
    killer.join()
    assert lost
    assert not work.ungraded
    grade(course, tmp_path / "in", tmp_path / "pool.db")
    assert rows(tmp_path / "cluster.db") == rows(tmp_path / "pool.db")


def test_a_process_that_dies_under_a_worker_costs_its_exercise(cluster, tmp_path):
    course = make_course(tmp_path / "course", fragile="import os; os.kill(os.getpid(), 9)")
    class_of(course, tmp_path / "in", 2)
    with Cluster(cluster[0]) as executor:
        work, _ = grade(course, tmp_path / "in", tmp_path / "grades.db", executor=executor)
    assert len(work.ungraded) == 2
    assert points(tmp_path / "grades.db")["learner0"]["third"] == ("passed", 2.0)


def test_a_worker_with_another_course_grades_nothing(course, cluster, tmp_path):
    class_of(course, tmp_path / "in", 1)
    known = prints_of(course, RunOptions())
    checks = course.root / "tests/hidden/day1/test_alone.py"
    checks.write_text(checks.read_text() + "\n# changed after the batch has begun\n")
    work = Batch(course, course.exercises, RunOptions(), known, 1, Watch())
    with Gradebook(tmp_path / "grades.db", write=True) as book, Cluster(cluster[0]) as executor:
        with pytest.raises(GraderError, match=r"another course in .*: day1\.alone differ"):
            work.run(book, find_hand_ins([tmp_path / "in"], course=course), executor)


def test_nobody_at_the_address_is_wrong_usage():
    with pytest.raises(UsageError, match="There is no Dask scheduler at tcp://127"):
        Cluster("tcp://127.0.0.1:9")
