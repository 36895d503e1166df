"""Deadlines: wall time, less what the worker waited for a processor."""

import contextlib
import multiprocessing
import os
import time

import pytest
from sandboxed import ask_in

from grader.checks import stopped
from grader.sandbox import deadline as module
from grader.sandbox import processes, whereabouts
from grader.sandbox.deadline import LONGEST, Deadline
from grader.sandbox.request import NoAnswer


class Clock:
    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)


def test_a_plain_deadline_is_wall_time(monkeypatch):
    clock = Clock(monkeypatch)
    deadline = Deadline(10)
    assert deadline.left() == 10
    clock.now += 10
    assert deadline.left() == 0


def test_nobody_is_asked_before_half_of_the_time(monkeypatch):
    clock = Clock(monkeypatch)
    asked = []
    deadline = Deadline(10, lambda: asked.append(1) or 0.0)
    clock.now += 4.9
    assert 0 < deadline.left() < 0.2
    assert not asked


def test_what_was_waited_is_added(monkeypatch):
    clock = Clock(monkeypatch)
    waited = [3.0]
    deadline = Deadline(10, lambda: waited[0])
    clock.now += 5
    assert deadline.left() == 5
    waited[0] += 4
    clock.now += 5
    assert deadline.left() == 4
    clock.now += 4
    assert deadline.left() == 0, "it had the processor all the while"


def test_four_times_the_limit_is_the_end(monkeypatch):
    clock = Clock(monkeypatch)
    deadline = Deadline(10, lambda: clock.now)  # never gets a processor
    for _ in range(100):
        left = deadline.left()
        if left <= 0:
            break
        clock.now += left
    assert clock.now == 140


SPIN = """
    import time

    def sleep():
        time.sleep(30)

    def spin(seconds):
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass
        return seconds
"""


def test_one_who_sleeps_gets_no_more(zygote):
    with contextlib.ExitStack() as stack:
        work = ask_in(zygote, SPIN, stack, seconds=0.5)
        started = time.monotonic()
        with pytest.raises(NoAnswer, match="timeout"):
            work.sleep()
        assert time.monotonic() - started < LONGEST * 0.5 + whereabouts.SECONDS + 0.5


def _burn(stop):
    while not stop.is_set():
        sum(range(10_000))


@pytest.mark.confined
def test_a_crowded_machine_fails_nobody(zygote):
    """0.5 s of computing within 1 s, with five others on every core."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    crowd = [context.Process(target=_burn, args=(stop,)) for _ in range(5 * len(os.sched_getaffinity(0)))]
    for process in crowd:
        process.start()
    try:
        with contextlib.ExitStack() as stack:
            work = ask_in(zygote, SPIN, stack, seconds=1.0)
            assert work.spin(0.4) == 0.4
    finally:
        stop.set()
        for process in crowd:
            process.join()


CROWDS_ITSELF = """
    import threading, time
    import numpy as np
    A = np.random.rand(500_000)

    def work():
        while True:
            np.sin(A)

    def brief():
        np.sin(A[:50_000])

    def renew():
        while True:
            threads = [threading.Thread(target=brief) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    def start(target, number):
        for _ in range(number):
            threading.Thread(target=target, daemon=True).start()

    def loop():
        start(work, 6)
        work()

    def loops_and_naps():
        start(work, 6)
        while True:
            np.sin(A)
            time.sleep(0.005)

    def threads_that_end():
        start(renew, 3)
        work()
"""


@pytest.mark.parametrize("how", ["loop", "loops_and_naps", "threads_that_end"])
def test_one_who_crowds_the_machine_itself_gets_no_more(zygote, how):
    """Whatever others take of the machine meanwhile is added; what its own threads take is not."""
    with contextlib.ExitStack() as stack:
        work = ask_in(zygote, CROWDS_ITSELF, stack, seconds=1.0)
        call = getattr(work, how)
        started = time.monotonic()
        with pytest.raises(NoAnswer, match="timeout"):
            call()
        assert time.monotonic() - started < 3.0  # it was 4 before; half a second of it is to say where it stands


def _share_that_waits(crowd):
    """The share of its time that ``waited`` says a process was kept waiting for, beside others on one processor."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_spin_beside, args=(crowd,))
    process.start()
    try:
        while not processes.waited(process.pid) and process.is_alive():
            time.sleep(0.05)
        time.sleep(0.3)
        before, at = processes.waited(process.pid), time.monotonic()
        time.sleep(1.0)
        return (processes.waited(process.pid) - before) / 1e9 / (time.monotonic() - at)
    finally:
        process.kill()
        process.join()


def _spin_beside(crowd):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one processor for all of them
    for _ in range(crowd):
        if os.fork() == 0:
            parent = os.getppid()
            while os.getppid() == parent:
                sum(range(10_000))
            os._exit(0)
    while True:
        sum(range(10_000))


def test_waiting_for_other_processes_counts():
    """A process among four on one processor waits three quarters of its time; what a host takes away counts as none."""
    assert _share_that_waits(3) > 0.2


def test_nothing_of_a_stopped_worker_runs(zygote):
    source = """
        import threading
        import time

        LONGEST = [0.0]

        def tick():
            last = time.monotonic()
            while True:
                time.sleep(0.01)
                now = time.monotonic()
                LONGEST[0], last = max(LONGEST[0], now - last), now

        threading.Thread(target=tick, daemon=True).start()

        def longest():
            time.sleep(0.05)
            return LONGEST[0]
    """
    with contextlib.ExitStack() as stack:
        work = ask_in(zygote, source, stack)
        with stopped(work):
            time.sleep(0.6)
        assert work.longest() >= 0.55, "its thread went on"
        with pytest.raises(ZeroDivisionError), stopped(work):
            raise ZeroDivisionError
        assert work.longest() >= 0.55, "it goes on, and answers"
