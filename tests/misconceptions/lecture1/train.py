"""What learners get wrong in lecture1.train."""

from grader.checks import misconception

from .backward import Value


def _loss(model, xs, ys):
    """The right loss."""
    total = Value(0.0)
    for x, y in zip(xs, ys, strict=True):
        total = total + (model(x) - y) ** 2
    return total


def _step(model, lr):
    """The right update."""
    for p in model.parameters():
        p.data -= lr * p.grad


def _train(model, xs, ys, steps, lr, rate=lambda k: 1.0, move=_step, clear=True):
    """The right loop, but for what is passed in."""
    losses = []
    for k in range(steps):
        total = _loss(model, xs, ys)
        if clear:
            model.zero_grad()
        total.backward()
        move(model, lr * rate(k))
        losses.append(total.data)
    return losses


# loss


@misconception(
    "This is the mean of the squared errors. Here the loss is their sum, as in the lecture's program.",
    name="mean-for-sum",
    violates=("loss",),
)
def loss(model, xs, ys):
    return _loss(model, xs, ys) / len(xs)


@misconception(
    "Half of the squared errors is a habit of other courses. Here it is their sum.",
    name="half",
    violates=("loss",),
)
def loss(model, xs, ys):
    return _loss(model, xs, ys) * 0.5


@misconception(
    "The errors are added without being squared, and those of either sign cancel. Square each: ** 2.",
    name="not-squared",
    violates=("loss",),
)
def loss(model, xs, ys):
    total = Value(0.0)
    for x, y in zip(xs, ys, strict=True):
        total = total + (model(x) - y)
    return total


@misconception(
    "The sum of the errors is squared. Square each error, then add.",
    name="squared-after-the-sum",
    violates=("loss",),
)
def loss(model, xs, ys):
    total = Value(0.0)
    for x, y in zip(xs, ys, strict=True):
        total = total + (model(x) - y)
    return total**2


@misconception(
    "These are the errors without their signs. The lecture squares them.",
    name="absolute-errors",
    violates=("loss",),
)
def loss(model, xs, ys):
    total = Value(0.0)
    for x, y in zip(xs, ys, strict=True):
        error = model(x) - y
        total = total + error.relu() + (-error).relu()
    return total


@misconception(
    "This is the margin loss of micrograd's repository, the sum of relu(1 − y·prediction). Here errors are squared.",
    name="margin-loss",
    violates=("loss",),
)
def loss(model, xs, ys):
    total = Value(0.0)
    for x, y in zip(xs, ys, strict=True):
        total = total + (1 - model(x) * y).relu()
    return total


@misconception(
    "The target is added to the prediction. The error is their difference.",
    name="target-added",
    violates=("loss",),
)
def loss(model, xs, ys):
    total = Value(0.0)
    for x, y in zip(xs, ys, strict=True):
        total = total + (model(x) + y) ** 2
    return total


@misconception(
    "The loss of the last example alone comes back: each one replaces the one before. Add them up.",
    name="last-example-only",
    violates=("loss",),
)
def loss(model, xs, ys):
    for x, y in zip(xs, ys, strict=True):
        total = (model(x) - y) ** 2
    return total


@misconception(
    "The loss of the first example alone comes back: the return stands inside the loop.",
    name="first-example-only",
    violates=("loss",),
)
def loss(model, xs, ys):
    return _loss(model, xs[:1], ys[:1])


@misconception(
    "The loss is a plain number, from which nobody can go backward. Compute with the Values that the model returns, "
    "not with their data.",
    name="plain-number",
    violates=("loss",),
)
def loss(model, xs, ys):
    return _loss(model, xs, ys).data


@misconception(
    "The loss is made of the predictions' numbers, and so is not connected to the network: no gradient gets there. "
    "Compute with the Values themselves.",
    name="disconnected",
    violates=("gradients_of_the_loss",),
)
def loss(model, xs, ys):
    return Value(_loss(model, xs, ys).data)


@misconception(
    "loss goes backward, too. It computes the loss; to go backward is the loop's business.",
    name="loss-goes-backward",
    violates=("gradients_of_the_loss",),
)
def loss(model, xs, ys):
    total = _loss(model, xs, ys)
    total.backward()
    return total


# train


@misconception(
    "The gradients are never cleared, so that those of all earlier steps are added to each. model.zero_grad() before "
    "backward.",
    name="no-zero-grad",
    violates=("trajectory",),
)
def train(model, xs, ys, steps, lr):
    return _train(model, xs, ys, steps, lr, clear=False)


@misconception(
    "The gradients are cleared after each step, and those that were there at the start count in the first. Clear them "
    "before backward.",
    name="cleared-after-the-step",
    violates=("old_gradients_do_not_count",),
)
def train(model, xs, ys, steps, lr):
    losses = []
    for _ in range(steps):
        losses += _train(model, xs, ys, 1, lr, clear=False)
        model.zero_grad()
    return losses


@misconception(
    "The gradients are cleared once, before the loop. Clear them in every step, or they add up.",
    name="cleared-once",
    violates=("trajectory",),
)
def train(model, xs, ys, steps, lr):
    model.zero_grad()
    return _train(model, xs, ys, steps, lr, clear=False)


@misconception(
    "The update goes uphill. The gradient points to where the loss grows: p.data -= lr * p.grad.",
    name="uphill",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    return _train(model, xs, ys, steps, -lr)


@misconception(
    "The gradients are cleared between backward and the update, which then moves nothing. Clear them before backward.",
    name="cleared-too-late",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    losses = []
    for _ in range(steps):
        total = _loss(model, xs, ys)
        total.backward()
        model.zero_grad()
        _step(model, lr)
        losses.append(total.data)
    return losses


@misconception(
    "The update comes before backward, and moves by the gradients of the step before. First backward, then the update.",
    name="update-before-backward",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    losses = []
    for _ in range(steps):
        total = _loss(model, xs, ys)
        _step(model, lr)
        model.zero_grad()
        total.backward()
        losses.append(total.data)
    return losses


@misconception(
    "p = p − lr · p.grad gives the loop's own name another Value, and the network's stays. Change the number in it: "
    "p.data -= lr * p.grad.",
    name="name-rebound",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    def move(model, lr):
        for p in model.parameters():
            p = p - lr * p.grad  # noqa: PLW2901

    return _train(model, xs, ys, steps, lr, move=move)


@misconception(
    "Each parameter is set to the step, where the step is to be subtracted from it: p.data -= lr * p.grad.",
    name="set-to-the-step",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    def move(model, lr):
        for p in model.parameters():
            p.data = -lr * p.grad

    return _train(model, xs, ys, steps, lr, move=move)


@misconception(
    "The step is lr times the parameter, not lr times its gradient: p.data -= lr * p.grad.",
    name="step-by-data",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    def move(model, lr):
        for p in model.parameters():
            p.data -= lr * p.data

    return _train(model, xs, ys, steps, lr, move=move)


@misconception(
    "lr is not used: every step is the whole gradient long. Multiply it by lr.",
    name="without-lr",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    return _train(model, xs, ys, steps, 1.0)


@misconception(
    "The step is divided by the number of examples. The loss is a sum here, and the step is lr times its gradient.",
    name="step-over-n",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    return _train(model, xs, ys, steps, lr / len(xs))


@misconception(
    "Only the sign of each gradient is used, so that all parameters move equally far. The step is lr * p.grad.",
    name="sign-only",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    def move(model, lr):
        for p in model.parameters():
            p.data -= lr * ((p.grad > 0) - (p.grad < 0))

    return _train(model, xs, ys, steps, lr, move=move)


@misconception(
    "Every example makes a step of its own. Here a step is for all examples together: one loss, one backward.",
    name="example-by-example",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    losses = []
    for _ in range(steps):
        losses.append(_loss(model, xs, ys).data)
        for x, y in zip(xs, ys, strict=True):
            _train(model, [x], [y], 1, lr)
    return losses


@misconception(
    "The biases stay as they were: only weights are updated. They are parameters too: go through model.parameters().",
    name="weights-only",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    def move(model, lr):
        for layer in model.layers:
            for neuron in layer.neurons:
                for w in neuron.w:
                    w.data -= lr * w.grad

    return _train(model, xs, ys, steps, lr, move=move)


@misconception(
    "The last layer alone is updated. Every parameter learns: go through model.parameters().",
    name="last-layer-only",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    def move(model, lr):
        _step(model.layers[-1], lr)

    return _train(model, xs, ys, steps, lr, move=move)


@misconception(
    "The learning rate falls from step to step, as in micrograd's demonstration. Here it stays the same.",
    name="lr-decays",
    violates=("trajectory",),
)
def train(model, xs, ys, steps, lr):
    return _train(model, xs, ys, steps, lr, rate=lambda k: 1.0 - 0.9 * k / 100)


@misconception(
    "Late in the run the learning rate is lowered, as lecture 3 does it. Here it stays the same to the end.",
    name="lr-lowered-late",
    violates=("the_four_points",),
)
def train(model, xs, ys, steps, lr):
    return _train(model, xs, ys, steps, lr, rate=lambda k: 1.0 if k < 80 else 0.1)


@misconception(
    "A speed is carried over from step to step, as momentum has it. Here nothing is: p.data -= lr * p.grad.",
    name="momentum",
    violates=("trajectory",),
)
def train(model, xs, ys, steps, lr):
    speed = [0.0 for _ in model.parameters()]

    def move(model, lr):
        for i, p in enumerate(model.parameters()):
            speed[i] = 0.9 * speed[i] + p.grad
            p.data -= lr * speed[i]

    return _train(model, xs, ys, steps, lr, move=move)


@misconception(
    "The predictions are computed once, before the loop: every step has the loss and the gradients of the first. "
    "Predict anew in each step.",
    name="predicted-once",
    violates=("trajectory",),
)
def train(model, xs, ys, steps, lr):
    losses = []
    gradients = None
    for _ in range(steps):
        if gradients is None:
            total = _loss(model, xs, ys)
            model.zero_grad()
            total.backward()
            gradients = [p.grad for p in model.parameters()]
        for p, gradient in zip(model.parameters(), gradients, strict=True):
            p.data -= lr * gradient
        losses.append(total.data)
    return losses


@misconception(
    "The loss is computed once, before the loop, and every step goes backward from it again: it does not know the new "
    "numbers, and the grads inside it pile up. Compute it anew in each step.",
    name="graph-kept",
    violates=("trajectory",),
)
def train(model, xs, ys, steps, lr):
    total, topo, listed, todo = _loss(model, xs, ys), [], set(), []
    todo.append((total, False))
    while todo:
        node, done = todo.pop()
        if done:
            topo.append(node)
        elif node not in listed:
            listed.add(node)
            todo += [(node, True), *((operand, False) for operand in node._prev)]
    losses = []
    for _ in range(steps):
        model.zero_grad()
        total.grad = 1.0
        for node in reversed(topo):  # as the lecture's backward does it
            node._backward()
        _step(model, lr)
        losses.append(total.data)
    return losses


@misconception(
    "The return stands inside the loop: after the first step the training is over. Return after the loop.",
    name="return-inside-the-loop",
    violates=("trajectory", "losses"),
)
def train(model, xs, ys, steps, lr):
    return _train(model, xs, ys, 1, lr) if steps else None


@misconception(
    "One step too few is taken: range(1, steps) has steps − 1 numbers in it.",
    name="one-step-short",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    return _train(model, xs, ys, steps - 1, lr)


@misconception(
    "One step too many is taken: for k <= steps goes round steps + 1 times.",
    name="one-step-more",
    violates=("one_step",),
)
def train(model, xs, ys, steps, lr):
    return _train(model, xs, ys, steps + 1, lr)


@misconception(
    "The loss is measured after the update. Note the one that the gradients belong to, from before.",
    name="loss-after-the-update",
    violates=("losses",),
)
def train(model, xs, ys, steps, lr):
    losses = []
    for _ in range(steps):
        _train(model, xs, ys, 1, lr)
        losses.append(_loss(model, xs, ys).data)
    return losses


@misconception(
    "The losses are Values, which hold on to the whole graph of each step. Note the number: total.data.",
    name="losses-are-values",
    violates=("losses",),
)
def train(model, xs, ys, steps, lr):
    return [Value(one) for one in _train(model, xs, ys, steps, lr)]


@misconception(
    "The last loss alone comes back. Return a list with the loss of each step.",
    name="last-loss-only",
    violates=("losses",),
)
def train(model, xs, ys, steps, lr):
    return (_train(model, xs, ys, steps, lr) or [0.0])[-1]


@misconception(
    "Nothing comes back: return the list of losses.",
    name="nothing-returned",
    violates=("losses",),
)
def train(model, xs, ys, steps, lr):
    _train(model, xs, ys, steps, lr)


@misconception(
    "The losses are divided by the number of examples. Note the loss itself, which is a sum.",
    name="mean-losses",
    violates=("losses",),
)
def train(model, xs, ys, steps, lr):
    return [one / len(xs) for one in _train(model, xs, ys, steps, lr)]


@misconception(
    "Each loss is added to those before. Note the loss of the step alone.",
    name="losses-added-up",
    violates=("a_plane",),
)
def train(model, xs, ys, steps, lr):
    losses = _train(model, xs, ys, steps, lr)
    return [sum(losses[: k + 1]) for k in range(len(losses))]


@misconception(
    "The targets are changed in the caller's own list, which holds something else afterwards. Leave xs and ys as they "
    "are, and compute with copies.",
    name="targets-changed",
    violates=("examples_stay_as_they_are",),
)
def train(model, xs, ys, steps, lr):
    ys[:] = [2 * y for y in ys]
    return _train(model, xs, [y / 2 for y in ys], steps, lr)
