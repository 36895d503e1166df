"""otter-grader: a question whose test cases are the demands, each with an alarm of its own."""

import signal
from types import SimpleNamespace

import demands
from otter.test_files import test_case

OK_FORMAT = False
name = "lecture5"


def late(*_):
    raise TimeoutError(f"no end in {demands.SECONDS} seconds")


def made(demand):
    def run(env):
        signal.signal(signal.SIGALRM, late)
        signal.alarm(demands.SECONDS)
        try:
            demand(SimpleNamespace(**env), demands.generator())
        finally:
            signal.alarm(0)

    return test_case(name=demand.__name__, points=1)(run)


globals().update({demand.__name__: made(demand) for exercise in demands.DEMANDS.values() for demand in exercise})
