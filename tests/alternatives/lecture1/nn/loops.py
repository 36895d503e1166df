"""Everything by loops; NumPy draws the numbers; single inputs are recognised where they arrive."""

import numpy as np

from .backward import Value


class Neuron:
    def __init__(self, nin, nonlin=True):
        self.w = []
        for number in np.random.uniform(-1, 1, nin):
            self.w.append(Value(float(number)))
        self.b = Value(2 * np.random.rand() - 1)
        self.nonlin = nonlin

    def __call__(self, x):
        x = [x] if isinstance(x, Value) else x
        total = self.w[0] * x[0]
        for i in range(1, len(self.w)):
            total += self.w[i] * x[i]
        total += self.b
        if not self.nonlin:
            return total
        return total.tanh()

    def parameters(self):
        found = list(self.w)
        found.append(self.b)
        return found

    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0


class Layer:
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = []
        while len(self.neurons) < nout:
            self.neurons.append(Neuron(nin, nonlin))

    def __call__(self, x):
        if len(self.neurons) == 1:
            return self.neurons[0](x)
        return [neuron(x) for neuron in self.neurons]

    def parameters(self):
        found = []
        for neuron in self.neurons:
            found += neuron.parameters()
        return found

    def zero_grad(self):
        for neuron in self.neurons:
            neuron.zero_grad()


class MLP:
    def __init__(self, nin, nouts):
        self.layers = []
        for nout in nouts:
            self.layers.append(Layer(nin, nout))
            nin = nout

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        found = []
        for layer in self.layers:
            found.extend(layer.parameters())
        return found

    def zero_grad(self):
        for layer in self.layers:
            layer.zero_grad()
