"""Lets the submission work while the check computes what is right: two cores, one training run each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

_AT_ONCE = 0.1  # seconds


def begin(function: Callable[..., Any], *args: Any) -> Callable[[], Any]:
    """Call a function of the submission without waiting for it.

    Nothing else may be asked of the submission before the answer has been taken.

    Args:
        function: a function of the submission.
        args: with what to call it.

    Returns:
        A function that waits for the answer and returns it, or raises what the call raised.

    Raises:
        BaseException: the call's own, where it fails at once: a stub costs no training run of the check.
    """
    answers: list[Any] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            answers.append(function(*args))
        except BaseException as error:  # noqa: BLE001 - raised again where the answer is taken
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)  # a Ctrl-C does not wait for it
    thread.start()
    thread.join(_AT_ONCE)
    if errors:
        raise errors[0]

    def answer() -> Any:
        thread.join()
        if errors:
            raise errors[0]
        return answers[0]

    return answer
