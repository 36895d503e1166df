"""Real data for ``--full``: names, Shakespeare, MNIST and GPT-2's merges, from a folder, a cache or the publishers."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.data.download import DataError, Published, download, is_published
from grader.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER_VARIABLE = "GRADLINGS_DATA"

_MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/"
_GPT2 = "https://openaipublic.blob.core.windows.net/gpt-2/encodings/main/"
PUBLISHED = {
    "names.txt": Published(
        "https://raw.githubusercontent.com/karpathy/makemore/master/names.txt",
        "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
        228_145,
    ),
    "tinyshakespeare.txt": Published(
        "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
        "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
        1_115_394,
    ),
    "mnist/train-images-idx3-ubyte.gz": Published(
        _MNIST + "train-images-idx3-ubyte.gz",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        9_912_422,
    ),
    "mnist/train-labels-idx1-ubyte.gz": Published(
        _MNIST + "train-labels-idx1-ubyte.gz",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        28_881,
    ),
    "mnist/t10k-images-idx3-ubyte.gz": Published(
        _MNIST + "t10k-images-idx3-ubyte.gz",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        1_648_877,
    ),
    "mnist/t10k-labels-idx1-ubyte.gz": Published(
        _MNIST + "t10k-labels-idx1-ubyte.gz",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        4_542,
    ),
    "gpt2/vocab.bpe": Published(
        _GPT2 + "vocab.bpe",
        "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
        456_318,
    ),
    "gpt2/encoder.json": Published(
        _GPT2 + "encoder.json",
        "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
        1_042_301,
    ),
    "hellaswag/hellaswag_val_full.txt.bz2": Published(
        "https://raw.githubusercontent.com/klosax/hellaswag_text_data/1105d370f8340eac3c63a91fd1fa58e8999f9505/"
        "hellaswag_val_full.txt.bz2",
        "50b637899e4263c2bc456c2dc726c95d2c8cd8e2a552ea5bd7719ce3cb03fe5b",
        1_964_544,
    ),
}


def names() -> list[str]:
    """Return the 32,033 names of makemore, lower-case."""
    return fetch("names.txt").read_text(encoding="ascii").split()


def tinyshakespeare() -> str:
    """Return the 1,115,394 characters of tiny Shakespeare."""
    return fetch("tinyshakespeare.txt").read_text(encoding="ascii")


def gpt2_merges() -> str:
    """Return the text of GPT-2's ``vocab.bpe``: a line of version, then 50,000 merges, one a line."""
    return fetch("gpt2/vocab.bpe").read_text(encoding="utf-8")


def gpt2_encoder() -> dict[str, int]:
    """Return GPT-2's ``encoder.json``: the id of each of its 50,257 tokens, written in its byte alphabet."""
    encoder: dict[str, int] = json.loads(fetch("gpt2/encoder.json").read_text(encoding="utf-8"))
    return encoder


def fetch(name: str) -> Path:
    """Find a file of real data, or download it once.

    The folder that ``GRADLINGS_DATA`` names comes first, then the cache, then the publisher. Wherever the file is, its
    sha256 must be that of the published one.

    Args:
        name: a key of ``PUBLISHED``, ``mnist/t10k-labels-idx1-ubyte.gz``.

    Returns:
        Where the file is.

    Raises:
        UsageError: GRADLINGS_DATA names no folder, or the file in it is another one.
        DataError: the file can be neither found nor downloaded.
    """
    file = PUBLISHED[name]
    own = _own_folder()
    if own is not None and (own / name).exists():
        if not is_published(own / name, file):
            raise UsageError(
                f"{own / name} is not the file that {file.url} publishes: its sha256 is another one. Put the published "
                f"file there, or remove this one, so that it is downloaded."
            )
        return own / name
    path = cache_folder() / name
    if not is_published(path, file):
        download(file, path, by_hand=f"{FOLDER_VARIABLE}=FOLDER, with the file at FOLDER/{name}")
    return path


def cache_folder() -> Path:
    """Where downloaded files are kept, ``~/.cache/gradlings`` on Linux.

    Raises:
        DataError: there is no folder of this user's.
    """
    import platformdirs

    try:
        path = platformdirs.user_cache_path("gradlings")
    except (RuntimeError, KeyError):  # no HOME, and no entry in passwd: a container under any number
        path = Path()
    if not path.is_absolute():  # it would be below whatever folder the grader is called in
        raise DataError(
            f"There is no folder to keep data in: HOME and XDG_CACHE_HOME name none. Set XDG_CACHE_HOME to the full "
            f"path of one that you may write to, or {FOLDER_VARIABLE} to one with the data."
        )
    return path


def _own_folder() -> Path | None:
    """The folder that GRADLINGS_DATA names, if any."""
    named = os.environ.get(FOLDER_VARIABLE, "")
    if not named:
        return None
    folder = Path(os.path.expanduser(named))  # noqa: PTH111 - Path's raises where there is no home
    if not folder.is_dir():
        raise UsageError(
            f"{FOLDER_VARIABLE} is {named!r}, which is no folder. Name the one with the data, or unset it."
        )
    return folder.absolute()


def _torchvision() -> Any:
    """torchvision, which imports only beside the very torch that it was built for."""
    try:
        import torchvision
        import torchvision.transforms.v2
    except (ImportError, RuntimeError, OSError, AttributeError) as error:
        import torch

        raise DataError(
            f"torchvision does not work with torch {torch.__version__} here ({error}). The two belong together: "
            f"install a matching pair from one place, for instance\n"
            f"    pip install --force-reinstall torch torchvision --index-url https://download.pytorch.org/whl/cpu"
        ) from error
    return torchvision


def mnist(train: bool) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return MNIST's training or test set, read by torchvision.

    Args:
        train: the 60,000 images to train on rather than the 10,000 to test with.

    Returns:
        ``(images, labels)``: (N, 784) float32 in [0, 1], rows of 28×28 images; (N,) int64 in [0, 10).

    Raises:
        DataError: the files are not to be had, or torchvision does not work here.
    """
    import numpy as np
    import torch

    torchvision = _torchvision()
    with tempfile.TemporaryDirectory(prefix="gradlings-mnist-") as folder:
        raw = Path(folder, "MNIST", "raw")
        raw.mkdir(parents=True)
        for name in PUBLISHED:  # torchvision wants all four files, unpacked, whichever set it is asked for
            if name.startswith("mnist/"):
                with gzip.open(fetch(name)) as packed, (raw / Path(name).stem).open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
        dataset = torchvision.datasets.MNIST(folder, train=train, download=False)
    # ToDtype(scale=True) does to the whole stack what ToTensor does to one image: bytes to [0, 1]
    to_floats = torchvision.transforms.v2.ToDtype(torch.float32, scale=True)
    images = to_floats(dataset.data).flatten(1).numpy()
    return images, dataset.targets.numpy().astype(np.int64)
