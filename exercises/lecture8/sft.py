"""Supervised fine-tuning: language modelling as before, on other data, of which only the answers teach.

A base model continues documents. What makes an assistant of it is, first of all, a few ten thousand pairs of a prompt
and the answer that one would like to get. The algorithm is that of pre-training; you write the one thing that is
new, the loss, which counts what the assistant says and not what the user said. Source: lecture 8, section 8.3.
"""

# /// exercise
# title = "the loss of supervised fine-tuning"
# ///

import torch
import torch.nn.functional as F


def sft_loss(
    logits: torch.Tensor, tokens: torch.Tensor, prompt_lengths: torch.Tensor, lengths: torch.Tensor
) -> torch.Tensor:
    """Return the mean cross-entropy over the tokens of the answers.

    Row b of ``tokens`` holds, from left to right, a prompt of prompt_lengths[b] tokens, the answer to it, which ends
    before place lengths[b], and padding up to T:

        place   0 …  prompt_lengths[b] - 1 | prompt_lengths[b] …  lengths[b] - 1 | lengths[b] …  T - 1
        holds   the prompt                 | the answer                          | padding

    The model read the row and gave logits in each place; those in place t predict the token in place t + 1, for they
    were computed from the tokens 0 to t. Over all places (b, t) that hold a token of an answer,

        loss = - mean of log softmax(logits[b, t - 1])[tokens[b, t]]

    The first token of an answer counts: the last place of the prompt predicts it. So does the last one, usually a token
    that says "end". Every token of the batch's answers has the same weight, so a long answer weighs more than a short
    one. Tokens of prompts and padding do not count, in the sum or in the number that it is divided by.

    Args:
        logits: (B, T, V) floats, T at least 2. They may be as large as +-10,000, in float32 too.
        tokens: (B, T) int64 in [0, V). What the padding holds is no token's own: the same id may stand in an answer.
        prompt_lengths: (B,) int64, at least 1.
        lengths: (B,) int64, prompt_lengths[b] <= lengths[b] <= T. Where the two are equal, the row has no answer; at
            least one row of the batch has one.

    Returns:
        The loss, a scalar tensor of the logits' dtype, through which gradients flow to the logits. No argument is
        modified.

    Example:
        logits of zeros, (1, 4, 8): every token has the probability 1/8
        tokens = [[5, 6, 7, 0]], prompt_lengths = [2], lengths = [3] -> ln 8 = 2.0794, of the token 7 alone

    Source: lecture 8, section 8.3.2; Ouyang et al. 2022.
    """
    raise NotImplementedError("lecture8.sft: sft_loss is not written yet")
