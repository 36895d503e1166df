"""The largest of log p + Gumbel noise, by recursion."""

import torch


def sample(probs, itos, generator):
    def rest(here):
        noise = torch.rand(len(probs), generator=generator, dtype=torch.float64)
        following = (probs[here].double().log() - (-noise.log()).log()).argmax().item()
        return "" if following == 0 else itos[following] + rest(following)

    return rest(0)
