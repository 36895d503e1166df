"""Checks of deepdive.budget: the formulas against what is counted one by one."""

from grader.checks import assert_equal, assert_raises, check, integer, needs, points


def assert_count(answer, expected, name):
    """Demand an int, exact."""
    assert_equal(answer, expected, name=name, oracle="counted")


def matrices(L, d):
    """The numbers of all matrices, one by one."""
    attention = [d * d] * 4  # query, key, value, and the projection
    return sum(sum(attention) + d * (4 * d) + (4 * d) * d for _ in range(L))


@points(2)
def test_parameters(submission, rng):
    """parameters counts the matrices of L layers: four of d by d, one of d by 4d and one of 4d by d in each."""
    cases = [(integer(rng, 2, 40), integer(rng, 50, 900)) for _ in range(5)]
    cases += [
        (cases[0][0], cases[0][1] + 1),
        (1, integer(rng, 3, 9)),
        (0, integer(rng, 3, 9)),
        (32, 4096),
        (integer(rng, 90, 130), 16_384),
    ]
    for case in cases:
        submission.parameters(*case)
    for L, d in cases:
        assert_count(submission.parameters(L, d), matrices(L, d), f"parameters({L}, {d})")


@points(1)
def test_training_bytes(submission, rng):
    """training_bytes counts 18 bytes for each parameter: 2 and 4 for the weights, 4 for gradients, 4 and 4 for Adam."""
    cases = [integer(rng, 1_000, 10**9) for _ in range(4)] + [integer(rng, 1, 9), 7_000_000_000, 10**12 + 7]
    for case in cases:
        submission.training_bytes(case)
    for params in cases:
        expected = sum(params * size for size in (2, 4, 4, 4, 4))
        assert_count(submission.training_bytes(params), expected, f"training_bytes({params:,})")


@points(3)
def test_kv_cache_bytes(submission, rng):
    """kv_cache_bytes counts a key and a value for each layer, token and text, of n_kv_head heads."""
    cases = []
    for batch, size in ((3, 4), (7, 1), (5, 8)):
        cases.append(
            (integer(rng, 11, 19), integer(rng, 21, 29), integer(rng, 31, 39), integer(rng, 41, 99), batch, size)
        )
    cases.append((80, 64, 128, 131_072, integer(rng, 3, 9), 2))
    for case in cases:
        submission.kv_cache_bytes(*case)
    for layers, heads, head_size, tokens, batch, size in cases:
        numbers_of_a_token = sum(heads * head_size for _ in ("key", "value"))
        expected = sum(numbers_of_a_token for _ in range(layers)) * tokens * batch * size
        name = f"kv_cache_bytes({layers}, {heads}, {head_size}, {tokens:,}, {batch}, {size})"
        assert_count(submission.kv_cache_bytes(layers, heads, head_size, tokens, batch, size), expected, name)


@needs("test_kv_cache_bytes")
def test_defaults(submission, rng):
    """Where nothing is said of them there is one text, and a number has 2 bytes."""
    cases = [tuple(integer(rng, 10 * n, 10 * n + 9) for n in (1, 2, 3, 4)) for _ in range(3)]
    for case in cases:
        layers, heads, head_size, tokens = case
        name = f"kv_cache_bytes{case}"
        assert_count(submission.kv_cache_bytes(*case), 2 * layers * heads * head_size * tokens * 2, name)
        batch = integer(rng, 3, 9)
        expected = 2 * layers * heads * head_size * tokens * batch * 2
        assert_count(submission.kv_cache_bytes(*case, batch), expected, f"kv_cache_bytes{(*case, batch)}")


def counted_updates(tokens, batch):
    """Batch after batch."""
    whole, rest = divmod(tokens, batch)
    return whole + (1 if rest else 0)


@points(2)
def test_updates(submission, rng):
    """updates counts the batches, the last, smaller one among them."""
    cases = []
    for _ in range(4):
        batch, whole = integer(rng, 6, 400), integer(rng, 10, 99)
        cases += [(batch * whole + 1, batch), (batch * whole, batch), (batch * (whole + 1) - 1, batch)]
    cases += [(0, integer(rng, 2, 9)), (integer(rng, 2, 9), 10), (2 * 10**12, 4 * 10**6), (15 * 10**12 + 1, 10**6)]
    cases.append((integer(rng, 2, 9), 1))
    for case in cases:
        submission.updates(*case)
    for tokens, batch in cases:
        name = f"updates({tokens:,}, {batch:,})"
        assert_count(submission.updates(tokens, batch), counted_updates(tokens, batch), name)


@needs("test_updates")
def test_no_batch(submission, rng):
    """A batch below 1 raises ValueError, and no other does."""
    for batch in (0, -integer(rng, 1, 9), 0):
        tokens, fine = integer(rng, 10, 99), integer(rng, 2, 9)
        assert_count(submission.updates(tokens, fine), counted_updates(tokens, fine), f"updates({tokens}, {fine})")
        raised = assert_raises(ValueError, submission.updates, tokens, batch, why=f"a batch of {batch}")
        check(raised is not None, "ValueError is wanted.")
