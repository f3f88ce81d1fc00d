"""The table of fault presets, and the page that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aslkit.simulation.faults import DOCUMENTED, FAULTS, GUESSED, RECORDED, Fault

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"
ALL = [fault for faults in FAULTS.values() for fault in faults.values()]


def shown(fault: Fault) -> str:
    return f"| `{fault.service}: {fault.name}` | `{fault.error}` | {fault.meaning} | {fault.known} |"


def test_the_documentation_shows_every_fault_in_the_order_of_the_table() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("<!-- faults -->\n")[2].partition("\n<!-- /faults -->")[0]
    head = ["| written as | error name | what happens | known |", "|---|---|---|---|"]
    assert table.splitlines() == [*head, *map(shown, ALL)]


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: f"{fault.service} {fault.name}")
def test_a_fault_says_how_well_it_is_known_and_is_named_after_its_service(fault: Fault) -> None:
    assert fault.known in (RECORDED, DOCUMENTED, GUESSED)
    prefix = {"glue": "Glue.", "sns": "SNS.", "lambda": "Lambda.", "states": "States."}[fault.service]
    of_the_function_itself = {"Exception", "Sandbox.Timedout"}
    assert fault.error.startswith((prefix, "States.TaskFailed")) or fault.error in of_the_function_itself


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: f"{fault.service} {fault.name}")
def test_an_error_of_a_service_is_named_after_its_code(fault: Fault) -> None:
    if fault.code is not None and fault.name not in ("unknown", "unknown-service-error"):
        assert fault.error.partition(".")[2].removesuffix("Exception") == fault.code.removesuffix("Exception")


def test_the_cause_of_a_refused_submission_is_as_recorded() -> None:
    fault = FAULTS["glue"]["concurrent-runs-exceeded"]
    assert fault.cause(subject="load", request_id="7f3a") == (
        "Concurrent runs exceeded. (Service: AWSGlue; Status Code: 400; Error Code: ConcurrentRunsExceededException; "
        "Request ID: 7f3a; Proxy: null)"
    )


def test_the_cause_of_a_missing_topic_has_the_code_and_status_of_the_service() -> None:
    assert FAULTS["sns"]["topic-not-found"].cause(subject="t", request_id="7f3a") == (
        "Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; "
        "Request ID: 7f3a; Proxy: null)"
    )


def test_a_cause_names_what_was_called_and_takes_another_message() -> None:
    fault = FAULTS["lambda"]["not-found"]
    signature = (
        " (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: 7; Proxy: null)"
    )
    assert fault.cause(subject="ask", request_id="7") == f"Function not found: ask{signature}"
    assert fault.cause(subject="ask", request_id="7", message="{subject}?") == f"{{subject}}?{signature}"


def test_a_fault_without_a_code_has_its_message_alone_as_cause() -> None:
    assert FAULTS["lambda"]["client-error"].cause(subject="f", request_id="7f3a") == "Unable to execute HTTP request"
