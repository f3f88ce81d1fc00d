"""Resource text -> the shape of the task's result, for the integrations whose results are the same for every caller."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from aslkit.definition.resource import parse_resource
from aslkit.definition.services import CALL, JOB, model_name, outputs
from aslkit.lint.shapes import BOOLEAN, NUMBER, STRING, UNKNOWN, Member, Object, Shape, array_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.services import Shape as Modelled
    from aslkit.definition.services import Shapes

METADATA = "SdkHttpMetadata SdkResponseMetadata"

EXECUTION = {
    "any": "ExecutionArn StateMachineArn Status Name StartDate",
    "any?": """StopDate InputDetails OutputDetails StateMachineVersionArn StateMachineAliasArn TraceHeader MapRunArn
        RedriveCount RedriveDate RedriveStatus RedriveStatusReason Error Cause""",
}

RESULTS: dict[tuple[str, str, str], dict[str, str]] = {
    ("glue", "startJobRun", "sync"): {
        "string": "Id JobName JobRunState",
        "string?": """ErrorMessage ExecutionClass ExecutionRoleSessionPolicy GlueVersion JobMode LogGroupName
            MaintenanceWindow PreviousRunId ProfileName SecurityConfiguration StateDetail TriggerName WorkerType""",
        "number": "Attempt StartedOn",
        "number?": """AllocatedCapacity CompletedOn DPUSeconds ExecutionTime LastModifiedOn MaxCapacity NumberOfWorkers
            Timeout""",
        "boolean?": "JobRunQueuingEnabled",
        "any?": "Arguments NotificationProperty PredecessorRuns",
    },
    ("glue", "startJobRun", ""): {"string": "JobRunId", "string?": "JobName", "any": METADATA},
    ("sns", "publish", ""): {"string": "MessageId", "string?": "SequenceNumber", "any": METADATA},
    ("sqs", "sendMessage", ""): {
        "string": "MessageId MD5OfMessageBody",
        "string?": "MD5OfMessageAttributes MD5OfMessageSystemAttributes SequenceNumber",
        "any": METADATA,
    },
    ("lambda", "invoke", ""): {
        "any": f"Payload {METADATA}",
        "number": "StatusCode",
        "string?": "ExecutedVersion FunctionError LogResult",
    },
    ("states", "startExecution", ""): {"string": "ExecutionArn", "any": f"StartDate {METADATA}"},
    ("states", "startExecution", "sync"): EXECUTION | {"string": "Input", "string?": "Output"},
    ("states", "startExecution", "sync:2"): {"any": f"{EXECUTION['any']} Input", "any?": f"{EXECUTION['any?']} Output"},
}
"""(service, action, pattern) -> kind -> the names of the result's members; behind a kind, `?` says that they may lack.

The names are all that exist. `.sync` of Glue gives the job run itself, not wrapped in `JobRun`; `.sync` of an execution
gives its Input and Output as JSON text, `.sync:2` as values. Source: recorded on AWS; the services' API references.
"""

KINDS: dict[str, Shape] = {"string": STRING, "number": NUMBER, "boolean": BOOLEAN, "any": UNKNOWN}

JOB_RESULTS: dict[tuple[str, str], str] = {("athena", "startQueryExecution"): "getQueryExecution"}
"""(service, action) -> the action whose answer is the result of the job (.sync). Source: guide, "Athena"."""

LEAVES: dict[str, Shape] = {
    "string": STRING,
    "integer": NUMBER,
    "number": NUMBER,
    "boolean": BOOLEAN,
}
"""Kind in a service's model -> shape; what is not here is unknown (how a timestamp or a blob is written differs)."""


@lru_cache(1024)
def result_of(resource: str | None) -> Shape:
    """The shape of what a task gives as its result; UNKNOWN for a Lambda ARN, an activity, a callback, and what no
    model describes."""
    arn = None if resource is None or "${" in resource else parse_resource(resource)
    return UNKNOWN if arn is None else _shape(arn.service, arn.action, arn.pattern)


@lru_cache(64)
def _shape(service: str, action: str, pattern: str) -> Shape:
    described = RESULTS.get((service, action, pattern))
    if described is not None:
        members = {
            name: Member(KINDS[kind.removesuffix("?")], not kind.endswith("?"))
            for kind, names in described.items()
            for name in names.split()
        }
        return Object(members, weight=1 + 2 * len(members))
    answering = action if pattern == CALL else JOB_RESULTS.get((service, action)) if pattern == JOB else None
    model = model_name(service)
    if answering is None or not model:
        return UNKNOWN
    extra = () if service.startswith(SDK) or pattern != CALL else tuple(METADATA.split())
    return Object(_Answer(model, answering, extra), weight=GUESSED_WEIGHT)


SDK = "aws-sdk:"

GUESSED_WEIGHT = 40
"""What an answer that is not looked up yet counts for."""


class _Members(Mapping[str, Member]):
    """The members of a structure in a service's model, looked up when one of them is asked for: reading a model takes
    milliseconds, and most results are thrown away.

    Any of them may lack. Capitals do not count: Step Functions writes some names otherwise than the model does
    (DbInstances for DBInstances).
    """

    def __getitem__(self, name: str) -> Member:
        known = self._known()
        found = known.get(name) or known.get(self._by_folded().get(name.casefold(), ""))
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())

    def _by_folded(self) -> dict[str, str]:
        if "_folded" not in self.__dict__:
            self._folded = {name.casefold(): name for name in self._known()}
        return self._folded

    def _known(self) -> dict[str, Member]:
        if "_found" not in self.__dict__:
            self._found = {name: Member(shape, False) for name, shape in self._look_up()}
        return self._found

    def _look_up(self) -> Iterator[tuple[str, Shape]]:
        raise NotImplementedError


class _Answer(_Members):
    """What an action answers, and the names of what Step Functions adds; any name at all for an action that the model
    does not know (Step Functions has some of its own)."""

    def __init__(self, model: str, action: str, extra: tuple[str, ...]) -> None:
        self.model = model
        self.action = action
        self.extra = extra

    def __getitem__(self, name: str) -> Member:
        try:
            return super().__getitem__(name)
        except KeyError:
            if len(self) == len(self.extra):
                return Member(UNKNOWN, False)
            raise

    def _look_up(self) -> Iterator[tuple[str, Shape]]:
        yield from ((name, UNKNOWN) for name in self.extra)
        found = outputs(self.model)
        reference = None if found is None else found.actions.get(self.action)
        if found is not None and reference is not None:
            yield from _members(found, found.shape(reference))


class _Structure(_Members):
    def __init__(self, service: Shapes, model: Modelled) -> None:
        self.service = service
        self.model = model

    def _look_up(self) -> Iterator[tuple[str, Shape]]:
        return _members(self.service, self.model)


def _members(service: Shapes, model: Modelled) -> Iterator[tuple[str, Shape]]:
    for name, reference in model.members.items():
        yield name, _modelled(service, service.shape(reference))


def _modelled(service: Shapes, model: Modelled) -> Shape:
    if model.kind == "structure" and model.members:
        return Object(_Structure(service, model), weight=GUESSED_WEIGHT)
    if model.kind == "list":
        return _list(service, model)
    return LEAVES.get(model.kind, UNKNOWN)


def _list(service: Shapes, model: Modelled) -> Shape:
    """One level: the elements of a structure that holds itself would have no end."""
    element = service.shape(model.element)
    if element.kind == "structure" and element.members:
        return array_of(Object(_Structure(service, element), weight=GUESSED_WEIGHT))
    return array_of(LEAVES.get(element.kind, UNKNOWN))
