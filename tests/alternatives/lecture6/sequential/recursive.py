"""Recursion over a tuple, the mode as a property."""


class Sequential:
    """First and rest."""

    def __init__(self, layers):
        self.layers = tuple(layers)
        self._mode = True

    @property
    def training(self):
        return self._mode

    @training.setter
    def training(self, mode):
        self._mode = mode

    def __call__(self, x):
        return self._through(x, 0)

    def _through(self, x, place):
        if place == len(self.layers):
            return x
        return self._through(self.layers[place](x), place + 1)

    def parameters(self):
        every = [p for layer in self.layers for p in layer.parameters()]
        return [p for place, p in enumerate(every) if all(p is not q for q in every[:place])]

    def train(self, mode=True):
        self._mode = mode
        for layer in self.layers:
            try:
                told = layer.train
            except AttributeError:
                layer.training = mode
                continue
            told(mode)
        return self

    def eval(self):
        return self.train(mode=False)
