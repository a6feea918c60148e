"""A JSON document from afar, for recognising the workflow tool that wrote it."""

from __future__ import annotations

from typing import Final

from app.formats.text.json_tree import Shape, Tree
from app.platforms import Outline

_DEEPEST: Final = 4
_ITEMS: Final = 64
_VALUES: Final = 16
_LONGEST: Final = 200


def outline(tree: Tree) -> Outline:
    """Keys of the first levels, and the first short strings there; of lists, the first 64 items."""
    paths: set[str] = set()
    values: dict[str, list[str]] = {}
    open_paths: dict[int, tuple[str, int]] = {-1: ("", -1)}  # containers to look into, with their level
    root_keys: set[str] = set()
    for node, shape in enumerate(tree.shapes):
        above = open_paths.get(tree.parents[node])
        if above is None:
            continue
        path, level = above
        key = tree.keys[node]
        if isinstance(key, int):
            if key >= _ITEMS:
                continue
            here = "" if level < 0 else f"{path}[]"
        else:
            here = f"{path}.{key}" if path else key
            if level == 0:
                root_keys.add(key)
        paths.add(here)
        if shape <= Shape.ARRAY:
            if level < _DEEPEST:
                open_paths[node] = (here, level + 1)
        elif shape == Shape.STRING and tree.ends[node] - tree.starts[node] <= _LONGEST:
            known = values.setdefault(here, [])
            if len(known) < _VALUES:
                known.append(tree.string(node))
    return Outline(
        frozenset(root_keys), frozenset(paths), {path: tuple(known) for path, known in values.items()}
    )
