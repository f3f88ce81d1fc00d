"""The text of a scalar -> its JSON value by YAML 1.2's core schema, and what YAML 1.1 tools would make of it."""

from __future__ import annotations

import re
from functools import cache

# A piece of text that the YAML parser would misread is shifted into the private use area, one character for one, so
# that all places stay right, and shifted back in the scalars: ${Name} (a brace would open a mapping inside [..] or
# {..}) and JSON's surrogate pairs (\ud83d\ude00), which YAML refuses. An escape that stands for a character of that
# very part of the private use area goes the same way, so that nothing else is ever shifted back.
# The patterns stay texts, which `re` compiles when they are first used: most definitions hold nothing of the kind.
SUBSTITUTION = r"\$\{[^{}\n\"']*\}"
SURROGATES = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
PRIVATE = r"\\u[eE]0(?:[0-7][0-9a-fA-F]|8[0-2])"
SHIELDED = f"{SUBSTITUTION}|{SURROGATES}|{PRIVATE}"
SHIFT = 0xE000
BREAKS = {0x85: "\ue080", 0x2028: "\ue081", 0x2029: "\ue082"}
"""What the parser (YAML 1.1) takes for a line break, and YAML 1.2 does not (5.4) -> what stands for it meanwhile."""
SHIFTED = "[\ue000-\ue082]+"
WRITTEN = {shifted: chr(written) for written, shifted in BREAKS.items()}


def shield(text: str) -> str:
    """The text, as long as before, with every piece shifted that the YAML parser would misread."""
    broken = not text.isascii() and any(chr(character) in text for character in BREAKS)
    if not (broken or "${" in text or "\\u" in text) or re.search(SHIFTED, text):
        return text
    return re.sub(SHIELDED, _shifted, text.translate(BREAKS) if broken else text)


def unshield(text: str) -> str:
    """A scalar's text with its shifted pieces as they were written; surrogate pairs become their character."""
    return re.sub(SHIFTED, _written, text)


def _shifted(match: re.Match[str]) -> str:
    piece = match.group()
    return "".join(chr(ord(character) + SHIFT) for character in piece) if piece.isascii() else piece


def _written(match: re.Match[str]) -> str:
    text = "".join(WRITTEN.get(character) or chr(ord(character) - SHIFT) for character in match.group())
    return re.sub(PRIVATE, lambda escape: chr(int(escape.group()[-4:], 16)), re.sub(SURROGATES, _character, text))


def _character(match: re.Match[str]) -> str:
    pair = match.group()
    return chr(0x10000 + ((int(pair[2:6], 16) - 0xD800) << 10) + (int(pair[8:12], 16) - 0xDC00))


# Patterns are compiled when they are first asked for: most definitions hold no such scalar, and each takes 0.2 ms.
PATTERNS = {
    "integer": r"[-+]?[0-9]+\Z",
    "prefixed": r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z",
    "float": r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z",
    "not finite": r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z",
    "old octal": r"[-+]?0[0-7_]+\Z",
    "old sexagesimal": r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z",
    "old date": r"\d{4}-\d\d-\d\d\Z"
    r"|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?)?\Z",
    "old underscored": r"[-+]?(?:[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?|0x[0-9a-fA-F_]*_[0-9a-fA-F_]*|0b[01_]+)\Z",
}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(PATTERNS[name])


def _is(name: str, text: str) -> bool:
    return _pattern(name).match(text) is not None


MAX_DIGITS = 400  # more than any number that a JSON reader of the service keeps
CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def core_value(text: str) -> str | int | float | bool | None:
    """The value of a scalar without quotes. Raises ValueError, with the reason, for a number that JSON cannot hold.

    Source: YAML 1.2.2, section 10.3.2 (core schema).
    """
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    if (text.isascii() and text.isdecimal()) or _is("integer", text):
        return _integer(text, 10)
    if _is("prefixed", text):
        return _integer(text[2:], 8 if text[1] == "o" else 16)
    if _is("float", text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise ValueError(f"the number {text[:40]} is too large for JSON")
        return number
    if _is("not finite", text):
        raise ValueError(f"{text} is no JSON value; JSON has neither NaN nor infinity")
    return text


def _integer(digits: str, base: int) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"an integer of {len(digits):,} digits is too large")
    return int(digits, base)


OLD_BOOLEAN = {
    spelling: str(meaning).lower()
    for meaning, words in ((True, ("y", "yes", "on")), (False, ("n", "no", "off")))
    for word in words
    for spelling in (word, word.title(), word.upper())
}
MAY_BE_READ_OTHERWISE = frozenset("yYnNoO+-.0123456789")
"""The first characters of all scalars that `old_reading` knows."""
MAY_MEAN_MORE = frozenset({*MAY_BE_READ_OTHERWISE, *(text[:1] for text in CONSTANTS)})
"""The first characters of all plain scalars that are, or to some readers may be, no strings ("" for the empty one)."""


def old_reading(text: str) -> str | None:
    """What YAML 1.1 tools make of a plain scalar, when that is not what YAML 1.2 says; None when both agree.

    Source: the YAML 1.1 type repository (bool, int, float, timestamp).
    """
    if text in OLD_BOOLEAN:
        return OLD_BOOLEAN[text]
    if text[0] not in "0123456789+-" or (text.isdecimal() and text[0] != "0"):
        return None
    if _is("old octal", text):
        octal = int(text.replace("_", ""), 8)
        return None if text.lstrip("+-").isdecimal() and octal == int(text) else str(octal)
    if _is("old sexagesimal", text):
        return f"{_sexagesimal(text):g}"
    if _is("old date", text):
        return f"the date {text}"
    if _is("old underscored", text):
        digits = text.replace("_", "")
        return str(int(digits, 2)) if "0b" in digits else str(int(digits, 16)) if "0x" in digits else digits
    return None


def _sexagesimal(text: str) -> float:
    total = 0.0
    for part in text.lstrip("+-").replace("_", "").split(":"):
        total = total * 60 + float(part)
    return -total if text.startswith("-") else total
