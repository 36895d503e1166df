"""What learners get wrong in lecture7.batches."""

import torch

from grader.checks import misconception


def _starts(data, block_size, batch_size, generator, room=0):
    """Random starts; ``room`` more or fewer of them than there are."""
    return torch.randint(max(len(data) - block_size + room, 1), (batch_size,), generator=generator)


def _windows(data, starts, block_size):
    """Rows of data; past its end the last token is repeated, where a list of slices would be ragged."""
    places = starts[:, None] + torch.arange(block_size)
    return data[places.clamp(max=len(data) - 1)]


def _slices(data, starts, block_size):
    """Rows of data as slices give them: shorter at its end, where torch.stack refuses rows of several lengths."""
    return torch.stack([data[i : i + block_size] for i in starts])


@misconception(
    "The last possible start, len(data) - block_size - 1, is never drawn. torch.randint already excludes its upper "
    "end: torch.randint(len(data) - block_size, …).",
    name="last-start-missing",
    violates=("every_start_is_as_likely",),
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, batch_size, generator, room=-1)
    return _windows(data, starts, block_size), _windows(data, starts + 1, block_size)


@misconception(
    "A window can start so late that its last target lies beyond the text. The largest start is len(data) - block_size "
    "- 1: torch.randint(len(data) - block_size, …).",
    name="one-start-too-many",
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, batch_size, generator, room=1)
    return _windows(data, starts, block_size), _windows(data, starts + 1, block_size)


@misconception(
    "A window can start so late that its last target lies beyond the text, and slices there are too short. The "
    "largest start is len(data) - block_size - 1: torch.randint(len(data) - block_size, …).",
    name="slices-too-short",
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, batch_size, generator, room=1)
    return _slices(data, starts, block_size), _slices(data, starts + 1, block_size)


@misconception(
    "Starts are drawn from the whole text, so some windows run over its end. Leave room for block_size tokens and one "
    "more, the last target: torch.randint(len(data) - block_size, …).",
    name="starts-anywhere",
)
def get_batch(data, block_size, batch_size, generator):
    starts = torch.randint(len(data), (batch_size,), generator=generator)
    return _windows(data, starts, block_size), _windows(data, starts + 1, block_size)


@misconception(
    "y is x itself. The target of a token is the token after it: data[i + 1 : i + 1 + block_size].",
    name="not-shifted",
    violates=("y_is_x_one_token_later",),
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, batch_size, generator)
    return _windows(data, starts, block_size), _windows(data, starts, block_size)


@misconception(
    "y is the next window, which begins where x ends. It should be the same window one token later, overlapping with "
    "x: data[i + 1 : i + 1 + block_size].",
    name="next-window",
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, batch_size, generator)
    return _windows(data, starts, block_size), _windows(data, starts + block_size, block_size)


@misconception(
    "y is two tokens later than x. The target of a token is the very next one: data[i + 1 : i + 1 + block_size].",
    name="shifted-by-two",
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, batch_size, generator)
    return _windows(data, starts, block_size), _windows(data, starts + 2, block_size)


@misconception(
    "x is one token later than y, so the model would be asked for the token before. The other way round: y is one "
    "token later than x.",
    name="shifted-backwards",
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, batch_size, generator)
    return _windows(data, starts + 1, block_size), _windows(data, starts, block_size)


@misconception(
    "x and y are cut at starts of their own, so y does not follow x. Draw the starts once, and use them for both.",
    name="two-draws",
)
def get_batch(data, block_size, batch_size, generator):
    x = _windows(data, _starts(data, block_size, batch_size, generator), block_size)
    return x, _windows(data, _starts(data, block_size, batch_size, generator) + 1, block_size)


@misconception(
    "y is x rolled by one within the row, so its last target is the row's own first token. The last target is the next "
    "token of the text: data[i + 1 : i + 1 + block_size].",
    name="rolled",
)
def get_batch(data, block_size, batch_size, generator):
    x = _windows(data, _starts(data, block_size, batch_size, generator), block_size)
    return x, x.roll(-1, dims=1)


@misconception(
    "The generator is not used: the batches cannot be repeated. Pass it on: torch.randint(…, generator=generator).",
    name="generator-ignored",
    violates=("the_generator_decides", "data_stay_as_they_are"),
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, batch_size, None)
    return _windows(data, starts, block_size), _windows(data, starts + 1, block_size)


@misconception(
    "All rows are the same window. Draw batch_size starts: torch.randint(…, (batch_size,), …).",
    name="one-start-for-all",
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, 1, generator).expand(batch_size)
    return _windows(data, starts, block_size), _windows(data, starts + 1, block_size)


@misconception(
    "The windows are taken one after the other from the start of the text. Draw their starts at random, with "
    "torch.randint.",
    name="in-order",
    violates=("the_generator_decides",),
)
def get_batch(data, block_size, batch_size, generator):
    starts = torch.arange(batch_size) * block_size % (len(data) - block_size)
    return _windows(data, starts, block_size), _windows(data, starts + 1, block_size)


@misconception(
    "Windows start only at multiples of block_size. Any place that leaves room is a start, so that every token is seen "
    "in every place of a window.",
    name="multiples-of-block_size",
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, batch_size, generator) // block_size * block_size
    return _windows(data, starts, block_size), _windows(data, starts + 1, block_size)


@misconception(
    "y holds only the token after the whole window. Every token of x has a target: y is (batch_size, block_size), as x "
    "is.",
    name="last-target-alone",
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, batch_size, generator)
    return _windows(data, starts, block_size), data[starts + block_size]


@misconception(
    "data is shifted by one token in place to get y from it, so every later batch comes from a shifted text. Take y "
    "from data[i + 1 : i + 1 + block_size].",
    name="data-shifted-in-place",
    violates=("data_stay_as_they_are",),
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, batch_size, generator)
    x = _windows(data, starts, block_size)
    data[:-1] = data[1:].clone()
    return x, _windows(data, starts, block_size)


@misconception(
    "x and y are made int64 whatever data is. They keep the dtype of data, which may hold bytes: a slice of it does.",
    name="cast-to-int64",
    violates=("dtype_of_data",),
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, batch_size, generator)
    return _windows(data, starts, block_size).long(), _windows(data, starts + 1, block_size).long()


@misconception(
    "The generator is seeded anew in each call, so that every batch is the same one. Use it as it comes: it goes on.",
    name="seeded-anew",
    violates=("windows_and_what_follows",),
)
def get_batch(data, block_size, batch_size, generator):
    starts = _starts(data, block_size, batch_size, generator.manual_seed(generator.initial_seed()))
    return _windows(data, starts, block_size), _windows(data, starts + 1, block_size)


@misconception(
    "torch.manual_seed seeds the generator that all other code draws from. Leave it alone: the starts come from the "
    "one that is passed in.",
    name="global-generator-seeded",
    violates=("data_stay_as_they_are",),
)
def get_batch(data, block_size, batch_size, generator):
    torch.manual_seed(1337)
    starts = _starts(data, block_size, batch_size, generator)
    return _windows(data, starts, block_size), _windows(data, starts + 1, block_size)
