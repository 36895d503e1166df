"""Checks of lecture3.sample: words that a model writes, letter by letter."""

import math

import torch

from grader.checks import (
    assert_close,
    assert_equal,
    assert_responds,
    assert_unchanged,
    check,
    generators,
    integer,
    library,
    needs,
    new_state,
    normal,
    points,
    requires_grad,
    undisturbed,
)

ALPHABET = "abcdefghijklmnopqrstuvwyzéøß"


def alphabet(rng, V):
    """itos, of V - 1 letters in random order and the dot."""
    order = torch.randperm(len(ALPHABET), generator=rng)[: V - 1].tolist()
    return {0: ".", **{i + 1: ALPHABET[place] for i, place in enumerate(order)}}


def random_model(submission, rng, block_size):
    """(model, weights, itos): the learner's own model, in float64, that ends a word with a chance of a sixth or so."""
    V, E, H = integer(rng, 9, 14), integer(rng, 3, 5), integer(rng, 15, 20)
    weights = {
        "C": normal(rng, V, E),
        "W1": normal(rng, block_size * E, H) * 1.5 / (block_size * E) ** 0.5,
        "b1": normal(rng, H) * 0.3,
        "W2": normal(rng, H, V).contiguous() * 2.5 / H**0.5,
        "b2": normal(rng, V).contiguous() * 0.3,
    }
    weights["W2"][:, 0] = 0.0  # the dot is as likely after every context, but for what the others score
    contexts = torch.randint(0, V, (50, block_size), generator=rng)
    h = (weights["C"][contexts].flatten(1) @ weights["W1"] + weights["b1"]).tanh()
    weights["b2"][0] = float((h @ weights["W2"] + weights["b2"])[:, 1:].logsumexp(1).mean()) - math.log(5)
    if int(probs_of(weights, [0] * block_size).argmax()) == 0:  # an empty word is never the likeliest
        return random_model(submission, rng, block_size)
    model = submission.MLPLanguageModel(V, block_size, E, H)
    attribute = library(submission, "operator").attrgetter
    for name, weight in weights.items():
        attribute(f"{name}.__setattr__")(model)("data", weight)
    return model, weights, alphabet(rng, V)


def probs_of(weights, context):
    """The distribution of what follows a context, (V,)."""
    x = torch.cat([weights["C"][ix] for ix in context])
    h = torch.tanh(x @ weights["W1"] + weights["b1"])
    return (h @ weights["W2"] + weights["b2"]).softmax(0)


def oracle(weights, block_size, itos, generator):
    """The word that must come of this generator."""
    seen, word = [0] * block_size, ""
    while True:
        probs = probs_of(weights, seen[-block_size:])
        ix = int(torch.multinomial(probs[None], 1, generator=generator))
        if ix == 0:
            return word
        word += itos[ix]
        seen.append(ix)


def used(rng):
    """Two generators in one state, and that is not where their seed has put them."""
    sources = generators(rng)
    for source in sources:
        torch.rand(3, generator=source)
    return sources


def text_of(answer, itos):
    """The word in letters of itos, be it a list of them: that they are joined, and no dot is there, is one check's."""
    joined = "".join(answer) if isinstance(answer, list) and all(isinstance(part, str) for part in answer) else answer
    check(isinstance(joined, str), 'sample must return the word as one string: "".join(…) makes one of letters.')
    strange = sorted(set(joined) - set(itos.values()))
    check(not strange, f"The word {joined[:60]!r} holds {', '.join(map(repr, strange[:5]))}: no letter of itos.")
    return joined.strip(".")


def test_letters_of_itos(submission, rng):
    """A word is made of the letters that itos has for what is drawn."""
    words = []
    for _ in range(12):
        model, _, itos = random_model(submission, rng, 3)
        words += [text_of(submission.sample(model, itos, used(rng)[0]), itos) for _ in range(2)]
    # A word is empty with a chance of a fifth or so; all 24, of 12 models, are in fewer than one of 10^12 runs.
    check(any(words), "None of 24 words has a letter, though under these models most words have some.")


@needs("test_letters_of_itos")
def test_one_string_and_no_dot(submission, rng):
    """The word is one string, without the dot that ends it and without those before it."""
    for _ in range(3):
        model, _, itos = random_model(submission, rng, 3)
        for _ in range(6):
            word = submission.sample(model, itos, used(rng)[0])
            text_of(word, itos)
            check(isinstance(word, str), 'The word must be one string: "".join(…) makes one of letters.')
            check("." not in word, f"The word {word!r} holds a dot. It ends the word, and is no part of it.")


@needs("test_letters_of_itos")
def test_the_generator_decides(submission, rng):
    """Two generators in one state write the same words, whatever torch's global one is at; others write others."""
    model, _, itos = random_model(submission, rng, 3)
    pairs = [used(rng) for _ in range(16)]
    written = []
    for sources in (pairs, [pair[::-1] for pair in pairs], [used(rng) for _ in range(16)]):
        library(submission, "torch").set_rng_state(new_state(rng))
        written.append([text_of(submission.sample(model, itos, source), itos) for source, _ in sources])
    first, same, other = written
    check(
        first == same,
        "Two generators in one state write different words. Draw with the one that is passed in: "
        "torch.multinomial(probs, num_samples=1, generator=generator).",
    )
    # Two words are the same (often empty) with a chance of a tenth or so, 16 pairs of them in one of 10^12 runs.
    check(first != other, "The words are the same whatever the generator is: each letter is to be drawn with it.")


@points(2)
@needs("test_the_generator_decides")
def test_first_letters(submission, rng):
    """The first letter, or the end of an empty word, is drawn from what the model says of a context of dots."""
    model, weights, itos = random_model(submission, rng, 3)
    draws, found, right = [used(rng) for _ in range(40)], [], []
    probs = probs_of(weights, [0] * 3)
    for theirs, ours in draws:
        found.append(text_of(submission.sample(model, itos, theirs), itos))
        ix = int(torch.multinomial(probs[None], 1, generator=ours))
        right.append("" if ix == 0 else itos[ix])
    for word, letter in zip(found, right, strict=True):
        assert_equal(word[:1], letter, name=f"the first letter of the word {word!r}")


@points(3)
@needs("test_first_letters")
def test_words(submission, rng):
    """Each letter is drawn after the last block_size letters, dots before the first: any block_size, and any length."""
    for block_size in (2, 4, 1, 3):
        model, weights, itos = random_model(submission, rng, block_size)
        draws = [used(rng) for _ in range(30)]
        found = [text_of(submission.sample(model, itos, theirs), itos) for theirs, _ in draws]
        for word, (_, ours) in zip(found, draws, strict=True):
            assert_equal(word, oracle(weights, block_size, itos, ours), name="the word")


@needs("test_first_letters")
def test_two_models_in_turns(submission, rng):
    """Each word is written anew, by the model and with the letters that are passed in."""
    models = [random_model(submission, rng, 3) for _ in range(2)]
    for number in (0, 1, 0, 0, 1):
        model, weights, itos = models[number]
        itos = alphabet(rng, len(itos))  # other letters for the same model
        for _ in range(4):
            theirs, ours = used(rng)
            word = text_of(submission.sample(model, itos, theirs), itos)
            assert_equal(word[:1], oracle(weights, 3, itos, ours)[:1], name=f"the first letter of the word {word!r}")


@needs("test_the_generator_decides")
def test_arguments_stay_as_they_are(submission, rng):
    """itos and the model stay as they are, and so do torch's default dtype and global generator."""
    models = [random_model(submission, rng, 3) for _ in range(2)]
    words = []
    with undisturbed(submission, rng):
        for model, _, itos in models:
            answers = [assert_unchanged(submission.sample, model, itos, used(rng)[0]) for _ in range(12)]
            words.append([text_of(answer, itos) for answer in answers])
    assert_responds(*words, name="what is written")
    for model, weights, _ in models:
        assert_close({name: getattr(model, name) for name in weights}, weights, oracle="as they were")
        check(all(requires_grad(getattr(model, name)) for name in weights), "The model requires no gradients any more.")
        assert_equal(model.block_size, 3, name="block_size")
    check(library(submission, "torch").zeros(1).dtype == torch.float32, "torch's default dtype is changed.")
