"""Checks of lecture8.sft: which tokens count, and what for."""

import torch

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    integers,
    needs,
    normal,
    points,
    undisturbed,
    vjp,
)

ORACLE = "one token after the other"


def longhand(logits, tokens, prompt_lengths, lengths):
    """The mean over the tokens of the answers, one after the other."""
    logprobs = logits - logits.logsumexp(-1, keepdim=True)
    terms = [
        -logprobs[b, t - 1, tokens[b, t]]
        for b in range(len(tokens))
        for t in range(int(prompt_lengths[b]), int(lengths[b]))
    ]
    return torch.stack(terms).mean()


def batch(rng, prompt_lengths, lengths, T, V):
    """The four arguments, with random logits and tokens."""
    B = len(lengths)
    return (
        normal(rng, B, T, V),
        integers(rng, 0, V - 1, T, B).T,  # a view
        torch.tensor(prompt_lengths),
        torch.tensor(lengths),
    )


def padded(rng):
    """A batch of four rows: one full, two padded, one with a prompt alone; few ids, so that padding holds answers'."""
    T, V = integer(rng, 8, 9), integer(rng, 3, 4)
    logits, tokens, prompt_lengths, lengths = batch(rng, [2, 3, 1, 4], [T, 5, 4, 4], T, V)
    pad = integer(rng, 0, V - 1)
    for row, length in enumerate(lengths.tolist()):
        tokens[row, length:] = pad
    tokens[0, 3], tokens[1, 4] = pad, pad  # answers hold it, too, and one ends with it
    return logits, tokens, prompt_lengths, lengths


def sizes_of(logits):
    """What messages call the sizes."""
    return dict(zip("BTV", logits.shape, strict=True))


@points(3)
def test_one_conversation(submission, rng):
    """The loss of one prompt and its answer is the mean over the answer's tokens, the first and the last included."""
    sizes = [(2, 2, 1), (3, 4, 2), (3, 2, 1), (integer(rng, 4, 6), 5, 2), (integer(rng, 7, 9), 3, integer(rng, 3, 5))]
    cases = [batch(rng, [prompt], [T], T, V) for T, V, prompt in sizes]
    answers = [submission.sft_loss(*case) for case in cases]
    # Asked for and not compared: with padding, mistakes differ that are one and the same without it.
    submission.sft_loss(*batch(rng, [3, 2], [6, 7], 8, 4))
    for answer, case, (T, V, prompt) in zip(answers, cases, sizes, strict=True):
        named = {"T": T, "V": V, "prompt": prompt, "answer": T - prompt}
        assert_close(answer, longhand(*case), name="loss", oracle=ORACLE, sizes=named)


@points(2)
@needs("test_one_conversation")
def test_each_row_has_its_own_prompt(submission, rng):
    """In a batch each row's answer begins where its own prompt ends, and every token of all answers weighs the same."""
    T, V = integer(rng, 9, 11), integer(rng, 4, 6)
    prompts = torch.randperm(T - 2, generator=rng)[:4].add(1).tolist()  # all different
    case = batch(rng, prompts, [T] * 4, T, V)
    answer = submission.sft_loss(*case)
    submission.sft_loss(*batch(rng, [3, 2], [6, 7], 8, 4))  # asked for and not compared
    assert_close(answer, longhand(*case), name="loss", oracle=ORACLE, sizes=sizes_of(case[0]))


@points(2)
@needs("test_each_row_has_its_own_prompt")
def test_padding_does_not_count(submission, rng):
    """Padding does not count, whatever id it holds; an answer's token of that id does, and a row may have no answer."""
    cases = [padded(rng) for _ in range(2)]
    answers = [submission.sft_loss(*case) for case in cases]
    for answer, case in zip(answers, cases, strict=True):
        assert_close(answer, longhand(*case), name="loss", oracle=ORACLE, sizes=sizes_of(case[0]))


@points(2)
@needs("test_padding_does_not_count")
def test_gradients(submission, rng):
    """Gradients flow to the logits that predict an answer's tokens, as autograd has them, and to no others."""
    logits, tokens, prompt_lengths, lengths = padded(rng)
    upstream = 0.5 + torch.rand((), generator=rng, dtype=torch.float64)
    leaf = logits.clone().requires_grad_()
    (expected,) = torch.autograd.grad(longhand(leaf, tokens, prompt_lengths, lengths), leaf, upstream)
    _, gradients, _ = vjp(submission.sft_loss, (logits, tokens, prompt_lengths, lengths), upstream)
    check(isinstance(gradients[0], torch.Tensor), "No gradient reaches the logits through sft_loss.")
    assert_close(gradients[0], expected, name="dlogits", sizes=sizes_of(logits))


@needs("test_padding_does_not_count")
def test_at_the_extremes(submission, rng):
    """Logits of ±10,000 in float32 give the right finite loss, in float32."""
    logits, tokens, prompt_lengths, lengths = padded(rng)
    large = (1e4 * logits.sign() + logits).float()
    large[0, 2] = 1e4
    large[0, 2, tokens[0, 3]] = -1e4  # an answer that the model holds impossible
    assert_close(
        submission.sft_loss(large, tokens, prompt_lengths, lengths),
        longhand(large.double(), tokens, prompt_lengths, lengths).float(),
        name="loss",
        rtol=1e-4,
        oracle=ORACLE,
        sizes=sizes_of(logits),
    )


@needs("test_one_conversation")
def test_the_batch_stays_as_it_is(submission, rng):
    """Arguments and torch's global generator stay as they are; the same batch has the same loss again."""
    V = integer(rng, 4, 6)
    first, second = (batch(rng, [3, 2, 1], [6, 7, 8], 8, V) for _ in range(2))
    with undisturbed(submission, rng):
        loss = assert_unchanged(submission.sft_loss, *first)
    assert_responds(loss, assert_unchanged(submission.sft_loss, *second), name="loss")
    other = submission.sft_loss(first[0], *second[1:])
    assert_responds(loss, other, name="loss, of the same logits and other tokens,")
    assert_close(submission.sft_loss(*first), loss, name="loss, the second time", oracle="the first time")
