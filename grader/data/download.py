"""Downloads a published file once: goes on where a cut connection stopped, and takes nothing but the right bytes."""

from __future__ import annotations

import contextlib
import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from grader.errors import GraderError
from grader.system import lock

if TYPE_CHECKING:
    from collections.abc import Iterator

_ATTEMPTS = 4  # connections a file; each goes on where the last one stopped
_PAUSE = 1.0  # seconds before the second attempt, then twice as long each time
_TIMEOUT = (10, 30)  # seconds to connect, and between two pieces
_LOOK = 0.2  # seconds until another download is asked for again whether it is done
_PIECE = 1 << 14  # bytes; less than one piece is lost where a connection breaks off
_HTTP_PARTIAL, _HTTP_RANGE_NOT_SATISFIABLE = 206, 416


class DataError(GraderError):
    """Real data are not to be had; the message says what to do."""


class Published(NamedTuple):
    """One file as its publisher has it."""

    url: str
    sha256: str
    size: int  # bytes


def is_published(path: Path, file: Published) -> bool:
    """Whether the file is there, whole and right."""
    try:
        if path.stat().st_size != file.size:
            return False
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256
    except OSError:
        return False


def download(file: Published, path: Path, *, by_hand: str) -> None:
    """Download a file; ``path`` is written in one step when the whole file is there and its sha256 is right.

    Two processes that want the same file take turns, and the second finds it done. What a cut connection, Ctrl-C or a
    crash leaves is ``path`` with ``.part`` behind it, and the next attempt goes on from there.

    Args:
        file: what to download.
        path: where to.
        by_hand: how to name a folder with the file in it, for the message.

    Raises:
        DataError: it could not be downloaded, or not be written.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")  # the bar says that it downloads
    way_out = (
        f"To do without the network, fetch {file.url} elsewhere and put it at {path}, or keep it in a folder of your "
        f"own and set {by_hand}. It has {file.size:,} bytes and the sha256 {file.sha256}."
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _turn(path.with_name(path.name + ".lock")):
            if is_published(path, file):
                return
            part = path.with_name(path.name + ".part")
            registry = pooch.create(
                path.parent,
                "",
                registry={path.name: file.sha256},
                urls={path.name: file.url},
                retry_if_failed=int(part.exists()),  # what was left may be of another file: then begin anew, once
            )
            registry.fetch(path.name, downloader=_Resuming(part, file.size))
    except requests.RequestException as error:
        host = urlsplit(file.url).netloc
        raise DataError(f"{path.name} could not be downloaded from {host}: {_in_words(error)}. {way_out}") from error
    except ValueError as error:  # what pooch raises for another hash
        raise DataError(
            f"What {file.url} sent is not the file that this course was written for: its sha256 is another one. Try "
            f"again later; a proxy or a login page in between is the usual reason. {way_out}"
        ) from error
    except OSError as error:
        raise DataError(
            f"{path} cannot be written: {error.strerror}. Make room, or set XDG_CACHE_HOME to a folder that you may "
            f"write to. {way_out}"
        ) from error


class _Resuming:
    """A downloader for pooch that keeps what it has in a ``.part`` file, and asks for the rest of it only."""

    def __init__(self, part: Path, size: int) -> None:
        self.part = part
        self.size = size

    def __call__(self, url: str, output_file: str, _: Any, *, check_only: bool = False) -> None:
        """Download to ``output_file``.

        Raises:
            requests.RequestException: no attempt brought the end of the file.
        """
        import requests

        del check_only
        with _progress(self.part.name.removesuffix(".part"), self.size) as advance_to:
            for attempt in range(_ATTEMPTS):
                try:
                    self._go_on(url, advance_to)
                except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                    if attempt + 1 == _ATTEMPTS:
                        raise
                    time.sleep(_PAUSE * 2**attempt)
                else:
                    break
        self.part.replace(output_file)

    def _go_on(self, url: str, advance_to: Any) -> None:
        """One connection: append what it brings to the part."""
        import requests

        have = self.part.stat().st_size if self.part.exists() else 0
        if have >= self.size:  # whole, or of another file: pooch looks at the hash, and a wrong part is gone then
            return
        headers = {"Accept-Encoding": "identity"}  # a range counts the bytes of the file, not of a compressed form
        if have:
            headers["Range"] = f"bytes={have}-"
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
            if answer.status_code == _HTTP_RANGE_NOT_SATISFIABLE:
                self.part.unlink()
                raise requests.ConnectionError("the file is shorter than what is here of it")
            answer.raise_for_status()
            resumed = answer.status_code == _HTTP_PARTIAL
            with self.part.open("ab" if resumed else "wb") as opened:
                for piece in answer.iter_content(_PIECE):
                    opened.write(piece)
                    advance_to(opened.tell())


@contextlib.contextmanager
def _turn(file: Path) -> Iterator[None]:
    """Wait until no other process downloads the same file."""
    with file.open("wb") as opened:
        while not lock(opened.fileno()):
            time.sleep(_LOOK)
        yield


@contextlib.contextmanager
def _progress(name: str, size: int) -> Iterator[Any]:
    """A bar on the terminal; nothing where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"downloading {name}", total=size)
        yield lambda done: progress.update(task, completed=done)


def _in_words(error: Exception) -> str:
    """What went wrong with the network, without urllib3's nested representations."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return "the server does not answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off again and again (what is here of it is kept)"
    if isinstance(error, requests.ConnectionError):
        return "there is no connection to it"
    return str(error)
