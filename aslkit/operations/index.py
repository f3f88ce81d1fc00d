"""botocore's service models -> the bytes of `definition/services.bin`: what AWS actions take, and their errors; and of
`definition/outputs.bin`: what they answer.

Run `python -m aslkit.operations.index` where botocore is installed to rebuild both files.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aslkit.definition.services import OPTIMISED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Model = dict[str, Any]

TARGET = Path(__file__).parent.parent / "definition" / "services.bin"
OUTPUTS = TARGET.with_name("outputs.bin")

WHOLE: dict[str, frozenset[str]] = {
    integration.model: frozenset(integration.actions) for name, integration in OPTIMISED.items() if name != "dynamodb"
}
"""The actions, by service, whose parameters are kept at all depths; of the others only the top ones. Not those of
DynamoDB: Step Functions takes more shapes of its attribute values than the service."""

LEAVES = {
    "string": "s", "character": "s", "integer": "i", "long": "i", "biginteger": "i", "float": "n", "double": "n",
    "bigdecimal": "n", "boolean": "b", "timestamp": "t", "blob": "x",
}  # fmt: skip
CUT = {"structure": "o", "list": "l", "map": "m"}
"""A shape that is not followed any further."""


def index(models: Mapping[str, tuple[str, Model]], *, version: str) -> bytes:
    """The container of all services: models are (other name, model) by the name that Step Functions gives the service.

    Layout: length of the directory (4 bytes, big-endian), directory, one block per service; directory and blocks are
    compressed JSON, so that one service is read alone. The same models give the same bytes.
    """
    services: dict[str, tuple[int, int, str]] = {}
    blocks: list[bytes] = []
    offset = 0
    for name, (_, model) in sorted(models.items()):
        block = _packed(service_index(model, whole=WHOLE.get(name, frozenset())))
        services[name] = (offset, len(block), model["metadata"]["serviceId"])
        blocks.append(block)
        offset += len(block)
    directory = _packed({"version": version, "services": services, "aliases": _aliases(models)})
    return b"".join((len(directory).to_bytes(4, "big"), directory, *blocks))


def service_index(model: Model, *, whole: frozenset[str]) -> dict[str, Any]:
    """One service: `actions` (name -> [input, errors]), all `errors` of the service, and the `shapes` they point to.

    Of the actions in `whole` the parameters are followed to the end, of others the top ones only.

    A reference is the index of a shape, or the text of a leaf: s, s1-255, i, n, b, t, x, ? or a shape not followed
    (o, l, m). Shapes: ["o", {member: reference}, required ...], ["l", element], ["m", key, value], ["e", values ...].
    """
    table = _Shapes(model["shapes"])
    actions = {}
    for name, operation in sorted(model["operations"].items()):
        given = operation.get("input")
        reference = table.reference(given["shape"], 99 if action_name(name) in whole else 1, ()) if given else None
        actions[action_name(name)] = [
            reference,
            table.put(sorted(error["shape"] for error in operation.get("errors", ()))),
        ]
    errors = sorted(name for name, shape in model["shapes"].items() if shape.get("exception"))
    return {"actions": actions, "errors": errors, "shapes": table.shapes}


class _Shapes:
    """The shapes of one service, each different one once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.shapes: list[Any] = []
        self.places: dict[str, int] = {}
        self.known: dict[tuple[str, int], int] = {}

    def put(self, shape: Any) -> int:
        """The index of a shape, which is added when it is new."""
        text = json.dumps(shape)
        if text not in self.places:
            self.places[text] = len(self.shapes)
            self.shapes.append(shape)
        return self.places[text]

    def reference(self, name: str, depth: int, trail: tuple[str, ...]) -> int | str:
        """The reference to a shape, followed `depth` structures deep; a shape inside itself is not followed."""
        shape = self.model[name]
        kind = shape["type"]
        if shape.get("document") or kind not in LEAVES | CUT:
            return "?"
        if kind in LEAVES:
            return self._leaf(shape)
        if name in trail or depth <= 0:
            return CUT[kind]
        if (name, depth) not in self.known:
            self.known[name, depth] = self.put(self._followed(shape, depth, (*trail, name)))
        return self.known[name, depth]

    def _leaf(self, shape: Model) -> int | str:
        if shape["type"] != "string":
            return LEAVES[shape["type"]]
        if "enum" in shape:
            return self.put(["e", *shape["enum"]])
        least, most = shape.get("min", 0), shape.get("max", 0)
        return f"s{least}-{most}" if least or most else "s"

    def _followed(self, shape: Model, depth: int, trail: tuple[str, ...]) -> list[Any]:
        match shape["type"]:
            case "list":
                return ["l", self.reference(shape["member"]["shape"], depth, trail)]
            case "map":
                return ["m", *(self.reference(shape[part]["shape"], depth, trail) for part in ("key", "value"))]
            case _:
                members = shape["members"]
                # the SDK makes up an idempotency token that is not given
                required = [
                    parameter_name(name)
                    for name in shape.get("required", ())
                    if name in members and not members[name].get("idempotencyToken")
                ]
                inner = depth - 1
                named = {
                    parameter_name(name): self.reference(value["shape"], inner, trail)
                    for name, value in members.items()
                }
                return ["o", named, *required]


BLOCK = 500_000
"""The bytes that are compressed together: enough to be small, few enough to be read in some milliseconds."""


def outputs_index(models: Mapping[str, tuple[str, Model]], *, version: str) -> bytes:
    """The container of what the actions of all services answer.

    Layout: length of the directory (4 bytes, big-endian), directory (compressed JSON), blocks. A block holds the JSON
    of several services, compressed together: what actions answer is ten times what they take. The directory has, by
    service, the block's offset and size, and where in the block the service is.
    """
    services: dict[str, tuple[int, int, int, int]] = {}
    blocks: list[bytes] = []
    offset = 0
    for names in _batches({name: _json(service_outputs(model)) for name, (_, model) in sorted(models.items())}):
        block = lzma.compress(b"".join(names.values()), preset=9)
        begin = 0
        for name, text in names.items():
            services[name] = (offset, len(block), begin, len(text))
            begin += len(text)
        blocks.append(block)
        offset += len(block)
    directory = _packed({"version": version, "services": services})
    return b"".join((len(directory).to_bytes(4, "big"), directory, *blocks))


def _batches(texts: Mapping[str, bytes]) -> Iterator[dict[str, bytes]]:
    batch: dict[str, bytes] = {}
    for name, text in texts.items():
        batch[name] = text
        if sum(map(len, batch.values())) > BLOCK:
            yield batch
            batch = {}
    if batch:
        yield batch


def service_outputs(model: Model) -> dict[str, Any]:
    """One service: `actions` (name -> reference) and the `shapes` they point to, followed to the end.

    References and shapes are those of `service_index`, but for blobs, which may have a length (x1-255); a shape may
    point to itself.
    """
    graph = _Graph(model["shapes"])
    actions = {
        action_name(name): graph.reference(operation["output"]["shape"])
        for name, operation in sorted(model["operations"].items())
        if "output" in operation
    }
    return {"actions": actions, "shapes": graph.shapes}


class _Graph:
    """The shapes of one service, each once under its name."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.shapes: list[Any] = []
        self.places: dict[str, int] = {}

    def reference(self, name: str) -> int | str:
        shape = self.model[name]
        kind = shape["type"]
        if shape.get("document") or kind not in LEAVES | CUT:
            return "?"
        if kind in LEAVES and "enum" not in shape:
            least, most = (shape.get("min", 0), shape.get("max", 0)) if kind in ("string", "blob") else (0, 0)
            return f"{LEAVES[kind]}{least}-{most}" if least or most else LEAVES[kind]
        if name not in self.places:
            self.places[name] = place = len(self.shapes)
            self.shapes.append(None)
            self.shapes[place] = self._followed(shape)
        return self.places[name]

    def _followed(self, shape: Model) -> list[Any]:
        match shape["type"]:
            case "list":
                return ["l", self.reference(shape["member"]["shape"])]
            case "map":
                return ["m", *(self.reference(shape[part]["shape"]) for part in ("key", "value"))]
            case "structure":
                members = {
                    parameter_name(name): self.reference(value["shape"]) for name, value in shape["members"].items()
                }
                return ["o", members, *map(parameter_name, shape.get("required", ()))]
            case _:
                return ["e", *shape["enum"]]


def service_name(service_id: str) -> str:
    """The name in `aws-sdk:<name>:action`, that of the package in Java's SDK: "RDS Data" -> "rdsdata"."""
    name = re.sub(r"[^A-Za-z0-9]", "", service_id)
    for prefix in ("Amazon", "AWS", "Aws"):
        name = name.removeprefix(prefix)
    return name.removesuffix("Service").lower()


def action_name(operation: str) -> str:
    """The name in `aws-sdk:service:<name>`: "ListObjectsV2" -> "listObjectsV2"."""
    return _lowered(operation)


def parameter_name(member: str) -> str:
    """What Step Functions calls a parameter, Java's name with a capital: "DBName" -> "DbName", "job" -> "Job"."""
    lowered = _lowered(member)
    return lowered[:1].upper() + lowered[1:]


def _lowered(name: str) -> str:
    """The name with its leading capitals lowered, but for one that begins the next word: DBName -> dbName."""
    return re.sub(r"^.(?:[A-Z](?![a-z]))*", lambda match: match[0].lower(), name)


def _aliases(models: Mapping[str, tuple[str, Model]]) -> dict[str, str]:
    """What else people call a service -> its name: as boto3 and the CLI do, or by an endpoint that only it has."""
    aliases = {own: name for name, (own, _) in models.items()}
    prefixes = [model["metadata"].get("endpointPrefix", "") for _, model in models.values()]
    for name, (_, model) in models.items():
        prefix = model["metadata"].get("endpointPrefix", "")
        if prefixes.count(prefix) == 1:
            aliases.setdefault(prefix, name)
    return {other: name for other, name in sorted(aliases.items()) if other and other not in models}


def _packed(value: Any) -> bytes:
    return zlib.compress(_json(value), 9)


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def read_models(folder: Path) -> dict[str, tuple[str, Model]]:
    """The newest model of every service under botocore's data folder, by the name that Step Functions gives it."""
    import gzip

    models: dict[str, tuple[str, Model]] = {}
    for service in sorted(path for path in folder.iterdir() if path.is_dir()):
        newest = max(path for path in service.iterdir() if path.is_dir())
        packed = newest / "service-2.json.gz"
        text = gzip.decompress(packed.read_bytes()) if packed.exists() else (newest / "service-2.json").read_bytes()
        model = json.loads(text)
        models[service_name(model["metadata"]["serviceId"])] = (service.name, model)
    return models


def installed_models() -> tuple[str, dict[str, tuple[str, Model]]]:
    """The version of the installed botocore, and its models."""
    import botocore  # type: ignore[import-untyped]

    return str(botocore.__version__), read_models(Path(botocore.__file__).parent / "data")


def installed_index() -> tuple[str, bytes]:
    """The version of the installed botocore, and the container made from its models."""
    version, models = installed_models()
    return version, index(models, version=version)


def main() -> int:
    """Writes both containers; returns the exit code."""
    version, models = installed_models()
    for target, build in ((TARGET, index), (OUTPUTS, outputs_index)):
        content = build(models, version=version)
        target.write_bytes(content)
        sys.stdout.write(f"{target}: {len(content):,} bytes from botocore {version}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
