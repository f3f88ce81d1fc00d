"""JSON value -> how Java names, writes and hashes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aslkit.language.jsonpath.path import Json

_CLASSES = {
    list: "net.minidev.json.JSONArray",
    str: "java.lang.String",
    bool: "java.lang.Boolean",
    float: "java.lang.Double",
    tuple: "java.util.LinkedHashMap$LinkedKeySet",
}


def java_class(value: Json) -> str:
    """The class of the value in Java, by its full name."""
    if value is None:
        return "null"
    if type(value) is int:
        bits = value.bit_length()
        return "java.lang.Integer" if bits < 32 else "java.lang.Long" if bits < 64 else "java.math.BigInteger"
    return _CLASSES.get(type(value), type(value).__name__)


def java_text(value: Json) -> str:
    """The value as Java writes it in messages and in concat()."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return _double_text(value)
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _double_text(number: float) -> str:
    """The number as Java's Double.toString writes it: plain from 0.001 up to ten million, else like 1.5E10."""
    if number == 0 or 1e-3 <= abs(number) < 1e7 or number - number != 0:
        return repr(number)
    from decimal import Decimal

    digits, exponent = f"{Decimal(repr(number)):E}".split("E")
    whole, _, fraction = digits.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}"


def java_hash(text: str) -> int:
    """Java's String.hashCode, spread as HashMap spreads it."""
    code = 0
    units = text.encode("utf-16-be", "surrogatepass")
    for high, low in zip(units[::2], units[1::2], strict=True):
        code = (31 * code + (high << 8) + low) & 0xFFFFFFFF
    return code ^ (code >> 16)
