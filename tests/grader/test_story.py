"""One check's whole story, and finding the check by what a learner types."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from reports_samples import EVERY, EVIL, PICTURED, SAMPLES, SHORT

from grader.cli.show import show
from grader.errors import UsageError
from grader.reports.json_format import to_json
from grader.reports.lines import ASCII, UNICODE, cell_width, plain
from grader.reports.model import Isolation, Report
from grader.reports.repeat import repeat_command
from grader.reports.story import find_check, story


def told(report, wanted, **options):
    return "".join(plain(line) + "\n" for line in story(report, *find_check(report, wanted), **options))


@pytest.mark.parametrize("name", ["causal", "learns", "looks back"])
def test_story(golden, name):
    golden(f"story_{name.replace(' ', '_')}_80.txt", told(PICTURED, name))


def test_story_in_ascii(golden):
    text = told(PICTURED, "causal", charset=ASCII) + told(PICTURED, "looks back", charset=ASCII)
    assert text.isascii()
    golden("story_80_ascii.txt", text)


@pytest.mark.parametrize(
    "wanted",
    [
        "lecture5.cross_entropy.test_matches_autograd",
        "cross_entropy.test_matches_autograd",
        "cross_entropy::matches_autograd",
        "cross_entropy matches autograd",
        "Cross_Entropy.Matches-Autograd",
        "equals autograd's for any batch",
    ],
)
def test_a_check_is_found_by_its_name_or_words_of_its_demand(wanted):
    _, check = find_check(SHORT, wanted)
    assert check.name == "test_matches_autograd"
    assert check.points == 2


@pytest.mark.parametrize("wanted", ["test_gradient[dprobs]", "gradient[dprobs]", "atomic.dprobs", "dprobs"])
def test_a_case_is_found_by_its_parameter(wanted):
    assert find_check(EVERY, wanted)[1].name == "test_gradient[dprobs]"


def test_of_several_the_one_that_failed_is_meant():
    exercise, check = find_check(PICTURED, "loss")
    assert (exercise.name, check.name) == ("head", "test_learns")


@pytest.mark.parametrize(
    ("report", "wanted", "message"),
    [
        (SHORT, "cross_entropy.matches_autogard", "Did you mean lecture5.cross_entropy.test_matches_autograd"),
        (SHORT, "test_matches_autograd", "could be any of these: lecture5.cross_entropy.test_matches_autograd, lec"),
        (SHORT, "xyzzy", "It has lecture5.cross_entropy.test_matches_autograd"),
        (SAMPLES["nothing"], "loss", "holds no checks"),
    ],
)
def test_what_is_not_found_is_helped_with(report, wanted, message):
    with pytest.raises(UsageError, match=message):
        find_check(report, wanted)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("charset", [UNICODE, ASCII])
@pytest.mark.parametrize("sample", [name for name in SAMPLES if name != "nothing"])
def test_no_story_is_wider_than_the_console(sample, width, charset):
    for exercise in SAMPLES[sample].exercises:
        for check in exercise.checks:
            for line in story(SAMPLES[sample], exercise, check, width=width, charset=charset):
                assert cell_width(plain(line)) <= width or " " not in plain(line).strip()


def test_a_submission_cannot_touch_its_story():
    text = told(EVIL, "hostile")
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "[bold green]passed[/] :tada:" in text


def test_show_explains_and_writes_the_page(tmp_path):
    kept = tmp_path / "last.json"
    kept.write_bytes(to_json(PICTURED))
    page = tmp_path / "out" / "page.html"
    result = CliRunner().invoke(show, [str(kept), "--explain", "causal", "--report", str(page)], standalone_mode=False)
    assert result.return_value == 1, result.output
    assert "lecture7.head.test_causal" in result.output
    assert "No position attends" in page.read_text()
    result = CliRunner().invoke(show, [str(kept), "--explain", "acausal"], standalone_mode=False)
    assert isinstance(result.exception, UsageError)


def test_a_run_in_full_mode_is_repeated_in_full_mode():
    command = "grade lecture7 --full --device cpu --format json --submission solutions -v"
    report = Report(seed=7, isolation=Isolation("full"), command=command)
    repeated = repeat_command(report, "lecture7.train")
    assert repeated == "grade lecture7.train --full --device cpu --submission solutions --seed 7"
