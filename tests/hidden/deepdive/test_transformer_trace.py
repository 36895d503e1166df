"""Checks of deepdive.transformer_trace: stage by stage beside the same decoder written another way."""

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    integers,
    needs,
    normal,
    points,
    record_map,
    type_in_words,
    undisturbed,
    uniform,
)

EMBEDDING = ("X", "X_pos")
ATTENTION = ("Q", "K", "V", "scores", "weights", "attention")
OUTPUT = ("logits", "probs")
NAMES = (*EMBEDDING, *ATTENTION, "H1", "ffn", "H2", *OUTPUT)
# The text's tables: "the", "cat", "sat", "on", "mat" in four numbers each, and three places.
E = [
    [0.2, 0.1, -0.3, 0.5],
    [-0.1, 0.4, 0.2, -0.2],
    [0.3, -0.2, 0.1, 0.4],
    [0.1, 0.3, -0.1, 0.2],
    [-0.3, 0.2, 0.4, -0.1],
]
P = [[0.0, 0.0, 0.1, 0.0], [0.0, 0.1, 0.0, 0.0], [0.1, 0.0, 0.0, 0.0]]


def decoder(rng, V, places, d, d_k, h, tables=None):
    """The weights of a decoder; with the text's tables for E and P."""
    w = {"E": normal(rng, V, d), "P": normal(rng, places, d)}
    if tables:
        w = {name: torch.tensor(table, dtype=torch.float64) for name, table in tables.items()}
    w |= {"Wq": normal(rng, d, d_k), "Wk": normal(rng, d, d_k), "Wv": normal(rng, d, d)}
    w |= {"W1": normal(rng, d, h), "b1": normal(rng, h), "W2": normal(rng, h, d), "b2": normal(rng, d)}
    for norm in ("ln1", "ln2"):
        w |= {f"{norm}_g": uniform(rng, 1.5, 2.5, d), f"{norm}_b": normal(rng, d)}
    return w


def twin(tokens, w):
    """All thirteen, by torch's own attention, linear layers and normalisation."""
    d = w["E"].shape[1]
    X = F.embedding(tokens, w["E"])
    x = X + F.embedding(torch.arange(len(tokens)), w["P"])
    q, k, v = (F.linear(x, w[name].T) for name in ("Wq", "Wk", "Wv"))
    scores = torch.einsum("id,jd->ij", q, k) * w["Wq"].shape[1] ** -0.5
    causal = torch.tril(torch.ones_like(scores)).bool()
    weights = torch.where(causal, scores, -torch.inf).softmax(1)
    attention = F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True)[0]
    H1 = F.layer_norm(x + attention, (d,), w["ln1_g"], w["ln1_b"], 1e-5)
    ffn = F.linear(F.linear(H1, w["W1"].T, w["b1"]).relu(), w["W2"].T, w["b2"])
    H2 = F.layer_norm(H1 + ffn, (d,), w["ln2_g"], w["ln2_b"], 1e-5)
    logits = F.linear(H2, w["E"])
    values = (X, x, q, k, v, scores, weights, attention, H1, ffn, H2, logits, logits.softmax(1))
    return dict(zip(NAMES, values, strict=True))


def cases(rng):
    """The text's own sequence with its tables, and one of other sizes in which a token comes twice."""
    tokens = integers(rng, 0, 5, 4)
    tokens[3] = tokens[0]
    return (
        (torch.tensor([0, 1, 2]), decoder(rng, 5, 3, 4, 4, 6, {"E": E, "P": P})),
        (tokens, decoder(rng, 6, 7, 5, 3, 8)),
    )


def numbers(answer, names):
    """What forward has returned under these names."""
    check(isinstance(answer, dict), f"forward must return a dict; {type_in_words(answer)} came.")
    for name in names:
        check(name in answer, f"{name} is missing in the dict. It has {', '.join(map(str, answer)) or 'nothing'}.")
    return {name: answer[name] for name in names}


def compare(submission, rng, *names):
    """These of the matrices, for both sequences, which are asked for before the first is compared."""
    both = cases(rng)
    answers = [submission.forward(*case) for case in both]
    for (tokens, w), answer in zip(both, answers, strict=True):
        expected, mine = twin(tokens, w), numbers(answer, names)
        if "weights" in names and isinstance(mine["weights"], torch.Tensor) and mine["weights"].ndim == 2:
            record_map("weights", mine["weights"])
        sizes = {"T": len(tokens), "d": w["E"].shape[1], "d_k": w["Wq"].shape[1]}
        for name in names:
            assert_close(mine[name], expected[name], name=name, sizes=sizes, oracle="torch")


def test_embedding(submission, rng):
    """X has the row of E for each token, and X_pos the place's row of P added to it: in the text's example too."""
    compare(submission, rng, *EMBEDDING)


@points(3)
@needs("test_embedding")
def test_attention(submission, rng):
    """Q, K, V, the scaled scores, the weights of a causal attention and what it gathers are right."""
    compare(submission, rng, *ATTENTION)


@points(2)
@needs("test_attention")
def test_first_norm(submission, rng):
    """H1 is the normalised sum of X_pos and the attention: post-norm."""
    compare(submission, rng, "H1")


@needs("test_first_norm")
def test_feed_forward(submission, rng):
    """ffn is two linear layers with a ReLU between them, of H1."""
    compare(submission, rng, "ffn")


@needs("test_feed_forward")
def test_second_norm(submission, rng):
    """H2 is the normalised sum of H1 and ffn, by the second gain and bias."""
    compare(submission, rng, "H2")


@needs("test_second_norm")
def test_prediction(submission, rng):
    """The logits are H2 times E transposed, and probs their softmax over the vocabulary, at every place."""
    compare(submission, rng, *OUTPUT)


@needs("test_prediction")
def test_other_sizes(submission, rng):
    """All is right for a single token, for as many as there are places, for width 1 of Q and K, and in float32."""
    sizes = ((1, 4, 3, 5, 2), (integer(rng, 4, 5), 0, 2, 1, 7), (3, 2, 6, 2, 4))
    both = []
    for T, more, d, d_k, h in sizes:
        V = integer(rng, 8, 10)
        both.append((integers(rng, 0, V - 1, T), decoder(rng, V, T + more, d, d_k, h)))
    tokens, w = both[-1]
    both[-1] = (tokens, {name: tensor.float() for name, tensor in w.items()})
    answers = [submission.forward(*case) for case in both]
    for (tokens, w), answer in zip(both, answers, strict=True):
        rtol = 1e-9 if w["E"].dtype == torch.float64 else 1e-3
        expected, mine = twin(tokens, w), numbers(answer, NAMES)
        for name in NAMES:
            assert_close(mine[name], expected[name], name=name, rtol=rtol, oracle="torch")


def test_nobody_looks_ahead(submission, rng):
    """The logits at a place do not change with later tokens, and do with earlier ones."""
    T, V = 6, 15
    w = decoder(rng, V, T, 4, 3, 5)
    w["Wq"] = 0.2 * w["Wq"]  # so that no token is all that another sees
    order, rounds = torch.randperm(V, generator=rng), []
    tokens, others = order[:T], order[T:]  # what is put in a token's place comes nowhere else
    for behind in (torch.randperm(10, generator=rng) < 5).tolist():
        t, changed = integer(rng, 2, 4), tokens.clone()
        place = slice(t, T) if behind else slice(0, t)
        changed[place] = others[torch.randperm(V - T, generator=rng)[: len(changed[place])]]
        rounds.append((behind, t, changed))
    answers = [submission.forward(each, w) for each in (tokens, *[changed for _, _, changed in rounds])]
    before, *after = (logits_of(answer, T) for answer in answers)
    for (behind, t, _), logits in zip(rounds, after, strict=True):
        check(
            logits.shape == before.shape and bool(logits.isfinite().all()), "The logits must be finite, of one shape."
        )
        same = [bool(torch.allclose(logits[i], before[i], rtol=1e-6, atol=1e-9)) for i in range(T)]
        if behind:
            i = same.index(False) if False in same else T
            check(all(same[:t]), f"The logits at place {i} change with the tokens from place {t} on, which come later.")
            check(not same[-1], f"The logits at the last place do not change with the tokens from place {t} on.")
        else:
            check(not same[0], "The logits at place 0 do not change with the token there.")
            check(not same[-1], f"The logits at the last place do not change with the tokens before place {t}.")


def logits_of(answer, T):
    """The logits, once they can be compared row by row."""
    logits = numbers(answer, ("logits",))["logits"]
    check(
        isinstance(logits, torch.Tensor) and logits.ndim == 2 and len(logits) == T and logits.is_floating_point(),
        f"logits must be a tensor with a row for each of {T} tokens; {type_in_words(logits)} came.",
    )
    return logits


def test_arguments_stay_as_they_are(submission, rng):
    """Tokens and weights stay as they are, and so do torch's default dtype and global generator."""
    w = decoder(rng, 7, 5, 4, 3, 6)
    with undisturbed(submission, rng):
        answers = [
            assert_unchanged(submission.forward, tokens, w) for tokens in (torch.tensor([1, 4]), torch.tensor([4, 1]))
        ]
    assert_responds(*(numbers(answer, ("H2",)) for answer in answers), name="H2")
