"""Embeddings: what is alike points the same way.

A word is a vector, and so is a sentence: the mean of its tokens, if nothing better is at hand. You measure how alike
two of them are, leave padding out of a mean, and solve "man is to king as woman is to …" by adding and subtracting.
Source: deep dives, "How Word Arithmetic Works" and "Sentence and Document Embeddings".
"""

# /// exercise
# title = "word arithmetic"
# forbids = ["torch.nn.functional.cosine_similarity", "torch.nn.CosineSimilarity"]
# why_forbidden = "this exercise is about writing it yourself"
# ///

import torch


def cosine(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the cosine of the angle between vectors, along the last axis.

        cosine(a, b) = a . b / (|a| |b|)

    It is 1 for the same direction, whatever the lengths, 0 at a right angle, −1 for opposite ones. Where a vector is
    all zeros it is 0, not NaN.

    Args:
        a: (..., d), float32 or float64. Not modified.
        b: (..., d), of shapes that broadcast with those of a. Not modified.

    Returns:
        (...), of the dtype of a; vectors of lengths from 1e-6 to 1e6 are told apart as well as others.

    Example:
        [3, 4], [4, 3] -> 0.96

    Source: deep dives, "How Word Arithmetic Works".
    """
    raise NotImplementedError("deepdive.embeddings: cosine is not written yet")


def mean_pool(tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return one vector for each text: the mean of its tokens, padding left out.

        out[i] = sum over t of mask[i, t] * tokens[i, t] / sum over t of mask[i, t]

    What stands in the place of padding is of no matter. A text without any token is zeros.

    Args:
        tokens: (B, T, d), float32 or float64: what a model makes of each token. Not modified.
        mask: (B, T), bools or 0 and 1 as int64: where there is a token, anywhere in the row. Not modified.

    Returns:
        (B, d), of the dtype of tokens.

    Source: deep dives, "Sentence and Document Embeddings".
    """
    raise NotImplementedError("deepdive.embeddings: mean_pool is not written yet")


def analogy(a: int, b: int, c: int, matrix: torch.Tensor) -> int:
    """Return the word that is to c what b is to a: queen, where a is man, b is king and c is woman.

    The target is matrix[b] − matrix[a] + matrix[c]: king − man + woman. The answer is the word whose vector has the
    largest cosine with it, *other than a, b and c*, which lie nearest as a rule, and are no answers. The rows are taken
    as they are, of any length.

    Args:
        a: a word, as the number of its row.
        b: what a is to.
        c: another word; a, b and c need not be different.
        matrix: (V, d), float32 or float64, a vector for each word; V is 4 or more. Not modified.

    Returns:
        The number of a row, an int. Where several are as near, any of them.

    Source: deep dives, "How Word Arithmetic Works"; Mikolov et al. 2013.
    """
    raise NotImplementedError("deepdive.embeddings: analogy is not written yet")
