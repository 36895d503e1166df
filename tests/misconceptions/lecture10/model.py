"""What learners get wrong in lecture10.model."""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import misconception

from .mlp_block import Block


class _GPT(nn.Module):
    """A right model in steps; each wrong answer below replaces one of them."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(config.vocab_size, config.n_embd),
                "wpe": nn.Embedding(config.block_size, config.n_embd),
                "h": self.blocks(config),
                "ln_f": nn.LayerNorm(config.n_embd),
            }
        )
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.tie()
        self.init_weights()

    def blocks(self, config):
        return nn.ModuleList([Block(config) for _ in range(config.n_layer)])

    def tie(self):
        self.transformer.wte.weight = self.lm_head.weight

    # the first weights

    def residual(self, name):
        return name.endswith("c_proj")

    def small(self):
        return 0.02 / (2 * self.config.n_layer) ** 0.5

    def draw(self, weight, std):
        nn.init.normal_(weight, mean=0.0, std=std)

    def std_of(self, name, module):
        return self.small() if self.residual(name) else 0.02

    def init_weights(self):
        for name, module in self.named_modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                self.draw(module.weight, self.std_of(name, module))
            if isinstance(module, nn.Linear) and module.bias is not None:
                self.init_bias(module.bias)

    def init_bias(self, bias):
        nn.init.zeros_(bias)

    # forward

    def checked(self, idx):
        if idx.shape[1] > self.config.block_size:
            raise ValueError("too long")
        return idx

    def positions(self, T):
        return torch.arange(T)

    def embedded(self, idx):
        return self.transformer.wte(idx) + self.transformer.wpe(self.positions(idx.shape[1]))

    def through(self, x):
        for block in self.transformer.h:
            x = block(x)
        return x

    def logits(self, idx):
        return self.lm_head(self.transformer.ln_f(self.through(self.embedded(idx))))

    def loss(self, logits, targets):
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())

    def forward(self, idx, targets=None):
        logits = self.logits(self.checked(idx))
        return logits, None if targets is None else self.loss(logits, targets)


# one matrix for two


@misconception(
    "lm_head has a matrix of its own: GPT-2 shares it with the embedding, which saves 38.6 million parameters. Assign "
    "it: self.transformer.wte.weight = self.lm_head.weight.",
    name="untied",
    violates=("embedding_and_head_are_one",),
)
class GPT(_GPT):
    def tie(self):
        pass


@misconception(
    "The numbers of wte are copied into lm_head once, and from then on each goes its own way. Let both hold the same "
    "Parameter: self.transformer.wte.weight = self.lm_head.weight.",
    name="copied",
    violates=("embedding_and_head_are_one",),
)
class GPT(_GPT):
    def init_weights(self):
        super().init_weights()
        with torch.no_grad():
            self.lm_head.weight.copy_(self.transformer.wte.weight)

    def tie(self):
        pass


@misconception(
    "lm_head is a new Parameter around the numbers of wte, which parts from it when the model changes its type, and "
    "which the optimizer counts twice. Assign the Parameter itself.",
    name="parameter-around-the-data",
    violates=("embedding_and_head_are_one",),
)
class GPT(_GPT):
    def tie(self):
        self.lm_head.weight = nn.Parameter(self.transformer.wte.weight.data)


# parts


@misconception(
    "lm_head has a bias. In GPT-2 it has none: nn.Linear(n_embd, vocab_size, bias=False).",
    name="head-with-bias",
    violates=("parameters",),
)
class GPT(_GPT):
    def tie(self):
        self.lm_head = nn.Linear(self.config.n_embd, self.config.vocab_size)
        super().tie()


@misconception(
    "All blocks are one and the same: [Block(config)] * n_layer repeats one object. Make a new Block for each place.",
    name="one-block-repeated",
    violates=("parameters",),
)
class GPT(_GPT):
    def blocks(self, config):
        return nn.ModuleList([Block(config)] * config.n_layer)


@misconception(
    "There is one block too few. range(n_layer) has n_layer numbers.",
    name="one-block-too-few",
    violates=("parameters",),
)
class GPT(_GPT):
    def blocks(self, config):
        return nn.ModuleList([Block(config) for _ in range(1, config.n_layer)])


@misconception(
    "The vocabulary is rounded up to a multiple of 64, as one does for speed. Here it has vocab_size tokens: the "
    "published model has 50,257.",
    name="vocabulary-padded",
    violates=("embedding_and_head_are_one",),
)
class GPT(_GPT):
    def tie(self):
        V = (self.config.vocab_size + 63) // 64 * 64
        self.lm_head = nn.Linear(self.config.n_embd, V, bias=False)
        self.transformer.wte = nn.Embedding(V, self.config.n_embd)
        super().tie()


@misconception(
    "The last normalisation is missing from the forward pass. Write logits = lm_head(ln_f(x)).",
    name="no-ln_f",
    violates=("logits",),
)
class GPT(_GPT):
    def logits(self, idx):
        return self.lm_head(self.through(self.embedded(idx)))


@misconception(
    "ln_f comes before the blocks. It should come after them, in front of lm_head.",
    name="ln_f-first",
    violates=("logits",),
)
class GPT(_GPT):
    def logits(self, idx):
        return self.lm_head(self.through(self.transformer.ln_f(self.embedded(idx))))


@misconception(
    "The positions are left out, so the model is told nothing of where a token stands. Add wpe of 0 to T - 1 to the "
    "token embeddings.",
    name="no-positions",
    violates=("logits",),
)
class GPT(_GPT):
    def embedded(self, idx):
        return self.transformer.wte(idx)


@misconception(
    "The positions are counted from the wrong end: short sequences get the last rows of wpe. They should be 0 to "
    "T - 1: torch.arange(T).",
    name="positions-from-the-end",
    violates=("logits",),
)
class GPT(_GPT):
    def positions(self, T):
        return torch.arange(self.config.block_size - T, self.config.block_size)


@misconception(
    "wpe is looked up with the tokens. It wants positions: torch.arange(T).",
    name="positions-by-token",
    violates=("logits",),
)
class GPT(_GPT):
    def embedded(self, idx):
        return self.transformer.wte(idx) + self.transformer.wpe(idx % self.config.block_size)


@misconception(
    "Each block is run on the embeddings, and only the last one's output is used. Each should take what the one before "
    "it gave: x = block(x).",
    name="blocks-not-chained",
    violates=("logits",),
)
class GPT(_GPT):
    def through(self, x):
        for block in self.transformer.h:
            out = block(x)
        return out


@misconception(
    "The blocks run in the wrong order: h[0] should come first.",
    name="blocks-backwards",
    violates=("logits",),
)
class GPT(_GPT):
    def through(self, x):
        for block in reversed(self.transformer.h):
            x = block(x)
        return x


@misconception(
    "The embeddings are multiplied by √n_embd, as in the paper of 2017. GPT-2 adds them as they are: wte + wpe.",
    name="embedding-scaled",
    violates=("logits",),
)
class GPT(_GPT):
    def embedded(self, idx):
        scaled = self.transformer.wte(idx) * self.config.n_embd**0.5
        return scaled + self.transformer.wpe(self.positions(idx.shape[1]))


@misconception(
    "Only the last position is scored where there are no targets, as nanoGPT does to save time. Score every position.",
    name="last-position-only",
    violates=("logits",),
)
class GPT(_GPT):
    def forward(self, idx, targets=None):
        logits, loss = super().forward(idx, targets)
        return logits[:, [-1]] if targets is None else logits, loss


@misconception(
    "These are probabilities. forward returns the scores before the softmax: F.cross_entropy does the softmax itself.",
    name="softmax-in-forward",
    violates=("logits",),
)
class GPT(_GPT):
    def logits(self, idx):
        return super().logits(idx).softmax(-1)


@misconception(
    "The logits come back flattened, (B·T, V), when targets are given. Flatten for the loss alone: return (B, T, V).",
    name="logits-flattened",
    violates=("logits_with_targets",),
)
class GPT(_GPT):
    def forward(self, idx, targets=None):
        logits, loss = super().forward(idx, targets)
        return (logits if targets is None else logits.flatten(0, 1)), loss


@misconception(
    "For too many tokens the position table raises an IndexError, which does not tell what is wrong. Look at T first, "
    "and raise a ValueError.",
    name="no-length-check",
    violates=("too_many_tokens",),
)
class GPT(_GPT):
    def checked(self, idx):
        return idx


@misconception(
    "The length is tested by an assert, which raises AssertionError, and nothing at all under python -O. Raise a "
    "ValueError: if T > block_size, raise ValueError(…).",
    name="length-by-assert",
    violates=("too_many_tokens",),
)
class GPT(_GPT):
    def checked(self, idx):
        assert idx.shape[1] <= self.config.block_size, "too long"
        return idx


@misconception(
    "block_size tokens are refused. They fit: raise only when T is greater than block_size.",
    name="length-check-off-by-one",
    violates=("too_many_tokens",),
)
class GPT(_GPT):
    def checked(self, idx):
        if idx.shape[1] >= self.config.block_size:
            raise ValueError("too long")
        return idx


@misconception(
    "This is the sum over all positions. The loss is their mean, as F.cross_entropy has it by default.",
    name="loss-summed",
    violates=("loss",),
)
class GPT(_GPT):
    def loss(self, logits, targets):
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")


@misconception(
    "The targets are shifted once more. targets[b, t] already follows idx[b, t]: compare it with logits[b, t].",
    name="shifted-twice",
    violates=("loss",),
)
class GPT(_GPT):
    def loss(self, logits, targets):
        return F.cross_entropy(logits[:, :-1].flatten(0, 1), targets[:, 1:].flatten())


@misconception(
    "Viewing or reshaping the logits to (B, V, T) does not move the axis of the classes: it mixes scores of different "
    "tokens. Flatten to (B·T, V), or transpose(1, 2).",
    name="viewed-not-transposed",
    violates=("loss",),
)
class GPT(_GPT):
    def loss(self, logits, targets):
        return F.cross_entropy(logits.reshape(logits.shape[0], logits.shape[2], -1), targets)


@misconception(
    "view needs numbers that lie one after the other, which a batch cut from a text does not have. Use reshape or "
    "flatten for the targets.",
    name="targets-viewed",
    violates=("a_batch_cut_from_a_text",),
)
class GPT(_GPT):
    def loss(self, logits, targets):
        return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.view(-1))


@misconception(
    "The embedding is detached where lm_head uses it: the shared matrix gets only half of its gradient. Use lm_head as "
    "it is.",
    name="head-detached",
    violates=("gradients",),
)
class GPT(_GPT):
    def logits(self, idx):
        x = self.transformer.ln_f(self.through(self.embedded(idx)))
        return x @ self.lm_head.weight.detach().T


@misconception(
    "The blocks are kept at the class: all models use those of the latest. Keep them at the object.",
    name="blocks-at-the-class",
    violates=("models_keep_apart",),
)
class GPT(_GPT):
    latest = None

    def __init__(self, config):
        super().__init__(config)
        type(self).latest = [self.transformer.h]

    def through(self, x):
        for block in self.latest[0]:
            x = block(x)
        return x


@misconception(
    "The first weights are looked at while the model is built, by item() or float(). On the meta device, where a model "
    "of any size can be built without memory, there are no numbers to look at: draw them, and leave it at that.",
    name="numbers-looked-at",
    violates=("size_of_gpt2",),
)
class GPT(_GPT):
    def draw(self, weight, std):
        super().draw(weight, std)
        weight.data.mul_(std / weight.std().item())


# the first weights


@misconception(
    "The weights stay as torch makes them: an embedding from N(0, 1), which is the head's matrix as well, so that the "
    "first loss is far above ln V. Draw them with a standard deviation of 0.02.",
    name="left-to-torch",
    violates=("first_loss",),
)
class GPT(_GPT):
    def tie(self):
        self.lm_head.weight = self.transformer.wte.weight

    def init_weights(self):
        pass


@misconception(
    "The standard deviation is √0.02: that is for who takes 0.02 for a variance. It is 0.02 itself.",
    name="variance-for-std",
    violates=("first_loss",),
)
class GPT(_GPT):
    def std_of(self, name, module):
        return super().std_of(name, module) ** 0.5


@misconception(
    "The residual projections are drawn as all others, with 0.02. c_proj of attention and of the MLP get 0.02 / √(2 · "
    "n_layer).",
    name="no-residual-scale",
    violates=("first_weights",),
)
class GPT(_GPT):
    def residual(self, name):
        return False


@misconception(
    "All weights get the small standard deviation. It is for the two projections of each block alone, attn.c_proj and "
    "mlp.c_proj.",
    name="scale-on-all",
    violates=("first_weights",),
)
class GPT(_GPT):
    def residual(self, name):
        return True


@misconception(
    "Only the projection of attention is scaled. The MLP's, mlp.c_proj, adds to the stream as well.",
    name="attention-alone",
    violates=("first_weights",),
)
class GPT(_GPT):
    def residual(self, name):
        return name.endswith("attn.c_proj")


@misconception(
    "Only the projection of the MLP is scaled. Attention's, attn.c_proj, adds to the stream as well.",
    name="mlp-alone",
    violates=("first_weights",),
)
class GPT(_GPT):
    def residual(self, name):
        return name.endswith("mlp.c_proj")


@misconception(
    "The scale is 1/√n_layer. Each block adds to the stream twice: 1 / √(2 · n_layer).",
    name="scale-without-two",
    violates=("first_weights",),
)
class GPT(_GPT):
    def small(self):
        return 0.02 / self.config.n_layer**0.5


@misconception(
    "The scale is 1 / (2 · n_layer), and its root is wanted: variances add up, not standard deviations.",
    name="scale-without-root",
    violates=("first_weights",),
)
class GPT(_GPT):
    def small(self):
        return 0.02 / (2 * self.config.n_layer)


@misconception(
    "The scale is √n_layer / √2: without parentheses only the 2 is divided by. Write 0.02 / (2 * n_layer) ** 0.5.",
    name="parentheses-missing",
    violates=("first_weights",),
)
class GPT(_GPT):
    def small(self):
        return 0.02 / 2**0.5 * self.config.n_layer**0.5


@misconception(
    "The embeddings of the positions stay as torch makes them, from N(0, 1). They are drawn with 0.02, as the tokens'.",
    name="wpe-left-to-torch",
    violates=("first_weights",),
)
class GPT(_GPT):
    def std_of(self, name, module):
        return 1.0 if name.endswith("wpe") else super().std_of(name, module)


@misconception(
    "wpe is drawn with 0.01, as OpenAI did. In this unit, as in the lecture, it gets 0.02.",
    name="wpe-with-a-hundredth",
    violates=("first_weights",),
)
class GPT(_GPT):
    def std_of(self, name, module):
        return 0.01 if name.endswith("wpe") else super().std_of(name, module)


@misconception(
    "The biases stay as torch draws them. They start at 0: nn.init.zeros_(module.bias).",
    name="biases-left-to-torch",
    violates=("first_weights",),
)
class GPT(_GPT):
    def init_bias(self, bias):
        nn.init.uniform_(bias, -0.1, 0.1)


@misconception(
    "The weights are spread evenly. Draw normal numbers: nn.init.normal_(weight, mean=0.0, std=0.02).",
    name="uniform",
    violates=("first_weights",),
)
class GPT(_GPT):
    def draw(self, weight, std):
        nn.init.uniform_(weight, -std * 3**0.5, std * 3**0.5)


@misconception(
    "The gains of the normalisations are drawn from N(0, 0.02²) as well, which all but switches every branch off. They "
    "stay at 1.",
    name="gains-drawn",
    violates=("first_weights",),
)
class GPT(_GPT):
    def init_weights(self):
        super().init_weights()
        for name, module in self.named_modules():
            if name.endswith(("ln_1", "ln_2")):
                nn.init.normal_(module.weight, mean=0.0, std=0.02)


@misconception(
    "The seed is set inside, so that all models start alike. Leave it to the caller.",
    name="seeded",
    violates=("first_weights",),
)
class GPT(_GPT):
    def init_weights(self):
        torch.manual_seed(1337)
        super().init_weights()


@misconception(
    "The weights that are there are scaled, and not drawn: whoever calls init_weights on a trained model gets it back, "
    "smaller. Draw them with nn.init.normal_.",
    name="scaled-not-drawn",
    violates=("init_weights_again",),
)
class GPT(_GPT):
    fresh = True

    def draw(self, weight, std):
        if self.fresh:
            super().draw(weight, std)
        else:
            weight.data.mul_(std)

    def init_weights(self):
        super().init_weights()
        self.fresh = False


@misconception(
    "The first weights are drawn in the constructor, and init_weights does nothing. Let it draw, and the constructor "
    "call it.",
    name="drawn-in-the-constructor-alone",
    violates=("init_weights_again",),
)
class GPT(_GPT):
    def __init__(self, config):
        super().__init__(config)
        _GPT.init_weights(self)

    def init_weights(self):
        pass
