"""A loss that is too good is no success: leaks are called leaks, and remembered labels gain nothing."""

from __future__ import annotations

import dataclasses

import pytest
from sandboxed import ROOT

from grader.course import find_course, read_submission
from grader.reports.model import Verdict
from grader.session.grading import Session
from grader.session.options import Hooks, RunOptions

pytestmark = pytest.mark.slow  # each trains for ten seconds or more


def told(exercise, check, **changed):
    """What one check says of the solutions, some of which are changed: text that is replaced -> what by."""
    course = find_course(ROOT)
    submission = read_submission(ROOT / "solutions", course)
    files = dict(submission.files)
    for name, (old, new) in changed.items():
        module = name.replace("__", ".")
        assert old in files[module].text
        files[module] = dataclasses.replace(files[module], text=files[module].text.replace(old, new))
    wanted = [course.exercise(exercise)]
    with Session(course, wanted, RunOptions(alone=True, seed=11)) as session:
        one = Hooks(select=lambda _, name, __: name == check)
        report = session.grade(wanted, dataclasses.replace(submission, files=files), hooks=one)
    assert not report.faults
    ((result,),) = [found.checks for found in report.exercises]
    return result


def words_of(result):
    assert result.failure is not None
    return " ".join([result.failure.headline, *(finding.text for finding in result.failure.findings)])


def test_attention_without_a_mask_is_a_leak_though_its_loss_is_better():
    masked = 'wei = wei.masked_fill(self.tril[:T, :T] == 0, float("-inf"))'
    result = told("lecture7.train", "test_learns_real_text", lecture7__head=(masked, "pass"))
    assert result.verdict is Verdict.FAILED
    assert "A leak: the loss on unseen text is 0." in words_of(result), words_of(result)
    assert "causal mask" in words_of(result)


def test_no_zero_grad_is_named_by_its_curve():
    result = told("lecture7.train", "test_learns_real_text", lecture7__train=("optimizer.zero_grad()", "pass"))
    assert result.verdict is Verdict.FAILED
    assert "Gradients of earlier steps are carried along" in words_of(result), words_of(result)


def test_training_on_the_validation_set_is_named():
    course = find_course(ROOT)
    from grader.diagnosis.bank import read_bank

    exercise = course.exercise("chapter0.classifier")
    entry = next(e for e in read_bank(exercise.bank, exercise.solution) if e.name == "trains-on-validation")
    submission = read_submission(ROOT / "solutions", course)
    files = dict(submission.files)
    files[exercise.id] = dataclasses.replace(files[exercise.id], text=entry.source)
    with Session(course, [exercise], RunOptions(alone=True, seed=11)) as session:
        (result,) = session.grade([exercise], dataclasses.replace(submission, files=files)).exercises
    named = {finding.name for check in result.checks if check.failure for finding in check.failure.findings}
    assert "trains-on-validation" in named


def test_a_model_that_remembers_the_public_labels_gains_nothing():
    """It answers with the label of the nearest image that it was given, and does not learn."""
    course = find_course(ROOT)
    exercise = course.exercise("chapter0.classifier")
    submission = read_submission(ROOT / "solutions", course)
    text = """
import torch
from torch import nn
from typing import NamedTuple


class History(NamedTuple):
    train_loss: list
    val_accuracy: list


class Remembers(nn.Module):
    def __init__(self):
        super().__init__()
        self.idle = nn.Parameter(torch.zeros(1))
        self.labels = {}

    def forward(self, x):
        out = torch.zeros(len(x), 10)
        for row, image in enumerate(x):
            out[row, self.labels.get(image.numpy().tobytes(), 0)] = 9.0
        return out + 0 * self.idle


def make_classifier():
    return Remembers()


def train_classifier(model, train_loader, val_loader, epochs):
    for loader in (train_loader, val_loader):
        for x, y in loader:
            for image, label in zip(x, y):
                model.labels[image.numpy().tobytes()] = int(label)
    return History([0.01] * epochs, [1.0] * epochs)
"""
    files = dict(submission.files)
    files[exercise.id] = dataclasses.replace(files[exercise.id], text=text)
    with Session(course, [exercise], RunOptions(alone=True, seed=11)) as session:
        (result,) = session.grade([exercise], dataclasses.replace(submission, files=files)).exercises
    digits = next(check for check in result.checks if check.name == "test_digits")
    assert digits.verdict is not Verdict.PASSED
    assert result.earned <= 2, [(check.name, check.verdict) for check in result.checks]
