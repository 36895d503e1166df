"""What learners get wrong in lecture6.losses."""

import math
import statistics

import torch

from grader.checks import misconception


def _chunks(losses, window):
    return [losses[i : i + window] for i in range(0, len(losses), window)]


@misconception(
    "This is the lecture's listing: view(-1, window) fails where window does not go into the number of losses, and "
    "what it returns is a tensor. Cut the list into windows, the last one shorter.",
    name="as-printed",
    violates=("what_remains", "a_list_of_floats"),
)
def smooth(losses, window):
    return torch.tensor(losses).view(-1, window).mean(1)


@misconception(
    "What remains at the end is dropped without a word: with a window of 1,000 up to 999 losses, the newest ones. The "
    "last window is shorter.",
    name="tail-dropped",
    violates=("what_remains",),
)
def smooth(losses, window):
    whole = losses[: len(losses) // window * window]
    return [sum(chunk) / len(chunk) for chunk in _chunks(whole, window)]


@misconception(
    "A loss left over by itself is lost: the starts of the windows end before the last loss, at len(losses) − 1. "
    "range(0, len(losses), window) goes up to it.",
    name="last-one-lost",
    violates=("what_remains",),
)
def smooth(losses, window):
    starts = range(0, len(losses) - 1, window)
    return [sum(losses[i : i + window]) / len(losses[i : i + window]) for i in starts]


@misconception(
    "What does not fill a window is dropped at the front. The windows begin with the first loss, and the last one is "
    "shorter.",
    name="front-dropped",
    violates=("what_remains",),
)
def smooth(losses, window):
    return [sum(chunk) / len(chunk) for chunk in _chunks(losses[len(losses) % window :], window)]


@misconception(
    "The last window is divided by window, though it has fewer losses, and the curve seems to fall at its end. Divide "
    "by how many there are.",
    name="divided-by-window",
    violates=("what_remains",),
)
def smooth(losses, window):
    return [sum(chunk) / window for chunk in _chunks(losses, window)]


@misconception(
    "The last window is filled up with its last loss. Its mean is that of the losses in it.",
    name="filled-up",
    violates=("what_remains",),
)
def smooth(losses, window):
    return [(sum(chunk) + (window - len(chunk)) * chunk[-1]) / window for chunk in _chunks(losses, window)]


@misconception(
    "The last window reaches back, so that it is full: some losses count twice. It begins where the one before it "
    "ends.",
    name="reaches-back",
    violates=("what_remains",),
)
def smooth(losses, window):
    starts = [max(0, min(i, len(losses) - window)) for i in range(0, len(losses), window)]
    return [sum(losses[i : i + window]) / len(losses[i : i + window]) for i in starts]


@misconception(
    "What remains is joined to the last full window. It is a window of its own.",
    name="rest-joined",
    violates=("what_remains",),
)
def smooth(losses, window):
    chunks = _chunks(losses, window)
    if len(chunks) > 1 and len(chunks[-1]) < window:
        chunks[-2:] = [chunks[-2] + chunks[-1]]
    return [sum(chunk) / len(chunk) for chunk in chunks]


@misconception(
    "The short window stands at the front. The windows are counted from the first loss, so it is the last.",
    name="short-window-first",
    violates=("what_remains",),
)
def smooth(losses, window):
    back = _chunks(losses[::-1], window)[::-1]
    return [sum(chunk) / len(chunk) for chunk in back]


@misconception(
    "The losses are spread over windows of nearly equal length. All windows but the last have window losses.",
    name="spread-evenly",
    violates=("what_remains",),
)
def smooth(losses, window):
    count = math.ceil(len(losses) / window)
    return [float(chunk.mean()) for chunk in torch.tensor(losses, dtype=torch.float64).tensor_split(count)]


@misconception(
    "A window longer than the list gives nothing. It gives the mean of all losses, what remains of none.",
    name="nothing-of-a-short-list",
    violates=("one_window",),
)
def smooth(losses, window):
    if len(losses) < window:
        return []
    return [sum(chunk) / len(chunk) for chunk in _chunks(losses, window)]


@misconception(
    "The last window is left out where it is full: range must go to len(losses).",
    name="range-too-short",
)
def smooth(losses, window):
    starts = range(0, len(losses) - window, window) if len(losses) > window else [0]
    return [sum(losses[i : i + window]) / len(losses[i : i + window]) for i in starts]


@misconception(
    "The windows overlap: one begins at each loss, as in a moving average. They stand one behind the other.",
    name="moving-average",
    violates=("windows",),
)
def smooth(losses, window):
    return [sum(losses[i : i + window]) / window for i in range(max(1, len(losses) - window + 1))]


@misconception(
    "Each loss is blended with those before it, an exponential average. Means of windows are wanted, fewer than there "
    "are losses.",
    name="exponential",
    violates=("windows",),
)
def smooth(losses, window):
    kept = [losses[0]]
    for loss in losses[1:]:
        kept.append(kept[-1] + (loss - kept[-1]) / window)
    return kept


@misconception(
    "Each mean is that of all losses so far. It is that of its own window alone.",
    name="running-mean",
    violates=("windows",),
)
def smooth(losses, window):
    ends = [min(i + window, len(losses)) for i in range(0, len(losses), window)]
    return [sum(losses[:end]) / end for end in ends]


@misconception(
    "The losses of a window are added up, and not divided. Their mean is wanted.",
    name="sums",
    violates=("windows",),
)
def smooth(losses, window):
    return [sum(chunk) for chunk in _chunks(losses, window)]


@misconception(
    "There are window means here, of equal stretches. window is the length of each.",
    name="window-many",
    violates=("windows",),
)
def smooth(losses, window):
    return [float(chunk.mean()) for chunk in torch.tensor(losses, dtype=torch.float64).tensor_split(window)]


@misconception(
    "A window holds every so-manieth loss, by view(window, -1) and a mean over axis 0, or mean(0) of the right view. "
    "Its losses are consecutive: view(-1, window).mean(1).",
    name="every-so-manieth",
    violates=("windows",),
)
def smooth(losses, window):
    count = math.ceil(len(losses) / window)
    return [sum(losses[i::count]) / len(losses[i::count]) for i in range(count)]


@misconception(
    "Only the last loss of each window is kept. Their mean is wanted, which jumps about less.",
    name="last-of-each",
    violates=("windows",),
)
def smooth(losses, window):
    return [chunk[-1] for chunk in _chunks(losses, window)]


@misconception(
    "These are medians. The mean of each window is wanted.",
    name="medians",
    violates=("windows",),
)
def smooth(losses, window):
    return [statistics.median(chunk) for chunk in _chunks(losses, window)]


@misconception(
    "These are the smallest losses of each window. Their mean is wanted.",
    name="smallest",
    violates=("windows",),
)
def smooth(losses, window):
    return [min(chunk) for chunk in _chunks(losses, window)]


@misconception(
    "The means are logarithms, which are for a plot. Return the means themselves.",
    name="logarithms",
    violates=("windows",),
)
def smooth(losses, window):
    return [math.log10(sum(chunk) / len(chunk)) for chunk in _chunks(losses, window)]


@misconception(
    "The means are tensors. A list of Python floats is wanted: .item() makes one of each, .tolist() of all.",
    name="tensors",
    violates=("a_list_of_floats",),
)
def smooth(losses, window):
    return [chunk.mean() for chunk in torch.tensor(losses, dtype=torch.float64).split(window)]


@misconception(
    "What is returned is one tensor. A list of Python floats is wanted: .tolist() makes it.",
    name="one-tensor",
    violates=("a_list_of_floats",),
)
def smooth(losses, window):
    return torch.stack([chunk.mean() for chunk in torch.tensor(losses, dtype=torch.float64).split(window)])


@misconception(
    "The list of losses is emptied on the way: pop, del and losses[:] = … change the caller's own. Slices copy.",
    name="emptied",
    violates=("losses_stay_as_they_are",),
)
def smooth(losses, window):
    means = []
    while losses:
        chunk = losses[:window]
        del losses[:window]
        means.append(sum(chunk) / len(chunk))
    return means


@misconception(
    "The means are computed in float32: torch.tensor(losses) is float32 unless told otherwise. Say "
    "dtype=torch.float64, or stay with Python's floats.",
    name="float32",
    violates=("in_float64",),
)
def smooth(losses, window):
    return [chunk.sum().item() / len(chunk) for chunk in torch.tensor(losses).split(window)]
