"""The live page of `grade watch --page`: who may read it, and what a browser makes of a new report."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit

import msgspec
import pytest
from chromium import browser, find_chromium
from reports_samples import BATCHNORM, CROSS_ENTROPY, FORWARD, report

from grader.reports.html import to_html
from grader.study.live_page import LivePage

PATIENCE = 60.0
FAILED = report(FORWARD, CROSS_ENTROPY, BATCHNORM)


@pytest.fixture
def live():
    with LivePage(to_html) as live:
        yield live


def ask(address, path="", host=None, method="GET", **headers):
    """Status, headers and body of a request."""
    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
    line.putrequest(method, parts.path + path, skip_host=True)
    for name, value in {"Host": parts.netloc if host is None else host, **headers}.items():
        line.putheader(name.replace("_", "-"), value)
    line.endheaders()
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer.status, answer.headers, body


def news(address):
    """The numbers of the reports, as they come."""
    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
    line.request("GET", f"{parts.path}news")
    answer = line.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream"
    for row in answer:
        if row.startswith(b"data: "):
            yield json.loads(row.removeprefix(b"data: "))


def until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_only_who_knows_the_address_reads_it(live):
    address = live.start()
    live.show(FAILED)
    port = urlsplit(address).port
    assert address.startswith("http://127.0.0.1:") and len(urlsplit(address).path) > 30
    status, headers, body = ask(address, "report")
    assert status == 200 and b"gradlings" in body and headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin" and "Access-Control-Allow-Origin" not in headers
    assert "script" not in headers["Content-Security-Policy"]
    for host in (f"evil.example:{port}", f"localhost:{port}", "127.0.0.1", ""):
        assert ask(address, "report", host=host)[::2] == (403, b"")
    for origin in ("http://evil.example", "null", f"http://localhost:{port}"):
        assert ask(address, "report", Origin=origin)[0] == 403
    assert ask(address, "report", Sec_Fetch_Site="cross-site")[0] == 403
    assert ask(address, "report", Sec_Fetch_Site="same-origin", Origin=f"http://127.0.0.1:{port}")[0] == 200
    root = f"http://127.0.0.1:{port}/"
    for path in ("", "report", "x" * 32 + "/report", "%2e%2e/", f"{live.token[:-1]}/report"):
        assert ask(root, path)[::2] == (404, b"")
    assert ask(address, "elsewhere")[0] == 404
    assert ask(address, "report", method="POST")[0] == 501


def test_other_addresses_of_the_machine_do_not_answer(live):
    address = live.start()
    line = http.client.HTTPConnection("127.0.0.2", urlsplit(address).port, timeout=PATIENCE)
    with contextlib.suppress(ConnectionRefusedError, http.client.RemoteDisconnected):
        line.request("GET", urlsplit(address).path)
        raise AssertionError("it answers at 127.0.0.2")


def test_a_new_report_is_told_of_and_the_end_as_well(live):
    address = live.start()
    assert address == live.start()
    numbers = news(address)
    assert next(numbers) == 0 and b"on its way" in ask(address, "report")[2]
    live.show(FAILED)
    assert next(numbers) == 1
    assert ask(address, "report")[2] == to_html(FAILED)
    live.close()
    assert list(numbers) == []
    with pytest.raises(OSError):
        ask(address)


def test_no_more_listen_than_a_few(live):
    address = live.start()
    listening = [news(address) for _ in range(8)]
    assert [next(numbers) for numbers in listening] == [0] * 8
    assert ask(address, "news")[0] == 503


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium is installed")
def test_a_browser_shows_the_new_report_where_the_reader_is(live, tmp_path):
    address = live.start()
    first = FAILED
    live.show(first)
    with browser(tmp_path) as page:
        page.call("Emulation.setDeviceMetricsOverride", width=800, height=300, deviceScaleFactor=1, mobile=False)
        page.call("Page.navigate", url=address)
        until(lambda: page.ask("document.documentElement?.dataset.version") == "1", "the first report")
        assert page.ask("document.body.innerText.length") > 500
        page.ask("for (const one of document.querySelectorAll('details')) one.open = true")
        opened = page.ask("document.querySelectorAll('details').length")
        page.ask("window.scrollTo(0, 400)")
        until(lambda: page.ask("window.scrollY") == 400, "the scrolling")
        title = page.ask("document.title")
        live.show(msgspec.structs.replace(first, exercises=tuple(
            msgspec.structs.replace(exercise, title=f"{exercise.title}, seen anew") for exercise in first.exercises
        )))  # fmt: skip
        until(lambda: page.ask("document.documentElement?.dataset.version") == "2", "the second report")
        assert "seen anew" in page.ask("document.body.innerText")
        assert page.ask("window.scrollY") == 400 and page.ask("document.title") == title
        assert page.ask("document.querySelectorAll('details[open]').length") == opened
        assert page.ask("getComputedStyle(document.querySelector('.bar span')).backgroundColor") != "rgba(0, 0, 0, 0)"
        live.close()
        until(lambda: "the watch has ended" in page.ask("document.title"), "the end")
        assert "seen anew" in page.ask("document.body.innerText")  # it stays to be read
        own = f"request of {address}"
        strange = [said for said in page.complaints if not said.startswith(own) and "ERR_" not in said]
        assert not strange


def test_the_page_dies_with_the_watch(tmp_path):
    from small_course import make_course

    course = make_course(tmp_path / "course")
    folder = tmp_path / "mine/exercises/day1"
    folder.mkdir(parents=True)
    folder.joinpath("alone.py").write_text("def alone(x):\n    return 3 * x\n")
    command = [sys.executable, "-P", "-m", "grader", "watch", "day1.alone", "--page", "--course", str(course.root)]
    with subprocess.Popen(
        command,
        cwd=tmp_path / "mine",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as process:
        said = process.stderr.readline()
        address = said.removeprefix("The page is at ").strip()
        assert address.startswith("http://127.0.0.1:")
        until(lambda: b"It doubles." in ask(address, "report")[2], "the verdict")
        folder.joinpath("alone.py").write_text("def alone(x):\n    return 2.0 * x\n")
        until(lambda: b"Well done!" in ask(address, "report")[2], "the second verdict")
        os.kill(process.pid, signal.SIGTERM)
        process.communicate()
    with pytest.raises(OSError):
        ask(address)
