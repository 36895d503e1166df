"""Checks of lecture9.special: special tokens, and who may use them."""

import contextlib

import numpy as np
import regex

from grader.checks import assert_raises, assert_unchanged, needs, points, texts

SHAPES = ("<|{}|>", "[{}]", "<{}>", "{}$", ".{}?", "|{}|", "\\{}\\")  # most of them mean something in patterns
BEYOND_ASCII = ("é", "日", "😀")  # characters of two, three and four bytes
GROUP = "({}+)"  # is always among them: who does not escape it is found out in every draw


def registered(special):
    """What the learner has to know to follow a message."""
    return f"Registered special tokens: {special or 'none'}."


class Trained:
    """A tokenizer of the submission's with special tokens, and tiktoken with the same.

    No special token is the beginning of another: there tiktoken's choice is a matter of chance.
    """

    def __init__(self, submission, rng, count=3):
        text = texts.prose(rng, 60) + texts.mixture(rng, 4)
        chunks = regex.findall(texts.GPT2, text)
        size = int(rng.integers(260, 266))
        _, self.vocab = texts.bpe(chunks, size)
        shapes = rng.permutation([GROUP, *rng.permutation(SHAPES)[: count - 1]]).tolist()
        self.names = [shape.format(texts.word(rng, 7, 9)) for shape in shapes]  # longer than words of a mixture
        ids = rng.choice(np.arange(1000, 200_000), count, replace=False).tolist()
        self.special = dict(zip(self.names, ids, strict=True))
        self.learner = submission.SpecialTokenizer()
        self.learner.train(text, size)
        texts.assert_merges(self.learner.merges, chunks, size)
        self.register(self.special)
        self._look_around(rng)

    def register(self, special):
        """Register special tokens in place of those that were there, in both."""
        self.special = special
        self.learner.register_special_tokens(special)
        self.oracle = texts.encoding(self.vocab, texts.GPT2, special)

    def _look_around(self, rng):
        """Ask in every mode and judge nothing: these answers tell mistakes apart that look alike in one mode."""
        text = texts.word(rng) + " ".join(self.names)
        for mode in ("none", "none_raise", "all", set(self.names), set(self.names[:-1]), set()):
            with contextlib.suppress(Exception):
                self.learner.encode(text, mode)
        with contextlib.suppress(Exception):
            self.learner.encode(text)

    def assert_encoded(self, text, mode, **options):
        """Demand the ids that tiktoken gives with these options."""
        right = self.oracle.encode(text, **options)
        given = () if mode is None else (mode,)
        shown = repr(mode) if isinstance(mode, str) else f"a {type(mode).__name__}"
        said = "encode(text)" if mode is None else f"encode(text, {shown})"
        vocab = {**self.vocab, **{idx: name.encode() for name, idx in self.special.items()}}
        ids, note = self.learner.encode(text, *given), registered(self.special)
        texts.assert_ids(ids, right, vocab, name=said, oracle="tiktoken", note=note)

    def assert_refused(self, text, mode, why):
        """Demand the ValueError that tiktoken raises."""
        given = () if mode is None else (mode,)
        why = f"for the text {text!r}: {why}; registered: {', '.join(map(repr, self.special)) or 'none'}"
        assert_raises(ValueError, self.learner.encode, text, *given, why=why)


def sprinkled(rng, pieces, names):
    """Random text with names in it: at both ends, next to each other, inside of words."""
    parts = [texts.mixture(rng, int(rng.integers(0, 4))) for _ in range(pieces)]
    return "".join(part + str(rng.choice(np.array(names, object))) for part in parts)


@points(2)
def test_all(submission, rng):
    """With "all", each special token in the text becomes its id, and what lies between is encoded as by tiktoken."""
    trained = Trained(submission, rng)
    for pieces, behind in ((0, 2), (1, 1), (1, 0), (2, 2), (2, 0), (3, 3), (4, 1), (6, 0), (8, 2)):
        text = sprinkled(rng, pieces, trained.names) + texts.mixture(rng, behind)
        trained.assert_encoded(text, "all", allowed_special="all")
    trained.assert_encoded(trained.names[0].join(texts.hard(rng)), "all", allowed_special="all")


def test_none(submission, rng):
    """With "none", special tokens in the text are ordinary text."""
    trained = Trained(submission, rng)
    for pieces in (1, 2, 3, 5):
        trained.assert_encoded(sprinkled(rng, pieces, trained.names), "none", disallowed_special=())


@points(2)
def test_refused_by_default(submission, rng):
    """A text that holds a special token raises ValueError by default, and with "none_raise"; others are encoded."""
    trained = Trained(submission, rng)
    part = "none_raise"[int(rng.integers(0, 3)) :][:7]  # which is in "none_raise", and is not allowed by it
    trained.register({**trained.special, part: 777})
    for mode in (None, "none_raise"):
        trained.assert_encoded(texts.mixture(rng, 6), mode)
        trained.assert_refused(f"7 {part} 7", mode, f"the text holds {part!r}, and no special token is allowed")
        for name in trained.names:
            text = texts.word(rng) + name + texts.word(rng)
            trained.assert_refused(text, mode, f"the text holds {name!r}, and no special token is allowed")


@points(2)
@needs("test_all", "test_none")
def test_a_set(submission, rng):
    """With a set, those in it become their ids; a text with any other special token raises ValueError."""
    trained = Trained(submission, rng)
    for pieces in (1, 1, 2, 3, 5):
        *allowed, other = rng.permutation(np.array(trained.names, object)).tolist()
        text = sprinkled(rng, pieces, allowed) + texts.word(rng)
        trained.assert_encoded(text, set(allowed), allowed_special=set(allowed))
        unknown = f"<|{texts.word(rng, 7, 9)}|>"  # a name that is not registered
        trained.assert_encoded(text + unknown, {*allowed, unknown}, allowed_special=set(allowed))
        trained.assert_encoded(text, set(trained.names), allowed_special="all")
        trained.assert_encoded(text, frozenset(allowed), allowed_special=set(allowed))
        trained.assert_refused(text + other, set(allowed), f"the text holds {other!r}, which is not in the set")


@needs("test_refused_by_default")
def test_an_empty_set(submission, rng):
    """With an empty set every special token in the text raises ValueError; a text without any is encoded."""
    trained = Trained(submission, rng)
    trained.assert_encoded(texts.mixture(rng, 6), set(), disallowed_special=())
    text = sprinkled(rng, 2, trained.names)
    trained.assert_refused(text, set(), "the text holds special tokens, and the set is empty")


@needs("test_all", "test_a_set")
def test_the_text_is_searched_from_left_to_right(submission, rng):
    """Of two special tokens that overlap in the text the one that begins first counts, and the other can be refused."""
    for _ in range(3):
        first = f"<|{texts.word(rng, 3, 6)}|>"
        second = f"|>{texts.word(rng, 9, 12)}"  # longer, and it begins with the end of the first
        ids = rng.choice(np.arange(1000, 2000), 2, replace=False).tolist()
        special = dict(zip((first, second), ids, strict=True))
        tokenizer = submission.SpecialTokenizer()
        tokenizer.register_special_tokens(special)
        before, after, note = texts.word(rng), texts.word(rng), registered(special)
        text = before + first + second.removeprefix("|>") + after
        right = [*before.encode(), special[first], *(second.removeprefix("|>") + after).encode()]
        found = tokenizer.encode(text, "all")
        texts.assert_ids(found, right, {}, name="encode(text, 'all')", oracle="by hand", note=note)
        with contextlib.suppress(Exception):  # tells who never refuses anything from who looks in the wrong place
            tokenizer.encode(before + second, {first})
        why = f"{text!r} holds {second!r}, which is not in the set"
        assert_raises(ValueError, tokenizer.encode, text, {first}, why=why)


@needs("test_all")
def test_the_longest_counts(submission, rng):
    """Where one special token is the beginning of another, the longest one that stands in the text counts."""
    name = f"<|{texts.word(rng, 3, 6)}|>"
    names = [name, name + texts.word(rng, 1, 2), name + "+"]
    answers = []
    for order in (names, names[::-1]):
        special = {token: 1000 + int(rng.integers(500)) * 3 + i for i, token in enumerate(order)}
        tokenizer = submission.SpecialTokenizer()
        tokenizer.register_special_tokens(special)
        for longest in rng.permutation(names).tolist():
            before, after = texts.word(rng).upper(), texts.word(rng).upper()
            right = [*before.encode(), special[longest], *after.encode()]
            answers.append((tokenizer.encode(before + longest + after, "all"), right, special))
    for (
        ids,
        right,
        special,
    ) in answers:  # all are asked for before the first is judged: they tell who wins, if not the longest
        note = registered(special)
        texts.assert_ids(ids, right, {}, name="encode(text, 'all')", oracle="by hand", note=note)


@points(2)
def test_decodes_special_tokens(submission, rng):
    """Ids decode as by tiktoken: special tokens to their texts, and the bytes of all others together."""
    trained = Trained(submission, rng)
    beyond = "".join(rng.choice(np.array(BEYOND_ASCII, object), 2))
    trained.register(
        {**trained.special, f"<|{texts.word(rng, 3, 5)}\u4e2d{beyond}|>": 300_000 + int(rng.integers(1000))}
    )
    special = list(trained.special.values())
    for count in (0, 1, 2, 4, 8):
        ids = rng.choice([*special, *trained.vocab], count).tolist()
        ids += [int(rng.choice(special)), *(texts.word(rng) + rng.choice(BEYOND_ASCII)).encode()]
        text, note = trained.learner.decode(ids), registered(trained.special)
        texts.assert_sequence(text, trained.oracle.decode(ids), name="decode(ids)", oracle="tiktoken", note=note)


@needs("test_all")
def test_tokenizers_keep_apart(submission, rng):
    """Each tokenizer has its own special tokens, whatever another registers; the dict and the ids stay as they are."""
    name, idx = f"<|{texts.word(rng, 4, 7)}|>", 1000 + int(rng.integers(1000))
    specials = [{name: idx, name[::-1]: idx + 1}, {name[::-1]: idx, name: idx + 2}]
    tokenizers = []
    for special in specials:  # one is made when the other has its tokens
        tokenizers.append(submission.SpecialTokenizer())
        assert_unchanged(tokenizers[-1].register_special_tokens, special)
    for number in (0, 1, 0):
        special, word = specials[number], texts.word(rng)
        of_id, note = {i: token for token, i in special.items()}, registered(special)
        text = name + word + name[::-1]
        right = [special[name], *word.encode(), special[name[::-1]]]
        found = tokenizers[number].encode(text, "all")
        texts.assert_ids(found, right, {}, name="encode(text, 'all')", oracle="by hand", note=note)
        ids = [idx, *word.encode(), idx]
        said = assert_unchanged(tokenizers[number].decode, ids)
        texts.assert_sequence(said, of_id[idx] + word + of_id[idx], name="decode(ids)", oracle="by hand", note=note)
    same = [idx, *b"same", idx]
    for tokenizer, special in zip(tokenizers, specials, strict=True):
        token = {i: token for token, i in special.items()}[idx]
        said, note = tokenizer.decode(same), registered(special)
        texts.assert_sequence(said, f"{token}same{token}", name="decode(ids)", oracle="by hand", note=note)


@needs("test_all", "test_none", "test_refused_by_default")
def test_registering_again(submission, rng):
    """Registering replaces the special tokens, and without any all text is ordinary; any other mode is a ValueError."""
    trained = Trained(submission, rng)
    first, *others = trained.names
    trained.register({first: 777})
    trained.assert_encoded(sprinkled(rng, 3, trained.names), "all", allowed_special="all")
    trained.register({})
    trained.assert_encoded(sprinkled(rng, 3, trained.names), "all")
    trained.assert_encoded(sprinkled(rng, 3, others), None)
    mode = texts.word(rng, 5, 8)
    trained.assert_refused(sprinkled(rng, 1, others), mode, f"{mode!r} is no value of allowed_special")
