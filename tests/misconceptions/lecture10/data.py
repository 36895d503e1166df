"""What learners get wrong in lecture10.data."""

import torch

from grader.checks import misconception


class _Loader:
    """A right loader in steps; each wrong answer below replaces one of them."""

    def __init__(self, tokens, B, T, rank=0, world_size=1):
        self.tokens, self.B, self.T, self.rank, self.world_size = tokens, B, T, rank, world_size
        self.batch, self.size = B * T, B * T * world_size
        self.check_length()
        self.position = self.first()

    def check_length(self):
        if len(self.tokens) < self.size + 1:
            raise ValueError("not enough tokens")

    def first(self):
        return self.rank * self.batch

    def stride(self):
        return self.size

    def over(self):
        """Whether the next round does not fit; the position is this process's."""
        return self.position - self.rank * self.batch + self.size + 1 > len(self.tokens)

    def again(self):
        return self.first()

    def cut(self):
        return self.tokens[self.position : self.position + self.batch + 1]

    def shaped(self, flat):
        return flat.view(self.B, self.T)

    def pair(self):
        buf = self.cut().long()
        return self.shaped(buf[:-1]), self.shaped(buf[1:])

    def next_batch(self):
        x, y = self.pair()
        self.position += self.stride()
        if self.over():
            self.position = self.again()
        return x, y


# x and y


@misconception(
    "y is x itself. The target of a token is the token after it: buf[1:], where buf has one token more than B · T.",
    name="not-shifted",
    violates=("y_is_x_one_token_later",),
)
class DataLoaderLite(_Loader):
    def pair(self):
        x, _ = super().pair()
        return x, x


@misconception(
    "x is one token later than y, so the model would be asked for the token before. The other way round: x = buf[:-1], "
    "y = buf[1:].",
    name="shifted-backwards",
    violates=("y_is_x_one_token_later",),
)
class DataLoaderLite(_Loader):
    def pair(self):
        x, y = super().pair()
        return y, x


@misconception(
    "y is x rolled by one, so its last target is the first token of the batch. The last target is the next token of "
    "the text: take B · T + 1 tokens.",
    name="rolled",
    violates=("y_is_x_one_token_later",),
)
class DataLoaderLite(_Loader):
    def pair(self):
        x, _ = super().pair()
        return x, x.flatten().roll(-1).view(x.shape)


@misconception(
    "Each row is rolled by itself, so its last target is its own first token. Shift before the rows are cut: "
    "buf[1:].view(B, T).",
    name="rows-rolled",
    violates=("y_is_x_one_token_later",),
)
class DataLoaderLite(_Loader):
    def pair(self):
        x, _ = super().pair()
        return x, x.roll(-1, dims=1)


@misconception(
    "The rows overlap by one token: each begins with the last input of the row before. Cut x into rows of T tokens, "
    "one after the other: buf[:-1].view(B, T).",
    name="rows-overlap",
    violates=("first_batch",),
)
class DataLoaderLite(_Loader):
    def pair(self):
        starts = self.position + torch.arange(self.B)[:, None] * max(self.T - 1, 1)
        places = starts + torch.arange(self.T)
        return self.tokens.long()[places], self.tokens.long()[places + 1]


@misconception(
    "The text runs down the columns. It runs along the rows: view(B, T), which needs no transpose.",
    name="columns",
    violates=("first_batch",),
)
class DataLoaderLite(_Loader):
    def shaped(self, flat):
        return flat.view(self.T, self.B).T


@misconception(
    "x and y keep the dtype of the tokens, and nn.Embedding takes no int16, and nothing much takes uint16. Make them "
    "int64: .long().",
    name="dtype-kept",
    violates=("int64",),
)
class DataLoaderLite(_Loader):
    def pair(self):
        buf = self.cut()
        return self.shaped(buf[:-1]), self.shaped(buf[1:])


@misconception(
    "x and y are int32. Make them int64, .long(): the targets of F.cross_entropy must be.",
    name="int32",
    violates=("int64",),
)
class DataLoaderLite(_Loader):
    def pair(self):
        x, y = super().pair()
        return x.int(), y.int()


# who begins where


@misconception(
    "All processes begin at the start of the text: rank is not used, and all compute the same. Process r begins at r · "
    "B · T.",
    name="rank-ignored",
    violates=("ranks",),
)
class DataLoaderLite(_Loader):
    def first(self):
        return 0


@misconception(
    "Process r begins at r · T, so that batches overlap. A batch has B · T tokens: begin at r · B · T.",
    name="begins-at-rank-times-T",
    violates=("ranks",),
)
class DataLoaderLite(_Loader):
    def first(self):
        return self.rank * self.T


@misconception(
    "Each process has a part of the text to itself, and goes through it. Here they go through it side by side: process "
    "r begins at r · B · T, and all advance by B · T · world_size.",
    name="a-part-for-each",
    violates=("ranks",),
)
class DataLoaderLite(_Loader):
    def first(self):
        return self.rank * ((len(self.tokens) - 1) // self.world_size // self.batch) * self.batch

    def stride(self):
        return self.batch


@misconception(
    "Each process takes every world_size-th token, so that no sequence is one of the text. Give each whole batches: B "
    "· T tokens that follow one another.",
    name="every-nth-token",
    violates=("ranks",),
)
class DataLoaderLite(_Loader):
    def cut(self):
        places = self.rank + self.world_size * torch.arange(self.batch + 1)
        return self.tokens.long()[places.clamp(max=len(self.tokens) - 1)]


@misconception(
    "Ranks are counted from 1, so that the first batch of the text is nobody's. Rank 0 begins at 0: r · B · T.",
    name="ranks-from-one",
    violates=("first_batch",),
)
class DataLoaderLite(_Loader):
    def first(self):
        return min((self.rank + 1) * self.batch, len(self.tokens) - self.batch - 1)


# rounds


@misconception(
    "Each process advances by its own batch, into what the next one has had. All advance by a round: B · T · "
    "world_size.",
    name="advances-by-a-batch",
    violates=("rounds",),
)
class DataLoaderLite(_Loader):
    def stride(self):
        return self.batch


@misconception(
    "The token that was the last target is skipped: it must be an input, too. Advance by B · T · world_size, without "
    "the 1.",
    name="advances-by-one-more",
    violates=("rounds",),
)
class DataLoaderLite(_Loader):
    def stride(self):
        return self.size + 1


@misconception(
    "The place does not advance: every batch is the first. Add B · T · world_size to it in each call.",
    name="never-advances",
    violates=("rounds",),
)
class DataLoaderLite(_Loader):
    def stride(self):
        return 0


@misconception(
    "Advancing comes before the batch is cut, so that the first round is left out. Cut first, then advance.",
    name="advances-first",
    violates=("first_batch",),
)
class DataLoaderLite(_Loader):
    def next_batch(self):
        self.position += self.stride()
        if self.over():
            self.position = self.again()
        return self.pair()


# starting again


@misconception(
    "The loader never starts again, as in the printed listing: behind the last round it cuts less than B · T tokens, "
    "or none. Go back to the start when the next round does not fit.",
    name="never-again",
    violates=("all_start_again_together",),
)
class DataLoaderLite(_Loader):
    def over(self):
        return False


@misconception(
    "All processes go back to 0, so that from the second pass on all see the same. Process r goes back to r · B · T.",
    name="again-at-0",
    violates=("all_start_again_together",),
)
class DataLoaderLite(_Loader):
    def again(self):
        return 0


@misconception(
    "Each process asks whether a whole round fits from its own place, as the loader of the lecture's video does: the "
    "last ones start again before the first does. Ask where the round begins, which is the same for all.",
    name="round-from-its-own-place",
    violates=("all_start_again_together",),
)
class DataLoaderLite(_Loader):
    def over(self):
        return self.position + self.size + 1 > len(self.tokens)


@misconception(
    "Each process asks whether its own next batch fits: the first ones go on where the last start again, and from then "
    "on they are in different rounds. Ask whether the round fits, for all of them.",
    name="own-batch-fits",
    violates=("all_start_again_together",),
)
class DataLoaderLite(_Loader):
    def over(self):
        return self.position + self.batch + 1 > len(self.tokens)


@misconception(
    "A round that just fits is not handed out. It fits when its end and one target are within the tokens: start again "
    "only where start + B · T · world_size + 1 > len(tokens).",
    name="one-round-too-few",
    violates=("all_start_again_together",),
)
class DataLoaderLite(_Loader):
    def over(self):
        return self.position - self.rank * self.batch + self.size + 1 >= len(self.tokens)


@misconception(
    "The last target is forgotten: where the tokens end with a round, it has none. A round needs B · T · world_size "
    "tokens and one more.",
    name="target-forgotten",
    violates=("all_start_again_together",),
)
class DataLoaderLite(_Loader):
    def over(self):
        return self.position - self.rank * self.batch + self.size > len(self.tokens)


@misconception(
    "Behind the end the text goes on with its beginning, within a batch: sequences that nobody wrote. Start again "
    "before the round that does not fit.",
    name="end-joined-to-the-start",
    violates=("all_start_again_together",),
)
class DataLoaderLite(_Loader):
    def over(self):
        return False

    def cut(self):
        return self.tokens.long()[(self.position + torch.arange(self.batch + 1)) % len(self.tokens)]


@misconception(
    "The second pass does not begin where the first did: what was left over is carried on. Every process goes back to "
    "its own first batch.",
    name="remainder-carried",
    violates=("all_start_again_together",),
)
class DataLoaderLite(_Loader):
    def again(self):
        left = len(self.tokens) - (self.position - self.rank * self.batch)
        return self.rank * self.batch + left % self.T


@misconception(
    "What remains behind the last round is handed out in a batch of fewer rows. Start again before that: every batch "
    "is (B, T).",
    name="short-batch",
    violates=("all_start_again_together",),
)
class DataLoaderLite(_Loader):
    def over(self):
        return self.position + self.T + 1 > len(self.tokens)

    def shaped(self, flat):
        return flat[: len(flat) // self.T * self.T].view(-1, self.T)


# lengths and states


@misconception(
    "Too few tokens are not noticed until a batch cannot be cut. Raise a ValueError in the constructor: if len(tokens) "
    "< B · T · world_size + 1.",
    name="length-unchecked",
    violates=("too_few_tokens",),
)
class DataLoaderLite(_Loader):
    def check_length(self):
        pass


@misconception(
    "The length is tested by an assert, which raises AssertionError, and nothing at all under python -O. Raise a "
    "ValueError.",
    name="length-by-assert",
    violates=("too_few_tokens",),
)
class DataLoaderLite(_Loader):
    def check_length(self):
        assert len(self.tokens) > self.size, "not enough tokens"


@misconception(
    "The length is compared with one batch. All processes together need B · T · world_size tokens, and a target.",
    name="length-of-one-batch",
    violates=("too_few_tokens",),
)
class DataLoaderLite(_Loader):
    def check_length(self):
        if len(self.tokens) < self.batch + 1:
            raise ValueError("not enough tokens")


@misconception(
    "The place is kept at the class, for all loaders in common. Keep it at the object: self.position.",
    name="place-at-the-class",
    violates=("loaders_keep_apart",),
)
class DataLoaderLite(_Loader):
    place = 0

    @property
    def position(self):
        return type(self).place

    @position.setter
    def position(self, value):
        type(self).place = value
