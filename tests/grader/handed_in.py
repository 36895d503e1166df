"""What learners hand in, made for tests: a small course, archives, clones."""

import io
import os
import subprocess
import tarfile
import zipfile

from grader.course import find_course

GOOD = "def linear_backward(x):\n    return x\n"
UNITS = {
    "lecture1": {"value": "Value", "train": "train"},
    "lecture5": {"cross_entropy": "cross_entropy_backward", "linear": "linear_backward"},
    "lecture7": {"head": "Head", "train": "train_gpt"},
}
LECTURE5 = frozenset({"lecture5.cross_entropy", "lecture5.linear"})


def make_course(root):
    (root / "tests/hidden").mkdir(parents=True)
    for unit, exercises in UNITS.items():
        (root / "exercises" / unit).mkdir(parents=True)
        (root / "exercises" / unit / "unit.toml").write_text(
            f'title = "t"\nexercises = [{", ".join(map(repr, exercises))}]\n'
        )
        for name, symbol in exercises.items():
            (root / "exercises" / unit / f"{name}.py").write_text(
                f'# /// exercise\n# title = "{unit} {name}"\n# ///\n\n\n'
                f"def {symbol}(x):\n    raise NotImplementedError\n"
            )
    return find_course(root)


def written(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    folder.mkdir(exist_ok=True)
    return folder


def zipped(files, method=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()


def tarred(files, mode="w:gz"):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        for name, content in files.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            data = b"" if isinstance(content, tarfile.TarInfo) else content.encode()
            info.name, info.size = name, len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def git(folder, *words, time="2025-10-01T12:00:00+00:00"):
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        "GIT_AUTHOR_DATE": time,
        "GIT_COMMITTER_DATE": time,
    }
    done = subprocess.run(["git", "-C", folder, *words], env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def repository(folder, commits):
    """Commit files, each at its time."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for time, files in commits:
        written(folder, files)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "work", time=time)
    return folder
