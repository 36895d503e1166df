"""Checks of lecture2.vocabulary: the numbers of the characters, and the way back."""

from grader.checks import assert_equal, assert_responds, assert_unchanged, check, integer, needs, points

# Some sort before the dot, some between the letters, some after them; two pairs differ in case alone.
ODD = "-' AZaé0Ωß中"
LETTERS = "bcdefghijklmnopqrstuvwxy"


def random_words(rng, alphabet, count=12):
    """Words of random characters of an alphabet, each of which occurs; one word comes twice."""
    text = [alphabet[i] for i in rng.permutation(len(alphabet))]
    words = []
    while text:
        length = integer(rng, 1, 5)
        words.append("".join(text[:length]))
        text = text[length:]
    while len(words) < count:
        words.append("".join(alphabet[integer(rng, 0, len(alphabet) - 1)] for _ in range(integer(rng, 1, 6))))
    return [words[i] for i in rng.permutation(len(words))] + words[:1]


def some_letters(rng, number):
    """So many different small letters."""
    return "".join(LETTERS[i] for i in rng.permutation(len(LETTERS))[:number])


def numbered(words):
    """What stoi must be, by placing one character after the other."""
    chars = []
    for c in "".join(words):
        if c not in chars:
            chars.append(c)
    return {".": 0} | {c: 1 + sum(other < c for other in chars) for c in chars}


def built(submission, words):
    """(stoi, itos) as build_vocab must return them; what is wrong with their kind is said here."""
    answer = submission.build_vocab(words)
    check(
        isinstance(answer, tuple | list) and len(answer) == 2,
        "build_vocab must return two things: stoi and itos.",
    )
    return answer


def assert_numbers(submission, lists):
    """Demand the right stoi for each list of words; all are asked for before the first is compared."""
    answers = [built(submission, words)[0] for words in lists]
    for words, stoi in zip(lists, answers, strict=True):
        right = numbered(words)
        headline = ""
        if isinstance(stoi, dict) and len(stoi) == len(right) and set(stoi) == set(right):
            same = sorted(map(repr, stoi.values())) == sorted(map(repr, right.values()))
            headline = "stoi has the right characters and the right numbers, but not in sorted order." * same
        assert_equal(stoi, right, name="stoi", headline=headline)


@points(2)
def test_numbers(submission, rng):
    """The dot has the number 0, and the letters of any list of words 1, 2, 3, … in sorted order."""
    lists = [random_words(rng, some_letters(rng, size)) for size in (9, 12)]
    assert_numbers(submission, [*lists, [some_letters(rng, 1)], [], *lists])  # two are asked twice, others in between


@needs("test_numbers")
def test_any_character(submission, rng):
    """Capital letters, accents, digits, spaces, hyphens and apostrophes are numbered too, sorted with the rest."""
    assert_numbers(submission, [random_words(rng, some_letters(rng, size) + ODD) for size in (5, 8)])


def test_there_and_back(submission, rng):
    """itos leads back: from each number of your stoi to a character that has it, and it has no other entries."""
    for _ in range(2):
        word = some_letters(rng, 12)
        stoi, itos = built(submission, [word])
        check(isinstance(stoi, dict), "stoi, the first of the two, must be a dict from characters to numbers.")
        check(isinstance(itos, dict), "itos, the second of the two, must be a dict from numbers to characters.")
        for c in word:
            check(c in stoi, f"stoi has no entry for {c!r}, which occurs in the word.")
            number = stoi[c]
            check(number in itos, f"itos has no entry for {number!r}, the number of {c!r} in your stoi.")
            assert_equal(itos[number], c, name=f"itos[stoi[{c!r}]]")
        for c, number in stoi.items():
            check(number in itos, f"itos has no entry for {number!r}, the number of {c!r} in your stoi.")
        numbers = list(stoi.values())
        for number, c in itos.items():
            check(number in numbers, f"itos has an entry for {number!r}, which is no number of your stoi.")
            check(isinstance(c, str), f"itos[{number!r}] must be a character, a str.")


def test_words_stay_as_they_are(submission, rng):
    """The list of words that is passed in stays as it is."""
    lists = [random_words(rng, some_letters(rng, 9)) for _ in range(2)]
    answers = [assert_unchanged(submission.build_vocab, words) for words in lists]
    assert_responds(*answers, name="(stoi, itos)")
    for answer in answers:
        check(
            isinstance(answer, tuple | list) and len(answer) == 2, "build_vocab must return two things: stoi and itos."
        )
        for table in answer:
            check(
                isinstance(table, list) or (isinstance(table, dict) and len(set(map(repr, table.values()))) > 1),
                "Each of the two must be a dict whose values differ.",
            )
