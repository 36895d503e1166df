"""Grades on a Dask cluster: the same work as in the pool, sent to whatever workers a scheduler has.

A worker only carries: the work is done by a process of the pool's kind that it starts for each of its threads, since
zygotes are forked from it. A worker that is lost costs nothing, for the scheduler gives what it was at to another one.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import msgspec

from grader.cohort.work import Work
from grader.errors import GraderError, UsageError
from grader.session.pool import Ended, Job, Pool

if TYPE_CHECKING:
    from distributed import Client, Future

_R = TypeVar("_R")
_CONNECT = 30  # seconds
_WORKERS = 60  # seconds to wait for the first worker
_AHEAD = 2  # jobs that wait at the scheduler, for each thread: no worker waits for its next one


class Cluster:
    """The workers of a scheduler, as an executor.

    Args:
        address: of the scheduler, ``tcp://host:8786``.
        seats: at most so many hand-ins at a time; None for as many as there are threads.

    Raises:
        UsageError: ``distributed`` is not installed, or nobody answers at the address.
    """

    def __init__(self, address: str, seats: int | None = None) -> None:
        try:
            import distributed
        except ImportError:
            raise UsageError("--scheduler needs Dask: pip install 'gradlings[cluster]'.") from None
        self._seats = seats
        try:
            self._client: Client = distributed.Client(address, timeout=_CONNECT, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise UsageError(f"There is no Dask scheduler at {address}: {error}.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the cluster: what it is still at is given up."""
        self._client.close(timeout=_CONNECT)

    def run(self, take: Callable[[int], Job[_R] | None]) -> Iterator[Ended[_R]]:
        """Do jobs; each as it ends, in whatever order that is. See ``session.pool.Pool.run``.

        Raises:
            GraderError: the scheduler has no workers, or is gone.
        """
        from distributed import as_completed

        self._demand_workers()
        at: dict[Future, Job[_R]] = {}
        done = as_completed(loop=self._client.loop)
        while True:
            while len(at) < self._room():
                job = take(len(at))
                if job is None:
                    break
                future = self._client.submit(_do, job.function, job.args, job.about, pure=False)
                at[future] = job
                done.add(future)
            if not at:
                return
            future = next(done)
            yield self._ended(at.pop(future), future)

    def _demand_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=_WORKERS)
        except TimeoutError as error:
            raise GraderError(
                "The scheduler has no workers. Start some: `dask worker ADDRESS --nthreads 1`."
            ) from error

    def _room(self) -> int:
        return self._seats or _AHEAD * max(1, sum(self._client.nthreads().values()))

    def _ended(self, job: Job[_R], future: Future) -> Ended[_R]:
        from distributed import CancelledError, KilledWorker

        try:
            told, answer = future.result()
        except KilledWorker as error:
            why = f"{job.about} has ended {_attempts(error)} workers, one after the other."
            return Ended(job, error=GraderError(why), lost=True)
        except (CancelledError, OSError, TimeoutError) as error:
            raise GraderError(f"The scheduler is gone ({type(error).__name__}). What was graded is kept.") from error
        except GraderError as error:
            return Ended(job, error=error)
        for event in told:
            job.hear(event)
        return Ended(job, answer.value, answer.error, answer.lost)


def _attempts(error: Any) -> str:
    return str(getattr(error, "allowed_failures", "several"))


class _Answer(msgspec.Struct):
    """What came of a job, without the job."""

    value: Any
    error: GraderError | None
    lost: bool


_here = threading.local()


def _do(function: Callable[..., Any], args: tuple[Any, ...], about: str) -> tuple[list[Any], _Answer]:
    """Do a job, where a worker is: what it told, and what came of it."""
    told: list[Any] = []
    args = tuple(_at_home(arg) if isinstance(arg, Work) else arg for arg in args)
    if not hasattr(_here, "pool"):
        _here.pool = Pool(1)
    (ended,) = _here.pool.as_ended([Job(function, args, about, told.append)])
    return told, _Answer(ended.value, ended.error, ended.lost)


def _at_home(work: Work) -> Work:
    """Work for the course as it lies here, which must be the same.

    Raises:
        GraderError: it is not, or the grader is not.
    """
    from grader.cohort.prints import fingerprint_of_grader
    from grader.course import find_course

    if functools.cache(fingerprint_of_grader)() != work.grader_print:
        raise GraderError(
            "A worker of the cluster has another grader, or other packages: install the same gradlings, by the same "
            "constraints.txt, and start its workers again."
        )
    own = work.course if Path(work.course).is_dir() else str(find_course().root)
    different = [name for name, print_ in work.prints.items() if _print_of(own, name) != print_]
    if different:
        raise GraderError(
            f"A worker of the cluster has another course in {own}: {', '.join(different[:5])} differ. Bring it up to "
            "date, and start its workers again."
        )
    return msgspec.structs.replace(work, course=own)


@functools.cache
def _print_of(root: str, exercise: str) -> str:
    from grader.course import find_course
    from grader.course.fingerprints import fingerprint_of_exercise

    return fingerprint_of_exercise(find_course(Path(root)).exercise(exercise))
