"""`%%grade`, `%grade` and `%hint` in notebooks, executed by a real kernel."""

import html
import re
import textwrap
import time

import pytest
from chromium import browser, find_chromium
from notebook_runs import html_of, run, solution, text_of
from sandboxed import processes_of

from grader.course import find_course
from grader.study.page import framed

RIGHT = """
import torch

def cross_entropy_backward(logits, targets):
    d = torch.softmax(logits, 1)
    d[range(len(targets)), targets] -= 1
    return d / len(targets)
"""
WRONG = RIGHT.replace(" / len(targets)", "")
LINEAR = solution(find_course(None), "lecture5.linear")
NAME = "lecture5.cross_entropy"


def test_a_cell_is_run_and_graded():
    right, known, wrong, again = run(
        f"%%grade {NAME}\nx = 3{RIGHT}\nx + 1",
        "x, cross_entropy_backward.__name__",
        f"%%grade {NAME} --seed 5\n{WRONG}",
        f"%grade {NAME} --seed 5",
    )
    assert "✓ cross_entropy" in text_of(right)
    assert right.outputs[0].data["text/plain"] == "4"  # what the cell says, too, comes first
    assert text_of(known) == "(3, 'cross_entropy_backward')"
    assert "✗ cross_entropy" in text_of(wrong) and "seed 5" in text_of(wrong)
    assert "✗ cross_entropy" in text_of(again)  # of the two the last counts


def test_what_was_run_counts_in_its_order_and_the_last_definition_of_a_name():
    _, _, _, first, _, _, both = run(
        WRONG,
        "def half(x):\n    return x / 2",
        RIGHT.replace("return d / len(targets)", "return helper(d) / len(targets)") + "\ndef helper(x): return x * 2",
        f"%grade {NAME}",
        "helper = lambda x: half(x) * 2\n%matplotlib inline\nprint(1)",
        LINEAR,
        f"%grade {NAME} lecture5.linear",
    )
    assert "✗ cross_entropy" in text_of(first)
    assert "✓ cross_entropy" in text_of(both) and "✓ linear" in text_of(both)


def test_what_was_forbidden_and_is_written_anew_is_forgotten():
    forbidden = RIGHT.replace("d = torch.softmax(logits, 1)", "torch.nn.functional.cross_entropy(logits, targets)")
    _, told, _, broken, now = run(
        forbidden,
        f"%grade {NAME}",
        RIGHT,
        "def cross_entropy_backward(logits, targets)\n    return 0",
        f"%grade {NAME}",
    )
    assert "which is not allowed here" in text_of(told)
    assert "SyntaxError" in text_of(broken)
    assert "✓ cross_entropy" in text_of(now) and "Cell 5 was left out. Line 1: a colon is missing" in text_of(now)


def test_a_message_says_cell_and_line_as_the_notebook_counts_them():
    _, _, third = run(
        "1", "2", f"%%grade {NAME}\nimport torch\n\ndef cross_entropy_backward(logits, targets):\n    1 / 0"
    )
    assert "cell 4, line 5" in text_of(third)  # the first loads the extension
    assert "ZeroDivisionError" in text_of(third)


def test_the_notebook_itself_grades_nothing_and_its_torch_may_have_run():
    _, graded, left = run(
        "import torch\nx = torch.rand(500, 500, requires_grad=True)\n(x @ x).sum().backward()",
        f"%%grade {NAME}\n{RIGHT}",
        "import sys\n[name for name in sys.modules if name.startswith(('grader.checks', 'hypothesis', 'pytest'))]",
    )
    assert "✓ cross_entropy" in text_of(graded)
    assert text_of(left) == "[]"


def test_what_grades_stays_warm_and_ends_with_the_kernel():
    pid = "import subprocess, os\nprint(subprocess.run(['pgrep', '-P', str(os.getpid()), '-f', 'pool_process'], "
    pid += "capture_output=True, text=True).stdout.split())"
    _, first, _, second = run(f"%%grade {NAME}\n{RIGHT}", pid, f"%grade {NAME}", pid)
    assert text_of(first) == text_of(second) and re.fullmatch(r"\['\d+'\]\n", text_of(first))
    (process,) = re.findall(r"\d+", text_of(first))
    deadline = time.monotonic() + 60
    while (left := processes_of(process)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left


def test_what_cannot_be_done_is_a_sentence_and_stops_no_other_cell():
    cells = run(
        "%grade nonsense",
        "%grade",
        f"%grade {NAME} --seed x",
        "%grade 'lecture5",
        f"%%grade {NAME}\nx = 1",
        "%hint",
        "%hint lecture5.linear 9",
        "%hint lecture5.linear 2",
    )
    said = [text_of(cell) for cell in cells]
    words = (
        "no exercise or unit",
        "are required",
        "invalid int",
        "cannot be read",
        "defines no cross_entropy_backward",
    )
    for text, part in zip(said, (*words, "Name an exercise", "has 3 hints"), strict=False):
        assert text.startswith("Error: ") and part in text, text
    assert "hint 2 of 3" in said[-1] and "%hint lecture5.linear 3" in said[-1]
    assert not any("Traceback" in text for text in said)


def test_a_unit_of_which_nothing_is_written_is_not_started():
    (cell,) = run("%grade day3")
    assert "0/" in text_of(cell) and "✗" not in text_of(cell)


def test_a_loop_at_the_top_of_the_notebook_costs_nothing():
    _, graded = run(f"for _ in range(3):\n    x = 1 / 1\n{RIGHT}", f"%grade {NAME}")
    assert "✓ cross_entropy" in text_of(graded)


def test_the_page_stands_in_a_frame_of_its_own():
    (cell,) = run(f"%%grade {NAME}\n{WRONG}")
    page = html_of(cell)
    assert re.fullmatch(r'<iframe title="[^"<>]*" srcdoc="[^"]*" sandbox="allow-same-origin" [^<>]*></iframe>', page)
    inner = html.unescape(page.split('srcdoc="')[1].split('"')[0])
    assert inner.lower().startswith("<!doctype html>")
    assert "cross_entropy" in inner


def test_another_course_can_be_named(tmp_path):
    from small_course import make_course

    make_course(tmp_path)
    right, wrong = run(
        f"%%grade day1.alone --course {tmp_path}\ndef alone(x): return 2 * x",
        f"%%grade day1.alone --course {tmp_path}\ndef alone(x): return x",
    )
    assert "✓ alone" in text_of(right) and "✗ alone" in text_of(wrong)


def test_siblings_of_a_unit_are_found_in_the_notebook():
    course = find_course(None)
    head, multi = (solution(course, f"lecture7.{name}") for name in ("head", "multi_head"))
    multi = multi.replace("from .head import Head", "")
    _, _, graded = run(head, multi, "%grade lecture7.head lecture7.multi_head")
    assert "✓ head" in text_of(graded) and "✓ multi_head" in text_of(graded)


@pytest.mark.parametrize(
    ("cells", "left"),
    [
        (["def f(): return 1", "def f(): return 2"], ["", "def f(): return 2"]),
        (
            ["class A: pass", "class B(A): pass", "class A: x = 1"],
            ["class A: pass", "class B(A): pass", "class A: x = 1"],
        ),
        (["def f(): return 1", "g = f", "def f(): return 2"], ["def f(): return 1", "g = f", "def f(): return 2"]),
        (["def f(: return 1", "def f(): return 2"], ["", "def f(): return 2"]),
        (["def f(): return 2", "def f(: return 1"], ["def f(): return 2", "def f(: return 1"]),
        (["x = 1\ndef f():\n    return 1\ny = 2", "def f(): return x"], ["x = 1\n\n\ny = 2", "def f(): return x"]),
        (["%%grade a.b\ndef f(): return 1"], ["\ndef f(): return 1"]),
        (["%%bash\nls", "!ls\nx = 1"], ["\n", "\nx = 1"]),
    ],
)
def test_the_cells_so_far_are_those_of_which_something_is_left(cells, left):
    from grader.course.cells_run import notebook_now
    from grader.course.notebooks import cells_of

    found, fault = cells_of(notebook_now([textwrap.dedent(cell) for cell in cells]))
    assert (fault, [cell.text for cell in found]) == ("", left)


@pytest.mark.skipif(find_chromium() is None, reason="there is no chromium on this machine")
def test_the_frame_is_as_high_as_its_page_and_its_style_stays_inside(tmp_path):
    page = b"<!doctype html><style>p { font-size: 99px } body { margin: 0 }</style><p id=in>wide</p>"
    page += b"<details><summary>more</summary><div style='height: 700px'>x</div></details>"
    outer = tmp_path / "outer.html"
    outer.write_text(f"<!doctype html><p id=out>narrow</p>{framed(page, 'the page')}")
    ask = "document.querySelector('iframe')"
    inner = f"{ask}.contentDocument"
    with browser(tmp_path / "profile") as chromium:
        chromium.open(outer, 800)
        wait_for(lambda: chromium.ask(f"{ask}.clientHeight - {inner}.documentElement.offsetHeight") == 8)
        before = chromium.ask(f"{ask}.clientHeight")
        chromium.ask(f"{inner}.querySelector('details').open = true")
        wait_for(lambda: chromium.ask(f"{ask}.clientHeight") >= before + 700)
        assert chromium.ask("getComputedStyle(document.getElementById('out')).fontSize") == "16px"
        assert (
            chromium.ask(
                f"{inner}.querySelector('p').ownerDocument.defaultView.getComputedStyle("
                f"{inner}.getElementById('in')).fontSize"
            )
            == "99px"
        )
        assert chromium.complaints == []


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
