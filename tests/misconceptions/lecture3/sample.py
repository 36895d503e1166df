"""What learners get wrong in lecture3.sample."""

import torch

from grader.checks import misconception


def _probs(model, context):
    """What may follow a context, (1, V)."""
    return model.forward(torch.tensor([context])).softmax(1)


def _draw(probs, generator):
    """One id."""
    return torch.multinomial(probs, num_samples=1, generator=generator).item()


def _slide(context, ix):
    """The context of the next letter."""
    return [*context[1:], ix]


def _ids(model, generator, *, probs=_probs, draw=_draw, slide=_slide, start=None):
    """The ids of a word, without the dot at its end; the wrong answers below replace a step."""
    context, ids = start or [0] * model.block_size, []
    while True:
        ix = draw(probs(model, context), generator)
        if ix == 0:
            return ids
        ids.append(ix)
        context = slide(context, ix)


def _word(itos, ids):
    """Ids as a word."""
    return "".join(itos[ix] for ix in ids)


@misconception(
    "The dot that ends the word is part of it. Look for 0 first, and append only other characters.",
    name="dot-included",
    violates=("one_string_and_no_dot",),
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, generator)) + "."


@misconception(
    "The dots of the first context are part of the word. They stand before it: the word itself is empty at first.",
    name="context-included",
    violates=("one_string_and_no_dot",),
)
def sample(model, itos, generator):
    return "." * model.block_size + _word(itos, _ids(model, generator))


@misconception(
    'A list of letters is returned. Join them: "".join(letters).',
    name="list-of-letters",
)
def sample(model, itos, generator):
    return [itos[ix] for ix in _ids(model, generator)]


@misconception(
    "The word is made of ids. itos[ix] is the letter of one.",
    name="ids-for-letters",
    violates=("letters_of_itos",),
)
def sample(model, itos, generator):
    return "".join(map(str, _ids(model, generator)))


@misconception(
    "The letters are counted from a to z, whatever itos says. itos[ix] is the letter of an id.",
    name="alphabet-of-ones-own",
)
def sample(model, itos, generator):
    return "".join(chr(96 + ix) for ix in _ids(model, generator))


@misconception(
    "The context never moves on, so every letter is drawn as the first one is. After each draw, context = context[1:] "
    "+ [ix].",
    name="context-stays",
    violates=("words",),
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, generator, slide=lambda context, ix: context))


@misconception(
    "The latest letter is put at the front of the context. It stands last: context[1:] + [ix].",
    name="latest-first",
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, generator, slide=lambda context, ix: [ix, *context[:-1]]))


@misconception(
    "Only the last letter is kept in the context, and dots before it. Drop the first character alone: context[1:] + "
    "[ix].",
    name="last-letter-alone",
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, generator, slide=lambda context, ix: [0] * (len(context) - 1) + [ix]))


@misconception(
    "The context is filled with the new letter. Drop the first character alone, and append the new one.",
    name="context-filled-with-the-letter",
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, generator, slide=lambda context, ix: [ix] * len(context)))


@misconception(
    "The context is always 3 characters long. The model knows how many it takes: model.block_size.",
    name="always-three",
    violates=("words",),
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, generator, start=[0] * 3))


@misconception(
    "The likeliest character is taken every time, so that all words are the same. Draw: torch.multinomial(probs, "
    "num_samples=1, generator=generator).",
    name="argmax",
    violates=("the_generator_decides",),
)
def sample(model, itos, generator):
    context, ids = [0] * model.block_size, []
    for _ in range(20):  # it would go on for ever where no dot comes
        ix = int(_probs(model, context).argmax())
        if ix == 0:
            break
        ids.append(ix)
        context = _slide(context, ix)
    return _word(itos, ids)


@misconception(
    "The softmax runs over the batch, which is one row, so that all characters are equally likely. It runs over the V "
    "characters: dim=1.",
    name="softmax-over-batch",
    violates=("first_letters",),
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, generator, probs=lambda m, c: m.forward(torch.tensor([c])).softmax(0)))


@misconception(
    "The softmax is taken twice, which makes all characters nearly equally likely. Once makes probabilities of logits.",
    name="softmax-twice",
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, generator, probs=lambda m, c: _probs(m, c).softmax(1)))


@misconception(
    "The logits are divided by a temperature, so that likely letters come more often than the model says. Take them as "
    "they are.",
    name="temperature",
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, generator, probs=lambda m, c: (m.forward(torch.tensor([c])) / 0.7).softmax(1)))


@misconception(
    "The dot is given no chance at the start, so that no word is empty. The model's own distribution decides there, "
    "too.",
    name="never-empty",
)
def sample(model, itos, generator):
    def probs(model, context):
        found = _probs(model, context).clone()
        found[:, 0] *= any(context)
        return found

    return _word(itos, _ids(model, generator, probs=probs))


@misconception(
    "The word starts from a letter drawn at random, each as likely as the others. It starts from dots alone, and the "
    "model says which letters come first.",
    name="random-start",
)
def sample(model, itos, generator):
    first = torch.randint(1, len(itos), (1,), generator=generator).item()
    start = [0] * (model.block_size - 1) + [first]
    return _word(itos, [first, *_ids(model, generator, start=start)])


@misconception(
    "Two numbers are drawn for each letter, and the second is taken. One call with num_samples=1 draws one.",
    name="two-draws",
)
def sample(model, itos, generator):
    def draw(probs, generator):
        return torch.multinomial(probs, 2, replacement=True, generator=generator)[0, 1].item()

    return _word(itos, _ids(model, generator, draw=draw))


@misconception(
    "The word ends after 8 letters at most. Only the dot ends it.",
    name="cut-off",
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, generator)[:8])


@misconception(
    "The first letter is lost: it is drawn, and moved into the context, but not noted.",
    name="first-letter-lost",
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, generator)[1:])


@misconception(
    "The generator that is passed in does not decide what is drawn. Pass it on: torch.multinomial(…, "
    "generator=generator).",
    name="generator-ignored",
    violates=("the_generator_decides",),
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, None))


@misconception(
    "A generator of a fixed seed draws, and the same word comes every time. Draw with the one that is passed in.",
    name="fixed-seed",
    violates=("the_generator_decides",),
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, torch.Generator().manual_seed(2147483647 + 10)))


@misconception(
    "The generator is seeded anew before the word, so that it starts where it has been before. Use it as it comes.",
    name="seeded-anew",
    violates=("first_letters",),
)
def sample(model, itos, generator):
    return _word(itos, _ids(model, generator.manual_seed(generator.initial_seed())))


@misconception(
    "The letters are kept with the model, and those that are passed in with a later word are not looked at. Take each "
    "letter from itos.",
    name="letters-kept",
    violates=("two_models_in_turns",),
)
def sample(model, itos, generator):
    letters = vars(model).setdefault("letters", itos)
    return _word(letters, _ids(model, generator))


@misconception(
    "The dot is taken out of the caller's itos. Leave it there: 0 is looked for before the letter is.",
    name="itos-loses-the-dot",
    violates=("arguments_stay_as_they_are",),
)
def sample(model, itos, generator):
    ids = _ids(model, generator)
    itos.pop(0)
    return _word(itos, ids)


@misconception(
    "The model is made to require no gradients, and cannot be trained any more. torch.no_grad() leaves it as it is.",
    name="model-frozen",
    violates=("arguments_stay_as_they_are",),
)
def sample(model, itos, generator):
    for p in model.parameters():
        p.requires_grad_(False)
    return _word(itos, _ids(model, generator))
