"""A watched model is called as the course's language models are, and tells how."""

import torch
from torch import nn

from grader.sandbox.watching import watched


def test_a_watched_model_tells_how_it_was_called():
    inner = nn.Sequential(nn.Embedding(7, 3), nn.Linear(3, 7))
    model, idx = watched(inner), torch.randint(7, (2, 5))
    logits, nothing = model(idx)
    with torch.no_grad():
        again, loss = model.eval()(idx, idx)
    assert nothing is None and torch.equal(logits, again) and torch.equal(logits, inner(idx))
    assert torch.isclose(loss, nn.functional.cross_entropy(logits.view(10, 7), idx.view(10)))
    assert model.calls == [(True, True), (False, False)]
