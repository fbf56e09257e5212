"""Check what the linters do not: check_addon.py ADDON.

Python files have at most 500 lines and functions at most 50 (tests are exempt), and the manifest
names every data file (tests, the demo data that the addon loads itself, and assets aside).
"""
import ast
import sys
from pathlib import Path

FILE_LINES = 500
FUNCTION_LINES = 50
NOT_IN_MANIFEST = {"tests", "demo", "static", "migrations", "i18n"}


def too_long(addon):
    for path in sorted(addon.rglob("*.py")):
        if "tests" in path.parts:
            continue
        text = path.read_text()
        if (lines := text.count("\n")) > FILE_LINES:
            yield f"{path}: {lines} lines, at most {FILE_LINES} are allowed"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > FUNCTION_LINES:
                    yield (f"{path}:{node.lineno}: {node.name} has {lines} lines,"
                           f" at most {FUNCTION_LINES} are allowed")


def not_loaded(addon):
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    named = {*manifest.get("data", ()), *manifest.get("demo", ())}
    for path in sorted(addon.rglob("*")):
        name = path.relative_to(addon)
        if (path.suffix in {".xml", ".csv"} and name.parts[0] not in NOT_IN_MANIFEST
                and name.as_posix() not in named):
            yield f"{path}: not in the manifest, so it is never loaded"


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    found = [*too_long(folder), *not_loaded(folder)]
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
