"""Retrieval: documents cut into chunks, and the chunks that are most like a question.

What stands in its context a model can look up, word by word; what it once read in training it half remembers. So a
question is answered better beside the text that the answer is in. You write the two ends of that recipe, the cutting
and the finding; embeddings, whatever they were made by, are vectors here. Source: lecture 8, section 8.5.5.
"""

# /// exercise
# title = "chunks and retrieval"
# hints = [
#   """Where does the second chunk begin, if each begins overlap characters before the one before it ends? And when do \
#   you stop: what would one more chunk hold that the last one does not? For top_k: two vectors may point the same way \
#   and be of different lengths.""",
#   """Chunks start at 0, size - overlap, 2 (size - overlap), ..., and the first that reaches the end of the text is \
#   the last. The cosine is the dot product divided by both lengths; the length of the query is the same for all rows. \
#   A row of zeros would be 0/0: give it -inf, which is below every cosine.""",
#   """[text[start : start + size] for start in range(0, max(len(text) - overlap, 1), size - overlap)], if there is \
#   any text. And torch.where(lengths > 0, matrix @ query / lengths, -torch.inf).topk(min(k, len(matrix))).indices, \
#   with lengths = matrix.norm(dim=1).""",
# ]
# ///

import torch


def chunk(text: str, size: int, overlap: int) -> list[str]:
    """Cut a text into chunks that overlap.

    Every chunk is a piece of the text as it is, size characters long; only the last may be shorter. Each begins overlap
    characters before the one before it ends, so that what stands at a boundary is whole in one of the two. The first
    chunk that reaches the end of the text is the last: no chunk lies wholly inside the one before it.

    So chunks[0] and, of each further chunk, all but its first overlap characters make up the text again.

    Args:
        text: any text, of any length, also none. Characters are Python's: len(text) of them. Nothing is stripped,
            spaces and line ends belong to the text. It may be long: tens of thousands of characters.
        size: the length of a chunk, at least 1.
        overlap: how many characters two neighbours share, at least 0.

    Returns:
        The chunks in their order; an empty text has none.

    Raises:
        ValueError: overlap >= size, so that the next chunk would begin no further on.

    Example:
        "abcdefgh", 4, 1 -> ["abcd", "defg", "gh"]
        "abcdefg", 4, 1  -> ["abcd", "defg"]

    Source: lecture 8, section 8.5.5.
    """
    # solution
    if overlap >= size:
        raise ValueError(f"an overlap of {overlap} is too large for chunks of {size}")
    if not text:
        return []
    starts = range(0, max(len(text) - overlap, 1), size - overlap)  # from the last of them the end is in reach
    return [text[start : start + size] for start in starts]
    # end solution


def top_k(query: torch.Tensor, matrix: torch.Tensor, k: int) -> torch.Tensor:
    """Return which k rows of a matrix are most like a query, by their cosine.

    cosine(q, m) = q @ m / (|q| |m|) is 1 where the two point the same way, 0 where they are at right angles and -1
    where they are opposed, however long they are. A row of zeros points nowhere and has no cosine: it comes after all
    others, after those with a negative cosine, too.

    Args:
        query: (D,) floats, not all of them zero.
        matrix: (n, D) floats of the same dtype: the embeddings of n chunks, n at least 1.
        k: how many are wanted, at least 1. Where k is larger than n, all n are.

    Returns:
        The row numbers, int64, (min(k, n),), the most similar first. Rows of equal cosine, and rows of zeros, come in
        any order among themselves. No argument is modified.

    A bonus: vectors may be of any length between 1e-12 and 1e12, and the order is right without a small number that
    is added somewhere against divisions by 0.

    Example:
        query = [1, 0], matrix = [[0, 0], [3, 3], [-1, 0], [1, 0.1]], k = 3 -> [3, 1, 2]

    Source: lecture 8, section 8.5.5.
    """
    # solution
    lengths = matrix.norm(dim=1)  # (n,)
    cosines = matrix @ query / lengths  # times |query|, which is the same for all
    cosines = torch.where(lengths > 0, cosines, -torch.inf)
    return cosines.topk(min(k, len(matrix))).indices
    # end solution
