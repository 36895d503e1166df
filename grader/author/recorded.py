"""Answers recorded in one run and given again in the next: no check may accept them, its inputs having changed."""

from __future__ import annotations

from typing import Any

from grader.sandbox.proxy import Peer
from grader.sandbox.request import Answer, Operation, Request
from grader.sandbox.wire import HandleInfo

_LONGEST = 500  # characters of an object's name: an object of an object of an object …
_BY_NAME = {Operation.GET, Operation.SET, Operation.ENTRY}
_Asked = tuple[str, ...]  # what was asked of whom, by names: as often as it is asked, its answers follow each other


class Tape:
    """Records the answers of one run by check, and plays them in another.

    Use as a run's ``wrap``; ``playing`` switches from one to the other.
    """

    def __init__(self) -> None:
        self.answers: dict[str, dict[_Asked, list[Answer]]] = {}
        self.playing = False

    def __call__(self, check: str, peer: Peer) -> Peer:
        """Put the tape between a check and its worker."""
        if self.playing:
            return _Player(self.answers.get(check, {}), peer)
        self.answers[check] = {}
        return _Recorder(self.answers[check], peer)

    def is_question(self, check: str) -> bool:
        """Whether all that a check did was to read entries of a dict, as the questions of a quiz do."""
        return {asked[0] for asked in self.answers.get(check, {})} == {Operation.ENTRY}


class _Recorder:
    def __init__(self, answers: dict[_Asked, list[Answer]], peer: Peer) -> None:
        self.answers = answers
        self.peer = peer
        self._names: dict[int, str] = {0: ""}  # of the objects that are known by number

    def exchange(self, request: Request, seconds: float) -> Answer:
        """Pass a request on, and keep its answer."""
        answer = self.peer.exchange(request, seconds)
        self.answers.setdefault(self._asked(request), []).append(answer)
        self._name(request, answer)
        return answer

    def _asked(self, request: Request) -> _Asked:
        """What is asked, of what, and by which name: a method ``train`` is never answered as ``merges`` was."""
        name = [str(request.args[0])] if request.operation in _BY_NAME else []
        return str(request.operation), self._names.get(request.target, "?"), *name

    def _name(self, request: Request, answer: Answer) -> None:
        if isinstance(answer[1], HandleInfo):
            self._names[answer[1].ref] = " ".join(self._asked(request))[-_LONGEST:]


class _Player(_Recorder):
    def __init__(self, answers: dict[_Asked, list[Answer]], peer: Peer) -> None:
        super().__init__({asked: list(given) for asked, given in answers.items()}, peer)

    def exchange(self, request: Request, seconds: float) -> Answer:
        """Give the next recorded answer; what cannot be recorded, an object, is asked for."""
        left = self.answers.get(self._asked(request)) or self._to_another(request.operation)
        if left and not request.looks_up:
            answer = left.pop(0) if len(left) > 1 else left[0]
            if not _holds_objects(answer[1]):
                return answer
        answer = self.peer.exchange(request, seconds)
        self._name(request, answer)
        return answer

    def _to_another(self, operation: str) -> list[Answer]:
        """What was answered to the like, where a check asks by a name that it had not drawn when it was recorded."""
        return next((given for asked, given in self.answers.items() if asked[0] == operation), [])


def _holds_objects(value: Any) -> bool:
    if isinstance(value, HandleInfo):
        return True
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(_holds_objects, value))
    return isinstance(value, dict) and any(map(_holds_objects, value.values()))
