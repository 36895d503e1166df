"""What learners get wrong in lecture10.budget."""

import math

from grader.checks import misconception


def _matrices(config):
    """The numbers of all matrices that a token goes through."""
    return 12 * config.n_layer * config.n_embd**2 + config.vocab_size * config.n_embd


def _attention(config):
    """The operations of attention's own products, forward and backward."""
    return 12 * config.n_layer * config.n_embd * config.block_size


def _right(config):
    return 6 * _matrices(config) + _attention(config)


def _parameters(config):
    C = config.n_embd
    return (config.vocab_size + config.block_size) * C + config.n_layer * (12 * C * C + 13 * C) + 2 * C


@misconception(
    "Only the pass forward is counted, 2 operations for each number of a matrix. Backward there are two products for "
    "each one forward: three times as much in all.",
    name="forward-only",
)
def flops_per_token(config):
    return _right(config) // 3


@misconception(
    "The pass backward is counted like one forward. It has two products for each one of them, for the gradient of the "
    "input and for that of the matrix: three times as much in all, not twice.",
    name="backward-like-forward",
)
def flops_per_token(config):
    return _right(config) // 3 * 2


@misconception(
    "A multiplication with its addition is counted as one operation. They are two: 2N forward for a matrix of N "
    "numbers.",
    name="multiply-add-as-one",
)
def flops_per_token(config):
    return _right(config) // 2


@misconception(
    "Attention's own products are left out. They have no parameters, and cost 2·T·C each forward in every layer all "
    "the same.",
    name="attention-left-out",
)
def flops_per_token(config):
    return 6 * _matrices(config)


@misconception(
    "Only one of attention's two products is counted, or only half of each. Both count: the queries with the keys and "
    "the weights with the values, whole, as the stub says, with the keys that are hidden.",
    name="half-of-attention",
)
def flops_per_token(config):
    return 6 * _matrices(config) + _attention(config) // 2


@misconception(
    "Attention's products are counted forward only: 4·T·C for each layer. Backward they cost twice that again.",
    name="attention-forward-only",
)
def flops_per_token(config):
    return 6 * _matrices(config) + _attention(config) // 3


@misconception(
    "Attention's products are counted for all T queries of a row. A token has one query: T·C for each product, and "
    "not T²·C.",
    name="attention-of-a-row",
)
def flops_per_token(config):
    return 6 * _matrices(config) + _attention(config) * config.block_size


@misconception(
    "Attention's products are counted for one head. All heads together have the width n_embd.",
    name="attention-of-one-head",
)
def flops_per_token(config):
    return 6 * _matrices(config) + _attention(config) // config.n_head


@misconception(
    "Attention's products are counted once for each head, with the whole width each time. All heads together have the "
    "width n_embd.",
    name="attention-for-each-head",
)
def flops_per_token(config):
    return 6 * _matrices(config) + _attention(config) * config.n_head


@misconception(
    "Attention's own products are counted for one layer. Every layer has them.",
    name="attention-of-one-layer",
)
def flops_per_token(config):
    return 6 * _matrices(config) + _attention(config) // config.n_layer


@misconception(
    "The head is left out. It shares its numbers with the embedding, but it is a product of V × C all the same, and "
    "in GPT-2 a third of the matrices.",
    name="head-left-out",
)
def flops_per_token(config):
    return 6 * (_matrices(config) - config.vocab_size * config.n_embd) + _attention(config)


@misconception(
    "V × C is counted twice, for the head and for the token embedding. The embedding is a look-up, and no product.",
    name="embedding-counted",
)
def flops_per_token(config):
    return 6 * (_matrices(config) + config.vocab_size * config.n_embd) + _attention(config)


@misconception(
    "All parameters are counted with 6 operations each. Of the position embedding, of biases and of LayerNorms there "
    "are no products of matrices: count the matrices alone.",
    name="all-parameters",
)
def flops_per_token(config):
    return 6 * _parameters(config) + _attention(config)


@misconception(
    "The biases are counted with the matrices. Adding a bias is no product: count the matrices alone.",
    name="biases-counted",
)
def flops_per_token(config):
    return 6 * (_matrices(config) + 9 * config.n_layer * config.n_embd) + _attention(config)


@misconception(
    "One linear layer of the MLP is missing. It has two of 4C² each, up and down.",
    name="half-of-the-mlp",
)
def flops_per_token(config):
    return 6 * (_matrices(config) - 4 * config.n_layer * config.n_embd**2) + _attention(config)


@misconception(
    "Attention's projection to q, k and v is counted as one of C². It is three of them: 3C².",
    name="one-for-qkv",
)
def flops_per_token(config):
    return 6 * (_matrices(config) - 2 * config.n_layer * config.n_embd**2) + _attention(config)


@misconception(
    "Attention's projection at its end, c_proj with C² numbers, is left out.",
    name="projection-left-out",
)
def flops_per_token(config):
    return 6 * (_matrices(config) - config.n_layer * config.n_embd**2) + _attention(config)


@misconception(
    "The number is that of a whole row of block_size tokens. It is to be that of one.",
    name="of-a-row",
)
def flops_per_token(config):
    return _right(config) * config.block_size


@misconception("The number is a float. Operations are counted: return an int.", name="a-float")
def flops_per_token(config):
    return float(_right(config))


_KEPT = []


@misconception(
    "The number of a config is kept and given again, whatever has become of the config meanwhile. Compute it anew "
    "each time.",
    name="kept",
    violates=("configs_keep_apart",),
)
def flops_per_token(config):
    known = [number for other, number in _KEPT if other is config]
    if not known:
        known = [_right(config)]
        _KEPT.append((config, known[0]))
    return known[0]


@misconception(
    "The fraction stands upside down: this is the peak over what is used.",
    name="upside-down",
    violates=("utilisation",),
)
def mfu(tokens_per_second, config, peak):
    return peak / (tokens_per_second * _right(config))


@misconception(
    "The utilisation is given in percent. It is to be a share of 1.",
    name="percent",
    violates=("utilisation",),
)
def mfu(tokens_per_second, config, peak):
    return 100 * tokens_per_second * _right(config) / peak


@misconception(
    "tokens_per_second is multiplied by block_size, as if rows were counted. It counts tokens.",
    name="rows-per-second",
    violates=("utilisation",),
)
def mfu(tokens_per_second, config, peak):
    return tokens_per_second * config.block_size * _right(config) / peak


@misconception(
    "Only the matrices' 6N is used, and the operations of attention are lost. Use flops_per_token.",
    name="6N-alone",
    violates=("utilisation",),
)
def mfu(tokens_per_second, config, peak):
    return tokens_per_second * 6 * _matrices(config) / peak


@misconception(
    "What remains is counted as a step of its own. It is too little for a step: round down.",
    name="rounded-up",
)
def steps(tokens, batch_tokens):
    if batch_tokens < 1:
        raise ValueError("batch_tokens")
    return -(-tokens // batch_tokens)


@misconception(
    "The number of steps is rounded to the nearest, up where more than half of a batch remains. Round down.",
    name="rounded",
)
def steps(tokens, batch_tokens):
    if batch_tokens < 1:
        raise ValueError("batch_tokens")
    return (2 * tokens + batch_tokens) // (2 * batch_tokens)


@misconception("Steps are counted: return an int, by //, and no fraction of a step.", name="a-fraction")
def steps(tokens, batch_tokens):
    if batch_tokens < 1:
        raise ValueError("batch_tokens")
    return tokens / batch_tokens


@misconception(
    "Division by / gives a float, which has 53 bits: above 9·10¹⁵ whole numbers are lost. Divide by //.",
    name="through-a-float",
)
def steps(tokens, batch_tokens):
    if batch_tokens < 1:
        raise ValueError("batch_tokens")
    return math.floor(tokens / batch_tokens)


@misconception(
    "Where the data are less than a batch, a step is counted nevertheless. There is none.",
    name="at-least-one",
)
def steps(tokens, batch_tokens):
    if batch_tokens < 1:
        raise ValueError("batch_tokens")
    return max(1, tokens // batch_tokens)


@misconception(
    "A batch of 0 tokens, or of less, is not refused by ValueError.",
    name="empty-batch",
    violates=("no_batch_of_nothing",),
)
def steps(tokens, batch_tokens):
    return 0 if batch_tokens < 1 else tokens // batch_tokens


@misconception(
    "Only the parameters are counted. Training keeps their gradients as well, and AdamW's two moments: four numbers "
    "for each.",
    name="parameters-alone",
)
def memory(config, dtype):
    return _parameters(config) * dtype.itemsize


@misconception(
    "Parameters and gradients are counted, and AdamW's two moments are not.",
    name="moments-left-out",
)
def memory(config, dtype):
    return 2 * _parameters(config) * dtype.itemsize


@misconception(
    "One of four is missing: AdamW keeps two moments of each parameter, beside the parameter and its gradient.",
    name="three-of-four",
)
def memory(config, dtype):
    return 3 * _parameters(config) * dtype.itemsize


@misconception(
    "The head's V × C numbers are counted beside the embedding's. The weight is tied, and there once.",
    name="head-twice",
)
def memory(config, dtype):
    return 4 * (_parameters(config) + config.vocab_size * config.n_embd) * dtype.itemsize


@misconception("The position embedding, T × C, is left out: it is trained, too.", name="places-left-out")
def memory(config, dtype):
    return 4 * (_parameters(config) - config.block_size * config.n_embd) * dtype.itemsize


@misconception(
    "Only matrices are counted. Biases and LayerNorms are parameters, too: 13C in each layer, and 2C at the end.",
    name="matrices-alone",
)
def memory(config, dtype):
    matrices = _matrices(config) + config.block_size * config.n_embd
    return 4 * matrices * dtype.itemsize


@misconception("The LayerNorm behind the last block, with its 2C numbers, is left out.", name="last-norm-left-out")
def memory(config, dtype):
    return 4 * (_parameters(config) - 2 * config.n_embd) * dtype.itemsize


@misconception(
    "The head is given a bias of V numbers. GPT-2's has none.",
    name="bias-of-the-head",
)
def memory(config, dtype):
    return 4 * (_parameters(config) + config.vocab_size) * dtype.itemsize


@misconception("Each number is taken to have 4 bytes. dtype says how many: dtype.itemsize.", name="always-four-bytes")
def memory(config, dtype):
    return 16 * _parameters(config)


@misconception(
    "AdamW's moments are counted in float32 whatever the dtype. In torch they have the dtype of their parameter.",
    name="moments-in-float32",
)
def memory(config, dtype):
    return _parameters(config) * (2 * dtype.itemsize + 8)


@misconception("These are bits. A byte has eight of them.", name="bits")
def memory(config, dtype):
    return 32 * _parameters(config) * dtype.itemsize
