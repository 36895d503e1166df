"""`grade book similar`: from hand-ins to pairs, through the gradebook."""

import pytest
from small_course import make_course
from test_cohort_batch import call

pytest.importorskip("copydetect", reason="copydetect is not installed: pip install 'gradlings[similarity]'")

# long enough to be compared: a solution with much of its own in it
OWN = """

def helper_{0}(values, weights):
    total = 0.0
    for place, value in enumerate(values):
        weight = weights[place] if place < len(weights) else 1.0
        if value < 0 and weight > {1}:
            total -= value * weight
        elif value > {1}:
            total += value / (weight + 1)
        else:
            total += value ** 2
    return total / max(len(values), 1)


def table_{0}(rows, columns):
    found = [[row * column for column in range(columns)] for row in range(rows)]
    while len(found) > columns:
        found.pop()
    return sorted(found, key=lambda row: -sum(row))
"""
ANOTHER = """

class Counter:
    def __init__(self):
        self.seen = {}

    def add(self, word):
        self.seen[word] = self.seen.get(word, 0) + 1
        return self

    def most(self, count):
        pairs = [(number, word) for word, number in self.seen.items()]
        pairs.sort(reverse=True)
        return [word for _, word in pairs[:count]]


def words_of(text):
    current, words = "", []
    for letter in text + " ":
        if letter.isalpha():
            current += letter.lower()
        elif current:
            words.append(current)
            current = ""
    return words
"""


def test_who_shares_a_text_is_listed_and_nobody_else(tmp_path):
    course = make_course(tmp_path / "course")
    solution = (course.root / "solutions/day1/alone.py").read_text()
    texts = {"ada": OWN.format("a", 3), "bob": OWN.format("b", 4), "cem": ANOTHER}
    for name, own in texts.items():
        (tmp_path / f"in/{name}/day1").mkdir(parents=True)
        (tmp_path / f"in/{name}/day1/alone.py").write_text(solution + own)
    words = ["--gradebook", "grades.db", "--course", course.root]
    assert call("in", "--only", "day1.alone", *words, cwd=tmp_path).returncode == 0
    done = call("similar", *words, cwd=tmp_path, command="book")
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    assert first.startswith("day1.alone: ada and bob: ")
    assert "cem" not in done.stdout
    assert "no verdict" in rest[-1] or "hint" in rest[-1]
