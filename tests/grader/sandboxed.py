"""What several tests need: a worker with a text in it, and submissions made of the solutions."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import textwrap
from pathlib import Path

from grader.course import SourceFile, read_submission
from grader.sandbox.choice import choose
from grader.sandbox.client import ZygoteProcess
from grader.sandbox.peers import RemotePeer
from grader.sandbox.portable import FreshWorkers
from grader.sandbox.proxy import Conversation, SubmissionProxy

ROOT = Path(__file__).resolve().parents[2]


def processes_of(pid=None):
    """The processes of all zygotes that a trusted process (this one without ``pid``) has started; no zombies."""
    found = set()
    mark = f"\0{pid or os.getpid()}\0".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                command = (entry / "cmdline").read_bytes()
                if state != "Z" and b"grader.sandbox.zygote" in command and command.endswith(mark):
                    found.add(int(entry.name))
    return found


def workers(setup):
    """What gives workers: a zygote, or fresh interpreters where there can be none."""
    if choose().kind == "portable":
        return FreshWorkers(setup.preload, setup.barred)
    return ZygoteProcess(setup)


def ask_in(zygote, text, stack, seconds=10.0):
    """Load a source text in a fresh worker of a zygote."""
    worker = zygote.spawn()
    stack.callback(worker.close)
    peer = RemotePeer(worker)
    kind, names = peer.load({"unit.work": (textwrap.dedent(text), "exercises/unit/work.py")}, "unit.work", 20)
    assert kind == "ok", names
    talk = Conversation(peer, names, seed=1)
    talk.seconds = seconds
    return SubmissionProxy(talk)


def solutions_with(course, **texts):
    """The solutions as a submission, with some exercises of lecture5 replaced by other text."""
    submission = read_submission(course.root / "solutions", course)
    files = dict(submission.files)
    for name, text in texts.items():
        files[f"lecture5.{name}"] = SourceFile(f"lecture5.{name}", f"exercises/lecture5/{name}.py", text)
    return dataclasses.replace(submission, files=files)
