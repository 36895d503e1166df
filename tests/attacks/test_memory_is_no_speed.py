"""A check of speed takes the best of several times: an answer that is remembered must not be one of them."""

from __future__ import annotations

import importlib.util
import types

import numpy as np
import pytest
from leftovers import ROOT

from grader.checks.context import CheckContext, CheckFailed, enter


def load(path):
    spec = importlib.util.spec_from_file_location("loaded_" + path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_bpe_is_timed_on_a_new_text_each_time(monkeypatch):
    checks, solution = load(ROOT / "tests/hidden/lecture9/test_train.py"), load(ROOT / "solutions/lecture9/train.py")
    clock, seen = [0.0], {}

    def right(text, vocab_size):
        clock[0] += 1
        if (text, vocab_size) not in seen:
            seen[text, vocab_size] = solution.train_bpe(text[:2000], vocab_size)
        return seen[text, vocab_size]

    def remembering(text, vocab_size):
        clock[0] += 20 * (text not in answered)
        answered.add(text)
        return solution.train_bpe(text[:2000], vocab_size)

    answered = set()
    monkeypatch.setattr(checks, "time", types.SimpleNamespace(perf_counter=lambda: clock[0]))
    work, reference = types.SimpleNamespace(train_bpe=remembering), types.SimpleNamespace(train_bpe=right)
    enter(CheckContext())
    try:
        with pytest.raises(CheckFailed, match="20.0 times as long"):
            checks.test_speed(work, reference, np.random.default_rng(1))
    finally:
        enter(None)
    assert len(answered) >= 3
