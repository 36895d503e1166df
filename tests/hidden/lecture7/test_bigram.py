"""Checks of lecture7.bigram: a table of logits, its loss, and what it writes."""

import math

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_equal,
    assert_responds,
    assert_unchanged,
    bonus,
    check,
    generator,
    generators,
    integer,
    library,
    needs,
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
    """Without targets logits[b, t] is the row of the table that belongs to idx[b, t], and the loss is None."""
    for B, T in ((1, 1), (3, 4)):
        V = integer(rng, 5, 9)
        tables = random_table(rng, V), random_table(rng, V)
        models = [make(submission, table) for table in tables]  # two at once, each with a table of its own
        for _ in range(2):
            for table, model in zip(tables, models, strict=True):
                idx = tokens(rng, V, B, 2 * T)[:, ::2]
                logits, loss = unpack(model(idx))
                assert_close(logits, table[idx], name="logits", oracle="the table")
                check(loss is None, "Without targets the loss must be None.")


@points(2)
@needs("test_logits_are_rows_of_the_table")
def test_loss(submission, rng):
    """The loss is the mean cross-entropy over all positions."""
    for B, T in ((3, 4), (1, 5), (4, 1), (3, 3)):
        table = random_table(rng, integer(rng, 5, 9))
        idx, targets = tokens(rng, len(table), B, T), tokens(rng, len(table), B, T)
        _, loss = unpack(make(submission, table)(idx, targets))
        sizes = {"B": B, "T": T, "V": len(table)}
        assert_close(loss, F.cross_entropy(table[idx].mT, targets), name="loss", sizes=sizes, oracle="F.cross_entropy")


@needs("test_loss")
def test_gradient(submission, rng):
    """The gradient of the loss reaches the rows of the table that were looked up."""
    table = random_table(rng, integer(rng, 5, 9))
    idx, targets = tokens(rng, len(table), 2, 3), tokens(rng, len(table), 2, 3)
    factor = normal(rng)
    leaf = table.clone().requires_grad_()
    (factor * F.cross_entropy(leaf[idx].mT, targets)).backward()
    _, _, dparams = vjp(make(submission, table), (idx, targets), (torch.zeros(()), factor))
    check(dparams.get(TABLE) is not None, "No gradient reaches the table.")
    assert_close(dparams[TABLE], leaf.grad, name="dtable")


@needs("test_loss")
def test_first_loss(submission, rng):
    """An untrained model's loss is about ln V + 0.5: the table is as torch has initialised it, anew for each model."""
    V = integer(rng, 60, 70)
    library(submission, "torch").set_rng_state(new_state(rng))
    idx = torch.arange(V).repeat_interleave(V).reshape(V, V)  # every pair of tokens once
    targets = torch.arange(V).repeat(V).reshape(V, V)
    losses = [unpack(submission.BigramLanguageModel(V)(idx, targets))[1] for _ in range(2)]
    for loss in losses:
        check(isinstance(loss, torch.Tensor) and loss.dim() == 0, "The loss must be a tensor of shape ().")
        # Of logits from N(0, 1) the loss over all pairs is ln V + 0.48 ± 0.03.
        check(
            math.log(V) + 0.25 <= float(loss) < math.log(V) + 0.75,
            f"The first loss is {float(loss):.2f} for {V} tokens; about ln {V} + 0.5 = {math.log(V) + 0.5:.2f} is "
            "expected of a table that torch has initialised.",
        )
    assert_responds(*losses, name="the first loss of a new model")


@needs("test_logits_are_rows_of_the_table")
def test_what_was_there_and_n_more(submission, rng):
    """generate returns idx with n tokens after it, also where n is 0."""
    table = random_table(rng, integer(rng, 8, 14))
    model = make(submission, table)
    for B, T, n in ((3, 4, 6), (1, 1, 12), (2, 3, 1), (2, 5, 0)):
        idx = tokens(rng, len(table), B, T)
        answer = model.generate(idx, n, generators(rng)[0])
        check(
            isinstance(answer, torch.Tensor) and answer.shape == (B, T + n),
            f"generate must return idx and n tokens after it, here {(B, T + n)}; you return "
            + (f"{tuple(answer.shape)}." if isinstance(answer, torch.Tensor) else "something else."),
        )
        assert_equal(answer[:, :T].clone(), idx, name="the first T tokens")


@needs("test_what_was_there_and_n_more")
def test_each_row_writes_its_own_text(submission, rng):
    """Each row of the batch goes on from its own last token, and then from what was drawn."""
    V = integer(rng, 7, 12)
    order = torch.randperm(V, generator=rng)
    table = torch.full((V, V), -60.0, dtype=torch.float64)
    table[order, order.roll(-1)] = 60.0  # after each token only one can follow
    idx = torch.stack([order[:4], order[:4].flip(0)], 1)  # (4, 2); the first token of a row leads elsewhere
    expected = torch.cat([idx[:, :1], torch.stack([order.roll(i - 3)[:5] for i in range(4)])], 1)
    assert_equal(make(submission, table).generate(idx, 4, generators(rng)[0]), expected, name="idx")


@points(2)
@needs("test_each_row_writes_its_own_text")
def test_generate(submission, rng):
    """What is appended is what softmax and torch.multinomial give, for the generator or, without one, torch's own."""
    table, state = random_table(rng, integer(rng, 8, 14)), new_state(rng)
    model = make(submission, table)
    library(submission, "torch").set_rng_state(state)
    for B, T, n in ((3, 4, 6), (1, 1, 12)):
        idx = tokens(rng, len(table), B, 2 * T + 1)[:, 1::2]  # its numbers lie apart
        for _ in range(2):  # two texts may begin alike
            theirs, ours = generators(rng)
            assert_equal(model.generate(idx, n, theirs), oracle_generates(idx, n, table, ours), name="idx")
    ours = generator(0)
    ours.set_state(state)  # where the global one still is, if nothing was drawn from it
    answer = model.generate(idx, 12)
    assert_equal(answer, oracle_generates(idx, 12, table, ours), name="idx by torch's global generator")


@needs("test_logits_are_rows_of_the_table")
def test_arguments_stay_as_they_are(submission, rng):
    """forward and generate leave idx and targets as they are, and so torch's default dtype and global generator."""
    torch_there, table, state = library(submission, "torch"), random_table(rng, 60), new_state(rng)
    model = make(submission, table)
    torch_there.set_rng_state(state)
    pairs = [(tokens(rng, 60, 2, 3), tokens(rng, 60, 2, 3)) for _ in range(2)]
    losses = [unpack(assert_unchanged(model, idx, targets))[1] for idx, targets in pairs]
    assert_responds(*losses, name="the loss")
    texts = [assert_unchanged(model.generate, idx, 8, generators(rng)[0]) for idx, _ in pairs]
    assert_responds(*texts, name="what generate returns")
    check(torch_there.zeros(1).dtype == torch.float32, "torch's default dtype is changed.")
    check(
        torch.equal(torch_there.get_rng_state(), state),
        "torch's global generator is drawn from or seeded, though another one is passed in.",
    )


@bonus
@needs("test_loss")
def test_logits_keep_their_shape(submission, rng):
    """With targets the logits are (B, T, V) as well."""
    table = random_table(rng, integer(rng, 6, 9))
    idx, targets = tokens(rng, len(table), 3, 4), tokens(rng, len(table), 3, 4)
    logits, _ = unpack(make(submission, table)(idx, targets))
    assert_close(logits, table[idx], name="logits", oracle="the table")


@bonus
@needs("test_loss")
def test_views_as_targets(submission, rng):
    """idx and targets may be views into one text, as data[:, :-1] and data[:, 1:] are."""
    table = random_table(rng, integer(rng, 6, 9))
    text = tokens(rng, len(table), 3, 5)
    idx, targets = text[:, :-1], text[:, 1:]
    _, loss = unpack(make(submission, table)(idx, targets))
    assert_close(loss, F.cross_entropy(table[idx].mT, targets), name="loss", oracle="F.cross_entropy")
