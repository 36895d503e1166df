"""What a function does with two tensors is seen: how much it holds, and which rows meet."""

import pytest
import torch

from grader.sandbox.tracing import traced


def blocks(q, k):
    """Two blocks of three and two rows, scaled first, each against the first block."""
    q = q / 2
    return [(q[..., i : i + 3, :] @ k[..., :3, :].mT).sum() for i in (0, 3)]


@pytest.mark.parametrize("shape", [(5, 4), (2, 5, 4), (2, 3, 5, 4)], ids=str)
def test_rows_are_followed(shape):
    q, k = torch.randn(shape), torch.randn(shape)
    answer, largest, meetings = traced(blocks, ["q", "k"], q, k)
    assert torch.equal(torch.stack(answer), torch.stack(blocks(q, k)))
    assert meetings == [("k", 0, 3, "q", 0, 3), ("k", 0, 3, "q", 3, 2)]
    assert largest == shape


def test_the_largest_tensor_is_told():
    def square(q, k):
        return torch.ones(len(q), len(k)).sum() + q.sum() * k.sum()

    assert traced(square, ["q", "k"], torch.ones(7, 2), torch.ones(9, 2))[1:] == ((7, 9), [])


def test_views_and_what_is_written_in_place_are_nothing_new():
    def quiet(q, k):
        q.mul_(2)
        return q[1:3].T

    assert traced(quiet, ["q", "k"], torch.ones(50, 2), torch.ones(50, 2))[1] == (2, 2)


def test_each_head_by_itself_and_a_product_of_elements():
    def heads(q, k):
        return [(a[1:2] * b[2:4]).sum() for a, b in zip(q.unbind(0), k.unbind(0), strict=True)]

    _, _, meetings = traced(heads, ["q", "k"], torch.randn(2, 4, 3), torch.randn(2, 4, 3))
    assert meetings == [("k", 2, 2, "q", 1, 1)] * 2
