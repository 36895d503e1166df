"""The lecture's listing, with a question in its loop."""


class Sequential:
    """A list that is called."""

    def __init__(self, layers):
        self.layers = layers
        self.training = True

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        self.out = x
        return self.out

    def parameters(self):
        params = []
        for layer in self.layers:
            for p in layer.parameters():
                if not any(p is q for q in params):
                    params.append(p)
        return params

    def train(self, mode=True):
        self.training = mode
        for layer in self.layers:
            if callable(getattr(layer, "train", None)):
                layer.train(mode)
            else:
                layer.training = mode
        return self

    def eval(self):
        self.train(False)
        return self
