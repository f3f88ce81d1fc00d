"""aslkit test --mock-config and aslkit import MockConfigFile.json on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from aslkit.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
DEFINITION = "LambdaSQSIntegration.asl.yaml"
OUTCOMES = "LambdaSQSIntegration.outcomes.yaml"
MOCKS = "MockConfigFile.json"
RUN = ["test", "--mock-config", MOCKS]
ORDERS = """\
StartAt: Check
States:
  Check:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Parameters: {FunctionName: check, Payload.$: $.order}
    TimeoutSeconds: 60
    Retry: [{ErrorEquals: [States.ALL], MaxAttempts: 1}]
    End: true
"""
ANSWER = {"0": {"Return": {"Payload": 1}}}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in (DEFINITION, OUTCOMES, MOCKS):
        shutil.copy(EXAMPLES / name, name)
    Path("orders.asl.yaml").write_text(ORDERS)
    Path("order.json").write_text('{"order": 7}')
    return tmp_path


def write(machines: dict[str, Any], responses: dict[str, Any], name: str = "mock.json") -> None:
    """A mock file of several state machines with their cases."""
    written = {machine: {"TestCases": cases} for machine, cases in machines.items()}
    Path(name).write_text(json.dumps({"StateMachines": written, "MockedResponses": responses}))


def orders(**responses: Any) -> None:
    """A mock file of the machine orders: a case for each response that the state Check gives."""
    write({"orders": {name: {"Check": name} for name in responses}}, responses)


# --- aslkit test -----------------------------------------------------------------------------------------------------


def test_the_documented_sample_runs_unchanged(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*RUN, DEFINITION, "--outcomes", OUTCOMES]) == 0
    assert capsys.readouterr().out == (
        "MockConfigFile.json\n"
        "  ok      HappyPath  SUCCEEDED after 0:00:00\n"
        "  ok      RetryPath  SUCCEEDED after 0:00:14\n"
        "  ok      HybridPath  SUCCEEDED after 0:00:00\n"
        "\n"
        "3 passed, 0 failed in 1 scenario file\n"
    )


MADE_UP = (
    "note: case 'HybridPath' leaves state 'SQSState' to the real service; here it got a made-up answer of "
    "sqs:sendMessage, and a file for --outcomes can say a better one\n"
)
ONLY_SECOND = "when:\n- {state: SQSState, invocation: 2, returns: {}}\n"


def test_a_state_that_is_left_to_the_real_service_gets_a_made_up_answer_which_is_noted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*RUN, DEFINITION]) == 0
    printed = capsys.readouterr()
    assert "3 passed, 0 failed" in printed.out
    assert printed.err == MADE_UP


def test_json_and_junit_carry_the_notes_on_a_case(capsys: pytest.CaptureFixture[str]) -> None:
    note = MADE_UP.removeprefix("note: ").rstrip()
    assert main([*RUN, DEFINITION, "--format", "json"]) == 0
    [report] = json.loads(capsys.readouterr().out)
    assert [one.get("notes") for one in report["scenarios"]] == [None, None, [note]]
    assert main([*RUN, DEFINITION, "--format", "junit"]) == 0
    suite = ElementTree.fromstring(capsys.readouterr().out)[0]
    assert [case.findtext("system-out") for case in suite] == [None, None, note]


def test_json_and_junit_report_on_cases_as_on_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    Path("outcomes.yaml").write_text(ONLY_SECOND)
    command = [*RUN, DEFINITION, "--outcomes", "outcomes.yaml"]
    assert main([*command, "--format", "json", "--coverage"]) == 1
    [report] = json.loads(capsys.readouterr().out)
    assert [(one["name"], one["line"], one["passed"], one["status"]) for one in report["scenarios"]] == [
        ("HappyPath", 5, True, "SUCCEEDED"),
        ("RetryPath", 9, True, "SUCCEEDED"),
        ("HybridPath", 13, False, None),
    ]
    assert report["coverage"]["state"] == {"used": 2, "total": 2}
    assert main([*command, "--format", "junit"]) == 1
    suite = ElementTree.fromstring(capsys.readouterr().out)[0]
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("3", "1")
    assert [case.attrib["name"] for case in suite] == ["HappyPath", "RetryPath", "HybridPath"]


def test_a_case_that_ends_failed_is_a_result(capsys: pytest.CaptureFixture[str]) -> None:
    orders(down={"0-1": {"Throw": {"Error": "Lambda.Unknown"}}})
    assert main(["test", "--mock-config", "mock.json", "orders.asl.yaml", "--input", "order.json"]) == 0
    assert "  ok      down  FAILED after 0:00:01\n" in capsys.readouterr().out


def test_cases_are_chosen_by_machine_and_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*RUN, DEFINITION, "-k", "LambdaSQSIntegration#retry"]) == 0
    assert "RetryPath" in (out := capsys.readouterr().out)
    assert "HappyPath" not in out
    assert main([*RUN, DEFINITION, "-k", "nothing"]) == 2
    assert capsys.readouterr().err == 'aslkit: no case has "nothing" in its name (MACHINE#CASE)\n'


def test_the_first_failure_ends_it_with_fail_fast(capsys: pytest.CaptureFixture[str]) -> None:
    orders(first={"0": {}}, second=ANSWER)
    command = ["test", "--mock-config", "mock.json", "orders.asl.yaml", "--input", "order.json"]
    assert main([*command, "--fail-fast"]) == 1
    assert "0 passed, 1 failed" in capsys.readouterr().out
    assert main(command) == 1
    assert "1 passed, 1 failed" in capsys.readouterr().out


def test_too_little_coverage_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*RUN, DEFINITION, "--outcomes", OUTCOMES, "--fail-under", "100"]) == 1
    assert "less than 100 %" in capsys.readouterr().err


def test_what_is_wrong_with_the_file_fails_beside_its_cases(capsys: pytest.CaptureFixture[str]) -> None:
    write({"orders": {"good": {"Check": "R"}}}, {"R": ANSWER, "Unused": {"1": ANSWER["0"]}})
    assert main(["test", "--mock-config", "mock.json", "orders.asl.yaml", "--input", "order.json"]) == 1
    printed = capsys.readouterr()
    assert "FAILED  mock.json\n            mock.json:1:" in printed.out
    assert "invocation 0 is not described" in printed.out
    assert "  ok      good  SUCCEEDED" in printed.out
    assert printed.err == "note: mock.json:1:132: no case uses the response 'Unused'\n"


def test_a_response_that_no_case_uses_is_noted_and_does_no_harm(capsys: pytest.CaptureFixture[str]) -> None:
    write({"orders": {"good": {"Check": "R"}}}, {"R": ANSWER, "Unused": ANSWER})
    command = ["mock.json", "--input", "order.json"]
    assert main(["test", "--mock-config", *command, "orders.asl.yaml"]) == 0
    assert capsys.readouterr().err == "note: mock.json:1:132: no case uses the response 'Unused'\n"
    assert main(["import", *command, "--definition", "orders.asl.yaml"]) == 0
    assert capsys.readouterr().err == "note: mock.json:1:132: no case uses the response 'Unused'\n"


def test_outcomes_that_no_case_comes_to_are_noted(capsys: pytest.CaptureFixture[str]) -> None:
    orders(good=ANSWER)
    Path("outcomes.yaml").write_text("given: {input: {order: 1}}\nwhen:\n- {state: Check, returns: 1}\n")
    assert main(["test", "--mock-config", "mock.json", "orders.asl.yaml", "--outcomes", "outcomes.yaml"]) == 0
    assert capsys.readouterr().err == (
        "note: outcomes.yaml:3:3: no scenario ever comes to this outcome for state 'Check'\n"
    )


def test_a_mistake_in_the_outcomes_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("outcomes.yaml").write_text("when:\n- {state: SQSSate, returns: 1}\n")
    assert main([*RUN, DEFINITION, "--outcomes", "outcomes.yaml"]) == 2
    assert capsys.readouterr().err == (
        "aslkit: outcomes.yaml:2:4: the definition has no state 'SQSSate'; did you mean 'SQSState'?\n"
    )


def test_a_stop_is_no_outcome_of_all_cases(capsys: pytest.CaptureFixture[str]) -> None:
    Path("outcomes.yaml").write_text("when:\n- {stop: 5s}\n")
    assert main([*RUN, DEFINITION, "--outcomes", "outcomes.yaml"]) == 2
    assert capsys.readouterr().err == (
        "aslkit: outcomes.yaml: a stop and redrives belong to one scenario, and these are for all cases\n"
    )


def test_placeholders_get_their_values(capsys: pytest.CaptureFixture[str]) -> None:
    Path("orders.asl.yaml").write_text(ORDERS.replace("MaxAttempts: 1", "MaxAttempts: ${Attempts}"))
    orders(twice={"0-1": {"Throw": {"Error": "E"}}, "2": {"Return": 1}})
    command = ["test", "--mock-config", "mock.json", "orders.asl.yaml", "--input", "order.json"]
    Path("values.yaml").write_text("Attempts: 2\n")
    assert main([*command, "--values", "values.yaml"]) == 0
    assert "  ok      twice  SUCCEEDED after 0:00:03\n" in capsys.readouterr().out


def test_a_definition_that_aws_refuses_is_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    Path("orders.asl.yaml").write_text(ORDERS.replace("End: true", "Next: Nowhere"))
    orders(good=ANSWER)
    assert main(["test", "--mock-config", "mock.json", "orders.asl.yaml"]) == 1
    assert "orders.asl.yaml is not run: AWS refuses it" in capsys.readouterr().err


def test_input_and_outcomes_need_a_mock_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "orders.asl.yaml", "--input", "order.json"]) == 2
    assert "--input and --outcomes go with --mock-config" in capsys.readouterr().err


# --- which definition is which state machine -------------------------------------------------------------------------


def test_definitions_are_found_by_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    write(
        {"orders": {"a": {"Check": "R"}}, "LambdaSQSIntegration": {"b": {"LambdaState": "R", "SQSState": "R"}}},
        {"R": ANSWER},
    )
    command = ["test", "--mock-config", "mock.json", "--input", "order.json"]
    for words in (["."], ["orders.asl.yaml", DEFINITION], [f"LambdaSQSIntegration={DEFINITION}", "orders.asl.yaml"]):
        assert main([*command, *words]) == 0
        assert "2 passed, 0 failed" in capsys.readouterr().out
    assert main([*command, "orders.asl.yaml"]) == 2
    assert capsys.readouterr().err == (
        "aslkit: mock.json: no definition is given for the state machine 'LambdaSQSIntegration'; give "
        "LambdaSQSIntegration=FILE, or choose the cases of others with -k MACHINE#\n"
    )
    assert main([*command, "orders.asl.yaml", "-k", "orders#"]) == 0


def test_the_only_definition_is_that_of_the_only_state_machine() -> None:
    Path("orders.asl.yaml").rename("elsewhere.json")
    Path("elsewhere.json").write_text(json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}))
    write({"orders": {"a": {}}}, {})
    assert main(["test", "--mock-config", "mock.json", "elsewhere.json"]) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["Order=orders.asl.yaml"], "mock.json has no state machine 'Order'; did you mean 'orders'?; NAME=FILE says "),
        (["orders.asl.yaml", DEFINITION], "mock.json has no state machine 'LambdaSQSIntegration'; there is orders; "),
        (["orders.asl.yaml", f"orders={DEFINITION}"], f"orders.asl.yaml and {DEFINITION} are both definitions of "),
        (["orders=nowhere.yaml"], "nowhere.yaml: no such file"),
        (["nowhere.yaml"], "nowhere.yaml: no such file or folder"),
    ],
)
def test_a_definition_that_cannot_be_matched_is_an_error(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    orders(good=ANSWER)
    assert main(["test", "--mock-config", "mock.json", *words]) == 2
    assert capsys.readouterr().err.startswith(f"aslkit: {message}")


# --- broken files ----------------------------------------------------------------------------------------------------

BROKEN = {
    "broken.json": ('{"StateMachines": ', "broken.json:1:19: this is not JSON: expecting value\n"),
    "list.json": ("[1]", "list.json:1:1: this is a list; a mock file, an object, is expected\n"),
    "deep.json": (
        '{"StateMachines": ' + "[" * 10_000 + "]" * 10_000 + ', "MockedResponses": {}}',
        "deep.json:1:1: values are nested more than 100 deep; no state machine needs that, and AWS refuses it\n",
    ),
    "empty.json": (
        '{"StateMachines": {}, "MockedResponses": {}}',
        "empty.json:1:2: there is no case here, so that nothing is run\n",
    ),
    "folder": (None, "folder: this is a folder\n"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_used_is_one_clear_error(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, message = BROKEN[name]
    Path(name).mkdir() if text is None else Path(name).write_text(text)
    assert main(["test", "--mock-config", name, DEFINITION]) == 2
    assert capsys.readouterr() == ("", f"aslkit: {message}")


def test_a_range_without_end_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    orders(wide={"0-99999999999": {"Return": 1}})
    assert main(["test", "--mock-config", "mock.json", "orders.asl.yaml"]) == 1
    assert "no execution comes to invocation 99999999999; up to 2147483647 can be described" in capsys.readouterr().out


# --- aslkit import ---------------------------------------------------------------------------------------------------


def test_cases_become_scenarios_that_pass(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["import", MOCKS, "--definition", DEFINITION, "--outcomes", OUTCOMES]
    assert main([*command, "-o", "LambdaSQSIntegration.scenarios.yaml"]) == 0
    assert capsys.readouterr() == ("wrote LambdaSQSIntegration.scenarios.yaml\n", "")
    assert main(["test", "LambdaSQSIntegration.scenarios.yaml"]) == 0
    out = capsys.readouterr().out
    assert "  ok      RetryPath  SUCCEEDED after 0:00:14\n" in out
    assert "3 passed, 0 failed" in out
    assert main([*command, "-o", "LambdaSQSIntegration.scenarios.yaml"]) == 2
    assert "exists; --force overwrites it" in capsys.readouterr().err


def test_a_scenario_file_elsewhere_names_its_definition(capsys: pytest.CaptureFixture[str]) -> None:
    orders(good=ANSWER)
    Path("out").mkdir()
    command = ["import", "mock.json", "--definition", "orders.asl.yaml", "--input", "order.json"]
    assert main([*command, "-o", "out/cases.scenarios.yaml"]) == 0
    assert Path("out/cases.scenarios.yaml").read_text() == (
        'definition: "../orders.asl.yaml"\n'
        "scenarios:\n"
        "- name: good\n"
        "  given:\n"
        "    input:\n"
        "      order: 7\n"
        "  when:\n"
        "  - state: Check\n"
        "    invocation: 1\n"
        "    returns:\n"
        "      Payload: 1\n"
        "  then:\n"
        "    status: SUCCEEDED\n"
        "    output:\n"
        "      Payload: 1\n"
        "    path:\n"
        "    - Check\n"
        "    duration: 0s\n"
    )
    capsys.readouterr()
    assert main(["test", "out/cases.scenarios.yaml"]) == 0
    assert main(command) == 0
    assert capsys.readouterr().out.endswith("    duration: 0s\n")


def test_cases_in_maps_become_scenarios_that_pass(capsys: pytest.CaptureFixture[str]) -> None:
    inner = "\n".join(f"      {line}" for line in ORDERS.splitlines())
    Path("each.asl.yaml").write_text(
        "StartAt: Each\nStates:\n  Each:\n    Type: Map\n    End: true\n    MaxConcurrency: 1\n"
        f"    ItemProcessor:\n{inner}\n"
    )
    Path("items.json").write_text('[{"order": 1}, {"order": 2}, {"order": 3}]')
    answers = {"0": {"Return": 1}, "1": {"Throw": {"Error": "E"}}, "2": {"Return": 2}, "3": {"Return": 3}}
    write({"each": {"retried": {"Check": "R"}}}, {"R": answers})
    command = ["import", "mock.json", "--definition", "each.asl.yaml", "--input", "items.json"]
    assert main([*command, "-o", "each.scenarios.yaml"]) == 0
    assert main(["test", "each.scenarios.yaml"]) == 0
    assert "  ok      retried  SUCCEEDED after 0:00:01\n" in capsys.readouterr().out
    assert "iteration: 1\n    invocation: 2\n" in Path("each.scenarios.yaml").read_text()


def test_what_outcomes_give_stays_given(capsys: pytest.CaptureFixture[str]) -> None:
    Path("load.asl.yaml").write_text(
        "StartAt: Load\nStates:\n  Load:\n    Type: Task\n    Resource: arn:aws:states:::glue:startJobRun.sync\n"
        "    Parameters: {JobName: load}\n    TimeoutSeconds: 7200\n    ResultPath: null\n    End: true\n"
    )
    write({"load": {"real": {}}}, {})
    Path("outcomes.yaml").write_text('given: {start: "2025-06-01T00:00:00Z", glue: {jobs: {load: {duration: 10m}}}}\n')
    command = ["import", "mock.json", "--definition", "load.asl.yaml", "--outcomes", "outcomes.yaml"]
    assert main([*command, "-o", "load.scenarios.yaml"]) == 0
    text = Path("load.scenarios.yaml").read_text()
    assert 'start: "2025-06-01T00:00:00Z"' in text
    assert "duration: 10m\n" in text
    assert main(["test", "load.scenarios.yaml"]) == 0
    capsys.readouterr()


def test_answers_that_are_never_reached_are_noted(capsys: pytest.CaptureFixture[str]) -> None:
    orders(good={"0": {"Return": 1}, "1-3": {"Return": 2}})
    assert main(["import", "mock.json", "--definition", "orders.asl.yaml", "--input", "order.json"]) == 0
    assert capsys.readouterr().err == (
        "note: case 'good': the run never comes to invocation 1-3 of state 'Check', which 'good' describes\n"
    )


def test_a_made_up_answer_is_imported_and_noted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", MOCKS, "--definition", DEFINITION]) == 0
    printed = capsys.readouterr()
    assert [line for line in printed.out.splitlines() if line.startswith("- name")] == [
        "- name: HappyPath",
        "- name: RetryPath",
        "- name: HybridPath",
    ]
    assert printed.err == MADE_UP


def test_a_case_that_cannot_be_run_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    Path("outcomes.yaml").write_text(ONLY_SECOND)
    assert main(["import", MOCKS, "--definition", DEFINITION, "--outcomes", "outcomes.yaml"]) == 1
    printed = capsys.readouterr()
    assert [line for line in printed.out.splitlines() if line.startswith("- name")] == [
        "- name: HappyPath",
        "- name: RetryPath",
    ]
    assert printed.err.startswith(
        "case 'HybridPath' is left out: MockConfigFile.json:13:9: state 'SQSState' calls sqs:sendMessage, and nothing "
        "says what invocation 1 answers (only invocation 2 has an answer)"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            [MOCKS],
            "MockConfigFile.json has cases of AWS Step Functions Local; say with --definition FILE what they are",
        ),
        (
            [MOCKS, "--definition", "other"],
            "--definition other is not one definition of a state machine in MockConfigFile.json",
        ),
        ([MOCKS, "--definition", "a=orders.asl.yaml"], "MockConfigFile.json has no state machine 'a'; there is "),
        ([MOCKS, "--definition", "orders.asl.yaml"], "MockConfigFile.json: no case of 'LambdaSQSIntegration' can be "),
        (["order.json", "--input", "order.json"], "--input is for a MockConfigFile, and order.json is none"),
    ],
)
def test_what_cannot_be_imported_is_an_error(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("other").mkdir()
    for name in ("a", "b"):
        Path(f"other/{name}.asl.yaml").write_text(ORDERS)
    assert main(["import", *words]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"aslkit: {message}")


def test_a_definition_that_aws_refuses_imports_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("orders.asl.yaml").write_text(ORDERS.replace("End: true", "Next: Nowhere"))
    orders(good=ANSWER)
    assert main(["import", "mock.json", "--definition", "orders.asl.yaml", "-o", "x.scenarios.yaml"]) == 1
    assert "orders.asl.yaml is not imported: AWS refuses it" in capsys.readouterr().err
    assert not Path("x.scenarios.yaml").exists()


def test_an_answer_that_is_nested_too_deep_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    deep: Any = 1
    for _ in range(96):
        deep = [deep]
    orders(deep={"0": {"Return": deep}})
    assert main(["import", "mock.json", "--definition", "orders.asl.yaml", "--input", "order.json"]) == 2
    assert "case 'deep' cannot be written: values are nested more than 100 deep" in capsys.readouterr().err


def test_the_examples_have_nothing_to_lint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", DEFINITION]) == 0
    assert capsys.readouterr().out == "nothing found in 1 file\n"


@pytest.mark.parametrize(
    "words",
    [["test", DEFINITION, "--mock-config", "mock.json"], ["import", "mock.json", "--definition", DEFINITION]],
)
def test_names_without_end_are_cut_in_messages(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 1_000_000
    write({"LambdaSQSIntegration": {"Case": {long: "r", "SQSState": long}}}, {"r": ANSWER, "unused" + long: ANSWER})
    main(words)
    printed = capsys.readouterr()
    assert max(map(len, (printed.out + printed.err).splitlines())) < 1100
