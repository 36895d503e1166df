"""Checks of deepdive.kv_cache: the same answers in pieces as at once, the same text, and the work that it took."""

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_equal,
    assert_raises,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    normal,
    points,
    record_curve,
)

D = torch.float64
PARTS = ("key", "query", "value", "proj")


def random_weights(rng, n_embd):
    """The four matrices, so that scores are of size 1 to 3."""
    return {f"{name}.weight": normal(rng, n_embd, n_embd, scale=1.5 * n_embd**-0.5) for name in PARTS}


def make(submission, weights, n_head):
    """The learner's attention with these weights, in float64."""
    n_embd = len(weights["key.weight"])
    attention = submission.CachedAttention(n_embd, n_head).double()
    load(attention, weights, PARTS)
    return attention


def load(module, weights, parts, prefix=""):
    """Give a module its weights, and biases to a part that should have none."""
    biases = {f"{prefix}{name}.bias": weights[f"{prefix}{name}.weight"][:, 0].clone() for name in parts}
    answer = module.load_state_dict({**weights, **biases}, strict=False)
    lacking = [name for name in weights if name in set(answer.unexpected_keys)]
    check(
        not lacking, f"There is no {', '.join(lacking[:4])}: the parts are nn.Linear, named key, query, value and proj."
    )
    more = [name for name in answer.missing_keys if name.endswith("weight")]
    check(not more, f"There are weights that are not asked for: {', '.join(more[:4])}.")


def keys_and_values(x, weights, n_head):
    """(k, v), (B, n_head, T, head_size) each."""
    return tuple(
        (x @ weights[f"{name}.weight"].T).unflatten(-1, (n_head, -1)).transpose(1, 2) for name in ("key", "value")
    )


def attended(x, weights, n_head):
    """What is right for a whole text, by torch's own attention."""
    k, v = keys_and_values(x, weights, n_head)
    q = (x @ weights["query.weight"].T).unflatten(-1, (n_head, -1)).transpose(1, 2)
    out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    return out.transpose(1, 2).flatten(2) @ weights["proj.weight"].T


def ask(attention, x, n_head, S=0, cache=None):
    """(out, (k, v)) that can be computed with."""
    B, T, C = x.shape
    answer = attention(x) if cache is None else attention(x, cache)
    fit = isinstance(answer, tuple | list) and len(answer) == 2
    fit = fit and isinstance(answer[1], tuple | list) and len(answer[1]) == 2
    check(fit, "forward must return (out, (k, v)): what comes of the new tokens, and the cache.")
    out, kept = answer
    check(
        isinstance(out, torch.Tensor) and out.shape == x.shape and out.dtype == x.dtype,
        f"out must be (B, T, n_embd), here {tuple(x.shape)}, of the dtype of x.",
    )
    shape = (B, n_head, S + T, C // n_head)
    check(
        all(isinstance(part, torch.Tensor) and part.shape == shape for part in kept),
        f"k and v must be (B, n_head, S + T, head_size) each, here {shape}.",
    )
    return out, tuple(kept)


@points(2)
def test_without_cache(submission, rng):
    """Without a cache it is causal attention of several heads, with proj behind them."""
    for n_head, head_size, T in ((1, 5, 4), (2, 3, 5), (3, 2, 7)):
        weights, x = random_weights(rng, n_head * head_size), normal(rng, 2, T, n_head * head_size)
        out, _ = ask(make(submission, weights, n_head), x, n_head)
        sizes = {"n_embd": n_head * head_size, "T": T, "n_head": n_head}
        assert_close(
            out, attended(x, weights, n_head), name="out", rtol=1e-6, sizes=sizes, oracle="torch's own attention"
        )


@points(2)
@needs("test_without_cache")
def test_what_is_kept(submission, rng):
    """The cache that is returned has the keys and values of all tokens so far, in their order, by heads."""
    n_head, B = integer(rng, 2, 3), 2
    n_embd = n_head * integer(rng, 3, 4)
    weights, x = random_weights(rng, n_embd), normal(rng, B, 7, n_embd)
    attention, cache, S = make(submission, weights, n_head), None, 0
    for T in (3, 1, 1, 2):
        _, cache = ask(attention, x[:, S : S + T], n_head, S, cache)
        S += T
        right = keys_and_values(x[:, :S], weights, n_head)
        assert_close(cache, right, name=("k", "v"), rtol=1e-6, oracle=f"the {S} tokens at once")


@points(3)
@needs("test_what_is_kept")
def test_token_by_token(submission, rng):
    """One token after another, each with the cache of those before, comes to the same as all at once."""
    n_head = integer(rng, 2, 3)
    n_embd = n_head * integer(rng, 3, 4)
    weights, x = random_weights(rng, n_embd), normal(rng, 2, 6, n_embd)
    right = attended(x, weights, n_head)
    attention = make(submission, weights, n_head)
    out, cache = ask(attention, x[:, :2], n_head)
    _, more = ask(attention, x[:, 2:], n_head, 2, cache)  # asked for and not compared
    del more
    for t in range(2, 6):
        out, cache = ask(attention, x[:, t : t + 1], n_head, t, cache)
        assert_close(out, right[:, t : t + 1], name=f"out at token {t}", rtol=1e-6, oracle="all at once")


@points(2)
@needs("test_token_by_token")
def test_several_at_once(submission, rng):
    """Several new tokens behind a cache see it whole, and of each other only those before them."""
    n_head = integer(rng, 2, 3)
    n_embd = n_head * integer(rng, 3, 4)
    weights, x = random_weights(rng, n_embd), normal(rng, 2, 9, n_embd)
    right = attended(x, weights, n_head)
    attention = make(submission, weights, n_head)
    _, first = ask(attention, x[:, :3], n_head)
    ask(attention, x[:, 3:], n_head, 3, first)  # asked for and not compared: of two tokens mistakes look alike
    for pieces in ((4, 2, 3), (1, 6, 2), (2, 7)):
        cache, S = None, 0
        for T in pieces:
            out, cache = ask(attention, x[:, S : S + T], n_head, S, cache)
            name = f"out of tokens {S} to {S + T - 1}"
            assert_close(out, right[:, S : S + T], name=name, rtol=1e-6, oracle="all at once")
            S += T


@needs("test_token_by_token")
def test_nothing_is_kept_elsewhere(submission, rng):
    """x and the cache stay as they are, and two texts go on in turns, in one module."""
    n_head, n_embd = 2, 6
    weights, texts = random_weights(rng, n_embd), [normal(rng, 2, 5, n_embd).contiguous() for _ in range(2)]
    attention = make(submission, weights, n_head)
    caches = [ask(attention, x[:, :2], n_head)[1] for x in texts]
    for t in range(2, 5):
        for number in (1, 0):
            x = texts[number]
            cache = tuple(part.contiguous() for part in caches[number])
            answer = assert_unchanged(attention, x[:, t : t + 1].clone(), cache)
            again, caches[number] = ask(attention, x[:, t : t + 1], n_head, t, cache)
            right = attended(x, weights, n_head)[:, t : t + 1]
            assert_close(again, right, name=f"out at token {t} of text {number + 1}", rtol=1e-6, oracle="all at once")
            check(isinstance(answer, tuple | list) and len(answer) == 2, "forward must return (out, (k, v)).")
            assert_close(answer[0], right, name="out", rtol=1e-6, oracle="all at once")
    assert_responds(caches[0][0], caches[1][0], name="the cache")
    token = normal(rng, 2, 1, n_embd)
    for x, cache in zip(texts, caches, strict=True):  # the same token behind two texts
        out, _ = ask(attention, token, n_head, 5, cache)
        right = attended(torch.cat([x, token], 1), weights, n_head)[:, 5:]
        assert_close(out, right, name="out at token 5", rtol=1e-6, oracle="all at once")


def random_model(submission, rng, block_size):
    """(the model with the learner's attention, its weights, n_head), in float64."""
    V, n_head = integer(rng, 17, 23), integer(rng, 2, 3)
    n_embd = n_head * integer(rng, 4, 5)
    weights = {
        "token_embedding_table.weight": normal(rng, V, n_embd),
        "position_embedding_table.weight": normal(rng, block_size, n_embd),
        "lm_head.weight": normal(rng, V, n_embd, scale=0.2),  # who draws is not to draw the likeliest always
    }
    for number in range(2):
        weights |= {f"layers.{number}.{name}": w for name, w in random_weights(rng, n_embd).items()}
    model = submission.Model(V, n_embd, n_head, block_size).double()
    model.load_state_dict(weights, strict=False)
    return model, weights, n_head


def written(weights, n_head, idx, n):
    """What is right: the whole text anew for each token."""
    for _ in range(n):
        x = weights["token_embedding_table.weight"][idx]
        x = x + weights["position_embedding_table.weight"][: idx.shape[1]]
        for number in range(2):
            layer = {f"{name}.weight": weights[f"layers.{number}.{name}.weight"] for name in PARTS}
            x = x + attended(x, layer, n_head)
        logits = x[:, -1:] @ weights["lm_head.weight"].T
        idx = torch.cat([idx, logits.argmax(-1)], dim=1)
    return idx


def tokens(rng, weights, B, T):
    """Random texts, (B, T)."""
    V = len(weights["lm_head.weight"])
    return torch.randint(0, V, (T, B), generator=rng).T  # a view


@needs("test_without_cache")
def test_generate_without_cache(submission, rng):
    """Without a cache, generate appends the n likeliest tokens, one after another."""
    for B, T, n in ((2, 3, 6), (1, 1, 8), (3, 5, 0)):
        model, weights, n_head = random_model(submission, rng, 20)
        idx = tokens(rng, weights, B, T)
        submission.generate(model, idx, 4)
        assert_equal(submission.generate(model, idx, n, False), written(weights, n_head, idx, n), name="the text")


@points(3)
@needs("test_several_at_once", "test_generate_without_cache")
def test_the_same_text(submission, rng):
    """With a cache the text is the same, token for token: from one token on or several, up to the last position."""
    attention, x = make(submission, random_weights(rng, 6), 2), normal(rng, 2, 4, 6)
    ask(attention, x[:, 2:], 2, 2, ask(attention, x[:, :2], 2)[1])  # so that its mistakes are not taken for generate's
    for B, T, n in ((2, 4, 9), (1, 1, 14), (3, 6, 1), (2, 5, 13)):
        model, weights, n_head = random_model(submission, rng, 18)
        idx = tokens(rng, weights, B, T)
        submission.generate(model, idx, 3)
        assert_equal(submission.generate(model, idx, n), written(weights, n_head, idx, n), name="the text")
        assert_equal(submission.generate(model, idx, n, True), written(weights, n_head, idx, n), name="the text")


def passed_on(submission, model, *args):
    """(the text, how many tokens the model was given for it): counted by a hook on its table of embeddings."""
    attribute = library(submission, "operator").attrgetter
    record = library(submission, "unittest.mock").Mock(return_value=None)
    hook = attribute("token_embedding_table.register_forward_pre_hook")(model)(record)
    text = submission.generate(model, *args)
    attribute("remove")(hook)()
    calls, given = attribute("call_args_list")(record), 0
    for number in range(len(calls)):
        ids = calls[number][0][1][0]
        check(isinstance(ids, torch.Tensor), "The model must be given tokens as a tensor, (B, T).")
        given += ids.numel()
    return text, given


@points(3)
@needs("test_the_same_text")
def test_work(submission, rng):
    """With a cache the model is given each token once; without one, the whole text each time. It is counted."""
    model, weights, n_head = random_model(submission, rng, 40)
    B, T = 2, 5
    idx = tokens(rng, weights, B, T)
    lengths, found = (4, 9, 20, 30), []
    for n in lengths:
        text, given = passed_on(submission, model, idx, n)
        assert_equal(text, written(weights, n_head, idx, n), name="the text")
        found.append(given // B)
    needed, anew = [T + n - 1 for n in lengths], [sum(T + m for m in range(n)) for n in lengths]
    curves = {"yours": found, "with a cache": needed, "all anew": anew}
    record_curve(f"tokens given for {lengths}", {name: [float(x) for x in xs] for name, xs in curves.items()})
    for n, mine, least, most in zip(lengths, found, needed, anew, strict=True):
        check(
            mine <= least + 1,
            f"For {n} tokens behind {T} the model is given {mine} tokens of each text. With the cache {least} are "
            f"enough; without one they are {most}.",
        )
    text, given = passed_on(submission, model, idx, 7, False)
    assert_equal(text, written(weights, n_head, idx, 7), name="the text")
    most = sum(T + m for m in range(7))
    check(
        given // B >= most - 1,
        f"For 7 tokens behind {T}, with cache=False, the model is given {given // B} tokens of each text. The whole "
        f"text for each new one makes {most}.",
    )


@needs("test_generate_without_cache")
def test_too_long(submission, rng):
    """More tokens than the model has positions raise ValueError, with a cache or without; as many do not."""
    model, weights, _ = random_model(submission, rng, 12)
    for T, n in ((4, 9), (12, 1), (13, 0), (1, 12)):
        idx = tokens(rng, weights, 2, T)
        for cache in (True, False):
            why = f"{T} tokens and {n} more, for 12 positions"
            assert_raises(ValueError, submission.generate, model, idx, n, cache, why=why)
    for T, n in ((4, 8), (12, 0)):
        text = submission.generate(model, tokens(rng, weights, 2, T), n, False)
        check(isinstance(text, torch.Tensor) and text.shape == (2, 12), "generate must return (B, T + n).")


@needs("test_the_same_text")
def test_idx_stays_as_it_is(submission, rng):
    """idx and the model's weights stay as they are, and one text leaves nothing behind for the next."""
    model, weights, n_head = random_model(submission, rng, 15)
    texts = []
    for T, n in ((4, 7), (6, 7), (4, 7)):
        idx = tokens(rng, weights, 2, T)
        submission.generate(model, idx.clone(), n)
        texts.append(assert_unchanged(submission.generate, model, idx, n))
        assert_equal(texts[-1], written(weights, n_head, idx, n), name="the text")
    assert_responds(texts[0], texts[2], name="the text")
    state = {name: value for name, value in dict(iter(model.named_parameters())).items() if name in weights}
    check(set(state) == set(weights), "The model has lost some of its parameters.")
    assert_close({name: state[name] for name in weights}, weights, name="the model", oracle="as it was")
