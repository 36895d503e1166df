"""Answers recorded in one run and given again in the next: no check may accept them, its inputs having changed."""

from __future__ import annotations

from typing import Any

from grader.sandbox.proxy import Peer
from grader.sandbox.request import Answer, Operation, Request
from grader.sandbox.wire import HandleInfo


class Tape:
    """Records the answers of one run by check, and plays them in another.

    Use as a session's ``wrap``; ``playing`` switches from one to the other.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: dict[str, set[str]] = {}  # the kinds of requests that a check made
        self.playing = False

    def __call__(self, check: str, peer: Peer) -> Peer:
        """Put the tape between a check and its worker."""
        if self.playing:
            return _Player(self.answers.get(check, []), peer)
        self.answers[check], self.asked[check] = [], set()
        return _Recorder(self.answers[check], self.asked[check], peer)

    def is_question(self, check: str) -> bool:
        """Whether all that a check did was to read entries of a dict, as the questions of a quiz do."""
        return self.asked.get(check) == {Operation.ENTRY}


class _Recorder:
    def __init__(self, answers: list[Answer], asked: set[str], peer: Peer) -> None:
        self.answers = answers
        self.asked = asked
        self.peer = peer

    def exchange(self, request: Request, seconds: float) -> Answer:
        """Pass a request on, and keep its answer."""
        self.asked.add(request.operation)
        answer = self.peer.exchange(request, seconds)
        if not request.looks_up:
            self.answers.append(answer)
        return answer


class _Player:
    def __init__(self, answers: list[Answer], peer: Peer) -> None:
        self.answers = list(answers)
        self.peer = peer

    def exchange(self, request: Request, seconds: float) -> Answer:
        """Give the next recorded answer; what cannot be recorded, an object, is asked for."""
        if self.answers and not request.looks_up:
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if not _holds_objects(answer[1]):
                return answer
        return self.peer.exchange(request, seconds)


def _holds_objects(value: Any) -> bool:
    if isinstance(value, HandleInfo):
        return True
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(_holds_objects, value))
    return isinstance(value, dict) and any(map(_holds_objects, value.values()))
