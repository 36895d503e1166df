"""From what happened in a check to its verdict: the policy alone, the words for it are in ``wording``."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from types import ModuleType

import msgspec

from grader.bounds import MOST_HELD
from grader.checks.context import CheckContext, CheckFailed, Mismatch, holds
from grader.course.forbidden import Use
from grader.diagnosis import UNFINISHED, KnownWrong, Suspects, diagnose, differs_in_form, matching_misconception
from grader.errors import GraderError
from grader.reports.model import Failure, Finding, Verdict, Visibility
from grader.sandbox.request import (
    Call,
    NoAnswer,
    NotStarted,
    Operation,
    RaisedError,
    SandboxFault,
    SymbolMissing,
    is_stub_error,
)
from grader.session.sandboxes import ImportFailure
from grader.session.sentences import crash_of
from grader.session.wording import Words


class Outcome(msgspec.Struct, frozen=True):
    """A verdict and, unless it passed, why."""

    verdict: Verdict
    failure: Failure | None = None
    fault: str = ""  # a fault of the grader: the whole traceback
    waits_for: str = ""  # the check that failed, without which this one can mean nothing
    crash: str = ""  # the check ended with an exception of its own, whatever verdict came of it: which, and where


class Judge(msgspec.Struct, eq=False):
    """What is needed to judge the checks of one exercise.

    Attributes:
        words: speaks of it.
        bank: the known wrong answers.
        solution: makes the solution's module; None where the course has none.
        suspects: which of the known wrong answers this submission is not, as far as is known.
    """

    words: Words
    bank: Callable[[], Sequence[KnownWrong]]
    solution: Callable[[], ModuleType | None]
    suspects: Suspects = msgspec.field(default_factory=Suspects)

    def judge(
        self,
        error: BaseException | None,
        context: CheckContext,
        visibility: Visibility,
        output: str,
        *,
        searched: bool = False,
    ) -> Outcome:
        """Judge one check by the exception that ended it.

        Args:
            error: None when it ended well.
            context: what it asked and compared.
            visibility: whether the learner may see expected values.
            output: what the submission printed meanwhile.
            searched: whether the inputs at hand are the smallest that could be found.
        """
        shown_output = output if visibility is Visibility.VISIBLE else ""
        match error:
            case None:
                return Outcome(Verdict.PASSED)
            case NotStarted():
                return Outcome(Verdict.NOT_STARTED, self.words.not_started(error))
            case SymbolMissing():
                return Outcome(Verdict.MISSING, self.words.missing_symbol(error))
            case NoAnswer(detail="together") if context.mismatches:
                found = context.mismatches[-1]  # before the time for a smaller one ran out
                return self._failed(found, context, visibility, shown_output, searched=False)
            case NoAnswer(kind="endless"):
                return Outcome(Verdict.BLOCKED, self.words.endless(error), waits_for=error.detail)
            case NoAnswer():
                failure = self.words.no_answer(error, shown_output, visibility)
                known = self._known_not_to_end(error, context)
                failure = msgspec.structs.replace(failure, findings=(*known, *failure.findings))
                return Outcome(_LOST[error.kind], self._with_code(failure, error.call, context, visibility))
            case RaisedError():
                return self._raised(error, context, visibility, shown_output, searched=searched)
            case CheckFailed(mismatch=mismatch):
                return self._failed(mismatch, context, visibility, shown_output, searched=searched)
        if type(error).__name__ in {"FlakyFailure", "Flaky", "FlakyReplay"}:
            headline = "The same input gives different answers from one call to the next."
            failure = Failure(headline, location=self.words.last_location(context), output=shown_output)
            return Outcome(Verdict.FAILED, failure, crash=crash_of(error, self.words.exercise.checks.name))
        return self._unforeseen(error, context, shown_output)

    def _raised(
        self, error: RaisedError, context: CheckContext, visibility: Visibility, output: str, *, searched: bool
    ) -> Outcome:
        """An exception of the learner's code, or of what stands around it."""
        if error.type_name == "ForbiddenError":
            return Outcome(Verdict.FORBIDDEN, self.words.refused(error, output))
        if error.type_name == "LeftChangedError":
            return Outcome(Verdict.FAILED, self.words.left_changed(error, output))
        known = self._known_to_raise(context)
        failure = self.words.raised(error, output, visibility, searched=searched, helps=not known)
        failure = msgspec.structs.replace(failure, findings=known)
        return Outcome(Verdict.RAISED, self._with_code(failure, error.call, context, visibility))

    def in_short(
        self, error: BaseException | None, context: CheckContext, visibility: Visibility, output: str
    ) -> Outcome:
        """Judge a check without looking for what was misunderstood, where looking takes too long."""
        shown_output = output if visibility is Visibility.VISIBLE else ""
        location = self.words.last_location(context)
        match error:
            case CheckFailed(mismatch=mismatch):
                failure = Failure(mismatch.headline, location=self.words.location(mismatch.call), output=shown_output)
                return Outcome(Verdict.FAILED, failure)
            case RaisedError():
                failure = Failure(str(error), location=location, output=shown_output)
                return Outcome(Verdict.RAISED, failure)
        if context.mismatches:
            failure = Failure(context.mismatches[-1].headline, location=location, output=shown_output)
            return Outcome(Verdict.FAILED, failure)
        if context.talk is None or not context.talk.log:
            raise GraderError("The check takes too long by itself: nothing had been asked of the submission.")
        headline = (
            "What your code returns takes too long to look at: it is far larger than what is wanted, or stranger."
        )
        return Outcome(Verdict.FAILED, Failure(headline, location=location, output=shown_output))

    def import_failed(self, failure: ImportFailure) -> Outcome:
        """Judge every check of a file that cannot be imported."""
        if failure.kind != "raised":
            return Outcome(_LOST[failure.kind], self.words.import_lost(failure))
        raised = RaisedError(failure.detail, None)
        if is_stub_error(raised):
            return Outcome(Verdict.NOT_STARTED, Failure(raised.message, location=self.words.file))
        if raised.type_name == "ForbiddenError":
            return Outcome(Verdict.FORBIDDEN, self.words.refused(raised, failure.output))
        told = self.words.raised(raised, failure.output, Visibility.VISIBLE, importing=True)
        return Outcome(Verdict.RAISED, told)

    def forbidden(self, uses: Sequence[Use]) -> Outcome:
        """Judge every check of a file whose source uses what the exercise forbids."""
        return Outcome(Verdict.FORBIDDEN, self.words.forbidden(uses))

    def _known_to_raise(self, context: CheckContext) -> tuple[Finding, ...]:
        """The misconception that raises here too, and has given all the answers before: one exception proves little."""
        log = context.talk.log if context.talk is not None else []
        if not any(call.operation == Operation.CALL and call.raised is None for call in log):
            return ()
        known = matching_misconception(context, self.bank(), self.solution, self.suspects, messages=True)
        return () if known is None else (Finding("misconception", known.sentence, known.name),)

    def _known_not_to_end(self, error: NoAnswer, context: CheckContext) -> tuple[Finding, ...]:
        """The misconception that would not have come to an end here either, and has given all the answers before."""
        if error.kind != "timeout" or error.detail == "together" or context.talk is None or not context.talk.log:
            return ()
        unfinished = RaisedError({"type": UNFINISHED}, None)
        context.talk.log.append(msgspec.structs.replace(error.call, raised=unfinished))
        try:
            known = matching_misconception(context, self.bank(), self.solution, self.suspects)
        finally:
            context.talk.log.pop()  # nobody who makes the calls again may wait for this one unawares
        return () if known is None else (Finding("misconception", known.sentence, known.name),)

    def _failed(
        self, mismatch: Mismatch, context: CheckContext, visibility: Visibility, output: str, *, searched: bool
    ) -> Outcome:
        found = diagnose(context, mismatch, self.bank(), self.solution, self.suspects)
        told = self.words.wrong(mismatch, found, context.mismatches, visibility, output, searched=searched)
        # where the answer was computed from what several calls gave, no one of them shows the mistake
        call = mismatch.call if mismatch.call is not None and holds(mismatch.call.result, mismatch.actual) else None
        return Outcome(Verdict.FAILED, self._with_code(told, call, context, visibility))

    def _with_code(self, failure: Failure, call: Call | None, context: CheckContext, visibility: Visibility) -> Failure:
        """The failure with its input as Python, where the words do not show all of it."""
        example, talk = failure.counterexample, context.talk
        if example is None or call is None or talk is None or visibility is Visibility.HIDDEN or not talk.log_is_whole:
            return failure
        code = self.words.code(call, talk.log, example)
        return msgspec.structs.replace(failure, counterexample=msgspec.structs.replace(example, code=code))

    def _unforeseen(self, error: BaseException, context: CheckContext, output: str) -> Outcome:
        """A check that stumbled: over a strange answer of the submission, or over its own mistake."""
        crash = crash_of(error, self.words.exercise.checks.name)
        if context.talk is not None and context.talk.log:
            difference = self._strange(error, context.talk.log)
            if difference:
                headline = difference + "." * (not difference.endswith("?"))
                failure = Failure(headline, location=self.words.last_location(context), output=output)
                return Outcome(Verdict.FAILED, failure, crash=crash)
        if context.talk is not None and not context.talk.log_is_whole:  # what came before cannot be looked at any more
            headline = (
                f"The answers in this check are larger than {MOST_HELD >> 20} MB together, far beyond what is asked "
                "for, and the check cannot go on with one of them."
            )
            return Outcome(
                Verdict.FAILED,
                Failure(headline, location=self.words.last_location(context), output=output),
                crash=crash,
            )
        text = "".join(traceback.format_exception(error))
        headline = f"The check itself failed ({type(error).__name__}). This is not your mistake."
        return Outcome(Verdict.GRADER_FAULT, Failure(headline), fault=text, crash=crash)

    def _strange(self, error: BaseException, log: Sequence[Call]) -> str:
        """What is strange about the answers that a check stumbled over; empty where it is not the answers."""
        right = self.solution()
        if right is not None:
            return differs_in_form(right, log)
        # what was handed out passes its solutions, so that it is the answer; but nobody here can know
        return (
            f"The check ends with {type(error).__name__} over what {log[-1].name} answers. Look at its type and shape: "
            "this course comes without a solution that could tell whether the check is wrong"
        )


def fault_in(error: BaseException | None) -> GraderError | None:
    """The fault of the sandbox or of a check's author that is in an exception; None where there is none.

    Hypothesis repeats an input that ended with an exception, and calls two that differ flaky: what is ours must not
    pass for the submission's because of that.
    """
    waiting, seen = [error], 0
    while waiting and seen < _MOST_CAUSES:
        found, seen = waiting.pop(), seen + 1
        if isinstance(found, GraderError):
            return found
        if isinstance(found, SandboxFault):
            return GraderError(str(found))
        if isinstance(found, OSError):  # of this process: the machine is short of something
            said = found.strerror or str(found)
            return GraderError(f"The machine failed the check, not the submission: {type(found).__name__}: {said}.")
        if isinstance(found, BaseException):
            waiting += [*getattr(found, "exceptions", ()), found.__cause__]
    return None


_MOST_CAUSES = 50
_LOST = {"timeout": Verdict.TIMEOUT, "crashed": Verdict.CRASHED, "protocol": Verdict.BROKE_PROTOCOL}
