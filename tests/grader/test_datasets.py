"""Data to train on: what is known about generated data holds, and downloads survive what networks and disks do."""

import hashlib
import math
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from grader import data as datasets
from grader.data import DataError, download, generated, real
from grader.data.download import Published
from grader.data.hellaswag import unpacked
from grader.errors import UsageError

CONTENT = bytes(range(256)) * 1000  # 256,000 bytes: 15 pieces and a bit
PIECE = download._PIECE
SHARED = Path(__file__).parents[3] / "shared" / "data"


# generated


@pytest.mark.parametrize("seed", [0, 1])
def test_digits_are_as_described(seed):
    images, labels = datasets.digits(1003, seed)
    assert images.shape == (1003, 784) and images.dtype == np.float32
    assert images.min() >= 0 and images.max() <= 1 and labels.dtype == np.int64
    assert np.bincount(labels).min() == 100 and np.bincount(labels).max() == 101
    again, labels_again = datasets.digits(1003, seed)
    assert np.array_equal(images, again) and np.array_equal(labels, labels_again)
    assert not np.array_equal(labels, datasets.digits(1003, seed + 2)[1])


def test_digits_stay_within_the_image():
    images, _ = datasets.digits(1000, 5)
    ink = images.reshape(-1, 28, 28)
    border = np.concatenate([ink[:, 0], ink[:, -1], ink[:, :, 0], ink[:, :, -1]])
    assert (border > 0.6).mean() < 0.01
    assert 0.05 < images.mean() < 0.25


def test_digits_of_one_kind_differ():
    images, labels = datasets.digits(200, 6)
    sevens = images[labels == 7]
    assert len(np.unique(sevens, axis=0)) == len(sevens)
    assert np.abs(sevens[0] - sevens[1]).max() > 0.5


def test_topics_are_prose():
    text = datasets.topics_text()
    assert len(text) > 300_000 and " the " in text and text == datasets.topics_text()


@pytest.mark.parametrize(("order", "symbols", "seed"), [(1, 5, 0), (2, 10, 1), (3, 4, 2)])
def test_entropy_rate_is_what_counting_finds(order, symbols, seed):
    text, rate = datasets.markov_text(order, symbols, 200_000, seed)
    assert text.shape == (200_000,) and 0 <= text.min() and text.max() < symbols
    counts = np.zeros([symbols] * (order + 1))
    np.add.at(counts, tuple(text[i : len(text) - order + i] for i in range(order + 1)), 1)
    conditional = counts / np.maximum(counts.sum(-1, keepdims=True), 1)
    seen = counts > 0
    empirical = -(counts[seen] * np.log(conditional[seen])).sum() / counts.sum()
    assert empirical == pytest.approx(rate, abs=0.03)
    assert 0 < rate < math.log(symbols)


def test_entropy_rate_of_a_wide_dirichlet_is_nearly_uniform():
    _, rate = datasets.markov_text(1, 8, 10, 3, concentration=10_000)
    assert rate == pytest.approx(math.log(8), abs=1e-3)


def test_a_text_with_too_many_contexts_is_refused():
    with pytest.raises(ValueError, match="contexts"):
        datasets.markov_text(3, 27, 100, 0)


def test_blobs_come_with_the_accuracy_of_the_nearest_centre():
    X, y, bayes = datasets.blobs(60_000, 7)
    assert X.shape == (60_000, 4) and np.bincount(y).tolist() == [20_000] * 3 and bayes >= 0.99
    centres = np.stack([X[y == k].mean(0) for k in range(3)])  # close to the true ones
    nearest = ((X[:, None] - centres) ** 2).sum(2).argmin(1)
    assert (nearest == y).mean() == pytest.approx(bayes, abs=0.003)


def test_blobs_that_cannot_be_apart_are_refused(monkeypatch):
    monkeypatch.setattr(generated, "_BAYES_SAMPLE", 1000)
    with pytest.raises(ValueError, match="spread"):
        datasets.blobs(10, 0, spread=0.01)


def test_generated_words_are_words():
    words = datasets.generated_words(2000, 8)
    assert words == datasets.generated_words(2000, 8) != datasets.generated_words(2000, 9)
    assert all(1 <= len(word) <= 15 and word.isascii() and word.islower() for word in words)
    assert 3 < np.mean([len(word) for word in words]) < 10 and len(set(words)) > 1000


def test_generated_data_need_no_torch():
    script = (
        "import sys; from grader import data as d; d.digits(10, 0); d.blobs(9, 0); d.markov_text(1, 3, 9, 0)"
        "\nd.generated_words(3, 0); assert not {'torch', 'torchvision', 'pooch', 'requests'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


# real


class Server:
    """Serves CONTENT on 127.0.0.1, with ranges; ``cut_after`` makes each answer break off after so many bytes."""

    def __init__(self):
        self.content = CONTENT
        self.ranges = True
        self.cut_after = []  # one entry an answer
        self.status = 200
        self.requests = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/names.txt"

    def answer(self, handler):
        asked = handler.headers.get("Range")
        self.requests.append(asked)
        if self.status != 200:
            handler.send_error(self.status)
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.ranges else 0
        if start >= len(self.content):
            handler.send_error(416)
            return
        body = self.content[start:]
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if self.cut_after:
            body = body[: self.cut_after.pop(0)]
            handler.close_connection = True
        handler.wfile.write(body)


@pytest.fixture
def server():
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, daemon=True)
    thread.start()
    yield server
    server.http.shutdown()
    server.http.server_close()
    thread.join()


@pytest.fixture
def cache(server, tmp_path, monkeypatch):
    """An empty cache, and one published file on the local server."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GRADLINGS_DATA", raising=False)
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    monkeypatch.setattr(download, "_PAUSE", 0.0)
    file = Published(server.url, hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    monkeypatch.setitem(real.PUBLISHED, "names.txt", file)
    return tmp_path / "cache" / "gradlings"


def test_a_file_is_downloaded_once(server, cache):
    path = datasets.fetch("names.txt")
    assert path == cache / "names.txt" and path.read_bytes() == CONTENT
    assert datasets.fetch("names.txt") == path
    assert server.requests == [None]
    assert sorted(p.name for p in cache.iterdir()) == ["names.txt", "names.txt.lock"]


def test_a_cut_connection_is_resumed_where_it_stopped(server, cache):
    server.cut_after = [6 * PIECE + 100, 3 * PIECE]
    assert datasets.fetch("names.txt").read_bytes() == CONTENT
    assert server.requests == [None, f"bytes={6 * PIECE}-", f"bytes={9 * PIECE}-"]


def test_a_server_without_ranges_starts_again(server, cache):
    server.ranges = False
    server.cut_after = [100_000]
    assert datasets.fetch("names.txt").read_bytes() == CONTENT
    assert len(server.requests) == 2


def test_what_an_interrupted_run_left_is_kept(server, cache):
    cache.mkdir(parents=True)
    (cache / "names.txt.part").write_bytes(CONTENT[:200_000])
    assert datasets.fetch("names.txt").read_bytes() == CONTENT
    assert server.requests == ["bytes=200000-"]


def test_a_connection_that_breaks_again_and_again_keeps_what_came(server, cache):
    server.cut_after = [PIECE] * 4
    with pytest.raises(DataError, match="broke off") as caught:
        datasets.fetch("names.txt")
    assert caught.value.exit_code == 3
    assert (cache / "names.txt.part").read_bytes() == CONTENT[: 4 * PIECE]
    assert datasets.fetch("names.txt").read_bytes() == CONTENT  # the next run brings the rest
    assert server.requests[-1] == f"bytes={4 * PIECE}-"


@pytest.mark.parametrize("left", [b"x" * len(CONTENT), b"x" * 300_000, b"x" * 1000])
def test_a_wrong_part_costs_one_attempt(server, cache, left):
    cache.mkdir(parents=True)
    (cache / "names.txt.part").write_bytes(left)
    assert datasets.fetch("names.txt").read_bytes() == CONTENT


@pytest.mark.parametrize("damaged", [CONTENT[:-1], b"", CONTENT[:-1] + b"!"])
def test_a_damaged_cache_is_mended(server, cache, damaged):
    cache.mkdir(parents=True)
    (cache / "names.txt").write_bytes(damaged)
    assert datasets.fetch("names.txt").read_bytes() == CONTENT


def test_other_bytes_are_refused(server, cache):
    server.content = b"<html>log in first</html>"
    with pytest.raises(DataError, match="sha256 is another one") as caught:
        datasets.fetch("names.txt")
    assert server.url in str(caught.value)
    assert not (cache / "names.txt").exists()


def test_a_missing_page_is_said(server, cache):
    server.status = 404
    with pytest.raises(DataError, match="the server answers 404"):
        datasets.fetch("names.txt")


def test_offline_says_what_to_do(server, cache, monkeypatch):
    file = real.PUBLISHED["names.txt"]._replace(url="http://127.0.0.1:9/names.txt")
    monkeypatch.setitem(real.PUBLISHED, "names.txt", file)
    with pytest.raises(DataError, match="there is no connection") as caught:
        datasets.fetch("names.txt")
    message = str(caught.value)
    assert file.url in message and str(cache / "names.txt") in message
    assert "GRADLINGS_DATA=FOLDER" in message and file.sha256 in message


@pytest.fixture
def read_only(cache):
    """A function that makes the cache read-only, for root as well (which the permission bits do not stop)."""
    cache.mkdir(parents=True)

    def close():
        cache.chmod(0o555)
        if os.access(cache, os.W_OK):
            pytest.skip("root may write everywhere")

    yield close
    cache.chmod(0o755)


def test_a_read_only_cache_is_read(server, cache, read_only):
    (cache / "names.txt").write_bytes(CONTENT)
    read_only()
    assert datasets.fetch("names.txt").read_bytes() == CONTENT
    assert server.requests == []


def test_a_read_only_cache_without_the_file_is_said(server, cache, read_only):
    read_only()
    with pytest.raises(DataError, match="cannot be written.*XDG_CACHE_HOME"):
        datasets.fetch("names.txt")


def test_a_cache_that_cannot_be_made_is_said(server, cache):
    cache.parent.write_text("a file where the folder should be")
    with pytest.raises(DataError, match="cannot be written.*XDG_CACHE_HOME.*GRADLINGS_DATA"):
        datasets.fetch("names.txt")


def test_two_processes_download_once(server, cache):
    results = []
    threads = [threading.Thread(target=lambda: results.append(datasets.fetch("names.txt"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.read_bytes() for path in results] == [CONTENT] * 3
    assert server.requests == [None]


def test_the_folder_of_gradlings_data_comes_first(server, cache, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADLINGS_DATA", str(tmp_path))
    (tmp_path / "names.txt").write_bytes(CONTENT)
    assert datasets.fetch("names.txt") == tmp_path / "names.txt"
    assert server.requests == []


def test_a_folder_without_the_file_falls_back_to_the_cache(server, cache, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADLINGS_DATA", str(tmp_path))
    assert datasets.fetch("names.txt") == cache / "names.txt"


def test_another_file_in_the_folder_is_a_mistake_in_use(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADLINGS_DATA", str(tmp_path))
    (tmp_path / "names.txt").write_text("mary\n")
    with pytest.raises(UsageError, match="is not the file"):
        datasets.fetch("names.txt")


def test_gradlings_data_must_be_a_folder(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADLINGS_DATA", str(tmp_path / "none"))
    with pytest.raises(UsageError, match="which is no folder") as caught:
        datasets.fetch("names.txt")
    assert caught.value.exit_code == 2


def test_a_torchvision_that_does_not_fit_is_explained(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(DataError, match="matching pair"):
        datasets.mnist(train=True)


def test_every_published_file_has_its_checksum():
    for name, file in real.PUBLISHED.items():
        assert file.url.startswith("https://") and len(bytes.fromhex(file.sha256)) == 32 and file.size > 0, name


# the real data themselves


@pytest.fixture
def real_data(monkeypatch):
    """The folder with the real data; without one there is nothing to test, and nothing is downloaded."""
    if "GRADLINGS_DATA" not in os.environ:
        if not SHARED.is_dir():
            pytest.skip("needs GRADLINGS_DATA")
        monkeypatch.setenv("GRADLINGS_DATA", str(SHARED))


@pytest.mark.full
def test_real_texts(real_data):
    assert len(datasets.names()) == 32_033 and datasets.names()[0] == "emma"
    assert len(datasets.tinyshakespeare()) == 1_115_394
    merges = datasets.gpt2_merges().splitlines()
    assert len(merges) == 50_001 and merges[1] == "Ġ t"
    assert len(datasets.gpt2_encoder()) == 50_257


def test_tasks_of_a_text():
    text = "Going: up: A man is. he\n2\na.\nb.\nc.\nd.\nRoof: A cat. it\n0\nq.\nr.\ns.\nt.\n"
    assert unpacked(text) == [
        ("up: A man is. he", ["a.", "b.", "c.", "d."], 2),
        ("A cat. it", ["q.", "r.", "s.", "t."], 0),
    ]


@pytest.mark.full
def test_real_tasks(real_data):
    tasks = datasets.hellaswag()
    assert len(tasks) == 200 and {len(endings) for _, endings, _ in tasks} == {4}
    assert [[label for _, _, label in tasks].count(label) for label in range(4)] == [53, 47, 58, 42]
    assert tasks[0][0] == "A man is sitting on a roof. he" and tasks[0][1][3] == "starts pulling up roofing on a roof."


@pytest.fixture
def torchvision_operators():
    """Two operators of torchvision's compiled part, for a torchvision that is installed without it."""
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        if not hasattr(torch.ops.torchvision, name):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library  # they are there as long as it is


@pytest.mark.full
def test_real_digits(real_data, torchvision_operators):
    images, labels = datasets.mnist(train=False)
    assert images.shape == (10_000, 784) and images.dtype == np.float32 and images.max() == 1
    assert labels[:5].tolist() == [7, 2, 1, 0, 4] and labels.dtype == np.int64
    assert images.mean() == pytest.approx(0.13251, abs=1e-4)
