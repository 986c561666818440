"""Our own source files, read as text and as syntax, for the rules that a linter cannot know."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from tests.support.catalogue import ROOT

FOLDERS = ("services", "shared", "tests", "benchmarks", "clients")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        """Its path from the top, with forward slashes."""
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        """What it says."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """What it says, as syntax."""
        return ast.parse(self.text, self.name)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of its syntax."""
        return list(ast.walk(self.tree))

    @property
    def functions(self) -> Iterator[Function]:
        """Every function and method."""
        for node in self.nodes:
            if isinstance(node, Function):
                yield node

    @cached_property
    def imported(self) -> dict[str, str]:
        """What each imported name stands for: `datetime` → `datetime.datetime`."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    found[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        return found

    def full_name(self, node: ast.AST) -> str | None:
        """What a name or dotted name stands for, if it was imported."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.full_name(node.value)
            return f"{owner}.{node.attr}" if owner else None
        return None

    @cached_property
    def used(self) -> list[tuple[str, int]]:
        """Every imported thing that is used, by its full name, with its line."""
        names = ((self.full_name(node), getattr(node, "lineno", 0)) for node in self.nodes)
        return [(name, line) for name, line in names if name]


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """All Python files of ours, or those under these folders."""
    return tuple(
        Source(path)
        for folder in folders or FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
    )


BRANCHES = ast.If | ast.For | ast.AsyncFor | ast.While | ast.ExceptHandler | ast.Match


def complexity(function: Function) -> int:
    """Branching statements and one; a `match` is one of them, a nested function its own matter."""
    ways, todo = 1, list(ast.iter_child_nodes(function))
    while todo:
        node = todo.pop()
        if not isinstance(node, Function | ast.ClassDef):
            ways += isinstance(node, BRANCHES)
            todo.extend(ast.iter_child_nodes(node))
    return ways


def length(function: Function) -> int:
    """Lines from its `def` to its end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1
