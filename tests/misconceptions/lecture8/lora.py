"""What learners get wrong in lecture8.lora."""

import copy
import math

import torch
from torch import nn

from grader.checks import misconception


class _Right(nn.Module):
    """The right module. Each wrong answer below overrides one of its parts."""

    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear
        self.freeze()
        out, in_ = linear.weight.shape
        self.r, self.alpha = r, alpha
        self.A = self.first_A(r, in_)
        self.B = self.first_B(out, r)

    def freeze(self):
        self.linear.requires_grad_(False)

    def first_A(self, r, in_):
        return nn.Parameter(torch.randn(r, in_, dtype=self.linear.weight.dtype) / math.sqrt(in_))

    def first_B(self, out, r):
        return nn.Parameter(torch.zeros(out, r, dtype=self.linear.weight.dtype))

    def scale(self):
        return self.alpha / self.r

    def change(self):
        return self.scale() * self.B @ self.A

    def forward(self, x):
        return self.linear(x) + x @ self.change().T

    def merge(self):
        merged = copy.deepcopy(self.linear)
        with torch.no_grad():
            merged.weight += self.change()
        return merged


# what trains


@misconception(
    "The bias of the layer still trains. Freeze it as the weight: requires_grad_(False) for all parameters of linear.",
    name="bias-trains",
    violates=("what_trains",),
)
class LoRALinear(_Right):
    def freeze(self):
        self.linear.weight.requires_grad_(False)


@misconception(
    "The weight of the layer still trains, and with it all that LoRA is to spare. Freeze it: requires_grad_(False) for "
    "all parameters of linear.",
    name="weight-trains",
    violates=("what_trains",),
)
class LoRALinear(_Right):
    def freeze(self):
        if self.linear.bias is not None:
            self.linear.bias.requires_grad_(False)


@misconception(
    "Nothing is frozen: the layer trains as before. requires_grad_(False) for all parameters of linear.",
    name="nothing-frozen",
    violates=("what_trains",),
)
class LoRALinear(_Right):
    def freeze(self):
        pass


@misconception(
    "alpha is a parameter and trains. It is a number that is chosen once.",
    name="alpha-trains",
    violates=("what_trains",),
)
class LoRALinear(_Right):
    def __init__(self, linear, r, alpha):
        super().__init__(linear, r, alpha)
        self.alpha = nn.Parameter(torch.tensor(float(alpha), dtype=linear.weight.dtype))


@misconception(
    "A is frozen along with the layer: freezing comes after A and B are made, and takes all parameters of the module. "
    "Freeze those of linear alone.",
    name="all-frozen",
    violates=("what_trains",),
)
class LoRALinear(_Right):
    def __init__(self, linear, r, alpha):
        super().__init__(linear, r, alpha)
        self.requires_grad_(False)


@misconception(
    "A and B are plain tensors, which no optimizer finds and state_dict does not hold. Make them nn.Parameter.",
    name="plain-tensors",
    violates=("new_parameters",),
)
class LoRALinear(_Right):
    def first_A(self, r, in_):
        return super().first_A(r, in_).detach().requires_grad_()

    def first_B(self, out, r):
        return super().first_B(out, r).detach().requires_grad_()


@misconception(
    "A and B are float32, whatever the layer is, and do not fit a layer of another dtype. Make them of "
    "linear.weight.dtype.",
    name="float32",
    violates=("new_parameters",),
)
class LoRALinear(_Right):
    def first_A(self, r, in_):
        return nn.Parameter(super().first_A(r, in_).float())

    def first_B(self, out, r):
        return nn.Parameter(super().first_B(out, r).float())

    def forward(self, x):
        return self.linear(x) + (x @ self.change().T.to(x.dtype))


@misconception(
    "A is (in, r) and B (r, out), which computes the same as x @ A @ B. Here they have the outputs first, as weights "
    "in torch: A (r, in) and B (out, r).",
    name="transposed",
    violates=("new_parameters",),
)
class LoRALinear(_Right):
    def first_A(self, r, in_):
        return nn.Parameter(super().first_A(r, in_).detach().T.clone())

    def first_B(self, out, r):
        return nn.Parameter(super().first_B(out, r).detach().T.clone())

    def change(self):
        return self.scale() * (self.A @ self.B).T


@misconception(
    "The names are exchanged: B stands where A belongs. A reads from the input, (r, in), and B adds to the output, "
    "(out, r).",
    name="names-exchanged",
    violates=("new_parameters",),
)
class LoRALinear(_Right):
    def first_A(self, r, in_):
        return super().first_B(self.linear.out_features, r)

    def first_B(self, out, r):
        return super().first_A(r, self.linear.in_features)

    def change(self):
        return self.scale() * self.A @ self.B


# where it starts


@misconception(
    "A and B both start with zeros. Each one's gradient is the other times something, so neither ever moves: draw A at "
    "random.",
    name="both-zero",
    violates=("starts_so_that_it_can_learn",),
)
class LoRALinear(_Right):
    def first_A(self, r, in_):
        return nn.Parameter(torch.zeros(r, in_, dtype=self.linear.weight.dtype))


@misconception(
    "A and B both start at random, so that the layer is another one before anything has been learnt. B starts with "
    "zeros.",
    name="both-random",
    violates=("starts_as_no_change",),
)
class LoRALinear(_Right):
    def first_B(self, out, r):
        return nn.Parameter(torch.randn(out, r, dtype=self.linear.weight.dtype) / math.sqrt(r))


@misconception(
    "A starts with zeros and B at random. It works as well, and the paper and this exercise have it the other way "
    "round: B with zeros.",
    name="zero-A",
    violates=("starts_so_that_it_can_learn",),
)
class LoRALinear(_Right):
    def first_A(self, r, in_):
        return nn.Parameter(torch.zeros(r, in_, dtype=self.linear.weight.dtype))

    def first_B(self, out, r):
        return nn.Parameter(torch.randn(out, r, dtype=self.linear.weight.dtype) / math.sqrt(r))


@misconception(
    "All numbers of A are the same, so that its rows learn the same, and the rank stays 1. Draw each by itself.",
    name="A-constant",
    violates=("starts_so_that_it_can_learn",),
)
class LoRALinear(_Right):
    def first_A(self, r, in_):
        return nn.Parameter(torch.full((r, in_), 1 / math.sqrt(in_), dtype=self.linear.weight.dtype))


# the scale


@misconception(
    "The change is not scaled: alpha is not used. It is multiplied by alpha / r.",
    name="scale-missing",
)
class LoRALinear(_Right):
    def scale(self):
        return 1.0


@misconception("The change is scaled by alpha alone. Divide by r: alpha / r.", name="r-missing")
class LoRALinear(_Right):
    def scale(self):
        return self.alpha


@misconception("The change is scaled by 1/r, without alpha: alpha / r.", name="alpha-missing")
class LoRALinear(_Right):
    def scale(self):
        return 1 / self.r


@misconception(
    "The change is scaled by alpha / √r. Others do that, for large ranks; here it is alpha / r.", name="root-of-r"
)
class LoRALinear(_Right):
    def scale(self):
        return self.alpha / math.sqrt(self.r)


@misconception("The scale is upside down: it is alpha / r, not r / alpha.", name="scale-inverted")
class LoRALinear(_Right):
    def scale(self):
        return self.r / self.alpha


@misconception(
    "alpha // r is a whole number, and 0 where alpha is smaller than r. Divide with /.",
    name="whole-number",
)
class LoRALinear(_Right):
    def scale(self):
        return self.alpha // self.r


# what it computes


@misconception(
    "The change comes in place of the layer's output. It is added to it: linear(x) + (alpha / r) · x @ A.T @ B.T.",
    name="linear-left-out",
)
class LoRALinear(_Right):
    def forward(self, x):
        return x @ (self.A.T @ self.B.T) * self.scale() + 0 * self.linear(x)


@misconception(
    "The whole output is scaled, the layer's as well. Only the change is multiplied by alpha / r.",
    name="all-scaled",
)
class LoRALinear(_Right):
    def forward(self, x):
        return self.scale() * (self.linear(x) + x @ (self.B @ self.A).T)


@misconception(
    "The change is subtracted. It is added.",
    name="subtracted",
)
class LoRALinear(_Right):
    def change(self):
        return -super().change()


@misconception(
    "forward multiplies with a scale that merge() leaves out: the merged layer computes something else. Both take "
    "alpha / r.",
    name="merge-without-scale",
    violates=("merge",),
)
class LoRALinear(_Right):
    def merge(self):
        merged = copy.deepcopy(self.linear)
        with torch.no_grad():
            merged.weight += self.B @ self.A
        return merged


@misconception(
    "The merged layer has a bias of its own, drawn at random. It has the bias of the frozen layer.",
    name="bias-not-copied",
    violates=("merge",),
)
class LoRALinear(_Right):
    def merge(self):
        right = super().merge()
        merged = nn.Linear(right.in_features, right.out_features, bias=right.bias is not None, dtype=right.weight.dtype)
        merged.weight.data = right.weight.data
        if right.bias is not None:
            merged.bias.data.fill_(0.125)
        return merged


@misconception(
    "The merged layer has no bias. It has that of the frozen layer, where there is one.",
    name="bias-lost",
    violates=("merge",),
)
class LoRALinear(_Right):
    def merge(self):
        merged = super().merge()
        merged.bias = None
        return merged


@misconception(
    "The merged layer always has a bias, zeros where the frozen one has none. Then there is none: bias=False.",
    name="bias-made-up",
    violates=("without_a_bias",),
)
class LoRALinear(_Right):
    def merge(self):
        merged = super().merge()
        if merged.bias is None:
            merged.bias = nn.Parameter(torch.zeros(merged.out_features, dtype=merged.weight.dtype))
        return merged


@misconception(
    "merge() gives the weight as a tensor. Return a layer that can stand in the module's place: an nn.Linear.",
    name="weight-returned",
    violates=("merge",),
)
class LoRALinear(_Right):
    def merge(self):
        return super().merge().weight.detach()


@misconception(
    "merge() gives the module itself. Return a new nn.Linear, of one weight.",
    name="itself-returned",
    violates=("merge",),
)
class LoRALinear(_Right):
    def merge(self):
        return self


@misconception(
    "merge() adds the change to the frozen weight itself, so that the module counts it twice from then on. Add it to a "
    "copy.",
    name="merged-in-place",
    violates=("merging_changes_nothing",),
)
class LoRALinear(_Right):
    def merge(self):
        with torch.no_grad():
            self.linear.weight += self.change()
        return copy.deepcopy(self.linear)


@misconception(
    "The frozen layer itself is changed and returned, and A and B are set to zero. The module is to stay as it was: "
    "add to a copy, and leave A and B.",
    name="merged-and-reset",
    violates=("merging_changes_nothing",),
)
class LoRALinear(_Right):
    def merge(self):
        with torch.no_grad():
            self.linear.weight += self.change()
            self.B.zero_()
        return self.linear


@misconception(
    "The merged layer has the very bias of the frozen one, and whoever trains the one changes the other. Copy it: "
    "bias.clone().",
    name="bias-shared",
    violates=("merging_changes_nothing",),
)
class LoRALinear(_Right):
    def merge(self):
        merged = super().merge()
        merged.bias = self.linear.bias
        return merged


@misconception(
    "The output of the layer is detached together with its weights, so that nothing flows back to x, and layers below "
    "learn from the change alone. Freeze the parameters, not the output.",
    name="output-detached",
    violates=("gradients",),
)
class LoRALinear(_Right):
    def forward(self, x):
        return self.linear(x).detach() + x @ self.change().T


@misconception(
    "A layer may have no bias: then linear.bias is None, which has no requires_grad_. Go over linear.parameters(), or "
    "look first.",
    name="bias-expected",
    violates=("without_a_bias",),
)
class LoRALinear(_Right):
    def freeze(self):
        self.linear.weight.requires_grad_(False)
        self.linear.bias.requires_grad_(False)


@misconception(
    "What is kept at the class belongs to all modules: the matrices of the newest are used by the others, too. Keep "
    "them at self.",
    name="shared",
    violates=("modules_keep_apart",),
)
class LoRALinear(_Right):
    newest = None

    def __init__(self, linear, r, alpha):
        super().__init__(linear, r, alpha)
        type(self).newest = [self]

    def forward(self, x):
        return self.linear(x) + x @ self.newest[0].change().T


@misconception(
    "x is scaled in place, and whoever passed it in has another x afterwards. Scale the change: self.scale * (…).",
    name="x-in-place",
    violates=("modules_keep_apart", "gradients"),
)
class LoRALinear(_Right):
    def forward(self, x):
        out = self.linear(x) + x @ self.change().T
        with torch.no_grad():
            x *= self.scale()
        return out


@misconception(
    "All numbers of A are positive, as torch.rand has them. Draw them around 0: torch.randn, or 2 * torch.rand(…) − 1.",
    name="A-positive",
    violates=("starts_so_that_it_can_learn",),
)
class LoRALinear(_Right):
    def first_A(self, r, in_):
        return nn.Parameter(torch.rand(r, in_, dtype=self.linear.weight.dtype))


@misconception(
    "A starts far too large: it is multiplied by √in, where it is usually divided: 1/√in is a good size.",
    name="A-large",
    violates=("starts_so_that_it_can_learn",),
)
class LoRALinear(_Right):
    def first_A(self, r, in_):
        return nn.Parameter(torch.randn(r, in_, dtype=self.linear.weight.dtype) * math.sqrt(in_))


@misconception(
    "The merged layer is kept, and returned again after A and B have been trained further. Merge anew in each call.",
    name="merged-once",
    violates=("merging_changes_nothing",),
)
class LoRALinear(_Right):
    kept = None

    def merge(self):
        if self.kept is None:
            self.kept = [copy.deepcopy(super().merge().state_dict())]
        merged = copy.deepcopy(self.linear)
        merged.load_state_dict(self.kept[0])
        return merged
