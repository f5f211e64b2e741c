"""Paths of answers: `children[0].full_name` in HTML names and errors, `children[].full_name` as the pattern of a field."""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

Step = str | int
Answers = dict[str, Any]

_STEP = re.compile(r"(?:^|\.)([A-Za-z_]\w*)|\[(\d{1,6})\]")


def copied(answers: Any) -> Any:
    """A copy of objects and lists all the way down; what stands in them cannot change."""
    if isinstance(answers, dict):
        return {key: copied(value) for key, value in answers.items()}
    if isinstance(answers, list):
        return [copied(value) for value in answers]
    return answers


@lru_cache(maxsize=4096)
def split_path(path: str) -> tuple[Step, ...] | None:
    """The steps of a path; None when the text is not a path."""
    steps: list[Step] = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if not found:
            return None
        steps.append(found[1] if found[1] is not None else int(found[2]))
        at = found.end()
    return tuple(steps)


def join_path(*steps: Step) -> str:
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


@lru_cache(maxsize=4096)
def pattern_of(path: str) -> str:
    """`children[3].name` → `children[].name`."""
    return re.sub(r"\[\d+\]", "[]", path)


@lru_cache(maxsize=4096)
def beside(path: str, pattern: str) -> str:
    """The place of `pattern` in the same list entries as `path`: `a[2].x`, `a[].y` → `a[2].y`."""
    numbers = iter(re.findall(r"\[\d+\]", path))
    return re.sub(r"\[\]", lambda _bracket: next(numbers, "[]"), pattern)


def value_at(tree: Any, path: str) -> Any:
    """What stands at `path`, or None. Objects are read by attribute where they are not mappings."""
    steps = split_path(path)
    if steps is None:
        return None
    for step in steps:
        if type(tree) is dict or isinstance(tree, Mapping):
            tree = tree.get(step)
        elif isinstance(tree, (list, tuple)):
            tree = tree[step] if isinstance(step, int) and step < len(tree) else None
        elif isinstance(step, str) and not step.startswith("_"):
            tree = getattr(tree, step, None)
        else:
            return None
        if tree is None:
            return None
    return tree


def put_at(tree: Answers, path: str, value: Any) -> None:
    """Set `path` to `value`; objects on the way are made. A list grows by one at most."""
    steps = split_path(path)
    if not steps:
        raise ValueError(path)
    target: Any = tree
    for step, following in pairwise(steps):
        made: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            if step == len(target):
                target.append(made)
            target = target[step]
        else:
            target = target.setdefault(step, made)
    last = steps[-1]
    if isinstance(last, int) and last == len(target):
        target.append(value)
    else:
        target[last] = value


def drop_at(tree: Answers, path: str) -> bool:
    """Remove `path`; says whether it was there."""
    *way, last = split_path(path) or ("",)
    target: Any = value_at(tree, join_path(*way)) if way else tree
    there = (
        last in target if isinstance(target, dict) else isinstance(target, list) and isinstance(last, int) and last < len(target)
    )
    if there:
        del target[last]
    return there


def within(path: str, ancestor: str) -> bool:
    """Whether `path` is `ancestor` or lies below it."""
    return path == ancestor or path.startswith((f"{ancestor}.", f"{ancestor}["))
