"""The words for what happened in a check: the sentence a learner is alone with, the input, the place in their code."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from grader.bounds import HEADLINE, NAME, PATH
from grader.checks.context import CheckContext, Mismatch
from grader.checks.in_words import is_tensor, show, side_by_side
from grader.course import Exercise, SourceFile, closest
from grader.course.forbidden import Use
from grader.names import place_of
from grader.reports.model import Counterexample, Failure, Finding, Frame, Value, Visibility
from grader.sandbox.proxy import CALLS_TOGETHER, Handle, has_a_place, info_of
from grader.sandbox.request import Call, NoAnswer, NotStarted, Operation, RaisedError, SymbolMissing
from grader.sandbox.whereabouts import Stood, as_written
from grader.session.by_hand import as_python, is_shown_whole
from grader.session.pictures import error_map
from grader.session.sandboxes import ImportFailure
from grader.session.sentences import exception_sentence, has_code_before, parameters_in, where_it_hides, while_loops_in

_LOOPS = 3  # of which a question can be asked

_MOST_STOOD = 20  # of the lines that a call stood on


class Words(msgspec.Struct, frozen=True, eq=False):
    """What is needed to speak of one exercise in the learner's own names.

    Attributes:
        exercise: the exercise.
        file: the learner's file as they would type it.
        siblings: the names of the unit's exercises, and of the learner's other files there.
        text: the learner's file.
        others: the learner's files of other exercises.
        files: the learner's files, by what tracebacks call them.
        of_course: what tracebacks call the course's own files, of which no line is shown.
    """

    exercise: Exercise
    file: str
    siblings: Sequence[str] = ()
    text: str = ""
    others: frozenset[str] = frozenset()
    files: Mapping[str, SourceFile] = {}
    of_course: frozenset[str] = frozenset()

    def not_started(self, error: NotStarted) -> Failure:
        """The stub's own exception came."""
        message = str(error) or "Not written yet."
        if has_code_before(self.text, error.line):
            message = f"{self._line(error.line)} still holds the stub's raise NotImplementedError: delete it."
        return Failure(message, location=self.file)

    def missing_symbol(self, error: SymbolMissing) -> Failure:
        """The file does not define what is asked for; something near it, perhaps."""
        near = closest(error.name, [name for name in error.defined if not name.startswith("_")])
        hint = f" It defines {near}: did you mean that?" if near else where_it_hides(self.text, error.name)
        source = self.files.get(self.file)
        lost = dict(source.lost).get(error.name) if source is not None else None
        hint = f" {lost}" if lost else hint
        kind = "class" if error.name[:1].isupper() else "function"
        wanted = self._signature(error.name) or error.name
        return Failure(f"The file defines no {kind} {wanted}.{hint}", location=self.file)

    def import_lost(self, failure: ImportFailure) -> Failure:
        """Importing the file brought no answer."""
        headline = {
            "timeout": f"The file takes longer than {failure.seconds:g} s to import. Code that trains or tests belongs "
            'below if __name__ == "__main__":',
            "crashed": f"Importing the file ended its process: {failure.detail}.",
            "protocol": f"Importing the file sent the grader {failure.detail} in place of an answer.",
        }[failure.kind]
        stood, where = self._stood(failure.stood)
        location = place_of(stood[-1].file, stood[-1].line) if stood else self.file
        return Failure(headline, where, None, stood, location, failure.output)

    def forbidden(self, uses: Sequence[Use]) -> Failure:
        """The source uses what the exercise forbids."""
        first, *others = uses
        headline = f"{self._line(first.line)} {first.how}, which is not allowed here: {self.exercise.why_forbidden}."
        lines = sorted({use.line for use in others} - {first.line})
        if lines and self._line(first.line) != f"Line {first.line}":
            headline += f" The same goes for {', '.join(self._line(line).lower() for line in lines[:9])}."
        elif lines:
            headline += f" The same goes for {'lines' if len(lines) > 1 else 'line'} {', '.join(map(str, lines[:9]))}."
        headline += ' To compare with it, use it below if __name__ == "__main__":'
        frame = Frame(*self._place(self.file, first.line), "", first.text)
        return Failure(headline, traceback=(frame,), location=place_of(frame.file, frame.line))

    def refused(self, error: RaisedError, output: str) -> Failure:
        """What is forbidden was refused while it ran, and could not be seen in the source."""
        frames = self._frames(error)
        name = error.message.partition(" is not allowed here")[0]
        last = next((frame for frame in reversed(error.frames) if frame[0] not in self.of_course), None)
        line = self._line(last[1], last[0]) if last is not None else "This"
        headline = f"{line} uses {name}, which is not allowed here: {self.exercise.why_forbidden}."
        location = place_of(frames[-1].file, frames[-1].line) if frames else self.location(error.call)
        return Failure(headline, (), None, frames, location, output)

    def left_changed(self, error: RaisedError, output: str) -> Failure:
        """A call has left something changed that belongs to all of a program."""
        name = error.call.name if error.call is not None else "This call"
        headline = (
            f"{name} changes {error.message}, and leaves it so: all that comes after the call is computed in another "
            "precision. Say dtype=… where you make a tensor."
        )
        return Failure(headline, location=self.location(error.call), output=output)

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
        frames = self._frames(error)
        location = place_of(frames[-1].file, frames[-1].line) if frames else self.location(error.call)
        counterexample = None
        absent = error.type_name == "StandInError"  # whatever the input is
        if error.call is not None and visibility is Visibility.VISIBLE and not absent:
            counterexample = Counterexample(self._inputs(error.call, smallest=searched), smallest=searched)
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

    def no_answer(self, error: NoAnswer, output: str, visibility: Visibility) -> Failure:
        """A call brought no answer."""
        call = self._call_text(error.call)
        headline = {
            "timeout": f"No answer within {error.seconds:g} s in {call}: a loop without end, or too much work.",
            "crashed": f"No answer from {call}: {error.detail}.",
            "protocol": f"{call} sent the grader {error.detail} in place of an answer.",
        }[error.kind]
        if error.kind == "timeout":
            headline += self._does_it_end(error.call)
        if error.detail == "together":
            headline = f"The calls of this check take more than {CALLS_TOGETHER * error.seconds:g} s together."
        stood, where = self._stood(error.stood)
        shown = visibility is Visibility.VISIBLE and error.kind != "protocol"
        inputs = self._inputs(error.call, smallest=False) if shown else ()
        return Failure(
            headline,
            where,
            Counterexample(inputs, smallest=False) if inputs else None,
            stood,
            place_of(stood[-1].file, stood[-1].line) if stood else self.location(error.call),
            output,
        )

    def endless(self, error: NoAnswer) -> Failure:
        """A call that was not made, for the same function had brought no answer before."""
        name = error.call.name
        return Failure(f"Not run: {name} found no end before, in {error.detail}, so it is not called again.")

    def wrong(
        self,
        mismatch: Mismatch,
        findings: Sequence[Finding],
        alike: Sequence[Mismatch],
        visibility: Visibility,
        output: str,
        *,
        searched: bool,
    ) -> Failure:
        """An answer came, and it is not what is demanded.

        Args:
            mismatch: what is shown.
            findings: what was misunderstood; arguments are called by their numbers in it.
            alike: all mismatches of the check.
            visibility: whether expected values may be shown.
            output: what the submission printed.
            searched: whether the input is the smallest that could be found.
        """
        headline = mismatch.headline
        if mismatch.kind == "modified" and mismatch.call is not None:
            headline = headline.replace(mismatch.name, self._argument_name(mismatch), 1)
        return Failure(
            headline=headline,
            findings=tuple(Finding(f.kind, self._with_names(f.text, mismatch), f.name) for f in findings),
            counterexample=self._counterexample(mismatch, visibility, searched),
            location=self.location(mismatch.call),
            output=output,
            errors=error_map(mismatch, alike) if visibility is Visibility.VISIBLE else None,
        )

    def _frames(self, error: RaisedError) -> tuple[Frame, ...]:
        """The learner's own lines that an exception came through; of a notebook each in its cell."""
        return tuple(
            Frame(*self._place(file, line), name, text)
            for file, line, name, text in error.frames
            if file not in self.of_course
        )

    def _stood(self, stood: Sequence[Stood]) -> tuple[tuple[Frame, ...], tuple[Finding, ...]]:
        """The learner's own lines that a call stood on when its time was over, and a sentence that says so.

        The worker names files and lines; what stands on them is taken from the files that were handed in.
        """
        known = {as_written(name): source for name, source in self.files.items() if name not in self.of_course}
        frames: list[Frame] = []
        for file, line, function in stood:
            source = known.get(file)
            lines = source.text.splitlines() if source is not None else []
            if source is not None and 0 < line <= len(lines):
                place = source.place(line)
                frames.append(Frame(*place, function, lines[line - 1].strip()[:NAME]))
        if not frames:
            return (), ()
        # without a name or a number: who is stuck for one reason has one sentence, which a class is counted by
        said = Finding("error", "The last line below is where it was when its time was over.")
        return tuple(frames[:2] + frames[-_MOST_STOOD:] if len(frames) > _MOST_STOOD else frames), (said,)

    def _place(self, file: str, line: int) -> tuple[str, int]:
        source = self.files.get(file)
        return source.place(line) if source is not None else (file, line)

    def _line(self, line: int, file: str = "") -> str:
        """``Line 3``, or ``Line 3 of cell 7``."""
        source = self.files.get(file or self.file)
        return source.line_in_words(line) if source is not None else f"Line {line}"

    def _does_it_end(self, call: Call) -> str:
        """A question after the loops without a bound in what was called."""
        lines = [self._line(line).lower() for line in while_loops_in(self.text, call.name)]
        if not lines or len(lines) > _LOOPS:
            return ""
        loops = "while loop" if len(lines) == 1 else "while loops"
        return f" Does the {loops} in {' and '.join(lines)} come to an end?"

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
        inputs = self._inputs(mismatch.call, smallest=searched)
        if mismatch.kind == "shape":
            return Counterexample(inputs, smallest=searched)
        if visibility is Visibility.HIDDEN:
            return None  # the inputs and one wrong answer would tell the right one
        yours, expected = side_by_side(mismatch.actual, mismatch.expected, mismatch.index)
        return Counterexample(inputs, yours, expected, mismatch.oracle, searched)

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
        """What the learner calls the arguments of a call: of a method, an operator, an object that is called, too."""
        if call.operation not in {*Operation}:
            return parameters_in(self.text, f"{call.name}.__{call.operation}__")
        if call.target is not None and info_of(call.target).kind == "object":  # named by its class
            methods = [f"{call.name}.{method}" for method in ("__call__", "forward")]
            return next((names for method in methods if (names := parameters_in(self.text, method))), [])
        return self._parameters(call.name) or parameters_in(self.text, call.name)

    def _inputs(self, call: Call, *, smallest: bool) -> tuple[Value, ...]:
        """The arguments by name; of the smallest input also which are views: inputs shrink to such as are none."""
        names = self._names_of_arguments(call)
        args = call.args[0] if call.operation == Operation.VJP else call.args  # without the gradients at the output
        if call.name.endswith("load_state_dict"):
            args = ()  # the check's own doing
        named = [(names[i] if i < len(names) else f"argument {i + 1}", arg) for i, arg in enumerate(args)]
        values = [*named, *(() if call.name.endswith("load_state_dict") else call.kwargs.items())]
        told = ((name, value, ", not contiguous" * (smallest and _is_view(value))) for name, value in values)
        return tuple(Value(name, show(value) + view) for name, value, view in told if not _says_nothing(value))

    def code(self, call: Call, log: Sequence[Call], example: Counterexample) -> str:
        """A call as Python, where what is shown of its input is not all of it; empty where that is too long."""
        on_object = call.target is not None and info_of(call.target).kind == "object"
        args = call.args[0] if call.operation == Operation.VJP else call.args
        texts = [value.text for value in example.inputs]
        if self.exercise.quiz or (not on_object and is_shown_whole(args, call.kwargs, texts)):
            return ""
        return as_python(call, log, self.exercise.id, self._names_of_arguments(call))

    def _call_text(self, call: Call) -> str:
        if call.operation == Operation.GET:
            return call.name
        if call.operation not in {*Operation}:
            return f"{call.name}.__{call.operation}__"
        if call.operation != Operation.CALL:
            return f"{call.name} ({call.operation})"
        return self._signature(call.name) or f"{call.name}()"

    def location(self, call: Call | None) -> str:
        """Where to look in the learner's code, for a call."""
        if call is not None and call.target is not None:
            info = info_of(call.target)
            if has_a_place(call.target) and info.file not in self.others | self.of_course:
                return place_of(*self._place(info.file, info.line))
        return self.file

    def last_location(self, context: CheckContext) -> str:
        """Where to look, for the last call of a check."""
        return self.location(context.talk.log[-1] if context.talk and context.talk.log else None)


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


def _is_view(value: Any) -> bool:
    if is_tensor(value):
        return not value.is_contiguous()
    return isinstance(value, np.ndarray) and not value.flags.c_contiguous


def _says_nothing(value: Any) -> bool:
    """A whole cache or dict of parameters, or an object of the submission's own."""
    if isinstance(value, Handle):
        return info_of(value).kind == "object"
    return isinstance(value, dict) and any(is_tensor(item) for item in value.values())
