"""What the simulator does -> docs/fidelity.md: how each behaviour is known, and where it differs from AWS on purpose.

Run as a module to write the page: `python -m aslkit.operations.fidelity docs/fidelity.md`. The scores beside it,
docs/fidelity-scores.json, come from `make scores`, which needs the recorded executions.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aslkit.record import Record
from aslkit.simulation.faults import DOCUMENTED, FAULTS, GUESSED, RECORDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Scores = Mapping[str, Mapping[str, tuple[int, int]]]


class Feature(Record):
    """One behaviour of the simulator: how it is known, and what to know about it."""

    area: str
    name: str
    known: str
    note: str = ""


def _features(area: str, known: str, *rows: tuple[str, str]) -> tuple[Feature, ...]:
    return tuple(Feature(area, name, known, note) for name, note in rows)


FEATURES = (
    *_features(
        "Data flow",
        RECORDED,
        ("InputPath, Parameters, ResultSelector, ResultPath, OutputPath", ""),
        ("Key order of payload templates", "fixed fields first, then the `.$` fields in the order of a Java HashMap"),
        ("JSONPath", "Jayway's answers, also where they surprise; at most 1,000,000 values visited by one path"),
        ("Intrinsic functions", ""),
        ("Context object", "RedriveCount as since 2024"),
        ("Causes of a path that finds nothing", "each field has its own wording"),
    ),
    *_features(
        "Data flow",
        GUESSED,
        ("Causes of a value of the wrong type in TimeoutSecondsPath, HeartbeatSecondsPath, ErrorPath, CausePath", ""),
    ),
    *_features(
        "JSONata",
        RECORDED,
        ("Arguments, Output, Assign, Items, Condition, Seconds, time-outs, Error and Cause", ""),
        ("`$states.input`, `.result`, `.errorOutput`, `.context`", ""),
        ("`$range`, `$parse`, and that one element of a sequence is that element", ""),
        ("Undefined results, results of the wrong type, functions as results: causes and EvaluationFailed", ""),
    ),
    *_features(
        "JSONata",
        DOCUMENTED,
        ("`$partition`, `$hash`, `$random`, `$uuid`; no `$eval`", "random values follow from the seed of the run"),
        ("`$now` and `$millis`", "the virtual instant"),
    ),
    *_features(
        "JSONata",
        GUESSED,
        ("The cause of an expression that throws an error", "the error's code and text are those of JSONata"),
        ("The cause of a Timestamp that is none, of a negative or broken number", ""),
        ("Limits", "5,000,000 steps, 100,000 elements of an array, 2 s of real time as a last net"),
    ),
    *_features(
        "Variables",
        RECORDED,
        ("Assign in every state that allows it; assignedVariables in the history", ""),
        ("Order of evaluation: paths of the same state see the old values", ""),
        ("Scopes of Parallel and Map", "what is assigned inside is not seen outside"),
    ),
    *_features(
        "Retry and Catch",
        RECORDED,
        ("States.Runtime is neither retried nor caught", ""),
        ("A time-out has no cause in the history, and an empty one for a catcher", ""),
        ("RetryCount in the context object", ""),
        ("A missed heartbeat is shown as States.Timeout", ""),
        ("States.DataLimitExceeded of a task's result can be caught", "`data_limit='documented'`: it cannot"),
    ),
    *_features(
        "Retry and Catch",
        DOCUMENTED,
        ("Waits: interval, rate, cap, then jitter", "no recording shows a wait: AWS's timestamps were not kept"),
        ("A retrier counts its own attempts; one that is used up ends the retries", ""),
        ("States.TaskFailed covers everything but States.Timeout", ""),
    ),
    *_features(
        "Parallel and Map",
        RECORDED,
        ("Order of branches, of iterations, and of their events", ""),
        ("A failure closes the siblings; their Aborted events", "few recordings"),
        (
            "Distributed Map: ItemReader, ItemBatcher, ResultWriter, tolerated failures, MapRun events",
            "MapStateExited follows MapRunSucceeded; recordings from November 2024 on say MapRunStarted",
        ),
    ),
    *_features(
        "Parallel and Map",
        DOCUMENTED,
        ("An inline Map runs up to 40 iterations at once", ""),
        ("A branch that fails stops the tasks of the others", "a stopped Glue job run does not end by itself later"),
    ),
    *_features(
        "Parallel and Map",
        GUESSED,
        ("The cause of a child execution whose input is too large", ""),
        ("PARQUET items", "refused: not simulated"),
    ),
    *_features(
        "Tasks",
        RECORDED,
        ("Events of request-response, .sync, .sync:2, .waitForTaskToken, activities and Lambda ARNs", ""),
        ("Error names and causes of optimised and of SDK integrations", "each service names itself in its own way"),
        ("Nested executions", "run whole when they start; stopping the task around changes nothing in them any more"),
        ("SNS publish", ""),
        ("Glue startJobRun: the job run as the result of .sync, and as the cause of its failure", ""),
    ),
    *_features(
        "Tasks",
        DOCUMENTED,
        ("TimeoutSeconds and HeartbeatSeconds", "an answer in the last instant is in time"),
        ("Glue: MaxConcurrentRuns, queuing, the job's own Timeout", ""),
        ("Credentials", "shown in the history; nothing is assumed or refused"),
    ),
    *_features(
        "Tasks",
        GUESSED,
        ("STOPPED, ERROR and EXPIRED job runs fail a .sync task", "`glue: {stopped: succeeds}` in a scenario"),
        ("Glue's own MaxRetries under .sync", "the task waits for the last run"),
        ("Dates in the description of a nested execution", "epoch milliseconds"),
        ("An HTTP task, and every service without a fake", "what the script says, nothing else"),
    ),
    *_features(
        "The execution",
        RECORDED,
        ("Event types, ids, previousEventId, details, JSON texts", ""),
        ("A Wait beyond 24,855 days", "States.Runtime"),
        ("StopExecution", "ExecutionAborted follows event 0"),
    ),
    *_features(
        "The execution",
        DOCUMENTED,
        ("Limits: 256 KiB payloads, 25,000 events, a year", ""),
        ("TimeoutSeconds of the state machine: TIMED_OUT", ""),
        (
            "Express: five minutes, no .sync or .waitForTaskToken, no limit of events",
            "payment by memory is not modelled",
        ),
        ("Redrive: which states run again, RedriveCount, RedriveTime", ""),
        ("Log levels ALL, ERROR, FATAL, OFF", ""),
    ),
)

ON_PURPOSE = (
    ("No time passes", "Waits, jobs and time-outs jump to their end; AWS adds about 0.1 s to each transition."),
    ("No randomness", "Ids, tokens, jitter and random functions follow from the seed and the place."),
    ("Ties", "What happens in the same instant happens in the order in which it was asked for; AWS's order varies."),
    ("Bounds", "A run without a history ends after 500,000 transitions; payloads nest at most 400 deep."),
    ("IAM", "Roles and permissions are not checked; access denied is a fault that a scenario asks for."),
    ("Quotas of the account", "Throttling of state transitions and of API calls is a fault that a scenario asks for."),
)


def page(scores: Scores) -> str:
    """The Markdown text. Each score is a name and (right, all), below the corpus that it was measured on."""
    return "\n".join(_lines(scores)) + "\n"


def _lines(scores: Scores) -> Iterator[str]:
    yield from (
        "# Fidelity",
        "",
        "How far the simulator can be trusted, behaviour by behaviour. **Recorded**: seen in executions on AWS.",
        "**Documented**: AWS's documentation or service models say so. **Guessed**: neither does; do not rely on it.",
        "",
        "## Scores",
        "",
        "Recorded executions, replayed with their recorded task outcomes; a history counts when every event does.",
        "",
        "| what | the same as on AWS | |",
        "|---|---|---|",
    )
    for corpus, figures in scores.items():
        for name, (right, total) in figures.items():
            yield f"| {corpus}: {name} | {right} of {total} | {100 * right / total:.1f} % |"
    for area in dict.fromkeys(feature.area for feature in FEATURES):
        yield from ("", f"## {area}", "", "| behaviour | known | |", "|---|---|---|")
        for feature in FEATURES:
            if feature.area == area:
                yield f"| {feature.name} | {feature.known} | {feature.note} |"
    yield from ("", "## Fault presets", "", "| service | preset | error | known |", "|---|---|---|---|")
    for service, faults in FAULTS.items():
        for name, fault in faults.items():
            yield f"| {service} | {name} | `{fault.error}` | {fault.known} |"
    yield from ("", "## Different on purpose", "", "| | |", "|---|---|")
    yield from (f"| {what} | {how} |" for what, how in ON_PURPOSE)


def read_scores(folder: Path) -> Scores:
    """The scores beside the page."""
    scores: Scores = json.loads((folder / "fidelity-scores.json").read_text(encoding="utf-8"))
    return scores


def main() -> None:
    """Writes the page to the file that the command line names; the scores lie beside it."""
    target = Path(sys.argv[1])
    target.write_text(page(read_scores(target.parent)), encoding="utf-8")


if __name__ == "__main__":
    main()
