"""What learners get wrong in deepdive.budget."""

import math

from grader.checks import misconception


@misconception(
    "d is not squared. A matrix of d by d has d² numbers.",
    name="not-squared",
    violates=("parameters",),
)
def parameters(L, d):
    return 12 * L * d


@misconception(
    "Only attention is counted, 4·d² a layer. The feed-forward network has 8·d² more.",
    name="attention-alone",
    violates=("parameters",),
)
def parameters(L, d):
    return 4 * L * d**2


@misconception(
    "Only the feed-forward network is counted, 8·d² a layer. Attention has 4·d² more.",
    name="feed-forward-alone",
    violates=("parameters",),
)
def parameters(L, d):
    return 8 * L * d**2


@misconception(
    "Attention is counted with three matrices, so that a layer has 11·d². There is the projection behind the heads, "
    "too.",
    name="no-projection",
    violates=("parameters",),
)
def parameters(L, d):
    return 11 * L * d**2


@misconception(
    "The layers are squared as well. Only d is: 12 · L · d².",
    name="layers-squared",
    violates=("parameters",),
)
def parameters(L, d):
    return 12 * (L * d) ** 2


@misconception("The layers are not counted. Each has 12·d².", name="one-layer", violates=("parameters",))
def parameters(L, d):
    return 12 * d**2


@misconception("Biases are counted, 9·d a layer. Only the matrices are.", name="biases", violates=("parameters",))
def parameters(L, d):
    return 12 * L * d**2 + 9 * L * d


@misconception("The answer is in billions. Return the number itself.", name="in-billions", violates=("parameters",))
def parameters(L, d):
    return 12 * L * d**2 / 1e9


@misconception(
    "Two bytes a parameter are counted, which is what the weights take in BF16. Training needs master weights, "
    "gradients and Adam's moments as well: 18.",
    name="weights-alone",
    violates=("training_bytes",),
)
def training_bytes(params):
    return 2 * params


@misconception(
    "Sixteen bytes a parameter are counted, with gradients in BF16. The text's 18 have them in FP32.",
    name="sixteen",
    violates=("training_bytes",),
)
def training_bytes(params):
    return 16 * params


@misconception(
    "Twelve bytes a parameter are counted: what Adam and the master weights take. Weights and gradients come on top: "
    "18.",
    name="optimizer-alone",
    violates=("training_bytes",),
)
def training_bytes(params):
    return 12 * params


@misconception("The answer is in gigabytes. Return bytes.", name="gigabytes", violates=("training_bytes",))
def training_bytes(params):
    return 18 * params / 1e9


@misconception("The answer is in bits. Return bytes.", name="bits", violates=("training_bytes",))
def training_bytes(params):
    return 8 * 18 * params


@misconception(
    "Keys are counted and values are not. Both are kept: a factor of 2.",
    name="keys-alone",
    violates=("kv_cache_bytes",),
)
def kv_cache_bytes(n_layer, n_kv_head, head_size, tokens, batch=1, bytes_per_number=2):
    return n_layer * n_kv_head * head_size * tokens * batch * bytes_per_number


@misconception(
    "One layer is counted. Each layer has a cache of its own.",
    name="one-layer-of-cache",
    violates=("kv_cache_bytes",),
)
def kv_cache_bytes(n_layer, n_kv_head, head_size, tokens, batch=1, bytes_per_number=2):
    return 2 * n_kv_head * head_size * tokens * batch * bytes_per_number


@misconception(
    "One head is counted. Each of the n_kv_head heads has keys and values.",
    name="one-head",
    violates=("kv_cache_bytes",),
)
def kv_cache_bytes(n_layer, n_kv_head, head_size, tokens, batch=1, bytes_per_number=2):
    return 2 * n_layer * head_size * tokens * batch * bytes_per_number


@misconception(
    "The texts of the batch are not counted. Each has its own cache.",
    name="one-text",
    violates=("kv_cache_bytes", "defaults"),
)
def kv_cache_bytes(n_layer, n_kv_head, head_size, tokens, batch=1, bytes_per_number=2):
    return 2 * n_layer * n_kv_head * head_size * tokens * bytes_per_number


@misconception(
    "Numbers are counted, not bytes. Multiply by bytes_per_number.",
    name="numbers",
    violates=("kv_cache_bytes", "defaults"),
)
def kv_cache_bytes(n_layer, n_kv_head, head_size, tokens, batch=1, bytes_per_number=2):
    return 2 * n_layer * n_kv_head * head_size * tokens * batch


@misconception(
    "A number is always counted with 2 bytes. That is the default; use bytes_per_number.",
    name="always-two-bytes",
    violates=("kv_cache_bytes",),
)
def kv_cache_bytes(n_layer, n_kv_head, head_size, tokens, batch=1, bytes_per_number=2):
    return 2 * n_layer * n_kv_head * head_size * tokens * batch * 2


@misconception(
    "The tokens are squared, as the scores are many. What is kept is one key and one value a token.",
    name="tokens-squared",
    violates=("kv_cache_bytes",),
)
def kv_cache_bytes(n_layer, n_kv_head, head_size, tokens, batch=1, bytes_per_number=2):
    return 2 * n_layer * n_kv_head * head_size * tokens**2 * batch * bytes_per_number


@misconception(
    "A number has 4 bytes where nothing is said. The default is 2, BF16.",
    name="default-of-four",
    violates=("defaults",),
)
def kv_cache_bytes(n_layer, n_kv_head, head_size, tokens, batch=1, bytes_per_number=4):
    return 2 * n_layer * n_kv_head * head_size * tokens * batch * bytes_per_number


@misconception(
    "The last, smaller batch is left out. It makes one update more: round up, -(-tokens // batch).",
    name="rounded-down",
    violates=("updates",),
)
def updates(tokens, batch):
    if batch < 1:
        raise ValueError("batch")
    return tokens // batch


@misconception(
    "The number is rounded to the nearest. Any tokens that are left make one update more: round up.",
    name="rounded",
    violates=("updates",),
)
def updates(tokens, batch):
    if batch < 1:
        raise ValueError("batch")
    return round(tokens / batch)


@misconception(
    "One is added always. Where the batches come out even there is none over.",
    name="one-more",
    violates=("updates",),
)
def updates(tokens, batch):
    if batch < 1:
        raise ValueError("batch")
    return tokens // batch + 1


@misconception("The answer is a fraction. Updates are whole: round up.", name="fraction", violates=("updates",))
def updates(tokens, batch):
    if batch < 1:
        raise ValueError("batch")
    return tokens / batch


@misconception(
    "The answer is a float. Return an int: math.ceil gives one, np.ceil does not.", name="float", violates=("updates",)
)
def updates(tokens, batch):
    if batch < 1:
        raise ValueError("batch")
    return float(math.ceil(tokens / batch))


@misconception(
    "A batch of 0 ends in a ZeroDivisionError, and a negative one in a negative number. Raise ValueError.",
    name="batch-not-looked-at",
    violates=("no_batch",),
)
def updates(tokens, batch):
    return -(-tokens // batch)


@misconception(
    "Without a batch 0 updates are returned. Raise ValueError.", name="no-batch-no-updates", violates=("no_batch",)
)
def updates(tokens, batch):
    return 0 if batch < 1 else -(-tokens // batch)
