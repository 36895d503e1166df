"""By the place of each completion: a pair is right when the one with the smaller place has the larger reward."""

import torch


def reward_loss(rewards, ranking):
    places = torch.empty_like(ranking)
    places[ranking] = torch.arange(len(ranking))
    pairs = torch.combinations(torch.arange(len(ranking)), 2)
    first, second = pairs.unbind(1)
    sign = torch.where(places[first] < places[second], 1, -1)
    margin = sign * (rewards[first] - rewards[second])
    return torch.logaddexp(torch.zeros_like(margin), -margin).sum() / len(margin)
