"""Archives that are meant to do harm cost neither memory, nor disk, nor time, and write nothing elsewhere."""

import gzip
import io
import os
import random
import struct
import tarfile
import time
import zipfile

import handed_in
import pytest

from grader.cohort import archives, private
from grader.cohort.archives import unpack
from grader.cohort.class_archives import list_export, read_member, take
from grader.cohort.private import PrivateFolder, RefusedError
from grader.cohort.tar_stream import read_tar

GOOD = handed_in.GOOD


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Unpack an archive of these bytes; what was written, and what was noted. Nothing is left of it."""
    monkeypatch.setattr(private.tempfile, "tempdir", str(tmp_path / "private"))
    (tmp_path / "private").mkdir()

    def run(data, name="hw.zip"):
        path = tmp_path / name
        path.write_bytes(data)
        before = set(tmp_path.rglob("*"))
        try:
            with PrivateFolder() as folder:
                assert folder.path.stat().st_mode & 0o777 == 0o700
                unpack(path, name, folder)
                there = {
                    file.relative_to(folder.path).as_posix(): file.read_bytes()
                    for file in folder.path.rglob("*")
                    if file.is_file()
                }
                assert not any(file.is_symlink() for file in folder.path.rglob("*"))
                return there, folder.notes
        finally:
            assert set(tmp_path.rglob("*")) == before

    return run


def refused(opened, data, name="hw.zip"):
    with pytest.raises(RefusedError) as caught:
        opened(data, name)
    said = str(caught.value)
    assert said.startswith(name)
    assert said.endswith(".")
    assert "gradlings" not in said
    return said


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("hw.zip", handed_in.zipped),
        ("hw.tar", lambda files: handed_in.tarred(files, "w")),
        ("hw.tar.gz", handed_in.tarred),
        ("hw.tgz", handed_in.tarred),
        ("HW.ZIP", handed_in.tarred),  # named by somebody in a hurry
    ],
)
def test_code_is_taken_and_the_rest_is_left(opened, name, make):
    files = {
        "my course/lecture5/linear.py": GOOD,
        "my course/data/mnist.bin": "x" * 3_000_000,
        "my course/.git/config": "[core]",
        "__MACOSX/my course/._linear.py": "x",
        "my course/.ipynb_checkpoints/linear.py": "x",
        "venv/lib/python3.12/site-packages/numpy/core.py": "x",
        "notes.txt": "hello",
        "Übung, O'Neil =1+1 محمد.py": GOOD,
    }
    there, notes = opened(make(files), name)
    assert there == {
        "my course/lecture5/linear.py": GOOD.encode(),
        "notes.txt": b"hello",
        "Übung, O'Neil =1+1 محمد.py": GOOD.encode(),
    }
    assert notes == []


def test_names_of_old_programs(opened):
    # names of the same length in bytes, so that only what they are made of is replaced
    unmarked = handed_in.zipped({"xxbung.py": GOOD}).replace(b"xxbung.py", "Übung.py".encode())
    assert set(opened(unmarked)[0]) == {"Übung.py"}
    old = handed_in.zipped({"xbung.py": GOOD}).replace(b"xbung.py", "Übung.py".encode("cp437"))
    assert set(opened(old)[0]) == {"Übung.py"}
    windows = handed_in.zipped({r"lecture5\linear.py": GOOD})
    assert set(opened(windows)[0]) == {"lecture5/linear.py"}


@pytest.mark.parametrize(
    "name", ["/etc/linear.py", "../linear.py", "a/../../linear.py", r"..\linear.py", r"C:\linear.py", "a/c:/x.py"]
)
def test_paths_that_lead_out_are_refused(opened, name):
    for file, data in (
        ("hw.zip", handed_in.zipped({"ok.py": "", name: GOOD})),
        ("hw.tar.gz", handed_in.tarred({name: GOOD})),
    ):
        assert "outside of the folder" in refused(opened, data, file)


def link(target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo()
    info.type, info.linkname = kind, target
    return info


def test_links_and_devices_are_not_made(opened):
    names = {
        "linear.py": link("/etc/passwd"),
        "hard.py": link("linear.py", tarfile.LNKTYPE),
        "folder": link("/etc"),
        "fifo.py": link("", tarfile.FIFOTYPE),
        "device.py": link("", tarfile.CHRTYPE),
    }
    there, notes = opened(handed_in.tarred(names), "hw.tar.gz")
    assert there == {}
    assert [note.partition(" is ")[0] for note in notes] == ["linear.py", "hard.py", "fifo.py", "device.py"]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo("linear.py")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert opened(made.getvalue()) == (
        {},
        ["linear.py is a link, and links are not followed. Put the file itself in its place."],
    )


def test_file_below_a_link_is_an_ordinary_file_in_the_private_folder(opened, tmp_path):
    files = {"a.py": link(str(tmp_path)), "a.py/stolen.py": GOOD}
    there, _ = opened(handed_in.tarred(files), "hw.tar.gz")
    assert set(there) == {"a.py/stolen.py"}


def test_two_of_one_name_are_refused(opened):
    made = io.BytesIO()
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(made, "w") as archive:
        archive.writestr("linear.py", "a = 1")
        archive.writestr("linear.py", "a = 2")
    assert "linear.py twice" in refused(opened, made.getvalue())
    assert "one file" in refused(opened, handed_in.zipped({"linear.py": "a", "Linear.py": "b"}))
    assert "one file" in refused(opened, handed_in.zipped({"é.py": "a", "e\u0301.py": "b"}))
    assert "a file and a folder" in refused(opened, handed_in.zipped({"a.py": "a", "a.py/b.py": "b"}))


def test_what_cannot_be_opened_is_told(opened):
    good = handed_in.zipped({"linear.py": GOOD * 50})
    locked = bytearray(good)
    at = locked.rfind(b"PK\1\2")
    locked[at + 8] |= 1
    locked[6] |= 1
    assert "password" in refused(opened, bytes(locked))
    assert "broken" in refused(opened, good[: len(good) // 2])
    flipped = bytearray(good)
    flipped[60] ^= 0xFF
    assert "broken" in refused(opened, bytes(flipped))
    assert "is empty" in refused(opened, b"")
    assert "a PDF" in refused(opened, b"%PDF-1.7 ...")
    assert "a RAR" in refused(opened, b"Rar!\x1a\x07\0")
    assert "something else" in refused(opened, b"print(1)")
    assert "not read" in refused(opened, handed_in.zipped({"linear.py": GOOD}, zipfile.ZIP_LZMA))
    assert "not read" in refused(opened, handed_in.zipped({"linear.py": GOOD}, zipfile.ZIP_BZIP2))
    packed = handed_in.tarred({"linear.py": GOOD * 5000, "b.py": "".join(map(chr, range(32, 127))) * 90})
    assert "broken" in refused(opened, packed[: len(packed) // 2], "hw.tgz")
    assert "broken" in refused(opened, gzip.compress(b"no tar" * 1000), "hw.tgz")
    plain = handed_in.tarred({"linear.py": GOOD * 100}, "w")
    assert "broken" in refused(opened, plain[:1000], "hw.tar")


def peak_and_seconds(run):
    """What a call takes of memory, in MiB, and of time."""
    import tracemalloc

    tracemalloc.start()
    began = time.monotonic()
    try:
        run()
    finally:
        seconds = time.monotonic() - began
        peak = tracemalloc.get_traced_memory()[1] / (1 << 20)
        tracemalloc.stop()
    return peak, seconds


def zeros(mib):
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("linear.py", "w", force_zip64=True) as file,
    ):
        for _ in range(mib):
            file.write(bytes(1 << 20))
    return made.getvalue()


def test_bomb_costs_nothing(opened):
    bomb = zeros(600)
    peak, seconds = peak_and_seconds(lambda: opened(bomb))  # no more of it is unpacked than a reader needs
    assert peak < 30
    assert seconds < 5
    assert len(opened(bomb)[0]["linear.py"]) == (8 << 20) + 1
    assert "250 times" in refused(opened, zeros(4))
    nested = handed_in.zipped(dict.fromkeys((f"{i}.zip" for i in range(30)), zeros(50)))
    peak, seconds = peak_and_seconds(lambda: opened(nested))
    assert peak < 40
    assert seconds < 5


def test_bomb_of_many_files_is_counted_while_it_is_read(opened, monkeypatch):
    text = random.Random(1).randbytes(40_000).hex()  # packed to a half: by its ratio it is no bomb
    data = handed_in.zipped({f"m{i}.py": text for i in range(100)})
    assert len(opened(data)[0]) == 100
    monkeypatch.setattr(
        private.Budget, "__init__", lambda self: vars(self).update(bytes=1 << 20, files=9, entries=99, archives=1)
    )
    assert "more than 2,000 files of code" in refused(opened, handed_in.zipped({f"m{i}.py": "" for i in range(20)}))
    assert "more than 50,000 files" in refused(opened, handed_in.zipped({f"m{i}.txt.bin": "" for i in range(120)}))
    big = handed_in.zipped({f"m{i}.py": text * 4 for i in range(8)})
    assert "more than 96 MiB" in refused(opened, big)


def test_sizes_that_lie(opened):
    bomb = bytearray(zeros(50))
    small = struct.pack("<L", 10)
    at = bomb.rfind(b"PK\1\2")
    bomb[at + 24 : at + 28] = small  # in the table of contents
    assert len(opened(bytes(bomb))[0]["linear.py"]) == (8 << 20) + 1
    grown = bytearray(handed_in.zipped({"linear.py": GOOD}))
    at = grown.rfind(b"PK\1\2")
    grown[at + 24 : at + 28] = struct.pack("<L", 0xFFFFFFF0)
    assert opened(bytes(grown))[0] == {"linear.py": GOOD.encode()}  # what counts is what is there


def test_table_of_contents_that_would_fill_the_memory(opened, monkeypatch):
    monkeypatch.setattr(archives, "_MOST_TABLE", 1000)
    data = handed_in.zipped({f"m{i}.py": "" for i in range(100)})
    assert "lists more files" in refused(opened, data)
    assert "lists more files" in refused(opened, data[:-2] + b"\3\0abc")  # with a comment behind it


def test_file_that_is_too_long_is_cut_so_that_its_reader_says_so(opened):
    text = random.Random(1).randbytes(5 << 20).hex()
    there, _ = opened(handed_in.zipped({"linear.py": text}))
    assert len(there["linear.py"]) == (8 << 20) + 1


def header(name, size, kind=b"0", magic=b"ustar\x0000"):
    made = bytearray(512)
    made[: len(name)] = name
    made[100:108], made[124:136], made[156:157] = b"0000644\0", size, kind
    made[257:265] = magic
    made[148:156] = b" " * 8
    made[148:155] = b"%06o\0" % sum(made)
    return bytes(made)


@pytest.mark.parametrize(
    "data",
    [
        header(b"linear.py", b"77777777777\0"),  # 8 GiB that are not there
        header(b"linear.py", b"\x80" + b"\xff" * 11),
        header(b"linear.py", b"\xff" * 12),  # negative
        header(b"linear.py", b"-0000000001\0"),
        header(b"linear.py", b"00000000000\0", b"S"),  # sparse, as GNU had it
        header(b"././@LongLink", b"77777777777\0", b"L"),
        header(b"x", b"77777777777\0", b"x"),
        header(b"x", b"00000000012\0", b"x") + b"9999 path=".ljust(512, b"\0"),
        header(b"x", b"00000000012\0", b"x") + b"0 path=x\n\0".ljust(512, b"\0"),
        header(b"x", b"00000000036\0", b"x")
        + b"30 GNU.sparse.realsize=99999\n\n".ljust(512, b"\0")
        + header(b"linear.py", b"0\0"),
        header(b"x", b"00000000021\0", b"x") + b"17 size=99999999\n".ljust(512, b"\0") + header(b"linear.py", b"0\0"),
        header(b"x", b"00000000014\0", b"x") + b"12 size=-99\n".ljust(512, b"\0") + header(b"linear.py", b"0\0"),
        b"\xff" * 512,
    ],
)
def test_tar_that_lies(opened, data):
    for name, packed in (("hw.tar", data + bytes(1024)), ("hw.tgz", gzip.compress(data + bytes(1024)))):
        peak, seconds = peak_and_seconds(lambda name=name, packed=packed: refused(opened, packed, name))
        assert peak < 20
        assert seconds < 2


def test_tar_bomb_in_what_nobody_reads(opened):
    made = io.BytesIO()
    with gzip.GzipFile(fileobj=made, mode="wb", compresslevel=1) as file:
        file.write(header(b"data.bin", b"77777777777\0"))
        for _ in range(400):
            file.write(bytes(1 << 20))
    peak, seconds = peak_and_seconds(lambda: refused(opened, made.getvalue(), "hw.tgz"))
    assert peak < 20
    assert seconds < 15


def test_tars_of_all_programs_are_read(tmp_path):
    long = "a/" * 60 + "linear.py"
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w", format=form) as archive:
            for name in ("b.py", long, "ü.py"):
                info = tarfile.TarInfo(name)
                info.size = len(GOOD)
                archive.addfile(info, io.BytesIO(GOOD.encode()))
        made.seek(0)
        read = {member.name: b"".join(member.chunks()) for member in read_tar(made.read)}
        assert read == dict.fromkeys(("b.py", long, "ü.py"), GOOD.encode())


@pytest.mark.parametrize("seed", range(3))
def test_damaged_archives_end_in_a_sentence(opened, seed):
    rng = random.Random(seed)
    for name, data in (
        ("hw.zip", handed_in.zipped({"a/b.py": GOOD, "c.py": GOOD * 9})),
        ("hw.tgz", handed_in.tarred({"a/b.py": GOOD})),
        ("hw.tar", handed_in.tarred({"a/b.py": GOOD, "ü" * 60 + ".py": GOOD}, "w")),
    ):
        for _ in range(150):
            bad = bytearray(data)
            for _ in range(rng.randint(1, 4)):
                bad[rng.randrange(len(bad))] = rng.randrange(256)
            try:
                opened(bytes(bad[: rng.choice([len(bad), rng.randrange(len(bad))])]), name)
            except RefusedError as error:
                assert str(error).startswith(name)


@pytest.mark.parametrize("name", ["export.zip", "export.tar", "export.tar.gz"])
def test_parts_of_an_export(tmp_path, name):
    path = tmp_path / name
    files = {
        "a/b.py": GOOD,
        "a/c/d.py": "d",
        "a.py": "a",
        "aa/b.py": "no",
        "./e/f.py": "f",
        "m.yml": "x: y",
        ".d/e.py": "",
    }
    make = {"export.zip": handed_in.zipped, "export.tar": lambda files: handed_in.tarred(files, "w")}
    path.write_bytes(make.get(name, handed_in.tarred)(files | {"../c.py": ""}))
    listed = [(one.name, one.kind) for one in list_export(path, name)]
    assert listed == [(one, "file") for one in ("a.py", "a/b.py", "a/c/d.py", "aa/b.py", "e/f.py", "m.yml")]
    assert read_member(path, "m.yml", name, 99) == b"x: y"
    assert read_member(path, "m.yml", name, 1) == b"x"
    assert read_member(path, "none", name, 99) == b""
    with PrivateFolder() as folder:
        take(path, (("e/", ""), ("a/", "mine/"), ("a.py", "linear.py")), folder)
        there = {file.relative_to(folder.path).as_posix(): file.read_text() for file in folder.path.rglob("*.py")}
    assert there == {"f.py": "f", "mine/b.py": GOOD, "mine/c/d.py": "d", "linear.py": "a"}
    path.write_bytes(make.get(name, handed_in.tarred)({"new.py": ""}))  # the table is that of the file that is there
    assert [one.name for one in list_export(path, name)] == ["new.py"]
    path.unlink()
    with pytest.raises(RefusedError, match="No such file"):
        list_export(path, name)


def test_pieces_of_every_size_are_unpacked_whole(opened):
    """The last bytes may wait in the unpacker when all that was packed is read."""
    for size in (0, 1, 257, 65_535, 65_536, 65_537, 65_536 + 258, 131_072, 200_000):
        text = "x = 1  # abc\n" * (size // 13) + "y" * (size % 13)
        assert opened(handed_in.zipped({"linear.py": text}))[0] == {"linear.py": text.encode()}


def test_no_room_is_not_the_learners_fault(tmp_path, monkeypatch):
    from grader.errors import GraderError

    path = tmp_path / "hw.zip"
    path.write_bytes(handed_in.zipped({"b.py": GOOD}))

    def full(*_):
        raise OSError(28, "No space left on device")

    with PrivateFolder() as folder:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(GraderError, match="No space") as caught:
            unpack(path, "hw.zip", folder)
        monkeypatch.undo()
    assert not isinstance(caught.value, RefusedError)
    assert not folder.path.exists()
