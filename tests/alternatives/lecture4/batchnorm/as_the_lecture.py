"""The lecture's class, with its out attribute; axes kept for the batch and dropped for the buffers."""

import torch


class BatchNorm1d:
    """Called as a function."""

    def __init__(self, dim, eps=1e-5, momentum=0.1):
        self.eps, self.momentum, self.training = eps, momentum, True
        # trained by backpropagation
        self.gamma, self.beta = torch.ones(dim), torch.zeros(dim)
        # updated on the side
        self.running_mean, self.running_var = torch.zeros(dim), torch.ones(dim)

    def __call__(self, x):
        if self.training:
            n = x.shape[0]
            if n < 2:
                raise ValueError("more than one example is needed")
            xmean = x.mean(0, keepdim=True)
            xvar = ((x - xmean) ** 2).sum(0, keepdim=True) / n
        else:
            xmean, xvar = self.running_mean, self.running_var
        xhat = (x - xmean) / torch.sqrt(xvar + self.eps)
        self.out = self.gamma * xhat + self.beta
        if self.training:
            with torch.no_grad():
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * xmean[0]
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * xvar[0] * n / (n - 1)
        return self.out

    def parameters(self):
        return [self.gamma, self.beta]
