"""A payload template -> a closure that fills it in: keys that end in `.$` take a path or an intrinsic function.

Source: States Language specification, "Payload Template"; the order of keys and the causes are as recorded on AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.language.errors import RUNTIME, StatesError
from aslkit.language.intrinsics import IntrinsicSyntaxError, compile_intrinsic, json_text, kind_of
from aslkit.language.jsonpath import PathNotFound, compile_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aslkit.definition.document import Pointer
    from aslkit.language.jsonpath import Json, Scope

    Evaluator = Callable[[Scope], Json]

__all__ = ["compile_expression", "compile_template", "hash_map_order", "json_text", "references"]

SUFFIX = ".$"


def compile_expression(text: str, field: str) -> Evaluator:
    """A closure that reads a path (`$.a`, `$$.a`, `$name.a`) or evaluates an intrinsic function.

    `field` is the name that AWS gives to the place of the expression: "ErrorPath", or the key "value.$" of a template.
    Raises PathSyntaxError or IntrinsicSyntaxError. The closure raises StatesError (States.Runtime) when a path finds
    nothing or a function fails.
    """
    if text.startswith("$"):
        return _reading(text, field)
    return compile_intrinsic(text)


def _reading(text: str, field: str) -> Evaluator:
    read = compile_path(text)

    def evaluate(scope: Scope) -> Json:
        try:
            return read(scope)
        except PathNotFound:
            raise StatesError(
                RUNTIME,
                f"The JSONPath '{text}' specified for the field '{field}' could not be found "
                f"in the input '{json_text(scope.input)}'",
            ) from None

    return evaluate


def compile_template(template: Json, field: str) -> Evaluator:
    """A closure that fills in the template of `field` ("Parameters", "ResultSelector" …), in objects and arrays alike.

    What holds no `.$` key is one shared constant. Raises PathSyntaxError or IntrinsicSyntaxError for a `.$` value that
    is no path and no intrinsic function. The closure raises StatesError as `compile_expression` tells.
    """
    fill = _fill(template, field)
    return fill if fill is not None else lambda scope: template


def _fill(template: Json, field: str) -> Evaluator | None:
    """None for a template without `.$` keys."""
    match template:
        case dict():
            return _fill_object(template, field)
        case list():
            return _fill_array(template, field)
        case _:
            return None


def _fill_object(template: dict[str, Json], field: str) -> Evaluator | None:
    constants = {key: value for key, value in template.items() if not key.endswith(SUFFIX)}
    nested = [(key, fill) for key, value in constants.items() if (fill := _fill(value, field))]
    dynamic = {key.removesuffix(SUFFIX): key for key in template if key.endswith(SUFFIX)}
    expressions = [
        (name, _expression(template[dynamic[name]], dynamic[name], field)) for name in hash_map_order(dynamic)
    ]
    filled = nested + expressions
    if not filled:
        return None

    def evaluate(scope: Scope) -> Json:
        # A nested template keeps the place of its key; the `.$` fields come after all others.
        result = constants.copy()
        for key, fill in filled:
            result[key] = fill(scope)
        return result

    return evaluate


def _fill_array(template: list[Json], field: str) -> Evaluator | None:
    filled = [(index, fill) for index, value in enumerate(template) if (fill := _fill(value, field))]
    if not filled:
        return None

    def evaluate(scope: Scope) -> Json:
        result = template.copy()
        for index, fill in filled:
            result[index] = fill(scope)
        return result

    return evaluate


def _expression(value: Json, key: str, field: str) -> Evaluator:
    if isinstance(value, str):
        return compile_expression(value, key)
    reason = f"the value of '{key}' in {field} is of type {kind_of(value)}, not a path or an intrinsic function"
    raise IntrinsicSyntaxError(json_text(value), 0, reason)


def references(template: Json) -> Iterator[tuple[Pointer, str]]:
    """Every `.$` entry whose value is a string, as (pointer inside the template, expression text), in written order."""
    match template:
        case dict():
            for key, value in template.items():
                if not key.endswith(SUFFIX):
                    yield from _below(key, value)
                elif isinstance(value, str):
                    yield (key,), value
        case list():
            for index, value in enumerate(template):
                yield from _below(index, value)


def _below(key: str | int, template: Json) -> Iterator[tuple[Pointer, str]]:
    for pointer, text in references(template):
        yield (key, *pointer), text


# --- the order of `.$` fields ----------------------------------------------------------------------------------------


def hash_map_order(names: Iterable[str]) -> list[str]:
    """The names in the order of a Java HashMap into which they were put one by one (recorded on AWS).

    The table begins with 16 buckets and doubles beyond three quarters; a bucket keeps the order in which its names
    came. Not modelled: nine names in one bucket, where Java doubles the table early or orders the bucket as a tree.
    """
    distinct = list(dict.fromkeys(names))
    buckets = 16
    while len(distinct) > buckets * 3 // 4:
        buckets *= 2
    return sorted(distinct, key=lambda name: _spread(_java_hash(name)) & (buckets - 1))


def _java_hash(text: str) -> int:
    """String.hashCode: over UTF-16 code units, in 32 bits."""
    units = text.encode("utf-16-be", "surrogatepass")
    code = 0
    for high, low in zip(units[::2], units[1::2], strict=True):
        code = (31 * code + (high << 8 | low)) & 0xFFFFFFFF
    return code


def _spread(code: int) -> int:
    """HashMap mixes the upper half of the hash into the lower one."""
    return code ^ code >> 16
