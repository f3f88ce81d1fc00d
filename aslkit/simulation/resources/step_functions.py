"""State machines by name -> Resource: a Step Functions that runs a nested execution when a task starts one.

The nested execution runs in the same virtual time and asks the same services. It is run whole at the instant at which
it starts; stopping the task that waits for it changes nothing in it any more. Source: guide, "Start a new execution of
a state machine"; results and causes as recorded on AWS, dates as epoch milliseconds (guessed).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aslkit.language.errors import TASK_FAILED
from aslkit.language.payload import json_text
from aslkit.record import Record
from aslkit.simulation.resources import REQUEST_RESPONSE, SYNC_2, Outcome, OutcomeError, Request
from aslkit.simulation.resources.sdk import START, metadata, uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aslkit.definition.model import StateMachine
    from aslkit.simulation.execution import Execution
    from aslkit.simulation.resources import Service

Json = Any

START_EXECUTION = "startExecution"
MAX_NESTING = 20
"""Executions inside each other: our own bound, for a machine that starts itself."""
SERIALS = 1_000_000
"""The serial numbers of a nested execution's requests begin at its own request's times this."""


class FakeStepFunctions(Record):
    """Step Functions with these state machines, each by its ARN or its name. `start` is in epoch seconds."""

    machines: Mapping[str, StateMachine] = {}
    start: float = START

    def knows(self, request: Request) -> bool:
        """Whether a request starts one of the state machines."""
        return request.action == START_EXECUTION and self.machine(request) is not None

    def machine(self, request: Request) -> StateMachine | None:
        arn = _parameter(request, "StateMachineArn")
        return self.machines.get(arn) or self.machines.get(_name(arn))


class StepFunctionsService:
    """The nested executions of one execution, in the order in which they ended being run."""

    def __init__(self, described: FakeStepFunctions, services: Service) -> None:
        self.described = described
        self.services = services
        self.depth = 0
        self.executions: list[Execution] = []

    def invoke(self, request: Request) -> Outcome:
        """The outcome of a StartExecution of a known state machine.

        Raises OutcomeError for executions nested too deep, and for what their own tasks ask and nobody answers.
        """
        machine = self.described.machine(request)
        assert machine is not None
        if self.depth == MAX_NESTING:
            raise OutcomeError(f"state '{request.state}' starts executions more than {MAX_NESTING} deep", request)
        arn = _parameter(request, "StateMachineArn")
        name = _parameter(request, "Name") or uuid("execution", request.serial, request.at)
        self.depth += 1
        try:
            execution = self.run(machine, request, _name(arn), name)
        finally:
            self.depth -= 1
        self.executions.append(execution)
        started = self.started(request, arn, name)
        if request.pattern == REQUEST_RESPONSE:
            return Outcome(result=started)
        described = self.described_execution(request, execution, arn, name)
        if execution.status == "SUCCEEDED":
            return Outcome(result=described, after=execution.duration, submitted=started)
        return Outcome(
            failed=True,
            error=TASK_FAILED,
            cause=json_text(described),
            after=execution.duration,
            submitted=started,
        )

    def run(self, machine: StateMachine, request: Request, machine_name: str, name: str) -> Execution:
        from aslkit.simulation.run import simulate

        return simulate(
            machine,
            input=_input(request),
            resources=_Later(self.services, request),
            start=self.described.start + request.at,
            seed=request.serial,
            name=name,
            machine_name=machine_name,
        )

    def started(self, request: Request, arn: str, name: str) -> dict[str, Json]:
        """What StartExecution answers."""
        body = {"executionArn": _execution_arn(arn, name), "startDate": self.described.start + request.at}
        instant = self.described.start + request.at
        answer = metadata(
            uuid("request", request.serial),
            at=instant,
            content_type="application/x-amz-json-1.0",
            length=len(json_text(body)),
        )
        return {"ExecutionArn": body["executionArn"], **answer, "StartDate": _milliseconds(instant)}

    def described_execution(self, request: Request, execution: Execution, arn: str, name: str) -> dict[str, Json]:
        """What DescribeExecution tells of it; input and output are JSON text, values under .sync:2."""
        shown = (lambda value: value) if request.pattern == SYNC_2 else json_text
        succeeded = execution.status == "SUCCEEDED"
        facts: dict[str, Json] = {}
        if execution.cause is not None:
            facts["Cause"] = execution.cause
        if execution.error is not None:
            facts["Error"] = execution.error
        facts |= {
            "ExecutionArn": _execution_arn(arn, name),
            "Input": shown(_input(request)),
            "InputDetails": {"Included": True},
            "Name": name,
        }
        if succeeded:
            facts |= {"Output": shown(execution.output), "OutputDetails": {"Included": True}}
        facts["RedriveCount"] = 0
        facts["RedriveStatus"] = "NOT_REDRIVABLE" if succeeded else "REDRIVABLE"
        if succeeded:
            facts["RedriveStatusReason"] = "Execution is SUCCEEDED and cannot be redriven"
        start = self.described.start + request.at
        return facts | {
            "StartDate": _milliseconds(start),
            "StateMachineArn": arn,
            "Status": execution.status,
            "StopDate": _milliseconds(start + execution.duration),
        }


class _Later:
    """The services of the execution around, asked by a nested one that starts later and counts from its own start."""

    def __init__(self, services: Service, around: Request) -> None:
        self.services = services
        self.around = around

    def begin(self) -> _Later:
        return self

    def invoke(self, request: Request) -> Outcome:
        return self.services.invoke(self.shifted(request))

    def stop(self, request: Request, at: float) -> None:
        self.services.stop(self.shifted(request), self.around.at + at)

    def shifted(self, request: Request) -> Request:
        serial = self.around.serial * SERIALS + request.serial
        return Request.of({**request.__dict__, "serial": serial, "at": self.around.at + request.at})


def _input(request: Request) -> Json:
    """Input of a StartExecution: a value, or its JSON text; nothing and null stand for an empty object."""
    input = request.parameters.get("Input") if isinstance(request.parameters, dict) else None
    if input is None:
        return {}
    if not isinstance(input, str):
        return input
    try:
        return json.loads(input)
    except ValueError:
        raise OutcomeError(
            f"state '{request.state}' starts an execution with an Input that is no JSON", request
        ) from None


def _parameter(request: Request, name: str) -> str:
    value = request.parameters.get(name) if isinstance(request.parameters, dict) else None
    return value if isinstance(value, str) else ""


def _name(arn: str) -> str:
    """The state machine's name at the end of its ARN, without a version or alias."""
    return arn.split(":stateMachine:")[-1].split(":")[0]


def _execution_arn(arn: str, name: str) -> str:
    return f"{arn.replace(':stateMachine:', ':execution:', 1)}:{name}"


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
