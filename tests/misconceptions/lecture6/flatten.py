"""What learners get wrong in lecture6.flatten."""

import torch

from grader.checks import misconception


class _Right:
    """The right layer in parts, for others to spoil one of them."""

    def __init__(self, n):
        self.n = n

    def __call__(self, x):
        self.refuse(x)
        return self.drop(self.group(x))

    def refuse(self, x):
        if x.shape[1] % self.n != 0:
            raise ValueError("no multiple")

    def group(self, x):
        B, T, C = x.shape
        return x.reshape(B, T // self.n, C * self.n)

    def drop(self, x):
        return x.squeeze(1) if x.shape[1] == 1 else x

    def parameters(self):
        return []


@misconception(
    "Where T is no multiple of n it is left to view or reshape to complain, as in the lecture's listing: a "
    "RuntimeError about sizes. Ask first, and raise ValueError.",
    name="as-printed",
    violates=("no_multiple_is_refused", "any_layout"),
)
class FlattenConsecutive(_Right):
    def __call__(self, x):
        B, T, C = x.shape
        x = x.view(B, T // self.n, C * self.n)
        if x.shape[1] == 1:
            x = x.squeeze(1)
        return x


@misconception(
    "T that is no multiple of n ends in an AssertionError. The exercise asks for ValueError: "
    "if …: raise ValueError(…).",
    name="assertion",
    violates=("no_multiple_is_refused",),
)
class FlattenConsecutive(_Right):
    def refuse(self, x):
        assert x.shape[1] % self.n == 0, "no multiple"


@misconception(
    "Only a T smaller than n is refused with ValueError. 5 places cannot be divided into groups of 2 either: ask for "
    "T % n.",
    name="only-too-few-refused",
    violates=("no_multiple_is_refused",),
)
class FlattenConsecutive(_Right):
    def refuse(self, x):
        if x.shape[1] < self.n:
            raise ValueError("too few")


@misconception(
    "The places that are left over at the end are dropped without a word. Raise ValueError where T is no multiple of "
    "n.",
    name="tail-dropped",
    violates=("no_multiple_is_refused",),
)
class FlattenConsecutive(_Right):
    def refuse(self, x):
        pass

    def group(self, x):
        return super().group(x[:, : x.shape[1] // self.n * self.n])


@misconception(
    "The last group is filled up with zeros without a word. Raise ValueError where T is no multiple of n.",
    name="padded",
    violates=("no_multiple_is_refused",),
)
class FlattenConsecutive(_Right):
    def refuse(self, x):
        pass

    def group(self, x):
        missing = -x.shape[1] % self.n
        return super().group(torch.nn.functional.pad(x, (0, 0, 0, missing)) if missing else x)


@misconception(
    "One group is refused. A T equal to n is a multiple of n: raise where T % n is not 0, and nowhere else.",
    name="one-group-refused",
)
class FlattenConsecutive(_Right):
    def refuse(self, x):
        super().refuse(x)
        if x.shape[1] <= self.n:
            raise ValueError("one group")


@misconception(
    "squeeze() without an axis drops every axis of length 1, and a batch of one example is no batch any more. "
    "Drop axis 1 alone: squeeze(1).",
    name="squeeze-all",
    violates=("other_axes_stay",),
)
class FlattenConsecutive(_Right):
    def drop(self, x):
        return x.squeeze()


@misconception(
    "Where there is one group, squeeze() drops every axis of length 1, that of a batch of one as well. Drop axis 1 "
    "alone: squeeze(1).",
    name="squeeze-all-of-one-group",
    violates=("other_axes_stay",),
)
class FlattenConsecutive(_Right):
    def drop(self, x):
        return x.squeeze() if x.shape[1] == 1 else x


@misconception(
    "The axis of the batch is dropped where it is 1 long. A batch of one stays a batch: only axis 1 is dropped.",
    name="squeeze-batch",
    violates=("other_axes_stay",),
)
class FlattenConsecutive(_Right):
    def drop(self, x):
        return super().drop(x).squeeze(0)


@misconception(
    "A last axis of length 1 is dropped. Only axis 1 is, where there is one group.",
    name="squeeze-channels",
    violates=("other_axes_stay",),
)
class FlattenConsecutive(_Right):
    def drop(self, x):
        return super().drop(x).squeeze(-1)


@misconception(
    "One group keeps its axis: (B, 1, n·C). What follows is an ordinary layer, so drop it: (B, n·C).",
    name="never-squeezed",
    violates=("one_group",),
)
class FlattenConsecutive(_Right):
    def drop(self, x):
        return x


@misconception(
    "Everything behind the batch becomes one row, as Flatten does it. Groups of n stay apart: (B, T // n, n·C).",
    name="all-flattened",
    violates=("groups",),
)
class FlattenConsecutive(_Right):
    def group(self, x):
        return x.flatten(1)[:, None]


@misconception(
    "The groups are put into the axis of the batch. It stays as long as it is: (B, T // n, n·C).",
    name="groups-into-batch",
    violates=("groups",),
)
class FlattenConsecutive(_Right):
    def drop(self, x):
        return x.flatten(0, 1)


@misconception(
    "The groups are made of places that lie T // n apart. They are n consecutive ones: 0 and 1, 2 and 3.",
    name="interleaved",
    violates=("groups",),
)
class FlattenConsecutive(_Right):
    def group(self, x):
        B, T, C = x.shape
        return x.reshape(B, self.n, T // self.n, C).transpose(1, 2).reshape(B, T // self.n, self.n * C)


@misconception(
    "The numbers of a group are sorted by channel, the first of each place and then the second. The whole vector of a "
    "place comes before that of the next.",
    name="channel-by-channel",
)
class FlattenConsecutive(_Right):
    def group(self, x):
        B, T, C = x.shape
        return x.reshape(B, T // self.n, self.n, C).transpose(2, 3).reshape(B, T // self.n, self.n * C)


@misconception(
    "Time and channels are swapped before the numbers are cut into rows, so that a row holds one channel at many "
    "places. Cut them as they lie: reshape alone.",
    name="transposed-first",
)
class FlattenConsecutive(_Right):
    def group(self, x):
        B, T, C = x.shape
        return x.transpose(1, 2).reshape(B, T // self.n, self.n * C)


@misconception(
    "There are n groups here, of T // n places each. n is the number of places in a group.",
    name="n-groups",
)
class FlattenConsecutive(_Right):
    def group(self, x):
        return x.reshape(x.shape[0], self.n, -1)


@misconception(
    "Groups are always of two places, whatever the layer was made with: use self.n.",
    name="always-two",
)
class FlattenConsecutive(_Right):
    def group(self, x):
        B, T, C = x.shape
        return x.reshape(B, T // 2, C * 2)


@misconception(
    "Within a group the last place comes first. They stay in their order.",
    name="reversed",
)
class FlattenConsecutive(_Right):
    def group(self, x):
        B, T, C = x.shape
        return x.reshape(B, T // self.n, self.n, C).flip(2).reshape(B, T // self.n, self.n * C)


@misconception(
    "The vectors of a group are averaged. They are put side by side, n·C numbers: what they have in common is for the "
    "layer that follows to find.",
    name="averaged",
)
class FlattenConsecutive(_Right):
    def group(self, x):
        B, T, C = x.shape
        return x.reshape(B, T // self.n, self.n, C).mean(2)


@misconception(
    "The groups overlap: each place begins one. They stand one behind the other, T // n of them.",
    name="overlapping",
)
class FlattenConsecutive(_Right):
    def group(self, x):
        return x.unfold(1, self.n, 1).transpose(2, 3).flatten(2)


@misconception(
    "Time comes first in the answer. It is (B, T // n, n·C).",
    name="groups-first",
    violates=("groups",),
)
class FlattenConsecutive(_Right):
    def drop(self, x):
        return super().drop(x) if x.shape[1] == 1 else x.transpose(0, 1)


@misconception(
    "No gradient flows back to x: it was detached on the way (.data, detach, torch.tensor). Only reshape it.",
    name="detached",
    violates=("gradient",),
)
class FlattenConsecutive(_Right):
    def group(self, x):
        return super().group(x.detach())


@misconception(
    "x itself gets the new shape, and whoever passed it in finds it changed. reshape returns a tensor; resize_ and "
    "assigning to x.data work in place.",
    name="in-place",
    violates=("x_stays_as_it_is",),
)
class FlattenConsecutive(_Right):
    def group(self, x):
        out = super().group(x)
        if not x.requires_grad:
            x.resize_(out.shape)
        return out


@misconception(
    "parameters() lists n. Nothing is trained here: return an empty list.",
    name="n-listed",
    violates=("parameters",),
)
class FlattenConsecutive(_Right):
    def parameters(self):
        return [torch.tensor(float(self.n))]


@misconception(
    "view works only for an x that lies in memory in its own order. reshape takes any layout, and copies only where it "
    "must.",
    name="view",
    violates=("any_layout",),
)
class FlattenConsecutive(_Right):
    def group(self, x):
        B, T, C = x.shape
        return x.view(B, T // self.n, C * self.n)


@misconception(
    "The numbers are copied, though they lie in the right order already. reshape gives them another shape for free.",
    name="copied",
    violates=("no_copy",),
)
class FlattenConsecutive(_Right):
    def group(self, x):
        return super().group(x).clone()
