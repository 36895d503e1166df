"""What learners get wrong in deepdive.embeddings."""

import torch

from grader.checks import misconception


def _cosine(a, b):
    lengths = a.norm(dim=-1) * b.norm(dim=-1)
    return (a * b).sum(-1) / torch.where(lengths == 0, 1.0, lengths)


def _mean(tokens, mask, smallest=1):
    weights = mask.to(tokens.dtype)[..., None]
    return (tokens * weights).sum(1) / weights.sum(1).clamp(min=smallest)


def _best(scores, *left_out):
    scores = scores.clone()
    scores[list(left_out)] = -torch.inf
    return int(scores.argmax())


def _target(a, b, c, matrix):
    return matrix[b] - matrix[a] + matrix[c]


# cosine


@misconception(
    "The product is not divided by the lengths, so that long vectors are alike. Divide by both.",
    name="dot-product",
    violates=("cosine",),
)
def cosine(a, b):
    return (a * b).sum(-1)


@misconception("The product is divided by one length alone. Divide by both.", name="one-length", violates=("cosine",))
def cosine(a, b):
    lengths = a.norm(dim=-1)
    return (a * b).sum(-1) / torch.where(lengths == 0, 1.0, lengths)


@misconception(
    "The product is divided by the squared lengths. A length is the root of the sum of squares.",
    name="squared-lengths",
    violates=("cosine",),
)
def cosine(a, b):
    lengths = a.pow(2).sum(-1) * b.pow(2).sum(-1)
    return (a * b).sum(-1) / torch.where(lengths == 0, 1.0, lengths)


@misconception(
    "The product is divided by the sum of the lengths. Divide by their product.",
    name="sum-of-lengths",
    violates=("cosine",),
)
def cosine(a, b):
    lengths = a.norm(dim=-1) + b.norm(dim=-1)
    return (a * b).sum(-1) / torch.where(lengths == 0, 1.0, lengths)


@misconception(
    "The length is that of the whole tensor, all vectors together. norm needs dim=-1.",
    name="norm-of-everything",
    violates=("cosine",),
)
def cosine(a, b):
    lengths = a.norm() * b.norm()
    return (a * b).sum(-1) / torch.where(lengths == 0, 1.0, lengths)


@misconception(
    "Lengths are sums of magnitudes. The length of a vector is the root of the sum of squares.",
    name="sum-of-magnitudes",
    violates=("cosine",),
)
def cosine(a, b):
    lengths = a.abs().sum(-1) * b.abs().sum(-1)
    return (a * b).sum(-1) / torch.where(lengths == 0, 1.0, lengths)


@misconception(
    "The sign is lost: opposite directions count as the same. The cosine is negative there.",
    name="magnitude-of-cosine",
    violates=("cosine",),
)
def cosine(a, b):
    return _cosine(a, b).abs()


@misconception(
    "The cosine distance, 1 − cosine, is returned. Return the cosine.", name="distance", violates=("cosine",)
)
def cosine(a, b):
    return 1 - _cosine(a, b)


@misconception("The angle is returned. Return its cosine.", name="angle", violates=("cosine",))
def cosine(a, b):
    return _cosine(a, b).clamp(-1, 1).acos()


@misconception(
    "The means are subtracted first, which gives a correlation. Take the vectors as they are.",
    name="correlation",
    violates=("cosine",),
)
def cosine(a, b):
    return _cosine(a - a.mean(-1, keepdim=True), b - b.mean(-1, keepdim=True))


@misconception(
    "1e-8 is added to the product of the lengths, which is more than short vectors have. Only where a length is 0 "
    "something must be done.",
    name="eps-added",
    violates=("lengths_do_not_matter",),
)
def cosine(a, b):
    return (a * b).sum(-1) / (a.norm(dim=-1) * b.norm(dim=-1) + 1e-8)


@misconception("A vector of zeros gives 0/0, which is NaN. Its cosine is 0.", name="nan-for-zeros", violates=("zeros",))
def cosine(a, b):
    return (a * b).sum(-1) / (a.norm(dim=-1) * b.norm(dim=-1))


@misconception(
    "A vector of zeros has the cosine 1. It has no direction, and here its cosine is 0.",
    name="one-for-zeros",
    violates=("zeros",),
)
def cosine(a, b):
    lengths = a.norm(dim=-1) * b.norm(dim=-1)
    return torch.where(lengths == 0, 1.0, _cosine(a, b))


@misconception(
    "The caller's vectors are made one long in place. a / length makes new ones; a /= length does not.",
    name="normalised-in-place",
    violates=("arguments_stay_as_they_are",),
)
def cosine(a, b):
    out = _cosine(a, b)
    if a.dim() == 2 and a.is_contiguous() and a.shape == b.shape:
        a /= a.norm(dim=-1, keepdim=True).clamp(min=1e-300)
    return out


# mean_pool


@misconception("Padding is averaged in: the mask is not used.", name="mask-ignored", violates=("mean_pool",))
def mean_pool(tokens, mask):
    return tokens.mean(1)


@misconception(
    "Padding is taken out of the sum, and the sum is divided by T all the same. Divide by how many tokens there are.",
    name="divided-by-T",
    violates=("mean_pool",),
)
def mean_pool(tokens, mask):
    return (tokens * mask.to(tokens.dtype)[..., None]).mean(1)


@misconception(
    "The sum is not divided at all. It is to be the mean: divide by how many tokens there are.",
    name="sum-for-mean",
    violates=("mean_pool",),
)
def mean_pool(tokens, mask):
    return (tokens * mask.to(tokens.dtype)[..., None]).sum(1)


@misconception(
    "The sum of each text is divided by the tokens of the whole batch. Each text has its own number.",
    name="tokens-of-the-batch",
    violates=("mean_pool",),
)
def mean_pool(tokens, mask):
    return (tokens * mask.to(tokens.dtype)[..., None]).sum(1) / mask.sum().clamp(min=1) * 1.0


@misconception(
    "The mean is over the padding: the mask is turned around. It is True where there is a token.",
    name="mask-inverted",
    violates=("mean_pool",),
)
def mean_pool(tokens, mask):
    return _mean(tokens, ~mask.bool())


@misconception(
    "The first token is taken, as BERT's [CLS]. Here it is the mean of all.",
    name="first-token",
    violates=("mean_pool",),
)
def mean_pool(tokens, mask):
    there = (mask.sum(1, keepdim=True) > 0).to(tokens.dtype)
    return tokens[:, 0] * there


@misconception("The largest number of each place is taken. Take the mean.", name="max-pool", violates=("mean_pool",))
def mean_pool(tokens, mask):
    best = tokens.masked_fill(~mask.bool()[..., None], -torch.inf).amax(1)
    return torch.where(best.isfinite(), best, 0.0)


@misconception(
    "The mean runs over the numbers of each token, not over the tokens: the answer is (B, T). Sum over axis 1.",
    name="wrong-axis",
    violates=("mean_pool",),
)
def mean_pool(tokens, mask):
    return (tokens * mask.to(tokens.dtype)[..., None]).mean(-1)


@misconception(
    "The first tokens are taken, as many as the mask has. Padding may stand in front: go by the mask's places.",
    name="by-length",
    violates=("masks",),
)
def mean_pool(tokens, mask):
    there = torch.arange(mask.shape[1])[None, :] < mask.sum(1, keepdim=True)
    return _mean(tokens, there)


@misconception(
    "A mask of 0 and 1 is turned around by ~, which makes −1 and −2 of them. Make bools of it first: mask.bool().",
    name="tilde-of-ints",
    violates=("masks",),
)
def mean_pool(tokens, mask):
    weights = (1 - (~mask).to(tokens.dtype))[..., None]
    return (tokens * weights).sum(1) / weights.sum(1).clamp(min=1)


@misconception(
    "A text without any token is 0/0, which is NaN. It is zeros: divide by 1 there, clamp(min=1).",
    name="nan-without-tokens",
    violates=("no_token",),
)
def mean_pool(tokens, mask):
    weights = mask.to(tokens.dtype)[..., None]
    return (tokens * weights).sum(1) / weights.sum(1)


@misconception(
    "Padding is set to zero in the caller's tokens. Multiply, or use masked_fill, which make new ones.",
    name="padding-in-place",
    violates=("arguments_stay_as_they_are",),
)
def mean_pool(tokens, mask):
    out = _mean(tokens, mask)
    tokens[~mask.bool()] = 0.0
    return out


# analogy


@misconception(
    "a, b and c are not left out, and one of them is nearest as a rule. The answer is another word.",
    name="inputs-not-left-out",
    violates=("analogy",),
)
def analogy(a, b, c, matrix):
    return _best(_cosine(matrix, _target(a, b, c, matrix)))


@misconception("Only c is left out. The answer is none of a, b and c.", name="c-alone-left-out", violates=("analogy",))
def analogy(a, b, c, matrix):
    return _best(_cosine(matrix, _target(a, b, c, matrix)), c)


@misconception("Only b and c are left out. The answer is not a, either.", name="a-not-left-out", violates=("analogy",))
def analogy(a, b, c, matrix):
    return _best(_cosine(matrix, _target(a, b, c, matrix)), b, c)


@misconception(
    "The words are added and subtracted in the wrong order: a − b + c. King − man + woman is b − a + c.",
    name="a-minus-b",
    violates=("analogy",),
)
def analogy(a, b, c, matrix):
    return _best(_cosine(matrix, matrix[a] - matrix[b] + matrix[c]), a, b, c)


@misconception(
    "The words are paired wrongly: a + b − c. King − man + woman is b − a + c.", name="a-plus-b", violates=("analogy",)
)
def analogy(a, b, c, matrix):
    return _best(_cosine(matrix, matrix[a] + matrix[b] - matrix[c]), a, b, c)


@misconception("The nearest word to c is looked for, whatever a and b are.", name="nearest-to-c", violates=("analogy",))
def analogy(a, b, c, matrix):
    return _best(_cosine(matrix, matrix[c]), a, b, c)


@misconception(
    "The largest product wins, and so do long vectors. Compare by cosine.", name="by-product", violates=("analogy",)
)
def analogy(a, b, c, matrix):
    return _best(matrix @ _target(a, b, c, matrix), a, b, c)


@misconception(
    "The smallest distance wins, and so do short vectors. Compare by cosine.", name="by-distance", violates=("analogy",)
)
def analogy(a, b, c, matrix):
    return _best(-(matrix - _target(a, b, c, matrix)).norm(dim=-1), a, b, c)


@misconception(
    "The rows are made one long before they are added, as gensim does it. Here they are taken as they are.",
    name="normalised-first",
    violates=("analogy",),
)
def analogy(a, b, c, matrix):
    unit = matrix / matrix.norm(dim=-1, keepdim=True)
    return _best(_cosine(matrix, _target(a, b, c, unit)), a, b, c)


@misconception(
    "The word that is least alike is returned. Take the largest cosine.", name="argmin", violates=("analogy",)
)
def analogy(a, b, c, matrix):
    return _best(-_cosine(matrix, _target(a, b, c, matrix)), a, b, c)


@misconception(
    "a, b and c are taken out of the matrix, and the answer counts the rows that are left. Return the number of the "
    "row in the whole matrix.",
    name="shifted-numbers",
    violates=("analogy",),
)
def analogy(a, b, c, matrix):
    rest = [word for word in range(len(matrix)) if word not in (a, b, c)]
    return int(_cosine(matrix[rest], _target(a, b, c, matrix)).argmax())


@misconception(
    "The number of the row comes as a tensor. Return an int: .item().", name="tensor-returned", violates=("analogy",)
)
def analogy(a, b, c, matrix):
    scores = _cosine(matrix, _target(a, b, c, matrix))
    scores[[a, b, c]] = -torch.inf
    return scores.argmax()


@misconception("The vector is returned. Return the number of its row.", name="vector-returned", violates=("analogy",))
def analogy(a, b, c, matrix):
    return matrix[_best(_cosine(matrix, _target(a, b, c, matrix)), a, b, c)]


@misconception(
    "The fourth nearest word is taken, on the assumption that a, b and c are the three before it. Leave these out by "
    "their numbers.",
    name="fourth-of-all",
    violates=("analogy",),
)
def analogy(a, b, c, matrix):
    order = _cosine(matrix, _target(a, b, c, matrix)).argsort(descending=True)
    return int(order[3])


@misconception(
    "Where a, b and c are not three different words, as many of the nearest are skipped as if they were. Leave them "
    "out by their numbers.",
    name="three-skipped",
    violates=("repeated_words",),
)
def analogy(a, b, c, matrix):
    order = _cosine(matrix, _target(a, b, c, matrix)).argsort(descending=True).tolist()
    order = [word for word in order if word not in (a, b, c)]
    return order[3 - len({a, b, c})]


@misconception(
    "The rows of a, b and c are overwritten in the caller's matrix to leave them out. Leave their scores out.",
    name="rows-overwritten",
    violates=("arguments_stay_as_they_are",),
)
def analogy(a, b, c, matrix):
    target = _target(a, b, c, matrix)
    answer = _best(_cosine(matrix, target), a, b, c)
    matrix[[a, b, c]] = 0.0
    return answer
