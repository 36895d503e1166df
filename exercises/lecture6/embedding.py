"""The table of vectors as a layer: what was a line of its own in lecture 3 becomes a brick as the others are.

The network of lecture 3 looks up ``C[X]`` outside its layers. Once the table is a layer, ids go in at one end of a
stack and logits come out of the other. Source: lecture 6, section 6.3.2.
"""

# /// exercise
# title = "a table of vectors as a layer"
# forbids = [
#   "torch.nn.Embedding", "torch.nn.EmbeddingBag", "torch.nn.functional.embedding",
#   "torch.nn.functional.embedding_bag", "torch.embedding", "torch.embedding_bag",
# ]
# why_forbidden = "this exercise is about writing that layer yourself"
# ///

import torch


class Embedding:
    """A table with one vector for each id.

        Embedding(num_embeddings, embedding_dim)(IX)[…] = weight[IX[…]]

    A plain class, as the lecture has it, and called as a function is. (An ``nn.Module`` is as good.)

    Args:
        num_embeddings: V, the number of ids; they go from 0 to V - 1.
        embedding_dim: E, the numbers in the vector of each.

    Attributes:
        weight: (V, E), float32, one vector a row. At first standard normal numbers (mean 0, standard deviation 1) of
            torch's global generator, which is drawn from and never seeded, so that each new layer has other ones.

    Checks give it other weights, float64 too: they set ``layer.weight.data``. What is called later sees those. Whether
    the weight requires a gradient from the start is up to you: who trains says ``p.requires_grad = True``.

    Example:
        layer = Embedding(3, 2); layer.weight is [[1, 2], [3, 4], [5, 6]]
        layer(torch.tensor([[2, 0]])) -> [[[5, 6], [1, 2]]]

    Source: lecture 6, section 6.3.2, listing 61.
    """

    def __init__(self, num_embeddings: int, embedding_dim: int) -> None:
        raise NotImplementedError("lecture6.embedding: Embedding.__init__ is not written yet")

    def __call__(self, IX: torch.Tensor) -> torch.Tensor:
        """Look up the vector of each id.

        Args:
            IX: ids, int64 in [0, V), of any shape with one axis or more, in any layout. Not modified.

        Returns:
            The shape of IX with an axis more, (..., E), of the weight's dtype. Gradients flow back to the weight: an
            id that comes twice adds to its row twice.
        """
        raise NotImplementedError("lecture6.embedding: Embedding.__call__ is not written yet")

    def parameters(self) -> list[torch.Tensor]:
        """Return what is trained: the list [weight], this very tensor and no copy."""
        raise NotImplementedError("lecture6.embedding: Embedding.parameters is not written yet")
