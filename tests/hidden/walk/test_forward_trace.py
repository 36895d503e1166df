"""Checks of walk.forward_trace: each step against hooks on the model, with and without ReLUs that write in place."""

import torch
from torch import nn

from grader.checks import (
    RecordedNode,
    assert_close,
    assert_equal,
    assert_responds,
    check,
    integer,
    library,
    needs,
    normal,
    points,
    record_graph,
    requires_grad,
    undisturbed,
    uniform,
)

NAMES = ("embedding", "z1", "a1", "z2", "a2", "logits")


class Net:
    """The tiny text net with random weights, the submission's and a twin with hooks.

    Both halves of the units stand for something: some of each layer are below 0 and some above, whatever the token.
    """

    def __init__(self, submission, rng, vocab=5, emb=2, hidden=3, hidden2=4, *, inplace=False, dtype=torch.float64):
        def bias(size):  # far below 0, far above, and between, in turn
            return torch.tensor([-9.0, 9.0, 0.3, -0.3])[:size].double() + uniform(rng, -0.2, 0.2, size)

        self.weights = {
            "0.weight": normal(rng, vocab, emb),
            "1.weight": normal(rng, hidden, emb),
            "1.bias": bias(hidden),
            "3.weight": normal(rng, hidden2, hidden, scale=0.2),
            "3.bias": bias(hidden2),
            "5.weight": normal(rng, vocab, hidden2),
            "5.bias": normal(rng, vocab),
        }
        self.weights = {name: weight.to(dtype).contiguous() for name, weight in self.weights.items()}
        self.vocab = vocab

        def build(nn):
            return nn.Sequential(
                nn.Embedding(vocab, emb, dtype=dtype),
                nn.Linear(emb, hidden, dtype=dtype),
                nn.ReLU(inplace),
                nn.Linear(hidden, hidden2, dtype=dtype),
                nn.ReLU(inplace),
                nn.Linear(hidden2, vocab, dtype=dtype),
            )

        self.twin = build(nn)
        self.twin.load_state_dict(self.weights)
        if submission is not None:
            self.model = build(library(submission, "torch.nn"))
            self.model.load_state_dict(self.weights)

    def trace(self, token):
        """The right values, by hooks that keep copies."""
        seen = []
        hooks = [m.register_forward_hook(lambda _, __, out: seen.append(out.detach().clone())) for m in self.twin]
        self.twin(torch.tensor(token))
        for hook in hooks:
            hook.remove()
        return seen


def read(steps):
    """(names, values) of what walk returned; what is wrong with its kind is said here."""
    check(isinstance(steps, list) or hasattr(steps, "__iter__"), "walk returns a list of Step.")
    steps = list(steps)
    check(all(hasattr(s, "name") and hasattr(s, "value") for s in steps), "Each item is a Step, with name and value.")
    return [step.name for step in steps], [step.value for step in steps]


def draw(values, right):
    """The network with its numbers, for the page: as many columns as there are layers."""
    shapes = [value.shape if isinstance(value, torch.Tensor) else None for value in values]
    if shapes != [value.shape for value in right]:
        return
    columns = [(("x", 0),), (("z", 1), ("a", 2)), (("z", 3), ("a", 4)), (("logit", 5),)]
    nodes, starts, total = [], [], 0
    for column in columns:
        starts.append(total)
        total += len(values[column[0][1]])
    starts.append(total)  # one after the last
    titles = ("emb", "layer 1", "layer 2", "token")
    for place, column in enumerate(columns):
        size = len(values[column[0][1]])
        following = range(starts[place + 1], starts[place + 2]) if place < 3 else ()
        for unit in range(size):
            lines, fits = [], True
            for label, step in column:
                yours, wanted = float(values[step][unit]), float(right[step][unit])
                same = abs(yours - wanted) <= 1e-6 * (1 + abs(wanted))
                fits = fits and same
                lines += [f"{label} {yours:.3g}", *([] if same else [f"not {wanted:.3g}"])]
            nodes.append(RecordedNode(f"{titles[place]}[{unit}]", tuple(lines), right=fits, to=tuple(following)))
    record_graph("the network, with the numbers of this token in it", nodes)


@points(3)
def test_every_step(submission, rng):
    """Each value is what a hook on its module sees: embedding, z1, a1, z2, a2, logits, for any token."""
    for sizes in ((5, 2, 3, 4), (7, 4, 2, 3), (6, 1, 4, 2)):
        net = Net(submission, rng, *sizes)
        tokens = torch.randperm(sizes[0], generator=rng)[:3].tolist()
        answers = [read(submission.walk(net.model, token)) for token in tokens]
        for token, (_, values) in zip(tokens, answers, strict=True):
            right = net.trace(token)
            if sizes[0] == 5:
                draw(values, right)
            check(len(values) == 6, f"walk is to give six steps, {', '.join(NAMES)}; here are {len(values)}.")
            assert_close(tuple(values), tuple(right), name=NAMES, oracle="hooks on the model")


@needs("test_every_step")
def test_names(submission, rng):
    """The steps are named embedding, z1, a1, z2, a2, logits."""
    net = Net(submission, rng)
    first, second = (submission.walk(net.model, token) for token in (1, 3))
    (names, values), (_, others) = read(first), read(second)
    assert_equal(names, list(NAMES), name="the names")
    assert_responds(values[0], others[0], name="the embedding")


@points(2)
@needs("test_every_step")
def test_in_place(submission, rng):
    """Where the ReLUs write in place, z1 and z2 are still the values before them."""
    for sizes, inplace in (((7, 2, 4, 3), False), ((5, 2, 3, 4), True), ((6, 3, 4, 2), True)):
        net = Net(submission, rng, *sizes, inplace=inplace)
        token = integer(rng, 0, sizes[0] - 1)
        _, values = read(submission.walk(net.model, token))
        assert_close(tuple(values), tuple(net.trace(token)), name=NAMES, oracle="hooks that keep copies")


@needs("test_every_step")
def test_float32(submission, rng):
    """A float32 model gives float32 values."""
    net = Net(submission, rng, 6, 3, 4, 2, dtype=torch.float32)
    token = integer(rng, 0, 5)
    _, values = read(submission.walk(net.model, token))
    assert_close(tuple(values), tuple(net.trace(token)), name=NAMES, rtol=1e-5, oracle="hooks on the model")


@needs("test_every_step")
def test_model_stays(submission, rng):
    """The model stays as it is: weights, mode, no hooks on it, no gradients, no random numbers drawn."""
    attribute = library(submission, "operator").attrgetter
    for mode in (True, False):
        net = Net(submission, rng)
        net.model.train(mode)
        token = integer(rng, 0, 4)
        with undisturbed(submission, rng):
            _, values = read(submission.walk(net.model, token))
        assert_close(values[-1], net.trace(token)[-1], name="logits", oracle="hooks on the model")
        check(not any(requires_grad(value) for value in values), "A value requires a gradient: detach it.")
        check(
            net.model.training is mode, f"The model was in {'training' if mode else 'eval'} mode, and is not any more."
        )
        state = net.model.state_dict()
        for name, weight in net.weights.items():
            assert_close(state[name], weight, name=f"the model's {name}", oracle="before the call")
        for number in range(6):
            for kind in ("_forward_hooks", "_forward_pre_hooks"):
                left = attribute(f"{kind}.__len__")(net.model[number])()
                check(left == 0, f"A hook is left on module {number} of the model: remove it when the walk is over.")
        check(net.model[1].weight.grad is None, "A gradient was computed: none is asked for.")


@needs("test_every_step")
def test_walks_keep_apart(submission, rng):
    """A walk shows the weights as they are now, and its values stay when the model changes or walks again."""
    net, other = Net(submission, rng), Net(submission, rng, 6, 3, 4, 2)
    token = integer(rng, 0, 4)
    steps = submission.walk(net.model, token)
    theirs = submission.walk(other.model, token)
    right, others = net.trace(token), other.trace(token)
    fresh = Net(None, rng)
    net.model.load_state_dict(fresh.weights)
    again = submission.walk(net.model, token)
    for found, wanted in ((steps, right), (theirs, others), (again, fresh.trace(token))):
        assert_close(tuple(read(found)[1]), tuple(wanted), name=NAMES, oracle="hooks on the model")
