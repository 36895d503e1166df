"""Checks of lecture6.wavenet: shapes and parameters, the same tree in torch, and what reaches what."""

import math

import torch
import torch.nn.functional as F

from grader.checks import (
    RecordedNode,
    assert_close,
    assert_raises,
    assert_responds,
    check,
    integer,
    integers,
    needs,
    normal,
    parameters_of,
    points,
    record_graph,
    uniform,
    vjp,
)

LECTURE = (27, 8, 10, 68)  # V, block_size, E, H


def random_sizes(rng, block_size=8):
    """(V, block_size, E, H), never equal."""
    return integer(rng, 11, 14), block_size, integer(rng, 5, 6), integer(rng, 9, 10)


def random_ids(rng, B, sizes):
    return integers(rng, 0, sizes[0] - 1, B, sizes[1]).contiguous()


def levels_of(block_size):
    return block_size.bit_length() - 1


def expected_shapes(V, block_size, E, H):
    """The shapes of the parameters, in order."""
    shapes, width = [(V, E)], E
    for _ in range(levels_of(block_size)):
        shapes += [(2 * width, H), (H,), (H,)]
        width = H
    return [*shapes, (H, V), (V,)]


def random_tensors(rng, sizes, dtype=torch.float64):
    """Parameters at scales at which no unit is saturated; gamma and beta away from 1 and 0."""
    tensors = []
    for shape in expected_shapes(*sizes):
        if len(shape) == 2:
            tensors.append(normal(rng, *shape) / (shape[0] ** 0.5 if tensors else 1.0))
        else:
            tensors.append(uniform(rng, 0.4, 0.9, *shape))
    return [tensor.to(dtype).contiguous() for tensor in tensors]


def loaded(submission, sizes, tensors):
    """The learner's network with these parameters."""
    net = submission.build_wavenet(*sizes)
    for put, tensor in zip(parameters_of(submission, net, "__setattr__"), tensors, strict=False):
        put("data", tensor)
    return net


class Oracle:
    """The same tree: products, torch's batch normalisation, tanh."""

    def __init__(self, sizes, tensors):
        self.levels, self.H = levels_of(sizes[1]), sizes[3]
        self.tensors = tensors
        self.statistics = [
            (torch.zeros(self.H, dtype=tensors[0].dtype), torch.ones(self.H, dtype=tensors[0].dtype))
            for _ in range(self.levels)
        ]

    def __call__(self, ids, training):
        B, h = ids.shape[0], self.tensors[0][ids]
        for level in range(self.levels):
            W, gamma, beta = self.tensors[1 + 3 * level : 4 + 3 * level]
            h = h.reshape(B, h.shape[1] // 2, -1) @ W
            flat = F.batch_norm(h.flatten(0, 1), *self.statistics[level], gamma, beta, training=training)
            h = torch.tanh(flat).view(B, -1, self.H)
        return h.squeeze(1) @ self.tensors[-2] + self.tensors[-1]


@points(2)
def test_shapes(submission, rng):
    """Each level halves the places: the layers of the stack, in order, give the shapes that the stub names."""
    for block_size in (8, (2, 4, 16)[integer(rng, 0, 2)]):
        sizes = V, _, E, H = random_sizes(rng, block_size)
        B = integer(rng, 17, 19)
        wanted, width, places = [(B, block_size, E)], E, block_size
        for _ in range(levels_of(block_size)):
            places //= 2
            wanted += [(B, places, n) if places > 1 else (B, n) for n in (2 * width, H, H, H)]
            width = H
        wanted.append((B, V))
        net, x, found = submission.build_wavenet(*sizes), random_ids(rng, B, sizes), []
        number = len(net.layers)
        outs = [net.layers[0](random_ids(rng, B, sizes)) for _ in range(2)]
        for layer in net.layers:
            x = layer(x)
            check(isinstance(x, torch.Tensor), "Each layer must return a tensor.")
            found.append(tuple(x.shape))
        check(
            number == len(wanted),
            f"For {block_size} characters net.layers has {number} entries; {len(wanted)} are wanted: an Embedding, "
            f"four for each of {levels_of(block_size)} levels, and a Linear.",
        )
        for place, (shape, right) in enumerate(zip(found, wanted, strict=True)):
            check(
                shape == right, f"Layer {place}, counted from 0, gives the shape {shape}; {right} is wanted (B = {B})."
            )
        assert_responds(*outs, name="what the Embedding returns")


@points(2)
@needs("test_shapes")
def test_parameters(submission, rng):
    """Every layer has parameters of its own, and no more than it needs: 22,397 numbers at the size of the lecture."""
    for sizes in (random_sizes(rng), random_sizes(rng, 4), LECTURE):
        found, others = (parameters_of(submission, submission.build_wavenet(*sizes)) for _ in range(2))
        check(all(isinstance(p, torch.Tensor) for p in found), "parameters() must give tensors.")
        shapes, wanted = [tuple(p.shape) for p in found], expected_shapes(*sizes)
        total, right = sum(map(math.prod, shapes)), sum(map(math.prod, wanted))
        check(
            total == right,
            f"build_wavenet{sizes} has {total:,} parameters in {len(shapes)} tensors; {right:,} in {len(wanted)} are "
            "wanted.",
        )
        check(shapes == wanted, f"The parameters have the shapes {shapes}; {wanted} are wanted.")
        assert_responds(found[0], others[0], name="the embedding of two networks")


@points(3)
@needs("test_parameters")
def test_logits(submission, rng):
    """In training the logits are those of the same tree in torch, for any weights and contexts."""
    found = []
    for block_size in (8, 4, 2):
        sizes = random_sizes(rng, block_size)
        tensors, ids = random_tensors(rng, sizes), random_ids(rng, integer(rng, 17, 19), sizes)
        net = loaded(submission, sizes, tensors)
        found.append((net(ids), Oracle(sizes, tensors)(ids, training=True), sizes))
    for actual, expected, (V, block_size, E, H) in found:
        named = {"V": V, "block_size": block_size, "E": E, "H": H}
        assert_close(actual, expected, name="logits", oracle="the same tree in torch", sizes=named)


@needs("test_logits")
def test_evaluation(submission, rng):
    """After two batches of training and net.eval() the logits are those of the same tree, for one context, too."""
    sizes = random_sizes(rng)
    tensors = random_tensors(rng, sizes)
    net, ours, found = loaded(submission, sizes, tensors), Oracle(sizes, tensors), []
    for B in (18, 23):
        ids = random_ids(rng, B, sizes)
        net(ids)
        ours(ids, training=True)
    net.eval()
    for B in (1, 7):
        ids = random_ids(rng, B, sizes)
        found.append((net(ids), ours(ids, training=False)))
    for actual, expected in found:
        # a buffer that starts in float32 holds 0.9 times 1 with that precision
        assert_close(actual, expected, name="logits", oracle="the same tree in torch", rtol=1e-5)


@points(2)
@needs("test_logits")
def test_gradients(submission, rng):
    """Gradients flow from the logits to every parameter, as autograd has them."""
    sizes = random_sizes(rng)
    tensors, ids = random_tensors(rng, sizes), random_ids(rng, 21, sizes)
    upstream = normal(rng, 21, sizes[0])
    net = loaded(submission, sizes, tensors)
    for ask in parameters_of(submission, net, "requires_grad_"):
        ask()
    vjp(net, (ids,), upstream)
    actual = parameters_of(submission, net, "grad")
    leaves = [tensor.clone().requires_grad_() for tensor in tensors]
    expected = torch.autograd.grad(Oracle(sizes, leaves)(ids, training=True), leaves, upstream)
    levels = [f"{name} of level {n + 1}" for n in range(3) for name in ("dW", "dgamma", "dbeta")]
    names = ("dembedding", *levels, "dW of the last layer", "db of the last layer")
    assert_close(tuple(actual), expected, name=names, rtol=1e-8)


def reach(outputs, base, changed):
    """For each node of a level the characters that reach it: those that change it when they are changed.

    ``outputs`` has a row for each context, ``base`` is that of the unchanged one, ``changed`` those of the others.
    """
    outputs = outputs.reshape(outputs.shape[0], -1, outputs.shape[-1])
    far = (outputs[changed] - outputs[base]).abs().amax(-1) > 1e-9 * float(outputs.abs().max())  # (T, nodes)
    return [[t for t in range(far.shape[0]) if bool(far[t, node])] for node in range(far.shape[1])]


def draw(text, levels, wanted):
    """The tree for the page: each node with the characters that reach it."""
    nodes = [RecordedNode(f"{text[t]}", (f"place {t}",), to=()) for t in range(len(text))]
    before, below = [[t] for t in range(len(text))], list(range(len(text)))
    for level, (found, right) in enumerate(zip(levels, wanted, strict=True)):
        here = []
        for node, (seen, expected) in enumerate(zip(found, right, strict=True)):
            number = len(nodes)
            name = "logits" if level == len(levels) - 1 else f"level {level + 1}, node {node}"
            nodes.append(RecordedNode(name, ("sees " + in_words(seen),), right=seen == expected))
            for child, sees in zip(below, before, strict=True):
                if set(sees) & set(seen):
                    lead = nodes[child]
                    nodes[child] = RecordedNode(lead.name, lead.lines, lead.right, (*lead.to, number))
            here.append(number)
        before, below = found, here
    record_graph("which characters reach which node", nodes)


def in_words(places):
    """[0, 1, 2, 5] -> "0 to 2, 5"."""
    spans = []
    for t in places:
        if spans and spans[-1][1] == t - 1:
            spans[-1][1] = t
        else:
            spans.append([t, t])
    return ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in spans) or "none"


@points(2)
@needs("test_parameters")
def test_hierarchy(submission, rng):
    """A character reaches the nodes of its own subtree and no others, level by level, and the logits at last."""
    for block_size in (4, 8):
        sizes = random_sizes(rng, block_size)
        net = loaded(submission, sizes, random_tensors(rng, sizes))
        net(random_ids(rng, 20, sizes))
        net.eval()
        rows = torch.randperm(block_size + 1, generator=rng)  # where each context stands in the batch
        base, changed = rows[0], rows[1:]
        ids = random_ids(rng, 1, sizes).repeat(block_size + 1, 1)
        text = "".join(chr(97 + int(i)) for i in ids[0])
        places = torch.arange(block_size)
        ids[changed, places] = (ids[0] + integers(rng, 1, sizes[0] - 1, block_size)) % sizes[0]
        found, x = [], ids
        for number, layer in enumerate(net.layers):
            x = layer(x)
            check(
                isinstance(x, torch.Tensor) and x.shape[0] == block_size + 1, "Each layer must return a tensor, B rows."
            )
            if number and (number % 4 == 0 or number == len(net.layers) - 1):  # behind each Tanh, and the logits
                found.append(reach(x, base, changed))
        levels = [*range(1, levels_of(block_size) + 1), levels_of(block_size)]
        wanted = [[list(range(j << level, (j + 1) << level)) for j in range(block_size >> level)] for level in levels]
        check([len(level) for level in found] == [len(level) for level in wanted], "The levels must halve the places.")
        draw(text, found, wanted)
        for level, (nodes, right) in enumerate(zip(found, wanted, strict=True)):
            for node, (seen, expected) in enumerate(zip(nodes, right, strict=True)):
                what = "the logits" if level == len(found) - 1 else f"node {node} of level {level + 1}"
                check(
                    seen == expected,
                    f"Of {block_size} characters, {in_words(expected)} must reach {what}, counted from 0; "
                    f"these do: {in_words(seen)}.",
                )


@needs("test_parameters")
def test_first_loss(submission, rng):
    """The first loss of a new network is within 0.05 of ln V: the last weight is a tenth of what Linear gives."""
    found = []
    for _ in range(2):
        sizes = V, *_ = integer(rng, 25, 40), 8, 10, 68
        ids, targets = random_ids(rng, 300, sizes), integers(rng, 0, sizes[0] - 1, 300)
        net = submission.build_wavenet(*sizes)
        logits, last = net(ids), net.layers[-1].weight
        found.append((logits, last, targets, V))
    for logits, last, targets, V in found:
        check(
            isinstance(logits, torch.Tensor) and logits.shape == (300, V) and logits.is_floating_point(),
            "The network must give logits (B, vocab).",
        )
        loss = F.cross_entropy(logits.float(), targets).item()
        # A right one is off by 0.002 ± 0.004; with a last weight that is not scaled down by 0.2.
        check(abs(loss - math.log(V)) < 0.05, f"The first loss is {loss:.3f}; ln {V} is {math.log(V):.3f}.")
        spread = float(last.std()) * 68**0.5
        # Of 1,700 normal numbers or more: off by a fifth is more than eleven standard deviations.
        check(0.08 < spread < 0.12, f"The last weight is {spread:.3g} times what Linear gives; a tenth is wanted.")


@needs("test_parameters")
def test_first_weights(submission, rng):
    """All other parameters start as their layers have them, and each network has its own."""
    sizes = integer(rng, 40, 60), 8, integer(rng, 30, 39), integer(rng, 68, 80)
    found = [parameters_of(submission, submission.build_wavenet(*sizes)) for _ in range(2)]
    for tensors in found:
        for tensor, shape in zip(tensors, expected_shapes(*sizes), strict=True):
            check(isinstance(tensor, torch.Tensor) and tensor.shape == shape, f"A tensor {shape} is wanted.")
        scales = [float(tensors[0].std()), *(float(W.std()) * W.shape[0] ** 0.5 for W in tensors[1:-2:3])]
        # Of 1,200 normal numbers or more: off by 0.15 is more than seven standard deviations.
        for place, scale in enumerate(scales):
            name = "Embedding" if place == 0 else f"the Linear layer of level {place}"
            check(0.85 < scale < 1.15, f"The first weight of {name} is {scale:.3g} times what the layer gives.")
        ones, zeros = tensors[2:-2:3], tensors[3:-2:3]
        check(all(bool((gamma == 1).all()) for gamma in ones), "gamma starts at 1.")
        check(all(not beta.any() for beta in (*zeros, tensors[-1])), "beta and the last bias start at 0.")
    first, second = found
    for place in (0, 1, 4, 7):
        assert_responds(first[place], second[place], name="a weight of two networks")
    assert_responds(first[4], first[7], name="a weight of two levels")


@needs("test_shapes")
def test_other_lengths_are_refused(submission, rng):
    """A block_size that is no power of two from 2 on raises ValueError; one that is does not."""
    odd, even, small = (
        [3, 5, 7, 15, 2, 16],
        [6, 12, 10, 24, 4, 8],
        [1, 0, 2, 32],
    )  # in this order, to tell mistakes apart
    for lengths in (odd, even, small):
        lengths[:] = [lengths[i] for i in torch.randperm(len(lengths), generator=rng).tolist()]
    for block_size in (8, *odd, *even, *small):
        sizes = random_sizes(rng, block_size)
        if block_size in {2, 4, 8, 16, 32}:
            net = submission.build_wavenet(*sizes)
            first = net.layers[0]
            assert_responds(*(first(random_ids(rng, 40, sizes)) for _ in range(2)), name="what the Embedding returns")
        else:
            why = f"{block_size} places cannot be halved until one is left"
            assert_raises(ValueError, submission.build_wavenet, *sizes, why=why)
