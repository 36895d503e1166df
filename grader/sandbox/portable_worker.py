"""A worker where nothing can be forked or confined: a fresh interpreter, asked over its stdin and stdout.

Run as ``python -I -B -m grader.sandbox.portable_worker``. It uses nothing that an operating system may lack: no
signals, no sockets, no descriptors that are sent. What the learner's code prints goes to the pipe that is its stderr.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import os
import shutil
import sys
import tempfile
import threading
from typing import Any, Final, NoReturn

import msgspec

from grader.bounds import MAX_SHARED
from grader.sandbox import home, pipes, runtime, wire

MARGIN: Final = 0.1  # seconds after the end of a request's time: whoever asked has seen by then that it is over


class PipeLine:
    """The worker's end of the pipes; see Line.

    A call that outlives its time writes where it stands and ends this process, from C: also out of an operator of
    torch's that keeps every thread of Python's waiting, and also where whoever asked is gone.
    """

    def __init__(self, requests: int, answers: int, start: pipes.Start) -> None:
        self._requests = requests
        self._answers = answers
        self._start = start
        self._stood = open(start.stood, "wb", buffering=0)  # noqa: SIM115 - as long as this process lives
        self._large: list[wire.Buffer] = []
        self._used = 0

    def receive(self) -> tuple[list[Any], bytes | bytearray, list[bytearray]]:
        """See Line."""
        self._large, self._used = [], 0
        try:
            seconds, structure, blob, large = pipes.read_request(self._requests)
        except pipes.ClosedError:
            self._leave()
        faulthandler.dump_traceback_later(seconds + MARGIN, exit=True, file=self._stood)
        return structure, blob, large

    def place_large(self, buffer: wire.Buffer, size: int) -> int | None:
        """See Line."""
        if self._used + size > MAX_SHARED:
            return None
        self._large.append(buffer)
        self._used += size
        return self._used - size

    def send(self, buffers: list[wire.Buffer]) -> None:
        """See Line."""
        faulthandler.cancel_dump_traceback_later()
        try:
            with contextlib.suppress(OSError):  # the learner's code may have closed it
                os.write(2, self._start.mark)
            pipes.write_answer(self._answers, buffers, self._large)
        except pipes.ClosedError:
            self._leave()

    def _leave(self) -> NoReturn:
        """End, since nobody asks any more; and tidy up, for whoever started this may have been killed."""
        folder = os.path.dirname(self._start.home)
        os.chdir(os.path.dirname(folder))
        self._stood.close()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)


def _keep_the_pipes() -> tuple[int, int]:
    """Take the pipes away from stdin and stdout: prints go to stderr, and nothing is typed."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def main() -> None:
    """Import, say so, and answer until nobody asks any more."""
    requests, answers = _keep_the_pipes()
    start = msgspec.msgpack.decode(pipes.read_word(requests), type=pipes.Start)
    own_cache = os.environ.get("MPLCONFIGDIR", "")
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = start.home  # torch._dynamo wants a folder as it is imported
    for name in start.preload:
        importlib.import_module(name)
    if "numpy" in sys.modules:
        importlib.import_module("numpy.random")
    home.go_home(start.home)
    if own_cache:
        os.environ["MPLCONFIGDIR"] = own_cache  # matplotlib looks for the machine's fonts once, not in each worker
    os.environ["MPLBACKEND"] = "agg"  # there may be a screen, and nobody looks at it
    runtime.text_streams()
    runtime.cap_recursion()
    tempfile.tempdir = None
    sys.argv = [""]
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
    line = PipeLine(requests, answers, start)
    pipes.write_word(answers, pipes.Began(threading.get_ident()))
    runtime.serve(line, start.barred)


if __name__ == "__main__":
    main()
