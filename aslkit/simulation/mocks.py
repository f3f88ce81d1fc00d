"""A mocked result and a task's Resource -> nothing, or why AWS refuses the mock: it is no answer of that action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.definition.resource import ACTIVITY, LAMBDA_ARN, TOKEN
from aslkit.definition.services import model_name, outputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from aslkit.definition.resource import ResourceArn
    from aslkit.definition.services import Outputs, Shape

Json = Any

STRICT, PRESENT, NONE = "STRICT", "PRESENT", "NONE"
MODES = (STRICT, PRESENT, NONE)
"""How a mocked result is checked: required fields and the shape of all fields, the shape alone, not at all."""

JOB_ANSWERS: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("athena", "startQueryExecution"): ("getQueryExecution", ()),
    ("batch", "submitJob"): ("describeJobs", ("Jobs", "")),
    ("bedrock", "createModelCustomizationJob"): ("getModelCustomizationJob", ()),
    ("codebuild", "startBuild"): ("startBuild", ()),
    ("codebuild", "startBuildBatch"): ("startBuildBatch", ()),
    ("codebuild", "retryBuildBatch"): ("retryBuildBatch", ()),
    ("databrew", "startJobRun"): ("describeJobRun", ()),
    ("ecs", "runTask"): ("describeTasks", ("Tasks", "")),
    ("glue", "startJobRun"): ("getJobRun", ("JobRun",)),
    ("mediaconvert", "createJob"): ("getJob", ()),
    ("sagemaker", "createHyperParameterTuningJob"): ("describeHyperParameterTuningJob", ()),
    ("sagemaker", "createLabelingJob"): ("describeLabelingJob", ()),
    ("sagemaker", "createProcessingJob"): ("describeProcessingJob", ()),
    ("sagemaker", "createTrainingJob"): ("describeTrainingJob", ()),
    ("sagemaker", "createTransformJob"): ("describeTransformJob", ()),
    ("states", "startExecution"): ("describeExecution", ()),
}
"""What a task that waits for its job answers (.sync): the action that Step Functions asks for it, and the way to the
result in that action's answer, where "" is an element of a list. The result of another action's job is not checked."""

ANY_JSON = {("lambda", "invoke"): frozenset({"Payload"}), ("bedrock", "invokeModel"): frozenset({"Body"})}
"""Fields of which the integration makes JSON, whatever the service model calls them."""


class MockMismatch(ValueError):
    """A mocked result that is no answer of its action, worded as recorded on AWS."""


def check_result(result: Json, resource: ResourceArn, mode: str = STRICT) -> None:
    """Raises MockMismatch for a result that the action of a task does not give.

    Unknown fields are allowed (recorded on AWS). Nothing is known of what a Lambda function or an activity's worker
    answers when the task names it by its ARN, nor of what comes with a task token; nothing is checked there.
    """
    if mode == NONE or resource.service in (LAMBDA_ARN, ACTIVITY) or resource.pattern == TOKEN:
        return
    found = output_shape(resource)
    if found is None:
        return
    service, shape = found
    if not isinstance(result, dict):
        raise MockMismatch("Mocked result must be a JSON object.")
    free = ANY_JSON.get((resource.service, resource.action), frozenset())
    known = {name: value for name, value in result.items() if name not in free}
    try:
        Check(service, strict=mode == STRICT).structure(known, shape)
    except RecursionError:
        raise MockMismatch("Mocked result is nested too deep") from None


def output_shape(resource: ResourceArn) -> tuple[Outputs, Shape] | None:
    """What a task's action answers, and the service whose references it uses; None when that is not known."""
    service = outputs(model_name(resource.service))
    if service is None:
        return None
    action = resource.action
    way: tuple[str, ...] = ()
    if resource.pattern:
        job = JOB_ANSWERS.get((resource.service, action))
        if job is None:
            return None
        action, way = job
    if action not in service.actions:
        return None
    shape = service.shape(service.actions[action])
    for name in way:
        shape = service.shape(shape.members[name] if name else shape.element)
    return service, shape


class Check:
    """Holds values to the shapes of one service. A field is called by its own name, without those around it."""

    def __init__(self, service: Outputs, *, strict: bool) -> None:
        self.service = service
        self.strict = strict

    def structure(self, value: dict[str, Json], shape: Shape) -> None:
        for name in shape.required if self.strict else ():
            if name not in value:
                raise MockMismatch(f"{INTRO}: Required field '{name}' is missing")
        for name, inner in value.items():
            if name in shape.members:
                self.value(inner, self.service.shape(shape.members[name]), name)

    def value(self, value: Json, shape: Shape, field: str) -> None:
        if shape.kind == "any":
            return
        fits, expected = KINDS[shape.kind]
        if not fits(value):
            raise MockMismatch(f"{INTRO}: Field '{field}' must be {expected}")
        match shape.kind:
            case "structure":
                self.structure(value, shape)
            case "list":
                self.all(value, self.service.shape(shape.element), field)
            case "map":
                self.all(value.values(), self.service.shape(shape.element), field)
            case "string" | "blob":
                check_text(value, shape, field)

    def all(self, values: Any, shape: Shape, field: str) -> None:
        for value in values:
            self.value(value, shape, field)


def check_text(text: str, shape: Shape, field: str) -> None:
    if shape.values and text not in shape.values:
        raise MockMismatch(f"{INTRO}: Field '{field}' is not an expected value")
    if len(text) < shape.least:
        raise MockMismatch(f"{INTRO}: Field '{field}' is smaller than the minimum length")
    if shape.most is not None and len(text) > shape.most:
        raise MockMismatch(f"{INTRO}: Field '{field}' is larger than the maximum length")


INTRO = "Mock result schema validation error"


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_object(value: Json) -> bool:
    return isinstance(value, dict)


KINDS: dict[str, tuple[Callable[[Json], bool], str]] = {
    "string": (_is_text, "a string"),
    "timestamp": (_is_text, "a string"),
    "blob": (_is_text, "a string"),
    "integer": (_is_number, "a number"),
    "number": (_is_number, "a number"),
    "boolean": (lambda value: isinstance(value, bool), "a boolean"),
    "list": (lambda value: isinstance(value, list), "an array"),
    "structure": (_is_object, "an object"),
    "map": (_is_object, "an object"),
}
"""What a value of each kind of shape is in JSON, and how AWS calls it (strings and numbers as recorded, the others by
the same pattern). An instant is a string (recorded), although a real answer of StartExecution's job has a number."""
