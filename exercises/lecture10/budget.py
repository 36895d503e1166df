"""What a training run costs, before it is started.

Whether a model can be trained in an hour or in a month, on one card or on eight, is decided by three products that fit
on the back of an envelope. You write them: the operations that a token costs, how much of a machine is used, and the
bytes that the training's state takes. Source: lecture 10, sections 10.1.2, 10.2.2 and 10.7.
"""

# /// exercise
# title = "what a training run costs"
# forbids = ["torch.utils.flop_counter"]
# why_forbidden = "the counting is what you write here"
# ///

from typing import Protocol

import torch


class Config(Protocol):
    """The sizes of a GPT-2, as ``GPTConfig`` of this unit has them; anything with these attributes will do.

    The model: token and position embeddings, (vocab_size, n_embd) and (block_size, n_embd); n_layer blocks, each with a
    LayerNorm, attention by one linear layer (n_embd -> 3 n_embd) and another (n_embd -> n_embd), a second LayerNorm,
    and an MLP of two linear layers (n_embd -> 4 n_embd -> n_embd); one more LayerNorm; the head (n_embd -> vocab_size).
    All linear layers and LayerNorms have biases but the head. The head's weight *is* the token embedding: it is tied.

    Attributes:
        vocab_size: V, 50257 in GPT-2.
        block_size: T, tokens in a row, 1024 in GPT-2.
        n_layer: L, 12 in the smallest GPT-2, the 124M one.
        n_head: heads of the attention, 12; n_embd is the width of all of them together.
        n_embd: C, 768.
    """

    vocab_size: int
    block_size: int
    n_layer: int
    n_head: int
    n_embd: int


def flops_per_token(config: Config) -> int:
    """Return the floating-point operations that one token costs in training, forward and backward.

    Counted are the products of matrices, and nothing else: no LayerNorm, softmax, GELU, bias or optimizer. A product
    that takes a token through a matrix of N numbers is N multiplications and N additions, 2N operations. Backward there
    are two such products for each one forward, for the gradient of the input and for that of the matrix. So each
    matrix costs 6N.

    - The token embedding is a look-up, and costs nothing; the position embedding likewise. The head is a product of
      V × C numbers, though its numbers are the embedding's.
    - Attention's own two products, the queries with the keys and the weights with the values, have no parameters,
      and are counted as products are: whole, with all T keys for each query, in rows of T = block_size tokens. That
      half of the weights are zero, and that a good kernel leaves them out, makes it no less.

    Args:
        config: the model's sizes.

    Returns:
        A Python int.

    Example:
        The 124M model: 854,438,400, of which 741,192,192 for matrices of parameters and 113,246,208 for attention.

    Source: lecture 10, section 10.2.2; Kaplan et al. 2020, section 2.1; Chowdhery et al. 2022 (PaLM), appendix B.
    """
    raise NotImplementedError("lecture10.budget: flops_per_token is not written yet")


def mfu(tokens_per_second: float, config: Config, peak: float) -> float:
    """Return the model FLOPs utilisation: the share of a machine's peak that the model's own products make use of.

    Args:
        tokens_per_second: tokens that the training gets through in a second, over all of the machine.
        config: the model's sizes.
        peak: operations a second that the machine can do at best, 312e12 for an A100 in bfloat16.

    Returns:
        A float, 1.0 where every operation of the peak goes into the model.

    Example:
        mfu(180_000, the 124M model, 312e12) -> 0.4929

    Source: lecture 10, section 10.7; Chowdhery et al. 2022 (PaLM), appendix B.
    """
    raise NotImplementedError("lecture10.budget: mfu is not written yet")


def steps(tokens: int, batch_tokens: int) -> int:
    """Return how many steps of the optimizer a data set is good for, if no token is seen twice.

    A step takes ``batch_tokens`` tokens: micro-batches, accumulated and over all processes. What remains in the end and
    is too little for a step is left out.

    Args:
        tokens: tokens of the data set, at least 0; it may be any Python int.
        batch_tokens: tokens in a step, at least 1.

    Returns:
        A Python int, exact however large the numbers are.

    Raises:
        ValueError: batch_tokens is less than 1.

    Example:
        steps(10_000_000_000, 524_288) -> 19073

    Source: lecture 10, sections 10.1.2 and 10.5.
    """
    raise NotImplementedError("lecture10.budget: steps is not written yet")


def memory(config: Config, dtype: torch.dtype) -> int:
    """Return the bytes that the state of a training takes.

    The state is what stays from step to step: all parameters, biases and LayerNorms included; the gradient of each; and
    AdamW's two moments of each. All of them are in ``dtype``. The head's weight is that of the token embedding, and
    there once. Not counted are activations, which depend on the batch, and AdamW's counters of steps.

    Args:
        config: the model's sizes.
        dtype: a floating-point dtype of torch's, torch.float32; ``dtype.itemsize`` is its size in bytes.

    Returns:
        A Python int.

    Example:
        memory(the 124M model, torch.float32) -> 1,991,036,928: 124,439,808 parameters, 16 bytes for each

    Source: lecture 10, sections 10.2.2, 10.4.1 and 10.6.1.
    """
    raise NotImplementedError("lecture10.budget: memory is not written yet")
