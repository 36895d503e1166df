"""What learners get wrong in deepdive.optimizers."""

import torch

from grader.checks import misconception


class _Right:
    """The frame of all four: ``change`` takes one step with one parameter, of which ``state`` is what is remembered."""

    def __init__(self, lr, **settings):
        self.lr, self.state = lr, {}
        self.__dict__.update(settings)

    def step(self, params, grads):
        for name, p in params.items():
            g = grads.get(name)
            if g is not None:
                state = self.state.setdefault(name, {})
                state["t"] = state.get("t", 0) + 1
                self.change(p, g, state)
        return params


class _SGD(_Right):
    def __init__(self, lr, momentum=0, weight_decay=0):
        super().__init__(lr, momentum=momentum, weight_decay=weight_decay)

    def change(self, p, g, state):
        g = g + self.weight_decay * p
        state["v"] = self.momentum * state.get("v", 0) + g
        p -= self.lr * state["v"]


class _RMSProp(_Right):
    def __init__(self, lr, alpha=0.99, eps=1e-8):
        super().__init__(lr, alpha=alpha, eps=eps)

    def square(self, g, state):
        state["s"] = self.alpha * state.get("s", 0) + (1 - self.alpha) * g**2
        return state["s"]

    def change(self, p, g, state):
        p -= self.lr * g / (self.square(g, state).sqrt() + self.eps)


class _Adam(_Right):
    weight_decay = 0.0

    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(lr, betas=betas, eps=eps)

    def means(self, g, state):
        b1, b2 = self.betas
        state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
        state["v"] = b2 * state.get("v", 0) + (1 - b2) * g**2
        return state["m"], state["v"]

    def hats(self, g, state):
        m, v = self.means(g, state)
        return m / (1 - self.betas[0] ** state["t"]), v / (1 - self.betas[1] ** state["t"])

    def change(self, p, g, state):
        m, v = self.hats(g, state)
        p -= self.lr * (m / (v.sqrt() + self.eps) + self.weight_decay * p)


class _AdamW(_Adam):
    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(lr, betas, eps)
        self.weight_decay = weight_decay


_of_all = {}


# SGD


@misconception(
    "The velocity is an average, momentum·v + (1 − momentum)·g, as the text has it. Here it is torch's sum, "
    "momentum·v + g, whose steps are 1/(1 − momentum) times as long.",
    name="momentum-as-in-the-text",
    violates=("sgd",),
)
class SGD(_SGD):
    def change(self, p, g, state):
        g = g + self.weight_decay * p
        state["v"] = self.momentum * state.get("v", 0) + (1 - self.momentum) * g
        p -= self.lr * state["v"]


@misconception(
    "There is no momentum: v begins at 0 in every step. Keep it by the parameter's name.",
    name="momentum-forgotten",
    violates=("sgd",),
)
class SGD(_SGD):
    def change(self, p, g, state):
        p -= self.lr * (g + self.weight_decay * p)


@misconception(
    "This is Nesterov's momentum, g + momentum·v, one step ahead. The plain one is wanted: p − lr·v.",
    name="nesterov",
    violates=("sgd",),
)
class SGD(_SGD):
    def change(self, p, g, state):
        g = g + self.weight_decay * p
        state["v"] = self.momentum * state.get("v", 0) + g
        p -= self.lr * (g + self.momentum * state["v"])


@misconception(
    "The learning rate is inside the velocity, v = momentum·v + lr·g, and once more in front of it.",
    name="lr-twice",
    violates=("sgd",),
)
class SGD(_SGD):
    def change(self, p, g, state):
        state["v"] = self.momentum * state.get("v", 0) + self.lr * (g + self.weight_decay * p)
        p -= self.lr * state["v"]


@misconception(
    "The weight decay stays out of the velocity: it is subtracted beside it. Add weight_decay·p to g first, and then "
    "bring the velocity up to date.",
    name="sgd-decay-decoupled",
    violates=("sgd",),
)
class SGD(_SGD):
    def change(self, p, g, state):
        state["v"] = self.momentum * state.get("v", 0) + g
        p -= self.lr * (state["v"] + self.weight_decay * p)


@misconception(
    "weight_decay is ignored. Add weight_decay·p to the gradient.", name="sgd-decay-forgotten", violates=("sgd",)
)
class SGD(_SGD):
    def change(self, p, g, state):
        state["v"] = self.momentum * state.get("v", 0) + g
        p -= self.lr * state["v"]


@misconception(
    "The weight decay has its sign reversed, and weights grow. The gradient of weight_decay/2·p² is +weight_decay·p.",
    name="sgd-decay-sign",
    violates=("sgd",),
)
class SGD(_SGD):
    def change(self, p, g, state):
        super().change(p, g - 2 * self.weight_decay * p, state)


@misconception(
    "The weight decay is that of weight_decay·p², with a factor 2. It belongs to weight_decay/2·p²: weight_decay·p.",
    name="sgd-decay-twice",
    violates=("sgd",),
)
class SGD(_SGD):
    def change(self, p, g, state):
        super().change(p, g + self.weight_decay * p, state)


@misconception("The step goes uphill: p + lr·v. Subtract.", name="sgd-uphill", violates=("sgd",))
class SGD(_SGD):
    def change(self, p, g, state):
        q = p.clone()
        super().change(p, g, state)
        p.copy_(2 * q - p)


@misconception(
    "What is remembered is in a dict of the class, or in a default argument, which all its objects share. Make it in "
    "__init__: self.state = {}.",
    name="state-of-the-class",
)
class SGD(_SGD):
    def __init__(self, lr, momentum=0, weight_decay=0):
        super().__init__(lr, momentum, weight_decay)
        self.state = _of_all


@misconception(
    "A new optimizer wipes what the others remember: all of it is in one dict outside, which __init__ empties. Each "
    "has its own: self.state = {}.",
    name="wiped-by-a-new-one",
    violates=("two_at_a_time",),
)
class AdamW(_AdamW):
    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(lr, betas, eps, weight_decay)
        _of_all.clear()
        self.state = _of_all


# RMSProp


@misconception(
    "eps is inside the root, sqrt(s + eps), which for small gradients is 1e-4 and not 1e-8. It stands outside: "
    "sqrt(s) + eps.",
    name="rmsprop-eps-inside",
    violates=("rmsprop",),
)
class RMSProp(_RMSProp):
    def change(self, p, g, state):
        p -= self.lr * g / (self.square(g, state) + self.eps).sqrt()


@misconception("The root is missing: it is divided by s + eps, a square.", name="root-missing", violates=("rmsprop",))
class RMSProp(_RMSProp):
    def change(self, p, g, state):
        p -= self.lr * g / (self.square(g, state) + self.eps)


@misconception(
    "s is a sum of squares, s + g², as in Adagrad, and steps become ever shorter. It is a mean that forgets: alpha·s + "
    "(1 − alpha)·g².",
    name="adagrad",
    violates=("rmsprop",),
)
class RMSProp(_RMSProp):
    def square(self, g, state):
        state["s"] = state.get("s", 0) + g**2
        return state["s"]


@misconception(
    "s lacks the factor (1 − alpha) in front of g²: alpha·s + (1 − alpha)·g².",
    name="square-whole",
    violates=("rmsprop",),
)
class RMSProp(_RMSProp):
    def square(self, g, state):
        state["s"] = self.alpha * state.get("s", 0) + g**2
        return state["s"]


@misconception(
    "alpha and 1 − alpha are exchanged: alpha is the share of s that is kept.",
    name="alpha-reversed",
    violates=("rmsprop",),
)
class RMSProp(_RMSProp):
    def square(self, g, state):
        state["s"] = (1 - self.alpha) * state.get("s", 0) + self.alpha * g**2
        return state["s"]


@misconception(
    "s is corrected for its start, s / (1 − alpha^t), as in Adam. RMSProp has no correction.",
    name="rmsprop-corrected",
    violates=("rmsprop",),
)
class RMSProp(_RMSProp):
    def square(self, g, state):
        return super().square(g, state) / (1 - self.alpha ** state["t"])


@misconception(
    "The gradient is divided by the s of the step before, which is 0 at first. Bring s up to date, then divide.",
    name="s-of-the-step-before",
    violates=("rmsprop",),
)
class RMSProp(_RMSProp):
    def square(self, g, state):
        before = state.get("s", torch.zeros_like(g))
        super().square(g, state)
        return before


@misconception(
    "s is one number for a whole tensor, the mean of all its squares. Each number has its own.",
    name="one-s-for-a-tensor",
    violates=("rmsprop",),
)
class RMSProp(_RMSProp):
    def square(self, g, state):
        return super().square((g**2).mean().sqrt().expand(g.shape), state)


# Adam


@misconception(
    "The bias correction is missing: m and v begin at 0 and are too small in the first steps. Divide by 1 − b1^t and "
    "1 − b2^t.",
    name="no-correction",
    violates=("adam",),
)
class Adam(_Adam):
    def hats(self, g, state):
        return self.means(g, state)


@misconception(
    "t is one too small, 0 in the first step, where the correction divides by 0. Count first, then correct: t begins "
    "at 1.",
    name="t-from-0",
    violates=("adam", "gradients_stay_as_they_are"),
)
class Adam(_Adam):
    def hats(self, g, state):
        m, v = self.means(g, state)
        b1, b2 = (torch.tensor(beta, dtype=g.dtype) for beta in self.betas)
        return m / (1 - b1 ** (state["t"] - 1)), v / (1 - b2 ** (state["t"] - 1))


@misconception(
    "t is one too large, 2 in the first step, so that the first steps are not lr long. Count once a step, from 1.",
    name="t-from-2",
    violates=("adam",),
)
class Adam(_Adam):
    def hats(self, g, state):
        m, v = self.means(g, state)
        return m / (1 - self.betas[0] ** (state["t"] + 1)), v / (1 - self.betas[1] ** (state["t"] + 1))


@misconception(
    "The correction does not change with the steps: 1 − b1 in place of 1 − b1^t.",
    name="correction-of-step-1",
    violates=("adam",),
)
class Adam(_Adam):
    def hats(self, g, state):
        m, v = self.means(g, state)
        return m / (1 - self.betas[0]), v / (1 - self.betas[1])


@misconception(
    "The corrected m and v are kept, and corrected again in the next step. What is remembered are m and v themselves.",
    name="corrected-and-kept",
    violates=("adam",),
)
class Adam(_Adam):
    def hats(self, g, state):
        state["m"], state["v"] = super().hats(g, state)
        return state["m"], state["v"]


@misconception("Only m is corrected. v begins at 0, too.", name="v-not-corrected", violates=("adam",))
class Adam(_Adam):
    def hats(self, g, state):
        m, v = self.means(g, state)
        return m / (1 - self.betas[0] ** state["t"]), v


@misconception("Only v is corrected. m begins at 0, too.", name="m-not-corrected", violates=("adam",))
class Adam(_Adam):
    def hats(self, g, state):
        m, v = self.means(g, state)
        return m, v / (1 - self.betas[1] ** state["t"])


@misconception(
    "The two betas are exchanged: the first, 0.9, is m's, and the second, 0.999, v's.",
    name="betas-exchanged",
    violates=("adam",),
)
class Adam(_Adam):
    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(lr, betas[::-1], eps)


@misconception("The betas are 0.9 and 0.999 whatever the argument says.", name="betas-ignored", violates=("adam",))
class Adam(_Adam):
    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(lr, (0.9, 0.999), eps)


@misconception(
    "v does not remember: it is (1 − b2)·g² of this step alone. b2·v is missing.", name="v-forgets", violates=("adam",)
)
class Adam(_Adam):
    def means(self, g, state):
        b1, b2 = self.betas
        state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
        return state["m"], (1 - b2) * g**2


@misconception("v averages g, not g². The square is what makes a scale of it.", name="v-of-g", violates=("adam",))
class Adam(_Adam):
    def means(self, g, state):
        b1, b2 = self.betas
        state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
        state["v"] = b2 * state.get("v", 0) + (1 - b2) * g
        return state["m"], state["v"].abs()


@misconception(
    "eps is inside the root, sqrt(v_hat + eps), so that small gradients make steps that are far too short. It stands "
    "outside: sqrt(v_hat) + eps.",
    name="adam-eps-inside",
    violates=("adam",),
)
class Adam(_Adam):
    def change(self, p, g, state):
        m, v = self.hats(g, state)
        p -= self.lr * m / (v + self.eps).sqrt()


@misconception(
    "eps is added before v is corrected, and is corrected with it: 30 times as large in the first step. Correct v, "
    "take the root, and then add eps.",
    name="eps-corrected-too",
    violates=("adam",),
)
class Adam(_Adam):
    def change(self, p, g, state):
        m, v = self.means(g, state)
        b1, b2 = self.betas
        t = state["t"]
        p -= self.lr * (1 - b2**t) ** 0.5 / (1 - b1**t) * m / (v.sqrt() + self.eps)


@misconception(
    "eps is 1e-8 whatever the argument says; that is only its default.",
    name="eps-ignored",
    violates=("adam",),
)
class Adam(_Adam):
    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(lr, betas, 1e-8)


@misconception(
    "t counts the steps of the optimizer, also those in which a parameter had no gradient. Each parameter has its "
    "own t.",
    name="one-t-for-all",
    violates=("missing_gradients",),
)
class Adam(_Adam):
    calls = 0

    def step(self, params, grads):
        self.calls += 1
        for name in params:
            self.state.setdefault(name, {})["t"] = self.calls - 1
        return super().step(params, grads)


@misconception(
    "t is counted up once for each parameter, so that the second one is corrected as if it were a step further on. "
    "It is counted once a step.",
    name="t-counts-parameters",
    violates=("adam",),
)
class Adam(_Adam):
    calls = 0

    def change(self, p, g, state):
        self.calls += 1
        state["t"] = self.calls
        super().change(p, g, state)


@misconception(
    "One m and one v serve all parameters of a shape, and what one has left in them the next one finds. Keep them by "
    "name.",
    name="state-shared-by-shape",
    violates=("adam",),
)
class Adam(_Adam):
    def step(self, params, grads):
        for name, p in params.items():
            g = grads.get(name)
            if g is not None:
                state = self.state.setdefault(tuple(p.shape), {})
                state[name] = state.get(name, 0) + 1
                state["t"] = state[name]
                self.change(p, g, state)
        return params


@misconception(
    "A missing gradient is taken for one of zeros: m and v shrink, t goes on, and the parameter still moves by what m "
    "remembers. Skip it.",
    name="missing-is-zero",
    violates=("missing_gradients",),
)
class Adam(_Adam):
    def step(self, params, grads):
        full = {k: torch.zeros_like(p) if grads.get(k) is None else grads[k] for k, p in params.items()}
        return super().step(params, full)


@misconception(
    "A missing gradient raises an exception. That parameter is skipped, and the others take their step.",
    name="missing-raises",
    violates=("missing_gradients",),
)
class RMSProp(_RMSProp):
    def step(self, params, grads):
        for name, p in params.items():
            state = self.state.setdefault(name, {})
            self.change(p, grads[name] * 1, state)
        return params


@misconception(
    "After the first missing gradient the step ends (return or break), and the parameters behind it stand still. Go on "
    "with the next one: continue.",
    name="missing-ends-the-step",
    violates=("missing_gradients",),
)
class SGD(_SGD):
    def step(self, params, grads):
        for name, p in params.items():
            if grads.get(name) is None:
                break
            self.change(p, grads[name], self.state.setdefault(name, {}))
        return params


# AdamW


@misconception(
    "The decay is added to the gradient, so that it is divided by sqrt(v_hat) with it: Adam with L2. Decoupled, it "
    "goes to p alone.",
    name="l2-for-decoupled",
    violates=("adamw",),
)
class AdamW(_AdamW):
    def change(self, p, g, state):
        m, v = self.hats(g + self.weight_decay * p, state)
        p -= self.lr * m / (v.sqrt() + self.eps)


@misconception(
    "The decay lacks the learning rate: p shrinks by weight_decay·p. It is lr·weight_decay·p.",
    name="decay-without-lr",
    violates=("adamw",),
)
class AdamW(_AdamW):
    def change(self, p, g, state):
        m, v = self.hats(g, state)
        p -= self.lr * m / (v.sqrt() + self.eps) + self.weight_decay * p


@misconception(
    "What decays is p after Adam's step. It is p before: shrink first, or compute both from the old p.",
    name="decay-after-the-step",
    violates=("adamw",),
)
class AdamW(_AdamW):
    def change(self, p, g, state):
        m, v = self.hats(g, state)
        p -= self.lr * m / (v.sqrt() + self.eps)
        p -= self.lr * self.weight_decay * p


@misconception("There is no decay at all: this is Adam.", name="decay-forgotten", violates=("adamw",))
class AdamW(_AdamW):
    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(lr, betas, eps, 0.0)


@misconception(
    "Without the argument there is no decay: its default is 0.01, not 0.", name="default-of-0", violates=("adamw",)
)
class AdamW(_AdamW):
    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(lr, betas, eps, weight_decay)


@misconception(
    "The weights grow: the decay has its sign reversed. p·(1 − lr·weight_decay).",
    name="decay-sign",
    violates=("adamw",),
)
class AdamW(_AdamW):
    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(lr, betas, eps, -weight_decay)


@misconception(
    "Where the gradient is 0 nothing happens, not even the decay. Only a missing gradient skips a parameter.",
    name="zero-is-missing",
    violates=("adamw",),
)
class AdamW(_AdamW):
    def change(self, p, g, state):
        if g.any():
            super().change(p, g, state)


@misconception(
    "eps is inside the root, sqrt(v_hat + eps), so that small gradients make steps that are far too short. It stands "
    "outside: sqrt(v_hat) + eps.",
    name="adamw-eps-inside",
    violates=("adamw",),
)
class AdamW(_AdamW):
    def change(self, p, g, state):
        m, v = self.hats(g, state)
        p -= self.lr * (m / (v + self.eps).sqrt() + self.weight_decay * p)


# what all have in common


@misconception(
    "New tensors are made, p = p − …, and the caller's stay where they were. Change them in place: p -= …, or "
    "p.copy_(…).",
    name="new-tensors",
    violates=("in_place",),
)
class SGD(_SGD):
    def step(self, params, grads):
        return super().step({name: p.clone() for name, p in params.items()}, grads)


@misconception("step returns None. It changes params in place and returns it as well.", name="returns-nothing")
class SGD(_SGD):
    def step(self, params, grads):
        super().step(params, grads)


@misconception(
    "The weight decay is added into the caller's gradient (g += …). Make a new tensor: g = g + weight_decay * p.",
    name="into-the-gradient",
    violates=("gradients_stay_as_they_are",),
)
class SGD(_SGD):
    def change(self, p, g, state):
        g += self.weight_decay * p
        state["v"] = self.momentum * state.get("v", 0) + g
        p -= self.lr * state["v"]


@misconception(
    "What is remembered is float64, and with it the step and the parameter become float64. They stay what p is.",
    name="float64-state",
    violates=("float32",),
)
class RMSProp(_RMSProp):
    def step(self, params, grads):
        doubled = {name: p.double() for name, p in params.items()}
        super().step(doubled, {name: None if g is None else g.double() for name, g in grads.items()})
        for name, p in params.items():
            if p.dtype == torch.float64:
                p.copy_(doubled[name])
            else:
                params[name] = doubled[name]
        return params
