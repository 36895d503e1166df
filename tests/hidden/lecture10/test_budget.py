"""Checks of lecture10.budget: torch's own counter, on models of torch's own modules, and AdamW's own tensors."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from grader.checks import (
    assert_close,
    assert_equal,
    assert_raises,
    assert_responds,
    integer,
    library,
    needs,
    points,
    uniform,
)

GPT2 = {"vocab_size": 50257, "block_size": 1024, "n_layer": 12, "n_head": 12, "n_embd": 768}
COUNTER = "torch's flop counter"


def random_sizes(rng):
    """The sizes of a small model; no two are equal, and n_embd is no multiple of one of the others."""
    n_head = integer(rng, 2, 4)
    return {
        "vocab_size": integer(rng, 61, 97),
        "block_size": integer(rng, 17, 29),
        "n_layer": integer(rng, 5, 6),
        "n_head": n_head,
        "n_embd": n_head * integer(rng, 2, 3),
    }


def configured(submission, sizes):
    """A config with these sizes, where the submission runs."""
    return library(submission, "types").SimpleNamespace(**sizes)


class Twin(nn.Module):
    """A GPT-2 of torch's own modules; attention is spelt out, so that both of its products are seen whole."""

    def __init__(self, sizes, device="cpu", dtype=torch.float32):
        super().__init__()
        V, T, L, self.n_head, C = sizes.values()
        made = {"device": device, "dtype": dtype}
        self.tokens, self.places = nn.Embedding(V, C, **made), nn.Embedding(T, C, **made)
        shapes = {"qkv": (C, 3 * C), "out": (C, C), "up": (C, 4 * C), "down": (4 * C, C)}
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {name: nn.Linear(*shape, **made) for name, shape in shapes.items()}
                | {name: nn.LayerNorm(C, **made) for name in ("before", "between")}
            )
            for _ in range(L)
        )
        self.norm, self.head = nn.LayerNorm(C, **made), nn.Linear(C, V, bias=False, **made)
        self.head.weight = self.tokens.weight

    def forward(self, idx):
        """The logits, (B, T, V)."""
        x = self.tokens(idx) + self.places(torch.arange(idx.shape[1], device=idx.device))
        for block in self.blocks:
            q, k, v = block["qkv"](block["before"](x)).unflatten(-1, (3, self.n_head, -1)).permute(2, 0, 3, 1, 4)
            weights = (q @ k.mT * q.shape[-1] ** -0.5).softmax(-1)  # what is masked is computed all the same
            x = x + block["out"]((weights @ v).transpose(1, 2).flatten(-2))
            x = x + block["down"](F.gelu(block["up"](block["between"](x)), approximate="tanh"))
        return self.head(self.norm(x))


def counted(sizes, batch=2):
    """The operations of one token, by torch's counter; the model is made without its numbers."""
    model = Twin(sizes, device="meta")
    idx = torch.zeros(batch, sizes["block_size"], dtype=torch.int64, device="meta")
    with FlopCounterMode(display=False) as counter:
        model(idx).sum().backward()
    total = counter.get_total_flops()
    tokens = batch * sizes["block_size"]
    assert total % tokens == 0  # the twin's own affair
    return total // tokens


def state_of_training(sizes, dtype):
    """The bytes of parameters, gradients and AdamW's moments after a step."""
    model = Twin(sizes, dtype=dtype)
    optimizer = torch.optim.AdamW(model.parameters())
    idx = torch.zeros(1, sizes["block_size"], dtype=torch.int64)
    model(idx).sum().backward()
    optimizer.step()
    tensors = [tensor for p in model.parameters() for tensor in (p, p.grad)]
    tensors += [state[name] for state in optimizer.state.values() for name in ("exp_avg", "exp_avg_sq")]
    return sum(tensor.nbytes for tensor in tensors)


@points(3)
def test_operations(submission, rng):
    """A token's operations are those that torch counts in a model of these sizes, forward and backward."""
    cases = [random_sizes(rng) for _ in range(4)] + [GPT2 | {"n_layer": integer(rng, 3, 9)}]
    answers = [submission.flops_per_token(configured(submission, sizes)) for sizes in cases]
    for answer, sizes in zip(answers, cases, strict=True):
        assert_equal(answer, counted(sizes), name=f"flops_per_token, {in_words(sizes)},", oracle=COUNTER)


def in_words(sizes):
    """``V = 50257, T = 1024, L = 12, heads = 12, C = 768``."""
    return ", ".join(
        f"{name} = {size}" for name, size in zip(("V", "T", "L", "heads", "C"), sizes.values(), strict=True)
    )


@points(2)
@needs("test_operations")
def test_utilisation(submission, rng):
    """mfu is the operations of a second's tokens over the peak, as a share of 1."""
    cases = [
        (sizes, float(uniform(rng, 1e3, 2e5)), float(uniform(rng, 1e14, 2e15)))
        for sizes in (random_sizes(rng), GPT2 | {"n_layer": integer(rng, 3, 9)}, random_sizes(rng))
    ]
    cases += [(random_sizes(rng), cases[0][1], cases[0][2]), (cases[0][0], cases[0][1], cases[1][2])]
    submission.flops_per_token(configured(submission, cases[0][0]))  # so that its mistakes are not taken for mfu's
    answers = [submission.mfu(speed, configured(submission, sizes), peak) for sizes, speed, peak in cases]
    for answer, (sizes, speed, peak) in zip(answers, cases, strict=True):
        assert_close(
            answer, speed * counted(sizes) / peak, name="mfu", oracle=COUNTER, sizes={"T": sizes["block_size"]}
        )


@points(2)
def test_steps(submission, rng):
    """steps is the number of whole batches in the data, exact for any size; what remains is no step."""
    batch = 2 ** integer(rng, 9, 19)
    many = 10**18 + integer(rng, 0, 10**9) * 2 + 1  # floats have only even numbers here
    cases = [
        (integer(rng, 20, 90) * batch + integer(rng, batch // 2 + 1, batch - 1), batch),
        (integer(rng, 20, 90) * batch + integer(rng, 1, batch // 2 - 1), batch),
        (integer(rng, 20, 90) * batch, batch),
        (integer(rng, 0, batch - 1), batch),
        (10**10 + integer(rng, 1, 10**6), 524_288),
        (many, 1),
        (many, 3),
    ]
    answers = [submission.steps(*case) for case in cases]
    for answer, (tokens, batch) in zip(answers, cases, strict=True):
        expected = (tokens - tokens % batch) // batch
        assert_equal(answer, expected, name=f"steps({tokens}, {batch})")


@needs("test_steps")
def test_no_batch_of_nothing(submission, rng):
    """A batch of less than one token raises ValueError, and no other does."""
    for _ in range(20):
        tokens, batch = integer(rng, 0, 50), integer(rng, -3, 4)
        if batch < 1:
            assert_raises(ValueError, submission.steps, tokens, batch, why="a step takes at least one token")
        else:
            assert_equal(submission.steps(tokens, batch), tokens // batch, name=f"steps({tokens}, {batch})")


@points(3)
def test_memory(submission, rng):
    """The bytes are those of all parameters, their gradients and AdamW's two moments, the tied weight once."""
    dtypes = (torch.float32, torch.bfloat16, torch.float64)
    cases = [(random_sizes(rng), dtype) for dtype in dtypes]
    answers = [submission.memory(configured(submission, sizes), dtype) for sizes, dtype in cases]
    for answer, (sizes, dtype) in zip(answers, cases, strict=True):
        expected = state_of_training(sizes, dtype)
        assert_equal(answer, expected, name=f"memory, {in_words(sizes)}, {dtype},", oracle="a step of AdamW")


@needs("test_operations", "test_memory")
def test_configs_keep_apart(submission, rng):
    """Each config has its own numbers, also when another has been asked about, or when it has changed."""
    sizes = random_sizes(rng)
    config, other = configured(submission, sizes), configured(submission, random_sizes(rng))
    before = (submission.flops_per_token(config), submission.memory(config, torch.float32))
    submission.flops_per_token(other), submission.memory(other, torch.float32)
    config.n_layer = sizes["n_layer"] + 3
    after = (submission.flops_per_token(config), submission.memory(config, torch.float32))
    assert_responds(before, after, name="flops_per_token and memory, with more layers,")
    larger = sizes | {"n_layer": sizes["n_layer"] + 3}
    assert_equal(after[0], counted(larger), name="flops_per_token, with three layers more,", oracle=COUNTER)
    assert_equal(after[1], state_of_training(larger, torch.float32), name="memory, with three layers more,")
