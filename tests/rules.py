"""Prints the tests as the rules that they prove: `python -m tests.rules [FOLDER]`."""

import ast
import sys
from collections.abc import Iterator

from tests.support.catalogue import ROOT
from tests.support.sources import Source, sources


def sentence(name: str) -> str:
    """`test_a_claim_is_filed_once` → `A claim is filed once`."""
    words = name.removeprefix("test_").replace("_", " ")
    return words[:1].upper() + words[1:]


def rules(file: Source) -> Iterator[str]:
    """The rules that one file proves, in its own order."""
    for node in ast.iter_child_nodes(file.tree):
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            tests = [child.name for child in node.body if isinstance(child, ast.FunctionDef)]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            tests = [node.name]
        else:
            continue
        yield from (f"- {sentence(name)}." for name in tests if name.startswith("test_"))


def document(folder: str = "tests") -> str:
    """Everything below a folder as one Markdown document, a heading for each file."""
    parts = ["# The rules, as the tests prove them"]
    for file in sources(folder):
        proved = list(rules(file))
        if proved:
            about = (ast.get_docstring(file.tree) or "").split("\n")[0]
            parts.append(
                "\n".join([f"## {file.name.removeprefix('tests/')}\n\n{about}\n", *proved])
            )
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else "tests"
    if not (ROOT / folder).is_dir():
        sys.exit(f"no such folder: {folder}")
    sys.stdout.write(document(folder))
