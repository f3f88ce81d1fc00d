"""What the parser makes of JSONata, and that it understands all that the engine accepts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.lint.jsonata_tree import MAX_DEPTH, Tree, parsed, plain_route

ACCEPTED = """
$states.input.order.id
$states.input.orders[price > 10 and $.open].{"id": id, "total": $sum(lines.(price * count))}
$states.input.orders^(>price, name)[0]
$states.input.orders{category: $sum(price)}
($a := 1; $b := function($x, $y) { $x + $y }; $b($a, 2))
function($x)<n:n>{ $x * 2 }(3)
$map([1..5], λ($v, $i) { $v * $i })
$states.input ~> |orders|{"seen": true}, ["secret"]|
$states.input ~> $keys() ~> $join(", ")
$match(name, /a\\/b[/"]+/i)
$x ?: "none"
$x ?? "none"
$exists($x) ? $x : "none"
$x ? "yes"
-$x.count - -1
"a" in ["a", "b"] and not or or
`a b`."c d".e[-1]
$states.input.**.price
$states.input.items@$i.names#$n.{"i": $i, "n": $n}
/* a comment */ 1.5e3 % 2
$f(?, 1)
()
items[]
""".strip().splitlines()


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_the_engine_accepts_is_understood(text: str) -> None:
    import jlens

    jlens.Expression(text)
    assert parsed(text) is not None


@pytest.mark.parametrize("text", ["", "a b", "(", "a.", "'open", "[1,", "{1}", "a ? : b", "f(,)", "/open", "|a|", "a)"])
def test_what_is_no_expression_is_not_understood(text: str) -> None:
    assert parsed(text) is None


def test_operators_bind_as_the_language_says() -> None:
    def shown(tree: Tree | None) -> object:
        assert tree is not None
        return tree.value if not tree.parts else (tree.value, *map(shown, tree.parts))

    assert shown(parsed("1 + 2 * 3 & 4 = 5 or 6 and 7")) == (
        "or",
        ("=", ("&", ("+", 1, ("*", 2, 3)), 4), 5),
        ("and", 6, 7),
    )


def test_the_place_of_each_part_is_where_it_is_written() -> None:
    tree = parsed("$a & $uppercase(b)")
    assert tree is not None
    assert [(part.value, part.at) for part in (tree, *tree.parts, *tree.parts[1].parts)] == [
        ("&", 3),
        ("a", 0),
        (None, 5),
        ("uppercase", 5),
        ("b", 16),
    ]


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("$states.input.a[0].b", ("states", ("input", "a", 0, "b"))),
        ("$x", ("x", ())),
        ("$x[1]", ("x", (1,))),
        ('$x."a b".`c d`', ("x", ("a b", "c d"))),
        ("a.b", None),
        ("$x.$y", None),
        ("$x.a[b = 1]", None),
        ("$x.f()", None),
        ("1", None),
    ],
)
def test_a_plain_route_is_a_variable_and_the_keys_behind_it(text: str, route: object) -> None:
    tree = parsed(text)
    assert tree is not None
    found = plain_route(tree)
    assert (found and (found[0].value, found[1])) == route


def test_what_is_nested_without_end_is_given_up() -> None:
    assert parsed("(" * (MAX_DEPTH - 2) + "1" + ")" * (MAX_DEPTH - 2)) is not None
    assert parsed("(" * 100_000 + "1" + ")" * 100_000) is None
    assert parsed("$a" + ".b" * 20_000) is not None


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*"$.[](){}|?:;,^&+-*/%=<>@#~!'\"` aλ1", ":=", "..", "and", "function"]), max_size=25))
def test_any_text_is_parsed_or_given_up(pieces: list[str]) -> None:
    parsed("".join(pieces))
