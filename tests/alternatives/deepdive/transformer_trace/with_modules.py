"""torch's modules, filled with the weights; one-hot rows for the embedding."""

import torch
from torch import nn


def _linear(weight, bias=None):
    layer = nn.Linear(*weight.shape, bias=bias is not None, dtype=weight.dtype)
    layer.load_state_dict({"weight": weight.T} | ({} if bias is None else {"bias": bias}))
    return layer


def _norm(g, b):
    layer = nn.LayerNorm(len(g), dtype=g.dtype)
    layer.load_state_dict({"weight": g, "bias": b})
    return layer


@torch.no_grad()
def forward(tokens, weights):
    """Return the outputs of the modules."""
    state = torch.get_rng_state()
    w, out = weights, {}
    V, T = len(w["E"]), len(tokens)
    out["X"] = nn.functional.one_hot(tokens, V).to(w["E"].dtype) @ w["E"]
    x = out["X_pos"] = out["X"] + w["P"].narrow(0, 0, T)
    for name in ("Q", "K", "V"):
        out[name] = _linear(w["W" + name.lower()])(x)
    out["scores"] = out["Q"].mul(out["Q"].shape[1] ** -0.5) @ out["K"].mT
    later = torch.arange(T)[None] > torch.arange(T)[:, None]
    out["weights"] = nn.Softmax(dim=-1)(out["scores"].where(~later, torch.tensor(-torch.inf, dtype=x.dtype)))
    out["attention"] = out["weights"] @ out["V"]
    out["H1"] = _norm(w["ln1_g"], w["ln1_b"])(x + out["attention"])
    out["ffn"] = nn.Sequential(_linear(w["W1"], w["b1"]), nn.ReLU(), _linear(w["W2"], w["b2"]))(out["H1"])
    out["H2"] = _norm(w["ln2_g"], w["ln2_b"])(out["H1"] + out["ffn"])
    out["logits"] = nn.functional.linear(out["H2"], w["E"])
    out["probs"] = nn.functional.softmax(out["logits"], dim=-1)
    torch.set_rng_state(state)
    return out
