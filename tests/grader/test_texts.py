"""Ids, tokens and merges are compared in kind too, and what a failure says of them is true."""

from __future__ import annotations

import collections

import numpy as np
import pytest
import torch

from grader.checks import texts
from grader.checks.context import CheckFailed

TEXT = "abcbcab"  # its merges: (97, 98) -> 256, (256, 99) -> 257
MERGES = {(97, 98): 256, (256, 99): 257}
NO_IDS = [
    97.0,
    np.float64(97),
    97 + 0j,
    np.array(97),
    np.array([97]),
    np.array([[97.0]]),
    torch.tensor(97),
    np.bool_(True),
    "97",
    (97,),
    None,
]


@pytest.mark.parametrize("strange", NO_IDS, ids=repr)
@pytest.mark.parametrize("length", [2, 90], ids=["short", "long"])
def test_what_is_no_id_is_named_by_its_kind_and_place(strange, length):
    right = [97] * length
    ids = [*right]
    ids[1] = strange
    with pytest.raises(CheckFailed, match=r"^At place 1 encode\(text\) holds .*; an int is wanted there\.$"):
        texts.assert_ids(ids, right, {97: b"a"}, name="encode(text)", oracle="by hand")


def test_a_truth_is_no_id():
    with pytest.raises(CheckFailed, match="At place 0 ids holds a bool; an int is wanted there"):
        texts.assert_ids([True], [1], {}, name="ids", oracle="by hand")


def test_bytes_are_no_text():
    with pytest.raises(CheckFailed, match="At place 1 split.text. holds a bytes; a str is wanted there"):
        texts.assert_sequence(["a", b"b"], ["a", "b"], name="split(text)")


@pytest.mark.parametrize("actual", [(97, 98), np.array([97, 98]), {97: 98}, "ab", None])
def test_a_list_is_wanted(actual):
    with pytest.raises(CheckFailed, match="a list is wanted"):
        texts.assert_ids(actual, [97, 98], {}, name="ids", oracle="by hand")


def test_numpys_integers_are_ids():
    texts.assert_ids([np.int64(97), np.uint8(98)], [97, 98], {}, name="ids", oracle="by hand")
    merges = {(np.int64(left), np.uint16(right)): np.int32(new) for (left, right), new in MERGES.items()}
    texts.assert_merges(merges, [TEXT], 258)
    texts.assert_merges(collections.OrderedDict(MERGES), [TEXT], 258)


@pytest.mark.parametrize("strange", [n for n in NO_IDS if not isinstance(n, torch.Tensor)], ids=repr)
def test_what_is_no_id_is_no_merge(strange):
    with pytest.raises(CheckFailed, match=r"Merge number 2 is given .* for its id; an int is wanted, 257\."):
        texts.assert_merges({(97, 98): 256, (256, 99): strange}, [TEXT], 258)
    if getattr(strange, "__hash__", None) is None or isinstance(strange, np.ndarray):
        return
    with pytest.raises(CheckFailed, match=r"maps each pair of ids to its new id, .*, and an id is an int\."):
        texts.assert_merges({(strange, 98): 256, (256, 99): 257}, [TEXT], 258)


def test_the_order_of_merges_counts():
    with pytest.raises(CheckFailed, match=r"Merge number 1 joins \(256, 99\); \(97, 98\) is wanted"):
        texts.assert_merges(dict(reversed(MERGES.items())), [TEXT], 258)


def test_alike_minds_kind_and_order():
    assert texts.alike(MERGES, dict(MERGES))
    assert not texts.alike(MERGES, dict(reversed(MERGES.items())))
    assert not texts.alike([1, (2, "a")], [1, (2, b"a")])
    assert not texts.alike([1], [1, 2])
