"""pytest collects scenario files where aslkit is installed."""

import json
import os

import pytest

from aslkit.operations.coverage import from_json

DEFINITION = """\
StartAt: Load
States:
  Load:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Parameters: {JobName: "load-${Environment}"}
    TimeoutSeconds: 7200
    Retry:
      - {ErrorEquals: [States.ALL], IntervalSeconds: 60, MaxAttempts: 1}
    End: true
"""
SCENARIOS = """\
scenarios:
- name: the load succeeds
  tags: [quick]
  then: {status: SUCCEEDED}
- name: the load fails for good
  when: [{state: Load, glue: failed}]
  then: {status: FAILED, waits: {Load: [30]}}
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makefile(".ini", pytest="[pytest]\naslkit_values = values.json\n")
    pytester.makefile(".json", values='{"Environment": "dev"}')
    pytester.makefile(".asl.yaml", nightly=DEFINITION)
    pytester.makefile(".scenarios.yaml", nightly=SCENARIOS)
    return pytester


def test_each_scenario_is_a_test_and_a_failure_shows_what_differs_and_the_timeline(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*the load fails for good*",
            "the waits of 'Load' before its retries: expected *30s*, but it is *1m*",
            "  nightly.scenarios.yaml:7:34",
            "0:02:00  Load  tries again after 0:01:00 (attempt 2)",
            "0:03:00  Load  fails: *",
            "FAILED after 0:03:00 of virtual time, 2 transitions: States.TaskFailed: *",
            "FAILED nightly.scenarios.yaml::the load fails for good - the waits of*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_tags_choose_scenarios_as_markers(project: pytest.Pytester) -> None:
    project.runpytest_subprocess("-m", "quick", "--strict-markers").assert_outcomes(passed=1, deselected=1)


def test_scenarios_run_in_several_processes(project: pytest.Pytester) -> None:
    project.runpytest_subprocess("-n", "2").assert_outcomes(passed=1, failed=1)


PARTS = "nightly.asl.yaml: 100 % used: 1 of 1 state, 1 of 1 retry"


@pytest.mark.parametrize("processes", [[], ["-n", "2"]])
def test_what_the_tests_used_of_a_definition_is_written_whatever_process_ran_them(
    project: pytest.Pytester, processes: list[str]
) -> None:
    project.makepyfile(
        test_own="def test_own(simulate_definition):\n"
        "    assert simulate_definition('nightly.asl.yaml').status == 'SUCCEEDED'\n"
    )
    result = project.runpytest_subprocess("--aslkit-coverage", "out/used.json", *processes)
    result.stdout.fnmatch_lines([PARTS])
    (one,) = from_json(json.loads((project.path / "out" / "used.json").read_text()))
    assert one.definition == "nightly.asl.yaml"
    assert [(part.kind, uses) for part, uses in one.coverage.uses.items()] == [("state", 3), ("retry", 1)]


@pytest.mark.parametrize("processes", [[], ["-n", "2"]])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("folder", "folder: cannot write it: this is a folder"),
        ("values.json/used.json", "values.json/used.json: cannot write it: *values.json is no folder"),
    ],
)
def test_a_coverage_file_that_cannot_be_written_is_refused_before_any_test_is_run(
    project: pytest.Pytester, name: str, told: str, processes: list[str]
) -> None:
    project.mkdir("folder")
    result = project.runpytest_subprocess("--aslkit-coverage", name, *processes)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --aslkit-coverage: {told}"])
    assert result.outlines == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    ("chosen", "code", "summary"),
    [("good", pytest.ExitCode.TESTS_FAILED, "1 failed"), ("succeeds", pytest.ExitCode.USAGE_ERROR, "1 passed")],
)
def test_a_coverage_file_that_cannot_be_written_in_the_end_hides_no_failure(
    project: pytest.Pytester, chosen: str, code: int, summary: str
) -> None:
    result = project.runpytest_subprocess("-k", chosen, "--aslkit-coverage", "/dev/full")
    assert result.ret == code
    if code == pytest.ExitCode.TESTS_FAILED:
        result.stdout.fnmatch_lines(["the waits of 'Load' before its retries: expected *"])
    result.stdout.fnmatch_lines([f"*{summary}, 1 deselected*"])
    result.stderr.fnmatch_lines(["Exit: /dev/full: cannot write it: No space left on device"])
    result.stderr.no_fnmatch_line("*Traceback*")


def test_a_file_with_a_mistake_of_its_own_fails_with_the_place(project: pytest.Pytester) -> None:
    project.makefile(".scenarios.yaml", nightly=SCENARIOS.replace("scenarios:", "scenarioes: []\nscenarios:"))
    result = project.runpytest_subprocess()
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "*a scenario file knows no key 'scenarioes'; did you mean 'scenarios'?",
            "  nightly.scenarios.yaml:1:1",
            "FAILED nightly.scenarios.yaml::the file itself - Failed: a scenario file*",
        ]
    )


def test_a_timeline_that_stops_where_the_execution_goes_another_way_says_how_that_ends(
    project: pytest.Pytester,
) -> None:
    project.makefile(".scenarios.yaml", nightly=SCENARIOS.replace("waits: {Load: [30]}", "invocations: {Load: 1}"))
    result = project.runpytest_subprocess("-k", "good")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(
        [
            "0:02:00  Load  tries again after 0:01:00 (attempt 2)",
            "… goes on: FAILED after 0:03:00 of virtual time, 2 transitions: States.TaskFailed: *",
        ],
        consecutive=True,
    )


@pytest.mark.parametrize(
    "mark", ["skip", "xfail", "skipif", "parametrize", "usefixtures", "filterwarnings", "a word", "not", "_private"]
)
def test_a_tag_cannot_change_how_pytest_runs_a_scenario(project: pytest.Pytester, mark: str) -> None:
    project.makefile(".scenarios.yaml", nightly=SCENARIOS.replace("quick", f"{mark}, 5"))
    result = project.runpytest_subprocess("-k", "succeeds")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(
        [f"the tag '{mark}' *", "  nightly.scenarios.yaml:3:10", "this is 5; a word is expected"]
    )


@pytest.mark.parametrize("tag", ["größe", "v1.2", "team/data", "2nd-half", "a+b", "a_b"])
def test_any_other_word_is_a_tag_that_pytest_chooses_by(project: pytest.Pytester, tag: str) -> None:
    project.makefile(".scenarios.yaml", nightly=SCENARIOS.replace("quick", tag))
    project.runpytest_subprocess("-m", tag, "--strict-markers").assert_outcomes(passed=1, deselected=1)


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (
            "nightly.asl.yaml",
            "nightly.scenarios.yaml is about a definition that cannot be read: nightly.asl.yaml: no such file",
        ),
        ("values.json", "aslkit_values, values.json: no such file"),
    ],
)
def test_a_file_that_is_missing_is_an_error_of_the_collection_in_words(
    project: pytest.Pytester, missing: str, told: str
) -> None:
    (project.path / missing).unlink()
    result = project.runpytest_subprocess()
    assert result.ret == 2
    result.stdout.fnmatch_lines([told])
    result.stdout.no_fnmatch_line("*Errno*")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("nowhere.yaml", "nightly.scenarios.yaml:8:1: the definition cannot be read: nowhere.yaml: no such file"),
        ('"m\\0.yaml"', "nightly.scenarios.yaml:8:1: the definition cannot be read: m\\0.yaml: no such file"),
    ],
)
def test_a_definition_that_is_missing_is_told_with_the_line_where_it_is_written(
    project: pytest.Pytester, written: str, told: str
) -> None:
    project.makefile(".scenarios.yaml", nightly=f"{SCENARIOS.rstrip()}\ndefinition: {written}\n")
    result = project.runpytest_subprocess()
    assert result.ret == 2
    assert told in result.outlines


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        (DEFINITION.replace("End: true", "Next: Nowhere"), "*AWS refuses the definition:*"),
        (DEFINITION.replace("StartAt:", "StartAt: ["), "*nightly.asl.yaml:*"),
    ],
)
def test_a_definition_that_aws_refuses_is_an_error_of_the_collection(
    project: pytest.Pytester, definition: str, told: str
) -> None:
    project.makefile(".asl.yaml", nightly=definition)
    result = project.runpytest_subprocess()
    assert result.ret == 2
    result.stdout.fnmatch_lines([told])


def test_collecting_can_be_turned_off(project: pytest.Pytester) -> None:
    assert project.runpytest_subprocess("-o", "aslkit_scenarios=false").ret == 5


def test_the_fixture_runs_a_definition_from_the_root_folder_with_the_values_of_the_project(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(
        test_nightly="""
        from aslkit.testing import expect

        def test_a_failed_load_is_tried_again(simulate_definition):
            failing = [{"state": "Load", "invocation": 1, "glue": "failed"}]
            execution = simulate_definition("nightly.asl.yaml", when=failing)
            expect(execution).succeeded().waited("Load", "1m").ran("load-dev", "FAILED", "SUCCEEDED")
        """
    )
    project.runpytest_subprocess("test_nightly.py").assert_outcomes(passed=1)


@pytest.mark.parametrize("processes", [[], ["-n", "2"]])
@pytest.mark.parametrize("name", ["nightly.scenarios.yaml", "nightly.asl.yaml", "values.json", "test_own.py"])
def test_coverage_does_not_replace_what_is_no_coverage(
    project: pytest.Pytester, name: str, processes: list[str]
) -> None:
    project.makepyfile(test_own="def test_own(): pass")
    before = (project.path / name).read_text()
    result = project.runpytest_subprocess("--aslkit-coverage", name, ".", *processes)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    told = f"ERROR: --aslkit-coverage: {name} is not overwritten: it is no coverage file; write to another file"
    result.stderr.fnmatch_lines([told])
    assert result.outlines == []
    assert (project.path / name).read_text() == before


def test_coverage_does_not_replace_what_a_test_writes_in_the_meantime(project: pytest.Pytester) -> None:
    project.makepyfile(test_own="def test_own():\n    open('notes.txt', 'w').write('kept')")
    result = project.runpytest_subprocess("--aslkit-coverage=notes.txt", "test_own.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["Exit: notes.txt is not overwritten: it is no coverage file; write to another file"])
    assert (project.path / "notes.txt").read_text() == "kept"


def test_coverage_replaces_coverage_and_an_empty_file(project: pytest.Pytester) -> None:
    (project.path / "used.json").touch()
    options = ["-k", "succeeds", "--aslkit-coverage=used.json"]
    assert project.runpytest_subprocess(*options).ret == 0
    first = (project.path / "used.json").read_text()
    assert project.runpytest_subprocess(*options).ret == 0
    assert (project.path / "used.json").read_text() == first


SHARED = """\
defaults:
  when:
  - {state: Load, invocation: 1, glue: failed}
  - {state: Load, invocation: 7, glue: failed}
scenarios:
- {name: the load is tried again, tags: [quick], then: {status: SUCCEEDED}}
- {name: the load fails for good, when: [{state: Load, invocation: 2, glue: failed}], then: {status: FAILED}}
"""
UNUSED = ["no scenario ever comes to this outcome for state 'Load'", "  nightly.scenarios.yaml:4:5"]


@pytest.mark.parametrize(
    ("options", "outcomes"),
    [
        ([], {"passed": 2, "failed": 1}),
        (["-n", "2"], {"passed": 2, "failed": 1}),
        (["-n", "2", "--dist", "each"], {"passed": 4, "failed": 2}),
        (["-m", "scenario"], {"passed": 2, "failed": 1}),
        (["-k", "file and itself"], {"failed": 1, "deselected": 2}),
        (["nightly.scenarios.yaml::the file itself"], {"failed": 1}),
    ],
)
def test_a_shared_outcome_that_no_scenario_comes_to_fails_a_test_of_the_file_itself(
    project: pytest.Pytester, options: list[str], outcomes: dict[str, int]
) -> None:
    project.makefile(".scenarios.yaml", nightly=SHARED)
    result = project.runpytest_subprocess(*options)
    result.assert_outcomes(**outcomes)
    result.stdout.fnmatch_lines(["*the file itself*", *UNUSED])


@pytest.mark.parametrize(
    ("options", "outcomes"),
    [
        (["-k", "again"], {"passed": 1, "deselected": 2}),
        (["-m", "not quick"], {"passed": 1, "deselected": 2}),
        (["-m", "not quick", "-n", "2"], {"passed": 1}),
        (["-m", "not scenario"], {"deselected": 3}),
        (["nightly.scenarios.yaml::the load is tried again"], {"passed": 1}),
    ],
)
def test_a_choice_of_scenarios_says_nothing_about_what_the_others_share(
    project: pytest.Pytester, options: list[str], outcomes: dict[str, int]
) -> None:
    project.makefile(".scenarios.yaml", nightly=SHARED)
    project.runpytest_subprocess(*options).assert_outcomes(**outcomes)


ONE_OF_TWO = """\
defaults: {{when: [{{state: Load, invocation: 2, glue: failed}}]}}
scenarios:
- {{name: the load succeeds, then: {{status: SUCCEEDED}}}}
- {{name: the load fails for good, when: [{{state: {state}, invocation: 1, glue: failed}}], then: {{status: FAILED}}}}
"""


@pytest.mark.parametrize(
    ("state", "outcomes"), [("Load", {"passed": 3}), ("Lod", {"passed": 2, "failed": 1})], ids=["used", "unknown"]
)
def test_a_shared_outcome_that_one_scenario_comes_to_or_may_come_to_fails_nothing(
    project: pytest.Pytester, state: str, outcomes: dict[str, int]
) -> None:
    project.makefile(".scenarios.yaml", nightly=ONE_OF_TWO.format(state=state))
    project.runpytest_subprocess().assert_outcomes(**outcomes)


def test_what_the_test_of_the_file_itself_runs_again_counts_for_no_coverage(project: pytest.Pytester) -> None:
    project.makefile(".scenarios.yaml", nightly=SHARED)
    project.runpytest_subprocess("nightly.scenarios.yaml::the file itself", "--aslkit-coverage=used.json")
    assert from_json(json.loads((project.path / "used.json").read_text())) == []


FAILING = """\
from hypothesis import given
from aslkit.testing import expect, machine, run
from aslkit.testing.strategies import outcomes

VALUES = {"Environment": "dev"}
MACHINE = machine("nightly.asl.yaml", VALUES)
WRONG = [{"state": "Lod", "hangs": True}]


def test_run():
    run(MACHINE, when=WRONG)


def test_fixture(simulate_definition):
    simulate_definition("nightly.asl.yaml", when=WRONG)


def test_machine():
    machine("nightly.asl.yaml", {"Nothing": 1})


def test_file():
    run("nowhere.asl.yaml")


def test_expect():
    expect(run(MACHINE)).failed()


def test_kind(simulate_definition):
    simulate_definition(5)


@given(outcomes(MACHINE, returns={"Lod": 3}))
def test_outcomes(account):
    pass
"""


def test_a_failure_shows_the_line_of_the_test_and_the_sentence_and_nothing_of_aslkit(project: pytest.Pytester) -> None:
    project.makepyfile(test_own=FAILING)
    # The profile, as Hypothesis takes another one where the variable CI is set, and prints more.
    options = ["--tb=short", "-p", "no:cacheprovider", "--hypothesis-profile=default"]
    result = project.runpytest_subprocess("test_own.py", *options)
    result.assert_outcomes(failed=7)
    shown = [line for line in result.outlines if line.startswith(("test_own.py:", "E ", "    "))]
    assert [line for line in shown if "^" not in line and "while generating" not in line] == [
        "test_own.py:11: in test_run",
        "    run(MACHINE, when=WRONG)",
        "E   aslkit.testing.ScenarioError: when[0].state: the definition has no state 'Lod'; did you mean 'Load'?",
        "test_own.py:15: in test_fixture",
        '    simulate_definition("nightly.asl.yaml", when=WRONG)',
        "E   aslkit.testing.ScenarioError: when[0].state: the definition has no state 'Lod'; did you mean 'Load'?",
        "test_own.py:19: in test_machine",
        '    machine("nightly.asl.yaml", {"Nothing": 1})',
        "E   aslkit.testing.ScenarioError: nightly.asl.yaml: no value is given for ${Environment} (line 6)",
        "test_own.py:23: in test_file",
        '    run("nowhere.asl.yaml")',
        "E   FileNotFoundError: [Errno 2] No such file or directory: 'nowhere.asl.yaml'",
        "test_own.py:27: in test_expect",
        "    expect(run(MACHINE)).failed()",
        "E   AssertionError: the status: expected FAILED, but it is SUCCEEDED",
        "E   ",
        "E   0:00:00  Load  calls glue:startJobRun.sync load-dev",
        "E   0:01:00  Load  succeeded",
        "test_own.py:31: in test_kind",
        "    simulate_definition(5)",
        "E   TypeError: `definition` is 5; the name of a file, as seen from pytest's root folder, is expected",
        "test_own.py:35: in test_outcomes",
        "    def test_outcomes(account):",
        "E   aslkit.testing.ScenarioError: returns: the definition has no Task 'Lod'; did you mean 'Load'?",
    ]
