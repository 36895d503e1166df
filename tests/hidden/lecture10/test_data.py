"""Checks of lecture10.data: who is given which tokens, and when all start again."""

import torch

from grader.checks import (
    assert_equal,
    assert_raises,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    needs,
    points,
    undisturbed,
)

DTYPES = (torch.int64, torch.int32, torch.int16, torch.uint16)


def distinct(rng, N, most=10**9):
    """A text that has each of its tokens once, so that it can be told where one stands."""
    return integer(rng, 0, most - N) + torch.randperm(N, generator=rng)


def drawn_sizes(rng):
    """(B, T, world_size), no two equal."""
    return integer(rng, 2, 3), integer(rng, 5, 7), 4


def right(tokens, B, T, rank, world_size, k):
    """(x, y) of round k, looked up in a table of places."""
    rounds = (len(tokens) - 1) // (B * T * world_size)
    places = torch.arange(B * T).view(B, T) + (k % rounds * world_size + rank) * B * T
    return tokens[places].long(), tokens[places + 1].long()


def asked(loader, B, T):
    """(x, y) of the next batch, two tensors (B, T)."""
    answer = loader.next_batch()
    check(isinstance(answer, tuple | list) and len(answer) == 2, "next_batch must return two things: x and y.")
    for name, tensor in zip("xy", answer, strict=True):
        check(isinstance(tensor, torch.Tensor), f"{name} must be a tensor.")
        check(
            tensor.shape == (B, T),
            f"{name} has the shape {tuple(tensor.shape)}; (B, T) = {(B, T)} is wanted.",
        )
    return answer


def assert_places(answer, expected, what):
    """Demand these tokens."""
    for name, tensor, wanted in zip("xy", answer, expected, strict=True):
        assert_equal(tensor.long(), wanted, name=f"{name} of {what}", oracle="looked up")


@points(2)
def test_y_is_x_one_token_later(submission, rng):
    """y[b, t] is the token that follows x[b, t] in the text, also at the end of a row."""
    B, T, _ = drawn_sizes(rng)
    tokens = distinct(rng, 3 * B * T + 2)
    places = {int(token): place for place, token in enumerate(tokens)}
    loader = submission.DataLoaderLite(tokens, B, T, 0, 1)
    batches = [asked(loader, B, T) for _ in range(2)]
    for x, y in batches:
        for name, tensor in (("x", x), ("y", y)):
            strangers = [token for token in tensor.flatten().tolist() if token not in places]
            check(not strangers, f"{name} holds {strangers[:3]}, and tokens does not.")
        at_x, at_y = ([places[token] for token in tensor.flatten().tolist()] for tensor in (x, y))
        check(
            at_y == [place + 1 for place in at_x],
            "y[b, t] must be the token that follows x[b, t] in the text: take one token more than B * T, and x without "
            "the last, y without the first.",
        )


@points(2)
@needs("test_y_is_x_one_token_later")
def test_first_batch(submission, rng):
    """The first batch of a single process is the beginning of the text, row by row."""
    cases = []
    for B, T in (drawn_sizes(rng)[:2], (1, integer(rng, 4, 6)), (integer(rng, 4, 6), 1)):
        tokens = distinct(rng, 2 * B * T + 1)
        loader = submission.DataLoaderLite(tokens, B, T, 0, 1)
        cases.append((asked(loader, B, T), right(tokens, B, T, 0, 1, 0)))
        loader.next_batch()  # tells apart two who begin with the second batch; not judged
    for answer, expected in cases:
        assert_places(answer, expected, "the first batch")


@points(2)
@needs("test_first_batch")
def test_ranks(submission, rng):
    """In the first round process r takes B · T tokens from r · B · T on: together each token once."""
    B, T, world_size = drawn_sizes(rng)
    tokens = distinct(rng, 3 * B * T * world_size + 5)
    answers = [asked(submission.DataLoaderLite(tokens, B, T, rank, world_size), B, T) for rank in range(world_size)]
    for rank, answer in enumerate(answers):
        expected = right(tokens, B, T, rank, world_size, 0)
        assert_places(answer, expected, f"the first batch of rank {rank} of {world_size}")


@points(2)
@needs("test_ranks")
def test_rounds(submission, rng):
    """Each next batch begins B · T · world_size tokens further on, while rounds fit."""
    cases = []
    for world_size in (1, 3):
        B, T, _ = drawn_sizes(rng)
        rounds = integer(rng, 3, 4)
        tokens = distinct(rng, (rounds + 1) * B * T * world_size + 2)
        for rank in range(world_size):
            loader = submission.DataLoaderLite(tokens, B, T, rank, world_size)
            for k in range(rounds):
                what = f"batch {k + 1} of rank {rank} of {world_size}"
                cases.append((asked(loader, B, T), right(tokens, B, T, rank, world_size, k), what))
    for answer, expected, what in cases:
        assert_places(answer, expected, what)


@points(3)
@needs("test_rounds")
def test_all_start_again_together(submission, rng):
    """When the next round does not fit whole, with its last target, every process goes back to its first batch."""
    B, T, world_size = 2, integer(rng, 4, 6), 3
    size = B * T * world_size
    # What is left behind two rounds and a target: nothing; room for one process, for two; all but one token. And one
    # token less than three rounds and a target, which is that the target is missing.
    rests = (0, 1, B * T + 1, 2 * B * T + 1, size - 1)
    cases = []
    for rest in rests:
        tokens = distinct(rng, 2 * size + 1 + rest)
        for rank in range(world_size):
            loader = submission.DataLoaderLite(tokens, B, T, rank, world_size)
            for k in range(5):
                what = f"batch {k + 1} of rank {rank} of {world_size}, with {len(tokens)} tokens and rounds of {size}"
                cases.append((asked(loader, B, T), right(tokens, B, T, rank, world_size, k), what))
    for answer, expected, what in cases:
        assert_places(answer, expected, what)


@needs("test_first_batch")
def test_int64(submission, rng):
    """x and y are int64, whatever integers the tokens are."""
    B, T, _ = drawn_sizes(rng)
    cases = []
    for dtype in DTYPES:
        tokens = distinct(rng, 2 * B * T + 3, 30_000)
        cases.append((asked(submission.DataLoaderLite(tokens.to(dtype), B, T, 0, 1), B, T), tokens, dtype))
    for answer, tokens, dtype in cases:
        for name, tensor in zip("xy", answer, strict=True):
            check(tensor.dtype == torch.int64, f"{name} is {tensor.dtype} where tokens is {dtype}: make it int64.")
        assert_places(answer, right(tokens, B, T, 0, 1, 0), f"the first batch of {dtype} tokens")


@needs("test_ranks")
def test_too_few_tokens(submission, rng):
    """Less than B · T · world_size + 1 tokens raise ValueError in the constructor; so many are enough."""
    for _ in range(4):
        B, T, world_size = drawn_sizes(rng)
        enough = B * T * world_size + 1
        tokens = distinct(rng, enough)
        answer = asked(submission.DataLoaderLite(tokens, B, T, 1, world_size), B, T)
        assert_places(answer, right(tokens, B, T, 1, world_size, 0), "the first batch of rank 1")
        for few in (integer(rng, 1, B * T), enough - 2, enough - 1):
            rank, why = integer(rng, 0, world_size - 1), f"{few} tokens, and a round takes {enough - 1} and a target"
            assert_raises(ValueError, submission.DataLoaderLite, tokens[:few], B, T, rank, world_size, why=why)


@needs("test_rounds")
def test_loaders_keep_apart(submission, rng):
    """Loaders that are asked in turns keep their own places and texts; the text stays as it is."""
    B, T, _ = drawn_sizes(rng)
    texts = [distinct(rng, 6 * B * T + 3) for _ in range(2)]
    with undisturbed(submission, rng):
        loaders = [assert_unchanged(submission.DataLoaderLite, tokens, B, T, 0, 1) for tokens in texts]
        loaders.append(submission.DataLoaderLite(texts[1], B, T, 1, 2))
        answers = [(number, asked(loaders[number], B, T)) for number in (0, 1, 0, 2, 0, 1, 2)]
    seen = [0, 0, 0]
    for number, answer in answers:
        rank, world_size = ((0, 1), (0, 1), (1, 2))[number]
        expected = right(texts[min(number, 1)], B, T, rank, world_size, seen[number])
        seen[number] += 1
        assert_places(answer, expected, f"batch {seen[number]} of loader {number + 1}")
    assert_responds(answers[0][1], answers[1][1], name="the batch")
