"""The search for a smaller input ends in time, and what was found until then is told."""

import time

import pytest

from grader.checks import assert_close
from grader.checks import context as check_context
from grader.checks.context import SEARCH_SECONDS, CheckContext, CheckFailed
from grader.sandbox.proxy import Conversation
from grader.sandbox.request import NoAnswer


class Peer:
    def exchange(self, request, seconds):
        return "ok", 1.0, None


def test_nothing_is_asked_once_the_search_is_over(monkeypatch):
    talk = Conversation(Peer(), ["f"], 1)
    context = CheckContext(talk)
    check_context.enter(context)
    now = time.monotonic()
    try:
        assert talk.symbol("f") == 1.0
        with pytest.raises(CheckFailed):
            assert_close(1.0, 2.0)
        assert talk.symbol("f") == 1.0  # a smaller input is tried
        monkeypatch.setattr(time, "monotonic", lambda: now + SEARCH_SECONDS + 0.5)
        with pytest.raises(NoAnswer):
            talk.symbol("f")
    finally:
        check_context.enter(None)


def test_the_latest_mismatch_is_always_kept():
    context = CheckContext()
    check_context.enter(context)
    try:
        for n in range(300):
            with pytest.raises(CheckFailed):
                assert_close(float(n), -1.0)
    finally:
        check_context.enter(None)
    assert len(context.mismatches) == 200
    assert context.mismatches[-1].actual == 299.0
