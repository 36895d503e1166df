"""What learners get wrong in lecture8.rag."""

import torch

from grader.checks import misconception


class UnfinishedError(Exception):
    """This would go on for ever."""


def _chunks(text, size, overlap):
    """The right chunks."""
    if overlap >= size:
        raise ValueError("the overlap is too large")
    if not text:
        return []
    return [text[start : start + size] for start in range(0, max(len(text) - overlap, 1), size - overlap)]


def _top(similarity, k, largest=True):
    """The places of the k largest numbers."""
    return similarity.topk(min(k, len(similarity)), largest=largest).indices


def _cosines(query, matrix, zeros=-torch.inf):
    lengths = matrix.norm(dim=1)
    return torch.where(lengths > 0, matrix @ query / lengths, zeros)


# chunk


@misconception(
    "Chunks begin one behind the other, whatever the overlap is. Each begins overlap characters before the one before "
    "it ends: go on by size - overlap.",
    name="no-overlap",
    violates=("overlap",),
)
def chunk(text, size, overlap):
    _chunks(text, size, overlap)
    return [text[start : start + size] for start in range(0, len(text), size)]


@misconception(
    "The next chunk begins overlap characters further on, not overlap characters before the end. Go on by "
    "size - overlap.",
    name="overlap-for-step",
    violates=("overlap",),
)
def chunk(text, size, overlap):
    if overlap == 0:
        return _chunks(text, size, overlap)
    _chunks(text, size, overlap)
    found, start = [], 0
    while True:
        found.append(text[start : start + size])
        if start + size >= len(text):
            return found
        start += overlap


@misconception(
    "The overlap is added to the chunks, which get longer than size. They have size characters, and begin earlier.",
    name="overlap-added",
    violates=("overlap",),
)
def chunk(text, size, overlap):
    _chunks(text, size, overlap)
    return [text[max(start - overlap, 0) : start + size] for start in range(0, len(text), size)]


@misconception(
    "The overlap lies at the front alone: the first chunk is shorter than the others by it. The first one, too, has "
    "size characters.",
    name="first-chunk-short",
    violates=("overlap",),
)
def chunk(text, size, overlap):
    _chunks(text, size, overlap)
    step = size - overlap
    return [text[max(start - overlap, 0) : start + step] for start in range(0, len(text), step)]


@misconception(
    "The last chunk is moved back until it is size long, and overlaps by more than overlap. It begins where its turn "
    "is, and may be shorter.",
    name="last-chunk-moved",
)
def chunk(text, size, overlap):
    found = _chunks(text, size, overlap)
    return [*found[:-1], text[-size:]] if found else []


@misconception(
    "What is left at the end, shorter than a chunk, is dropped. The last chunk may be shorter than size.",
    name="tail-dropped",
)
def chunk(text, size, overlap):
    return [piece for piece in _chunks(text, size, overlap) if len(piece) == size]


@misconception(
    "The last chunk is filled up with spaces. It is a piece of the text as it is, and may be shorter than size.",
    name="padded",
)
def chunk(text, size, overlap):
    return [piece.ljust(size) for piece in _chunks(text, size, overlap)]


@misconception(
    "Spaces and line ends are stripped from the text or its chunks, which then do not make up the text again. Keep "
    "them.",
    name="stripped",
)
def chunk(text, size, overlap):
    return [piece.strip() for piece in _chunks(text, size, overlap)]


@misconception(
    "The text is cut by words, size of them a chunk. size and overlap count characters.",
    name="words",
)
def chunk(text, size, overlap):
    words = text.split()
    return [" ".join(piece) for piece in _chunks(words, size, overlap)]


@misconception(
    "The text is cut by its bytes in UTF-8, of which most characters have more than one. size and overlap count "
    "characters: cut the text itself.",
    name="bytes",
)
def chunk(text, size, overlap):
    return [piece.decode(errors="replace") for piece in _chunks(text.encode(), size, overlap)]


@misconception(
    "An empty text gives one empty chunk. It has none: there is nothing to find in it.",
    name="empty-chunk",
)
def chunk(text, size, overlap):
    return _chunks(text, size, overlap) or [""]


@misconception(
    "The last chunk lies wholly inside the one before it, and says nothing new. Stop with the first chunk that reaches "
    "the end: starts go up to len(text) - overlap, not to len(text).",
    name="tail-contained",
    violates=("no_chunk_lies_in_the_one_before",),
)
def chunk(text, size, overlap):
    _chunks(text, size, overlap)
    return [text[start : start + size] for start in range(0, len(text), size - overlap)]


@misconception(
    "This comes to no end: the next chunk begins overlap characters before the end of the text again and again. Stop "
    "with the first chunk that reaches the end.",
    name="never-ends",
    violates=("overlap",),
)
def chunk(text, size, overlap):
    _chunks(text, size, overlap)
    found, start = [], 0
    for _ in range(20_000):
        if start >= len(text):
            return found
        end = min(start + size, len(text))
        found.append(text[start:end])
        start = end - overlap
    raise UnfinishedError


@misconception(
    "An overlap as large as the size is made smaller without a word, where a ValueError is wanted.",
    name="overlap-made-smaller",
    violates=("overlaps_that_are_too_large",),
)
def chunk(text, size, overlap):
    return _chunks(text, size, min(overlap, size - 1))


@misconception(
    "Only an overlap larger than the size is refused. With one as large as the size the next chunk would be the same "
    "again: refuse overlap >= size.",
    name="equal-overlap-accepted",
    violates=("overlaps_that_are_too_large",),
)
def chunk(text, size, overlap):
    return [text[:size]] if overlap == size else _chunks(text, size, overlap)


@misconception(
    "chunk calls itself for the rest of the text, and Python allows some thousand calls inside each other. Go over the "
    "starts in a loop.",
    name="recursion",
    violates=("a_document_is_searched",),
)
def chunk(text, size, overlap):
    if overlap >= size:
        raise ValueError("the overlap is too large")
    if len(text) <= size:
        return [text] if text else []
    return [text[:size], *chunk(text[size - overlap :], size, overlap)]


# top_k


@misconception(
    "Rows are compared by their dot products with the query, so that long ones win. Divide by their lengths: the "
    "cosine is matrix @ query / matrix.norm(dim=1).",
    name="dot-product",
)
def top_k(query, matrix, k):
    return _top(torch.where(matrix.any(1), matrix @ query, -torch.inf), k)


@misconception(
    "Rows are compared by their distance from the query, which depends on how long they are. Take the cosine.",
    name="distance",
)
def top_k(query, matrix, k):
    return _top(torch.where(matrix.any(1), -(matrix - query).norm(dim=1), -torch.inf), k)


@misconception(
    "The matrix is divided by the lengths of its columns. A row is a chunk: matrix.norm(dim=1).",
    name="columns-normalised",
)
def top_k(query, matrix, k):
    return _top(torch.where(matrix.any(1), matrix / matrix.norm(dim=0) @ query, -torch.inf), k)


@misconception(
    "The dot product is multiplied with the length of the row. Divide by it.",
    name="multiplied-by-length",
)
def top_k(query, matrix, k):
    return _top(torch.where(matrix.any(1), matrix @ query * matrix.norm(dim=1), -torch.inf), k)


@misconception(
    "The magnitude of the cosine decides, so that what is opposed to the query counts as like it. −1 is the least "
    "similar there is.",
    name="magnitude",
)
def top_k(query, matrix, k):
    cosines = _cosines(query, matrix)
    return _top(torch.where(cosines.isinf(), cosines, cosines.abs()), k)


@misconception(
    "The least similar rows are returned. The largest cosine comes first; argsort sorts upwards unless it is told "
    "descending=True.",
    name="least-similar",
)
def top_k(query, matrix, k):
    return _top(_cosines(query, matrix), k, largest=False)


@misconception(
    "The right rows are returned, in the wrong order, the best of them last: the last k of an argsort go upwards. Turn "
    "them round.",
    name="best-last",
)
def top_k(query, matrix, k):
    return _top(_cosines(query, matrix), k).flip(0)


@misconception(
    "The right rows are returned in the order of the matrix. The most similar comes first.",
    name="in-matrix-order",
)
def top_k(query, matrix, k):
    return _top(_cosines(query, matrix), k).sort().values


@misconception(
    "The cosines are returned. Return the row numbers: topk gives (values, indices).",
    name="cosines-returned",
)
def top_k(query, matrix, k):
    return _cosines(query, matrix).sort(descending=True).values[:k]


@misconception("The rows themselves are returned. Return their numbers.", name="rows-returned")
def top_k(query, matrix, k):
    return matrix[_top(_cosines(query, matrix), k)]


@misconception("All rows are returned. Only the first k are wanted.", name="all-rows")
def top_k(query, matrix, k):
    return _top(_cosines(query, matrix), len(matrix))


@misconception("A list is returned. Return a tensor of int64, as topk has it.", name="list-returned")
def top_k(query, matrix, k):
    return _top(_cosines(query, matrix), k).tolist()


@misconception(
    "topk raises where k is larger than the number of rows. Then all rows are wanted: min(k, len(matrix)).",
    name="k-too-large",
    violates=("more_than_there_are",),
)
def top_k(query, matrix, k):
    return _cosines(query, matrix).topk(k).indices


@misconception(
    "Where k is larger than the number of rows, the last of them is given again, to make k. Return each row once.",
    name="filled-up",
    violates=("more_than_there_are",),
)
def top_k(query, matrix, k):
    found = _top(_cosines(query, matrix), k)
    return torch.cat([found, found[-1:].expand(k - len(found))])


@misconception(
    "Rows of zeros get the cosine 0 and come before all that have a negative one. They have no cosine: give them −inf.",
    name="zeros-in-the-middle",
    violates=("zeros_come_last",),
)
def top_k(query, matrix, k):
    return _top(_cosines(query, matrix, zeros=0.0), k)


@misconception(
    "0/0 is NaN, and NaN is larger than all numbers for topk and argsort, so that rows of zeros come first. Give them "
    "−inf.",
    name="zeros-first",
    violates=("zeros_come_last",),
)
def top_k(query, matrix, k):
    return _top(matrix @ query / matrix.norm(dim=1), k)


@misconception(
    "Rows of zeros are left out. They come last, but they come: k rows are wanted, where there are k.",
    name="zeros-left-out",
    violates=("zeros_come_last",),
)
def top_k(query, matrix, k):
    cosines = _cosines(query, matrix)
    return _top(cosines, min(k, int(matrix.any(1).sum())))


@misconception(
    "A small number is added to the lengths, so that short vectors lose. Divide by the length alone, and look for "
    "zeros apart.",
    name="epsilon",
    violates=("any_length",),
)
def top_k(query, matrix, k):
    cosines = matrix @ query / (matrix.norm(dim=1) * query.norm() + 1e-8)
    return _top(torch.where(matrix.any(1), cosines, -torch.inf), k)


@misconception(
    "The matrix is normalised in place: the caller's embeddings are others afterwards. matrix / lengths is a new "
    "tensor, matrix /= lengths is not.",
    name="normalised-in-place",
    violates=("arguments_stay_as_they_are",),
)
def top_k(query, matrix, k):
    cosines = _cosines(query, matrix)
    matrix /= matrix.norm(dim=1, keepdim=True).clamp(min=1e-300)
    return _top(cosines, k)
