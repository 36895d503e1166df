"""One token after the other, as in generation: each looks back at the keys and values kept so far."""

import torch


def _norm(x, w, which):
    centred = x - x.mean()
    return centred / (centred.pow(2).mean() + 1e-5) ** 0.5 * w[which + "_g"] + w[which + "_b"]


def forward(tokens, weights):
    """Return the rows, stacked."""
    w, T = weights, len(tokens)
    rows = {}
    for i in range(T):
        row = {"X": w["E"][tokens[i]]}
        x = row["X_pos"] = row["X"] + w["P"][i]
        row.update(Q=x @ w["Wq"], K=x @ w["Wk"], V=x @ w["Wv"])
        for name in ("Q", "K", "V"):
            rows.setdefault(name, []).append(row.pop(name))
        seen = torch.stack(rows["K"]) @ rows["Q"][i] / rows["Q"][i].numel() ** 0.5
        share = torch.exp(seen - seen.max())
        share = share / share.sum()
        row["weights"] = torch.cat([share, share.new_zeros(T - 1 - i)])
        row["attention"] = sum(a * v for a, v in zip(share, rows["V"], strict=True))
        row["H1"] = _norm(x + row["attention"], w, "ln1")
        row["ffn"] = (row["H1"] @ w["W1"] + w["b1"]).relu() @ w["W2"] + w["b2"]
        row["H2"] = _norm(row["H1"] + row["ffn"], w, "ln2")
        row["logits"] = w["E"] @ row["H2"]
        row["probs"] = torch.softmax(row["logits"], 0)
        for name, value in row.items():
            rows.setdefault(name, []).append(value)
    trace = {name: torch.stack(values) for name, values in rows.items()}
    trace["scores"] = torch.einsum("ik,jk->ij", trace["Q"], trace["K"]) / w["Wq"].shape[1] ** 0.5
    return trace
