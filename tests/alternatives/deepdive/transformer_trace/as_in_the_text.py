"""The text's steps with a mask that is added, and a LayerNorm of its own."""

import torch


def layer_norm(x, g, b):
    """Return the norm along the last axis."""
    mu = x.mean(-1, keepdim=True)
    var = ((x - mu) ** 2).mean(-1, keepdim=True)
    return g * (x - mu) / torch.sqrt(var + 1e-5) + b


def forward(tokens, weights):
    """Return the steps."""
    names = ("E", "P", "Wq", "Wk", "Wv", "W1", "b1", "W2", "b2")
    E, P, Wq, Wk, Wv, W1, b1, W2, b2 = (weights[name] for name in names)
    T = tokens.shape[0]
    X = torch.stack([E[token] for token in tokens.tolist()])
    Xp = X + P[0:T]
    Q, K, V = Xp.matmul(Wq), Xp.matmul(Wk), Xp.matmul(Wv)
    S = Q.matmul(K.transpose(0, 1)) / (Wq.shape[1] ** 0.5)
    M = torch.triu(torch.full((T, T), float("-inf"), dtype=S.dtype), diagonal=1)
    A = torch.softmax(S + M, dim=1)
    out = A.matmul(V)
    H1 = layer_norm(Xp + out, weights["ln1_g"], weights["ln1_b"])
    ffn = torch.clamp(H1.matmul(W1) + b1, min=0).matmul(W2) + b2
    H2 = layer_norm(H1 + ffn, weights["ln2_g"], weights["ln2_b"])
    logits = H2.matmul(E.transpose(0, 1))
    return {
        "X": X, "X_pos": Xp, "Q": Q, "K": K, "V": V, "scores": S, "weights": A, "attention": out,
        "H1": H1, "ffn": ffn, "H2": H2, "logits": logits, "probs": torch.softmax(logits, dim=1),
    }  # fmt: skip
