"""What learners get wrong in lecture4.modules."""

import torch

from grader.checks import misconception


class _Linear:
    """The right layer, for others to spoil one part of it."""

    def __init__(self, fan_in, fan_out, bias=True, generator=None):
        self.weight = torch.randn((fan_in, fan_out), generator=generator) / fan_in**0.5
        self.bias = torch.zeros(fan_out) if bias else None

    def __call__(self, x):
        self.out = self.forward(x)
        return self.out

    def forward(self, x):
        out = x @ self.weight
        return out if self.bias is None else out + self.bias

    def parameters(self):
        return [self.weight] if self.bias is None else [self.weight, self.bias]


class _Sequential:
    """The right stack."""

    def __init__(self, layers):
        self.layers = list(layers)

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        self.out = x
        return x

    def parameters(self):
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    def train(self, mode=True):
        for layer in self.layers:
            if hasattr(layer, "train"):
                layer.train(mode)
            else:
                layer.training = mode
        return self


# Linear


@misconception(
    "With bias=False there is a bias all the same. Before a batch normalisation its gradient is 0 up to rounding: "
    "make it "
    "None, and leave it out of parameters().",
    name="bias-always",
)
class Linear(_Linear):
    def __init__(self, fan_in, fan_out, bias=True, generator=None):
        super().__init__(fan_in, fan_out, True, generator)


@misconception(
    "parameters() lists None where there is no bias. An optimizer stumbles over it: list the bias only if it is not "
    "None.",
    name="none-listed",
    violates=("parameters_of_linear", "parameters_of_sequential"),
)
class Linear(_Linear):
    def parameters(self):
        return [self.weight, self.bias]


@misconception(
    "The bias is not among the parameters, so it is never trained: parameters() lists the weight and the bias.",
    name="bias-not-listed",
    violates=("parameters_of_linear",),
)
class Linear(_Linear):
    def parameters(self):
        return [self.weight]


@misconception(
    "parameters() lists copies. What an optimizer changes in them never reaches the layer: list the tensors "
    "themselves.",
    name="copies-listed",
    violates=("parameters_of_linear",),
)
class Linear(_Linear):
    def parameters(self):
        return [tensor.detach().clone() for tensor in super().parameters()]


@misconception(
    "parameters() lists the bias before the weight. The weight comes first.",
    name="bias-first",
    violates=("parameters_of_linear",),
)
class Linear(_Linear):
    def parameters(self):
        return super().parameters()[::-1]


@misconception(
    "The bias is not added. Where there is one, it is x @ weight + bias.",
    name="bias-not-added",
    violates=("linear",),
)
class Linear(_Linear):
    def forward(self, x):
        return x @ self.weight


@misconception(
    "The bias is subtracted. It is x @ weight + bias.",
    name="bias-subtracted",
    violates=("linear",),
)
class Linear(_Linear):
    def forward(self, x):
        out = x @ self.weight
        return out if self.bias is None else out - self.bias


@misconception(
    "The weight is transposed as that of nn.Linear, (out, in). Here the inputs come first, and it is x @ weight.",
    name="transposed",
)
class Linear(_Linear):
    def __init__(self, fan_in, fan_out, bias=True, generator=None):
        super().__init__(fan_in, fan_out, bias, generator)
        self.weight = self.weight.T.contiguous()

    def forward(self, x):
        out = x @ self.weight.T
        return out if self.bias is None else out + self.bias


@misconception(
    "Without a bias the layer cannot be called: None is added to a tensor. Ask first whether there is one.",
    name="none-added",
    violates=("linear",),
)
class Linear(_Linear):
    def forward(self, x):
        return x @ self.weight + self.bias


@misconception(
    "The leading axes are flattened and stay so: x of shape (2, 6, in) must give (2, 6, out). x @ weight does that "
    "as it is.",
    name="flattened",
    violates=("linear",),
)
class Linear(_Linear):
    def forward(self, x):
        return super().forward(x.reshape(-1, x.shape[-1]))


@misconception(
    "The first weights are not scaled: the output is √fan_in times as large as the input. Divide by √fan_in.",
    name="not-scaled",
    violates=("first_parameters",),
)
class Linear(_Linear):
    def __init__(self, fan_in, fan_out, bias=True, generator=None):
        super().__init__(fan_in, fan_out, bias)
        self.weight = torch.randn((fan_in, fan_out), generator=generator)


@misconception(
    "The first weights are divided by fan_in. Variances add up, so divide by its root: √fan_in.",
    name="without-root",
    violates=("first_parameters",),
)
class Linear(_Linear):
    def __init__(self, fan_in, fan_out, bias=True, generator=None):
        super().__init__(fan_in, fan_out, bias)
        self.weight = torch.randn((fan_in, fan_out), generator=generator) / fan_in


@misconception(
    "The first weights are divided by √fan_out. Each output adds up fan_in products: divide by √fan_in.",
    name="fan-out",
    violates=("first_parameters",),
)
class Linear(_Linear):
    def __init__(self, fan_in, fan_out, bias=True, generator=None):
        super().__init__(fan_in, fan_out, bias)
        self.weight = torch.randn((fan_in, fan_out), generator=generator) / fan_out**0.5


@misconception(
    "The first bias is drawn at random. Here it is zeros: torch.zeros(fan_out).",
    name="bias-random",
    violates=("first_parameters",),
)
class Linear(_Linear):
    def __init__(self, fan_in, fan_out, bias=True, generator=None):
        super().__init__(fan_in, fan_out, bias, generator)
        if bias:
            self.bias = torch.randn(fan_out, generator=generator)


@misconception(
    "The generator is not passed on to torch.randn, so the weights come from the global one.",
    name="generator-ignored",
    violates=("first_parameters",),
)
class Linear(_Linear):
    def __init__(self, fan_in, fan_out, bias=True, generator=None):
        super().__init__(fan_in, fan_out, bias)


@misconception(
    "Without a generator the same seed is used for every layer, so that layers of one size start equal. Pass None on: "
    "torch.randn then takes the global generator.",
    name="seeded",
    violates=("no_other_generator",),
)
class Linear(_Linear):
    def __init__(self, fan_in, fan_out, bias=True, generator=None):
        super().__init__(fan_in, fan_out, bias, generator or torch.Generator().manual_seed(42))


@misconception(
    "Linear does not keep what it returns: self.out = … in __call__, for the diagnostics look there.",
    name="linear-no-out",
    violates=("out",),
)
class Linear(_Linear):
    def __call__(self, x):
        return self.forward(x)


@misconception(
    "out is what Linear has computed before the bias was added. Keep what is returned.",
    name="out-before-bias",
    violates=("out",),
)
class Linear(_Linear):
    def __call__(self, x):
        self.out = x @ self.weight
        return self.out if self.bias is None else self.out + self.bias


@misconception(
    "out is detached, and so is what is returned: no gradient reaches the weights. Keep it with its graph.",
    name="detached",
    violates=("gradients", "a_bias_before_batchnorm_is_for_nothing"),
)
class Linear(_Linear):
    def __call__(self, x):
        self.out = self.forward(x).detach()
        return self.out


# Tanh


@misconception(
    "This is the sigmoid, which goes from 0 to 1. tanh goes from −1 to 1: torch.tanh.",
    name="sigmoid",
    violates=("tanh",),
)
class Tanh:
    def __call__(self, x):
        self.out = torch.sigmoid(x)
        return self.out

    def parameters(self):
        return []


@misconception(
    "Tanh has no parameters(), and the stack asks each of its layers for them: return an empty list.",
    name="tanh-without-parameters",
)
class Tanh:
    def __call__(self, x):
        self.out = torch.tanh(x)
        return self.out


@misconception(
    "Tanh's parameters() is None, which cannot be joined with other lists: return an empty one, [].",
    name="tanh-none",
)
class Tanh:
    def __call__(self, x):
        self.out = torch.tanh(x)
        return self.out

    def parameters(self):
        return None


@misconception(
    "Tanh does not keep what it returns: self.out = torch.tanh(x), for the diagnostics look there.",
    name="tanh-no-out",
    violates=("out",),
)
class Tanh:
    def __call__(self, x):
        return torch.tanh(x)

    def parameters(self):
        return []


@misconception(
    "Tanh works in place, on the caller's own x: torch.tanh(x) makes a new tensor, x.tanh_() does not.",
    name="in-place",
)
class Tanh:
    def __call__(self, x):
        self.out = x.tanh_()
        return self.out

    def parameters(self):
        return []


# Sequential


@misconception(
    "Every layer is called with the input of the stack. Each gets what the one before it returned: x = layer(x).",
    name="not-chained",
)
class Sequential(_Sequential):
    def __call__(self, x):
        for layer in self.layers:
            self.out = layer(x)
        return self.out


@misconception(
    "The last layer is not called. The loop goes over all of them.",
    name="last-left-out",
)
class Sequential(_Sequential):
    def __call__(self, x):
        for layer in self.layers[:-1]:
            x = layer(x)
        self.out = x
        return x


@misconception(
    "The loop returns after its first layer: the return belongs behind the loop.",
    name="return-in-loop",
)
class Sequential(_Sequential):
    def __call__(self, x):
        for layer in self.layers:
            self.out = x = layer(x)
            return x
        return x


@misconception(
    "The layers are called from last to first. x goes through them in the order of the list.",
    name="reversed",
)
class Sequential(_Sequential):
    def __call__(self, x):
        for layer in reversed(self.layers):
            x = layer(x)
        self.out = x
        return x


@misconception(
    "Sequential does not keep what it returns: self.out = x behind the loop.",
    name="sequential-no-out",
    violates=("out",),
)
class Sequential(_Sequential):
    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@misconception(
    "parameters() is a list of lists, one for each layer. An optimizer wants one list of tensors: join them.",
    name="nested",
    violates=("parameters_of_sequential",),
)
class Sequential(_Sequential):
    def parameters(self):
        return [layer.parameters() for layer in self.layers]


@misconception(
    "Only the first layer's parameters are listed. Go through all layers.",
    name="first-layer-only",
    violates=("parameters_of_sequential",),
)
class Sequential(_Sequential):
    def parameters(self):
        return self.layers[0].parameters()


@misconception(
    "Only Linear's weight and bias are listed; gamma and beta of a batch normalisation are trained as well. Ask "
    "each layer "
    "for its parameters().",
    name="linear-only",
    violates=("parameters_of_sequential",),
)
class Sequential(_Sequential):
    def parameters(self):
        found = []
        for layer in self.layers:
            if hasattr(layer, "weight") or isinstance(layer, _Sequential):
                found += layer.parameters()
        return found


@misconception(
    "The parameters of stacks within the stack are left out. A stack is a layer, and has parameters() as any other.",
    name="inner-stacks-left-out",
    violates=("parameters_of_sequential",),
)
class Sequential(_Sequential):
    def parameters(self):
        return [p for layer in self.layers if not isinstance(layer, _Sequential) for p in layer.parameters()]


@misconception(
    "parameters() lists copies. What an optimizer changes in them never reaches the layers: join the lists as they "
    "are.",
    name="sequential-copies",
    violates=("parameters_of_sequential",),
)
class Sequential(_Sequential):
    def parameters(self):
        return [parameter.detach().clone() for parameter in super().parameters()]


@misconception(
    "train only notes the mode in the stack itself. Each layer goes by its own attribute training: set that.",
    name="own-mode-only",
    violates=("train",),
)
class Sequential(_Sequential):
    def train(self, mode=True):
        self.training = mode
        return self


@misconception(
    "train(False) puts the layers into training: the mode is not asked for. Set layer.training = mode.",
    name="always-true",
    violates=("train",),
)
class Sequential(_Sequential):
    def train(self, mode=True):
        return super().train(True)


@misconception(
    "The mode is the wrong way round: layer.training = mode, not the opposite.",
    name="negated",
    violates=("train",),
)
class Sequential(_Sequential):
    def train(self, mode=True):
        for layer in self.layers:
            if isinstance(layer, _Sequential):
                layer.train(mode)
            else:
                layer.training = not mode
        return self


@misconception(
    "train() without an argument leaves the layers in evaluation. The mode is True by default.",
    name="default-false",
    violates=("train",),
)
class Sequential(_Sequential):
    def train(self, mode=False):
        return super().train(mode)


@misconception(
    "Only the layers of the stack itself are set. A stack within it has layers of its own: call its train(mode).",
    name="not-deep",
    violates=("train",),
)
class Sequential(_Sequential):
    def train(self, mode=True):
        for layer in self.layers:
            layer.training = mode
        return self


@misconception(
    "train stops at the first layer: the return belongs behind the loop.",
    name="train-returns-early",
    violates=("train",),
)
class Sequential(_Sequential):
    def train(self, mode=True):
        for layer in self.layers:
            layer.training = mode
            return self
        return self


@misconception(
    "train returns nothing, so that net = net.train(False) would lose the network: return self.",
    name="train-returns-none",
    violates=("train_returns_the_stack",),
)
class Sequential(_Sequential):
    def train(self, mode=True):
        super().train(mode)


@misconception(
    "train returns the mode. The stack itself is asked for: return self.",
    name="train-returns-mode",
    violates=("train_returns_the_stack",),
)
class Sequential(_Sequential):
    def train(self, mode=True):
        super().train(mode)
        return mode
