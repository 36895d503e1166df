"""Random generators that a check sends: the log has each as it was sent, and none is sent twice in one state.

A submission draws from a copy, and nothing of that comes back. Were it to advance the check's own generator, its word
would decide what the check draws next.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from grader.errors import GraderError


class SentGenerators:
    """What a check has sent so far."""

    def __init__(self) -> None:
        self._sent: dict[int, tuple[Any, Any]] = {}  # by identity: the generator, which so keeps it, and its copy

    def as_sent(self, value: Any) -> Any:
        """A copy of a generator, since it goes on being used; any other value as it is.

        Raises:
            GraderError: it was sent before, and stands where it stood. In this process it would have advanced.
        """
        if type(value).__name__ != "Generator":
            return value
        _, before = self._sent.get(id(value), (None, None))
        if before is not None and state_of(before) == state_of(value):
            raise GraderError(
                "The check sends one generator twice in the same state. What a submission draws does not advance it "
                "here, or its word would decide what the check draws next: send a new one each time, "
                "`theirs, ours = generators(rng)`."
            )
        copied = copy.deepcopy(value)
        self._sent[id(value)] = value, copied
        return copied


def state_of(generator: Any) -> Any:
    """Where a torch or NumPy generator stands; two states can be compared."""
    if isinstance(generator, np.random.Generator):
        return generator.bit_generator.state
    return generator.get_state().numpy().tobytes()
