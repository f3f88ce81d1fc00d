"""aslkit explore on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aslkit.cli import main

GOOD = """\
StartAt: Load
States:
  Load:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Parameters: {JobName.$: $.job}
    TimeoutSeconds: 7200
    ResultPath: null
    Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 60, MaxAttempts: 1}]
    Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Tell}]
    End: true
  Tell:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters:
      TopicArn: arn:aws:sns:us-east-1:123456789012:t
      Subject: The load failed
      Message.$: States.Format('Load failed with {}', $.error.Error)
    TimeoutSeconds: 60
    ResultPath: null
    Retry: [{ErrorEquals: [States.ALL]}]
    Next: Failed
  Failed:
    Type: Fail
    ErrorPath: $.error.Error
"""
BAD = GOOD.replace("    Catch: [{ErrorEquals: [States.ALL]", "    Catch: [{ErrorEquals: [States.Timeout]")
SCENARIOS = """\
defaults:
  given: {input: {job: load}, glue: {jobs: {load: {duration: 10m}}}}
explore:
  faults: 1
scenarios:
  - {name: it loads, then: {status: SUCCEEDED}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("m.asl.yaml").write_text(GOOD)
    Path("bad.asl.yaml").write_text(BAD)
    for name in ("m", "bad"):
        Path(f"{name}.scenarios.yaml").write_text(SCENARIOS)
    return tmp_path


def reported(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    main(["explore", *words, "--format", "json"])
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def test_a_definition_in_which_every_property_holds_gives_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "m.asl.yaml", "--faults", "2"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "0 counterexamples"


def test_a_counterexample_is_shown_as_a_timeline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "bad.asl.yaml"]) == 1
    assert capsys.readouterr().out.startswith(
        "failure-is-told: 'Load' failed with States.TaskFailed, and nobody is told of it: "
        "no state that tells anybody was entered\n"
        "  given  Load, invocation 1 and all later ones: glue: failed (States.TaskFailed)\n"
        "    0:00:00  Load  calls glue:startJobRun.sync load\n"
        "    0:10:00  Load  fails: States.TaskFailed: Command failed with exit code 1\n"
        "    0:11:00  Load  tries again after 0:01:00 (attempt 2)\n"
        "    0:21:00  Load  fails: States.TaskFailed: Command failed with exit code 1\n"
        "    FAILED after 0:21:00 of virtual time, 2 transitions: States.TaskFailed: Command failed with exit code 1\n"
        "  14 more runs are wrong in the same way\n"
    )


def test_the_report_as_json_has_these_keys(capsys: pytest.CaptureFixture[str]) -> None:
    report = reported(capsys, "bad.asl.yaml")
    assert list(report) == ["runs", "covered", "not_covered", "violations"]
    (violation,) = report["violations"]
    assert list(violation) == ["property", "message", "faults", "status", "scenario"]
    assert (violation["property"], violation["status"]) == ("failure-is-told", "FAILED")
    assert violation["faults"] == [{"state": "Load", "invocation": 1, "error": "States.TaskFailed"}]


def test_a_counterexample_is_written_as_a_scenario_that_passes_test(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "bad.asl.yaml", "--write", "found"]) == 1
    assert [file.name for file in Path("found").iterdir()] == ["01-failure-is-told.scenarios.yaml"]
    assert main(["test", "found"]) == 0
    Path("bad.asl.yaml").write_text(GOOD)
    assert main(["test", "found"]) == 1
    capsys.readouterr()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("'Load failed with {}', $.error.Error", "'Load failed with {}', $$.Execution.Id"),
        ("glue:startJobRun.sync", "glue:startJobRun"),
    ],
)
def test_a_counterexample_fails_as_soon_as_the_definition_is_right(
    before: str, after: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.asl.yaml").write_text(GOOD.replace(before, after))
    assert main(["explore", "bad.asl.yaml", "--write", "found"]) == 1
    assert main(["test", "found"]) == 0
    Path("bad.asl.yaml").write_text(GOOD)
    capsys.readouterr()
    for file in sorted(Path("found").iterdir()):
        assert (file.name, main(["test", str(file)])) == (file.name, 1)


TOLD_BY_LAMBDA = GOOD.replace("sns:publish", "lambda:invoke").replace(
    """      TopicArn: arn:aws:sns:us-east-1:123456789012:t
      Subject: The load failed
      Message.$: States.Format('Load failed with {}', $.error.Error)
""",
    "      FunctionName: tell\n      Payload: {text.$: \"States.Format('Load failed with {}', $.error.Error)\"}\n",
)


@pytest.mark.parametrize(
    ("before", "after", "broken"),
    [
        ("$.error.Error)", "$$.Execution.Id)", "failure-is-told"),
        ("[States.ALL], IntervalSeconds: 60", "[Glue.JobFailed], IntervalSeconds: 60", "retriers-are-used"),
    ],
)
def test_a_counterexample_about_a_notifier_that_is_no_topic_fails_as_soon_as_the_definition_is_right(
    before: str, after: str, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = "\n  when: [{state: Tell, returns: {Payload: null}}]"
    Path("bad.scenarios.yaml").write_text(SCENARIOS.replace("\nexplore:", f"{answers}\nexplore:\n  notifiers: [Tell]"))
    right, wrong = TOLD_BY_LAMBDA, TOLD_BY_LAMBDA.replace(before, after)
    assert wrong != right
    Path("bad.asl.yaml").write_text(wrong)
    assert main(["explore", "bad.asl.yaml", "--write", "found"]) == 1
    assert main(["test", "found"]) == 0
    assert [file.name for file in sorted(Path("found").iterdir())] == [f"01-{broken}.scenarios.yaml"]
    Path("bad.asl.yaml").write_text(right)
    assert main(["explore", "bad.asl.yaml"]) == 0
    assert main(["test", "found"]) == 1
    capsys.readouterr()


def test_a_counterexample_holds_only_the_answers_that_it_comes_to(capsys: pytest.CaptureFixture[str]) -> None:
    call = "{Type: Task, Resource: 'arn:aws:states:::lambda:invoke', Parameters: {FunctionName: f}, TimeoutSeconds: 9"
    Path("two.asl.yaml").write_text(f"StartAt: One\nStates:\n  One: {call}, Next: Two}}\n  Two: {call}, End: true}}\n")
    Path("two.scenarios.yaml").write_text(
        "defaults: {when: [{state: One, returns: {}}, {state: Two, invocation: 1-2, returns: {}}]}\n"
        "explore: {notifiers: []}\nscenarios: [{name: well, then: {status: SUCCEEDED}}]\n"
    )
    assert main(["explore", "two.asl.yaml", "--faults", "1", "--write", "found"]) == 1
    assert main(["test", "found"]) == 0
    capsys.readouterr()


def test_the_input_may_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    Path("i.json").write_text('{"job": "load", "day": 1}')
    report = reported(capsys, "m.asl.yaml", "--input", "i.json")
    assert report["covered"]["states"]["(input)"] == {"States.Runtime": 3}


def test_the_time_has_a_limit(capsys: pytest.CaptureFixture[str]) -> None:
    report = reported(capsys, "m.asl.yaml", "--faults", "2", "--no-prune", "--max-time", "0", "--workers", "1")
    assert report["covered"]["levels"] == [1, 0]
    assert "placements beyond the limit of time, and what follows from them" in report["not_covered"][1]


def test_an_exploration_in_which_no_run_ends_in_time_cannot_be_run(capsys: pytest.CaptureFixture[str]) -> None:
    Path("endless.py").write_text("def goes_on(run):\n    while True:\n        pass\n")
    Path("m.scenarios.yaml").write_text(
        SCENARIOS.replace("  faults: 1\n", "  properties: [{name: own, python: endless:goes_on}]\n")
    )
    assert main(["explore", "m.asl.yaml", "--max-time", "1s", "--workers", "2"]) == 2
    assert capsys.readouterr() == (
        "",
        "aslkit: --max-time 1s: not even the run in which nothing goes wrong ended in that time\n",
    )


def test_what_s3_holds_is_there_for_the_runs(capsys: pytest.CaptureFixture[str]) -> None:
    reader = (
        "{Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: {InputType: JSON}, Parameters: {Bucket: b, Key: k}}"
    )
    Path("items.asl.yaml").write_text(
        "StartAt: Each\nStates:\n"
        f"  Each: {{Type: Map, ItemReader: {reader}, End: true, ItemProcessor: {{StartAt: One, "
        "ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}, "
        "States: {One: {Type: Succeed}}}}\n"
    )
    Path("items.scenarios.yaml").write_text(
        "defaults: {given: {objects: [{Bucket: b, Key: k, file: items.json}]}}\n"
        "scenarios: [{name: a, then: {status: SUCCEEDED}}]\n"
    )
    Path("items.json").write_text("[1, 2]")
    assert main(["explore", "items.asl.yaml", "--faults", "0"]) == 0
    Path("items.json").unlink()
    assert main(["explore", "items.asl.yaml", "--faults", "0"]) == 2
    assert capsys.readouterr().err == (
        "aslkit: items.scenarios.yaml:1:20: s3://b/k cannot be had: there is no file 'items.json' that can be read\n"
    )


def test_all_sequences_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """The load succeeds after no or one failure, or fails twice; then the mail is sent after 0 to 3, or not."""
    covered = reported(capsys, "m.asl.yaml", "--faults", "all")["covered"]
    assert covered["sequences"] == 2 + 5
    assert reported(capsys, "m.asl.yaml", "--faults", "all", "--no-prune")["runs"] == 2 + 5


def test_shards_are_merged(capsys: pytest.CaptureFixture[str]) -> None:
    whole = reported(capsys, "bad.asl.yaml", "--faults", "2")
    for number in (1, 2):
        part = reported(capsys, "bad.asl.yaml", "--faults", "2", "--shard", f"{number}/2")
        Path(f"{number}.json").write_text(json.dumps(part))
    assert main(["explore", "--merge", "1.json", "2.json", "--format", "json"]) == 1
    merged = json.loads(capsys.readouterr().out)
    assert (merged["runs"], merged["violations"]) == (whole["runs"], whole["violations"])
    assert main(["explore", "--merge", "2.json", "1.json"]) == 1
    merged_text = capsys.readouterr().out
    assert main(["explore", "bad.asl.yaml", "--faults", "2"]) == 1
    whole_text = capsys.readouterr().out
    found = "retriers-are-used"  # is looked at last when shards are merged
    assert merged_text.partition("broken")[0] == whole_text.partition("broken")[0].replace(f"holds   {found}\n", "")
    assert merged_text.splitlines()[-1] == whole_text.splitlines()[-1] == "1 counterexample"


CHECKS = """\
def at(run):
    return [(placed.mishap, placed.times) for placed in run.placement]

def first(run):
    if at(run) in ([("glue: failed", "lasting")], [("glue: stopped", "once")]):
        return "first"

def second(run):
    if at(run) in ([("glue: failed", "lasting")], [("glue: timeout", "once")]):
        return "second"
"""


def test_what_is_wrong_with_one_run_is_merged_in_the_order_of_the_properties(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The first shard finds `second` before `first`, the second one both in one run that comes earlier still."""
    Path("ordered_checks.py").write_text(CHECKS)
    words = "{name: first, python: 'ordered_checks:first'}, {name: second, python: 'ordered_checks:second'}"
    Path("m.scenarios.yaml").write_text(SCENARIOS.replace("faults: 1", f"faults: 1\n  properties: [{words}]"))
    whole = reported(capsys, "m.asl.yaml")
    for number in (1, 2):
        part = reported(capsys, "m.asl.yaml", "--shard", f"{number}/2")
        Path(f"{number}.json").write_text(json.dumps(part))
    merged = reported(capsys, "--merge", "1.json", "2.json")
    assert [one["property"] for one in whole["violations"]] == ["first", "second"]
    assert (merged["violations"], merged["covered"]["about"]) == (whole["violations"], whole["covered"]["about"])


def test_an_unused_retrier_is_merged_before_what_takes_more_faults(capsys: pytest.CaptureFixture[str]) -> None:
    unused = "Retry: [{ErrorEquals: [Nobody.RaisesThis]}, {ErrorEquals: [States.ALL], IntervalSeconds: 60"
    Path("m.asl.yaml").write_text(GOOD.replace("Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 60", unused))
    words = "{name: one at a time, holds: '{% $count($run.faults) < 2 %}'}"
    Path("m.scenarios.yaml").write_text(SCENARIOS.replace("faults: 1", f"properties: [{words}]"))
    whole = reported(capsys, "m.asl.yaml")
    for number in (1, 2):
        part = reported(capsys, "m.asl.yaml", "--shard", f"{number}/2")
        Path(f"{number}.json").write_text(json.dumps(part))
    merged = reported(capsys, "--merge", "1.json", "2.json")
    order = [one["property"] for one in whole["violations"]]
    assert order.index("retriers-are-used") < order.index("one at a time")
    assert (merged["violations"], merged["covered"]["about"]) == (whole["violations"], whole["covered"]["about"])


def test_a_merge_that_lacks_shards_is_no_all_clear(capsys: pytest.CaptureFixture[str]) -> None:
    Path("1.json").write_text(json.dumps(reported(capsys, "m.asl.yaml", "--shard", "1/3")))
    assert main(["explore", "--merge", "1.json"]) == 2
    printed = capsys.readouterr()
    assert printed.err == "aslkit: only 1/3 are here: what the other shards find is open\n"
    assert "not run: all but shard 1/3" in printed.out


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("definition", None),
        ("faults", True),
        ("faults", 9),
        ("faults", "x"),
        ("levels", "x"),
        ("levels", ["x"]),
        ("levels", [-1]),
        ("endings", {"FAILED": None}),
        ("endings", {"FAILED": ""}),
        ("endings", {"FAILED": []}),
        ("endings", {"FAILED": {}}),
        ("states", {"Load": {"States.TaskFailed": None}}),
        ("states", {"Load": {"States.TaskFailed": True}}),
        ("states", {"Load": 1}),
        ("shards", ["2/1"]),
        ("shards", ["x"]),
        ("shards", []),
        ("properties", 3),
        ("properties", {}),
        ("properties", {"failure-is-told": {"holds": 1, "explanation": ""}}),
        ("unmet", None),
        ("unmet", {"Load": None}),
        ("unused_retriers", [{}]),
        ("about", []),
        ("about", [{"about": [], "place": [0], "alike": 0, "told": []}]),
        ("about", [{"about": [], "place": [0, 0], "alike": None, "told": []}]),
        ("about", [{"about": [{}], "place": [0, 0], "alike": 0, "told": []}]),
        ("about", [{"about": [], "place": [0, 0], "alike": 0, "told": [1]}]),
    ],
)
def test_a_damaged_report_is_refused(key: str, value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    report = reported(capsys, "bad.asl.yaml")
    report["covered"][key] = value
    Path("1.json").write_text(json.dumps(report))
    assert main(["explore", "--merge", "1.json"]) == 2
    assert capsys.readouterr().err == (
        "aslkit: 1.json: this is no report of an exploration (aslkit explore --format json)\n"
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("runs", -1),
        ("runs", True),
        ("runs", 10**400),
        ("not_covered", [1]),
        ("not_covered", ["\ud800"]),
        ("violations", [None]),
        ("violations", [{"property": "failure-is-told", "message": "", "faults": [3], "status": "", "scenario": ""}]),
        ("violations", [{"property": "x", "message": "", "faults": [], "status": "", "scenario": ""}]),
    ],
)
def test_what_is_no_report_as_a_whole_is_refused(key: str, value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    Path("1.json").write_text(json.dumps({**reported(capsys, "bad.asl.yaml"), key: value}))
    assert main(["explore", "--merge", "1.json"]) == 2
    assert capsys.readouterr().err == (
        "aslkit: 1.json: this is no report of an exploration (aslkit explore --format json)\n"
    )


def test_the_name_of_a_property_is_no_path(capsys: pytest.CaptureFixture[str]) -> None:
    words = "explore: {faults: 0, properties: [{name: '../x / y: ü?', holds: '{% false %}'}]}\n"
    Path("m.scenarios.yaml").write_text(words + SCENARIOS.replace("explore:\n  faults: 1\n", ""))
    assert main(["explore", "m.asl.yaml", "--write", "found"]) == 1
    assert [file.name for file in Path("found").iterdir()] == ["01-..-x-y-ü.scenarios.yaml"]
    assert main(["test", "found"]) == 0
    capsys.readouterr()


def test_the_proof_and_the_event_rule_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "m.asl.yaml", "--proof", "proof.md", "--event-rule", "rule.json"]) == 0
    assert Path("proof.md").read_text().startswith("# Who is told: m.asl.yaml\n")
    assert json.loads(Path("rule.json").read_text())["detail"]["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    capsys.readouterr()


def test_what_no_definition_can_tell_counts_with_strict(capsys: pytest.CaptureFixture[str]) -> None:
    report = reported(capsys, "m.asl.yaml", "--strict")
    assert [one["property"] for one in report["violations"]] == ["residual-risk-is-seen"]
    assert report["violations"][0]["faults"] == [{"state": None, "invocation": 0, "error": "States.Runtime"}]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["m.asl.yaml", "--faults", "9"], "--faults 9: write a number from 0 to 8, or all"),
        (["m.asl.yaml", "--shard", "3/2"], "--shard 3/2: write which part of how many, for example 1/8"),
        (["m.asl.yaml", "--max-time", "soon"], "--max-time soon: write a duration, for example 90s, 10m, 1h30m"),
        (["none.asl.yaml"], "none.asl.yaml: no such file"),
        ([], "name a definition to explore, or the reports to --merge"),
        (["--merge", "list.json"], "list.json: this is no report of an exploration (aslkit explore --format json)"),
        (["--merge", "m.asl.yaml"], "m.asl.yaml: this is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (
            ["odd.asl.yaml"],
            "odd.scenarios.yaml:1:11: `explore` knows no key 'fault'; did you mean 'faults'?",
        ),
        (
            ["call.asl.yaml"],
            "call.asl.yaml: state 'Call' calls lambda:invoke, and nothing says what invocation 1 answers; "
            "write it under `when`: {state: Call, returns: ...} (in `defaults` of call.scenarios.yaml)",
        ),
    ],
)
def test_what_cannot_be_explored_gives_two(words: list[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("odd.asl.yaml").write_text(GOOD)
    Path("list.json").write_text("[1]")
    Path("odd.scenarios.yaml").write_text("explore: {fault: 1}\nscenarios: []\n")
    Path("call.asl.yaml").write_text(
        "StartAt: Call\nStates:\n  Call: {Type: Task, Resource: 'arn:aws:states:::lambda:invoke', "
        "Parameters: {FunctionName: f}, TimeoutSeconds: 9, End: true}\n"
    )
    assert main(["explore", *words]) == 2
    assert capsys.readouterr().err == f"aslkit: {reason}\n"


@pytest.mark.parametrize(
    ("option", "number", "most"),
    [
        ("--max-runs", "0", "100,000,000"),
        ("--max-runs", "9223372036854775808", "100,000,000"),
        ("--max-runs", "many", "100,000,000"),
        ("--workers", "-1", "1,000"),
        ("--workers", "9223372036854775808", "1,000"),
    ],
)
def test_numbers_on_the_command_line_have_bounds(
    option: str, number: str, most: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["explore", "m.asl.yaml", f"{option}={number}"])
    reason = f"aslkit explore: error: argument {option}: {number}: write a whole number from 1 to {most}"
    assert (left.value.code, capsys.readouterr().err.splitlines()[-1]) == (2, reason)


@pytest.mark.parametrize(
    "option", ["--input", "--scenarios", "--values", "--config", "--write", "--proof", "--event-rule", "--merge"]
)
def test_an_empty_name_is_no_name(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", *([] if option == "--merge" else ["m.asl.yaml"]), option, ""]) == 2
    assert capsys.readouterr() == ("", f"aslkit: {option}: the name of a file is empty\n")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--proof", "m.asl.yaml"], "m.asl.yaml is not overwritten: it is what was read; write to another file"),
        (["--event-rule", "m.scenarios.yaml"], "m.scenarios.yaml is not overwritten: it is what was read; write to "),
        (["--proof", "i.json", "--input", "i.json"], "i.json is not overwritten: it is what was read; write to "),
        (["--proof", "folder"], "folder: cannot write it: this is a folder"),
        (["--event-rule", "m.asl.yaml/r.json"], "m.asl.yaml/r.json: cannot write it: m.asl.yaml is no folder"),
        (["--write", "m.asl.yaml"], "m.asl.yaml: cannot write into it: m.asl.yaml is no folder"),
    ],
)
def test_what_cannot_be_written_is_told_before_anything_is_run(
    words: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("folder").mkdir()
    Path("i.json").write_text('{"job": "load"}')
    looked = "explore: {faults: 0, properties: [{name: own, python: 'telling:look'}]}\n"
    Path("telling.py").write_text("def look(run):\n    print('looked')\n")
    Path("m.scenarios.yaml").write_text(looked + SCENARIOS.replace("explore:\n  faults: 1\n", ""))
    assert main(["explore", "m.asl.yaml", *words]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.startswith(f"aslkit: {reason}")) == ("", True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_the_report_is_printed_before_files_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "m.asl.yaml", "--proof", "/dev/full"]) == 2
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == "0 counterexamples"
    assert printed.err == "aslkit: /dev/full: cannot write it: No space left on device\n"


@pytest.mark.parametrize(
    ("given", "remark"),
    [
        ("{input: {a: 1}, without: [Typo]}", "2:36: the input has no 'Typo' to leave out"),
        ("{input: [1], with: {b: 2}}", "2:3: `with` and `without` change an object, and the input is none"),
        ("{file: none.json}", "2:11: there is no file 'none.json' that can be read"),
        (
            "{objects: [{Bucket: b, Key: k, file: nofile}]}",
            "2:11: s3://b/k cannot be had: there is no file 'nofile' that can be read",
        ),
        (
            "{machines: {other: none.asl.yaml}}",
            "2:11: the state machine 'other' cannot be run: there is no file 'none.asl.yaml' that can be read",
        ),
    ],
)
def test_what_is_given_is_refused_in_the_words_of_test(
    given: str, remark: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scenarios = "scenarios: [{name: a, then: {status: SUCCEEDED}}]\n"
    Path("m.scenarios.yaml").write_text(f"defaults:\n  given: {given}\n{scenarios}")
    assert main(["explore", "m.asl.yaml"]) == 2
    assert capsys.readouterr().err == f"aslkit: m.scenarios.yaml:{remark}\n"
    assert main(["test", "m.scenarios.yaml"]) == 1
    assert remark.partition(": ")[2] in capsys.readouterr().out


def test_scenarios_about_another_definition_are_taken_only_when_they_are_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("m.scenarios.yaml").write_text(f"definition: bad.asl.yaml\n{SCENARIOS}")
    told = "m.scenarios.yaml:1:1: the scenarios are about the definition 'bad.asl.yaml', and m.asl.yaml is explored"
    assert main(["explore", "m.asl.yaml"]) == 2
    hint = "; --scenarios m.scenarios.yaml explores this with it all the same"
    assert capsys.readouterr() == ("", f"aslkit: {told}{hint}\n")
    assert main(["explore", "m.asl.yaml", "--scenarios", "m.scenarios.yaml"]) == 0
    assert capsys.readouterr().err == f"note: {told}\n"
    Path("m.scenarios.yaml").write_text(f"definition: ./m.asl.yaml\n{SCENARIOS}")
    assert main(["explore", "m.asl.yaml"]) == 0
    assert capsys.readouterr().err == ""


def test_a_definition_that_aws_refuses_gives_one(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.asl.yaml").write_text(GOOD.replace("Next: Failed", "Next: Nowhere"))
    assert main(["explore", "m.asl.yaml"]) == 1
    assert capsys.readouterr().err.endswith("m.asl.yaml is not explored: AWS refuses it\n")


def test_the_settings_in_the_documentation_are_what_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(__file__).parents[2]
    page = (root / "docs" / "exploration.md").read_text(encoding="utf-8")
    settings = page.partition("```yaml\n")[2].partition("```")[0]
    Path("of-refresh.scenarios.yaml").write_text(
        f"defaults: {{given: {{file: {root}/definitions/inputs/dev.json}}}}\n{settings}scenarios: []\n"
    )
    Path("checks.py").write_text("def told_in_time(run):\n    print('looked at')\n")
    refresh = str(root / "definitions" / "db-refresh.asl.yaml")
    words = [refresh, "--scenarios", "of-refresh.scenarios.yaml", "--faults", "0"]
    properties = reported(capsys, *words)["covered"]["properties"]
    assert {"a mail an hour is enough", "no run takes longer than a day", "our own"} <= properties.keys()


@pytest.mark.parametrize(
    ("words", "remark"),
    [
        ("skip: [every-run-end]", "1:18: there is no property 'every-run-end'; did you mean 'every-run-ends'?"),
        ("mute: [{fault: 'glue: stoped'}]", "1:19: no fault is called 'glue: stoped'; did you mean 'glue: stopped'?"),
        ("mute: [{fault: without jobs}]", "1:19: no fault is called 'without jobs'; did you mean 'without job'?"),
        (
            "mute: [{state: Load, fault: 'sns: *'}]",
            "1:32: no fault of 'Load' is called 'sns: *'",
        ),
        ("mute: [{state: Laod, fault: '*'}]", "1:19: no Task has a name like 'Laod'; did you mean 'Load'?"),
        ("add: [{state: Laod, error: E}]", "1:18: no Task has a name or Resource like 'Laod'; did you mean 'Load'?"),
        (
            "add: [{state: Load}]",
            "1:17: a fault has an `error`, another answer `returns`, and this has not one of them",
        ),
        ("add: [{returns: 1, cause: c}]", "1:30: what `returns` has no `cause`"),
        ("waits: {Laod: [60]}", "1:19: no Task has a name like 'Laod'; did you mean 'Load'?"),
        ("notifiers: [Tel]", "1:23: no Task has a name like 'Tel'; did you mean 'Tell'?"),
        ("success: [Load]", "1:21: 'Load' fits no notifier, and only these tell of an end"),
        (
            "properties: [{name: every-run-ends, holds: '{% true %}'}]",
            "1:25: a property 'every-run-ends' is built in; name it otherwise",
        ),
        (
            "properties: [{name: a, holds: '{% true %}'}, {name: a, holds: '{% true %}'}]",
            "1:57: a property 'a' is there already; name it otherwise",
        ),
        (
            "properties: [{name: a, python: 'json'}]",
            "1:24: property 'a' has 'json' for `python`, which is no MODULE:FUNCTION",
        ),
        ("properties: [{name: a, holds: '{% 1 + %}'}]", "1:24: property 'a' is no JSONata: "),
        *(
            (f"properties: [{{name: a, holds: {rule}}}]", f"1:{column}: property 'a': {remark}")
            for rule, column, remark in (
                (
                    "{Variable: duration, NumericLessThan: 5}",
                    42,
                    "'duration' is no path: a path starts with '$' at character 0",
                ),
                ("{Variable: '', NumericLessThan: 5}", 42, "'' is no path: a path starts with '$' at character 0"),
                ("{Variable: '${X}', NumericLessThan: 5}", 42, "'${X}' is no path: '$' is followed by "),
                (
                    "{Variable: $.duration, NumericLessThanPath: bad}",
                    64,
                    "'bad' is no path: a path starts with '$' at character 0",
                ),
                (
                    "{Variable: $.cost, NumericLessThan: 5, Nextt: 3}",
                    80,
                    "a choice rule here knows no key 'Nextt'; there is Variable, And, Or, Not, Comment, ",
                ),
                (
                    "{Or: [{And: [{Not: {Variabel: 1}}]}]}",
                    61,
                    "a choice rule here knows no key 'Variabel'; did you mean 'Variable'?",
                ),
                ("3", 34, "`holds` is 3; a choice rule, or a JSONata expression between {% and %}, is expected"),
            )
        ),
    ],
)
def test_settings_that_fit_nothing_are_told_with_their_place(
    words: str, remark: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rest = SCENARIOS.replace("explore:\n  faults: 1\n", "")
    Path("m.scenarios.yaml").write_text(f"explore: {{{words}}}\n{rest}")
    assert main(["explore", "m.asl.yaml"]) == 2
    assert capsys.readouterr().err.startswith(f"aslkit: m.scenarios.yaml:{remark}")


LONG = "x" * 1_000_000
RULE = {"Variable": f"$.{LONG}", "IsNull": True}


@pytest.mark.parametrize(
    "settings",
    [
        {"skip": [LONG]},
        {"mute": [{"state": LONG, "fault": "hangs"}]},
        {"mute": [{"fault": LONG}]},
        {"add": [{"state": LONG, "error": "E"}]},
        {"add": [{"error": "E", "times": LONG}]},
        {"notifiers": [LONG]},
        {"event-rule": [LONG]},
        {"waits": {LONG: [1]}},
        {"waits": {LONG: 1}},
        {"limits": {"starts": {LONG: 1}}},
        {LONG: 1},
        {"properties": [{"name": LONG, "holds": "{% true %}"}]},
        {"properties": [{"name": "a", "python": LONG}]},
        {"properties": [{"name": "a", "holds": LONG}]},
        {"properties": [{"name": "a", "holds": {LONG: 1}}]},
        {"properties": [{"name": "a", "holds": RULE}]},
        {"properties": [{"name": "a", "holds": {**RULE, "Variable": LONG}}]},
        {"properties": [{"name": "a", "holds": f"{{% 1 + '{LONG} %}}"}]},
    ],
)
def test_a_long_value_in_the_settings_is_not_shown_whole(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("long.scenarios.json").write_text(json.dumps({"explore": settings, "scenarios": []}))
    assert main(["explore", "m.asl.yaml", "--scenarios", "long.scenarios.json", "--faults", "0"]) == 2
    told = capsys.readouterr().err
    assert (told.count("x" * 10) > 0, "x" * 600 in told) == (True, False)


def test_what_a_property_prints_stays_out_of_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    words = "explore: {faults: 0, properties: [{name: own, python: 'printing:look'}]}\n"
    Path("m.scenarios.yaml").write_text(words + SCENARIOS.replace("explore:\n  faults: 1\n", ""))
    Path("printing.py").write_text("def look(run):\n    print('looked')\n    return ['one', 'two']\n")
    assert main(["explore", "m.asl.yaml", "--format", "json"]) == 1
    printed = capsys.readouterr()
    assert [one["message"] for one in json.loads(printed.out)["violations"]] == ["one; two"]
    assert printed.err == "looked\n"


@pytest.mark.parametrize(
    "words",
    [
        ["m.asl.yaml"],
        ["--proof", "p.md"],
        ["--event-rule", "r.json"],
        ["--write", "w"],
        ["--strict"],
        ["--faults", "1"],
        ["--max-runs", "9"],
        ["--max-time", "9s"],
        ["--input", "i.json"],
        ["--scenarios", "m.scenarios.yaml"],
        ["--shard", "1/2"],
        ["--workers", "1"],
        ["--no-prune"],
        ["--config", "aslkit.yaml"],
        ["--set", "A=b"],
        ["--values", "v.yaml"],
    ],
)
def test_merging_refuses_what_only_an_exploration_gives(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("1.json").write_text(json.dumps(reported(capsys, "m.asl.yaml")))
    assert main(["explore", *words, "--merge", "1.json"]) == 2
    which = "a DEFINITION" if words == ["m.asl.yaml"] else words[0]
    reason = f"aslkit: --merge reads reports and explores nothing; {which} goes with an exploration"
    assert capsys.readouterr().err.startswith(reason)
