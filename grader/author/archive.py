"""Writing a .zip: whole or not at all, over nothing, and the same bytes for the same files."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

from grader.errors import UsageError

_WHEN = (1980, 1, 1, 0, 0, 0)  # of every file


def write_archive(files: Mapping[str, bytes], output: Path, programs: Collection[str] = ()) -> None:
    """Write files into a new archive.

    Args:
        files: each file's path in the archive, and what is in it.
        output: the archive.
        programs: those of them that may be called.

    Raises:
        UsageError: if something is there already, or nothing can be written there.
    """
    if output.exists() or output.is_symlink():
        raise UsageError(
            f"{output} is there already, and will not be overwritten. Name another, or move it away first."
        )
    try:
        with tempfile.TemporaryDirectory(dir=output.parent, prefix=".archive-") as folder:
            new = Path(folder, "new.zip")
            with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in sorted(files.items()):
                    entry = zipfile.ZipInfo(name, _WHEN)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
                    archive.writestr(entry, data)
            os.link(new, output)
    except FileExistsError as error:
        raise UsageError(f"{output} is there already, and will not be overwritten.") from error
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}. Name another place.") from error
