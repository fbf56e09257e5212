"""Check that Odoo's own runner finds every test file that pytest finds.

Odoo runs the ``test_*`` modules that the package ``tests`` has in its namespace: each folder's
``__init__`` has to import its files, and ``tests/__init__`` has to star-import each folder. Two
files of one name would hide one another.
"""
import ast
import sys
from collections import defaultdict
from pathlib import Path


def imported_names(init):
    """Return the modules imported by ``from . import x`` and those by ``from .x import *``."""
    plain, starred = set(), set()
    for node in ast.walk(ast.parse(init.read_text())) if init.exists() else ():
        if not isinstance(node, ast.ImportFrom) or node.level != 1:
            continue
        names = {alias.name for alias in node.names}
        if node.module is None:
            plain |= names
        elif names == {"*"}:
            starred.add(node.module)
    return plain, starred


def problems(tests):
    by_name = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        by_name[path.name].append(path)
        init = path.parent / "__init__.py"
        if path.stem not in imported_names(init)[0]:
            yield f"{init}: add 'from . import {path.stem}'"
        if path.parent != tests:
            folder = ".".join(path.parent.relative_to(tests).parts)
            if folder not in imported_names(tests / "__init__.py")[1]:
                yield f"{tests / '__init__.py'}: add 'from .{folder} import *'"
    for paths in by_name.values():
        if len(paths) > 1:
            yield f"one name for several files, rename all but one: {', '.join(map(str, paths))}"
    if not by_name:
        yield f"{tests}: no test_*.py at all"


if __name__ == "__main__":
    found = sorted(set(problems(Path(sys.argv[1]))))
    for problem in found:
        print(f"error: Odoo's runner would miss tests: {problem}", file=sys.stderr)
    sys.exit(bool(found))
