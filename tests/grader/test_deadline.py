"""Deadlines: wall time, less what the worker waited for a processor."""

import contextlib
import multiprocessing
import os
import time

import pytest
from sandboxed import ask_in

from grader.checks import stopped
from grader.sandbox import deadline as module
from grader.sandbox.deadline import Deadline
from grader.sandbox.ended import NoAnswer


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
        assert time.monotonic() - started < 2.5  # at most four times the limit, and half a second


def _burn(stop):
    while not stop.is_set():
        sum(range(10_000))


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
