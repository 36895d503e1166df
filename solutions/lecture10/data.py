"""A data loader for many processes: each token once, to one of them, and then all over again together.

GPT-2 is trained by several processes at once, and each of them must see its own part of the text. You write the loader
that cuts it up: in order, without overlap, and without ever handing out a batch that is too short. Source: lecture 10,
section 10.5.2.
"""

# /// exercise
# title = "a data loader for many processes"
# hints = [
#   """Think of a round: all processes take one batch each, side by side. Where in the text does a round begin, and \
#   what does a process add to that? Only if all of them agree on the round can none be in another one.""",
#   """Round k begins at k * B * T * world_size, and rank r's batch at r * B * T behind it. It fits if its end, plus \
#   one token for the last target, is within the tokens. x = tokens[p : p + B * T], y the same one token later.""",
#   """self.round_start += B * T * world_size; if self.round_start + B * T * world_size + 1 > len(tokens): \
#   self.round_start = 0. buf = tokens[p : p + B * T + 1].long(); x = buf[:-1].view(B, T); y = buf[1:].view(B, T).""",
# ]
# ///

import torch


class DataLoaderLite:
    """Hands out the batches of one process, in the order of the text.

    A round is one batch for each process, side by side. In round k of a pass, k = 0, 1, 2, ..., the batch of process
    ``rank`` begins at

        p = (k * world_size + rank) * B * T
        x = tokens[p : p + B * T]              in B rows of T
        y = tokens[p + 1 : p + B * T + 1]      in B rows of T: the token that follows each of x

    So in a pass no two processes are given the same token in x, and together they miss none of a round. A round is
    handed out only if it fits as a whole, with the target of its last token:

        (k + 1) * world_size * B * T + 1 <= len(tokens)

    If the next one does not fit, *every* process goes back to round 0, and what is left at the end of the text is not
    used. Since all go by the round, and none by its own place in it, all start again at the same time.

    (Listing 94 never starts again, and runs off the end. The loader of the lecture's video asks whether ``p + B * T *
    world_size + 1`` fits, with p its own place: the last process then starts again before the first does, and from
    there on processes see the same tokens.)

    Args:
        tokens: the text, (N,), integers: int64, int32, int16 or uint16, as in the shards of FineWeb-Edu. Not modified.
        B: sequences in a batch.
        T: tokens in a sequence.
        rank: which process this is, 0 to world_size - 1.
        world_size: how many there are.

    Raises:
        ValueError: there are not tokens enough for one round; raised by the constructor.

    Example:
        tokens = [0, 1, ..., 12], B = 1, T = 2, world_size = 3: rounds of 6. Rank 1 is given x = [[2, 3]], y = [[3, 4]];
        then [[8, 9]], [[9, 10]]; the third round would begin at 12 and does not fit: [[2, 3]], [[3, 4]] again.

    Source: lecture 10, section 10.5.2.
    """

    def __init__(self, tokens: torch.Tensor, B: int, T: int, rank: int = 0, world_size: int = 1) -> None:
        # solution
        self.round_size = B * T * world_size
        if len(tokens) < self.round_size + 1:
            raise ValueError(f"{len(tokens)} tokens are not enough for a round of {self.round_size} and a target")
        self.tokens = tokens
        self.B, self.T = B, T
        self.rank = rank
        self.round_start = 0
        # end solution

    def next_batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the next batch of this process.

        Returns:
            ``(x, y)``, both (B, T) and int64, whatever the dtype of tokens is: what ``nn.Embedding`` and
            ``F.cross_entropy`` take.
        """
        # solution
        B, T = self.B, self.T
        p = self.round_start + self.rank * B * T
        buf = self.tokens[p : p + B * T + 1].long()  # one more, for the last target
        x, y = buf[:-1].view(B, T), buf[1:].view(B, T)
        self.round_start += self.round_size
        if self.round_start + self.round_size + 1 > len(self.tokens):
            self.round_start = 0
        return x, y
        # end solution
