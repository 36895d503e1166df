"""Checks of deepdive.gqa: against torch's own attention, which knows groups, too."""

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_raises,
    assert_responds,
    assert_unchanged,
    check,
    needs,
    normal,
    points,
    record_map,
    vjp,
)

D, S32 = torch.float64, torch.float32


def inputs(rng, B, Hq, Hkv, T, S, d, dv, scale=1.2):
    """(q, k, v), with scores of size 1 to 3."""
    shapes = ((B, Hq, T, d), (B, Hkv, S, d), (B, Hkv, S, dv))
    q, k, v, _ = [normal(rng, *shape, scale=scale) for shape in (*shapes, (1,))]  # of four, each comes to be a view
    return q, k, v


def torchs(q, k, v):
    """What is right, by torch's own."""
    return F.scaled_dot_product_attention(q, k, v, enable_gqa=True)


def ask(submission, q, k, v):
    """An answer that can be computed with."""
    out = submission.grouped_query_attention(q, k, v)
    shape = (*q.shape[:3], v.shape[-1])
    check(
        isinstance(out, torch.Tensor) and out.shape == shape and out.is_floating_point(),
        f"The output must be a tensor (B, H_q, T, d_v), here {shape}.",
    )
    return out


@points(2)
def test_one_head_each(submission, rng):
    """With as many heads of keys as of queries each attends by itself, as in plain attention; one head alone, too."""
    cases = [inputs(rng, *sizes) for sizes in ((2, 3, 3, 5, 5, 4, 4), (3, 1, 1, 4, 4, 6, 6), (1, 2, 2, 3, 3, 7, 7))]
    for case in cases:
        submission.grouped_query_attention(*case)
    for q, k, v in cases:
        sizes = {"d": q.shape[-1], "T": q.shape[2], "H": q.shape[1]}
        out = submission.grouped_query_attention(q, k, v)
        assert_close(out, torchs(q, k, v), name="out", rtol=1e-6, sizes=sizes, oracle="torch's own attention")


@points(3)
@needs("test_one_head_each")
def test_groups(submission, rng):
    """Neighbouring heads of queries share a head of keys and values: the first H_q/H_kv of them the first one."""
    cases = [inputs(rng, *sizes) for sizes in ((2, 6, 2, 5, 5, 4, 4), (1, 6, 3, 4, 4, 5, 5), (3, 8, 4, 2, 2, 6, 6))]
    q, k, v = cases[0]
    ask(submission, *inputs(rng, 2, 3, 3, 4, 4, 5, 5))  # an exception of what comes next is told from any other
    record_map("expected: which head of keys is whose", which_head(torchs(q, k, v), q, k, v))
    record_map("yours", which_head(ask(submission, q, k, v).double(), q, k, v))
    for case in cases[1:]:
        submission.grouped_query_attention(*case)
    for q, k, v in cases:
        sizes = {"H_q": q.shape[1], "H_kv": k.shape[1]}
        out = submission.grouped_query_attention(q, k, v)
        assert_close(out, torchs(q, k, v), name="out", rtol=1e-6, sizes=sizes, oracle="torch's own attention")


def which_head(out, q, k, v):
    """1 where a head of queries (row) has answered with this head of keys and values (column), else 0."""
    table = torch.zeros(q.shape[1], k.shape[1])
    for h in range(q.shape[1]):
        for g in range(k.shape[1]):
            alone = torchs(q[:, h : h + 1], k[:, g : g + 1], v[:, g : g + 1])[:, 0]
            table[h, g] = float(torch.allclose(out[:, h], alone, rtol=1e-5, atol=1e-7))
    return table


@needs("test_groups")
def test_one_head_for_all(submission, rng):
    """With one head of keys all heads of queries share it, which is multi-query attention."""
    for sizes in ((2, 5, 1, 4, 4, 3, 3), (1, 3, 1, 2, 2, 6, 6)):
        q, k, v = inputs(rng, *sizes)
        out = submission.grouped_query_attention(q, k, v)
        assert_close(out, torchs(q, k, v), name="out", rtol=1e-6, oracle="torch's own attention")


@points(2)
@needs("test_groups")
def test_other_lengths(submission, rng):
    """There may be more keys than queries, one query alone, and values of another width than the keys."""
    for sizes in ((2, 4, 2, 1, 7, 3, 3), (1, 6, 2, 3, 5, 4, 4), (2, 4, 2, 5, 3, 4, 6), (2, 4, 2, 3, 1, 5, 2)):
        q, k, v = inputs(rng, *sizes)
        out = submission.grouped_query_attention(q, k, v)
        assert_close(out, torchs(q, k, v), name="out", rtol=1e-6, oracle="torch's own attention")


@needs("test_groups")
def test_float32(submission, rng):
    """float32 stays float32."""
    q, k, v = (x.to(S32) for x in inputs(rng, 2, 4, 2, 3, 5, 6, 6))
    right = torchs(q.double(), k.double(), v.double()).to(S32)
    out = submission.grouped_query_attention(q, k, v)
    assert_close(out, right, name="out", rtol=1e-5, oracle="torch's own attention")


@needs("test_float32")
def test_extremes(submission, rng):
    """Scores in the thousands leave the answer finite and right, in float32 too."""
    for dtype in (D, S32):
        q, k, v = (x.to(dtype) for x in inputs(rng, 2, 4, 2, 3, 5, 6, 6))
        q = q * 3e3
        out = submission.grouped_query_attention(q, k, v)
        right = torchs(q.double(), k.double(), v.double()).to(dtype)
        assert_close(out, right, name="out", rtol=1e-6 if dtype == D else 0.02, oracle="torch's own attention")


@needs("test_groups")
def test_uneven(submission, rng):
    """Heads that cannot be shared out evenly raise ValueError, and those that can do not."""
    for Hq, Hkv in ((5, 2), (3, 4), (6, 4), (2, 4)):
        ask(submission, *inputs(rng, 2, 2 * Hkv, Hkv, 3, 4, 5, 5))
        case = inputs(rng, 2, Hq, Hkv, 3, 4, 5, 5)
        why = f"{Hq} heads of queries, {Hkv} of keys"
        assert_raises(ValueError, submission.grouped_query_attention, *case, why=why)


@points(2)
@needs("test_groups")
def test_gradients(submission, rng):
    """Gradients reach q, k and v; a key that several heads share gets the sum of theirs."""
    q, k, v = inputs(rng, 2, 6, 2, 3, 4, 5, 5)
    upstream = normal(rng, 2, 6, 3, 5)
    _, gradients, _ = vjp(submission.grouped_query_attention, (q, k, v), upstream)
    leaves = [x.clone().requires_grad_() for x in (q, k, v)]
    right = torch.autograd.grad(torchs(*leaves), leaves, upstream)
    assert_close(tuple(gradients), tuple(right), name=("dq", "dk", "dv"), rtol=1e-6)


@needs("test_groups")
def test_arguments_stay_as_they_are(submission, rng):
    """q, k and v stay as they are, and one call leaves nothing behind for the next."""
    answers = []
    for _ in range(2):
        case = tuple(x.contiguous() for x in inputs(rng, 2, 4, 2, 3, 5, 6, 6))
        answers.append(assert_unchanged(submission.grouped_query_attention, *case))
        assert_close(answers[-1], torchs(*case), name="out", rtol=1e-6, oracle="torch's own attention")
    assert_responds(*answers, name="out")
    q, *_ = case
    _, k, v = inputs(rng, 2, 4, 2, 3, 5, 6, 6)
    out = submission.grouped_query_attention(q, k, v)  # the same queries, and another cache
    assert_close(out, torchs(q, k, v), name="out", rtol=1e-6, oracle="torch's own attention")
