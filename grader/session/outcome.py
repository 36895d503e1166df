"""From what happened in a check to its verdict, and to the message a learner is alone with."""

from __future__ import annotations

import ast
import re
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from grader.bounds import HEADLINE, PATH
from grader.checks.context import CheckContext, CheckFailed, Mismatch
from grader.checks.diagnosis import KnownWrong, Suspects, diagnose, differs_in_form, matching_misconception
from grader.checks.show import is_tensor, show, side_by_side
from grader.course import Exercise, closest
from grader.course.forbidden import Use
from grader.errors import GraderError
from grader.reports.model import Counterexample, Failure, Finding, Frame, Value, Verdict, Visibility
from grader.sandbox.ended import NoAnswer, NotStarted, RaisedError, SandboxFault, SymbolMissing, is_stub_error
from grader.sandbox.proxy import CALLS_TOGETHER, Call, Handle, info_of
from grader.session.pictures import error_map
from grader.session.sandboxes import ImportFailure
from grader.session.sentences import crash_of, exception_sentence, has_code_before, parameters_in, where_it_hides


class Outcome(msgspec.Struct, frozen=True):
    """A verdict and, unless it passed, why."""

    verdict: Verdict
    failure: Failure | None = None
    fault: str = ""  # a fault of the grader: the whole traceback
    crash: str = ""  # the check ended with an exception of its own, whatever verdict came of it: which, and where


class Judge(msgspec.Struct, eq=False):
    """What is needed to judge the checks of one exercise.

    Attributes:
        exercise: the exercise.
        file: the learner's file as they would type it.
        bank: the known wrong answers.
        solution: makes the solution's module; raises GraderError where there is none.
        siblings: the names of the unit's exercises, and of the learner's other files there.
        text: the learner's file.
        others: the learner's files of other exercises.
        suspects: which of the known wrong answers this submission is not, as far as is known.
    """

    exercise: Exercise
    file: str
    bank: Callable[[], Sequence[KnownWrong]]
    solution: Callable[[], Any]
    siblings: Sequence[str] = ()
    text: str = ""
    others: frozenset[str] = frozenset()
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
                return Outcome(Verdict.NOT_STARTED, Failure(self._not_started(error), location=self.file))
            case SymbolMissing():
                return Outcome(Verdict.MISSING, self._missing_symbol(error))
            case NoAnswer(detail="together") if context.mismatches:
                wrong = CheckFailed(context.mismatches[-1])  # found before the time for a smaller one ran out
                return Outcome(Verdict.FAILED, self._failed(wrong, context, visibility, shown_output, searched=False))
            case NoAnswer():
                return self._no_answer(error, shown_output)
            case RaisedError(type_name="ForbiddenError"):
                return self._refused(error, shown_output)
            case RaisedError():
                known = self._known_to_raise(context)
                failure = self.raised(error, shown_output, visibility, searched=searched, helps=not known)
                return Outcome(Verdict.RAISED, msgspec.structs.replace(failure, findings=known))
            case CheckFailed():
                return Outcome(Verdict.FAILED, self._failed(error, context, visibility, shown_output, searched))
        if type(error).__name__ in {"FlakyFailure", "Flaky", "FlakyReplay"}:
            headline = "The same input gives different answers from one call to the next."
            failure = Failure(headline, location=self._last_location(context), output=shown_output)
            return Outcome(Verdict.FAILED, failure, crash=crash_of(error, self.exercise.checks.name))
        return self._unforeseen(error, context, shown_output)

    def in_short(
        self, error: BaseException | None, context: CheckContext, visibility: Visibility, output: str
    ) -> Outcome:
        """Judge a check without looking for what was misunderstood, where looking takes too long."""
        shown_output = output if visibility is Visibility.VISIBLE else ""
        location = self._last_location(context)
        match error:
            case CheckFailed(mismatch=mismatch):
                failure = Failure(mismatch.headline, location=self._location(mismatch.call), output=shown_output)
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
        if failure.kind == "raised":
            raised = RaisedError(failure.detail, None)
            if is_stub_error(raised):
                return Outcome(Verdict.NOT_STARTED, Failure(raised.message, location=self.file))
            if raised.type_name == "ForbiddenError":
                return self._refused(raised, failure.output)
            return Outcome(Verdict.RAISED, self.raised(raised, failure.output, Visibility.VISIBLE, importing=True))
        seconds = failure.seconds
        headline = {
            "timeout": f"The file takes longer than {seconds:g} s to import. Code that trains or tests belongs below "
            'if __name__ == "__main__":',
            "crashed": f"Importing the file ended its process: {failure.detail}.",
            "protocol": f"Importing the file sent the grader {failure.detail} in place of an answer.",
        }[failure.kind]
        verdict = _LOST[failure.kind]
        return Outcome(verdict, Failure(headline, location=self.file, output=failure.output))

    def forbidden(self, uses: Sequence[Use]) -> Outcome:
        """Judge every check of a file whose source uses what the exercise forbids."""
        first, *others = uses
        headline = f"Line {first.line} {first.how}, which is not allowed here: {self.exercise.why_forbidden}."
        lines = sorted({use.line for use in others} - {first.line})
        if lines:
            headline += f" The same goes for {'lines' if len(lines) > 1 else 'line'} {', '.join(map(str, lines[:9]))}."
        headline += ' To compare with it, use it below if __name__ == "__main__":'
        frame = Frame(self.file, first.line, "", first.text)
        failure = Failure(headline, traceback=(frame,), location=f"{self.file}:{first.line}")
        return Outcome(Verdict.FORBIDDEN, failure)

    def _refused(self, error: RaisedError, output: str) -> Outcome:
        """Judge what was refused while it ran, and could not be seen in the source."""
        frames = tuple(Frame(*frame) for frame in error.frames)
        name = error.message.partition(" is not allowed here")[0]
        line = f"Line {frames[-1].line}" if frames else "This"
        headline = f"{line} uses {name}, which is not allowed here: {self.exercise.why_forbidden}."
        location = f"{frames[-1].file}:{frames[-1].line}" if frames else self._location(error.call)
        return Outcome(Verdict.FORBIDDEN, Failure(headline, (), None, frames, location, output))

    def raised(
        self,
        error: RaisedError,
        output: str,
        visibility: Visibility,
        *,
        importing: bool = False,
        searched: bool = False,
        helps: bool = True,
    ) -> Failure:
        """Describe an exception of the learner's code, with what usually helps unless the cause is known."""
        name = error.call.name if error.call is not None else ""
        frames = tuple(Frame(*frame) for frame in error.frames)
        location = f"{frames[-1].file}:{frames[-1].line}" if frames else self._location(error.call)
        counterexample = None
        if error.call is not None and visibility is Visibility.VISIBLE:
            counterexample = Counterexample(self._inputs(error.call), smallest=searched)
        headline = exception_sentence(
            error, name, self._signature(name), self.siblings, quiz=self.exercise.quiz, helps=helps
        )
        if importing:
            headline = f"The file cannot be imported: {headline}"
            if error.type_name == "AssertionError":
                headline += ' (Tests and demos of your own belong below `if __name__ == "__main__":`.)'
        elif error.call is not None and name in self.exercise.symbols:
            headline += self._misplaced_parameters(name)
            if error.call.target is not None and info_of(error.call.target).kind == "module":
                headline = f"{name} is a module; a function is wanted."
        return Failure(headline, (), counterexample, frames, location, output)

    def _known_to_raise(self, context: CheckContext) -> tuple[Finding, ...]:
        """The misconception that raises here too, and has given all the answers before: one exception proves little."""
        log = context.talk.log if context.talk is not None else []
        if not any(call.operation == "call" and call.raised is None for call in log):
            return ()
        known = matching_misconception(context, self.bank(), self.solution, self.suspects, messages=True)
        return () if known is None else (Finding("misconception", known.sentence, known.name),)

    def _not_started(self, error: NotStarted) -> str:
        message = str(error) or "Not written yet."
        if has_code_before(self.text, error.line):
            return f"Line {error.line} still holds the stub's raise NotImplementedError: delete it."
        return message

    def _missing_symbol(self, error: SymbolMissing) -> Failure:
        near = closest(error.name, [name for name in error.defined if not name.startswith("_")])
        hint = f" It defines {near}: did you mean that?" if near else where_it_hides(self.text, error.name)
        kind = "class" if error.name[:1].isupper() else "function"
        wanted = self._signature(error.name) or error.name
        return Failure(f"The file defines no {kind} {wanted}.{hint}", location=self.file)

    def _no_answer(self, error: NoAnswer, output: str) -> Outcome:
        call = self._call_text(error.call)
        headline = {
            "timeout": f"No answer within {error.seconds:g} s in {call}.",
            "crashed": f"No answer from {call}: {error.detail}.",
            "protocol": f"{call} sent the grader {error.detail} in place of an answer.",
        }[error.kind]
        if error.detail == "together":
            headline = f"The calls of this check take more than {CALLS_TOGETHER * error.seconds:g} s together."
        return Outcome(_LOST[error.kind], Failure(headline, location=self._location(error.call), output=output))

    def _failed(
        self, error: CheckFailed, context: CheckContext, visibility: Visibility, output: str, searched: bool
    ) -> Failure:
        mismatch = error.mismatch
        found = diagnose(context, mismatch, self.bank(), self.solution, self.suspects)
        headline = mismatch.headline
        if mismatch.kind == "modified" and mismatch.call is not None:
            headline = headline.replace(mismatch.name, self._argument_name(mismatch), 1)
        return Failure(
            headline=headline,
            findings=tuple(Finding(f.kind, self._with_names(f.text, mismatch), f.name) for f in found),
            counterexample=self._counterexample(mismatch, visibility, searched),
            location=self._location(mismatch.call),
            output=output,
            errors=error_map(mismatch, context.mismatches) if visibility is Visibility.VISIBLE else None,
        )

    def _argument_name(self, mismatch: Mismatch) -> str:
        """``argument 2['h']`` as the learner calls it, ``d['h']``."""
        number, bracket, rest = mismatch.name.removeprefix("argument ").partition("[")
        names = self._names_of_arguments(mismatch.call) if mismatch.call is not None else []
        place = int(number) - 1
        return f"{names[place]}{bracket}{rest}" if place < len(names) else mismatch.name

    def _with_names(self, text: str, mismatch: Mismatch) -> str:
        """A sentence with ``argument 2`` as the learner calls it."""
        names = self._names_of_arguments(mismatch.call) if mismatch.call is not None else []
        for number, name in enumerate(names, 1):
            text = re.sub(rf"\bargument {number}\b", name, text)
        return text

    def _counterexample(self, mismatch: Mismatch, visibility: Visibility, searched: bool) -> Counterexample | None:
        if mismatch.kind not in {"values", "finite", "shape"} or mismatch.call is None:
            return None
        inputs = self._inputs(mismatch.call)
        if mismatch.kind == "shape":
            return Counterexample(inputs, smallest=searched)
        if visibility is Visibility.HIDDEN:
            return None  # the inputs and one wrong answer would tell the right one
        yours, expected = side_by_side(mismatch.actual, mismatch.expected, mismatch.index)
        return Counterexample(inputs, yours, expected, mismatch.oracle, searched)

    def _unforeseen(self, error: BaseException, context: CheckContext, output: str) -> Outcome:
        """A check that stumbled: over a strange answer of the submission, or over its own mistake."""
        crash = crash_of(error, self.exercise.checks.name)
        if context.talk is not None and context.talk.log:
            difference = differs_in_form(self.solution(), context.talk.log)
            if difference:
                headline = difference + "." * (not difference.endswith("?"))
                failure = Failure(headline, location=self._last_location(context), output=output)
                return Outcome(Verdict.FAILED, failure, crash=crash)
        text = "".join(traceback.format_exception(error))
        headline = f"The check itself failed ({type(error).__name__}). This is not your mistake."
        return Outcome(Verdict.GRADER_FAULT, Failure(headline), fault=text, crash=crash)

    def _misplaced_parameters(self, name: str) -> str:
        own, wanted = parameters_in(self.text, name), self._parameters(name)
        if own == wanted or sorted(own) != sorted(wanted):
            return ""
        return f" ({self._signature(name)} is how it is called; yours takes ({', '.join(own)}).)"

    def _signature(self, name: str) -> str:
        return self.exercise.symbols.get(name, "")

    def _parameters(self, name: str) -> list[str]:
        signature = self._signature(name)
        if not signature:
            return []
        try:
            function = ast.parse(f"def {signature}: pass").body[0]
        except SyntaxError:
            return []
        if not isinstance(function, ast.FunctionDef):
            return []
        names = [arg.arg for arg in [*function.args.posonlyargs, *function.args.args]]
        return names[1:] if names[:1] == ["self"] else names

    def _names_of_arguments(self, call: Call) -> list[str]:
        """What the learner calls the arguments of a call: of a method, and of an object that is called, too."""
        if call.target is not None and info_of(call.target).kind == "object":  # named by its class
            methods = [f"{call.name}.{method}" for method in ("__call__", "forward")]
            return next((names for method in methods if (names := parameters_in(self.text, method))), [])
        return self._parameters(call.name) or parameters_in(self.text, call.name)

    def _inputs(self, call: Call) -> tuple[Value, ...]:
        names = self._names_of_arguments(call)
        args = call.args[0] if call.operation == "vjp" else call.args  # without the gradients at the output
        if call.name.endswith("load_state_dict"):
            args = ()  # the check's own doing
        named = [(names[i] if i < len(names) else f"argument {i + 1}", arg) for i, arg in enumerate(args)]
        values = [*named, *(() if call.name.endswith("load_state_dict") else call.kwargs.items())]
        return tuple(Value(name, _input_text(value)) for name, value in values if not _says_nothing(value))

    def _call_text(self, call: Call) -> str:
        if call.operation == "get":
            return call.name
        if call.operation != "call":
            return f"{call.name} ({call.operation})"
        return self._signature(call.name) or f"{call.name}()"

    def _location(self, call: Call | None) -> str:
        if call is not None and call.target is not None:
            info = info_of(call.target)
            elsewhere = "site-packages" in info.file or info.file in self.others  # a model that the check built
            if info.file and info.line and not elsewhere:
                return f"{info.file}:{info.line}"
        return self.file

    def _last_location(self, context: CheckContext) -> str:
        return self._location(context.talk.log[-1] if context.talk and context.talk.log else None)


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


def bounded(failure: Failure) -> Failure:
    """A failure whose sentences have a bounded length, whatever a submission calls its things."""
    return msgspec.structs.replace(
        failure,
        headline=_crop(failure.headline),
        findings=tuple(msgspec.structs.replace(finding, text=_crop(finding.text)) for finding in failure.findings),
        location=failure.location[: 2 * PATH],
    )


def _crop(text: str) -> str:
    """A message of bounded length."""
    return text if len(text) <= HEADLINE else f"{text[:HEADLINE]} …"


def _input_text(value: Any) -> str:
    return show(value)


def _says_nothing(value: Any) -> bool:
    """A whole cache or dict of parameters, or an object of the submission's own."""
    if isinstance(value, Handle):
        return info_of(value).kind == "object"
    return isinstance(value, dict) and any(is_tensor(item) for item in value.values())
