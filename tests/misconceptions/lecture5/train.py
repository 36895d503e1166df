"""What learners get wrong in lecture5.train."""

import torch

from grader.checks import misconception


def _first_layer(params, X):
    """The first layer before its normalisation, (N, H)."""
    return params["C"][X].flatten(1) @ params["W1"] + params["b1"]


def _forward(params, X, Y):
    """What the backward pass needs, and the loss."""
    hprebn = _first_layer(params, X)
    var_inv = (hprebn.var(0, keepdim=True) + 1e-5) ** -0.5
    raw = (hprebn - hprebn.mean(0, keepdim=True)) * var_inv
    h = torch.tanh(params["bngain"] * raw + params["bnbias"])
    logprobs = torch.log_softmax(h @ params["W2"] + params["b2"], dim=1)
    loss = -logprobs[torch.arange(len(Y)), Y].mean()
    return {"X": X, "Y": Y, "var_inv": var_inv, "raw": raw, "h": h, "logprobs": logprobs, "loss": loss.item()}


def _output_layer(c):
    """(dlogits, dW2, db2)."""
    N = len(c["Y"])
    dlogits = c["logprobs"].exp()
    dlogits[torch.arange(N), c["Y"]] -= 1
    dlogits /= N
    return dlogits, c["h"].T @ dlogits, dlogits.sum(0)


def _hidden_layer(params, c, dh, tanh=True, statistics=True, add_up=True):
    """The other five gradients, from that of h."""
    n = len(dh)
    dhpreact = dh * (1 - c["h"] ** 2) if tanh else dh
    dgain, dbias = (dhpreact * c["raw"]).sum(0, keepdim=True), dhpreact.sum(0, keepdim=True)
    back = dbias / n + c["raw"] * dgain / (n - 1) if statistics else 0.0
    dhprebn = params["bngain"] * c["var_inv"] * (dhpreact - back)
    embcat = params["C"][c["X"]].flatten(1)
    demb = (dhprebn @ params["W1"].T).reshape(-1, params["C"].shape[1])
    dC = torch.zeros_like(params["C"])
    dC.index_put_((c["X"].reshape(-1),), demb, accumulate=add_up)
    return {"C": dC, "W1": embcat.T @ dhprebn, "b1": dhprebn.sum(0), "bngain": dgain, "bnbias": dbias}


def _gradients(params, c, **options):
    """All seven gradients."""
    dlogits, dW2, db2 = _output_layer(c)
    return {**_hidden_layer(params, c, dlogits @ params["W2"].T, **options), "W2": dW2, "b2": db2}


def _draw(X, Y, batch_size, generator):
    """A batch as the exercise draws it."""
    batch = torch.randint(0, X.shape[0], (batch_size,), generator=generator)
    return X[batch], Y[batch]


def _step(params, grads, lr):
    """New parameters, one step downhill."""
    return {name: p - lr * grads[name] for name, p in params.items()}


def _train(params, X, Y, steps, batch_size, lr, generator, gradients=_gradients):
    """The loop of the exercise, with other gradients."""
    losses = []
    for _ in range(steps):
        c = _forward(params, *_draw(X, Y, batch_size, generator))
        losses.append(c["loss"])
        params = _step(params, gradients(params, c), lr)
    return params, losses


def _loss(params, bnraw, Y):
    """The mean loss, from the normalised first layer on."""
    h = torch.tanh(params["bngain"] * bnraw + params["bnbias"])
    logprobs = torch.log_softmax(h @ params["W2"] + params["b2"], dim=1)
    return -logprobs[torch.arange(len(Y)), Y].mean().item()


# train_manual


@misconception(
    "W2 is updated before dh = dlogits @ W2.T is computed, which then sees the new W2. Compute all "
    "gradients first, then update.",
    name="update-too-early",
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    params, losses = dict(params), []
    for _ in range(steps):
        c = _forward(params, *_draw(X, Y, batch_size, generator))
        losses.append(c["loss"])
        dlogits, dW2, db2 = _output_layer(c)
        params["W2"] = params["W2"] - lr * dW2
        params["b2"] = params["b2"] - lr * db2
        for name, dp in _hidden_layer(params, c, dlogits @ params["W2"].T).items():
            params[name] = params[name] - lr * dp
    return params, losses


@misconception(
    "The update goes uphill. The gradient points to where the loss grows: p − lr·dp.",
    name="update-sign",
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    return _train(params, X, Y, steps, batch_size, -lr, generator)


@misconception(
    "The gradients of earlier steps are added to those of this one. Start every step with fresh gradients.",
    name="gradients-accumulate",
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    total = {name: torch.zeros_like(p) for name, p in params.items()}

    def accumulated(params, c):
        for name, dp in _gradients(params, c).items():
            total[name] += dp
        return total

    return _train(params, X, Y, steps, batch_size, lr, generator, accumulated)


@misconception(
    "A character that occurs several times in the batch keeps only one of its gradients in dC. They add "
    "up: use your embedding_backward.",
    name="embedding-overwritten",
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    def gradients(params, c):
        return _gradients(params, c, add_up=False)

    return _train(params, X, Y, steps, batch_size, lr, generator, gradients)


@misconception(
    "Every step is batch_size times too long: the loss is a mean over the batch, so all gradients carry 1/batch_size, "
    "from dlogits on.",
    name="no-mean",
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    return _train(params, X, Y, steps, batch_size, lr * batch_size, generator)


@misconception(
    "The gradient of h goes past tanh unchanged. On the way back it is multiplied by 1 − h².",
    name="tanh-forgotten",
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    def gradients(params, c):
        return _gradients(params, c, tanh=False)

    return _train(params, X, Y, steps, batch_size, lr, generator, gradients)


@misconception(
    "Mean and variance of the batch are taken for constants. They depend on the parameters: use your "
    "batchnorm_backward.",
    name="statistics-constant",
    violates=("one_step",),
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    def gradients(params, c):
        return _gradients(params, c, statistics=False)

    return _train(params, X, Y, steps, batch_size, lr, generator, gradients)


@misconception(
    "bngain and bnbias stay as they were. They are parameters as the weights are: update all seven.",
    name="gain-and-bias-not-trained",
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    def gradients(params, c):
        zeros = {name: torch.zeros_like(params[name]) for name in ("bngain", "bnbias")}
        return _gradients(params, c) | zeros

    return _train(params, X, Y, steps, batch_size, lr, generator, gradients)


@misconception(
    "The learning rate falls during training. Here it is the same at every step.",
    name="lr-decays",
    violates=("trajectory",),
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    losses = []
    for step in range(steps):
        params, [loss] = _train(params, X, Y, 1, batch_size, lr if 4 * step < 3 * steps else lr / 10, generator)
        losses.append(loss)
    return params, losses


@misconception(
    "The loss is measured after the update. Note the one that the gradients belong to: that of the batch "
    "before the update.",
    name="loss-after-update",
    violates=("losses",),
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    losses = []
    for _ in range(steps):
        batch = _draw(X, Y, batch_size, generator)
        params = _step(params, _gradients(params, _forward(params, *batch)), lr)
        losses.append(_forward(params, *batch)["loss"])
    return params, losses


@misconception(
    "Only the losses come back. The trained parameters are to be returned too, as a new dict of new tensors: "
    "return params, losses. Those that were passed in stay as they are.",
    name="in-place",
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    trained, losses = _train(params, X, Y, steps, batch_size, lr, generator)
    for name, p in trained.items():
        params[name].copy_(p)
    return losses


@misconception(
    "The parameters that come back are those of the start: either no update reaches the dict, or the dict that "
    "was trained is not the one that you return.",
    name="start-returned",
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    return dict(params), _train(params, X, Y, steps, batch_size, lr, generator)[1]


@misconception(
    "The rows of a batch are taken in order, from the first on. Draw them at random, with one torch.randint a step.",
    name="batches-in-order",
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    losses = []
    for step in range(steps):
        batch = torch.arange(step * batch_size, (step + 1) * batch_size) % len(X)
        c = _forward(params, X[batch], Y[batch])
        losses.append(c["loss"])
        params = _step(params, _gradients(params, c), lr)
    return params, losses


@misconception(
    "The same batch is used in every step. Draw a new one at the top of the loop.",
    name="one-batch-for-all",
    violates=("trajectory",),
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    batch = _draw(X, Y, batch_size, generator)
    losses = []
    for _ in range(steps):
        c = _forward(params, *batch)
        losses.append(c["loss"])
        params = _step(params, _gradients(params, c), lr)
    return params, losses


@misconception(
    "A speed is carried over from step to step, as momentum has it. Here nothing is but the parameters: p − lr·dp.",
    name="momentum",
    violates=("trajectory",),
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    speed = {name: torch.zeros_like(p) for name, p in params.items()}

    def smoothed(params, c):
        for name, dp in _gradients(params, c).items():
            speed[name] = 0.9 * speed[name] + dp
        return dict(speed)

    return _train(params, X, Y, steps, batch_size, lr, generator, smoothed)


@misconception(
    "The losses are tensors. A list of Python floats is wanted: .item() makes one of each.",
    name="losses-are-tensors",
    violates=("losses",),
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    params, losses = _train(params, X, Y, steps, batch_size, lr, generator)
    return params, [torch.tensor(loss) for loss in losses]


@misconception(
    "The logarithm of the loss is noted, which is for a plot. Note the loss itself.",
    name="log-of-the-loss",
    violates=("losses",),
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    params, losses = _train(params, X, Y, steps, batch_size, lr, generator)
    return params, torch.tensor(losses, dtype=torch.float64).log10().tolist()


@misconception(
    "The losses are smoothed, each a mean with those before. Note the loss of the step's own batch.",
    name="losses-smoothed",
    violates=("losses_of_a_run",),
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    params, losses = _train(params, X, Y, steps, batch_size, lr, generator)
    for step in range(1, steps):
        losses[step] = 0.9 * losses[step - 1] + 0.1 * losses[step]
    return params, losses


@misconception(
    "p -= lr·dp changes the caller's own tensors: a copy of the dict still holds them. p = p − lr·dp makes new ones.",
    name="tensors-shared",
    violates=("params_stay_as_they_are",),
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    own, losses = dict(params), []
    for _ in range(steps):
        c = _forward(own, *_draw(X, Y, batch_size, generator))
        losses.append(c["loss"])
        for name, dp in _gradients(own, c).items():
            own[name] -= lr * dp
    return own, losses


@misconception(
    "The parameters come back as float32 whatever they were: let them keep their dtype.",
    name="trained-in-float32",
)
def train_manual(params, X, Y, steps, batch_size, lr, generator):
    single = {name: p.float() for name, p in params.items()}
    return _train(single, X, Y, steps, batch_size, lr, generator)


# calibrate


@misconception(
    "The variance is divided by M here. It carries Bessel's correction, M − 1, as in the forward pass.",
    name="biased-variance",
    violates=("calibrate",),
)
def calibrate(params, X):
    hprebn = _first_layer(params, X)
    return hprebn.mean(0, keepdim=True), hprebn.var(0, keepdim=True, unbiased=False)


@misconception(
    "This is the standard deviation. The second thing to return is the variance, its square.",
    name="std-for-variance",
)
def calibrate(params, X):
    hprebn = _first_layer(params, X)
    return hprebn.mean(0, keepdim=True), hprebn.std(0, keepdim=True)


@misconception(
    "These are the statistics of the first 32 rows. Calibration takes the whole training set.",
    name="one-batch",
)
def calibrate(params, X):
    hprebn = _first_layer(params, X[:32])
    return hprebn.mean(0, keepdim=True), hprebn.var(0, keepdim=True)


@misconception(
    "b1 is missing in the mean. hprebn is embcat @ W1 + b1: what is normalised includes the bias.",
    name="bias-forgotten",
)
def calibrate(params, X):
    hprebn = _first_layer(params, X) - params["b1"]
    return hprebn.mean(0, keepdim=True), hprebn.var(0, keepdim=True)


@misconception(
    "An axis is lost: (H,) is not (1, H). Reduce over the rows with keepdim=True.",
    name="keepdim-lost",
)
def calibrate(params, X):
    hprebn = _first_layer(params, X)
    return hprebn.mean(0), hprebn.var(0)


# evaluate


@misconception(
    "The batch is normalised by its own statistics here. At evaluation use the mean and variance that are "
    "passed in, so that no example depends on its neighbours.",
    name="batch-statistics",
)
def evaluate(params, mean, var, X, Y):
    hprebn = _first_layer(params, X)
    mean = hprebn.mean(0, keepdim=True)
    var = ((hprebn - mean) ** 2).sum(0, keepdim=True) / (len(X) - 1)  # 0/0 = NaN for a single row
    return _loss(params, (hprebn - mean) / (var + 1e-5).sqrt(), Y)


@misconception(
    "The 1e-5 is missing under the root. Evaluation normalises as training does: (hprebn − mean)/√(var + 1e-5).",
    name="eps-forgotten",
)
def evaluate(params, mean, var, X, Y):
    return _loss(params, (_first_layer(params, X) - mean) / var.sqrt(), Y)


@misconception(
    "The 1e-5 stands outside the root. It is added to the variance: √(var + 1e-5).",
    name="eps-outside",
    violates=("evaluate",),
)
def evaluate(params, mean, var, X, Y):
    return _loss(params, (_first_layer(params, X) - mean) / (var.sqrt() + 1e-5), Y)


@misconception(
    "The root is missing: a unit is divided by its standard deviation, √(var + 1e-5), not by its variance.",
    name="divides-by-variance",
)
def evaluate(params, mean, var, X, Y):
    return _loss(params, (_first_layer(params, X) - mean) / (var + 1e-5), Y)


@misconception(
    "This is the sum of the losses. Return their mean over the examples.",
    name="sum-for-mean",
)
def evaluate(params, mean, var, X, Y):
    return _loss(params, (_first_layer(params, X) - mean) / (var + 1e-5).sqrt(), Y) * len(Y)


@misconception(
    "bngain and bnbias are left out at evaluation. Only mean and variance come from elsewhere; "
    "the rest of the layer stays.",
    name="gain-and-bias-forgotten",
)
def evaluate(params, mean, var, X, Y):
    plain = {**params, "bngain": torch.ones_like(mean), "bnbias": torch.zeros_like(mean)}
    return _loss(plain, (_first_layer(params, X) - mean) / (var + 1e-5).sqrt(), Y)


@misconception(
    "The statistics are folded into W1 and b1 in place, which changes the caller's parameters. Fold into new tensors.",
    name="folded-in-place",
    violates=("calibrate_and_evaluate_leave_their_arguments",),
)
def evaluate(params, mean, var, X, Y):
    scale = (var + 1e-5).rsqrt()
    params["W1"] *= scale
    params["b1"] -= mean[0]
    params["b1"] *= scale[0]
    return _loss(params, _first_layer(params, X), Y)


@misconception(
    "The variances of all units are averaged here. Each unit is divided by its own √(var + 1e-5).",
    name="one-deviation-for-all",
)
def evaluate(params, mean, var, X, Y):
    return _loss(params, (_first_layer(params, X) - mean) / (var.mean() + 1e-5).sqrt(), Y)
