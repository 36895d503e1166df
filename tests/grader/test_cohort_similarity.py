"""Hand-ins that resemble each other are told, with the stub taken out, and those of people who worked apart are not."""

from __future__ import annotations

import ast
import functools
import itertools
import os
import random
import re
import subprocess
import sys
import time

import pytest
from sandboxed import ROOT

from grader.cohort import similarity
from grader.cohort.similarity import FEWEST, THRESHOLD, Pair, Resemblances, in_words, resemblances, similar_pairs
from grader.course import find_course
from grader.course.stubs import stub_of
from grader.errors import UsageError

copydetect = pytest.importorskip("copydetect")
GPT, TRAIN = "lecture7.gpt", "lecture5.train"


@functools.cache
def natural(exercise):
    """The solution of an exercise, and those that were written another way: as of people who worked apart."""
    found = find_course(ROOT).exercise(exercise)
    return (found.solution.read_text(), *(path.read_text() for path in sorted(found.alternatives.glob("*.py"))))


@functools.cache
def stub(exercise):
    found = find_course(ROOT).exercise(exercise)
    return stub_of(found.id, found.solution, found.stub)


def pairs_of(exercise, texts, **how):
    return similar_pairs({name: {exercise: text} for name, text in texts.items()}, {exercise: stub(exercise)}, **how)


def renamed(text):
    """Every name that is assigned to is another, and every comment is gone."""
    names = {
        node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    for number, name in enumerate(sorted(names, key=len, reverse=True)):
        text = re.sub(rf"(?<![\w.]){name}\b", f"quite_another_{number}", text)
    return re.sub(r"(?m) +#.*$", "", text)


def reordered(text):
    """The definitions of a module, in the opposite order."""
    tree, lines = ast.parse(text), text.split("\n")
    start = min(node.lineno for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    parts = ["\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in tree.body if node.lineno >= start]
    return "\n".join(lines[: start - 1]) + "\n" + "\n\n\n".join(reversed(parts)) + "\n"


@pytest.mark.parametrize("exercise", [GPT, TRAIN, "lecture1.value", "lecture9.codec"])
@pytest.mark.parametrize("change", [lambda text: text, renamed, reordered, lambda text: reordered(renamed(text))])
def test_a_copy_is_found_whatever_its_names_and_order(exercise, change):
    text, *others = natural(exercise)
    texts = {"Ada": text, "Zoë O'Hara, 李": change(text), **{f"other {n}": other for n, other in enumerate(others)}}
    (pair,) = pairs_of(exercise, texts)
    assert (pair.exercise, pair.first, pair.second) == (exercise, "Ada", "Zoë O'Hara, 李")
    assert min(pair.first_share, pair.second_share) > THRESHOLD  # the pieces that span two functions differ
    assert max(pair.first_share, pair.second_share) <= 1


def test_half_a_copy_is_found_by_the_share_of_one():
    whole, *_ = natural(GPT)
    more = "\n\n\n".join(other[other.index("\nclass ") :] for other in natural(GPT)[1:])
    (pair,) = pairs_of(GPT, {"a": whole, "b": whole + more})
    assert pair.first_share > 0.99
    assert pair.second_share < 0.8


def test_the_lines_are_those_that_both_have():
    whole = natural(TRAIN)[0]
    first, last = next(
        (n.lineno, n.end_lineno) for n in ast.parse(whole).body if getattr(n, "name", "") == "train_manual"
    )
    function = "\n".join(whole.split("\n")[first - 1 : last])
    other = (
        "\n\n\n\nimport torch\n\n\nclass Unlike:\n    '''Nothing of the kind.'''\n\n    size = 3\n\n\n"
        + function
        + "\n"
    )
    (pair,) = pairs_of(TRAIN, {"a": whole, "b": other}, threshold=0.5)
    begin = other[: other.index(function)].count("\n") + 1
    of_a = {line for start, stop in pair.first_lines for line in range(start, stop + 1)}
    of_b = {line for start, stop in pair.second_lines for line in range(start, stop + 1)}
    assert min(of_a) >= first - 1
    assert max(of_a) <= last + 1
    assert begin - 1 <= min(of_b)
    assert max(of_b) <= other.count("\n") + 1
    shared = {line - first for line in of_a} & {line - begin for line in of_b}
    assert len(shared) > 0.9 * max(len(of_a), len(of_b))


def test_the_stub_alone_is_nobodys():
    files = {name: {GPT: stub(GPT) + "\n" * n} for n, name in enumerate("abc")}
    found = resemblances(files, {GPT: stub(GPT)})
    assert (found.pairs, found.compared) == ((), 0)
    assert {left.why for left in found.left_out} == {"too short to tell, beside what the stub has"}
    without = resemblances(files, {})
    assert len(without.pairs) == 3


def test_two_who_worked_apart_are_not_told():
    """What the default rests on: of all pairs of right solutions in this course none is listed, and few come near."""
    course = find_course(ROOT)
    files = {}
    for exercise in course.exercises:
        for number, text in enumerate(natural(exercise.id)):
            files.setdefault(f"learner {number}", {})[exercise.id] = text
    stubs = {exercise.id: stub(exercise.id) for exercise in course.exercises}
    found = resemblances(files, stubs, 0.3)
    most = max(max(pair.first_share, pair.second_share) for pair in found.pairs)
    assert found.compared > 200
    assert 0.5 < most < THRESHOLD - 0.05
    assert similar_pairs(files, stubs) == ()


def test_a_pair_that_is_found_by_its_pieces_is_the_one_that_copydetect_finds():
    texts = similarity._fingerprints(GPT, dict(enumerate(natural(GPT))), stub(GPT), [])
    shares = {(one, other): found for one, other, *found in similarity._alike(texts, 0.02)}
    assert len(shares) >= 3
    for (one, other), found in shares.items():
        _, theirs, _ = copydetect.compare_files(texts[one].marks, texts[other].marks)
        assert found == pytest.approx([min(1, share) for share in theirs], abs=1e-12)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "(" * 30_000, '"""' * 9_999, "x = '" + "\\" * 9_999, "é\ud800" * 9_999, "\0"]
)
def test_texts_that_are_no_python_are_compared_or_left_out(text):
    started = time.process_time()
    found = resemblances({"a": {GPT: text}, "b": {GPT: natural(GPT)[0]}, "c": {GPT: text + "\r\n"}}, {GPT: stub(GPT)})
    assert time.process_time() - started < 10
    assert all({pair.first, pair.second} == {"a", "c"} for pair in found.pairs)
    assert found.compared + len(found.left_out) == 3


def test_what_is_too_long_is_said():
    found = resemblances({"a": {GPT: "x = 1\n" * 20_000}}, {})
    assert [(left.learner, left.why) for left in found.left_out] == [("a", "longer than 60,000 characters")]


def test_the_words_say_that_it_is_a_hint_and_show_no_control_characters():
    pair = Pair(GPT, "\x1b[31m=cmd()", "عادل", 0.9, 0.85, ((1, 4), (7, 7)), ((2, 9),))
    left = similarity.LeftOut(GPT, "c", "too short to tell, beside what the stub has")
    lines = in_words(Resemblances((pair,), 3, (left, left), 4))
    assert lines[0] == f"{GPT}: ?[31m=cmd() and عادل: 90% of the one, 85% of the other (lines 1-4, 7 and 2-9)"
    assert lines[1].startswith("3 more pairs")
    assert lines[2] == f"{GPT}: 2 not compared: too short to tell, beside what the stub has."
    assert lines[-1].startswith("This is a hint where to look, and no verdict")
    assert "No two of the 4 texts" in in_words(Resemblances((), 0, (), 4))[0]


def test_a_threshold_is_a_share():
    with pytest.raises(UsageError, match=r"up to 1, as 0\.8, and not 80"):
        similar_pairs({}, {}, 80)


def test_without_the_extra_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "copydetect", None)
    with pytest.raises(UsageError, match=r"pip install 'gradlings\[similarity\]'"):
        similar_pairs({}, {})


def varied(text, rng):
    """A text with a line put in here and there, as nobody else has it."""
    lines = []
    for line in text.split("\n"):
        lines.append(line)
        if line.startswith("    ") and line.rstrip()[-1:] in ")]" and line.count("(") == line.count(")"):
            if rng.random() < 0.3:
                indent = line[: len(line) - len(line.lstrip())]
                value = rng.choice(["1 + 2 * 3", "[i for i in range(4)]", "sum(n for n in (1, 2))", "{1: 2}[1]"])
                lines.append(f"{indent}extra = {value}")
    return "\n".join(lines)


def test_the_result_does_not_depend_on_the_process():
    """Python hashes texts with a salt of the process's own; which pieces count must not."""
    program = (
        "import sys, random; sys.path.insert(0, sys.argv[1]); import test_cohort_similarity as t;"
        "rng = random.Random(1);"
        "texts = {str(n): t.varied(rng.choice(t.natural(t.GPT)), rng) for n in range(12)};"
        "print(t.pairs_of(t.GPT, texts, threshold=0.5))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program, os.path.dirname(__file__)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert "Pair(" in said.pop()


@pytest.mark.slow
def test_three_hundred_hand_ins(capsys):
    rng = random.Random(1)
    texts = {f"learner {n}": varied(rng.choice(natural(GPT)), rng) for n in range(298)}
    texts |= {"copied from": natural(GPT)[0], "copy": renamed(natural(GPT)[0])}
    started = time.process_time()
    found = resemblances({name: {GPT: text} for name, text in texts.items()}, {GPT: stub(GPT)})
    with capsys.disabled():
        print(f"\n300 hand-ins: {time.process_time() - started:.1f} s, {len(found.pairs) + found.more} pairs")
    assert time.process_time() - started < 60
    assert any({pair.first, pair.second} == {"copied from", "copy"} for pair in found.pairs)
    assert len(list(itertools.islice(found.pairs, 2))) == 2
    assert FEWEST == 100
