"""StateMachine -> the calls that its tasks make: which integration, what it takes, and what is known of a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import JSONATA, Task, all_states, fact
from aslkit.definition.resource import ACTIVITY, AWS_SDK, LAMBDA_ARN, parse_resource
from aslkit.definition.services import LEAVES, OPTIMISED, SDK_PATTERNS, input_shape
from aslkit.definition.spelling import nearest
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json, StateMachine
    from aslkit.definition.resource import ResourceArn
    from aslkit.definition.services import Service, Shape


class Target(Record):
    """What a `Resource` calls. `service` is "glue" or "aws-sdk:glue", `action` and `pattern` as written.

    `patterns` is None for an integration that is not known, `input` for one whose parameters are not; `model` resolves
    the references of `input`.
    """

    arn: ResourceArn
    service: str
    action: str
    pattern: str
    patterns: tuple[str, ...] | None
    model: Service | None
    input: Shape | None

    @property
    def name(self) -> str:
        """The call in short: "glue:startJobRun.sync"."""
        return self.arn.call

    @property
    def call(self) -> str:
        """The call without its pattern: "glue:startJobRun"."""
        return f"{self.service}:{self.action}"

    @property
    def product(self) -> str:
        """The service without "aws-sdk:"."""
        return self.service.rpartition(":")[2]

    @property
    def sdk(self) -> bool:
        return self.service.startswith(f"{AWS_SDK}:")


@fact
def tasks(machine: StateMachine) -> tuple[Task, ...]:
    """The tasks of the definition, inner ones too."""
    return tuple(state for _, state in all_states(machine) if isinstance(state, Task))


@fact
def calls(machine: StateMachine) -> tuple[tuple[Task, Target], ...]:
    """The tasks that call an integration whose service and action are written out."""
    targets: dict[str, Target | None] = {}
    found = []
    for task in tasks(machine):
        resource = task.resource
        if resource is None:
            continue
        if resource not in targets:
            targets[resource] = target(resource)
        known = targets[resource]
        if known is not None:
            found.append((task, known))
    return tuple(found)


def target(resource: str) -> Target | None:
    """What a `Resource` calls, or None for a function, an activity, or a name that a substitution fills in."""
    arn = parse_resource(resource)
    if (
        arn is None
        or arn.service in (LAMBDA_ARN, ACTIVITY)
        or "${" in arn.service + arn.action
        or is_broken(resource, arn)
    ):
        return None
    known = _input(arn)
    model, shape = known or (None, None)
    return Target(arn, arn.service, arn.action, arn.pattern, _patterns(arn, known is not None), model, shape)


def is_broken(resource: str, arn: ResourceArn) -> bool:
    """Whether an ARN can be taken apart, but has a blank in it or the service where the account belongs."""
    return arn.account in OPTIMISED or arn.account == AWS_SDK or any(map(str.isspace, resource))


def _input(arn: ResourceArn) -> tuple[Service | None, Shape] | None:
    if arn.service.startswith(f"{AWS_SDK}:") or arn.service in OPTIMISED:
        return input_shape(arn.service, arn.action)
    return None


def _patterns(arn: ResourceArn, known: bool) -> tuple[str, ...] | None:
    integration = OPTIMISED.get(arn.service)
    if integration is not None:
        return integration.actions.get(arn.action)
    return SDK_PATTERNS if known else None


def payload(task: Task) -> tuple[Pointer, Mapping[str, Json]] | None:
    """What a task sends, and where it is written; None when it is not a mapping, or not written at all."""
    field = "Arguments" if task.query_language == JSONATA else "Parameters"
    value = task.raw.get(field)
    return ((*task.pointer, field), value) if isinstance(value, dict) else None


def given(sent: Mapping[str, Json]) -> dict[str, str]:
    """Parameter name -> key as written, which may end in `.$`."""
    return {key.removesuffix(".$"): key for key in sent}


def intended(target: Target, sent: Mapping[str, Json]) -> set[str]:
    """The parameters that are given, a misspelt one under the name that is probably meant."""
    members = target.input.members if target.input is not None else {}
    return {name if name in members else nearest(name, members) or name for name in given(sent)}


def literal(sent: Mapping[str, Json], name: str) -> Json:
    """The value of a parameter if it is written out here, else None."""
    value = sent.get(name)
    return None if isinstance(value, str) and not is_literal(value) else value


def is_literal(text: str) -> bool:
    """Whether a text is what the service gets: no substitution, JSONata, path, intrinsic or placeholder for a reader.

    A path under a key without `.$` is sent as text; that is another rule's finding.
    """
    return not ("${" in text or text.startswith(("$", "{%", "States.", "<")))


def texts(value: Json) -> Iterator[str]:
    """All strings inside a value, keys not included."""
    pending = [value]
    while pending:
        match pending.pop():
            case str() as text:
                yield text
            case dict() as entries:
                pending.extend(entries.values())
            case list() as items:
                pending.extend(items)


def kind_of(reference: int | str, model: Service | None) -> Shape:
    """The shape behind a reference of a target's input."""
    return model.shape(reference) if model is not None else LEAVES[reference]
