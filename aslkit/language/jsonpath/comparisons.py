"""The operators of conditions: two operands -> true or false, by Jayway's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.language.jsonpath.errors import Broken, Invalid, PathSyntaxError
from aslkit.language.jsonpath.literals import read_json
from aslkit.language.jsonpath.matching import Pattern
from aslkit.language.jsonpath.operands import NUMBER, Container, Number, comparable, number
from aslkit.language.jsonpath.parsing import jayway_path
from aslkit.language.jsonpath.window import QUOTES, regex, unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aslkit.language.jsonpath.evaluation import Run
    from aslkit.language.jsonpath.path import Json


class _Opaque:
    """A text in a list that Jayway takes for a path and never reads; it equals nothing."""


def _equal(left: Any, right: Any, run: Run) -> bool:
    """Whether two operands are equal: text and numbers turn into what stands on the left, nothing else turns."""
    if isinstance(left, str):
        return left == (str(right.decimal) if isinstance(right, Number) else right)
    if isinstance(left, Number):
        if isinstance(right, str) and regex(NUMBER).fullmatch(right):
            right = number(right)
        return isinstance(right, Number) and left.decimal == right.decimal
    if isinstance(left, Container):
        return isinstance(right, Container) and left.text is None and _identical(left.value, right.value, run)
    return left is right and (left is None or isinstance(left, bool))


def _identical(left: Json, right: Json, run: Run) -> bool:
    """Whether two JSON values are equal with 1 and 1.0 told apart."""
    run.visit(1)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_identical(left[name], right[name], run) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(_identical(*pair, run) for pair in zip(left, right, strict=True))
    return type(left) is type(right) and bool(left == right)


def _identically_typed(left: Any, right: Any, run: Run) -> bool:
    return type(left) is type(right) and _equal(left, right, run)


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any, Run], bool]:
    """`<` and its like: two numbers, or two texts by their UTF-16 code units."""

    def ordered(left: Any, right: Any, run: Run) -> bool:
        if isinstance(left, Number) and isinstance(right, Number):
            return test(left.decimal, right.decimal)
        if isinstance(left, str) and isinstance(right, str):
            return test(left.encode("utf-16-be", "surrogatepass"), right.encode("utf-16-be", "surrogatepass"))
        return False

    return ordered


def _list(operand: Any, run: Run) -> list[Any] | None:
    """The elements of an array as operands, None for an object; anything else makes the condition fail."""
    if not isinstance(operand, Container):
        raise Invalid("Expected value list node")
    if not isinstance(operand.value, list):
        return None
    run.visit(len(operand.value))
    return [_listed(element) for element in operand.value]


def _listed(element: Json) -> Any:
    """An element of a list as an operand: Jayway strips quotes, reads escapes, and takes some texts for more."""
    if isinstance(element, (dict, list)):
        raise Broken("Could not determine value type")
    if not isinstance(element, str):
        return comparable(element)
    if _is_jayway_path(element.strip()):
        return _Opaque()
    if _is_json(element.strip()):
        return Container(None, element)
    if len(element) > 1 and element[0] == element[-1] and element[0] in QUOTES:
        element = element[1:-1]
    try:
        return unescape(element)
    except ValueError as error:
        raise Broken(str(error)) from None


def _is_jayway_path(text: str) -> bool:
    if not text.startswith(("$", "@")):
        return False
    try:
        return jayway_path(text).unreadable is None
    except PathSyntaxError:
        return False


def _is_json(text: str) -> bool:
    if len(text) < 2 or text[0] + text[-1] not in ("[]", "{}"):
        return False
    try:
        read_json(text)
    except Broken:
        return False
    return True


def _among(operand: Any, elements: Iterable[Any], run: Run) -> bool:
    """Whether the operand equals an element; of containers, only literals with the same text are equal here."""
    if isinstance(operand, Container):
        texts = [element.text for element in elements if isinstance(element, Container)]
        return operand.text is not None and operand.text in texts
    return any(_equal(operand, element, run) for element in elements)


def _in(left: Any, right: Any, run: Run) -> bool:
    return _among(left, _list(right, run) or (), run)


def _contains(left: Any, right: Any, run: Run) -> bool:
    if isinstance(left, str):
        return isinstance(right, str) and right in left
    if isinstance(left, Container):
        return _among(right, _list(left, run) or (), run)
    return False


def _size(left: Any, right: Any, run: Run) -> bool:
    """The length of a text or an array; an object has the size -1, in Jayway."""
    if not isinstance(right, Number) or not isinstance(left, (str, Container)):
        return False
    if isinstance(left, str):
        size = len(left.encode("utf-16-be", "surrogatepass")) // 2
    else:
        size = len(left.value) if isinstance(left.value, list) else -1
    return bool(right.decimal.to_integral_value("ROUND_DOWN") == size)


def _empty(left: Any, right: Any, run: Run) -> bool:
    if isinstance(left, str):
        return _boolean(right) == (not left)
    if isinstance(left, Container):
        if isinstance(left.value, dict):
            raise Broken("an object cannot be asked whether it is empty")
        return _boolean(right) == (not left.value)
    return False


def _boolean(operand: Any) -> bool:
    if not isinstance(operand, bool):
        raise Invalid("Expected boolean node")
    return operand


def _lists(test: Callable[[list[Any], list[Any], Run], bool]) -> Callable[[Any, Any, Run], bool]:
    """subsetof and its like: a test on two arrays, false for objects."""

    def compare(left: Any, right: Any, run: Run) -> bool:
        second = _list(right, run)
        first = None if second is None else _list(left, run)
        if first is None or second is None:
            return False
        run.visit(len(first) * len(second))
        return test(first, second, run)

    return compare


def _overlap(left: list[Any], right: list[Any], run: Run) -> bool:
    return any(_among(element, right, run) for element in left)


def _is_subset(left: list[Any], right: list[Any], run: Run) -> bool:
    return all(_among(element, right, run) for element in left)


def _given(left: Any, right: Any, run: Run) -> bool:
    if not isinstance(left, bool) and not isinstance(right, bool):
        raise Broken("Failed to evaluate exists expression")
    return _boolean(left) == _boolean(right)


def _never(left: Any, right: Any, run: Run) -> bool:
    """What Jayway's text form of a condition has no operand for."""
    raise Invalid("Expected another kind of operand")


def _like(left: Any, right: Any, run: Run) -> bool:
    """`=~`: the pattern, on either side, against the whole text, or against any element of an array."""
    if isinstance(left, Pattern) == isinstance(right, Pattern):
        return False
    pattern, operand = (left, right) if isinstance(left, Pattern) else (right, left)
    if isinstance(operand, Container) and isinstance(operand.value, list):
        return any(pattern.matches(_input(element), run) for element in _list(operand, run) or ())
    return bool(pattern.matches(_input(operand), run))


def _input(operand: Any) -> str:
    """The text that a pattern sees: nothing for null, an object or what is missing."""
    if isinstance(operand, bool):
        return "true" if operand else "false"
    if isinstance(operand, Number):
        return str(operand.decimal)
    return operand if isinstance(operand, str) else ""


COMPARISONS: dict[str, Callable[[Any, Any, Run], bool]] = {
    "==": _equal,
    "!=": lambda left, right, run: not _equal(left, right, run),
    "===": _identically_typed,
    "!==": lambda left, right, run: not _identically_typed(left, right, run),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "=~": _like,
    "in": _in,
    "nin": lambda left, right, run: not _in(left, right, run),
    "contains": _contains,
    "size": _size,
    "empty": _empty,
    "subsetof": _lists(_is_subset),
    "anyof": _lists(_overlap),
    "noneof": _lists(lambda left, right, run: not _overlap(left, right, run)),
    "exists": _given,
    "all": _never,
    "type": _never,
    "matches": _never,
}
