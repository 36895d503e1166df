"""Ids, tokens and merges are compared in kind too, and what a failure says of them is true."""

from __future__ import annotations

import collections
import unicodedata

import hypothesis
import numpy as np
import pytest
import torch
from hypothesis import Phase, given, settings

from grader.checks import generator, texts
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


CHANGES = {  # how a text is changed by code that seems to leave it alone
    "line ends": lambda text: text.replace("\r\n", "\n"),
    "universal newlines": lambda text: text.replace("\r\n", "\n").replace("\r", "\n"),
    "lines joined": lambda text: "\n".join(text.splitlines()),
    "stripped": str.strip,
    "stripped on the right": str.rstrip,
    "spaces collapsed": lambda text: " ".join(text.split(" ")).replace("  ", " "),
    "composed": lambda text: unicodedata.normalize("NFC", text),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "compatible": lambda text: unicodedata.normalize("NFKC", text),
    "without a mark of byte order": lambda text: text.encode().decode("utf-8-sig"),
    "without NUL": lambda text: text.replace("\0", ""),
    "up to NUL": lambda text: text.split("\0")[0],
    "what can be printed": lambda text: "".join(c for c in text if c.isprintable() or c == "\n"),
    "without marks alone": lambda text: text.removeprefix("\u0301"),
    "separators of lines": lambda text: text.replace("\u2028", "\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("rng", [np.random.default_rng, generator], ids=["numpy", "torch"])
def test_hard_texts_show_what_changes_a_text(change, rng):
    for seed in range(5):
        assert any(change(text) != text for text in texts.hard(rng(seed)))


def test_hard_texts_are_drawn_anew():
    first, again, other = (texts.hard(generator(seed)) for seed in (1, 1, 2))
    assert first == again
    assert not {*first} & {*other}
    assert len(first) == len(texts.HARD)


def test_every_run_of_a_property_sees_each_piece_that_is_hard():
    @settings(max_examples=30, database=None, phases=[Phase.generate])
    @given(text=texts.texts())
    def collect(text):
        seen.add(text)

    for seed in range(20):
        seen = set()
        hypothesis.seed(seed)(collect)()
        assert all(any(piece in text for text in seen) for piece in texts.HARD)


@pytest.mark.parametrize("piece", ["\r\n", "\u0301"])
def test_texts_shrink_to_the_one_piece_that_matters(piece):
    assert hypothesis.find(texts.texts(), lambda text: piece in text, settings=settings(database=None)) == piece


def test_a_mixture_has_so_many_pieces_and_where_there_is_room_all_that_are_hard():
    for seed in range(5):
        mixed = texts.mixture(np.random.default_rng(seed), 2 * len(texts.HARD))
        assert all(piece in mixed for piece in texts.HARD)
    assert texts.mixture(np.random.default_rng(0), 0) == ""


def test_untied_merges_are_those_that_any_rule_for_ties_agrees_on():
    assert texts.untied(["aabaab"], 9) == 0  # aa, ab and ba: 2, 2 and 1
    assert texts.untied(["abababab"], 9) == 2  # ab 4 times, then its pair 3 times; then one pair, once
    assert texts.untied(["abababab"], 1) == 1
    assert texts.untied(["ab", "ab", "a"], 9) == 1  # not across the border of chunks
    assert texts.untied([""], 9) == 0
