"""The reading of JSON with places, measured against the standard library."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats.text.json_tree import DEEPEST_POINTER, JsonError, Shape, parse, parse_beginning

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)
documents = st.lists(values, max_size=4) | st.dictionaries(st.text(max_size=6), values, max_size=4)


def _flat(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], object]]:
    found = [(path, value)]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _flat(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += _flat(inner, (*path, index))
    return found


@given(documents, st.sampled_from([None, 0, 1, 2]), st.booleans())
def test_finds_what_the_standard_library_finds(
    document: object, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    tree = parse(text)
    expected = _flat(document)
    assert len(tree) == len(expected)
    for node, (path, value) in enumerate(expected):
        assert tuple(reversed(list(tree.path(node)))) == path
        raw = text[tree.starts[node] : tree.ends[node]]
        assert repr(json.loads(raw)) == repr(value)  # repr, because NaN differs from itself
        if isinstance(value, str):
            assert tree.shapes[node] == Shape.STRING
            assert tree.string(node) == value
        if tree.key_starts[node]:
            start, end = tree.key_span(node)
            assert json.loads(f'"{text[start:end]}"') == path[-1]


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "{", "[", "[1", "[1,", "[1,]", "{,}", "[,]", '{"a"}', '{"a":}', '{"a":1,}', "[1}", '{"a":1]',
        "[}", "{]", "[1 2]", "[01]", "[1.]", "[+1]", "[tru]", '{"a":1}}', "[] x", "x", '"a"', '["a]', "[{,}]",
        '["\\x"]', "[[],,[]]", "[{} {}]", "[[] []]", "{'a':1}", "[,1]", '{"a":[,]}', '["\\u12"]', "[1]\n]",
        "// c\n[1]", "[1] // c",
    ],
)  # fmt: skip
def test_refuses_what_is_not_json(text: str) -> None:
    with pytest.raises(JsonError):
        parse(text)


@given(st.text(st.sampled_from('[]{}",:1-.e\\nu0ta \n'), max_size=30))
def test_never_accepts_more_than_the_standard_library(text: str) -> None:
    try:
        tree = parse(text)
    except JsonError:
        return
    roots = [node for node in range(len(tree)) if tree.parents[node] < 0]
    for node in roots:
        json.loads(text[tree.starts[node] : tree.ends[node]], strict=False)


def test_keeps_duplicate_keys_and_reads_lines() -> None:
    tree = parse('{"a": 1, "a": 2}\n{"b": "x"}\n')
    assert tree.keys == [0, "a", "a", 1, "b"]
    assert [tree.pointer(node) for node in range(len(tree))] == ["", "/a", "/a", "", "/b"]


def test_pointers_escape_slash_and_tilde() -> None:
    tree = parse('{"a/b": {"~": ["x"]}}')
    assert tree.pointer(3) == "/a~1b/~0/0"


@pytest.mark.parametrize("levels", [6_000, 300_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"k":', "}")])
def test_depth_costs_no_recursion(levels: int, opening: str, closing: str) -> None:
    tree = parse(opening * levels + '["deep"]' + closing * levels)
    assert len(tree) == levels + 2
    pointer = tree.pointer(levels + 1)
    assert (pointer is None) == (levels > DEEPEST_POINTER)


def test_time_is_linear_in_hostile_texts() -> None:
    for unit in ('"\\\\', "[", '{"', '"a\\u00e9', " ", "[1,"):
        began = time.process_time()
        with pytest.raises(JsonError):
            parse("[" + unit * 400_000)
        assert time.process_time() - began < 5, unit


def test_the_beginning_of_damaged_json_is_read() -> None:
    tree = parse_beginning('{"a": "first", "b": {"c": "second", "d": "cut of')
    assert [tree.string(n) for n in range(len(tree)) if tree.shapes[n] == Shape.STRING] == ["first", "second"]
    assert tree.pointer(3) == "/b/c"
