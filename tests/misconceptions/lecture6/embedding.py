"""What learners get wrong in lecture6.embedding."""

import torch
import torch.nn.functional as F

from grader.checks import misconception


class _Right:
    """The right layer, for others to spoil one part of it."""

    def __init__(self, num_embeddings, embedding_dim):
        self.weight = torch.randn((num_embeddings, embedding_dim))

    def __call__(self, IX):
        return self.weight[IX]

    def parameters(self):
        return [self.weight]


# the first weights


@misconception(
    "The first weights are uniform in [0, 1), by torch.rand. Standard normal numbers are wanted: torch.randn.",
    name="uniform",
    violates=("first_weights",),
)
class Embedding(_Right):
    def __init__(self, num_embeddings, embedding_dim):
        self.weight = torch.rand((num_embeddings, embedding_dim))


@misconception(
    "The first weights are all 0, so that every id starts with the same vector. Draw them by torch.randn.",
    name="zeros",
    violates=("first_weights",),
)
class Embedding(_Right):
    def __init__(self, num_embeddings, embedding_dim):
        self.weight = torch.zeros((num_embeddings, embedding_dim))


@misconception(
    "The first weights are divided by √embedding_dim. Nothing is added up in a lookup: they stay as torch.randn has "
    "them.",
    name="scaled-by-dim",
    violates=("first_weights",),
)
class Embedding(_Right):
    def __init__(self, num_embeddings, embedding_dim):
        self.weight = torch.randn((num_embeddings, embedding_dim)) / embedding_dim**0.5


@misconception(
    "The first weights are divided by √num_embeddings, as those of a Linear layer with so many inputs. A lookup adds "
    "nothing up: they stay as torch.randn has them.",
    name="scaled-by-vocabulary",
    violates=("first_weights",),
)
class Embedding(_Right):
    def __init__(self, num_embeddings, embedding_dim):
        self.weight = torch.randn((num_embeddings, embedding_dim)) / num_embeddings**0.5


@misconception(
    "The first weights are a hundredth of what is wanted. Here they are as torch.randn has them.",
    name="small",
    violates=("first_weights",),
)
class Embedding(_Right):
    def __init__(self, num_embeddings, embedding_dim):
        self.weight = torch.randn((num_embeddings, embedding_dim)) * 0.01


@misconception(
    "The weight is float64. Here it is float32, torch's default: say no dtype.",
    name="float64",
    violates=("first_weights",),
)
class Embedding(_Right):
    def __init__(self, num_embeddings, embedding_dim):
        self.weight = torch.randn((num_embeddings, embedding_dim), dtype=torch.float64)


@misconception(
    "The first axis of the table is embedding_dim. Each id has a row: (num_embeddings, embedding_dim).",
    name="transposed",
    violates=("first_weights",),
)
class Embedding(_Right):
    def __init__(self, num_embeddings, embedding_dim):
        self.weight = torch.randn((embedding_dim, num_embeddings))


@misconception(
    "All ids start with the same vector: one is drawn for all of them. Draw num_embeddings of them.",
    name="one-vector-for-all",
    violates=("first_weights",),
)
class Embedding(_Right):
    def __init__(self, num_embeddings, embedding_dim):
        self.weight = torch.randn(embedding_dim).repeat(num_embeddings, 1)


@misconception(
    "The global generator is seeded in __init__, so all layers of one size are equal, and whatever is drawn later, "
    "too. Who runs the program seeds it, once.",
    name="seeded",
    violates=("each_layer_has_its_own",),
)
class Embedding(_Right):
    def __init__(self, num_embeddings, embedding_dim):
        torch.manual_seed(2147483647)
        super().__init__(num_embeddings, embedding_dim)


@misconception(
    "Every layer makes a generator of its own with a fixed seed, so all of one size are equal. Make one for the whole "
    "program, or use the global one.",
    name="own-generator",
    violates=("each_layer_has_its_own",),
)
class Embedding(_Right):
    def __init__(self, num_embeddings, embedding_dim):
        g = torch.Generator().manual_seed(2147483647)
        self.weight = torch.randn((num_embeddings, embedding_dim), generator=g)


# the lookup


@misconception(
    "Ids are counted from 1 here: id 0 gets the last row, id 1 the first. The vector of an id is weight[id].",
    name="ids-from-one",
    violates=("lookup",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return self.weight[IX - 1]


@misconception(
    "The vectors of a context are put side by side here already. The layer only looks up, (B, T, E); Flatten comes "
    "after it.",
    name="flattened",
    violates=("lookup",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return self.weight[IX].flatten(1)


@misconception(
    "The vectors of a context are added up. Each id keeps its own: (B, T, E).",
    name="bag",
    violates=("lookup",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return self.weight[IX].sum(1)


@misconception(
    "The vectors are multiplied by √embedding_dim, as the Transformer paper does. Here they are looked up as they are.",
    name="transformer-scale",
    violates=("lookup",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return self.weight[IX] * self.weight.shape[1] ** 0.5


@misconception(
    "The vector of id 0 is always 0, as for padding. Here 0 is the dot, a character as the others are, with a vector "
    "that is learnt.",
    name="padding",
    violates=("lookup",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return self.weight[IX] * (IX != 0)[..., None]


@misconception(
    "The vectors are made unit length. They are looked up as they are.",
    name="normalised",
    violates=("lookup",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return F.normalize(self.weight[IX], dim=-1)


@misconception(
    "tanh is applied to the vectors. A lookup has no nonlinearity: return weight[IX].",
    name="tanh",
    violates=("lookup",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return torch.tanh(self.weight[IX])


@misconception(
    "The one-hot rows are float32 always, and a weight of another dtype cannot be multiplied by them. Index it: "
    "weight[IX] has its dtype, and needs no one-hot rows at all.",
    name="one-hot-float32",
    violates=("lookup",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return F.one_hot(IX, self.weight.shape[0]).float() @ self.weight


@misconception(
    "The answer is float32 whatever the weight is. It has the weight's dtype: leave .float() out.",
    name="float32-returned",
    violates=("lookup",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return self.weight[IX].float()


@misconception(
    "The axis of time comes first in the answer. It is (B, T, E), in the order of IX.",
    name="time-first",
    violates=("lookup",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return self.weight[IX].transpose(0, 1)


@misconception(
    "The features stand before the time, (B, E, T), as a convolution of torch has them. Here the last axis is E.",
    name="channels-first",
    violates=("lookup",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return self.weight[IX].transpose(1, 2)


@misconception(
    "Only ids of two axes are taken. weight[IX] works for IX of any shape: ask for none.",
    name="two-axes-only",
    violates=("any_shape",),
)
class Embedding(_Right):
    def __call__(self, IX):
        B, T = IX.shape
        return self.weight[IX.reshape(-1)].view(B, T, -1)


@misconception(
    "Axes of length 1 are dropped, by squeeze. The answer has the axes of IX, and one more.",
    name="squeezed",
    violates=("any_shape",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return self.weight[IX].squeeze()


@misconception(
    "IX.view(-1) fails for ids that lie in memory in another order. Index by IX as it is: weight[IX].",
    name="view-of-ids",
    violates=("any_shape",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return self.weight[IX.view(-1)].view(*IX.shape, -1)


@misconception(
    "What is looked up has no graph (.data, detach or no_grad): the vectors are never trained. Index the weight "
    "itself.",
    name="detached",
    violates=("gradient",),
)
class Embedding(_Right):
    def __call__(self, IX):
        return self.weight.detach()[IX] + 0 * self.weight.sum()


@misconception(
    "What was looked up first is kept, and returned for the same ids though the weight has changed since. Look up anew "
    "in each call.",
    name="table-kept",
    violates=("the_present_weight",),
)
class Embedding(_Right):
    def __call__(self, IX):
        if not hasattr(self, "table"):
            self.table = self.weight.clone()
        return self.table[IX]


# parameters


@misconception(
    "parameters() lists a copy. What an optimizer changes in it never reaches the layer: return [self.weight].",
    name="copy-listed",
    violates=("parameters",),
)
class Embedding(_Right):
    def parameters(self):
        return [self.weight.clone()]


@misconception(
    "parameters() is empty, so the vectors are never trained: return [self.weight].",
    name="not-listed",
    violates=("parameters",),
)
class Embedding(_Right):
    def parameters(self):
        return []


@misconception(
    "parameters() gives the tensor, and who goes through it gets its rows. A list is wanted: [self.weight].",
    name="tensor-for-list",
    violates=("parameters",),
)
class Embedding(_Right):
    def parameters(self):
        return self.weight
