"""The data that exercises train on: generated in every run for quick mode, real for ``--full``.

Generated data need NumPy alone (the digits Pillow too), take no file and no network, and follow from their seed. Real
data come from the folder that ``GRADLINGS_DATA`` names, else from the cache, else from their publishers. Arrays are
NumPy's throughout: ``torch.from_numpy`` makes tensors of them.
"""

from grader.data.digits import digits
from grader.data.download import DataError
from grader.data.generated import blobs, generated_words, markov_text, topics_text
from grader.data.hellaswag import hellaswag
from grader.data.real import fetch, gpt2_encoder, gpt2_merges, mnist, names, tinyshakespeare

__all__ = [
    "DataError",
    "blobs",
    "digits",
    "fetch",
    "generated_words",
    "gpt2_encoder",
    "gpt2_merges",
    "hellaswag",
    "markov_text",
    "mnist",
    "names",
    "tinyshakespeare",
    "topics_text",
]
