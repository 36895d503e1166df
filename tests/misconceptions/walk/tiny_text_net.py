"""What learners get wrong in walk.tiny_text_net."""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import misconception


def _sgd(model, lr, **how):
    return torch.optim.SGD(model.parameters(), lr=lr, **how)


def _loop(model, pairs, epochs, lr, *, loss_of=F.cross_entropy, optimizer=None, clear=True, after=False, swap=False):
    """The right loop, with its turns."""
    X, Y = torch.tensor(pairs).T
    if swap:
        X, Y = Y, X
    optimizer = optimizer or _sgd(model, lr)
    losses = []
    for _ in range(epochs):
        if clear:
            optimizer.zero_grad()
        loss = loss_of(model(X), Y)
        loss.backward()
        optimizer.step()
        losses.append((loss_of(model(X), Y) if after else loss).item())
    return losses


def _next(model, word):
    with torch.no_grad():
        return int(model(torch.tensor([word])).argmax())


def _net(vocab, emb, hidden, *last, bias=True):
    return nn.Sequential(
        *(nn.Embedding(vocab, emb), nn.Linear(emb, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU()),
        *(nn.Linear(hidden, vocab, bias=bias), *last),
    )


@misconception(
    "A softmax ends the net. It gives logits: cross_entropy has the softmax in it.",
    name="softmax-at-the-end",
)
def make_net(vocab, emb, hidden):
    return _net(vocab, emb, hidden, nn.Softmax(dim=-1))


@misconception(
    "A ReLU ends the net, so that no logit is below 0. The last layer is linear.",
    name="relu-at-the-end",
)
def make_net(vocab, emb, hidden):
    return _net(vocab, emb, hidden, nn.ReLU())


@misconception(
    "There is tanh where ReLU is wanted: nn.ReLU() behind both hidden layers.",
    name="tanh",
)
def make_net(vocab, emb, hidden):
    net = _net(vocab, emb, hidden)
    net[2], net[4] = nn.Tanh(), nn.Tanh()
    return net


@misconception(
    "Nothing stands between the hidden layers and what follows: without a ReLU behind each they are one linear layer.",
    name="no-relu",
)
def make_net(vocab, emb, hidden):
    net = _net(vocab, emb, hidden)
    net[2], net[4] = nn.Identity(), nn.Identity()
    return net


@misconception(
    "The output layer has no bias. Leave nn.Linear as it is.",
    name="no-output-bias",
)
def make_net(vocab, emb, hidden):
    return _net(vocab, emb, hidden, bias=False)


@misconception(
    "The second layer has emb units. Both hidden layers have hidden units.",
    name="second-layer-of-emb",
)
def make_net(vocab, emb, hidden):
    return nn.Sequential(
        *(nn.Embedding(vocab, emb), nn.Linear(emb, hidden), nn.ReLU(), nn.Linear(hidden, emb), nn.ReLU()),
        nn.Linear(emb, vocab),
    )


@misconception(
    "The modules are made in another order, the last one first, and so they begin with other numbers. Make them as "
    "they stand.",
    name="made-backwards",
)
def make_net(vocab, emb, hidden):
    out, second, first = nn.Linear(hidden, vocab), nn.Linear(hidden, hidden), nn.Linear(emb, hidden)
    return nn.Sequential(nn.Embedding(vocab, emb), first, nn.ReLU(), second, nn.ReLU(), out)


@misconception(
    "make_net seeds torch's generator itself, so that every net is the same one. Seeds are the caller's affair.",
    name="seeded",
)
def make_net(vocab, emb, hidden):
    torch.manual_seed(42)
    return _net(vocab, emb, hidden)


@misconception(
    "The weights are drawn anew, N(0, 0.02). Leave them as torch initialises them.",
    name="initialised-anew",
)
def make_net(vocab, emb, hidden):
    net = _net(vocab, emb, hidden)
    for p in net.parameters():
        nn.init.normal_(p, std=0.02)
    return net


@misconception(
    "The gradients are never cleared, so that each step follows the sum of all so far. Call optimizer.zero_grad() in "
    "each epoch, before backward().",
    name="no-zero-grad",
)
def train(model, pairs, epochs, lr):
    return _loop(model, pairs, epochs, lr, clear=False)


@misconception(
    "Adam is used. Plain SGD is wanted, torch.optim.SGD.",
    name="adam",
)
def train(model, pairs, epochs, lr):
    return _loop(model, pairs, epochs, lr, optimizer=torch.optim.Adam(model.parameters(), lr=lr))


@misconception(
    "SGD has a momentum. Plain SGD is wanted, without one.",
    name="momentum",
)
def train(model, pairs, epochs, lr):
    return _loop(model, pairs, epochs, lr, optimizer=_sgd(model, lr, momentum=0.9))


@misconception(
    "The loss is the sum over the pairs. It is their mean, as cross_entropy has it.",
    name="sum",
)
def train(model, pairs, epochs, lr):
    return _loop(model, pairs, epochs, lr, loss_of=lambda z, y: F.cross_entropy(z, y, reduction="sum"))


@misconception(
    "cross_entropy is given probabilities. It takes the logits as they are.",
    name="softmax-first",
)
def train(model, pairs, epochs, lr):
    return _loop(model, pairs, epochs, lr, loss_of=lambda z, y: F.cross_entropy(z.softmax(-1), y))


@misconception(
    "The loss is the mean of squared differences to 0 and 1. The cross-entropy of the logits is wanted.",
    name="squares",
)
def train(model, pairs, epochs, lr):
    return _loop(model, pairs, epochs, lr, loss_of=lambda z, y: F.mse_loss(z, F.one_hot(y, z.shape[1]).to(z)))


@misconception(
    "The net learns to say the first word of a pair after the second. X holds the first words, Y the second ones.",
    name="pairs-turned-round",
)
def train(model, pairs, epochs, lr):
    return _loop(model, pairs, epochs, lr, swap=True)


@misconception(
    "Each pair takes a step of its own. All pairs are one batch, and an epoch is one step.",
    name="step-for-each-pair",
)
def train(model, pairs, epochs, lr):
    return [sum(_loop(model, [pair], 1, lr)[0] for pair in pairs) / len(pairs) for _ in range(epochs)]


@misconception(
    "The learning rate is not used. Pass it on: torch.optim.SGD(model.parameters(), lr=lr).",
    name="fixed-rate",
)
def train(model, pairs, epochs, lr):
    return _loop(model, pairs, epochs, 0.1)


@misconception(
    "The losses are those after each step. The loss of an epoch is the one that the step is made from.",
    name="losses-afterwards",
)
def train(model, pairs, epochs, lr):
    return _loop(model, pairs, epochs, lr, after=True)


@misconception(
    "Only the last loss is returned. One for each epoch is wanted, a list.",
    name="last-loss",
)
def train(model, pairs, epochs, lr):
    return _loop(model, pairs, epochs, lr)[-1]


@misconception(
    "Only every hundredth loss is kept, as for printing. One for each epoch is wanted.",
    name="every-hundredth",
)
def train(model, pairs, epochs, lr):
    return _loop(model, pairs, epochs, lr)[::100]


@misconception(
    "The first word is left out. It stands first in the list.",
    name="without-the-first",
)
def follow(model, word, end, limit):
    words = [word]
    while words[-1] != end and len(words) < limit:
        words.append(_next(model, words[-1]))
    return words[1:]


@misconception(
    "The end is left out. The list goes up to and with it.",
    name="without-the-end",
)
def follow(model, word, end, limit):
    words = [word]
    while words[-1] != end and len(words) < limit:
        words.append(_next(model, words[-1]))
    return [each for each in words if each != end or len(words) == 1]


@misconception(
    "The end is not looked for: words are said until the limit. Stop when words[-1] is the end.",
    name="on-and-on",
)
def follow(model, word, end, limit):
    words = [word]
    while len(words) < limit:
        words.append(_next(model, words[-1]))
    return words


@misconception(
    "The limit is for the words that follow, and the first one is not counted. It is: limit words in all.",
    name="limit-by-one",
)
def follow(model, word, end, limit):
    words = [word]
    while words[-1] != end and len(words) <= limit:
        words.append(_next(model, words[-1]))
    return words


@misconception(
    "A word is said before anybody looks whether the first one is the end, or whether there is room. Look first.",
    name="looks-afterwards",
)
def follow(model, word, end, limit):
    words = [word, _next(model, word)]
    while words[-1] != end and len(words) < limit:
        words.append(_next(model, words[-1]))
    return words


@misconception(
    "The least likely word is said. It is the one with the largest logit, argmax.",
    name="argmin",
)
def follow(model, word, end, limit):
    words = [word]
    with torch.no_grad():
        while words[-1] != end and len(words) < limit:
            words.append(int(model(torch.tensor([words[-1]])).argmin()))
    return words


@misconception(
    "Each word is the one after the first. Go on from the word that was said last.",
    name="always-after-the-first",
)
def follow(model, word, end, limit):
    words = [word]
    while words[-1] != end and len(words) < limit:
        words.append(_next(model, word))
    return words


@misconception(
    "It stops where a word comes again. Only the end and the limit end it.",
    name="stops-at-a-loop",
)
def follow(model, word, end, limit):
    words = [word]
    while words[-1] != end and len(words) < limit:
        following = _next(model, words[-1])
        if following in words:
            break
        words.append(following)
    return words
