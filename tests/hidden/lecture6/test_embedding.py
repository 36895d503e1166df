"""Checks of lecture6.embedding: rows of a table, by id."""

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    normal,
    parameters_of,
    points,
    undisturbed,
    vjp,
)


def ask(submission, layer, name):
    """An attribute, ``weight.grad`` too."""
    return library(submission, "operator").attrgetter(name)(layer)


def put(submission, layer, weight):
    """Set the data of the layer's weight; not the attribute, for that of an ``nn.Module`` takes parameters alone."""
    ask(submission, layer, "weight.__setattr__")("data", weight)
    return layer


def make(submission, weight):
    """The learner's layer with this weight."""
    return put(submission, submission.Embedding(*weight.shape), weight)


def random_ids(rng, V, *shape):
    """Ids in which the first and the last are, and one that comes twice where there is room; in two of three a view."""
    ids = torch.randint(0, V, shape, generator=rng)
    flat = ids.view(-1)
    for place, value in enumerate((0, V - 1, int(flat[-1]))[: max(0, flat.numel() - 1)]):
        flat[place] = value
    return ids


def strided(rng, V, *shape):
    """Ids whose last axis is every second of more, or whose axes are those of a transposed tensor."""
    ids = random_ids(rng, V, *shape)
    if integer(rng, 0, 1):
        return torch.stack([ids, torch.zeros_like(ids)], -1).flatten(-2)[..., ::2]
    return ids.transpose(0, -1).contiguous().transpose(0, -1)


@points(2)
def test_lookup(submission, rng):
    """Each id gives its row of the weight: for ids (B, T) the vectors (B, T, E), of the weight's dtype."""
    for dtype in (torch.float32, torch.float64, torch.float64):
        V, E, B, T = integer(rng, 7, 9), integer(rng, 10, 13), integer(rng, 5, 6), integer(rng, 3, 4)
        weight, ids = normal(rng, V, E).to(dtype), random_ids(rng, V, B, T)
        actual = make(submission, weight)(ids)
        sizes = {"B": B, "T": T, "V": V, "E": E}
        assert_close(actual, F.embedding(ids, weight), name="Embedding(…)(IX)", oracle="nn.Embedding", sizes=sizes)


@needs("test_lookup")
def test_any_shape(submission, rng):
    """IX may have any number of axes, lengths of 1 among them, and any layout: the answer has one axis more, E."""
    V, E = integer(rng, 7, 9), integer(rng, 10, 13)
    weight = normal(rng, V, E)
    layer, found = make(submission, weight), []
    shapes = ((5, 3), (4,), (1,), (1, 1), (2, 3, 4), (1, integer(rng, 4, 6)), (integer(rng, 4, 6), 1))
    for shape in shapes:
        ids, view = random_ids(rng, V, *shape), strided(rng, V, *shape)
        found += [(layer(ids), ids), (layer(view), view)]
    turned = random_ids(rng, V, 3, 5).T  # of which no view is flat
    found.append((layer(turned), turned))
    for actual, ids in found:
        assert_close(actual, F.embedding(ids, weight), name=f"layer(IX), IX {tuple(ids.shape)}", oracle="nn.Embedding")


@needs("test_lookup")
def test_gradient(submission, rng):
    """Gradients flow to the weight: each id adds to its row, as often as it comes."""
    for _ in range(2):
        V, E, B, T = integer(rng, 5, 6), integer(rng, 2, 4), integer(rng, 7, 9), integer(rng, 3, 4)
        weight, ids, upstream = normal(rng, V, E), random_ids(rng, V, B, T), normal(rng, B, T, E)
        layer = make(submission, weight)
        ask(submission, layer, "weight.requires_grad_")()
        _, _, of_module = vjp(layer, (ids,), upstream)
        actual = of_module["weight"] if "weight" in of_module else ask(submission, layer, "weight.grad")
        leaf = weight.clone().requires_grad_()
        (expected,) = torch.autograd.grad(F.embedding(ids, leaf), leaf, upstream)
        assert_close(actual, expected, name="dweight", sizes={"B": B, "T": T, "V": V, "E": E})


def test_first_weights(submission, rng):
    """The first weight is (num_embeddings, embedding_dim), float32, of standard normal numbers."""
    V, E = integer(rng, 180, 250), integer(rng, 60, 90)
    weight = submission.Embedding(V, E).weight
    check(isinstance(weight, torch.Tensor), "weight must be a tensor.")
    check(
        weight.shape == (V, E) and weight.dtype == torch.float32,
        f"Embedding({V}, {E}).weight must be ({V}, {E}), float32; it is {tuple(weight.shape)}, "
        f"{str(weight.dtype).removeprefix('torch.')}.",
    )
    values = weight.double().flatten().sort().values
    n = values.numel()
    ranks = torch.arange(n, dtype=torch.float64) / n
    share = torch.special.ndtr(values)
    distance = float(torch.maximum((share - ranks).abs(), (share - ranks - 1 / n).abs()).max())
    # Kolmogorov and Smirnov, by Massart's bound: 2·exp(−2·n·d²) = 5.6e-10 at n·d² = 11.
    check(
        distance <= (11 / n) ** 0.5,
        f"The first weights are no standard normal numbers: their mean is {float(values.mean()):.3g}, their standard "
        f"deviation {float(values.std()):.3g}; 0 and 1 are wanted, of torch.randn.",
    )
    check(len(values.unique()) > 0.9 * n, "Rows of the first weight are equal: each number is drawn by itself.")


@needs("test_first_weights")
def test_each_layer_has_its_own(submission, rng):
    """Each new layer has weights of its own, and the global generator is not seeded on the way."""
    V, E = integer(rng, 7, 9), integer(rng, 10, 13)
    torch_there = library(submission, "torch")
    weights, next_draws = [], []
    for _ in range(2):
        weights.append(submission.Embedding(V, E).weight)
        next_draws.append(torch_there.rand(3, dtype=torch.float64))
    assert_responds(*weights, name="weight")
    assert_responds(*next_draws, name="torch.rand(3), after a layer was made,")


@needs("test_lookup")
def test_the_present_weight(submission, rng):
    """What is looked up is the weight as it is now: after it was changed, and with two layers in turns."""
    V, E = integer(rng, 7, 9), integer(rng, 10, 13)
    weights = [normal(rng, V, E) for _ in range(2)]
    layers, found = [make(submission, weight) for weight in weights], []
    ids = random_ids(rng, V, 5, 3)
    for number in (0, 1, 0, 1, 0):
        found.append((layers[number](ids), F.embedding(ids, weights[number]), number))
        weights[number] = normal(rng, V, E)
        put(submission, layers[number], weights[number])
    for actual, expected, number in found:
        assert_close(actual, expected, name=f"the output of layer {number + 1}", oracle="nn.Embedding")


def test_parameters(submission, rng):
    """parameters() lists the weight, itself and no copy, and nothing else: what is done to it is done to the layer."""
    V, E = integer(rng, 7, 9), integer(rng, 10, 13)
    weight, step = normal(rng, V, E), normal(rng, V, E)
    layer = make(submission, weight)
    found = parameters_of(submission, layer)
    for add in parameters_of(submission, layer, "data.add_")[:1] if len(found) == 1 else ():
        check(callable(add), "parameters() must give tensors.")
        add(step)
    after = layer.weight
    check(
        len(found) == 1,
        f"parameters() gives {len(found)} entries, and there is one tensor to train: the list [self.weight].",
    )
    assert_close(found[0], weight, name="parameters()[0]", oracle="the weight as set")
    assert_close(after, weight + step, name="weight, its parameter changed,", oracle="the change added")


def test_nothing_else_changes(submission, rng):
    """A call modifies neither IX nor the weight, and uses no random numbers."""
    V, E, outs = integer(rng, 7, 9), integer(rng, 10, 13), []
    for _ in range(2):
        weight, ids = normal(rng, V, E).float(), random_ids(rng, V, 5, 3)
        layer = make(submission, weight)
        with undisturbed(submission, rng):
            outs.append(assert_unchanged(layer, ids))
        assert_close(layer.weight, weight, name="weight, after a call,", oracle="as it was")
    assert_responds(*outs, name="what it returns")
