"""Checks of lecture8.rag: chunks letter by letter, rows by their cosines, and a document cut up and searched."""

import zlib

import torch

from grader.checks import (
    assert_close,
    assert_equal,
    assert_raises,
    assert_responds,
    assert_unchanged,
    bonus,
    check,
    integer,
    needs,
    normal,
    points,
    texts,
    undisturbed,
    uniform,
)

# chunk


def pieces(text, size, overlap):
    """The chunks, taken off the front of the text for as long as something new is left."""
    found, rest = [], text
    while rest:
        found.append(rest[:size])
        rest = rest[size - overlap :] if len(rest) > size else ""
    return found


def random_text(rng, length):
    """So many characters of all kinds, spaces and line ends at its two ends."""
    parts = [*texts.HARD, "\n", "  ", "word", "Ω", "日本", "😀", texts.letters(rng, 3)]
    inside = ""
    while len(inside) < length:
        inside += parts[integer(rng, 0, len(parts) - 1)] + texts.letters(rng, 1)
    return f" {inside[: length - 2]}\n"


def called(text, size, overlap):
    """The call, as messages have it."""
    return f"chunk({text!r}, {size}, {overlap})"


@points(2)
def test_without_overlap(submission, rng):
    """Without an overlap the text is cut into pieces of size characters, the last one shorter if need be."""
    size = integer(rng, 4, 6)
    lengths = [3 * size + 2, size - 1, 4 * size, size, 2 * size + 1]
    cases = [(random_text(rng, length), size, 0) for length in lengths] + [("", size, 0), (texts.letters(rng, 5), 1, 0)]
    answers = [submission.chunk(*case) for case in cases]
    for answer, case in zip(answers, cases, strict=True):
        assert_equal(answer, pieces(*case), name=called(*case))


def without_the_contained(chunks):
    """The chunks but for those at the end that lie wholly in the one before them."""
    while len(chunks) > 1 and chunks[-2].endswith(chunks[-1]):
        chunks = chunks[:-1]
    return chunks


def overlapping(rng):
    """Arguments whose last chunk is short, but longer than the overlap: different letters, so that no two are alike."""
    cases = []
    for size, overlap in ((5, 2), (7, 5), (6, 1), (4, 3)):
        length = size + (size - overlap) * integer(rng, 2, 3) - (size - overlap > 1)
        cases.append((distinct(rng, length), size, overlap))
    return cases


def distinct(rng, length):
    """So many different characters."""
    return "".join(chr(0x100 + i) for i in torch.randperm(300, generator=rng)[:length].tolist())


@points(2)
@needs("test_without_overlap")
def test_overlap(submission, rng):
    """Each chunk begins overlap characters before the one before it ends, up to the end of the text."""
    cases = overlapping(rng)
    submission.chunk(distinct(rng, 20), 6, 0)
    answers = [submission.chunk(*case) for case in cases]
    for answer, case in zip(answers, cases, strict=True):
        name = called(*case)
        check(
            type(answer) is list and all(type(piece) is str for piece in answer),
            f"{name} must return a list of texts.",
        )
        assert_equal(without_the_contained(answer), pieces(*case), name=name)


@needs("test_overlap")
def test_no_chunk_lies_in_the_one_before(submission, rng):
    """The first chunk that reaches the end of the text is the last: none lies wholly inside the one before it."""
    cases = [
        (distinct(rng, 3 * (size - overlap) + overlap), size, overlap) for size, overlap in ((5, 2), (6, 4), (7, 3))
    ]
    cases += [(distinct(rng, length), 6, 4) for length in (6, 5, 3)]
    cases += [(distinct(rng, length), 4, 3) for length in (2, 4, 6)] + overlapping(rng)
    answers = [submission.chunk(*case) for case in cases]
    for answer, case in zip(answers, cases, strict=True):
        assert_equal(answer, pieces(*case), name=called(*case))


@needs("test_without_overlap")
def test_overlaps_that_are_too_large(submission, rng):
    """An overlap as large as the size, or larger, raises ValueError, for an empty text too; none at all does not."""
    text = distinct(rng, integer(rng, 12, 15))
    cases = [(text, size, 0) for size in (3, 4)]
    answers = [submission.chunk(*case) for case in cases]
    for size in (integer(rng, 2, 3), integer(rng, 4, 6)):
        for more in (0, integer(rng, 1, 3)):
            why = f"chunks of {size} cannot overlap by {size + more}"
            assert_raises(ValueError, submission.chunk, text, size, size + more, why=why)
            assert_raises(ValueError, submission.chunk, "", size, size + more, why=why)
    for answer, case in zip(answers, cases, strict=True):
        check(type(answer) is list and len(answer) > 1, f"{called(*case)} must return a list of chunks.")


# top_k


def cosines(query, matrix):
    """One row after the other; -inf for rows of zeros."""
    return torch.stack(
        [
            (row / row.norm()) @ (query / query.norm()) if row.any() else torch.tensor(-torch.inf, dtype=row.dtype)
            for row in matrix.double()
        ]
    )


def ordered(scores):
    """The places, the largest number first."""
    return scores.argsort(descending=True, stable=True).tolist()


def embedded(rng, n, D):
    """(query, matrix): rows whose order is another by other measures, from the first row of it on."""
    while True:
        query, matrix = normal(rng, D), normal(rng, n, D) * uniform(rng, 0.3, 6.0, n)[:, None]
        right = ordered(scores := cosines(query, matrix))
        others = (
            matrix @ query,
            -(matrix - query).norm(dim=1),
            scores.abs(),
            scores * matrix.norm(dim=1) ** 2,
            (matrix / matrix.norm(dim=0)) @ query,
        )
        apart = scores[right].diff().abs().min() > 1e-3
        if apart and scores.min() < -0.2 and all(ordered(other)[0] != right[0] for other in others):
            return query, matrix


@points(3)
def test_top_k(submission, rng):
    """top_k returns the numbers of the k rows with the largest cosines, the largest first, however long rows are."""
    ks = (1, 2, 3, integer(rng, 4, 5))
    cases = [(*embedded(rng, integer(rng, 6, 9), integer(rng, 3, 5)), k) for k in ks]
    query, matrix, k = cases[2]
    cases += [(query.float(), matrix.float(), k), (query, matrix, len(matrix))]
    answers = [submission.top_k(*case) for case in cases]
    for answer, (query, matrix, k) in zip(answers, cases, strict=True):
        expected = torch.tensor(ordered(cosines(query.double(), matrix))[:k])
        assert_close(answer, expected, name="top_k", oracle="the cosines, one by one", sizes={"n": len(matrix), "k": k})


@needs("test_top_k")
def test_more_than_there_are(submission, rng):
    """Where k is larger than the number of rows, all of them come, in order."""
    cases = []
    for more in (1, integer(rng, 2, 9)):
        query, matrix = embedded(rng, integer(rng, 4, 6), 3)
        cases.append((query, matrix, len(matrix) + more))
    cases.append((normal(rng, 3), normal(rng, 1, 3), 2))
    submission.top_k(*embedded(rng, 5, 3), 2)
    for query, matrix, k in cases:
        expected = torch.tensor(ordered(cosines(query, matrix)))
        answer = submission.top_k(query, matrix, k)
        assert_close(answer, expected, name="top_k", oracle="all, in order", sizes={"n": len(matrix), "k": k})


@points(2)
@needs("test_top_k")
def test_zeros_come_last(submission, rng):
    """Rows of zeros come after all others, also after those with a negative cosine."""
    cases = []
    for zeros in (1, 2):
        query, matrix = embedded(rng, 6, 4)
        places = torch.randperm(6 + zeros, generator=rng)
        matrix = torch.cat([matrix, torch.zeros(zeros, 4, dtype=torch.float64)])[places]
        cases += [(query, matrix, 6), (query, matrix, 6 + zeros)]
    answers = [submission.top_k(*case) for case in cases]
    for answer, (query, matrix, k) in zip(answers, cases, strict=True):
        right = ordered(cosines(query, matrix))
        check(
            isinstance(answer, torch.Tensor) and answer.shape == (k,) and answer.dtype == torch.int64,
            f"top_k must return {k} row numbers here, an int64 tensor of shape ({k},): rows of zeros are rows.",
        )
        sizes = {"n": len(matrix), "k": k}
        assert_close(answer[:6], torch.tensor(right[:6]), name="top_k(…)[:6]", oracle="by hand", sizes=sizes)
        rest = sorted(answer[6:].tolist())  # rows of zeros among themselves: any order
        assert_equal(rest, sorted(right[6:k]), name="the rows of zeros in top_k(…)")


@bonus
@needs("test_top_k")
def test_any_length(submission, rng):
    """Vectors of any length have the right order, from 1e-12 to 1e12."""
    for shortest in (True, False):
        query, matrix = embedded(rng, integer(rng, 6, 8), 4)
        powers = uniform(rng, -12.0, 12.0, len(matrix))
        best, second = ordered(cosines(query, matrix))[:2]
        powers[best], powers[second] = (-12.0, 12.0) if shortest else (12.0, -12.0)
        scaled = matrix / matrix.norm(dim=1, keepdim=True) * 10 ** powers[:, None]
        query = query / query.norm() * (1e-12 if shortest else 1e12)
        expected = torch.tensor(ordered(cosines(query, scaled))[:4])
        answer = submission.top_k(query, scaled, 4)
        assert_close(answer, expected, name="top_k", oracle="by hand", sizes={"n": len(matrix)})


@needs("test_without_overlap", "test_top_k")
def test_arguments_stay_as_they_are(submission, rng):
    """Arguments and torch's global generator stay as they are; the same arguments give the same answers again."""
    text, size = distinct(rng, 12), integer(rng, 4, 5)
    first, second = submission.chunk(text, size, 0), submission.chunk(distinct(rng, 12), size, 0)
    assert_responds(first, second, name="the chunks")
    assert_responds(first, submission.chunk(text, size + 1, 0), name="the chunks of another size")
    assert_equal(submission.chunk(text, size, 0), first, name="the chunks, the second time", oracle="the first time")
    (query, matrix), (other, others) = (embedded(rng, 7, 4) for _ in range(2))
    with undisturbed(submission, rng):
        rows = assert_unchanged(submission.top_k, query, matrix, 7)
    assert_responds(rows, assert_unchanged(submission.top_k, other, others, 7), name="top_k")
    assert_responds(rows, submission.top_k(-query, matrix, 7), name="top_k, for the opposite query,")
    assert_responds(rows, submission.top_k(query, matrix.flip(0), 7), name="top_k, with the rows in another order,")
    assert_responds(rows, submission.top_k(query, matrix, 6), name="top_k, with another k,")
    assert_close(submission.top_k(query, matrix, 7), rows, name="top_k, again", oracle="the first time")


# both


def hashed(text, dimensions=256):
    """An embedding without a model: how often each triple of letters occurs, the triples hashed to so many numbers."""
    vector = torch.zeros(dimensions)
    for i in range(len(text) - 2):
        triple = text[i : i + 3]
        if triple.strip() == triple:
            vector[zlib.crc32(triple.encode()) % dimensions] += 1
    return vector


def sentence(rng):
    """Four words and a dot."""
    return " ".join(texts.letters(rng, integer(rng, 4, 8)) for _ in range(4)) + ". "


@needs("test_no_chunk_lies_in_the_one_before", "test_zeros_come_last")
def test_a_document_is_searched(submission, rng):
    """In a document of 25,000 characters the chunk that a sentence stands in is found, by hashed triples of letters."""
    sentences = [sentence(rng) for _ in range(800)]
    sentences[400] += " " * 200  # an empty half page: chunks without a word
    document = "".join(sentences)[:25_000]
    size, overlap = 60, 40
    submission.chunk(document[:200], size, overlap)
    chunks = submission.chunk(document, size, overlap)
    check(
        type(chunks) is list and all(type(piece) is str and len(piece) <= size for piece in chunks),
        f"chunk must return a list of texts of at most {size} characters.",
    )
    check(
        1000 < len(chunks) < 2000,
        f"{len(document)} characters make {len(pieces(document, size, overlap))} chunks of {size} that overlap by "
        f"{overlap}; yours are {len(chunks)}.",
    )
    matrix = torch.stack([hashed(piece) for piece in chunks])
    for _ in range(3):
        query = hashed(sentences[integer(rng, 10, 390)])
        scores = cosines(query.double(), matrix)
        best = scores.max()
        found = submission.top_k(query, matrix, 3)
        check(
            isinstance(found, torch.Tensor) and found.shape == (3,) and found.dtype == torch.int64,
            "top_k must return three row numbers here, an int64 tensor of shape (3,).",
        )
        place = int(found[0])
        check(0 <= place < len(chunks), f"There is no row {place}: there are {len(chunks)} chunks.")
        check(
            bool(scores[place] > best - 1e-5),  # in float32, where two chunks may be as good as equal
            f"The chunk found is {chunks[place]!r}, with the cosine {float(scores[place]):.4f}; there is one with "
            f"{float(best):.4f}: {chunks[int(scores.argmax())]!r}.",
        )
