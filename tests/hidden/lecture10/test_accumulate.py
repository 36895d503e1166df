"""Checks of lecture10.accumulate: many micro-batches, one step, against the gradient of all tokens at once.

The model is the learner's own GPT with weights of ours, and the oracle a twin of torch's functions. With plain gradient
descent and a learning rate of 1 a step is the gradient itself, so that most checks compare with that.
"""

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    integers,
    library,
    needs,
    normal,
    points,
    undisturbed,
    uniform,
)

ORACLE = "all tokens at once"
EMBEDDING, HEAD = "transformer.wte.weight", "lm_head.weight"


def drawn_sizes(rng):
    """The attributes of a small GPTConfig."""
    sizes = {"n_layer": 1, "n_head": 2, "n_embd": 6, "vocab_size": integer(rng, 9, 13), "block_size": 7}
    return {**sizes, "block_size": integer(rng, 7, 8)}


def random_weights(rng, sizes):
    """Weights of the whole model, without lm_head's, which are wte's; gains and biases neither 1 nor 0."""
    V, C = sizes["vocab_size"], sizes["n_embd"]
    weights = {EMBEDDING: normal(rng, V, C), "transformer.wpe.weight": normal(rng, sizes["block_size"], C)}
    block = "transformer.h.0"
    shapes = {"attn.c_attn": (3 * C, C), "attn.c_proj": (C, C), "mlp.c_fc": (4 * C, C), "mlp.c_proj": (C, 4 * C)}
    for name, shape in shapes.items():
        weights[f"{block}.{name}.weight"] = normal(rng, *shape, scale=shape[1] ** -0.5)
        weights[f"{block}.{name}.bias"] = normal(rng, shape[0], scale=0.3)
    for name in ("transformer.ln_f", f"{block}.ln_1", f"{block}.ln_2"):
        weights[f"{name}.weight"] = 1.4 + uniform(rng, -0.2, 0.2, C)
        weights[f"{name}.bias"] = normal(rng, C, scale=0.3)
    return weights


def make(submission, sizes, weights):
    """The learner's own model in float64, with these weights."""
    model = submission.GPT(library(submission, "types").SimpleNamespace(**sizes)).double()
    model.load_state_dict({**weights, HEAD: weights[EMBEDDING]}, strict=False)
    return model


def twin(idx, weights):
    """The logits, (B, T, V), by torch's own functions."""

    def linear(x, name):
        return F.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def layer_norm(x, name):
        return F.layer_norm(x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"])

    x = weights[EMBEDDING][idx] + weights["transformer.wpe.weight"][: idx.shape[1]]
    block = "transformer.h.0"
    qkv = linear(layer_norm(x, f"{block}.ln_1"), f"{block}.attn.c_attn")
    q, k, v = qkv.unflatten(-1, (3, 2, -1)).permute(2, 0, 3, 1, 4)  # each (B, n_head, T, head_size)
    heads = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
    x = x + linear(heads, f"{block}.attn.c_proj")
    hidden = F.gelu(linear(layer_norm(x, f"{block}.ln_2"), f"{block}.mlp.c_fc"), approximate="tanh")
    x = x + linear(hidden, f"{block}.mlp.c_proj")
    return layer_norm(x, "transformer.ln_f") @ weights[EMBEDDING].T


def drawn_batches(rng, sizes, shapes):
    """Micro-batches of these shapes."""
    V = sizes["vocab_size"]
    return [(integers(rng, 0, V - 1, *shape), integers(rng, 0, V - 1, *shape)) for shape in shapes]


def uneven(rng):
    """Shapes (B, T) of three micro-batches, each of another number of tokens, by far."""
    return [(4, 6), (1, integer(rng, 2, 3)), (2, integer(rng, 4, 5))]


def oracle(weights, micro_batches):
    """(the mean loss over all tokens, its gradients)."""
    leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    losses = [F.cross_entropy(twin(x, leaves).flatten(0, 1), y.flatten(), reduction="none") for x, y in micro_batches]
    loss = torch.cat(losses).mean()
    gradients = torch.autograd.grad(loss, list(leaves.values()))
    return loss.item(), dict(zip(leaves, gradients, strict=True))


def descent(submission, model, lr=1.0):
    """Plain gradient descent."""
    return library(submission, "torch.optim").SGD(model.parameters(), lr=lr)


def parameters_of(model, weights):
    """The model's parameters as they are now."""
    return {name: value for name, value in model.state_dict().items() if name in weights}


def stepped(weights, gradients, lr=1.0):
    """What a step of plain gradient descent makes of the weights."""
    return {name: weight - lr * gradients[name] for name, weight in weights.items()}


def assert_step(found, expected, name="the parameters after the step", **sizes):
    """Demand these parameters."""
    assert_close(found, expected, name=name, rtol=1e-7, oracle=ORACLE, sizes=sizes)


@points(2)
def test_one_batch(submission, rng):
    """With a single micro-batch it is the step that one takes without accumulation."""
    sizes = drawn_sizes(rng)
    weights = random_weights(rng, sizes)
    micro_batches = drawn_batches(rng, sizes, [(3, integer(rng, 4, 6))])
    model = make(submission, sizes, weights)
    submission.train_step(model, micro_batches, descent(submission, model))
    found = parameters_of(model, weights)
    model = make(submission, sizes, weights)
    submission.train_step(model, drawn_batches(rng, sizes, [(2, 3), (4, 3)]), descent(submission, model))
    model.state_dict()  # tells apart what is alike with a single one; not judged
    assert_step(found, stepped(weights, oracle(weights, micro_batches)[1]))


@points(2)
@needs("test_one_batch")
def test_even_micro_batches(submission, rng):
    """Micro-batches of one size give the gradient of one big batch."""
    sizes = drawn_sizes(rng)
    weights = random_weights(rng, sizes)
    cases = []
    for count in (2, 5):
        micro_batches = drawn_batches(rng, sizes, [(3, 4)] * count)
        model = make(submission, sizes, weights)
        submission.train_step(model, micro_batches, descent(submission, model))
        cases.append((parameters_of(model, weights), micro_batches))
    for found, micro_batches in cases:
        right = stepped(weights, oracle(weights, micro_batches)[1])
        assert_step(found, right, micro_batches=len(micro_batches))


@points(3)
@needs("test_even_micro_batches")
def test_uneven_micro_batches(submission, rng):
    """Micro-batches of different sizes count by their tokens: every token weighs the same."""
    sizes = drawn_sizes(rng)
    weights = random_weights(rng, sizes)
    cases = []
    for shapes in (uneven(rng), [(5, 3), (2, 3)], [(2, 2), (2, 7)]):
        micro_batches = drawn_batches(rng, sizes, shapes)
        model = make(submission, sizes, weights)
        submission.train_step(model, micro_batches, descent(submission, model))
        cases.append((parameters_of(model, weights), micro_batches))
    for found, micro_batches in cases:
        right = stepped(weights, oracle(weights, micro_batches)[1])
        assert_step(found, right, micro_batches=len(micro_batches))


@points(2)
@needs("test_uneven_micro_batches")
def test_loss(submission, rng):
    """What is returned is the mean loss over all tokens, before the step: a Python float."""
    cases = []
    for shapes in ([(3, 5)], uneven(rng), [(2, 2), (2, 7)]):
        sizes = drawn_sizes(rng)
        weights = random_weights(rng, sizes)
        micro_batches = drawn_batches(rng, sizes, shapes)
        model = make(submission, sizes, weights)
        loss = submission.train_step(model, micro_batches, descent(submission, model))
        model.state_dict()  # tells apart whose step is right all the same; not judged
        cases.append((loss, weights, micro_batches))
    for loss, weights, micro_batches in cases:
        check(
            type(loss) is float, "train_step must return the loss, a Python float: loss.item() makes one of a tensor."
        )
        assert_close(
            torch.tensor(loss, dtype=torch.float64),
            torch.tensor(oracle(weights, micro_batches)[0], dtype=torch.float64),
            name="loss",
            rtol=1e-6,  # a mean that is added up in float32 will do
            oracle=ORACLE,
            sizes={"micro_batches": len(micro_batches)},
        )


@points(2)
@needs("test_uneven_micro_batches")
def test_several_steps(submission, rng):
    """Each step has its own gradient: what was there before is cleared, also where the caller left some."""
    sizes = drawn_sizes(rng)
    weights = random_weights(rng, sizes)
    model = make(submission, sizes, weights)
    name = "transformer.ln_f.bias"
    set_gradient = library(submission, "operator").attrgetter(f"{name}.__setattr__")(model)
    set_gradient("grad", uniform(rng, 1.0, 2.0, sizes["n_embd"]))
    optimizer, found, steps = descent(submission, model, 0.5), [], []
    for _ in range(2):
        steps.append(drawn_batches(rng, sizes, uneven(rng)))
        submission.train_step(model, steps[-1], optimizer)
        found.append(parameters_of(model, weights))
    right = weights
    for number, (after, micro_batches) in enumerate(zip(found, steps, strict=True)):
        right = stepped(right, oracle(right, micro_batches)[1], 0.5)
        assert_step(after, right, f"the parameters after step {number + 1}")


@points(2)
@needs("test_several_steps")
def test_one_step_of_the_optimizer(submission, rng):
    """The optimizer that is passed in takes one step: AdamW's averages and counts are those of one big batch a step."""
    sizes = drawn_sizes(rng)
    weights = random_weights(rng, sizes)
    model, lr = make(submission, sizes, weights), float(uniform(rng, 0.01, 0.03))
    optimizer = library(submission, "torch.optim").AdamW(model.parameters(), lr=lr)
    ours = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    right = torch.optim.AdamW(ours.values(), lr=lr)
    for _ in range(3):
        micro_batches = drawn_batches(rng, sizes, uneven(rng))
        submission.train_step(model, micro_batches, optimizer)
        gradients = oracle({name: p.detach() for name, p in ours.items()}, micro_batches)[1]
        for name, p in ours.items():
            p.grad = gradients[name]
        right.step()
    expected = {name: p.detach() for name, p in ours.items()}
    # Adam divides by the size of a gradient, and the key's bias has one of 0 but for rounding: it is left out.
    bias, C = "transformer.h.0.attn.c_attn.bias", sizes["n_embd"]
    found = parameters_of(model, weights)
    shaped = all(isinstance(v, torch.Tensor) and v.shape == weights[n].shape for n, v in found.items())
    check(shaped and len(found) == len(weights), "The parameters must have the shapes that they had.")
    for state in (found, expected):
        state[bias] = torch.cat([state[bias][:C], state[bias][2 * C :]])
    assert_close(found, expected, name="the parameters after three steps of AdamW", rtol=1e-6, oracle=ORACLE)


@needs("test_one_batch")
def test_one_after_the_other(submission, rng):
    """Gradients of one micro-batch are computed before the next goes through the model: one is in memory at a time."""
    sizes = drawn_sizes(rng)
    weights = random_weights(rng, sizes)
    model = make(submission, sizes, weights)
    returns_none = {"forward.return_value": None, "backward.return_value": None}
    seen = library(submission, "unittest.mock").Mock(**returns_none)
    norm = library(submission, "operator").attrgetter("transformer.ln_f")(model)
    norm.register_forward_hook(seen.forward)
    norm.register_full_backward_hook(seen.backward)
    count = integer(rng, 3, 4)
    micro_batches = drawn_batches(rng, sizes, [(2 + i, 3) for i in range(count)])
    submission.train_step(model, micro_batches, descent(submission, model))
    after = parameters_of(model, weights)
    builtins = library(submission, "builtins")
    first = library(submission, "operator").itemgetter(0)
    names = builtins.list(builtins.map(first, seen.mock_calls))
    outputs = builtins.map(
        library(submission, "operator").itemgetter(2), builtins.map(first, seen.forward.call_args_list)
    )
    kept = builtins.list(builtins.map(library(submission, "operator").attrgetter("requires_grad"), outputs))
    if isinstance(names, list) and isinstance(kept, list) and len(kept) == names.count("forward"):
        kept = iter(kept)  # who looks at the loss without a graph has nothing more in memory
        names = [name for name in names if name != "forward" or next(kept) is True]
    wanted = ["forward", "backward"] * count
    check(
        names == wanted,
        f"The model went {show(names)}; with {count} micro-batches it must go {show(wanted)}: call backward() for "
        "each, before the next goes through.",
    )
    assert_responds(after, weights, name="the parameters")


def show(names):
    """forward, backward, forward: as words, no more than twelve."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return "through nothing that could be seen"
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "") if names else "through nothing"


@needs("test_one_batch")
def test_nothing_else_changes(submission, rng):
    """The micro-batches, the mode of the model, the learning rate and torch's global generator stay as they are."""
    sizes = drawn_sizes(rng)
    weights = random_weights(rng, sizes)
    model = make(submission, sizes, weights)
    lr = float(uniform(rng, 0.2, 0.4))
    optimizer, losses = descent(submission, model, lr), []
    for mode in (True, False):
        model.train(mode)
        with undisturbed(submission, rng):
            micro_batches = drawn_batches(rng, sizes, [(2, 5), (2, 5)])
            losses.append(assert_unchanged(submission.train_step, model, micro_batches, optimizer))
        check(model.training is mode, f"The model came in with training={mode}, and leaves with training={not mode}.")
    groups = optimizer.param_groups
    found = groups[0].get("lr") if isinstance(groups, list) and groups and isinstance(groups[0], dict) else None
    check(found == lr, "The learning rate of the optimizer has changed: that is for whoever calls train_step.")
    assert_responds(*losses, name="the loss")
