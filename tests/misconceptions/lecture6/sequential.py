"""What learners get wrong in lecture6.sequential."""

import torch

from grader.checks import misconception


class _Right:
    """The right stack, for others to spoil one part of it."""

    def __init__(self, layers):
        self.layers = layers
        self.training = True

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return list({id(p): p for layer in self.layers for p in layer.parameters()}.values())

    def train(self, mode=True):
        self.training = mode
        for layer in self.layers:
            self.tell(layer, mode)
        return self

    def tell(self, layer, mode):
        if hasattr(layer, "train"):
            layer.train(mode)
        else:
            layer.training = mode

    def eval(self):
        return self.train(False)


# the call


@misconception(
    "Every layer is called with the input of the stack. Each gets what the one before it returned: x = layer(x).",
    name="not-chained",
    violates=("calls",),
)
class Sequential(_Right):
    def __call__(self, x):
        for layer in self.layers:
            out = layer(x)
        return out


@misconception(
    "The last layer is not called. The loop goes over all of them.",
    name="last-left-out",
    violates=("calls",),
)
class Sequential(_Right):
    def __call__(self, x):
        for layer in self.layers[:-1]:
            x = layer(x)
        return x


@misconception(
    "The loop returns after its first layer: the return belongs behind the loop.",
    name="return-in-loop",
    violates=("calls",),
)
class Sequential(_Right):
    def __call__(self, x):
        for layer in self.layers:
            return layer(x)
        return x


@misconception(
    "The layers are called from last to first. x goes through them in the order of the list.",
    name="last-first",
    violates=("calls",),
)
class Sequential(_Right):
    def __call__(self, x):
        for layer in reversed(self.layers):
            x = layer(x)
        return x


@misconception(
    "What a layer returns is added to what it was given. There is no such path around layers here: x = layer(x).",
    name="residual",
    violates=("calls",),
)
class Sequential(_Right):
    def __call__(self, x):
        for layer in self.layers:
            x = x + layer(x)
        return x


@misconception(
    "A layer that stands in the stack twice is called once. Each entry of the list is called, the same one too.",
    name="called-once",
    violates=("stacks_and_repeats",),
)
class Sequential(_Right):
    def __call__(self, x):
        for layer in {id(layer): layer for layer in self.layers}.values():
            x = layer(x)
        return x


@misconception(
    "What comes out has no graph: x is detached on the way, or the layers run under no_grad. Who calls decides that.",
    name="no-graph",
    violates=("gradients",),
)
class Sequential(_Right):
    def __call__(self, x):
        return super().__call__(x.detach())


# parameters


@misconception(
    "This is the lecture's listing: what two layers share is listed twice, and an optimizer takes two steps with it. "
    "List a tensor only where it is not in the list yet, by `is` or id().",
    name="as-printed",
    violates=("shared_tensors",),
)
class Sequential(_Right):
    def parameters(self):
        params = []
        for layer in self.layers:
            params.extend(layer.parameters())
        return params


@misconception(
    "Layers that stand in the stack twice are passed over, but not tensors that two layers share. Ask of each tensor "
    "whether it is listed, not of each layer.",
    name="layers-once",
    violates=("shared_tensors",),
)
class Sequential(_Right):
    def parameters(self):
        layers = {id(layer): layer for layer in self.layers}.values()
        return [p for layer in layers for p in layer.parameters()]


@misconception(
    "`p in params` compares numbers, by ==, which for tensors is a tensor and no answer. Compare by `is`, or id().",
    name="in-compares-numbers",
)
class Sequential(_Right):
    def parameters(self):
        params = []
        for layer in self.layers:
            for p in layer.parameters():
                if p not in params:
                    params.append(p)
        return params


@misconception(
    "Tensors that hold the same numbers are taken for one, so of two new layers the second bias is never trained. The "
    "same tensor is what `is` says, or id().",
    name="equal-numbers-are-one",
    violates=("equal_tensors_are_two",),
)
class Sequential(_Right):
    def parameters(self):
        params = []
        for layer in self.layers:
            for p in layer.parameters():
                if not any(p.shape == q.shape and torch.equal(p, q) for q in params):
                    params.append(p)
        return params


@misconception(
    "Tensors of the same shape are taken for one. Layers of one size have each its own: compare by `is`, or id().",
    name="equal-shapes-are-one",
    violates=("shared_tensors", "equal_tensors_are_two"),
)
class Sequential(_Right):
    def parameters(self):
        return list({tuple(p.shape): p for p in reversed(super().parameters())}.values())[::-1]


@misconception(
    "A tensor that comes twice is listed where it comes last. It stands where it comes first.",
    name="last-place",
    violates=("shared_tensors",),
)
class Sequential(_Right):
    def parameters(self):
        every = [p for layer in self.layers for p in layer.parameters()]
        return list({id(p): p for p in reversed(every)}.values())[::-1]


@misconception(
    "What comes twice is listed not at all. It is a parameter: list it once.",
    name="shared-left-out",
    violates=("shared_tensors",),
)
class Sequential(_Right):
    def parameters(self):
        every = [p for layer in self.layers for p in layer.parameters()]
        return [p for p in every if sum(p is q for q in every) == 1]


@misconception(
    "parameters() is a list of lists, one for each layer. An optimizer wants one list of tensors: join them.",
    name="nested",
    violates=("parameters",),
)
class Sequential(_Right):
    def parameters(self):
        return [list(layer.parameters()) for layer in self.layers]


@misconception(
    "Only the first layer's parameters are listed: the return stands in the loop. It belongs behind it.",
    name="first-layer-only",
    violates=("parameters",),
)
class Sequential(_Right):
    def parameters(self):
        return list(self.layers[0].parameters())


@misconception(
    "The parameters of stacks within the stack are left out. A stack is a layer, and has parameters() as any other.",
    name="inner-stacks-left-out",
    violates=("parameters",),
)
class Sequential(_Right):
    def parameters(self):
        return [p for layer in self.layers if not isinstance(layer, _Right) for p in layer.parameters()]


@misconception(
    "Only weights are listed, the attribute of that name. Biases, gamma and beta are trained, too: ask each layer for "
    "its parameters().",
    name="weights-only",
)
class Sequential(_Right):
    def parameters(self):
        weights = []
        for layer in self.layers:
            weights += layer.parameters() if isinstance(layer, _Right) else [layer.weight] * hasattr(layer, "weight")
        return list({id(p): p for p in weights}.values())


@misconception(
    "parameters() lists copies. What an optimizer changes in them never reaches the layers: list the tensors as they "
    "are.",
    name="copies",
)
class Sequential(_Right):
    def parameters(self):
        return [p.detach().clone() for p in super().parameters()]


@misconception(
    "The last layer comes first in parameters(). They are listed in the order of the layers.",
    name="listed-from-the-end",
    violates=("parameters",),
)
class Sequential(_Right):
    def parameters(self):
        return list({id(p): p for layer in self.layers[::-1] for p in layer.parameters()}.values())


# the mode


@misconception(
    "train only notes the mode in the stack itself. Each layer goes by its own: tell them all.",
    name="own-mode-only",
    violates=("train",),
)
class Sequential(_Right):
    def train(self, mode=True):
        self.training = mode
        return self


@misconception(
    "The layers get the mode, and the stack itself does not note it: self.training = mode.",
    name="own-mode-forgotten",
    violates=("train",),
)
class Sequential(_Right):
    def train(self, mode=True):
        for layer in self.layers:
            self.tell(layer, mode)
        return self


@misconception(
    "train(False) puts the layers into training: the mode is not asked for.",
    name="always-true",
    violates=("train",),
)
class Sequential(_Right):
    def train(self, mode=True):
        return super().train(True)


@misconception(
    "The mode is the wrong way round: training = mode, not the opposite.",
    name="negated",
    violates=("train",),
)
class Sequential(_Right):
    def train(self, mode=True):
        return super().train(not mode)

    def eval(self):
        return _Right.train(self, False)


@misconception(
    "train() without an argument puts the layers into evaluation. The mode is True by default.",
    name="default-false",
    violates=("train",),
)
class Sequential(_Right):
    def train(self, mode=False):
        return super().train(mode)


@misconception(
    "Every layer only has its attribute training set. A stack within the stack, or a module of torch, has layers of "
    "its own: call its train(mode).",
    name="not-deep",
    violates=("train",),
)
class Sequential(_Right):
    def tell(self, layer, mode):
        layer.training = mode


@misconception(
    "Every layer is asked for a method train, which plain ones do not have. Those get their attribute training set.",
    name="train-of-all",
    violates=("train",),
)
class Sequential(_Right):
    def tell(self, layer, mode):
        layer.train(mode)


@misconception(
    "Layers without a method train are passed over. Their attribute training is to be set.",
    name="plain-layers-passed-over",
    violates=("train",),
)
class Sequential(_Right):
    def tell(self, layer, mode):
        if hasattr(layer, "train"):
            layer.train(mode)


@misconception(
    "train stops at the first layer: the return belongs behind the loop.",
    name="train-returns-early",
    violates=("train",),
)
class Sequential(_Right):
    def train(self, mode=True):
        self.training = mode
        for layer in self.layers:
            self.tell(layer, mode)
            return self
        return self


@misconception(
    "A new stack is in evaluation. Its attribute training is True at first.",
    name="starts-in-evaluation",
    violates=("train",),
)
class Sequential(_Right):
    def __init__(self, layers):
        super().__init__(layers)
        self.training = False


@misconception(
    "eval puts the layers into training. It is train(False).",
    name="eval-trains",
    violates=("eval",),
)
class Sequential(_Right):
    def eval(self):
        return self.train()


@misconception(
    "eval only notes the mode in the stack itself. Each layer goes by its own: return self.train(False).",
    name="eval-of-the-stack-only",
    violates=("eval",),
)
class Sequential(_Right):
    def eval(self):
        self.training = False
        return self


@misconception(
    "train and eval return nothing, so that net = net.eval() would lose the network: return self.",
    name="none-returned",
    violates=("the_stack_is_returned",),
)
class Sequential(_Right):
    def train(self, mode=True):
        super().train(mode)


@misconception(
    "eval returns nothing, so that net = net.eval() would lose the network: return self.train(False).",
    name="eval-returns-none",
    violates=("the_stack_is_returned",),
)
class Sequential(_Right):
    def eval(self):
        self.train(False)


@misconception(
    "train returns a new stack of the same layers. The stack itself is wanted: return self.",
    name="new-stack-returned",
    violates=("the_stack_is_returned",),
)
class Sequential(_Right):
    def train(self, mode=True):
        super().train(mode)
        return _Right(self.layers)


@misconception(
    "A call puts the stack into training. Only train and eval change the mode.",
    name="call-sets-the-mode",
    violates=("x_stays_as_it_is",),
)
class Sequential(_Right):
    def __call__(self, x):
        self.training = True
        return super().__call__(x)
