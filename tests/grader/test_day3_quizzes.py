"""The quizzes of day 3 are true: the shown symptoms come of the loops, and stubs and checks offer the same choices."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from sandboxed import ROOT

from grader.diagnosis.bank import read_bank


def load(path):
    spec = importlib.util.spec_from_file_location(f"quiz_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parts(name):
    """The solution's module, the module of checks, the stub's text in one line, and the bank."""
    solution = ROOT / f"solutions/day3/{name}.py"
    bank = read_bank(ROOT / f"tests/misconceptions/day3/{name}.py", solution)
    checks = load(ROOT / f"tests/hidden/day3/test_{name}.py")
    stub = (ROOT / f"exercises/day3/{name}.py").read_text("utf-8")
    return load(solution), checks, " ".join(stub.replace("\n    #", "\n").split()), bank


@pytest.fixture(scope="module")
def pick():
    return parts("pick_the_bug")


def test_the_symptoms_come_of_the_loops(pick):
    solution, checks, stub, _ = pick
    for question, cause in solution.answers.items():
        assert checks.picture(cause) == checks.SYMPTOMS[question]
        assert " ".join(checks.SYMPTOMS[question].split()) in stub
    assert " ".join(checks.picture("").split()) in stub


def test_no_two_mistakes_look_alike(pick):
    _, checks, _, _ = pick
    pictures = {checks.curve(checks.train(cause)[0]) for cause in ["", *checks.CAUSES]}
    assert len(pictures) == len(checks.CAUSES) + 1


def test_the_gradient_through_two_softmaxes_is_right(pick):
    _, checks, _, _ = pick
    rng = np.random.default_rng(5)
    z, y = rng.standard_normal((3, checks.C)), rng.integers(0, checks.C, 3)
    for cause in ("softmax", ""):
        _, dz = checks.gradient(z, y, cause)
        bump = np.zeros_like(z)
        bump[1, 4] = 1e-6
        slope = (checks.gradient(z + bump, y, cause)[0] - checks.gradient(z - bump, y, cause)[0]) / 2e-6
        assert abs(slope - dz[1, 4]) < 1e-8


def test_no_mistake_of_the_notes_gives_99_percent_in_training_and_60_in_validation(pick):
    # Exercise 7 of the notes asks which of (a) to (e) does: that is overfitting, and none of them (docs/errata.md).
    _, checks, _, _ = pick
    for cause in ("zero_grad", "lr_high", "lr_low", "init", "shuffle"):
        _, train_accuracy, val_accuracy = checks.train(cause)
        assert abs(train_accuracy - val_accuracy) < 0.05


def test_the_sentences_of_the_bank_about_losses_are_true(pick):
    _, checks, _, _ = pick
    losses, _, _ = checks.train("softmax")
    assert losses.max() <= np.log(9 + np.e) < 2.47  # "at most 2.46": all of it on a wrong class
    assert losses.min() >= np.log(9 + np.e) - 1 > 1.46  # "1.46 at best": all of it on the right class
    uphill = checks.train("sign")[0]
    assert 1.1 < uphill[1] / uphill[0] < 1.3
    assert 500 < checks.train("lr_high")[0][1] / checks.train("lr_high")[0][0] < 600


def test_the_questions_of_the_self_check_offer_what_the_checks_know():
    _, checks, stub, _ = parts("self_check")
    for options in checks.OPTIONS.values():
        for letter, words in options.items():
            assert f'"{letter}" {words}' in stub


def test_every_wrong_choice_of_the_self_check_has_a_sentence_of_its_own():
    solution, checks, _, bank = parts("self_check")
    names = {entry.name for entry in bank}
    wanted = {
        f"{question.replace('_', '-')}-{letter}"
        for question, options in checks.OPTIONS.items()
        for letter in options
        if solution.answers[question] != letter
    }
    assert wanted <= names
    assert len({entry.sentence for entry in bank}) == len(bank)


@pytest.mark.parametrize("name", ["pick_the_bug", "self_check"])
def test_no_answer_stands_in_the_checks(name):
    solution, checks, _, _ = parts(name)
    assert set(checks.SEALED) <= set(solution.answers)
    for question, sealed in checks.SEALED.items():
        assert solution.answers[question] not in sealed.split(":")
