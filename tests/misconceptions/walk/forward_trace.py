"""What learners get wrong in walk.forward_trace."""
# ruff: noqa: F821

import torch

from grader.checks import misconception


def _values(model, token):
    """The right six values."""
    embed, fc1, _, fc2, _, out = model
    with torch.no_grad():
        e = embed.weight[token]
        z1 = fc1(e)
        z2 = fc2(z1.clamp(min=0))
        return [e.clone(), z1, z1.clamp(min=0), z2, z2.clamp(min=0), out(z2.clamp(min=0))]


def _steps(values, names=NAMES):
    return [Step(name, value.detach()) for name, value in zip(names, values, strict=True)]


def _kept(model, token, keep, *, grad=False, batch=False):
    """The modules one after the other, with what keep makes of each value."""
    steps = []
    with torch.set_grad_enabled(grad):
        x = torch.tensor([token] if batch else token)
        for name, module in zip(NAMES, model, strict=True):
            x = module(x)
            steps.append(Step(name, keep(x)))
    return steps


@misconception(
    "The values are kept without a copy, so that a ReLU that works in place writes a1 over z1. "
    "Keep x.clone(); x.detach() alone is no copy.",
    name="no-copy",
)
def walk(model, token):
    return _kept(model, token, lambda x: x)


@misconception(
    "z and a have changed places: z is what goes into a ReLU, a what comes out of it.",
    name="z-and-a-swapped",
)
def walk(model, token):
    e, z1, a1, z2, a2, logits = _values(model, token)
    return _steps([e, a1, z1, a2, z2, logits])


@misconception(
    "z1 and z2 are the values after the ReLU. They are those before it: keep them as the linear layer gives them.",
    name="activations-for-both",
)
def walk(model, token):
    e, _, a1, _, a2, logits = _values(model, token)
    return _steps([e, a1, a1, a2, a2, logits])


@misconception(
    "The second layer is given z1. It sees what the ReLU lets through, a1.",
    name="relu-bypassed",
)
def walk(model, token):
    embed, fc1, _, fc2, _, out = model
    e = embed.weight[token]
    z1 = fc1(e)
    z2 = fc2(z1)
    return _steps([e, z1, z1.relu(), z2, z2.relu(), out(z2.relu())])


@misconception(
    "The output layer is given z2. It sees what the second ReLU lets through, a2.",
    name="second-relu-bypassed",
)
def walk(model, token):
    e, z1, a1, z2, a2, _ = _values(model, token)
    return _steps([e, z1, a1, z2, a2, model[5](z2)])


@misconception(
    "The last step holds probabilities. The logits are wanted as the output layer gives them, with no softmax.",
    name="softmax",
)
def walk(model, token):
    *values, logits = _values(model, token)
    return _steps([*values, logits.softmax(-1)])


@misconception(
    "A ReLU is applied to the logits too. They may be negative.",
    name="relu-on-the-logits",
)
def walk(model, token):
    *values, logits = _values(model, token)
    return _steps([*values, logits.relu()])


@misconception(
    "A ReLU is applied to the embedding. It goes into the first layer as it is.",
    name="relu-on-the-embedding",
)
def walk(model, token):
    embed, fc1, _, fc2, _, out = model
    e = embed.weight[token].relu()
    z1 = fc1(e)
    z2 = fc2(z1.relu())
    return _steps([e, z1, z1.relu(), z2, z2.relu(), out(z2.relu())])


@misconception(
    "The embedding is the row before that of the token. Tokens are numbered from 0.",
    name="counted-from-one",
)
def walk(model, token):
    return _steps(_values(model, token - 1))


@misconception(
    "The biases are left out: z = W @ x + b.",
    name="no-bias",
)
def walk(model, token):
    embed, fc1, _, fc2, _, out = model
    e = embed.weight[token]
    z1 = fc1.weight @ e
    z2 = fc2.weight @ z1.relu()
    return _steps([e, z1, z1.relu(), z2, z2.relu(), out.weight @ z2.relu()])


@misconception(
    "The bias is added after the ReLU. It belongs to the linear layer: a = ReLU(W @ x + b).",
    name="bias-after-the-relu",
)
def walk(model, token):
    embed, fc1, _, fc2, _, out = model
    e = embed.weight[token]
    z1 = fc1.weight @ e
    a1 = z1.relu() + fc1.bias
    z2 = fc2.weight @ a1
    a2 = z2.relu() + fc2.bias
    return _steps([e, z1, a1, z2, a2, out(a2)])


@misconception(
    "The values have a batch axis, (1, n). One token is followed: one axis, (n,).",
    name="batch-axis",
)
def walk(model, token):
    return _kept(model, token, torch.clone, batch=True)


@misconception(
    "Only what the modules with weights give is kept. A step for each ReLU is wanted too, a1 and a2.",
    name="four-steps",
)
def walk(model, token):
    e, z1, _, z2, _, logits = _values(model, token)
    return _steps([e, z1, z2, logits], ["embedding", "z1", "z2", "logits"])


@misconception(
    "The walk begins with the token itself. The first step is its embedding: six steps, embedding to logits.",
    name="token-first",
)
def walk(model, token):
    return [Step("token", torch.tensor(token)), *_steps(_values(model, token))]


@misconception(
    "The steps are in reverse order, the logits first. They go from the embedding to the logits.",
    name="reversed",
)
def walk(model, token):
    return _steps(_values(model, token))[::-1]


@misconception(
    "The steps have the names of the modules' classes or numbers. They are named embedding, z1, a1, z2, a2, logits.",
    name="names-of-modules",
)
def walk(model, token):
    return _steps(_values(model, token), [type(module).__name__ for module in model])


@misconception(
    "The values require gradients. They are numbers to read: compute them under torch.no_grad().",
    name="gradients",
)
def walk(model, token):
    return _kept(model, token, torch.clone, grad=True)


@misconception(
    "The hooks stay on the model, and go on collecting with every call. Keep what register_forward_hook returns, and "
    "call remove() on it.",
    name="hooks-left",
)
def walk(model, token):
    seen = []
    for module in model:
        module.register_forward_hook(lambda _, __, out: seen.append(out.detach().clone()))
    model(torch.tensor(token))
    return _steps(seen[:6])


@misconception(
    "The model is left in eval mode. Put back the mode that it came in, or leave it alone.",
    name="eval-mode",
)
def walk(model, token):
    model.eval()
    return _steps(_values(model, token))


@misconception(
    "The values are made float32. They have the dtype of the model.",
    name="float32",
)
def walk(model, token):
    return _steps([value.float() for value in _values(model, token)])


@misconception(
    "The values are made float64. They have the dtype of the model.",
    name="float64",
)
def walk(model, token):
    return _steps([value.double() for value in _values(model, token)])


@misconception(
    "A trace is kept in the model, and given again when its weights have changed. Walk anew each time.",
    name="kept-in-the-model",
)
def walk(model, token):
    kept = vars(model).setdefault("traces", {})
    if token not in kept:
        kept[token] = _steps(_values(model, token))
    return kept[token]


@misconception(
    "The values are rounded, as for printing. Keep them as they are.",
    name="rounded",
)
def walk(model, token):
    return _steps([value.round(decimals=4) for value in _values(model, token)])
