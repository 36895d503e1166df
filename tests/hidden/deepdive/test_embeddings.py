"""Checks of deepdive.embeddings: angles, means over what is there, and analogies whose answer is planted."""

import math

import torch

from grader.checks import (
    assert_close,
    assert_equal,
    assert_responds,
    assert_unchanged,
    integer,
    needs,
    normal,
    points,
    record_points,
    uniform,
)

D, S = torch.float64, torch.float32


def angle(a, b):
    """The cosine of two vectors, as lists of numbers."""
    pairs = list(zip(a.double().tolist(), b.double().tolist(), strict=True))
    lengths = [math.sqrt(math.fsum(x * x for x in numbers)) for numbers in zip(*pairs, strict=True)]
    return math.fsum(x * y for x, y in pairs) / (lengths[0] * lengths[1]) if min(lengths) > 0 else 0.0


def angles(a, b):
    """The cosines of all pairs, after broadcasting."""
    a, b = torch.broadcast_tensors(a, b)
    flat = [angle(x, y) for x, y in zip(a.reshape(-1, a.shape[-1]), b.reshape(-1, b.shape[-1]), strict=True)]
    return torch.tensor(flat, dtype=a.dtype).reshape(a.shape[:-1])


@points(2)
def test_cosine(submission, rng):
    """cosine is a · b over both lengths, along the last axis, for shapes that broadcast; of one dtype, too."""
    d = integer(rng, 4, 7)
    cases = [(normal(rng, 3, d), normal(rng, 3, d)), (normal(rng, d + 1), normal(rng, d + 1))]
    cases += [(normal(rng, 5, d), normal(rng, d)), (normal(rng, 2, 1, d), normal(rng, 3, d))]
    cases.append((normal(rng, 4, d).to(S), normal(rng, 4, d).to(S)))
    for case in cases:
        submission.cosine(*case)
    for a, b in cases:
        rtol = 1e-6 if a.dtype == D else 1e-5
        assert_close(submission.cosine(a, b), angles(a, b), name="cosine(a, b)", rtol=rtol, oracle="by hand")


@needs("test_cosine")
def test_lengths_do_not_matter(submission, rng):
    """Vectors a millionth or a million long have the cosine of their directions."""
    for first, second in ((1e-6, 1e-6), (1e6, 1e-6), (1e6, 1e6)):
        a, b = first * normal(rng, 3, 6), second * normal(rng, 3, 6)
        assert_close(submission.cosine(a, b), angles(a, b), name="cosine(a, b)", rtol=1e-6, oracle="by hand")


@needs("test_cosine")
def test_zeros(submission, rng):
    """A vector of zeros has the cosine 0 with any other, and with itself; the others keep theirs."""
    a, b = normal(rng, 5, 4).contiguous(), normal(rng, 5, 4).contiguous()
    a[1], b[3] = 0.0, 0.0
    a[4] = b[4] = 0.0
    submission.cosine(a[::2], b[::2] + 1.0)
    assert_close(submission.cosine(a, b), angles(a, b), name="cosine(a, b)", rtol=1e-6, oracle="by hand")


def texts(rng, B, T, d, dtype=D):
    """(tokens, mask) with different lengths, and padding that is no zero."""
    tokens = normal(rng, B, T, d).to(dtype)
    lengths = [T - 1 - row % (T - 1) for row in range(B)]
    mask = torch.arange(T)[None, :] < torch.tensor(lengths)[:, None]
    tokens = tokens + torch.where(mask[..., None], 0.0, 3.0).to(dtype)
    return tokens, mask


def means(tokens, mask):
    """The mean of what is there, text by text."""
    rows = [row[there.bool()].double() for row, there in zip(tokens, mask, strict=True)]
    return torch.stack([row.mean(0) if len(row) else torch.zeros(tokens.shape[-1], dtype=D) for row in rows]).to(
        tokens.dtype
    )


@points(2)
def test_mean_pool(submission, rng):
    """mean_pool is the mean of the tokens that are there; what stands in padding is of no matter."""
    cases = [texts(rng, 4, 6, 5), texts(rng, 1, 3, 7), texts(rng, 5, 4, 2), texts(rng, 2, 7, 3, S)]
    for case in cases:
        submission.mean_pool(*case)
    for tokens, mask in cases:
        rtol = 1e-6 if tokens.dtype == D else 1e-5
        out = submission.mean_pool(tokens, mask)
        sizes = {"T": tokens.shape[1], "B": len(tokens)}
        assert_close(out, means(tokens, mask), name="the mean", rtol=rtol, oracle="by hand", sizes=sizes)


@needs("test_mean_pool")
def test_masks(submission, rng):
    """The mask may be of 0 and 1, and padding may stand anywhere: in front, or between tokens."""
    tokens, mask = texts(rng, 3, 5, 4)
    scattered = torch.tensor([[False, True, True, False, True], [False, False, True, False, False], [True] * 5])
    cases = [(tokens, mask.long()), (tokens, scattered), (tokens, scattered.T.long().contiguous().T)]
    for case in cases:
        submission.mean_pool(*case)
    for case in cases:
        assert_close(submission.mean_pool(*case), means(*case), name="the mean", rtol=1e-6, oracle="by hand")


@needs("test_mean_pool")
def test_no_token(submission, rng):
    """A text without any token is zeros, not NaN, and the others keep their means."""
    tokens, mask = texts(rng, 4, 5, 3)
    submission.mean_pool(tokens, mask)
    mask = mask.clone()  # what has been sent stays as it is
    mask[integer(rng, 0, 3)] = False
    assert_close(submission.mean_pool(tokens, mask), means(tokens, mask), name="the mean", rtol=1e-6, oracle="by hand")


def nearest(a, b, c, matrix):
    """The answer, by going through all words."""
    target = matrix[b] - matrix[a] + matrix[c]
    words = [word for word in range(len(matrix)) if word not in (a, b, c)]
    return max(words, key=lambda word: angle(matrix[word], target))


def gap(a, b, c, matrix):
    """How far the answer is ahead of the next one."""
    target = matrix[b] - matrix[a] + matrix[c]
    scores = sorted(angle(row, target) for word, row in enumerate(matrix) if word not in (a, b, c))
    return scores[-1] - scores[-2]


def words(rng, V, d, dtype=D):
    """Vectors of different lengths: a long one wins every product, a short one every distance."""
    return (normal(rng, V, d) * uniform(rng, 0.4, 2.5, V, 1)).to(dtype)


def question(rng, V):
    """Three different words."""
    return torch.randperm(V, generator=rng)[:3].tolist()


QUESTIONS = (
    ("man", "king", "woman", "queen"),
    ("boy", "prince", "girl", "princess"),
    ("man", "boy", "queen", "princess"),
)


def royal_family(rng, dtype):
    """Eight words of which each direction has a meaning, and analogies among them, whose answers are known; drawn."""
    names = ("man", "woman", "king", "queen", "boy", "girl", "prince", "princess")
    female, royal, young, person = torch.linalg.qr(normal(rng, 9, 4)).Q.T
    rows = [
        3 * person + f * female + 1.5 * r * royal + 1.2 * y * young + 0.05 * normal(rng, 9)
        for y in (0, 1)
        for r in (0, 1)
        for f in (0, 1)
    ]
    order = torch.randperm(8, generator=rng)
    place = {name: int((order == number).nonzero()) for number, name in enumerate(names)}
    matrix = torch.stack(rows)[order].to(dtype)
    plane = torch.stack([matrix.double() @ female, matrix.double() @ royal], dim=1)
    record_points("female, and royal", plane, labels=[names[i] for i in order.tolist()])
    return matrix, [(place[a], place[b], place[c], place[d], f"{a} is to {b} as {c} is to") for a, b, c, d in QUESTIONS]


def near_one_of_them(rng, which):
    """(a, b, c, matrix) where of all words a, b or c is nearest to the target."""
    matrix = words(rng, 9, 5)
    a, b, c = question(rng, 9)
    little = 0.05 * normal(rng, 5)
    if which == "a":
        away = normal(rng, 5)
        matrix[b], matrix[c] = 3 * matrix[a] + away, matrix[a] - away + little
    elif which == "b":
        matrix[c] = matrix[a] + little
    else:
        matrix[b] = matrix[a] + little
    return a, b, c, matrix


@points(3)
@needs("test_cosine")
def test_analogy(submission, rng):
    """analogy gives the word nearest to matrix[b] − matrix[a] + matrix[c] by cosine, other than a, b and c."""
    cases = []
    while len(cases) < 30:
        matrix = words(rng, integer(rng, 8, 12), integer(rng, 4, 6))
        a, b, c = question(rng, len(matrix))
        if gap(a, b, c, matrix) > 1e-3:
            cases.append((a, b, c, matrix))
    while len(cases) < 36:
        case = near_one_of_them(rng, "abc"[len(cases) % 3])
        if gap(*case) > 1e-3:
            cases.append(case)
    submission.cosine(normal(rng, 3, 4), normal(rng, 3, 4))  # so that its mistakes are not taken for analogy's
    for case in cases[::-1]:
        submission.analogy(*case)
    for a, b, c, matrix in cases:
        found = submission.analogy(a, b, c, matrix)
        assert_equal(found, nearest(a, b, c, matrix), name=f"analogy({a}, {b}, {c}, matrix)")
    for dtype in (D, S):
        matrix, questions = royal_family(rng, dtype)
        for a, b, c, answer, said in questions:
            assert_equal(submission.analogy(a, b, c, matrix), answer, name=said)


@needs("test_analogy")
def test_repeated_words(submission, rng):
    """a, b and c need not be three words: the answer is none of them."""
    cases = []
    while len(cases) < 12:
        matrix = words(rng, 7, 5)
        x, y, _ = question(rng, 7)
        for a, b, c in ((x, x, y), (x, y, y), (x, y, x), (x, x, x)):
            if gap(a, b, c, matrix) > 1e-3:
                cases.append((a, b, c, matrix))
    for a, b, c, matrix in cases:
        found = submission.analogy(a, b, c, matrix)
        assert_equal(found, nearest(a, b, c, matrix), name=f"analogy({a}, {b}, {c}, matrix)")


@needs("test_cosine", "test_mean_pool", "test_analogy")
def test_arguments_stay_as_they_are(submission, rng):
    """No argument is modified, in all three functions."""
    answers = [assert_unchanged(submission.cosine, *(normal(rng, 3, 4).contiguous() for _ in "ab")) for _ in range(2)]
    assert_responds(*answers, name="cosine(a, b)")
    answers = [assert_unchanged(submission.mean_pool, *texts(rng, 3, 5, 4)) for _ in range(2)]
    assert_responds(*answers, name="the mean")
    found = [assert_unchanged(submission.analogy, *question(rng, 40), words(rng, 40, 5).contiguous()) for _ in range(9)]
    # Nine random answers of 37 are all the same in fewer than one of 10^12 runs.
    assert_responds(found, [found[0]] * 9, name="the words that are found")
