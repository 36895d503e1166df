"""What learners get wrong in lecture2.sample."""

import torch

from grader.checks import misconception


class _Loop:
    """The right loop in steps; each wrong answer below replaces one of them."""

    def first(self, probs, generator):
        return 0

    def row(self, probs, ix):
        return probs[ix]

    def drawn(self, p, generator):
        return torch.multinomial(p, num_samples=1, generator=generator).item()

    def goes_on(self, letters):
        return True

    def run(self, probs, itos, generator):
        letters, ix = [], self.first(probs, generator)
        while self.goes_on(letters):
            ix = self.drawn(self.row(probs, ix), generator)
            if ix == 0:
                break
            letters.append(itos[ix])
        return "".join(letters)


def _right(probs, itos, generator):
    return _Loop().run(probs, itos, generator)


@misconception(
    "Every letter is drawn from row 0, that of the dot. After the first one go on from the row of the letter before: "
    "probs[ix].",
    name="always-row-0",
    violates=("possible_pairs",),
)
def sample(probs, itos, generator):
    class Wrong(_Loop):
        def row(self, probs, ix):
            return probs[0]

        def goes_on(self, letters):
            return len(letters) < 500  # in the real one, where the dot is impossible, it has no end

    return Wrong().run(probs, itos, generator)


@misconception(
    "A column is read for a row. What follows character ix stands in row ix: probs[ix].",
    name="columns",
    violates=("possible_pairs",),
)
def sample(probs, itos, generator):
    class Wrong(_Loop):
        def row(self, probs, ix):
            return probs[:, ix]

    return Wrong().run(probs, itos, generator)


@misconception(
    "The word begins with any letter, drawn evenly. The first letter is drawn from row 0, that of the dot.",
    name="any-first-letter",
)
def sample(probs, itos, generator):
    first = torch.randint(1, len(itos), (1,), generator=generator).item()

    class Wrong(_Loop):
        def first(self, probs, generator):
            return first

    return itos[first] + Wrong().run(probs, itos, generator)


@misconception(
    "The walk begins in row 1, that of the first letter. It begins at the dot, ix = 0.",
    name="begins-in-row-1",
)
def sample(probs, itos, generator):
    class Wrong(_Loop):
        def first(self, probs, generator):
            return 1

    return Wrong().run(probs, itos, generator)


@misconception(
    "The dot is part of the word. It ends the word, and is not written: ask for it before you append.",
    name="dot-written",
    violates=("possible_pairs",),
)
def sample(probs, itos, generator):
    return _right(probs, itos, generator) + "."


@misconception(
    "The word begins with a dot. The dot is where the walk starts, and is not written.",
    name="dot-in-front",
    violates=("possible_pairs",),
)
def sample(probs, itos, generator):
    return "." + _right(probs, itos, generator)


@misconception(
    "A list of letters comes back. Join them: ''.join(letters).",
    name="list",
    violates=("possible_pairs",),
)
def sample(probs, itos, generator):
    return list(_right(probs, itos, generator))


@misconception(
    "All words are empty: the loop asks for the dot before it has drawn anything, and ix = 0 is the dot. Draw first, "
    "then ask.",
    name="loop-never-runs",
)
def sample(probs, itos, generator):
    letters, ix = [], 0
    while ix != 0:
        ix = torch.multinomial(probs[ix], 1, generator=generator).item()
        letters.append(itos[ix])
    return "".join(letters)


@misconception(
    "The first letter is lost: append each letter before the next one is drawn, also the first.",
    name="first-letter-lost",
)
def sample(probs, itos, generator):
    return _right(probs, itos, generator)[1:]


@misconception(
    "The last letter is lost when the dot is drawn. Only the dot is not written.",
    name="last-letter-lost",
)
def sample(probs, itos, generator):
    return _right(probs, itos, generator)[:-1]


@misconception(
    "The letters are written from right to left. Each new one stands behind those before.",
    name="backwards",
    violates=("possible_pairs",),
)
def sample(probs, itos, generator):
    return _right(probs, itos, generator)[::-1]


@misconception(
    "The letters are off by one: itos has the letter of number ix under ix itself, and the dot under 0.",
    name="off-by-one",
    violates=("possible_pairs",),
)
def sample(probs, itos, generator):
    shifted = {number: itos[max(number - 1, 1)] for number in itos}
    return _right(probs, shifted, generator)


@misconception(
    "The row goes through a softmax first, so that impossible letters are drawn. It holds probabilities already: draw "
    "from it as it is.",
    name="softmax",
    violates=("possible_pairs",),
)
def sample(probs, itos, generator):
    return _right(probs.softmax(1), itos, generator)


@misconception(
    "All letters are equally likely here. Draw by the row's probabilities: torch.multinomial(probs[ix], 1, …).",
    name="uniform",
    violates=("possible_pairs",),
)
def sample(probs, itos, generator):
    return _right(torch.ones_like(probs), itos, generator)


@misconception(
    "The likeliest character is taken every time, so that all words are the same. Draw: torch.multinomial(probs[ix], "
    "1, generator=generator).",
    name="argmax",
)
def sample(probs, itos, generator):
    class Wrong(_Loop):
        def drawn(self, p, generator):
            return p.argmax().item()

    return Wrong().run(probs, itos, generator)


@misconception(
    "Words are cut after twenty letters. They end where the dot is drawn, however long they are.",
    name="twenty-letters",
    violates=("any_length",),
)
def sample(probs, itos, generator):
    class Wrong(_Loop):
        def goes_on(self, letters):
            return len(letters) < 20

    return Wrong().run(probs, itos, generator)


@misconception(
    "The dot is forbidden for the first draw, so that no word is empty. Where row 0 gives the dot a probability, the "
    "word may be empty.",
    name="never-empty",
    violates=("any_length", "first_letters"),
)
def sample(probs, itos, generator):
    probs = probs.clone()
    probs[0, 0] = 0
    return _right(probs, itos, generator)


@misconception(
    "The generator that is passed in is not used: a new one with a fixed seed writes the same word in every call. Pass "
    "yours on: torch.multinomial(…, generator=generator).",
    name="seeded-inside",
)
def sample(probs, itos, generator):
    return _right(probs, itos, torch.Generator().manual_seed(2147483647))


@misconception(
    "The generator that is passed in is not used, and torch's global one is. Pass yours on: torch.multinomial(…, "
    "generator=generator).",
    name="generator-ignored",
    violates=("the_generator_decides",),
)
def sample(probs, itos, generator):
    return _right(probs, itos, None)


@misconception(
    "Each call with the generator draws the same word: it is set back, or a copy of it draws. Draw with the one that "
    "is passed in, as it is.",
    name="generator-does-not-advance",
    violates=("the_generator_advances",),
)
def sample(probs, itos, generator):
    copied = torch.Generator()
    copied.set_state(generator.get_state())
    return _right(probs, itos, copied)


@misconception(
    "The probabilities are squared, or the temperature is not 1: likely letters come too often. Draw from probs[ix] as "
    "it is.",
    name="squared",
    violates=("first_letters",),
)
def sample(probs, itos, generator):
    return _right(probs**2, itos, generator)


@misconception(
    "Only the three likeliest characters can be drawn. All of the row can, by their probabilities.",
    name="top-3",
    violates=("first_letters",),
)
def sample(probs, itos, generator):
    third = probs.topk(3, 1).values[:, -1:]
    return _right(torch.where(probs >= third, probs, 0.0), itos, generator)


@misconception(
    "A letter that was drawn cannot come again. Each draw is from the whole row, whatever the word holds already.",
    name="no-letter-twice",
    violates=("pairs",),
)
def sample(probs, itos, generator):
    left = probs.clone()

    class Wrong(_Loop):
        def drawn(self, p, generator):
            ix = super().drawn(p, generator)
            if ix:
                left[:, ix] = 0
            return ix

    return Wrong().run(left, itos, generator)


@misconception(
    "The caller's own table is changed: a row is a view of it. Leave it as it is, or work on probs[ix].clone().",
    name="table-changed",
    violates=("arguments_stay_as_they_are",),
)
def sample(probs, itos, generator):
    probs /= probs.max(1, keepdim=True).values
    return _right(probs, itos, generator)
