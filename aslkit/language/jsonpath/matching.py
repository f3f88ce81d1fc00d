"""Program × text -> whether it matches, without any backtracking, so that no pattern can take forever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from aslkit.language.jsonpath.evaluation import Run

MAX_PATTERN = 2000
"""How many instructions a pattern may have, with counted repetitions written out."""

# An instruction is one of: ("char", test of a character), ("go", offsets of all the instructions to go on with),
# ("check", test of a place between characters). Reaching the end of the instructions is a match. Offsets are relative,
# so a piece of a pattern can be repeated as it is.
Program = tuple[tuple[str, Any], ...]


class Pattern:
    """A pattern, ready to match."""

    __slots__ = ("program",)

    def __init__(self, program: Program) -> None:
        self.program = program

    def matches(self, text: str, run: Run) -> bool:
        """Whether the pattern matches the whole text."""
        return _match(self.program, text, 0, len(text), run)


def _match(program: Program, text: str, start: int, stop: int | None, run: Run) -> bool:
    """Whether the program matches `text[start:stop]`; without `stop`, whether it matches any text from `start` on."""
    reached = _closure(program, [0], text, start, run)
    for index in range(start, len(text) if stop is None else stop):
        if not reached or (stop is None and len(program) in reached):
            break
        character = text[index]
        moved = [at + 1 for at in reached if at < len(program) and _reads(program[at], character)]
        reached = _closure(program, moved, text, index + 1, run)
    return len(program) in reached


def _reads(instruction: tuple[str, Any], character: str) -> bool:
    kind, test = instruction
    return kind == "char" and test(character)


def _closure(program: Program, waiting: list[int], text: str, index: int, run: Run) -> set[int]:
    """Every instruction that is reached from those waiting without reading a character."""
    reached: set[int] = set()
    while waiting:
        at = waiting.pop()
        if at in reached:
            continue
        reached.add(at)
        instruction: tuple[str, Any] = program[at] if at < len(program) else ("end", None)
        kind, value = instruction
        if kind == "go":
            waiting.extend(at + offset for offset in value)
        elif kind == "check" and value(text, index, run):
            waiting.append(at + 1)
    run.visit(1 + len(reached) // 8)
    return reached


def either(first: Program, second: Program) -> Program:
    """What matches one of the two."""
    return (("go", (1, len(first) + 2)), *first, ("go", (len(second) + 1,)), *second)


def repeated(part: Program, least: int, most: int | None) -> Program:
    """`part` from `least` to `most` times, or without end."""
    if len(part) * max(least, most or 1) > MAX_PATTERN:
        raise ValueError(f"the pattern is longer than {MAX_PATTERN} instructions")
    required = part * least
    if most is None:
        return (*required, ("go", (1, len(part) + 2)), *part, ("go", (-len(part) - 1,)))
    optional: Program = ()
    for _ in range(most - least):
        optional = (("go", (1, len(part) + len(optional) + 1)), *part, *optional)
    return required + optional


LINE_ENDS = "\n\r\x85\u2028\u2029"


def text_start(text: str, index: int, run: Run) -> bool:
    return index == 0


def text_end(text: str, index: int, run: Run) -> bool:
    """The end, or before the line end that ends the text."""
    return index == len(text) or text[index:] == "\r\n" or (index == len(text) - 1 and text[index] in LINE_ENDS)


def line_start(text: str, index: int, run: Run) -> bool:
    """The start of a line that is not empty."""
    if index in (0, len(text)):
        return index < len(text)
    return text[index - 1] in LINE_ENDS and text[index - 1 : index + 1] != "\r\n"


def line_end(text: str, index: int, run: Run) -> bool:
    return index == len(text) or text[index] in LINE_ENDS


def _word_boundary(text: str, index: int, run: Run) -> bool:
    before, after = text[index - 1 : index] if index else "", text[index : index + 1]
    return (before.isalnum() or before == "_") != (after.isalnum() or after == "_")


ASSERTIONS: dict[str, Callable[[str, int, Run], bool]] = {
    "A": text_start,
    "z": lambda text, index, run: index == len(text),
    "Z": text_end,
    "b": _word_boundary,
    "B": lambda text, index, run: not _word_boundary(text, index, run),
}


def _ahead(program: Program, expected: bool) -> Callable[[str, int, Run], bool]:
    return lambda text, index, run: _match(program, text, index, None, run) is expected


def _behind(program: Program, expected: bool) -> Callable[[str, int, Run], bool]:
    return lambda text, index, run: (
        any(_match(program, text, start, index, run) for start in range(index + 1)) is expected
    )


LOOKS: dict[str, Callable[[Program], Callable[[str, int, Run], bool]]] = {
    "=": lambda program: _ahead(program, True),
    "!": lambda program: _ahead(program, False),
    "<=": lambda program: _behind(program, True),
    "<!": lambda program: _behind(program, False),
}
