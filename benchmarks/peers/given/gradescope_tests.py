"""gradescope-utils: a test of unittest for each demand, with an alarm of its own."""

import importlib
import signal
import unittest

import demands
from gradescope_utils.autograder_utils.decorators import weight


def late(*_):
    raise TimeoutError(f"no end in {demands.SECONDS} seconds")


def test(exercise, demand):
    @weight(1)
    def run(_):
        demand(importlib.import_module(exercise), demands.generator())

    return run


def alarmed(exercise):
    """A case for an exercise."""

    class Alarmed(unittest.TestCase):
        def setUp(self):
            signal.signal(signal.SIGALRM, late)
            signal.alarm(demands.SECONDS)

        def tearDown(self):
            signal.alarm(0)

    return type(exercise, (Alarmed,), {f"test_{d.__name__}": test(exercise, d) for d in demands.DEMANDS[exercise]})


globals().update({exercise: alarmed(exercise) for exercise in demands.DEMANDS})
