"""Verdicts that were unfair once: right answers that were refused, wrong ones that passed, and points that were luck.

Each answer is a solution with a piece of its text replaced, as a learner may have written it.
"""

from __future__ import annotations

import dataclasses

import pytest
from sandboxed import ROOT

from grader.course import SourceFile, find_course, read_submission
from grader.reports.model import Status, Verdict
from grader.session.grading import Session
from grader.session.options import RunOptions

SEEDS = range(1, 13)


@pytest.fixture(scope="module")
def sessions():
    """One session for each kind of exercise."""
    course = find_course(ROOT)
    kept = {}

    def session_for(exercise):
        kind = (exercise.packages, exercise.preload)
        if kind not in kept:
            alike = [other for other in course.exercises if (other.packages, other.preload) == kind]
            kept[kind] = Session(course, alike, RunOptions(alone=True, names=False))
        return kept[kind]

    yield course, session_for
    for session in kept.values():
        session.__exit__()


@pytest.fixture
def grade(sessions):
    course, session_for = sessions
    solutions = read_submission(course.root / "solutions", course)

    def grade(name, *edits, top="", seed=5):
        exercise = course.exercise(name)
        text = exercise.solution.read_text("utf-8")
        for old, new in edits:
            assert old in text, f"{name} has no {old!r} any more"
            text = text.replace(old, new)
        file = SourceFile(name, exercise.file, text + f"\n{top}\n")
        submission = dataclasses.replace(solutions, files={**solutions.files, name: file})
        report = session_for(exercise).grade([exercise], submission, seed)
        assert report.faults == ()
        return report.exercises[0]

    return grade


IMPORTS = "import numpy as np\n"
RIGHT = {
    "losses in float32": (
        "lecture7.train",
        [
            ("losses = [model(*get_batch", "losses = torch.tensor([model(*get_batch"),
            ("for _ in range(batches)]", "for _ in range(batches)])"),
            ("return sum(losses) / batches", "return losses.mean().item()"),
        ],
    ),
    "through NumPy and back": (
        "lecture5.tanh_embedding",
        [
            (
                "return dh * (1 - h**2)",
                "import numpy as np\n    return torch.from_numpy((1 - np.power(h.numpy(), 2)) * dh.numpy())",
            )
        ],
    ),
    "matplotlib, never used": (
        "day3.softmax",
        [(IMPORTS, IMPORTS + "import pandas as pd\nfrom matplotlib import pyplot as plt\nfrom tqdm import tqdm\n")],
    ),
}


@pytest.mark.parametrize("what", RIGHT)
def test_what_is_right_passes(grade, what):
    name, edits = RIGHT[what]
    result = grade(name, *edits)
    failed = [(check.demand, check.failure.headline) for check in result.checks if check.verdict is not Verdict.PASSED]
    assert (result.status, failed) == (Status.PASSED, [])
    assert result.earned == result.points


_MLP_STATE = """
_kept = {}
_forward = forward

def forward(params, X):
    logits, cache = _forward(params, X)
    _kept.update(cache)
    return logits, cache

_backward = backward

def backward(params, X, y, cache):
    return _backward(params, X, y, _kept)
"""
WRONG = {
    "a mask of -1e4": ("lecture7.head", [('float("-inf")', "-1e4")], ""),
    "batches cast to int64": ("lecture7.batches", [("return x, y", "return x.long(), y.long()")], ""),
    "the slope of relu written into the cache": (
        "day3.mlp",
        [
            (
                "dz1 = da1 * (cache",
                "z1 = cache['z1']\n    z1[z1 <= 0] = 0\n    z1[z1 > 0] = 1\n    dz1 = da1 * z1  # (cache",
            ),
        ],
        "",
    ),
    "activations kept in the module": ("day3.mlp", [], _MLP_STATE),
    "an optimizer that outlives the call, in NumPy's twin": (
        "day3.torch_twin",
        [
            ("rng: np.random.Generator\n) -> list", "rng: np.random.Generator, kept={}\n) -> list"),
            (
                "opt = torch.optim.SGD(model.parameters(), lr=lr)",
                "opt = kept.setdefault('it', torch.optim.SGD(model.parameters(), lr=lr))",
            ),
        ],
        "",
    ),
    "an optimizer that outlives the call, on digits": (
        "day3.mnist",
        [
            ("generator: torch.Generator,\n)", "generator: torch.Generator,\n    kept={},\n)"),
            (
                "opt = torch.optim.SGD(model.parameters(), lr=lr, weight_decay=weight_decay)",
                "opt = kept.setdefault('it', torch.optim.SGD(model.parameters(), lr=lr, weight_decay=weight_decay))",
            ),
        ],
        "",
    ),
    "a training that goes on where the last one ended": (
        "day3.sgd",
        [
            ("rng: np.random.Generator,\n)", "rng: np.random.Generator,\n    kept={},\n)"),
            (
                "    losses: list[float] = []",
                "    params = kept.setdefault((X.shape, hidden, classes), params)\n    losses: list[float] = []",
            ),
            ("    return params, losses", "    kept[X.shape, hidden, classes] = params\n    return params, losses"),
        ],
        "",
    ),
    "view for reshape, on images": (
        "day3.mnist",
        [("images.reshape(len(images), -1)", "images.view(len(images), -1)")],
        "",
    ),
    "one-hot rows for the labels seen": (
        "day3.mlp",
        [("dz2[np.arange(B), y] -= 1.0", "dz2 -= np.eye(y.max() + 1)[y]")],
        "",
    ),
    "an optimizer that outlives the call": (
        "chapter0.train",
        [
            ("epochs: int, lr: float)", "epochs: int, lr: float, kept={})"),
            ("optimizer = torch.optim.Adam(", "optimizer = kept.setdefault('it', None) or torch.optim.Adam("),
            ("    criterion = nn.MSELoss()", "    kept['it'] = optimizer\n    criterion = nn.MSELoss()"),
        ],
        "",
    ),
    "batches listed once": (
        "chapter0.train",
        [("    losses = []\n", "    losses = []\n    loader = list(loader)\n")],
        "",
    ),
    "one output, squeezed": ("chapter0.train", [("pred = model(x)", "pred = model(x).squeeze()")], ""),
    "view for reshape": (
        "lecture5.linear",
        [("reshape(", "view(")],
        "",
    ),
    "dC with a row for each token seen": (
        "lecture5.atomic",
        [('torch.zeros_like(c["C"])', "torch.zeros(int(tokens.max()) + 1, rows.shape[1], dtype=rows.dtype)")],
        "",
    ),
    "line ends made one": ("lecture9.codec", [("text.encode(", 'text.replace("\\r\\n", "\\n").encode(')], ""),
    "characters composed": (
        "lecture9.codec",
        [
            (
                "    ids = list(text.encode(",
                "    import unicodedata\n    ids = list(unicodedata.normalize('NFC', text).encode(",
            )
        ],
        "",
    ),
    "ids kept by text alone": (
        "lecture9.codec",
        [],
        (
            "_encode, _kept = encode, {}\n\ndef encode(text, merges):\n"
            "    if text not in _kept:\n        _kept[text] = _encode(text, merges)\n    return _kept[text]\n"
        ),
    ),
    "chunks kept over a new training": (
        "lecture9.pretokenize",
        [
            (
                "return [token for chunk in split(text, self.pattern) for token in encode(chunk, self.merges)]",
                (
                    "kept = self.__dict__.setdefault('kept', {})\n"
                    "        return [t for chunk in split(text, self.pattern)"
                    " for t in kept.setdefault(chunk, None) or kept.update({chunk: encode(chunk, self.merges)})"
                    " or kept[chunk]]"
                ),
            )
        ],
        "",
    ),
    "weights drawn anew": (
        "lecture7.gpt",
        [
            (
                "self.lm_head = nn.Linear(config.n_embd, config.vocab_size)\n",
                (
                    "self.lm_head = nn.Linear(config.n_embd, config.vocab_size)\n"
                    "        for weight in self.parameters():\n            nn.init.normal_(weight, 0.0, 0.02)\n"
                ),
            )
        ],
        "",
    ),
    "merges of other types": (
        "lecture9.train",
        [("return merges, vocab", "return {(complex(a), float(b)): i for (a, b), i in merges.items()}, vocab")],
        "",
    ),
    "an error that lists every letter": (
        "lecture7.tokenizer",
        [
            (
                "return [self.stoi[c] for c in s]",
                (
                    "unknown = [c for c in s if c not in self.stoi]\n"
                    "        if unknown:\n            raise KeyError(''.join(map(chr, range(32, 0x3000))))\n"
                    "        return [self.stoi[c] for c in s]"
                ),
            )
        ],
        "",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_fails(grade, what):
    name, edits, top = WRONG[what]
    assert grade(name, *edits, top=top).status is Status.FAILED


UNLUCKY = {
    "a scale by the wrong size": ("lecture7.head", ("k.shape[-1] ** -0.5", "x.shape[-1] ** -0.5")),
    "the last pair left out": ("lecture9.pairs", ("range(len(ids) - 1)", "range(len(ids) - 2)")),
    "a contraction misspelt": ("lecture9.pretokenize", ("|ll|", "|l l|")),
    "the residual of the attention alone": ("lecture7.block", ("return x + self.ffwd", "return self.ffwd")),
    "a loss of another scale": ("lecture7.train", ("losses.append(loss.item())", "losses.append(2 * loss.item())")),
}


@pytest.mark.parametrize("what", UNLUCKY)
def test_equal_code_earns_equal_points_under_every_seed(grade, what):
    name, edit = UNLUCKY[what]
    seeds = SEEDS[:3] if name == "lecture7.train" else SEEDS  # it trains
    results = [grade(name, edit, seed=seed) for seed in seeds]
    failing = {tuple(c.name for c in r.checks if c.verdict not in {Verdict.PASSED, Verdict.BLOCKED}) for r in results}
    assert len(failing) == 1
    assert len({result.earned for result in results}) == 1
    assert failing != {()}


def demands(result, verdict):
    return " ".join(check.demand for check in result.checks if check.verdict is verdict)


def test_a_check_does_not_fail_where_its_sentence_holds(grade):
    causal = grade("lecture7.head", ("k.shape[-1] ** -0.5", "x.shape[-1] ** -0.5"))
    assert "Changing token t changes no output before t" in demands(causal, Verdict.PASSED)
    stepped = grade("lecture7.train", ("losses.append(loss.item())", "losses.append(2 * loss.item())"))
    assert "step of Adam" in demands(stepped, Verdict.PASSED)


NONE = "\n".join(
    f"def {name}(*args, **kwargs):\n    return None\n"
    for name in (
        "linear_backward",
        "cross_entropy_backward",
        "batchnorm_backward",
        "tanh_backward",
        "embedding_backward",
    )
)


@pytest.mark.parametrize(
    "name", ["lecture5.linear", "lecture5.cross_entropy", "lecture5.batchnorm", "lecture5.tanh_embedding"]
)
def test_a_property_of_nothing_is_worth_nothing(grade, name):
    assert grade(name, top=NONE).earned == 0


LOOP = """
def embedding_backward(demb, X, vocab):
    dC = torch.zeros(vocab, demb.shape[-1], dtype=demb.dtype)
    for token, row in zip(X.reshape(-1).tolist(), demb.reshape(-1, demb.shape[-1]), strict=True):
        dC[token] += row
    return dC
"""


def test_a_loop_over_the_places_is_done_without_the_bonus(grade):
    result = grade("lecture5.tanh_embedding", top=LOOP)
    assert (result.status, result.earned) == (Status.PASSED, result.points)
    assert (result.bonus_earned, result.bonus_points) == (0, 1)


def test_an_operator_is_spoken_of_by_its_method(grade):
    result = grade("lecture1.value", ("return self + other", "return other + self"))
    [failure] = [check.failure for check in result.checks if check.verdict is Verdict.RAISED]
    assert failure.headline.endswith("`return other + self` leads to __radd__ again.")
    assert [value.name for value in failure.counterexample.inputs] == ["other"]


def test_a_forgotten_return_is_asked_about_where_a_check_has_words_of_its_own(grade):
    result = grade("lecture1.value", ('return Value(max(0.0, self.data), (self,), "relu")', "max(0.0, self.data)"))
    [failure] = [check.failure for check in result.checks if check.verdict is Verdict.FAILED]
    assert "must be a Value" in failure.headline
    assert [found.text.partition(":")[0] for found in failure.findings] == ["Value.relu returns None"]


def test_an_attribute_that_is_misspelt_is_looked_for_in_its_object(grade):
    result = grade("lecture1.backward", ("in node._prev", "in node.prev"))
    failure = next(check.failure for check in result.checks if check.verdict is Verdict.RAISED)
    assert failure.headline == "AttributeError: 'Value' object has no attribute 'prev'. Did you mean _prev?"


def test_the_input_is_that_of_the_answer_which_is_judged(grade):
    """A check may ask for everything before it judges anything; what it asked last is then not what it shows."""
    edits = ("x = layer(x)", "out = layer(x)"), ("return x\n", "return out\n"), ("strict=True", "strict=False")
    result = grade("lecture1.nn", *edits)
    failure = next(check.failure for check in result.checks if check.verdict is Verdict.FAILED)
    assert "MLP(3, [3, 3])(x) is not right" in failure.headline
    assert [value.text.count(",") for value in failure.counterexample.inputs] == [2]
