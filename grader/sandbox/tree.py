"""Which folders a worker may read: Python, its packages and the C libraries, and never the course."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from pathlib import Path

from grader.sandbox import landlock

_LIBRARY_FOLDERS = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
_SMALL_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_PACKAGE_FOLDERS = {"site-packages", "dist-packages"}
# Packages of the trusted side; pth files and finders would tell where a checkout lies.
_OURS = ("grader", "gradlings", "__editable__", "_gradlings", "_pytest", "pytest", "hypothesis")
# What an exercise in NumPy leaves open: NumPy, and what learners import to look at their results.
_NUMPY_ALONE = {
    *("numpy", "numpy.libs"),
    *("matplotlib", "mpl_toolkits", "pylab.py", "PIL", "pillow.libs", "contourpy", "cycler", "dateutil", "fontTools"),
    *("kiwisolver", "packaging", "pyparsing", "six.py"),
    *("pandas", "pandas.libs", "pytz", "tzdata", "seaborn", "tqdm", "einops", "jaxtyping", "wadler_lindig"),
}


def package_folders() -> list[str]:
    """The folders that hold installed packages."""
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()}
    paths |= {path for path in sys.path if os.path.basename(path) in _PACKAGE_FOLDERS}  # what a .pth file adds
    return sorted(path for path in paths if path and os.path.isdir(path))


def visible() -> list[str]:
    """The folders to show inside the namespaces: all that Python needs to start and to import."""
    paths = {sys.prefix, sys.base_prefix, sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    paths |= {sysconfig.get_config_var("LIBDIR") or "/usr/lib", *package_folders()}
    paths |= {os.path.realpath(path) for path in paths}
    if "/usr" in paths:  # a system Python: its parts, not the whole of /usr
        paths.discard("/usr")
    return sorted(paths | set(_LIBRARY_FOLDERS) | set(_SMALL_FILES))


def readable(packages: str) -> list[tuple[str, int]]:
    """The rules of the shared Landlock layer.

    Landlock cannot take a child out of a folder that it grants: folders that hold packages are granted child by child.

    Args:
        packages: ``torch`` grants all, ``numpy`` NumPy and what shows results, ``python`` none.
    """
    standard = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    paths = [child for folder in standard for child in _children(folder) if Path(child).name not in _PACKAGE_FOLDERS]
    for folder in package_folders():
        for child in _children(folder):
            name = Path(child).name
            if packages == "python" or (packages == "numpy" and name not in _NUMPY_ALONE):
                continue
            if not name.startswith(_OURS) and not name.endswith(".pth"):
                paths.append(child)
    for folder in {*_LIBRARY_FOLDERS, sysconfig.get_config_var("LIBDIR") or "/usr/lib"}:
        paths += [child for child in _children(folder) if _is_library(child)]
    paths += [
        *_SMALL_FILES,
        *_DEVICES,
        "/proc/cpuinfo",
    ]  # torch complains aloud where it cannot read the last
    # Python lists a folder anew when it has changed since the zygote looked; what is in the files stays closed.
    listed = [folder for folder in (*standard, *package_folders()) if folder]
    return [(path, landlock.READ) for path in sorted(set(paths))] + [(path, landlock.LIST) for path in sorted(listed)]


def _children(folder: str | None) -> list[str]:
    try:
        with os.scandir(folder or "") as entries:
            return [entry.path for entry in entries]
    except OSError:
        return []


def _is_library(path: str) -> bool:
    name = Path(path).name
    return ".so" in name or "-linux-" in name or name.startswith(("ld-", "gcc", "locale"))
