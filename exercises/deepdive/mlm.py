"""Masked language modelling: BERT's game of filling in the blanks.

A model that sees both sides of a word cannot be asked for the next one. So some words are hidden, and it is asked for
those. You write the hiding, with its odd rule of 80, 10 and 10, and the loss that counts the hidden words alone.
Source: deep dives, "BERT's Masked Language Modeling"; Devlin et al. 2019.
"""

# /// exercise
# title = "masked language modelling"
# ///

import torch
import torch.nn.functional as F


def mask_tokens(
    ids: torch.Tensor,
    p: float,
    mask_id: int,
    vocab: int,
    generator: torch.Generator,
    special: tuple[int, ...] = (),
) -> tuple[torch.Tensor, torch.Tensor]:
    """Choose tokens to be predicted, and hide most of them.

    Each token is chosen with probability p, independently of the others, but never a special one. A chosen one becomes

        mask_id                                            with probability 0.8
        a token drawn uniformly from 0 to vocab - 1        with probability 0.1 (it may be the same one, or any other)
        what it was                                        with probability 0.1

    The last two keep the model from believing that only [MASK] need be looked at: no such token comes when it is used.

    Args:
        ids: the texts, (B, T) int64. Not modified.
        p: the share to choose, from 0 to 1; BERT has 0.15.
        mask_id: the number of [MASK].
        vocab: how many tokens there are.
        generator: the only source of randomness.
        special: tokens that are never chosen, such as [CLS], [SEP] and padding.

    Returns:
        ``(inputs, chosen)``: what the model gets to see, (B, T) int64, and which tokens it is to predict, (B, T) bool.
        Where chosen is False, inputs are the ids.

    Source: deep dives, "BERT's Masked Language Modeling"; Devlin et al. 2019, section 3.1.
    """
    raise NotImplementedError("deepdive.mlm: mask_tokens is not written yet")


def mlm_loss(logits: torch.Tensor, targets: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """Return the mean negative log-probability of the tokens that were chosen, and of no others.

        loss = -(1 / number chosen) * sum over chosen (b, t) of log softmax(logits[b, t])[targets[b, t]]

    The text has the sum; here, as everywhere in the course, it is the mean. There is no shift: the logits in place t
    are of the token in place t, which the model has not seen there.

    Args:
        logits: (B, T, V), float32 or float64; up to ±10,000. Not modified.
        targets: the ids as they were before the masking, (B, T) int64. Not modified.
        chosen: (B, T) bool, as ``mask_tokens`` returns it. Not modified.

    Returns:
        A number, (), of the dtype of the logits. Where nothing was chosen it is 0, not NaN.

    Source: deep dives, "MLM Objective".
    """
    raise NotImplementedError("deepdive.mlm: mlm_loss is not written yet")
