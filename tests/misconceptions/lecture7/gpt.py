"""What learners get wrong in lecture7.gpt."""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import misconception

from .block import Block


class _GPT(nn.Module):
    """A right model in steps; each wrong answer below replaces one of them."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        V, C = config.vocab_size, config.n_embd
        self.token_embedding_table = nn.Embedding(V, C)
        self.position_embedding_table = nn.Embedding(config.block_size, C)
        self.blocks = nn.Sequential(
            *[Block(C, config.n_head, config.block_size, config.dropout) for _ in range(config.n_layer)]
        )
        self.ln_f = nn.LayerNorm(C)
        self.lm_head = nn.Linear(C, V)

    def checked(self, idx):
        if idx.shape[1] > self.config.block_size:
            raise ValueError("too long")
        return idx

    def positions(self, T):
        return torch.arange(T)

    def embedded(self, idx):
        return self.token_embedding_table(idx) + self.position_embedding_table(self.positions(idx.shape[1]))

    def logits(self, idx):
        return self.lm_head(self.ln_f(self.blocks(self.embedded(idx))))

    def loss(self, logits, targets):
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())

    def forward(self, idx, targets=None):
        logits = self.logits(self.checked(idx))
        return logits, None if targets is None else self.loss(logits, targets)

    def context(self, idx):
        return idx[:, -self.config.block_size :]

    def last(self, logits, temperature):
        return logits[:, -1] / temperature

    def filtered(self, logits, top_k):
        kth = torch.topk(logits, min(top_k, logits.shape[-1])).values[:, [-1]]
        return logits.masked_fill(logits < kth, float("-inf"))

    def drawn(self, logits, generator):
        return torch.multinomial(logits.softmax(-1), 1, generator=generator)

    def next(self, idx, temperature, top_k, generator):
        logits = self.last(self(self.context(idx))[0], temperature)
        return self.drawn(logits if top_k is None else self.filtered(logits, top_k), generator)

    def generate(self, idx, n, temperature=1.0, top_k=None, generator=None):
        for _ in range(n):
            idx = torch.cat([idx, self.next(idx, temperature, top_k, generator)], 1)
        return idx


# forward


@misconception(
    "The positions are left out, so the model is told nothing of where a token stands. Add position_embedding_table of "
    "0 to T - 1 to the token embeddings.",
    name="no-positions",
)
class GPT(_GPT):
    def embedded(self, idx):
        return self.token_embedding_table(idx)


@misconception(
    "The positions are counted from the wrong end: short sequences get the last rows of the table. They should be 0 to "
    "T - 1: torch.arange(T).",
    name="positions-from-the-end",
)
class GPT(_GPT):
    def positions(self, T):
        return torch.arange(self.config.block_size - T, self.config.block_size)


@misconception(
    "The positions run backwards, so a token's position changes with every token that follows. The first token has "
    "position 0: torch.arange(T).",
    name="positions-backwards",
)
class GPT(_GPT):
    def positions(self, T):
        return torch.arange(T - 1, -1, -1)


@misconception(
    "Every token gets the embedding of the last position, T - 1. Each has a position of its own: "
    "position_embedding_table(torch.arange(T)).",
    name="one-position-for-all",
)
class GPT(_GPT):
    def positions(self, T):
        return torch.full((T,), T - 1)


@misconception(
    "The last normalisation is missing. Write logits = lm_head(ln_f(x)).",
    name="no-ln_f",
)
class GPT(_GPT):
    def logits(self, idx):
        return self.lm_head(self.blocks(self.embedded(idx)))


@misconception(
    "ln_f comes before the blocks. It should come after them, in front of lm_head.",
    name="ln_f-first",
)
class GPT(_GPT):
    def logits(self, idx):
        return self.lm_head(self.blocks(self.ln_f(self.embedded(idx))))


@misconception(
    "All blocks are one and the same: [Block(…)] * n_layer repeats one object. Make a new Block for each place.",
    name="one-block-repeated",
)
class GPT(_GPT):
    def __init__(self, config):
        super().__init__(config)
        block = Block(config.n_embd, config.n_head, config.block_size, config.dropout)
        self.blocks = nn.Sequential(*[block] * config.n_layer)


@misconception(
    "The blocks run in the wrong order: blocks[0] should come first.",
    name="blocks-backwards",
)
class GPT(_GPT):
    def logits(self, idx):
        x = self.embedded(idx)
        for block in reversed(self.blocks):
            x = block(x)
        return self.lm_head(self.ln_f(x))


@misconception(
    "Each block is run on the embeddings, and only the last one's output is used. Each should take what the one before "
    "it gave: x = block(x).",
    name="blocks-not-chained",
)
class GPT(_GPT):
    def logits(self, idx):
        x = self.embedded(idx)
        for block in self.blocks:
            out = block(x)
        return self.lm_head(self.ln_f(out))


@misconception(
    "nn.Module does not look into a plain list: parameters(), state_dict() and .to() miss the blocks. Use "
    "nn.Sequential or nn.ModuleList.",
    name="plain-list",
)
class GPT(_GPT):
    def __init__(self, config):
        super().__init__(config)
        blocks = list(self.blocks)
        del self.blocks
        self.blocks = blocks


@misconception(
    "lm_head has no bias. In this model it has one: nn.Linear(n_embd, vocab_size).",
    name="lm_head-without-bias",
)
class GPT(_GPT):
    def __init__(self, config):
        super().__init__(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)


@misconception(
    "lm_head shares its weight with the token embedding, as in GPT-2. Here lm_head has a weight of its own: leave "
    "nn.Linear as it is made.",
    name="tied",
)
class GPT(_GPT):
    def __init__(self, config):
        super().__init__(config)
        self.lm_head.weight = self.token_embedding_table.weight


@misconception(
    "These are probabilities. forward returns the scores before the softmax: F.cross_entropy and generate do the "
    "softmax themselves.",
    name="softmax-in-forward",
)
class GPT(_GPT):
    def logits(self, idx):
        return super().logits(idx).softmax(-1)


@misconception(
    "config.dropout does not reach the blocks. Pass it to every Block.",
    name="no-dropout",
)
class GPT(_GPT):
    def __init__(self, config):
        super().__init__(config)
        self.blocks = nn.Sequential(
            *[Block(config.n_embd, config.n_head, config.block_size, 0.0) for _ in range(config.n_layer)]
        )


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
    "Without targets only the last position is scored, as nanoGPT does to save time. Score every position: generate "
    "takes the last one itself.",
    name="last-position-only",
)
class GPT(_GPT):
    def forward(self, idx, targets=None):
        logits, loss = super().forward(idx, targets)
        return logits[:, [-1]] if targets is None else logits, loss


@misconception(
    "For too many tokens the position table raises an IndexError, which does not tell what is wrong. Look at T first, "
    "and raise a ValueError.",
    name="no-length-check",
)
class GPT(_GPT):
    def checked(self, idx):
        return idx


@misconception(
    "Too many tokens are cut off in silence, so logits[:, t] no longer belong to idx[:, t]. Raise a ValueError in "
    "forward; it is generate that crops.",
    name="cropped-in-forward",
)
class GPT(_GPT):
    def checked(self, idx):
        return idx[:, -self.config.block_size :]


@misconception(
    "block_size tokens are refused. They fit: raise only when T is greater than block_size.",
    name="length-check-off-by-one",
)
class GPT(_GPT):
    def checked(self, idx):
        if idx.shape[1] >= self.config.block_size:
            raise ValueError("too long")
        return idx


# the loss


@misconception(
    "The logits come back flattened, (B·T, V), when targets are given, as the lecture prints it. Flatten for the loss "
    "alone: return (B, T, V).",
    name="logits-flattened",
)
class GPT(_GPT):
    def forward(self, idx, targets=None):
        logits, loss = super().forward(idx, targets)
        return (logits if targets is None else logits.flatten(0, 1)), loss


@misconception(
    "This is the sum over all positions. The loss is their mean, as F.cross_entropy has it by default.",
    name="loss-summed",
)
class GPT(_GPT):
    def loss(self, logits, targets):
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")


@misconception(
    "The targets are shifted once more. targets[b, t] already follows idx[b, t]: compare it with logits[b, t].",
    name="shifted-twice",
)
class GPT(_GPT):
    def loss(self, logits, targets):
        return F.cross_entropy(logits[:, :-1].flatten(0, 1), targets[:, 1:].flatten())


@misconception(
    "Only the last position counts in this loss. Every position predicts its next token: take the mean over all B·T of "
    "them.",
    name="loss-of-the-last-position",
)
class GPT(_GPT):
    def loss(self, logits, targets):
        return F.cross_entropy(logits[:, -1], targets[:, -1])


@misconception(
    "Viewing or reshaping the logits to (B, V, T) does not move the axis of the classes: it mixes scores of different "
    "tokens. Flatten to (B·T, V), or transpose(1, 2).",
    name="viewed-not-transposed",
)
class GPT(_GPT):
    def loss(self, logits, targets):
        return F.cross_entropy(logits.reshape(logits.shape[0], logits.shape[2], -1), targets)


@misconception(
    "F.cross_entropy is given probabilities. It takes the logits and does the softmax itself; a second softmax "
    "flattens the distribution.",
    name="softmax-twice",
)
class GPT(_GPT):
    def loss(self, logits, targets):
        return super().loss(logits.softmax(-1), targets)


# generate


@misconception(
    "The context is not cropped, so the text cannot grow beyond block_size. Show the model idx[:, -block_size:].",
    name="no-crop",
)
class GPT(_GPT):
    def context(self, idx):
        return idx


@misconception(
    "The crop keeps the beginning, so once the text is long every new token has the same context. Keep the end: "
    "idx[:, -block_size:].",
    name="crop-keeps-the-beginning",
)
class GPT(_GPT):
    def context(self, idx):
        return idx[:, : self.config.block_size]


@misconception(
    "The crop is written back to idx, so the beginning of the text is lost. Crop only what the model sees, and append "
    "to the whole.",
    name="crop-loses-the-text",
)
class GPT(_GPT):
    def generate(self, idx, n, temperature=1.0, top_k=None, generator=None):
        for _ in range(n):
            idx = self.context(idx)
            idx = torch.cat([idx, self.next(idx, temperature, top_k, generator)], 1)
        return idx


@misconception(
    "Only the last token is shown to the model, which makes a bigram model of it. Show it the whole text, up to the "
    "last block_size tokens.",
    name="context-of-one",
)
class GPT(_GPT):
    def context(self, idx):
        return idx[:, -1:]


@misconception(
    "Only the new tokens are returned. Return idx as well, with the new tokens after it: torch.cat appends them.",
    name="prompt-not-returned",
)
class GPT(_GPT):
    def generate(self, idx, n, temperature=1.0, top_k=None, generator=None):
        return super().generate(idx, n, temperature, top_k, generator)[:, idx.shape[1] :]


@misconception(
    "The likeliest token is taken every time. generate draws: torch.multinomial(probs, 1, generator=generator).",
    name="argmax",
)
class GPT(_GPT):
    def drawn(self, logits, generator):
        return logits.argmax(-1, keepdim=True)


@misconception(
    "The logits of the first position are used. The next token is predicted at the last: logits[:, -1].",
    name="first-position",
)
class GPT(_GPT):
    def last(self, logits, temperature):
        return logits[:, 0] / temperature


@misconception(
    "The softmax runs over the batch. Each sequence has its own distribution over the V tokens: dim=-1.",
    name="softmax-over-batch",
)
class GPT(_GPT):
    def drawn(self, logits, generator):
        return torch.multinomial(logits.softmax(0), 1, generator=generator)


@misconception(
    "The generator that is passed in does not decide what is drawn. Pass it on: torch.multinomial(probs, 1, "
    "generator=generator).",
    name="generator-ignored",
)
class GPT(_GPT):
    def drawn(self, logits, generator):
        return torch.multinomial(logits.softmax(-1), 1)


@misconception(
    "The logits are multiplied by the temperature. Divide: a low temperature makes the distribution sharper.",
    name="temperature-multiplied",
)
class GPT(_GPT):
    def last(self, logits, temperature):
        return logits[:, -1] * temperature


@misconception(
    "The temperature changes nothing. Divide the logits by it, before the softmax. (Dividing probabilities has no "
    "effect: torch.multinomial looks only at their ratios.)",
    name="temperature-ignored",
)
class GPT(_GPT):
    def last(self, logits, temperature):
        return logits[:, -1]


@misconception(
    "top_k changes nothing. Set all but the top_k largest logits of each row to -inf.",
    name="top_k-ignored",
)
class GPT(_GPT):
    def filtered(self, logits, top_k):
        return logits


@misconception(
    "What top_k drops gets the logit 0, and exp(0) = 1: it can still be drawn. Use -inf.",
    name="top_k-with-zeros",
)
class GPT(_GPT):
    def filtered(self, logits, top_k):
        kth = torch.topk(logits, min(top_k, logits.shape[-1])).values[:, [-1]]
        return logits.masked_fill(logits < kth, 0.0)


@misconception(
    "The limit of top_k is taken from the whole batch. Each row has its own k-th largest logit: compare with a column, "
    "(B, 1).",
    name="top_k-over-the-batch",
)
class GPT(_GPT):
    def filtered(self, logits, top_k):
        kth = torch.topk(logits, min(top_k, logits.shape[-1])).values[:, -1].max()
        kept = torch.minimum(kth, logits.max(-1, keepdim=True).values)  # a row keeps at least one
        return logits.masked_fill(logits < kept, float("-inf"))


@misconception(
    "top_k keeps the likeliest token alone, whatever k is: the limit is the largest logit of a row. It is the k-th "
    "largest, the last that torch.topk gives: values[:, [-1]].",
    name="top_k-keeps-the-first",
    violates=("top_k",),
)
class GPT(_GPT):
    def filtered(self, logits, top_k):
        largest = torch.topk(logits, min(top_k, logits.shape[-1])).values[:, [0]]
        return logits.masked_fill(logits < largest, float("-inf"))


@misconception(
    "The k smallest logits are kept. torch.topk gives the k largest, in descending order: mask what is smaller than "
    "the last of them.",
    name="top_k-smallest",
)
class GPT(_GPT):
    def filtered(self, logits, top_k):
        kth = torch.topk(logits, min(top_k, logits.shape[-1]), largest=False).values[:, [-1]]
        return logits.masked_fill(logits > kth, float("-inf"))


@misconception(
    "The k-th largest logit is dropped, too. Mask only what is smaller than it: <, not <=.",
    name="top_k-keeps-one-less",
)
class GPT(_GPT):
    def filtered(self, logits, top_k):
        k = min(top_k, logits.shape[-1])
        kth = torch.topk(logits, max(k - 1, 1)).values[:, [-1]]
        return logits.masked_fill(logits < kth, float("-inf"))


@misconception(
    "generate switches to evaluation mode and stays there: dropout is off in the training that follows. Leave the mode "
    "as it is, or put it back.",
    name="left-in-evaluation",
)
class GPT(_GPT):
    def generate(self, idx, n, temperature=1.0, top_k=None, generator=None):
        self.eval()
        return super().generate(idx, n, temperature, top_k, generator)


@misconception(
    "One token too few is written. Each of n rounds appends one: for _ in range(n).",
    name="one-too-few",
)
class GPT(_GPT):
    def generate(self, idx, n, temperature=1.0, top_k=None, generator=None):
        return super().generate(idx, n - 1, temperature, top_k, generator)


@misconception(
    "All weights are drawn anew, from N(0, 0.02), the gains of ln_f too. Leave them as torch initialises them.",
    name="weights-drawn-anew",
    violates=("first_weights",),
)
class GPT(_GPT):
    def __init__(self, config):
        super().__init__(config)
        for weight in self.parameters():
            nn.init.normal_(weight, 0.0, 0.02)


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
    "The embeddings of the positions are constants here, so they never learn. Look them up with "
    "position_embedding_table(torch.arange(T)).",
    name="positions-detached",
    violates=("gradients",),
)
class GPT(_GPT):
    def embedded(self, idx):
        return self.token_embedding_table(idx) + self.position_embedding_table.weight.data[: idx.shape[1]]


@misconception(
    "Without a generator a new one is made, seeded the same every time, so the same prompt always goes on alike. Pass "
    "generator on as it is: with None torch.multinomial takes torch's global one.",
    name="own-generator",
    violates=("generate_without_a_generator",),
)
class GPT(_GPT):
    def drawn(self, logits, generator):
        return super().drawn(logits, generator or torch.Generator().manual_seed(0))
