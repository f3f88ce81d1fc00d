"""A task's Resource -> an example of what its action answers: made up, in the shape of AWS's service model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.definition.resource import AWS_SDK, TOKEN
from aslkit.simulation.mocks import ANY_JSON, output_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aslkit.definition.resource import ResourceArn
    from aslkit.definition.services import Outputs, Reference, Shape

Json = Any

DEEPEST = 4
"""How deep an example goes into structures inside structures; below, only what is required."""
INSTANT = "2025-01-01T00:00:00.000Z"


def example(resource: ResourceArn) -> Json:
    """A result with every field that the action may answer, and one element in each list; {} where nothing is known of
    the answer: a Lambda function named by its ARN, an activity, a task token.

    Texts say the names of their fields. It takes part in no truth: a test that hangs on its values tests nothing.
    """
    found = output_shape(resource) if resource.pattern != TOKEN else None
    if found is None:
        return {}
    service, shape = found
    free = ANY_JSON.get((resource.service, resource.action), frozenset())
    optimised = not resource.service.startswith(f"{AWS_SDK}:")
    made = _Examples(service, OWN_NAMES if optimised else {}).structure(shape, 0)
    return {**made, **{name: {} for name in free if name in shape.members}}


OWN_NAMES = {
    "Bool": "BOOL",
    "Bs": "BS",
    "DpuSeconds": "DPUSeconds",
    "Md5OfMessageAttributes": "MD5OfMessageAttributes",
    "Md5OfMessageBody": "MD5OfMessageBody",
    "Md5OfMessageSystemAttributes": "MD5OfMessageSystemAttributes",
    "Ns": "NS",
    "Null": "NULL",
    "Ss": "SS",
}
"""The fields that an optimised integration calls as the service itself does, with capitals that `aws-sdk` lowers: all
of those in the answers of its actions. Recorded on AWS for SQS; Glue's and DynamoDB's follow the same rule."""


class _Examples:
    """Makes values of the shapes of one service; `names` are what fields are called instead."""

    def __init__(self, service: Outputs, names: Mapping[str, str]) -> None:
        self.service = service
        self.names = names

    def structure(self, shape: Shape, depth: int) -> dict[str, Json]:
        wanted = [name for name in shape.members if name in shape.required or _is_shown(name, depth)]
        called = {self.names.get(name, name): shape.members[name] for name in wanted}
        return {name: self.value(reference, name, depth + 1) for name, reference in called.items()}

    def value(self, reference: Reference, field: str, depth: int) -> Json:
        shape = self.service.shape(reference)
        match shape.kind:
            case "structure":
                return self.structure(shape, depth)
            case "list":
                return [self.value(shape.element, field, depth + 1)] if depth < DEEPEST else []
            case "map":
                return {field: self.value(shape.element, field, depth + 1)} if depth < DEEPEST else {}
            case "string" | "blob":
                return _text(shape, field)
            case kind:
                return PLAIN.get(kind, {})


def _is_shown(name: str, depth: int) -> bool:
    """Whether a field that may be left out is there. A token for the next page is not: this is the last one."""
    return depth < DEEPEST and not name.endswith(("Token", "Marker"))


PLAIN: dict[str, Json] = {"integer": 1, "number": 1.5, "boolean": True, "timestamp": INSTANT}


def _text(shape: Shape, field: str) -> str:
    if shape.values:
        return shape.values[0]
    return field.ljust(shape.least, "x")[: shape.most]
