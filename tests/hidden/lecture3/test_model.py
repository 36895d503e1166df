"""Checks of lecture3.model: five tensors, a forward pass, and the gradients that reach them."""

import math

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_equal,
    assert_responds,
    assert_unchanged,
    bonus,
    check,
    integer,
    integers,
    library,
    needs,
    new_seed,
    normal,
    points,
    requires_grad,
    undisturbed,
    uniform,
    vjp,
)

NAMES = ("C", "W1", "b1", "W2", "b2")
LECTURE = (27, 3, 10, 200)


def shapes(V, block_size, E, H):
    """The shapes of the five tensors."""
    return {"C": (V, E), "W1": (block_size * E, H), "b1": (H,), "W2": (H, V), "b2": (V,)}


def in_words(name):
    """The shape of a tensor, as the stub has it."""
    return {"C": "(V, E)", "W1": "(block_size * E, H)", "b1": "(H,)", "W2": "(H, V)", "b2": "(V,)"}[name]


def random_sizes(rng):
    """(V, block_size, E, H), no two of them equal, nor the products that shapes have."""
    return integer(rng, 11, 17), integer(rng, 2, 3), integer(rng, 4, 5), integer(rng, 21, 30)


def random_weights(rng, *sizes):
    """The five tensors; biases off 0 and 1, and no unit saturated."""
    shape = shapes(*sizes)
    return {
        "C": normal(rng, *shape["C"]),
        "W1": normal(rng, *shape["W1"]) / shape["W1"][0] ** 0.5,
        "b1": uniform(rng, 0.3, 0.8, *shape["b1"]),
        "W2": normal(rng, *shape["W2"]),
        "b2": uniform(rng, -2.5, -1.5, *shape["b2"]),
    }


def seed_worker(submission, rng):
    """Seed the generator that models draw from, anew in every run: known wrong answers then draw the same."""
    library(submission, "torch").manual_seed(new_seed(rng))


def tensors_of(model, sizes):
    """The five tensors of a model by name; what is wrong with their kind or shape is said here."""
    found = {}
    for name, shape in shapes(*sizes).items():
        tensor = getattr(model, name)
        check(isinstance(tensor, torch.Tensor), f"The attribute {name} must be a tensor, {in_words(name)}.")
        check(
            tensor.shape == shape,
            f"{name} has shape {tuple(tensor.shape)}; {in_words(name)} = {shape} is wanted of MLPLanguageModel{sizes}.",
        )
        found[name] = tensor
    return found


def loaded(submission, sizes, weights):
    """The learner's model with these weights, of their dtype."""
    model = submission.MLPLanguageModel(*sizes)
    attribute = library(submission, "operator").attrgetter
    for name, weight in weights.items():
        attribute(f"{name}.__setattr__")(model)("data", weight)
    return model


def parameters_of(submission, model):
    """An iterator over what model.parameters() gives; it stays with the model, and so do the very tensors."""
    called = library(submission, "builtins").map(library(submission, "operator").methodcaller("parameters"), [model])
    return library(submission, "itertools").chain.from_iterable(called)


def oracle(weights, X):
    """The logits, one position of the context after the other."""
    C, W1, b1, W2, b2 = (weights[name] for name in NAMES)
    E = C.shape[1]
    before = sum(F.embedding(X[:, i], C) @ W1[i * E : (i + 1) * E] for i in range(X.shape[1]))
    return F.linear((before + b1).tanh(), W2.T, b2)


def sizes_in_words(sizes, N):
    """The sizes, for what a factor may be."""
    return dict(zip(("V", "block_size", "E", "H"), sizes, strict=True)) | {"N": N}


@points(2)
def test_tensors(submission, rng):
    """A model has C, W1, b1, W2 and b2, float32 and of the right shapes, and the block_size that was passed in."""
    for sizes in (LECTURE, random_sizes(rng)):
        seed_worker(submission, rng)
        model = submission.MLPLanguageModel(*sizes)
        for name, tensor in tensors_of(model, sizes).items():
            check(tensor.dtype == torch.float32, f"{name} is of {tensor.dtype}; float32 is wanted at first.")
        assert_equal(model.block_size, sizes[1], name="block_size")


@needs("test_tensors")
def test_first_weights(submission, rng):
    """Each new model draws C, W1 and W2 anew, as random numbers around 0."""
    seed_worker(submission, rng)
    models = [tensors_of(submission.MLPLanguageModel(*LECTURE), LECTURE) for _ in range(2)]
    for name in NAMES:
        values = models[0][name].double()
        check(bool(values.isfinite().all()), f"{name} must hold finite numbers.")
        if name.startswith("b"):
            continue
        std, mean = float(values.std()), float(values.mean())
        check(len(values.unique()) > 0.9 * values.numel(), f"Most numbers in {name} are alike: draw each at random.")
        # The mean of 270 numbers or more is within a sixteenth of their deviation of 0; eight times that is 0.5.
        check(abs(mean) < 0.5 * std, f"{name} has mean {mean:.2f} and deviation {std:.2f}: let it lie around 0.")
        check(
            not torch.equal(models[0][name], models[1][name]),
            f"Two new models have the same {name}: draw it in the constructor, and seed nothing there.",
        )


@points(2)
@needs("test_tensors")
def test_parameters(submission, rng):
    """parameters() gives the five tensors themselves, each once, and all require gradients."""
    seed_worker(submission, rng)
    for sizes in (LECTURE, random_sizes(rng)):
        model = submission.MLPLanguageModel(*sizes)
        answer = model.parameters()
        found = answer if isinstance(answer, list | tuple) else library(submission, "builtins").list(answer)
        check(
            isinstance(found, list | tuple) and all(isinstance(p, torch.Tensor) for p in found),
            "parameters() must give tensors.",
        )
        count, right = sum(p.numel() for p in found), sum(map(math.prod, shapes(*sizes).values()))
        check(
            count == right and len(found) == len(NAMES),
            f"parameters() of MLPLanguageModel{sizes} gives {count:,} numbers in {len(found)} tensors; "
            f"{', '.join(NAMES)} hold {right:,} in 5.",
        )
        check(all(map(requires_grad, found)), "Not all of what parameters() gives requires gradients.")
        given, own = (
            torch.cat([tensor.detach().double().flatten() for tensor in some]).sort().values
            for some in (found, tensors_of(model, sizes).values())
        )
        check(torch.equal(given, own), "parameters() must give C, W1, b1, W2 and b2: it gives other numbers.")
        # What is written into the parameters must be found in the attributes.
        numbers = torch.randperm(right, generator=rng).float()
        library(submission, "torch.nn.utils").vector_to_parameters(numbers, parameters_of(submission, model))
        written = torch.cat([tensor.flatten() for tensor in tensors_of(model, sizes).values()]).detach()
        check(
            torch.equal(written.sort().values, numbers.sort().values),
            "parameters() must give the very tensors that are C, W1, b1, W2 and b2: what an optimizer writes into "
            "them does not arrive there.",
        )


@points(3)
@needs("test_tensors")
def test_forward(submission, rng):
    """The logits are tanh(embcat @ W1 + b1) @ W2 + b2, in float64 and float32, from sizes of 1 upwards."""
    cases = [(random_sizes(rng), integer(rng, 6, 9)) for _ in range(2)]
    cases += [((5, 1, 3, 4), 2), ((6, 4, 1, 3), 5), ((7, 2, 3, 1), 1), ((2, 5, 4, 3), 1)]
    for sizes, N in cases:
        weights, X = random_weights(rng, *sizes), integers(rng, 0, sizes[0] - 1, N, sizes[1]).contiguous()
        for dtype, rtol in ((torch.float64, 1e-9), (torch.float32, 1e-4)):
            weights = {name: weight.to(dtype) for name, weight in weights.items()}
            logits = loaded(submission, sizes, weights).forward(X)
            assert_close(
                logits,
                oracle(weights, X),
                name="logits",
                rtol=rtol,
                sizes=sizes_in_words(sizes, N),
                oracle="torch",
            )


@points(2)
@needs("test_forward")
def test_gradients(submission, rng):
    """Gradients reach all five tensors, and are autograd's: characters that occur twice get both."""
    for N in (integer(rng, 6, 9), 1):
        sizes = random_sizes(rng)
        weights, X = random_weights(rng, *sizes), integers(rng, 0, sizes[0] - 1, N, sizes[1]).contiguous()
        upstream = normal(rng, N, sizes[0])
        leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
        expected = torch.autograd.grad(oracle(leaves, X), list(leaves.values()), upstream)
        model = loaded(submission, sizes, weights)
        tensors_of(model, sizes)
        _, _, dparams = vjp(model.forward, (X,), upstream)
        attribute = library(submission, "operator").attrgetter
        found = tuple(dparams[name] if name in dparams else attribute(f"{name}.grad")(model) for name in NAMES)
        for name, gradient in zip(NAMES, found, strict=True):
            check(
                gradient is not None,
                f"No gradient arrives at {name}: it must be a tensor that was made with requires_grad=True, not one "
                "computed from it, and forward must not detach.",
            )
        names = tuple(f"d{name}" for name in NAMES)
        assert_close(found, tuple(expected), name=names, sizes=sizes_in_words(sizes, N))


@needs("test_forward")
def test_models_keep_apart(submission, rng):
    """Each model computes with its own tensors and for each X anew, also while others are in use."""
    sizes = random_sizes(rng)
    weights = [random_weights(rng, *sizes) for _ in range(2)]
    models = [loaded(submission, sizes, w) for w in weights]
    for number in (0, 1, 0, 0, 1):
        X = integers(rng, 0, sizes[0] - 1, 4, sizes[1]).contiguous()
        assert_close(models[number].forward(X), oracle(weights[number], X), name="logits", oracle="torch")


def kept_for_gradients(submission, model, X):
    """How many numbers the largest tensor has that forward keeps for the backward pass."""
    builtins, operator = library(submission, "builtins"), library(submission, "operator")
    logits = builtins.map(operator.attrgetter("forward")(model), [X])  # they stay there, with their graph
    nodes, largest = [builtins.next(builtins.map(operator.attrgetter("grad_fn"), logits))], 0
    while nodes:
        node = nodes.pop()
        for name in builtins.dir(node):
            if name.startswith("_saved_"):
                saved = operator.attrgetter(name)(node)
                largest = max(largest, saved.numel() if isinstance(saved, torch.Tensor) else 0)
        nodes += [following for following, _ in node.next_functions if following is not None]
    return largest


@points(2)
@needs("test_gradients")
def test_vectors_are_looked_up(submission, rng):
    """Memory does not grow by V numbers for each entry of X: the vectors are looked up, with no one-hot rows."""
    V, N, block_size = integer(rng, 190, 230), 5, integer(rng, 6, 7)
    sizes = (V, block_size, 3, 4)
    weights, X = random_weights(rng, *sizes), integers(rng, 0, V - 1, N, block_size).contiguous()
    model = loaded(submission, sizes, weights)
    largest = kept_for_gradients(submission, model, X)
    check(
        largest < 2 * N * V,
        f"With V = {V} and X of shape {(N, block_size)} forward keeps a tensor of {largest:,} numbers for the "
        "gradients, as one-hot rows have it. Look the vectors up: C[X].",
    )
    assert_close(model.forward(X), oracle(weights, X), name="logits", oracle="torch")


@needs("test_forward")
def test_arguments_stay_as_they_are(submission, rng):
    """forward leaves X and the five tensors as they are, and torch's default dtype and global generator, too."""
    sizes = random_sizes(rng)
    weights = random_weights(rng, *sizes)
    model = loaded(submission, sizes, weights)
    with undisturbed(submission, rng):
        xs = [integers(rng, 0, sizes[0] - 1, 5, sizes[1]).contiguous() for _ in range(2)]
        logits = [assert_unchanged(model.forward, X) for X in xs]
    assert_responds(*logits, name="logits")
    assert_close(tensors_of(model, sizes), weights, oracle="as they were")
    check(library(submission, "torch").zeros(1).dtype == torch.float32, "torch's default dtype is changed.")


@bonus
@needs("test_forward")
def test_views(submission, rng):
    """X may lie in memory in any order: transposed, or every second column of more."""
    sizes = random_sizes(rng)
    weights = random_weights(rng, *sizes)
    model = loaded(submission, sizes, weights)
    whole = torch.randint(0, sizes[0], (7, 2 * sizes[1]), generator=rng)
    for X in (whole[:, ::2], whole[:, : sizes[1]].T.contiguous().T):
        assert_close(model.forward(X), oracle(weights, X), name="logits", oracle="torch")
