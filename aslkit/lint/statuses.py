"""Choices on the status of a job that a task has asked for: which statuses there are, and what becomes of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import JSONATA, Choice, Pass, Retrying, Task, fact, is_substitution
from aslkit.definition.spelling import nearest
from aslkit.lint.calls import target
from aslkit.lint.engine import WARNING, Hit, rule
from aslkit.lint.graph import incoming, loops, scopes
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import ChoiceRule, State, StateMachine


class Status(Record):
    """A field of a response that says how far something is: where it stands, what it may be, and which of that is
    final (`ends`; the first of them is success)."""

    path: str
    ends: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def values(self) -> tuple[str, ...]:
        return (*self.ends, *self.others)


def _status(path: str, ends: str, others: str) -> Status:
    return Status(path, tuple(ends.split()), tuple(others.split()))


SAGEMAKER = ("Completed Failed Stopped", "InProgress Stopping Deleting")
STATUSES: Mapping[tuple[str, str], Status] = {
    ("athena", "getQueryExecution"): _status(
        "QueryExecution.Status.State", "SUCCEEDED FAILED CANCELLED", "QUEUED RUNNING"
    ),
    ("batch", "describeJobs"): _status(
        "Jobs[0].Status", "SUCCEEDED FAILED", "SUBMITTED PENDING RUNNABLE STARTING RUNNING"
    ),
    ("codebuild", "batchGetBuilds"): _status(
        "Builds[0].BuildStatus", "SUCCEEDED FAILED FAULT TIMED_OUT STOPPED", "IN_PROGRESS"
    ),
    ("databrew", "describeJobRun"): _status("State", "SUCCEEDED FAILED STOPPED TIMEOUT", "STARTING RUNNING STOPPING"),
    ("emr", "describeStep"): _status(
        "Step.Status.State", "COMPLETED FAILED CANCELLED INTERRUPTED", "PENDING CANCEL_PENDING RUNNING"
    ),
    ("emrserverless", "getJobRun"): _status(
        "JobRun.State", "SUCCESS FAILED CANCELLED", "SUBMITTED PENDING SCHEDULED RUNNING CANCELLING QUEUED"
    ),
    ("glue", "getCrawler"): _status("Crawler.State", "READY", "RUNNING STOPPING"),
    ("glue", "getJobRun"): _status(
        "JobRun.JobRunState", "SUCCEEDED FAILED STOPPED TIMEOUT ERROR EXPIRED", "STARTING RUNNING STOPPING WAITING"
    ),
    ("glue", "getWorkflowRun"): _status("Run.Status", "COMPLETED STOPPED ERROR", "RUNNING STOPPING"),
    ("redshiftdata", "describeStatement"): _status("Status", "FINISHED FAILED ABORTED", "SUBMITTED PICKED STARTED ALL"),
    ("sagemaker", "describeProcessingJob"): _status("ProcessingJobStatus", *SAGEMAKER),
    ("sagemaker", "describeTrainingJob"): _status("TrainingJobStatus", *SAGEMAKER),
    ("sagemaker", "describeTransformJob"): _status("TransformJobStatus", *SAGEMAKER),
    ("sfn", "describeExecution"): _status("Status", "SUCCEEDED FAILED TIMED_OUT ABORTED", "RUNNING PENDING_REDRIVE"),
    ("textract", "getDocumentAnalysis"): _status("JobStatus", "SUCCEEDED FAILED PARTIAL_SUCCESS", "IN_PROGRESS"),
    ("transcribe", "getTranscriptionJob"): _status(
        "TranscriptionJob.TranscriptionJobStatus", "COMPLETED FAILED", "QUEUED IN_PROGRESS"
    ),
}
"""(service, action) -> its status. Source: the API reference of the service, the page of the response."""


@fact
def asked(scope: StateMachine) -> Mapping[str, Mapping[str, Status]]:
    """Each Choice state that looks at statuses -> the paths in its input that hold one."""
    tasks = [
        (state, status)
        for state in scope.states.values()
        if isinstance(state, Task) and (status := _asks(state)) is not None
    ]
    if not tasks:
        return {}
    found: dict[str, dict[str, Status]] = {}
    for state in scope.states.values():
        if isinstance(state, Choice):
            for task, status in tasks:
                if _reaches(scope, task, state):
                    found.setdefault(state.name, {}).update(dict.fromkeys(_paths(task, status), status))
    return found


def _asks(state: Task) -> Status | None:
    """The status that a task asks for, when it calls an action that has one."""
    if state.resource is None or state.query_language == JSONATA:
        return None
    called = target(state.resource) if state.resource.rpartition(":")[2].startswith(ASKING) else None
    return None if called is None else STATUSES.get((called.product, called.action))


ASKING = ("get", "describe", "batchGet")


def _reaches(scope: StateMachine, task: Task, choice: Choice) -> bool:
    """Whether what the task answers is surely what the choice reads: nothing else writes that place."""
    if task.output_path != "$" or task.result_path is None or choice.input_path != "$":
        return False
    if task.result_path == "$":
        return all(edge.source == task.name and edge.catcher is None for edge in incoming(scope)[choice.name])
    return not any(other is not task and _writes(other, task.result_path) for other in scope.states.values())


def _writes(state: State, path: str) -> bool:
    return (
        isinstance(state, (Retrying, Pass))
        and state.result_path is not None
        and (state.result_path == path or state.result_path.startswith((f"{path}.", f"{path}[")))
    )


def _paths(task: Task, status: Status) -> Iterator[str]:
    """The paths at which a task's answer has the status, after its ResultSelector."""
    selector = task.raw.get("ResultSelector")
    if selector is None:
        yield f"{task.result_path}.{status.path}"
        return
    for key, source in selector.items() if isinstance(selector, dict) else ():
        if isinstance(source, str) and key.endswith(".$"):
            rest = f"$.{status.path}".removeprefix(source)
            if not rest or (rest[:1] in ".[" and source.startswith("$")):
                yield f"{task.result_path}.{key[:-2]}{rest}"


def _value(rule: ChoiceRule, path: str, value: str) -> bool | None:
    """What a rule says when `value` stands at `path`; None when that depends on something else."""
    match rule.operator:
        case "Or" | "And":
            said = [_value(one, path, value) for one in rule.rules]
            decisive = rule.operator == "Or"
            return decisive if decisive in said else None if None in said or not said else not decisive
        case "Not":
            inner = _value(rule.rules[0], path, value) if rule.rules else None
            return None if inner is None else not inner
        case "StringEquals" if rule.variable == path and isinstance(rule.operand, str) and "${" not in rule.operand:
            return rule.operand == value
        case "StringMatches" if rule.variable == path and isinstance(rule.operand, str):
            return fits(value, rule.operand)
        case "IsPresent" | "IsString" if rule.variable == path:
            return rule.operand is True
        case _:
            return None


def fits(text: str, pattern: str) -> bool | None:
    """Whether a text fits the pattern of a StringMatches, in which * is any text; None for one that is not plain.

    Source: States Language, "Choice State".
    """
    if "\\" in pattern or "${" in pattern:
        return None
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    last = rest.pop()
    at, end = len(first), len(text) - len(last)
    for part in rest:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end and text.startswith(first) and text.endswith(last)


def _outcome(state: Choice, path: str, value: str) -> str | None:
    """The state that a status leads to; "" when no rule matches and there is no Default, None when it is not known."""
    for one in state.choices:
        said = _value(one, path, value)
        if said is not False:
            return one.next if said else None
    return state.default or ("" if "Default" not in state.raw else None)


def _choices(machine: StateMachine) -> Iterator[tuple[StateMachine, Choice, str, Status]]:
    for scope in scopes(machine):
        for name, paths in asked(scope).items():
            state = scope.states[name]
            if isinstance(state, Choice):
                yield from ((scope, state, path, status) for path, status in paths.items())


@rule(WARNING)
def status_not_handled(machine: StateMachine) -> Iterator[Hit]:
    """A Choice on the status of a job forgets how the job may end.

    Either a final status matches no rule and there is no Default: the execution fails with States.NoChoiceMatched,
    which AWS reports as States.Runtime and no catcher takes. Or it leads back into the loop that polls, which goes on
    until the execution times out or its history is full, although the job has ended long ago.

    Bad:

        StartAt: Wait
        States:
          Wait:
            Type: Wait
            Seconds: 60
            Next: Poll
          Poll:
            Type: Task
            Resource: arn:aws:states:::aws-sdk:glue:getJobRun
            TimeoutSeconds: 60
            Parameters:
              JobName: load
              RunId.$: $.run
            ResultPath: $.status
            Next: Look
          Look:
            Type: Choice
            Choices:
              - Variable: $.status.JobRun.JobRunState
                StringEquals: SUCCEEDED
                Next: Done
              - Variable: $.status.JobRun.JobRunState
                StringEquals: FAILED
                Next: Failed
            Default: Wait  # <-
          Done:
            Type: Succeed
          Failed:
            Type: Fail

    Good:

        StartAt: Wait
        States:
          Wait:
            Type: Wait
            Seconds: 60
            Next: Poll
          Poll:
            Type: Task
            Resource: arn:aws:states:::aws-sdk:glue:getJobRun
            TimeoutSeconds: 60
            Parameters:
              JobName: load
              RunId.$: $.run
            ResultPath: $.status
            Next: Look
          Look:
            Type: Choice
            Choices:
              - Variable: $.status.JobRun.JobRunState
                StringEquals: SUCCEEDED
                Next: Done
              - Or:
                  - Variable: $.status.JobRun.JobRunState
                    StringEquals: STARTING
                  - Variable: $.status.JobRun.JobRunState
                    StringEquals: WAITING
                  - Variable: $.status.JobRun.JobRunState
                    StringEquals: RUNNING
                Next: Wait
            Default: Failed
          Done:
            Type: Succeed
          Failed:
            Type: Fail
    """
    for scope, state, path, status in _choices(machine):
        outcomes = {value: _outcome(state, path, value) for value in status.ends}
        if not any(outcomes.values()):
            continue  # nothing is known of any of them, or all fall through: this Choice is about something else
        around = loops(scope).get(state.name, frozenset())
        lost = [value for value, outcome in outcomes.items() if outcome == ""]
        looping = [value for value, outcome in outcomes.items() if outcome in around]
        if lost:
            yield Hit(
                state.pointer,
                f'"{state.name}" has no rule for {_listed(lost)} of {path} and no Default: the execution fails there '
                "with States.Runtime, past every Catch",
            )
        if looping and len(looping) < len(status.ends):
            yield Hit(
                _leading(state, path, looping[0]),
                f'{_listed(looping)} of {path} {"is" if len(looping) == 1 else "are"} final, and "{state.name}" leads '
                f'back to "{outcomes[looping[0]]}": a job that ended so is polled until the execution ends',
            )


def _listed(words: list[str]) -> str:
    return ", ".join(words)


def _leading(state: Choice, path: str, value: str) -> Pointer:
    """The place of the transition that a status takes."""
    for one in state.choices:
        if _value(one, path, value):
            return (*one.pointer, "Next")
    return (*state.pointer, "Default")


@rule(WARNING)
def status_never_given(machine: StateMachine) -> Iterator[Hit]:
    """A Choice compares the status of a job with a text that is none.

    The service gives one of a fixed list of statuses, in capitals as documented. A rule for another text never matches.

    Bad:

        StartAt: Poll
        States:
          Poll:
            Type: Task
            Resource: arn:aws:states:::aws-sdk:glue:getJobRun
            TimeoutSeconds: 60
            Parameters:
              JobName: load
              RunId.$: $.run
            ResultSelector:
              state.$: $.JobRun.JobRunState
            ResultPath: $.job
            Next: Look
          Look:
            Type: Choice
            Choices:
              - Variable: $.job.state
                StringEquals: SUCCESS  # <-
                Next: Done
            Default: Failed
          Done:
            Type: Succeed
          Failed:
            Type: Fail

    Good:

        StartAt: Poll
        States:
          Poll:
            Type: Task
            Resource: arn:aws:states:::aws-sdk:glue:getJobRun
            TimeoutSeconds: 60
            Parameters:
              JobName: load
              RunId.$: $.run
            ResultSelector:
              state.$: $.JobRun.JobRunState
            ResultPath: $.job
            Next: Look
          Look:
            Type: Choice
            Choices:
              - Variable: $.job.state
                StringEquals: SUCCEEDED
                Next: Done
            Default: Failed
          Done:
            Type: Succeed
          Failed:
            Type: Fail
    """
    for _, state, path, status in _choices(machine):
        for one in _compared(state.choices, path):
            if one.operand not in status.values:
                meant = status.ends[0] if _is_success(one.operand) else nearest(str(one.operand), status.values)
                hint = f'did you mean "{meant}"?' if meant else f"there are {_listed(list(status.values))}"
                yield Hit(
                    (*one.pointer, "StringEquals"),
                    f'"{state.name}" compares {path} with "{one.operand}", which is no such status, so that the rule '
                    f"never matches: {hint}",
                )


def _is_success(word: str) -> bool:
    return word.casefold() in ("success", "succeeded", "successful", "complete", "completed", "finished", "done")


def _compared(rules: tuple[ChoiceRule, ...], path: str) -> Iterator[ChoiceRule]:
    for one in rules:
        is_text = isinstance(one.operand, str) and not is_substitution(one.operand)
        if one.operator == "StringEquals" and one.variable == path and is_text:
            yield one
        yield from _compared(one.rules, path)
