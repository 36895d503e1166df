"""What a model costs: parameters, bytes, updates, and the cache that it writes with, all on the back of an envelope.

Before anybody trains a model they know how large it is, whether it fits, and how many steps it will take. You write the
four formulas of the text, and its exercises are among the numbers that are asked for. Source: deep dives, "Mixed
Precision Training", "The KV Cache".
"""

# /// exercise
# title = "what a model costs"
# packages = "numpy"
# ///


def parameters(L: int, d: int) -> int:
    """Return how many parameters the matrices of a Transformer have, embeddings left out.

    In each of the L layers attention has 4 matrices of d · d, and the feed-forward network one of d · 4d and one of
    4d · d: together 12 · L · d². Biases, norms and embeddings are not counted.

    Args:
        L: layers, 0 or more.
        d: numbers in each token's vector.

    Returns:
        An int, exact.

    Example:
        L = 32, d = 4096 -> 6,442,450,944. (LLaMA-7B has these sizes, and 6.7 billion parameters.)

    Source: deep dives, "Mixed Precision Training", memory estimation, and exercise (a) there.
    """
    raise NotImplementedError("deepdive.budget: parameters is not written yet")


def training_bytes(params: int) -> int:
    """Return the bytes that training in BF16 with Adam needs for so many parameters: 18 each, as the text counts.

    These are 2 for the weights in BF16 and 4 for their master copy in FP32, 4 for the gradients, and 4 for each of
    Adam's two moments. Activations come on top, and are not counted.

    Args:
        params: how many.

    Returns:
        An int, exact.

    Example:
        7,000,000,000 -> 126,000,000,000: two accelerators of 80 GB at least.

    Source: deep dives, "Mixed Precision Training", memory estimation.
    """
    raise NotImplementedError("deepdive.budget: training_bytes is not written yet")


def kv_cache_bytes(
    n_layer: int, n_kv_head: int, head_size: int, tokens: int, batch: int = 1, bytes_per_number: int = 2
) -> int:
    """Return the bytes of a KV cache.

    In each layer, for each token of each text of the batch, one key and one value of n_kv_head · head_size numbers.

    Args:
        n_layer: layers.
        n_kv_head: heads of keys and values. With grouped queries they are fewer than those of queries.
        head_size: numbers in a head.
        tokens: how long each text is.
        batch: how many texts.
        bytes_per_number: 2 for BF16.

    Returns:
        An int, exact.

    Example:
        80 layers, 8 heads of 128, 131,072 tokens -> 42,949,672,960 bytes, 40 GiB: a model of 70 billion parameters with
        grouped queries. With 64 heads of keys it would be 320 GiB.

    Source: deep dives, "The KV Cache" (memory cost; the layers are to be multiplied in, as it says).
    """
    raise NotImplementedError("deepdive.budget: kv_cache_bytes is not written yet")


def updates(tokens: int, batch: int) -> int:
    """Return how many updates it takes to see so many tokens once, with so many tokens in a batch.

    What remains behind the last whole batch makes a smaller one, and so one update more.

    Args:
        tokens: of the training data, 0 or more; up to trillions.
        batch: tokens in a batch.

    Returns:
        An int, exact.

    Raises:
        ValueError: batch is below 1.

    Example:
        2,000,000,000,000 tokens in batches of 4,000,000 -> 500,000; 10 in batches of 4 -> 3

    Source: deep dives, "Mixed Precision Training", exercise (b).
    """
    raise NotImplementedError("deepdive.budget: updates is not written yet")
