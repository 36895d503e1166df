"""Checks of lecture10.hellaswag: scores token by token, choices of a model that is known here, and 200 real tasks."""

import tiktoken
import torch

from grader.checks import (
    assert_close,
    assert_raises,
    assert_unchanged,
    check,
    full,
    integer,
    integers,
    library,
    limit,
    needs,
    normal,
    points,
    texts,
    undisturbed,
)
from grader.data import gpt2_encoder, hellaswag

ORACLE = "one token after the other"


def rows(rng, contexts, endings, T, V):
    """(tokens, mask) of rows with these lengths of context and ending; the padding's id occurs in the endings, too."""
    N = len(endings)
    tokens, mask = integers(rng, 0, V - 1, N, T).contiguous(), torch.zeros(N, T, dtype=torch.int64)
    padding = integer(rng, 0, V - 1)
    for row, (context, ending) in enumerate(zip(contexts, endings, strict=True)):
        mask[row, context : context + ending] = 1
        tokens[row, context + ending :] = padding
        tokens[row, context + integer(rng, 0, ending - 1)] = padding
    return tokens.T.contiguous().T, mask.T.contiguous().T  # views: they lie column by column


def longhand(logits, tokens, mask):
    """The mean log-probability of each row, token by token."""
    logprobs = logits.double() - logits.double().logsumexp(-1, keepdim=True)
    scores = []
    for row in range(len(tokens)):
        places = [t for t in range(tokens.shape[1]) if mask[row, t]]
        scores.append(sum(logprobs[row, t - 1, tokens[row, t]] for t in places) / len(places))
    return torch.stack(scores)


@points(3)
def test_scores(submission, rng):
    """The score of a row is the mean log-probability of its ending's tokens, the first and the last included."""
    cases = []
    for contexts, endings, T, V in (
        ([3, 3, 3, 3], [2, 4, 3, 5], 9, 6),
        ([1, 4], [1, 2], 7, integer(rng, 4, 5)),
        ([2, 5, 3], [5, 2, 3], 8, 7),
    ):
        tokens, mask = rows(rng, contexts, endings, T, V)
        cases.append((normal(rng, len(contexts), T, V, scale=2.0), tokens, mask))
    answers = [submission.score_completions(*case) for case in cases]
    for answer, case in zip(answers, cases, strict=True):
        sizes = dict(zip("NTV", case[0].shape, strict=True))
        assert_close(answer, longhand(*case), name="scores", oracle=ORACLE, sizes=sizes)


@needs("test_scores")
def test_any_mask(submission, rng):
    """The mask may be of True and False, or of integers of any width."""
    for dtype in (torch.int32, torch.bool, torch.uint8, torch.bool):
        tokens, mask = rows(rng, [2, 4, 3], [4, 1, 3], 8, 5)
        logits = normal(rng, 3, 8, 5, scale=2.0)
        answer = submission.score_completions(logits, tokens, mask.to(dtype))
        assert_close(answer, longhand(logits, tokens, mask), name=f"scores, with a mask of {dtype},", oracle=ORACLE)


@points(2)
@needs("test_scores")
def test_large_logits(submission, rng):
    """Logits of ±10,000 give the right finite scores, in float32, which is also their dtype."""
    tokens, mask = rows(rng, [2, 4, 3], [4, 2, 3], 8, 5)
    logits = (1e4 * normal(rng, 3, 8, 5).sign() + normal(rng, 3, 8, 5)).float()
    logits[0, 2], logits[0, 2, tokens[0, 3]] = 1e4, -1e4  # a token that the model holds impossible
    answer = submission.score_completions(logits, tokens, mask)
    assert_close(answer, longhand(logits, tokens, mask).float(), name="scores", oracle=ORACLE, rtol=1e-4)


@needs("test_scores")
def test_arguments_stay_as_they_are(submission, rng):
    """logits, tokens and mask stay as they are, and each call is computed anew."""
    tokens, mask = rows(rng, [2, 4, 3], [4, 2, 3], 8, 5)
    first, second = normal(rng, 3, 8, 5), normal(rng, 3, 8, 5)
    other_tokens, other_mask = rows(rng, [3, 2, 1], [3, 5, 2], 8, 5)
    for case in ((first, tokens, mask), (second, tokens, mask), (first, other_tokens, other_mask)):
        answer = assert_unchanged(submission.score_completions, *case)
        assert_close(answer, longhand(*case), name="scores", oracle=ORACLE)


class Known:
    """A language model that is known here: each token predicts the next by a table of rank E."""

    def __init__(self, submission, rng, V, E=6, dropout=0.0):
        self.embedding, self.weight = normal(rng, V, E).float(), normal(rng, V, E, scale=2.0).float()
        nn = library(submission, "torch.nn")
        inner = nn.Sequential(nn.Embedding(V, E), nn.Dropout(dropout), nn.Linear(E, V, bias=False))
        inner.load_state_dict({"0.weight": self.embedding, "2.weight": self.weight})
        self.there = library(submission, "grader.sandbox.watching").watched(inner)

    def logits(self, tokens):
        """The logits without dropout, (N, T, V)."""
        return self.embedding[tokens].double() @ self.weight.T.double()

    def choice(self, tokens, mask):
        """The row with the highest score."""
        return int(longhand(self.logits(tokens), tokens, mask).argmax())


def drawn_examples(rng, model, number, V, wrong=0):
    """Examples of 2 to 5 endings that the model chooses rightly among, but for some; the best two are no near tie."""
    examples = []
    while len(examples) < number:
        N, context = 2 + len(examples) % 4, integer(rng, 2, 4)
        endings = [integer(rng, 1, 6) for _ in range(N)]
        tokens, mask = rows(rng, [context] * N, endings, context + max(endings) + integer(rng, 0, 1), V)
        tokens[:, :context] = tokens[0, :context].clone()  # one context for all endings
        best = longhand(model.logits(tokens), tokens, mask).sort(descending=True).values
        if best[0] - best[1] < 1e-3:
            continue
        label = model.choice(tokens, mask)
        examples.append((tokens, mask, (label + 1) % N if len(examples) < wrong else label))
    order = torch.randperm(number, generator=rng).tolist()
    return [examples[place] for place in order]


def assert_share(answer, right, number):
    """Demand a share, a float."""
    check(type(answer) is float, "evaluate must return a Python float, right choices over examples.")
    assert_close(answer, right / number, name="share of right choices", oracle=ORACLE, sizes={"examples": number})


@points(3)
@needs("test_scores")
def test_choices(submission, rng):
    """evaluate is the share of examples of which the label has the highest score; each example has sizes of its own."""
    V = integer(rng, 11, 13)
    model = Known(submission, rng, V)
    cases = [(40, 0), (40, 40), (40, integer(rng, 9, 15))]
    drawn = [drawn_examples(rng, model, number, V, wrong) for number, wrong in cases]
    tokens, mask, _ = drawn[0][0]
    submission.score_completions(
        model.logits(tokens), tokens, mask
    )  # so that its mistakes are not taken for evaluate's
    answers = [submission.evaluate(examples, model.there) for examples in drawn]
    for answer, (number, wrong) in zip(answers, cases, strict=True):
        assert_share(answer, number - wrong, number)


@needs("test_choices")
def test_examples_from_a_generator(submission, rng):
    """The examples may come one by one, from what can be gone over only once; without any there is a ValueError."""
    V = integer(rng, 11, 13)
    model, builtins = Known(submission, rng, V), library(submission, "builtins")
    for _ in range(6):
        number = integer(rng, 0, 2) * 7
        examples = builtins.iter(drawn_examples(rng, model, number, V, number // 3))
        if number == 0:
            assert_raises(ValueError, submission.evaluate, examples, model.there, why="there is nothing to count")
        else:
            assert_share(submission.evaluate(examples, model.there), number - number // 3, number)


@points(2)
@needs("test_choices")
def test_evaluation_mode(submission, rng):
    """Dropout is off, no gradients are recorded, nothing is drawn; then the model is in the mode that it was in."""
    V = integer(rng, 11, 13)
    model = Known(submission, rng, V, dropout=0.5)
    modes = {True: "training", False: "evaluation"}
    answers = []
    for was in (True, False, True):
        model.there.train(was)
        wrong = integer(rng, 5, 10)
        examples = drawn_examples(rng, model, 15, V, wrong)
        with undisturbed(submission, rng):
            answers.append((submission.evaluate(examples, model.there), 15 - wrong))
        is_now = model.there.training
        check(is_now is was, f"The model was in {modes[was]} mode, and evaluate leaves it in {modes[not was]} mode.")
    calls = model.there.calls
    check(
        isinstance(calls, list) and all(type(call) is tuple and len(call) == 2 for call in calls),
        "How the model was called could not be seen.",
    )
    check(not any(training for training, _ in calls), "evaluate calls the model in training mode: model.eval() first.")
    check(not any(recorded for _, recorded in calls), "evaluate records gradients: let it run under torch.no_grad().")
    for answer, right in answers:
        assert_share(answer, right, 15)


@full
@points(2)
@limit(60)
def test_real_tasks(submission, rng):
    """On 200 tasks of HellaSwag itself, in GPT-2's tokens, scores and choices are the right ones."""
    character = {chr(b): b for b in [*range(33, 127), *range(161, 173), *range(174, 256)]}
    others = [b for b in range(256) if chr(b) not in character]
    character |= {chr(256 + place): b for place, b in enumerate(others)}
    ranks = {
        bytes(character[c] for c in token): idx for token, idx in gpt2_encoder().items() if token != "<|endoftext|>"
    }
    encoding = tiktoken.Encoding("gpt2", pat_str=texts.GPT2, mergeable_ranks=ranks, special_tokens={})
    tasks = [
        (encoding.encode(context), [encoding.encode(" " + ending) for ending in endings], label)
        for context, endings, label in hellaswag()
    ]
    known = {idx: number for number, idx in enumerate(sorted({i for c, e, _ in tasks for i in sum(e, c)}))}
    model = Known(submission, rng, len(known))
    examples, right = [], 0
    for context, endings, label in tasks:
        T = len(context) + max(map(len, endings))
        tokens, mask = torch.zeros(len(endings), T, dtype=torch.int64), torch.zeros(len(endings), T, dtype=torch.int64)
        for row, ending in enumerate(endings):
            ids = [known[idx] for idx in context + ending]
            tokens[row, : len(ids)] = torch.tensor(ids)
            mask[row, len(context) : len(ids)] = 1
        examples.append((tokens, mask, label))
        right += model.choice(tokens, mask) == label
    shown = [integer(rng, 0, 199) for _ in range(3)]
    for number in shown:
        tokens, mask, _ = examples[number]
        logits = model.logits(tokens)
        assert_close(submission.score_completions(logits, tokens, mask), longhand(logits, tokens, mask), name="scores")
    assert_share(submission.evaluate(examples, model.there), right, 200)
