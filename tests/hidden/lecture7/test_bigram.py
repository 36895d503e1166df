"""Checks of lecture7.bigram: a table of logits, its loss, and what it writes."""

import math

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_equal,
    assert_unchanged,
    check,
    generators,
    integer,
    library,
    new_state,
    normal,
    points,
    vjp,
)

TABLE = "token_embedding_table.weight"


def random_table(rng, V):
    """A table of logits in float64."""
    return 2 * normal(rng, V, V)


def make(submission, table):
    """The learner's model in float64, with this table."""
    model = submission.BigramLanguageModel(len(table)).double()
    answer = model.load_state_dict({TABLE: table}, strict=False)
    check(
        TABLE not in answer.unexpected_keys,
        "The model has no token_embedding_table: it is an nn.Embedding(vocab_size, vocab_size).",
    )
    more = list(answer.missing_keys)
    check(not more, f"The model has weights besides its table: {', '.join(more)}.")
    return model


def unpack(answer):
    """(logits, loss) as forward must return them; what is wrong with their kind is said here."""
    check(isinstance(answer, tuple | list) and len(answer) == 2, "forward must return two things: logits and loss.")
    return answer


def tokens(rng, V, B, T):
    """Random tokens, (B, T)."""
    return torch.randint(0, V, (B, T), generator=rng)


def oracle_generates(idx, n, table, generator):
    """What the model must write, token by token."""
    for _ in range(n):
        probs = table[idx[:, -1]].softmax(-1)
        idx = torch.cat([idx, torch.multinomial(probs, 1, generator=generator)], 1)
    return idx


def test_logits_are_rows_of_the_table(submission, rng):
    """logits[b, t] is the row of the table that belongs to idx[b, t]; without targets the loss is None."""
    for B, T in ((1, 1), (3, 4)):
        table = random_table(rng, integer(rng, 5, 9))
        idx = tokens(rng, len(table), B, T)
        logits, loss = unpack(make(submission, table)(idx))
        assert_close(logits, table[idx], name="logits", oracle="the table")
        check(loss is None, "Without targets the loss must be None.")


@points(2)
def test_loss(submission, rng):
    """The loss is the mean cross-entropy over all positions, and the logits stay (B, T, V)."""
    for B, T in ((3, 4), (1, 5), (4, 1), (3, 3)):
        table = random_table(rng, integer(rng, 5, 9))
        text = tokens(rng, len(table), B, T + 1)
        idx, targets = text[:, :-1], text[:, 1:]  # views into one text, as get_batch may cut them
        logits, loss = unpack(make(submission, table)(idx, targets))
        sizes = {"B": B, "T": T, "V": len(table)}
        assert_close(loss, F.cross_entropy(table[idx].mT, targets), name="loss", sizes=sizes, oracle="F.cross_entropy")
        assert_close(logits, table[idx], name="logits", sizes=sizes, oracle="the table")


def test_gradient(submission, rng):
    """The gradient of the loss reaches the rows of the table that were looked up."""
    table = random_table(rng, integer(rng, 5, 9))
    idx, targets = tokens(rng, len(table), 2, 3), tokens(rng, len(table), 2, 3)
    upstream = normal(rng, 2, 3, len(table))
    leaf = table.clone().requires_grad_()
    factor = normal(rng)
    ((leaf[idx] * upstream).sum() + factor * F.cross_entropy(leaf[idx].mT, targets)).backward()
    answer, _, dparams = vjp(make(submission, table), (idx, targets), (upstream, factor))
    assert_close(unpack(answer)[0], table[idx], name="logits", oracle="the table")
    check(dparams.get(TABLE) is not None, "No gradient reaches the table.")
    assert_close(dparams[TABLE], leaf.grad, name="dtable")


def test_first_loss(submission, rng):
    """An untrained model's loss is a little above ln V, which is what guessing costs."""
    V = integer(rng, 60, 70)
    library(submission, "torch").set_rng_state(new_state(rng))
    model = submission.BigramLanguageModel(V)
    idx = torch.arange(V).repeat_interleave(V).reshape(V, V)  # every pair of tokens once
    targets = torch.arange(V).expand(V, V)
    logits, loss = unpack(model(idx, targets))
    check(isinstance(loss, torch.Tensor) and loss.dim() == 0, "The loss must be a tensor of shape ().")
    # Of logits from N(0, 1) the loss over all pairs is ln V + 0.48 ± 0.03.
    first = float(loss)
    check(
        math.log(V) - 1e-4 <= first < math.log(V) + 1,
        f"The first loss is {first:.2f} for {V} tokens; about ln {V} + 0.5 = {math.log(V) + 0.5:.2f} is expected of a "
        "table that torch has initialised.",
    )
    check(isinstance(logits, torch.Tensor) and logits.shape == (V, V, V), f"The logits must be (B, T, V), {(V, V, V)}.")
    assert_close(loss, F.cross_entropy(logits.mT, targets), name="loss", rtol=1e-5, oracle="F.cross_entropy")


@points(2)
def test_generate(submission, rng):
    """generate appends the tokens that softmax and torch.multinomial give for the same generator."""
    table = random_table(rng, integer(rng, 8, 14))
    model = make(submission, table)
    for B, T, n in ((3, 4, 6), (1, 1, 12)):
        idx, (theirs, ours) = tokens(rng, len(table), B, T), generators(rng)
        expected = oracle_generates(idx, n, table, ours)
        answer = model.generate(idx, n, theirs)
        check(
            isinstance(answer, torch.Tensor) and answer.shape == expected.shape,
            f"generate must return idx and n tokens after it, here {tuple(expected.shape)}; you return "
            + (f"{tuple(answer.shape)}." if isinstance(answer, torch.Tensor) else "something else."),
        )
        assert_equal(answer[:, :T].clone(), idx, name="the first T tokens")
        assert_equal(answer, expected, name="idx")


def test_each_row_writes_its_own_text(submission, rng):
    """Each row of the batch goes on from its own last token."""
    V = integer(rng, 7, 12)
    order = torch.randperm(V, generator=rng)
    table = torch.full((V, V), -60.0, dtype=torch.float64)
    table[order, order.roll(-1)] = 60.0  # after each token only one can follow
    idx, (theirs, _) = order[:4, None].clone(), generators(rng)
    expected = torch.stack([order.roll(-i)[:5] for i in range(4)])
    assert_equal(make(submission, table).generate(idx, 4, theirs), expected, name="idx")


def test_idx_stays_as_it_is(submission, rng):
    """generate appends the right tokens to an idx of its own: the one that is passed in stays as it is."""
    table, (theirs, ours) = random_table(rng, 6), generators(rng)
    idx = tokens(rng, 6, 2, 3)
    answer = assert_unchanged(make(submission, table).generate, idx, 3, theirs)
    assert_equal(answer, oracle_generates(idx, 3, table, ours), name="idx")
