"""check50: a check for each demand, which waits for the one it needs."""

import sys
from pathlib import Path

import check50
import check50.py

sys.path.insert(0, str(Path(__file__).parent))
import demands


def made(exercise, demand, dependency):
    def run():
        submission = check50.py.import_(f"{exercise}.py")
        try:
            demand(submission, demands.generator())
        except check50.Failure:
            raise
        except Exception as error:
            raise check50.Failure(f"{type(error).__name__}: {error}") from error

    run.__name__, run.__doc__ = demand.__name__, demand.__name__.replace("_", " ")
    return check50.check(dependency, timeout=demands.SECONDS)(run)


def fill(module):
    """Put the checks where check50 looks for them."""
    for exercise, needs in demands.DEMANDS.items():
        for demand, first in needs.items():
            module[demand.__name__] = made(exercise, demand, first and module[first.__name__])


fill(globals())
