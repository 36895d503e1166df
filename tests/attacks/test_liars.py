"""Whatever a worker answers: every check has a verdict, no lie that holds together passes, no fault is the grader's.

Every exercise meets every lie that is told of all values alike; in CI one of the erratic ones, which a hash of its name
decides, and all of them with ``-m slow``. A check whose answer is something else than a value is in ``EXEMPT``, with
the reason. What trains meets code that does nothing and code that raises: a lie about what was trained would take as
long as the training.
"""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from leftovers import ROOT
from liars import CONSISTENT, ERRATIC, Liar

from grader.checks import marks
from grader.course import find_course, read_submission
from grader.reports.model import Verdict
from grader.session.grading import Session
from grader.session.options import Hooks, RunOptions

SEED = 5
EXERCISES = find_course(ROOT).exercises


def in_ci(exercise):
    """The erratic lie that an exercise meets in CI: by its name, so that a new unit changes it for no other."""
    digest = hashlib.sha256(exercise.id.encode()).digest()
    return sorted(ERRATIC)[digest[0] % len(ERRATIC)]


def pairs(exercises):
    return [
        pytest.param(exercise, lie, id=f"{exercise.id}-{lie}", marks=[pytest.mark.slow] * (lie != in_ci(exercise)))
        for exercise in exercises
        for lie in ERRATIC
    ]


PAIRS = pairs(EXERCISES)

_LEFT = "the answer is what training leaves in the model, which is compared; losses have checks of their own"
_MERGES = "the answer is the merges and vocab that train leaves in the tokenizer; what methods return is not asked for"
_OWN_WORD = "parameters() is asked, which a liar takes for nn.Module's own: that keeps its word, here a learner's"
_MADE = "the answer is what the constructor leaves in the object; what methods return is not asked for"
_STATE = "the answer is what a call leaves in a layer or a tensor, which is compared; what it returns is not asked for"
_LISTED = "the answer is asked for where it is, by iterators of the library, since copies of parameters would cross"
_ZEROED = "the answer is what zero_grad leaves in the parameters; of that name is a method of torch's own Module"
_THERE = "the answer is objects that stay where they are; what is in them a library says, and the check asks for it"
_FILE = "the answer is the file that save leaves, which a library reads; what save returns is not asked for"
_STEPS = "the answer is steps, which stay where they are; their names and values are read there, and compared"
# Checks that a class passes which is whole but for what its methods return, and a function but for what it returns.
EXEMPT = {
    (exercise, check): reason
    for reason, exercise, checks in (
        (_LEFT, "chapter0.train", "one_step each_call_starts_anew trajectory one_output training_mode"),
        (_LEFT, "chapter0.train", "every_batch_goes_through_once data_loader nothing_else_changes"),
        (_LEFT, "chapter0.train_minimal", "one_step no_gradient_is_left each_call_starts_anew trajectory one_output"),
        (_LEFT, "chapter0.train_minimal", "data_loader nothing_else_changes"),
        (_LEFT, "chapter0.classifier", "trajectory nothing_is_learnt_from_validation_data each_call_starts_anew"),
        (_LEFT, "chapter0.classifier", "data_loader nothing_else_changes"),
        (_LEFT, "day3.torch_twin", "step_for_step any_model"),
        (_LEFT, "day3.mnist", "trajectory weight_decay"),
        (_LEFT, "lecture3.train", "one_step trajectory learning_rates training_after_training any_model"),
        (_LEFT, "lecture6.train", "one_step trajectory learning_rates training_mode training_after_training any_model"),
        (_LEFT, "lecture7.train", "validation_data_are_not_trained_on first_step trajectory training_after_training"),
        (_MADE, "chapter0.linear", "first_weights first_biases"),
        (_MADE, "lecture3.model", "tensors first_weights"),
        (_OWN_WORD, "lecture3.model", "parameters"),
        (_MADE, "lecture4.modules", "first_parameters no_other_generator"),
        (_STATE, "lecture4.initial_loss", "first_loss weights_stay_random parameters nothing_is_drawn"),
        (_STATE, "lecture4.batchnorm", "running_statistics"),
        (_STATE, "lecture4.modules", "train"),
        (_LISTED, "lecture4.batchnorm", "parameters"),
        (_LISTED, "lecture4.modules", "parameters_of_linear"),
        (_MADE, "lecture6.embedding", "first_weights each_layer_has_its_own"),
        (_STATE, "lecture6.sequential", "train eval"),
        (_STATE, "lecture6.batchnorm3d", "running_mean running_var"),
        (_LISTED, "lecture6.embedding", "parameters"),
        (_LISTED, "lecture6.sequential", "parameters shared_tensors equal_tensors_are_two"),
        (_LISTED, "lecture6.batchnorm3d", "parameters"),
        (_MADE, "lecture1.value", "a_new_value"),
        (_LISTED, "deepdive.optimizers", "in_place"),
        (_MADE, "lecture1.nn", "first_numbers"),
        (_ZEROED, "lecture1.nn", "zero_grad"),
        (_THERE, "lecture1.graph", "nodes edges many_ways"),
        (_MADE, "lecture7.tokenizer", "vocabulary"),
        (_MADE, "lecture7.gpt", "first_weights"),
        (_MADE, "lecture8.lora", "new_parameters what_trains"),
        (_STATE, "lecture10.optimizer", "large_gradients small_gradients nothing_is_drawn"),
        (_LEFT, "lecture10.accumulate", "one_batch even_micro_batches uneven_micro_batches one_step_of_the_optimizer"),
        (_LEFT, "lecture10.accumulate", "several_steps one_after_the_other"),
        (_LEFT, "lecture10.train", "validation_data_are_not_trained_on first_step trajectory training_after_training"),
        (_MADE, "lecture10.model", "embedding_and_head_are_one size_of_gpt2 first_weights"),
        (_MERGES, "lecture9.pretokenize", "trains_within_chunks too_small_a_vocabulary_is_refused training_again"),
        (_MERGES, "lecture9.pretokenize", "ends_when_no_pair_is_left"),
        (_FILE, "lecture9.ranks", "saves"),
        (_LEFT, "walk.tiny_text_net", "one_step steps"),
        (_LEFT, "walk.sqrt_net", "steps"),
        (_STEPS, "walk.forward_trace", "every_step names in_place float32 model_stays walks_keep_apart"),
    )
    for check in (f"test_{name}" for name in checks.split())
}


class Tell:
    """Grades the solutions of the whole course, with a liar between each check and its worker."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.solutions = read_submission(session.course.root / "solutions", session.course)

    def __call__(self, exercise, lie, *, names=False, training=False, **how):
        """The names of the checks that pass, and of all.

        With ``names`` known mistakes are looked for, which takes longer; ``training``: of the checks that train.
        """
        hooks = Hooks(
            select=lambda _, __, function: marks.is_training(function) is training,
            wrap=lambda check, peer: Liar(peer, lie, check, **how),
        )
        options = msgspec.structs.replace(self.session.options, names=names)
        report = self.session.grade([exercise], self.solutions, SEED, options, hooks)
        checks = report.exercises[0].checks
        assert report.faults == ()
        assert Verdict.GRADER_FAULT not in {check.verdict for check in checks}
        return {check.name for check in checks if check.verdict is Verdict.PASSED}, {check.name for check in checks}


@pytest.fixture(scope="module")
def tell():
    course = find_course(ROOT)
    with Session(course, course.exercises, RunOptions(alone=True, examples=10)) as session:
        yield Tell(session)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_a_lie_passes_no_check(tell, exercise):
    for name, lie in CONSISTENT.items():
        if exercise.quiz and isinstance(lie, type):
            continue  # nothing of a quiz is called, so nothing can be raised
        for answers in (False, True):
            passed, asked = tell(exercise, lie, answers=answers)
            exempt = {check for check in asked if answers and (exercise.id, check.partition("[")[0]) in EXEMPT}
            assert passed <= exempt, f"{name} in the place of {'answers' if answers else 'all values'}"


@pytest.mark.parametrize("training", [False, True], ids=["short", "training"])
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_code_that_does_nothing_passes_no_check(tell, exercise, training):
    passed, asked = tell(exercise, CONSISTENT["nothing"], idle=True, training=training)
    assert {name for name in passed if EXEMPT.get((exercise.id, name)) not in {_MADE, _OWN_WORD}} == set()
    if training and asked:
        passed, _ = tell(exercise, ValueError, training=True)
        assert passed == set()


@pytest.mark.parametrize(("exercise", "lie"), PAIRS)
def test_an_erratic_lie_is_nobodys_fault(tell, exercise, lie):
    tell(exercise, ERRATIC[lie], names=True, share=0.5)


def test_a_new_unit_changes_no_other_exercises_lie():
    with_it, without = ({pair.id: bool(pair.marks) for pair in pairs(some)} for some in (EXERCISES, EXERCISES[1:]))
    assert without.items() < with_it.items()
    assert {in_ci(exercise) for exercise in EXERCISES} == set(ERRATIC)


def test_every_exemption_is_of_a_check_that_is_there(tell):
    for exercise, check in EXEMPT:
        _, asked = tell(tell.session.course.exercise(exercise), CONSISTENT["nothing"])
        assert check in {name.partition("[")[0] for name in asked}
