"""Reports that between them hold every verdict, and what a hostile submission would put into one."""

from __future__ import annotations

import msgspec

from grader.reports.model import (
    BuiltGraph,
    CheckResult,
    Counterexample,
    Curve,
    Environment,
    ErrorMap,
    ExerciseResult,
    Failure,
    Finding,
    Frame,
    GraphNode,
    Histogram,
    Isolation,
    Level,
    Points,
    Report,
    Series,
    Value,
    Verdict,
    Visibility,
    WeightMap,
)

UNITS = (("lecture5", "becoming a backprop ninja"), ("lecture7", "attention"))
ENVIRONMENT = Environment("0.1.0", "3.11.2", "2.13.0", "2.3.0", "Linux x86_64")


def passed(name: str, demand: str, points: float = 1) -> CheckResult:
    return CheckResult(name, demand, Verdict.PASSED, points, seconds=0.012)


def failed(name: str, demand: str, failure: Failure | None, points: float = 1, verdict: Verdict = Verdict.FAILED):
    return CheckResult(name, demand, verdict, points, failure=failure, seconds=0.25)


def not_started(symbol: str) -> CheckResult:
    failure = Failure(f"lecture5.atomic: {symbol} is not written yet")
    return failed(f"test_gradient[{symbol}]", f"{symbol} equals autograd's.", failure, 1, Verdict.NOT_STARTED)


FORWARD = ExerciseResult(
    "lecture5.forward",
    "the forward pass in atoms",
    "exercises/lecture5/forward.py",
    (
        passed("test_loss", "The loss equals F.cross_entropy's."),
        passed("test_shapes", "Every intermediate has the shape that the lecture gives."),
        passed("test_counts", "The counts of every row sum to its normaliser.", 2),
    ),
)

CROSS_ENTROPY = ExerciseResult(
    "lecture5.cross_entropy",
    "cross-entropy in one step",
    "exercises/lecture5/cross_entropy.py",
    (
        passed("test_shape", "The gradient has the shape of the logits."),
        failed(
            "test_matches_autograd",
            "The gradient equals autograd's for any batch.",
            Failure(
                "dlogits differs from what it should be in all 4 values.",
                (
                    Finding(
                        "misconception",
                        "Yours is exactly 2 times too large, and N is 2: the loss is a mean over the batch, "
                        "so its gradient carries 1/N.",
                        "no-mean",
                    ),
                ),
                Counterexample(
                    (Value("logits", "[[0, 0], [0, 0]]"), Value("targets", "[0, 0]")),
                    "[[-0.5, 0.5], [-0.5, 0.5]]",
                    "[[-0.25, 0.25], [-0.25, 0.25]]",
                    "autograd",
                ),
                location="exercises/lecture5/cross_entropy.py:31",
            ),
            2,
        ),
        passed("test_rows", "The rows of the gradient sum to zero."),
        passed("test_float32", "The gradient is finite for logits of ±1e4 in float32."),
    ),
)

BATCHNORM = ExerciseResult(
    "lecture5.batchnorm",
    "batch normalisation in one step",
    "exercises/lecture5/batchnorm.py",
    (
        failed("test_matches_autograd", "The gradient equals autograd's.", None, 2, Verdict.NOT_STARTED),
        failed("test_mean", "The gradient of each column sums to zero.", None, 1, Verdict.NOT_STARTED),
    ),
)

TRAIN = ExerciseResult(
    "lecture5.train",
    "the whole network, trained by hand",
    "exercises/lecture5/train.py",
    (failed("test_loss_falls", "The loss falls below 2.3.", None, 3, Verdict.BLOCKED),),
    blocked_by="lecture5.cross_entropy",
)

BIG = (
    "[[0.125, -0.5, 1.75, 0.0625], [12.5, -3.0, 0.001953125, 7.0], [0.25, 0.5, 0.75, 1.0], "
    "[-0.125, -0.25, -0.375, -0.5]]"
)

ATOMIC = ExerciseResult(
    "lecture5.atomic",
    "every gradient, one atom at a time",
    "exercises/lecture5/atomic.py",
    (
        failed(
            "test_gradient[dlogprobs]",
            "dlogprobs equals autograd's.",
            Failure(
                "dlogprobs has shape (32,), and (32, 27) was expected.",
                location="exercises/lecture5/atomic.py:12",
            ),
        ),
        failed(
            "test_gradient[dprobs]",
            "dprobs equals autograd's for any batch, however small its values and whatever its targets.",
            Failure(
                "dprobs differs from what it should be in 9 of 16 values.",
                (Finding("error", "The largest error is 11.5, at [1, 0]: yours 12.5, expected 1."),),
                Counterexample((Value("logprobs", BIG), Value("dlogprobs", "[[1, 0], [0, 1]]")), BIG, BIG, "autograd"),
                location="exercises/lecture5/atomic.py:19",
            ),
        ),
        failed(
            "test_hidden",
            "The reference agrees on data that you have not seen.",
            Failure(
                "dcounts differs from what it should be in 3 of 4 values.",
                (Finding("pattern", "Yours is the transpose of what it should be.", "transpose"),),
                Counterexample((Value("counts", "[[1, 2], [3, 4]]"),), "[[1, 3], [2, 4]]", None),
            ),
        ),
        failed(
            "test_raises",
            "The gradient of a division survives a count of zero.",
            Failure(
                "ZeroDivisionError: division by zero",
                traceback=(
                    Frame("exercises/lecture5/atomic.py", 40, "backward", "d = divide_backward(1, total)"),
                    Frame("exercises/lecture5/atomic.py", 31, "divide_backward", "return dout / b"),
                ),
                output="counts: 0\nabout to divide\n",
                location="exercises/lecture5/atomic.py:31",
            ),
            verdict=Verdict.RAISED,
        ),
        failed(
            "test_time",
            "A batch of 1,000 takes less than a second.",
            Failure("No answer within 10 s in backward(logits, targets)."),
            verdict=Verdict.TIMEOUT,
        ),
        failed(
            "test_memory",
            "A batch of 1,000 fits into 1 GB.",
            Failure("Your code ended the process: exit status 3."),
            verdict=Verdict.CRASHED,
        ),
        failed(
            "test_answer",
            "What comes back is a tensor.",
            Failure("What came back from backward was no answer: 12 bytes that are no message."),
            verdict=Verdict.BROKE_PROTOCOL,
        ),
        failed(
            "test_symbol",
            "There is a function backward_all.",
            Failure("There is no backward_all in exercises/lecture5/atomic.py; did you mean backward?"),
            verdict=Verdict.MISSING,
        ),
        *(not_started(f"d{name}") for name in ("counts", "logits", "h", "bnraw", "bndiff", "bnvar", "W1", "b1", "C")),
    ),
    notes=("random.py beside it hides Python's own random module: give it another name.",),
)

MISSING_FILE = ExerciseResult(
    "lecture7.head",
    "one head of attention",
    "exercises/lecture7/head.py",
    tuple(
        failed(
            f"test_{number}",
            f"Demand {number} of 5.",
            Failure("There is no exercises/lecture7/head.py. There is a haed.py beside it: did you mean that?"),
            verdict=Verdict.MISSING,
        )
        for number in range(1, 6)
    ),
)

FAULTY = ExerciseResult(
    "lecture7.block",
    "a block",
    "exercises/lecture7/block.py",
    (
        passed("test_shape", "The output has the shape of the input."),
        failed(
            "test_data",
            "The loss falls on Tiny Shakespeare.",
            Failure("The data set could not be read: no space left on the device."),
            0.5,
            Verdict.GRADER_FAULT,
        ),
    ),
)

HOSTILE_TEXT = (
    "[bold green]passed[/] :tada: \x1b[2K\x1b[1A\x1b[32m✓ all done\x1b[0m \x1b]0;title\x07"
    "\u202egnp.exe\u202c a\u200bb \x00\x08 \udce9 \ufffe 日本語 \U000e0041 </failure>]]>"
)

HOSTILE = ExerciseResult(
    "lecture7.evil",
    "hostile",
    f"exercises/{HOSTILE_TEXT}.py",
    (
        failed(
            "test_hostile",
            "What a submission sends is shown and never obeyed.",
            Failure(
                f"ValueError: {HOSTILE_TEXT}\n24/24 points",
                (Finding("error", HOSTILE_TEXT),),
                Counterexample((Value("x", HOSTILE_TEXT),), HOSTILE_TEXT, HOSTILE_TEXT, "by hand"),
                tuple(
                    Frame(f"exercises/{HOSTILE_TEXT}.py", n, f"f_{HOSTILE_TEXT}", f"raise {HOSTILE_TEXT}")
                    for n in range(30)
                ),
                location=f"{HOSTILE_TEXT}:1",
                output="\n".join(f"{n} {HOSTILE_TEXT}\r24/24" for n in range(50)),
            ),
            verdict=Verdict.RAISED,
        ),
        CheckResult("test_ok", "Passed.", Verdict.PASSED, 0.1, Visibility.HIDDEN),
    ),
    notes=(HOSTILE_TEXT,),
)


EXPRESSION = BuiltGraph(
    "your expression",
    (
        GraphNode("a", ("data 2", "grad 1, not 4"), False, (2,)),
        GraphNode("b", ("data -3", "grad 2"), True, (2, 3)),
        GraphNode("*", ("data -6", "grad 1"), True, (3,)),
        GraphNode("+", ("data -9", "grad 1"), True, ()),
        GraphNode("<b>", ("no part of it",), None, (3, 99)),
    ),
)
EMBEDDING = Points(
    "the embedding",
    ((0.0, 1.0, 0, "a"), (2.0, -1.0, 1, "e"), (1.0, 0.5, 2, ""), (-1.0, 0.0, 7, "")),
    (-1.5, 2.5, -1.5, 1.5),
    ((-1.0, 0.5), (0.2, None)),
)
ACTIVATIONS = Histogram(
    "activations",
    -1.0,
    1.0,
    (Series("layer 1", (0.1, 0.2, 0.4, 0.2, 0.1)), Series("layer 2", (0.45, 0.04, 0.02, 0.04, 0.45))),
)


ERRORS = ErrorMap(
    "weights",
    (4, 4),
    ((0.0, 0.5, 0.02, 1.5), (0.0, 0.0, 0.0005, 1e-8), (0.0, 0.0, 0.0, 1e-5), (0.0, 0.0, 0.0, None)),
    1.5,
    1.0,
    1e-9,
    6,
    (0, 0),
    (
        ("1", "0.5", "0.02", "1.5"),
        ("0.5", "0.5", "0.0005", "1e-08"),
        ("0", "0.5", "0.5", "1e-05"),
        ("0", "0", "1", "nan"),
    ),
    (("1", "0", "0", "0"), ("0.5", "0.5", "0", "0"), ("0", "0.5", "0.5", "0"), ("0", "0", "1", "0")),
    larger=True,
)
LOSS = Curve(
    "loss",
    (Series("yours", (3.3, 2.9, 2.7, None)), Series("reference", (3.3, 2.8, 2.4, 2.2))),
    400,
    (Level("uniform", 3.296), Level("bigram", 2.45)),
    (2.1, 2.3),
    312,
)
DIVERGING = Curve("validation loss", (Series("yours", (3.3, 40.0, 1e6)), Series("reference", (3.3, 2.0, 1.5))), 3)

PICTURES = ExerciseResult(
    "lecture7.head",
    "one head of attention",
    "exercises/lecture7/head.py",
    (
        failed(
            "test_causal",
            "No position attends to a later one.",
            Failure(
                "weights is not right in 6 of its 16 numbers, most at [0, 3].",
                (Finding("pattern", "What lies above the diagonal is wrong: the mask is missing.", "upper-triangle"),),
                Counterexample(
                    (Value("x", "[[0, 0], [1, 0]]"),), "[[0.5, 0.5], [0.5, 0.5]]", "[[1, 0], [0.5, 0.5]]", "by hand"
                ),
                location="exercises/lecture7/head.py:12",
                errors=ERRORS,
            ),
        ),
        CheckResult(
            "test_learns",
            "The loss comes near the reference's.",
            Verdict.FAILED,
            3,
            failure=Failure("The loss is not finite after 400 steps."),
            curves=(LOSS, DIVERGING),
        ),
        CheckResult(
            "test_looks_back",
            "The head learns to look one character back.",
            Verdict.PASSED,
            1,
            maps=(WeightMap("attention", (3, 3), ((1.0, 0.0, 0.0), (0.9, 0.1, 0.0), (0.0, 0.8, 0.2)), tuple("abc")),),
            pictures=(EXPRESSION, EMBEDDING, ACTIVATIONS),
        ),
    ),
)


def waits(name: str, demand: str, on: CheckResult) -> CheckResult:
    failure = Failure(f"Not run: it waits for “{on.demand}”")
    return CheckResult(name, demand, Verdict.BLOCKED, 1, failure=failure, waits_for=on.name)


def bonus(name: str, demand: str, failure: Failure | None = None, points: float = 2) -> CheckResult:
    verdict = Verdict.PASSED if failure is None else Verdict.FAILED
    return CheckResult(name, demand, verdict, points, failure=failure, seconds=0.5, bonus=True)


SLOW = Failure("1,000 merges take 41 s; 10 s are allowed.", location="exercises/lecture9/train.py:14")
DONE_BUT_ONE = ExerciseResult(
    "lecture9.train",
    "byte-pair encoding, trained",
    "exercises/lecture9/train.py",
    (
        passed("test_merges", "The merges are those of the reference.", 3),
        bonus("test_bytes", "Texts of any bytes are merged.", points=1),
        bonus("test_speed", "A text of a megabyte is merged in 10 s: counts are kept, not counted anew.", SLOW),
    ),
)
_WRONG = failed(
    "test_step",
    "One step moves each weight as Adam does.",
    Failure("w differs from what it should be in all 4 values.", location="exercises/lecture9/fit.py:8"),
    3,
)
_WRONG_TOO = failed(
    "test_rate", "The rate falls as a cosine.", Failure("rate(10) is 0.1, and 0.05 is wanted."), verdict=Verdict.RAISED
)
WAITING = ExerciseResult(
    "lecture9.fit",
    "training",
    "exercises/lecture9/fit.py",
    (
        passed("test_shapes", "The shapes are right."),
        _WRONG,
        waits("test_loss_falls", "The loss falls below 2.3.", _WRONG),
        waits("test_twice", "A second training begins anew.", _WRONG),
        _WRONG_TOO,
        waits("test_end", "The rate ends at zero.", _WRONG_TOO),
        bonus("test_speed", "A step takes less than a millisecond.", Failure("A step takes 1.4 ms.")),
        msgspec.structs.replace(waits("test_faster", "It takes less than a tenth of that.", _WRONG), bonus=True),
    ),
)
NO_FILE = ExerciseResult(
    "lecture9.codec",
    "encoding",
    "exercises/lecture9/codec.py",
    tuple(
        CheckResult(
            f"test_{n}", f"Demand {n} of 3.", Verdict.MISSING, 1, failure=Failure("It is not there."), bonus=n > 2
        )
        for n in (1, 2, 3)
    ),
)


def report(*exercises: ExerciseResult, level: str = "full", **fields: object) -> Report:
    missing = () if level == "full" else ("no Landlock (it takes Linux 5.13)", "no user namespaces")
    return Report(
        8123,
        Isolation(level, missing),
        exercises,
        UNITS,
        ENVIRONMENT,
        "exercises",
        "grade lecture5",
        "2026-01-02T03:04:05+00:00",
        12.5,
        **fields,
    )


def one(verdict: Verdict) -> Report:
    failure = None if verdict is Verdict.PASSED else Failure(f"The headline of {verdict}.")
    check = CheckResult("test_it", f"It ends as {verdict}.", verdict, 1, failure=failure)
    blocked_by = "lecture5.forward" if verdict is Verdict.BLOCKED else ""
    file = "exercises/lecture5/one.py"
    return report(ExerciseResult("lecture5.one", "one", file, (check,), blocked_by=blocked_by))


SHORT = report(FORWARD, CROSS_ENTROPY, BATCHNORM, TRAIN)
EVERY = report(
    FORWARD,
    CROSS_ENTROPY,
    ATOMIC,
    BATCHNORM,
    TRAIN,
    MISSING_FILE,
    FAULTY,
    level="partial",
    complete=False,
    faults=("The worker could not be started: no memory (fork: Resource temporarily unavailable).",),
)
ALL_PASSED = report(FORWARD)
EVIL = report(HOSTILE)
NOTHING = report()
PICTURED = report(PICTURES)
BONUS = report(DONE_BUT_ONE)
WAITS = report(DONE_BUT_ONE, WAITING, NO_FILE)
SAMPLES = {
    "short": SHORT,
    "every": EVERY,
    "all_passed": ALL_PASSED,
    "evil": EVIL,
    "nothing": NOTHING,
    "pictures": PICTURED,
    "bonus": BONUS,
    "waits": WAITS,
}
