"""Checks of deepdive.mlm: frequencies of what is chosen and what becomes of it, and a loss that looks there alone."""

import torch

from grader.checks import (
    assert_close,
    assert_equal,
    assert_frequent,
    assert_responds,
    assert_unchanged,
    check,
    generator,
    generators,
    integer,
    integers,
    needs,
    new_seed,
    normal,
    points,
    undisturbed,
    uniform,
    vjp,
)

D, S = torch.float64, torch.float32


def ask(submission, ids, p, mask_id, vocab, source, *special):
    """(inputs, chosen) that can be counted."""
    answer = submission.mask_tokens(ids, p, mask_id, vocab, source, *special)
    check(isinstance(answer, tuple | list) and len(answer) == 2, "mask_tokens must return (inputs, chosen).")
    inputs, chosen = answer
    check(
        isinstance(inputs, torch.Tensor) and inputs.shape == ids.shape and inputs.dtype == torch.int64,
        f"inputs must be int64, of the shape of ids, {tuple(ids.shape)}.",
    )
    check(
        isinstance(chosen, torch.Tensor) and chosen.shape == ids.shape and chosen.dtype == torch.bool,
        f"chosen must be bool, of the shape of ids, {tuple(ids.shape)}.",
    )
    return inputs, chosen


@points(2)
def test_chosen(submission, rng):
    """Each token is chosen with probability p, by itself: at p = 0 none, at p = 1 every one."""
    ids = integers(rng, 0, 29, 8, 1_000)
    shares = (0.15, float(uniform(rng, 0.3, 0.7)), 0.0, 1.0)
    found = [(p, *ask(submission, ids, p, 30, 31, generators(rng)[0])) for p in shares]
    for p, _, chosen in found:
        counts = [int(chosen.sum()), int((~chosen).sum())]
        assert_frequent(counts, (p, 1 - p), what=f"8,000 tokens, chosen or not, with p = {p:.3g}")
    for p, _, chosen in found[:2]:
        same = (chosen[0] == chosen[1:]).all(1)
        check(not bool(same.any()), f"With p = {p:.3g} the same places are chosen in two texts. Choose by token.")


@needs("test_chosen")
def test_the_others_stay(submission, rng):
    """What is not chosen is passed on as it is."""
    ids = integers(rng, 0, 29, 200, 5).T  # a view
    for p in (0.15, 0.5, 0.0):
        inputs, chosen = ask(submission, ids, p, 30, 31, generators(rng)[0])
        changed = int((inputs != ids)[~chosen].sum())
        check(changed == 0, f"With p = {p}, {changed} tokens differ from ids though they are not chosen.")
        if p:
            check(bool((inputs != ids).any()), "No token is changed: of those chosen, nine of ten are.")


@points(3)
@needs("test_the_others_stay")
def test_eighty_ten_ten(submission, rng):
    """Of the chosen, 80 % become mask_id, 10 % any token, each as likely as another, and 10 % stay what they were."""
    vocab = 7
    for p in (0.6, 1.0):
        word, mask_id = torch.randperm(vocab, generator=rng)[:2].tolist()
        ids = torch.full((4, 4_000), word)
        inputs, chosen = ask(submission, ids, p, mask_id, vocab, generators(rng)[0])
        counts = inputs[chosen].clamp(-1, vocab).add(1).bincount(minlength=vocab + 2).tolist()
        check(counts[0] == 0 and counts[-1] == 0, f"A token is a number from 0 to {vocab - 1}, for a vocab of {vocab}.")
        shares = [0.1 / vocab + 0.8 * (token == mask_id) + 0.1 * (token == word) for token in range(vocab)]
        what = f"What becomes of the token {word}, with [MASK] = {mask_id}, for each of the {vocab} tokens"
        assert_frequent(counts[1:-1], shares, what=what)


@needs("test_chosen")
def test_special(submission, rng):
    """Special tokens are never chosen, nor changed; the others are, with probability p."""
    ids, special = integers(rng, 0, 9, 6, 500), (integer(rng, 0, 4), integer(rng, 5, 9))
    theirs = (ids == special[0]) | (ids == special[1])
    for p in (0.4, 1.0):
        inputs, chosen = ask(submission, ids, p, 10, 11, generators(rng)[0], special)
        check(not bool(chosen[theirs].any()), f"Of the special tokens {special} some are chosen, with p = {p}.")
        check(torch.equal(inputs[theirs], ids[theirs]), f"Of the special tokens {special} some are changed.")
        counts = [int(chosen[~theirs].sum()), int((~chosen)[~theirs].sum())]
        assert_frequent(counts, (p, 1 - p), what=f"Other tokens, chosen or not, with p = {p}")


@needs("test_chosen")
def test_the_generator_decides(submission, rng):
    """The generator alone decides: its state leads to the same again, another state to something else."""
    ids, seeds = integers(rng, 0, 29, 4, 60), [new_seed(rng) for _ in range(2)]
    with undisturbed(submission, rng):
        first, other, again = [
            ask(submission, ids, 0.5, 30, 31, generator(seed)) for seed in (seeds[0], seeds[1], seeds[0])
        ]
    for number, name in enumerate(("inputs", "chosen")):
        assert_equal(again[number], first[number], name=f"{name}, by a generator in the same state", oracle="before")
        assert_responds(first[number], other[number], name=f"{name}, by a generator in another state,")


def batch(rng, B, T, V, scale=2.0):
    """(logits, targets, chosen): of every row some are chosen and some are not."""
    chosen = torch.rand(B, T, generator=rng) < 0.4
    chosen[:, 0], chosen[:, -1] = True, False
    order = torch.randperm(T, generator=rng)
    targets = integers(rng, 0, V - 1, T, B).T  # views, as the logits may be
    return normal(rng, B, T, V, scale=scale), targets, chosen[:, order].T.contiguous().T


def mean_loss(logits, targets, chosen):
    """Token by token."""
    losses = [
        logits[b, t].double().logsumexp(0) - logits[b, t, targets[b, t]].double() for b, t in chosen.nonzero().tolist()
    ]
    return torch.stack(losses).mean().to(logits.dtype)


@points(3)
def test_loss(submission, rng):
    """mlm_loss is the mean of −log p of the chosen tokens, in their own places, and of no others."""
    cases = [batch(rng, *sizes) for sizes in ((3, 5, 7), (2, 9, 4), (1, 2, 6), (4, 3, 2))]
    logits, targets, chosen = batch(rng, 3, 6, 5)
    cases += [(logits, targets, torch.ones_like(chosen)), (logits.to(S), targets, chosen)]
    cases += [(logits, targets.flip(1), chosen)]  # the same logits once more
    for case in cases:
        submission.mlm_loss(*case)
    for case in cases:
        sizes = {"B": len(case[0]), "T": case[0].shape[1], "V": case[0].shape[2], "chosen": int(case[2].sum())}
        rtol = 1e-6 if case[0].dtype == D else 1e-5
        loss = submission.mlm_loss(*case)
        assert_close(loss, mean_loss(*case), name="the loss", rtol=rtol, sizes=sizes, oracle="token by token")


@needs("test_loss")
def test_nothing_chosen(submission, rng):
    """Where nothing is chosen the loss is 0, not NaN."""
    case = batch(rng, 2, 4, 5)
    assert_close(submission.mlm_loss(*case), mean_loss(*case), name="the loss", rtol=1e-6, oracle="token by token")
    logits, targets, chosen = batch(rng, 3, 4, 5)
    loss = submission.mlm_loss(logits, targets, torch.zeros_like(chosen))
    assert_close(loss, torch.zeros((), dtype=D), name="the loss of nothing", oracle="0")


@needs("test_loss")
def test_large_logits(submission, rng):
    """Logits of ±10,000 give the loss that they mean, in float32, too."""
    for dtype in (D, S):
        logits, targets, chosen = batch(rng, 3, 5, 6, scale=1e4)
        case = (logits.to(dtype), targets, chosen)
        assert_close(submission.mlm_loss(*case), mean_loss(*case), name="the loss", rtol=1e-5, oracle="token by token")


@points(2)
@needs("test_loss")
def test_gradient(submission, rng):
    """The gradient reaches the logits of the chosen tokens, and is 0 in all other places."""
    logits, targets, chosen = batch(rng, 3, 5, 4)
    upstream = uniform(rng, 1.5, 2.5)
    _, gradients, _ = vjp(submission.mlm_loss, (logits, targets, chosen), upstream)
    right = logits.softmax(-1) - torch.nn.functional.one_hot(targets, 4)
    right = right * chosen[..., None] / chosen.sum() * upstream
    assert_close(gradients[0], right, name="dlogits", rtol=1e-6, oracle="by hand")


@needs("test_the_others_stay", "test_loss")
def test_arguments_stay_as_they_are(submission, rng):
    """ids, logits, targets and chosen stay as they are."""
    masked = [
        assert_unchanged(submission.mask_tokens, integers(rng, 0, 29, 3, 40), 0.5, 30, 31, generators(rng)[0])
        for _ in range(2)
    ]
    assert_responds(*masked, name="what mask_tokens returns")
    losses = [assert_unchanged(submission.mlm_loss, *batch(rng, 3, 4, 5)) for _ in range(2)]
    assert_responds(*losses, name="the loss")
