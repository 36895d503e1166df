"""Who is not to blame in one check is tried last in the next, and is found all the same."""

from __future__ import annotations

import types

import pytest

from grader.diagnosis.replay import KnownWrong
from grader.diagnosis.suspects import Suspects

A, B, C = (KnownWrong(name, "", "f", lambda: types.ModuleType("m")) for name in "abc")


@pytest.fixture
def suspects():
    found = Suspects()
    found.rule_out([A, B], {"f"})
    return found


def test_at_first_all_are_suspects():
    assert Suspects().in_turns([A, B, C], {"f"}) == ([A, B, C], [])


@pytest.mark.parametrize("used", [{"f"}, {"f", "g"}])
def test_a_check_of_the_same_symbols_and_more_tries_them_last(suspects, used):
    assert suspects.in_turns([A, B, C], used) == ([C], [A, B])


def test_a_check_of_other_symbols_knows_nothing(suspects):
    # What is wrong may be g, which the check that ruled them out used as well.
    found = Suspects()
    found.rule_out([A], {"f", "g"})
    assert found.in_turns([A, B], {"f"}) == ([A, B], [])


def test_what_several_checks_say_adds_up(suspects):
    suspects.rule_out([C], {"h"})
    assert suspects.in_turns([A, C], {"f", "h"}) == ([], [A, C])
    assert suspects.in_turns([A, C], {"h"}) == ([A], [C])
