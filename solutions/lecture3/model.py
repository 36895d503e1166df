"""The network of Bengio and others: look up a vector for each character, put them side by side, and two layers more.

You write it with nothing but tensors. Whatever a context holds, similar characters have similar vectors, so that the
network knows something of contexts that it has never seen. Source: lecture 3, sections 3.2.3 and 3.3.3 to 3.3.5.
"""

# /// exercise
# title = "embeddings and two layers"
# hints = [
#   """Follow the shapes: X is (N, block_size), C[X] has an axis more. Which matrix product gives (N, H), and what \
#   shape has its left side? Indexing takes a whole tensor of ids at once.""",
#   """emb = C[X], (N, block_size, E); h = tanh(emb.reshape(N, block_size * E) @ W1 + b1); logits = h @ W2 + b2. No \
#   softmax. Tensors that are trained need requires_grad=True.""",
#   """self.W1 = torch.randn(block_size * emb, hidden, requires_grad=True), and the others alike; h = \
#   torch.tanh(emb.flatten(1) @ self.W1 + self.b1); return [self.C, self.W1, self.b1, self.W2, self.b2].""",
# ]
# ///

import torch


class MLPLanguageModel:
    """A network that scores what follows a context of block_size characters.

        emb    = C[X]                                   (N, block_size, E)
        h      = tanh(embcat @ W1 + b1)                 (N, H), where embcat is emb with its last two axes merged
        logits = h @ W2 + b2                            (N, V)

    A row of ``embcat`` holds the vector of the first (the oldest) character, then that of the second, and so on.

    A plain class will do, and so will an ``nn.Module`` with five Parameters. Everything is float32 at first; forward
    computes in the dtype of the parameters (the checks give you float64 ones: they set ``model.C.data`` and so on).

    Args:
        vocab: V, the number of different characters.
        block_size: characters in a context.
        emb: E, numbers in the vector of a character.
        hidden: H, hidden units.

    Attributes:
        block_size: the int that was passed in; whoever samples from the model needs it.
        C: the vectors of the characters, (V, E).
        W1, b1: the first layer, (block_size * E, H) and (H,).
        W2, b2: the second layer, (H, V) and (V,).

    All five require gradients. Each new model draws C, W1 and W2 anew, as random numbers around 0, with torch's global
    generator. The biases may start from anything, zeros too. The lecture has ``torch.randn`` for all five; which scales
    are better is the matter of lecture 4, and any will do here.

    Source: lecture 3, section 3.2.3; Bengio, Ducharme, Vincent and Jauvin, 2003.
    """

    block_size: int
    C: torch.Tensor
    W1: torch.Tensor
    b1: torch.Tensor
    W2: torch.Tensor
    b2: torch.Tensor

    def __init__(self, vocab: int, block_size: int, emb: int, hidden: int) -> None:
        # solution
        self.block_size = block_size
        self.C = torch.randn(vocab, emb, requires_grad=True)
        self.W1 = torch.randn(block_size * emb, hidden, requires_grad=True)
        self.b1 = torch.randn(hidden, requires_grad=True)
        self.W2 = torch.randn(hidden, vocab, requires_grad=True)
        self.b2 = torch.randn(vocab, requires_grad=True)
        # end solution

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Score every character as what follows each context.

        The vectors are looked up, ``C[X]``. A product of one-hot rows with C gives the same numbers, but keeps V of
        them for each entry of X where E will do: it is refused for that.

        Args:
            X: contexts, (N, block_size), int64 in [0, V), contiguous; N is at least 1. Not modified. For a bonus X may
                be a view of any layout: ``.view`` fails there.

        Returns:
            logits, (N, V), of the dtype of the parameters: scores, before any softmax. Gradients flow back to all five.

        Source: lecture 3, listings 36 and 38 to 40.
        """
        # solution
        emb = self.C[X]  # (N, block_size, E)
        h = torch.tanh(emb.flatten(1) @ self.W1 + self.b1)  # (N, H)
        return h @ self.W2 + self.b2  # (N, V)
        # end solution

    def parameters(self) -> list[torch.Tensor]:
        """Return the five tensors C, W1, b1, W2 and b2 themselves, in any order, for whoever trains them.

        An iterator, as ``nn.Module`` has it, will do. There are 11,897 numbers in them at the size of the lecture,
        ``MLPLanguageModel(27, 3, 10, 200)``.

        Source: lecture 3, listing 43.
        """
        # solution
        return [self.C, self.W1, self.b1, self.W2, self.b2]
        # end solution
