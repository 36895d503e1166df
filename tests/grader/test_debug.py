"""`grade debug`: it stops in the learner's code, on the input of the check that fails; driven as by a learner."""

import importlib.util
import json
import os
import pty
import re
import select
import subprocess
import sys
import time

import pytest
from debug_adapter import Editor
from small_course import make_course

from grader.course.editors import launch

WRONG = "def alone(x):\n    y = 3 * x\n    return y\n"


@pytest.fixture
def folder(tmp_path):
    """A course, and a folder of a learner's beside it."""
    make_course(tmp_path / "course")
    (tmp_path / "mine/exercises/day1").mkdir(parents=True)
    (tmp_path / "mine/exercises/day1/alone.py").write_text(WRONG)
    return tmp_path / "mine"


def command(*words):
    return [sys.executable, "-P", "-m", "grader", "debug", *words, "--course", "../course"]


def typed(folder, text, *words):
    """`grade debug` with a text on its standard input: exit code, and all it says."""
    ended = subprocess.run(
        command(*words),
        cwd=folder,
        input=text,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
    )
    assert "Traceback" not in ended.stdout
    return ended.returncode, ended.stdout


class Terminal:
    """A terminal with `grade debug` in it."""

    def __init__(self, folder, *words):
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command(*words), cwd=folder, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self.shown = ""

    def until(self, text, seconds=240):
        """Wait until something is shown; what was shown since the last time."""
        deadline = time.monotonic() + seconds
        while text not in self.shown:
            ready, _, _ = select.select([self._master], [], [], max(deadline - time.monotonic(), 0))
            assert ready, self.shown
            self.shown += os.read(self._master, 1 << 16).decode()
        before, _, self.shown = self.shown.partition(text)
        return before

    def type(self, text):
        os.write(self._master, text.encode())

    def end(self):
        """Wait until it has ended: exit code, and what else it has shown."""
        try:
            while part := os.read(self._master, 1 << 16):
                self.shown += part.decode()
        except OSError:  # the other end of the terminal is closed
            pass
        os.close(self._master)
        return self.process.wait(60), self.shown


def test_it_stops_on_the_first_line_with_the_input_that_fails(folder):
    terminal = Terminal(folder, "day1.alone")
    before = terminal.until("(pdb) ")
    assert "day1.alone:test_doubles  failed" in before and "It doubles." in before
    assert "alone.py(2)alone()" in before and "-> y = 3 * x" in before
    x = float(re.search(r"x (-?[\d.]+)", before)[1])
    terminal.type("p x\n")
    terminal.until("p x\r\n")
    assert float(terminal.until("(pdb) ")) == pytest.approx(x, rel=1e-4)
    terminal.type("n\n")
    assert "-> return y" in terminal.until("(pdb) ")
    terminal.type("w\n")
    assert "grader" not in terminal.until("(pdb) ").replace(str(folder), "")
    terminal.type("q\n")
    code, rest = terminal.end()
    assert code == 0 and rest.strip() == "q"  # it leaves at once, and says nothing of it


def test_going_on_says_what_it_answers_and_steps_end_with_the_call(folder):
    code, said = typed(folder, "c\n", "day1.alone")
    assert code == 0 and "It answers" in said
    code, said = typed(folder, "n\n" * 9, "day1.alone")
    assert code == 0 and "--Return--" in said and "It answers" in said and said.count("(pdb)") <= 5


def test_an_exception_is_stepped_into(folder):
    (folder / "exercises/day1/alone.py").write_text("def alone(x):\n    return 1 / (x - x)\n")
    code, said = typed(folder, "c\n", "day1.alone")
    assert code == 0 and "-> return 1 / (x - x)" in said and "It raises ZeroDivisionError" in said


def test_a_call_without_end_can_be_looked_at(folder):
    (folder / "exercises/day1/alone.py").write_text("def alone(x):\n    while True:\n        pass\n")
    code, said = typed(folder, "p x\nq\n", "day1.alone")
    assert code == 0 and "No answer within" in said and "-> while True:" in said and said.count("(pdb)") == 2


def test_a_check_can_be_named_also_one_that_passes(folder):
    code, said = typed(folder, "p x\nq\n", "day1.alone:zero")
    assert code == 0 and "test_zero  passed" in said and "(pdb) 0.0\n" in said


def test_the_file_of_an_exercise_names_it(folder):
    code, said = typed(folder, "q\n", str(folder / "exercises/day1/alone.py"))
    assert code == 0 and "-> y = 3 * x" in said


@pytest.mark.parametrize(
    ("text", "words", "code", "said"),
    [
        ("def alone(x):\n    return 2 * x\n", ["day1.alone"], 0, "No check of day1.alone fails."),
        ("def alone(x):\n    raise NotImplementedError('n')\n", ["day1.alone"], 1, "not started"),
        ("def other(x):\n    return 2 * x\n", ["day1.alone"], 1, "Nothing of your code was called"),
        ("def alone(x:\n", ["day1.alone"], 1, "Nothing of your code was called"),
        (WRONG, ["day1"], 2, "Name one exercise of day1"),
        (WRONG, ["day1.alone:nonsense"], 2, "There is no check"),
        (WRONG, ["day1.alone", "--listen", "99999999"], 2, "99999999"),
    ],
)
def test_what_cannot_be_stopped_in_is_said(folder, text, words, code, said):
    (folder / "exercises/day1/alone.py").write_text(text)
    assert (typed(folder, "", *words)[0], said in typed(folder, "", *words)[1]) == (code, True)


def test_objects_are_built_again_first(tmp_path):
    """A module's weights are those of the check, and the call on it is the one that stops."""
    from grader.course import find_course

    root = find_course(None).root
    (tmp_path / "lecture7").mkdir()
    solution = (root / "solutions/lecture7/head.py").read_text()
    wrong = re.sub(r" \*\s*[\w.\[\]-]+ ?\*\* ?-0\.5", "", solution)
    assert wrong != solution  # the scores are not scaled
    (tmp_path / "lecture7/head.py").write_text(wrong)
    words = [sys.executable, "-P", "-m", "grader", "debug", "lecture7.head", "--submission", str(tmp_path)]
    text = "p x.shape, self.key.weight.shape\nq\n"
    ended = subprocess.run(words, input=text, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    assert ended.returncode == 0, ended.stdout
    assert "head.py" in ended.stdout and "(torch.Size(" in ended.stdout, ended.stdout


@pytest.mark.skipif(importlib.util.find_spec("debugpy") is None, reason="debugpy is not installed")
def test_an_editor_stops_there_too(folder):
    process = subprocess.Popen(
        command("day1.alone", "--listen", "0"), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    port = next(int(found[1]) for line in process.stdout if (found := re.search(r" on 127\.0\.0\.1:(\d+) ", line)))
    editor = Editor(port)
    editor.ask("initialize", adapterID="grade", clientID="test", pathFormat="path", linesStartAt1=True)
    attached = editor.send("attach", **json.loads(launch(""))["configurations"][1])
    editor.event("initialized")
    editor.ask("configurationDone")
    editor.wait_for(attached)
    thread, frames = editor.stopped_at()
    top = frames[0]
    assert (top["name"], top["line"]) == ("alone", 2)
    assert top["source"]["path"] == str(folder / "exercises/day1/alone.py")
    assert float(editor.ask("evaluate", expression="x", frameId=top["id"])["result"])
    editor.ask("next", threadId=thread)
    assert editor.stopped_at()[1][0]["line"] == 3
    editor.ask("continue", threadId=thread)
    editor.event("terminated")
    editor.close()
    assert process.wait(120) == 0
    assert "It answers" in process.stdout.read()


def test_the_launch_configuration_is_that_of_an_editor():
    configuration = json.loads(launch(" --course '/a b'"))
    started, attach = configuration["configurations"]
    assert started["args"] == ["debug", "${file}", "--course", "/a b"] and started["module"] == "grader"
    assert attach["connect"] == {"host": "127.0.0.1", "port": 5678}
    assert not started["subProcess"] and not attach["subProcess"]
